"""What a figure is made of: shapes in a box that stretches, and text around it that does not.

Shapes are drawn in a box of `width` by `HEIGHT` units that is stretched to whatever room there is. All text is HTML,
placed by percentages of the box, so that it keeps its size at every width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from carbonmatch.report.numbers import number
from carbonmatch.timegrid import FloatArray

HEIGHT: Final = 1000
"""Height of every box [units]; finer than a pixel of any screen."""

UNITS_PER_STEP: Final = 10
"""Width of one step of a series [units]."""


@dataclass(frozen=True)
class Tick:
    """A label on an axis: its place in per cent of the axis, its text, and whether it may go where room is short."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True)
class Key:
    """An entry of a legend: what is drawn so (`slot` is a colour by name, `style` fill, pale, line or dash)."""

    text: str
    slot: str
    style: str = "fill"


@dataclass(frozen=True)
class Shape:
    """A path with the colour and the style of a key."""

    path: str
    slot: str
    style: str = "fill"


@dataclass(frozen=True)
class Mark:
    """A dot in a panel, with a text below it; places in per cent from the left and from the bottom."""

    left: float
    bottom: float
    text: str = ""
    slot: str = "ink"


@dataclass(frozen=True)
class Label:
    """A text in a panel: its place in per cent from the left and from the bottom.

    align   which part of the text stands there: its start, its middle or its end
    under   it hangs below the place; else it stands on it
    """

    text: str
    left: float
    bottom: float
    align: Literal["start", "middle", "end"] = "start"
    under: bool = False


@dataclass(frozen=True)
class Panel:
    """One box with its own vertical axis; panels of a figure stand above each other and share the horizontal one."""

    unit: str
    ticks: tuple[Tick, ...]
    shapes: tuple[Shape, ...]
    width: int
    rem: float = 15.0
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure: what it shows, in a heading; what one sees in it, in words; and the panels.

    unit       of the horizontal axis, where its labels do not tell
    readouts   what the pointer reads from left to right, each over an equal part of the width
    places     where each of the readouts stands instead, in per cent from the left: the pointer reads the nearest one
    week       first and last step that the reader in the page may look up instead of `readouts`
    """

    name: str
    title: str
    caption: str
    legend: tuple[Key, ...]
    panels: tuple[Panel, ...]
    ticks: tuple[Tick, ...]
    unit: str = ""
    readouts: tuple[str, ...] = ()
    places: tuple[float, ...] = ()
    week: tuple[str, int, int] | None = None
    lines_at: tuple[float, ...] = ()


LEVEL: Final = 1e-6
"""Lines that move by less than this share of their height are level."""


@dataclass(frozen=True)
class Scale:
    """A linear axis from `low` to `high`."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @staticmethod
    def over(low: float, high: float, count: int = 5) -> Scale:
        """Return an axis over these values that ends on round numbers, with about `count` parts."""
        low, high = min(low, 0.0), max(high, 0.0)
        if not high - low > 1e-12:
            high = low + 1.0
        step = _round_step((high - low) / count)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return Scale(first * step, last * step, tuple(i * step for i in range(first, last + 1)))

    @staticmethod
    def near(low: float, high: float, count: int = 5) -> Scale:
        """Return an axis for a line: as `over`, but it begins near the lowest value where that is far above zero.

        A line that is level but for what a solver leaves has no such axis.
        """
        if not 0.4 * high < low < high * (1.0 - LEVEL):
            return Scale.over(low, high, count)
        step = _round_step((high - low) / count)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return Scale(first * step, last * step, tuple(i * step for i in range(first, last + 1)))

    def percent(self, value: float) -> float:
        """Return the place of a value in per cent of the axis; what lies outside is put on its end."""
        return 100.0 * min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def y(self, values: FloatArray) -> list[int]:
        """Return values as whole units from the top of a box."""
        inside = np.clip((np.asarray(values, dtype=float) - self.low) / (self.high - self.low), 0.0, 1.0)
        return [int(unit) for unit in np.rint(HEIGHT * (1.0 - inside))]

    def labels(self) -> tuple[Tick, ...]:
        """Return the round numbers of the axis as labels."""
        step = self.ticks[1] - self.ticks[0]
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        if round(step * 10**decimals, 6) % 1:  # 2.5 needs one digit more than 2
            decimals += 1
        return tuple(Tick(self.percent(tick), number(tick, decimals)) for tick in self.ticks)


def _round_step(least: float) -> float:
    """Return the next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return power * next(factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= least * (1.0 - 1e-9))


def area(values: FloatArray, scale: Scale) -> str:
    """Return the path of the area between zero and a series of steps."""
    base = scale.y(np.zeros(1))[0]
    return f"M0 {base}{stairs(scale.y(values))}V{base}z"


def stairs(heights: Iterable[int]) -> str:
    """Return the upper edge of a series of steps, from where the pen stands; equal neighbours become one step."""
    parts: list[str] = []
    run, at = 0, None
    for height in heights:
        if height != at:
            if run:
                parts.append(f"h{run}")
            parts.append(f"V{height}")
            run, at = 0, height
        run += UNITS_PER_STEP
    parts.append(f"h{run}")
    return "".join(parts)


def line(values: FloatArray, scale: Scale) -> str:
    """Return the path of a line over a series of steps."""
    heights = scale.y(values)
    return f"M0 {heights[0]}{stairs(heights)}"


def polyline(points: Sequence[tuple[float, float]], width: int) -> str:
    """Return the path of a line through points, in per cent from the left and from the bottom."""
    places = [f"{width * x / 100:.0f} {HEIGHT * (1 - y / 100):.0f}" for x, y in points]
    return "M" + "L".join(places)


def columns(bottoms: FloatArray, tops: FloatArray, scale: Scale, *, share: float = 0.7) -> str:
    """Return the path of upright bars, one a step, that fill a share of its width."""
    gap, width = round(UNITS_PER_STEP * 10 * (1 - share) / 2), round(UNITS_PER_STEP * 10 * share)
    pairs = zip(scale.y(bottoms), scale.y(tops), strict=True)
    return "".join(
        f"M{i * UNITS_PER_STEP * 10 + gap} {low}h{width}V{high}h-{width}z"
        for i, (low, high) in enumerate(pairs)
        if low != high
    )
