"""Curves over what is varied: cost with its baselines and its knee, the cost at the margin, scores, emissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from carbonmatch.report.page.figure import Figure, Key, Label, Mark, Panel, Scale, Shape, polyline
from carbonmatch.report.study.across import Across, value_in
from carbonmatch.report.study.record import Row

WIDTH: Final = 1000
"""Of the box that curves are drawn in [units]."""
MOST_DOTS: Final = 40
"""More points than this run together, and the line alone is drawn."""
HELD_SLOTS: Final = ("accent", "vermilion", "green", "violet", "amber", "rose")
"""A colour for each value of the other key; more values than these are told apart in the table alone."""

_LABEL: Final = 4.5
"""Height of a label in per cent of a figure."""
_ROOM: Final = 0.08
"""Of the range of the numbers, below the lowest."""
_BELOW_KNEE: Final = 6.5
"""How far its name stands below the knee, in per cent of the figure: clear of the line that comes from the left."""


@dataclass(frozen=True)
class Curve:
    """A line through points (value of the key, number), in the order of the key."""

    name: str
    slot: str
    points: tuple[tuple[float, float], ...]
    style: str = "line"
    dots: bool = True


@dataclass(frozen=True)
class Level:
    """A horizontal line with its name: what something costs whatever is varied."""

    name: str
    value: float
    slot: str


@dataclass(frozen=True)
class Knee:
    """A point with a name."""

    value: float
    height: float
    text: str


def curve_of(across: Across, rows: Sequence[Row], key: str, name: str, slot: str, *, style: str = "line") -> Curve:
    """Return the curve of one number of the rows; where a row has none, the curve goes on to the next."""
    points = sorted((float(value_in(row, across.key)), float(row[key])) for row in rows if row.get(key) is not None)
    return Curve(name, slot, tuple(points), style, dots=style == "line")


def curve_figure(
    across: Across,
    curves: Sequence[Curve],
    *,
    name: str,
    title: str,
    caption: str,
    unit: str,
    readouts: Mapping[float, str],
    levels: Sequence[Level] = (),
    knee: Knee | None = None,
    free_up_to: tuple[float, str] | None = None,
    missed: Sequence[float] = (),
    from_zero: bool = False,
    per: float = 1.0,
    rem: float = 20.0,
    half: bool = False,
) -> Figure:
    """Return a figure with one panel.

    per         what numbers are divided by, for the unit of the axis
    free_up_to  the value up to which the target costs nothing, and what is said there
    missed      values at which there is no point; they are marked at the bottom
    half        the figure stands beside another one
    """
    heights = [y / per for curve in curves for _, y in curve.points] + [level.value / per for level in levels]
    low, high = min(heights, default=0.0), max(heights, default=1.0)
    if levels:
        low = max(min(0.0, low), low - _ROOM * (high - low))  # for the names of the lowest lines
    scale = Scale.over(low, high) if from_zero else Scale.near(low, high, 8)
    shapes = [
        *_free(across, free_up_to),
        *(Shape(f"M0 {_y(scale, level.value / per)}H{WIDTH}", level.slot, "dash") for level in levels),
        *(Shape(polyline(_places(across, curve, scale, per), WIDTH), curve.slot, curve.style) for curve in curves),
        *_missed(across, missed),
    ]
    marks = [
        Mark(left, bottom, slot=curve.slot)
        for curve in curves
        if curve.dots and len(curve.points) <= MOST_DOTS
        for left, bottom in _places(across, curve, scale, per)
    ]
    labels = list(_level_labels(across, curves, levels, knee=knee, scale=scale, per=per))
    if knee is not None:
        left, bottom = across.place(knee.value), scale.percent(knee.height / per)
        marks.append(Mark(left, bottom, slot="vermilion"))
        labels.append(_beside(knee.text, left, bottom))
    if free_up_to is not None:
        labels.append(Label(free_up_to[1], 0.0, 100.0, "start", under=True))
    return Figure(
        name=name,
        title=title,
        caption=caption,
        legend=_legend(curves, missed),
        panels=(Panel(unit, scale.labels(), tuple(shapes), WIDTH, rem=rem, marks=tuple(marks), labels=tuple(labels)),),
        ticks=across.ticks(small=half),
        unit=across.title,
        readouts=tuple(readouts[value] for value in sorted(readouts)),
        places=tuple(round(across.place(value), 3) for value in sorted(readouts)),
        lines_at=() if knee is None else (across.place(knee.value),),
    )


def _legend(curves: Sequence[Curve], missed: Sequence[float]) -> tuple[Key, ...]:
    keys = [Key(curve.name, curve.slot, curve.style) for curve in curves if curve.points]
    return (*keys, *([Key("not met", "vermilion", "tick")] if missed else []))


def _y(scale: Scale, value: float) -> int:
    return round(1000 - 10 * scale.percent(value))


def _places(across: Across, curve: Curve, scale: Scale, per: float) -> list[tuple[float, float]]:
    return [(across.place(x), scale.percent(y / per)) for x, y in curve.points]


def _free(across: Across, free_up_to: tuple[float, str] | None) -> Iterator[Shape]:
    if free_up_to is not None:
        yield Shape(f"M0 0H{WIDTH * across.place(free_up_to[0]) / 100:.0f}V1000H0z", "green", "wash")


def _beside(text: str, left: float, bottom: float) -> Label:
    """Return a label below a dot, or above where it stands too low for that; within the figure."""
    align: Literal["start", "middle", "end"] = "end" if left > 90.0 else "start" if left < 10.0 else "middle"
    if bottom < _BELOW_KNEE + _LABEL:
        return Label(text, left, bottom + _LABEL / 2, align)
    return Label(text, left, bottom - _BELOW_KNEE, align, under=True)


def _missed(across: Across, missed: Sequence[float]) -> Iterator[Shape]:
    """Yield a short stroke on the bottom for every value that is not met."""
    if missed:
        yield Shape("".join(f"M{10 * across.place(value):.0f} 1000V955" for value in missed), "vermilion", "bold")


def _level_labels(
    across: Across, curves: Sequence[Curve], levels: Sequence[Level], *, knee: Knee | None, scale: Scale, per: float
) -> Iterator[Label]:
    """Yield the names of levels, each where it is farthest from what is drawn: left or right, above or below."""
    drawn = [
        point
        for curve in curves
        for point in _dense([(across.place(x), scale.percent(y / per)) for x, y in curve.points])
    ]
    if knee is not None:
        label = _beside("", across.place(knee.value), scale.percent(knee.height / per))
        drawn.append((label.left, label.bottom + (-_LABEL if label.under else _LABEL) / 2))
    lines = [(scale.percent(level.value / per), level.name) for level in levels]
    named: list[tuple[str, float]] = []
    for heights, text in _close_together(sorted(lines)):
        others = [height for height, _ in lines if height not in heights]

        def spot(under: bool, heights: Sequence[float] = tuple(heights)) -> float:
            return min(heights) - _LABEL / 2 if under else max(heights) + _LABEL / 2

        def room(at: tuple[str, bool], others: Sequence[float] = tuple(others), spot: Any = spot) -> float:
            side, under = at
            middle = spot(under)
            near = [y for x, y in drawn if (x > 45.0 if side == "end" else x < 55.0)]
            near += [y for where, y in named if where == side]
            free = min((abs(y - middle) for y in [*near, *others]), default=100.0)
            outside = middle < _LABEL / 2 - 1.0 or middle > 104.0 - _LABEL / 2
            return min(free, 2 * _LABEL) - (100.0 if outside else 0.0)

        side, under = max((("end", False), ("end", True), ("start", False), ("start", True)), key=room)
        named.append((side, spot(under)))
        bottom = min(heights) if under else max(heights)
        yield Label(text, 100.0 if side == "end" else 0.0, bottom, "end" if side == "end" else "start", under)


def _close_together(lines: Sequence[tuple[float, str]]) -> Iterator[tuple[list[float], str]]:
    """Yield lines that are too close for names of their own as one, lowest first."""
    group: list[tuple[float, str]] = []
    for line in lines:
        if group and line[0] - group[-1][0] > _LABEL / 2:
            yield [height for height, _ in group], "; ".join(name for _, name in reversed(group))
            group = []
        group.append(line)
    if group:
        yield [height for height, _ in group], "; ".join(name for _, name in reversed(group))


def _dense(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the points of a line, and some between them."""
    for (x, y), (to_x, to_y) in zip(points, [*points[1:], *points[-1:]], strict=True):
        for i in range(8):
            yield x + (to_x - x) * i / 8, y + (to_y - y) * i / 8


# --- the cost at the margin -------------------------------------------------------------------------------------------


def margin_figure(
    across: Across, frontier: Mapping[str, Any], caption: str, unit: str, text: Callable[[float | None], str]
) -> Figure | None:
    """Return what one more MWh costs: at each point by its dual, and on the way to the next one; None for one point."""
    places = frontier["places"]
    slopes = [(here["cfe"], after["cfe"], here["slope_per_mwh"]) for here, after in pairwise(places)]
    margins = [(place["cfe"], place["margin_per_mwh"]) for place in places if place["margin_per_mwh"] is not None]
    if not slopes:
        return None
    heights = [slope for *_, slope in slopes] + [margin for _, margin in margins]
    scale = Scale.over(min(heights), max(heights))
    zero = _y(scale, 0.0)
    bars = "".join(
        f"M{10 * across.place(begin):.0f} {zero}V{_y(scale, slope)}H{10 * across.place(end):.0f}V{zero}z"
        for begin, end, slope in slopes
    )
    line = [(across.place(cfe), scale.percent(margin)) for cfe, margin in margins]
    told = {begin: f"; {text(slope)} on the way to {across.text(end)}" for begin, end, slope in slopes}
    at = {cfe: text(margin) for cfe, margin in margins}
    readouts = [
        f"{across.text(p['cfe'])}: {at.get(p['cfe'], 'no price')} at the point{told.get(p['cfe'], '')}" for p in places
    ]
    tops = "".join(
        f"{'L' if i else 'M'}{10 * across.place(begin):.0f} {_y(scale, slope)}H{10 * across.place(end):.0f}"
        for i, (begin, end, slope) in enumerate(slopes)
    )
    shapes = [
        Shape(bars, "accent", "pale"),
        Shape(tops, "accent", "line"),
        *([Shape(polyline(line, WIDTH), "ink", "line")] if line else []),
    ]
    marks = [Mark(*place, slot="ink") for place in line] if len(line) <= MOST_DOTS else []
    return Figure(
        name="margin-curve",
        title="What one more MWh towards the target costs",
        caption=caption,
        legend=(
            Key("at the point, by its price in the optimum", "ink", "line"),
            Key("on the way to the next point", "accent", "pale"),
        ),
        panels=(Panel(unit, scale.labels(), tuple(shapes), WIDTH, marks=tuple(marks)),),
        ticks=across.ticks(),
        unit=across.title,
        readouts=tuple(readouts),
        places=tuple(round(across.place(place["cfe"]), 3) for place in places),
    )
