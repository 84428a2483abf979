"""Typical weeks: the mean of every hour of the week over a season, by the clock on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carbonmatch.report.load.stack import Layer, keys_of, stack_panel
from carbonmatch.report.numbers import Quantity
from carbonmatch.report.page.figure import Figure, Scale, Tick
from carbonmatch.report.page.wall_clock import WEEKDAYS, WallClock
from carbonmatch.timegrid import FloatArray, IntArray

SEASONS: Final = (
    ("December to February", frozenset({12, 1, 2})),
    ("June to August", frozenset({6, 7, 8})),
)
"""Months are named, for winter is elsewhere in July."""

_ALIKE: Final = 1e-3
"""Weeks whose loads differ by less than this share of the peak look the same: one of them is shown."""


BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TypicalWeek:
    """A week of means, (steps of a week,) for each layer and each line over them; `over` says of which months."""

    over: str
    means: tuple[FloatArray, ...]
    lines: tuple[FloatArray, ...] = ()


def typical_weeks(layers: Sequence[Layer], clock: WallClock, lines: Sequence[Layer] = ()) -> tuple[TypicalWeek, ...]:
    """Return the typical week of winter and of summer, or that of the period where they are alike or not both there.

    None where the period does not hold every hour of a week.
    """
    places = _place_in_week(clock)
    count = round(7 * 24.0 / clock.hours_per_step)
    found = [
        _week(name, (layers, lines), places, months, count)
        for name, months in ((name, np.isin(clock.months, sorted(months))) for name, months in SEASONS)
        if len(np.unique(places[months])) == count
    ]
    peak = max(float(np.sum([layer.mw for layer in layers], axis=0).max()), 1e-12)
    if len(found) == len(SEASONS):
        apart = max(float(np.abs(a - b).max()) for a, b in zip(found[0].means, found[1].means, strict=True))
        if apart > _ALIKE * peak:
            return tuple(found)
    everything = np.ones(len(places), dtype=bool)
    if len(np.unique(places)) < count:
        return ()
    return (_week("the whole period", (layers, lines), places, everything, count),)


def _week(
    over: str, several: tuple[Sequence[Layer], Sequence[Layer]], places: IntArray, chosen: BoolArray, count: int
) -> TypicalWeek:
    means, left = (tuple(_means(each.mw, places, chosen, count) for each in each_kind) for each_kind in several)
    return TypicalWeek(over, means, left)


def week_figure(
    week: TypicalWeek, layers: Sequence[Layer], lines: Sequence[Layer], scale: Scale, *, mw: Quantity, name: str
) -> Figure:
    """Return a typical week as a figure."""
    total = np.sum(week.means, axis=0)
    per_day = len(total) // 7
    lowest, highest = float(total.min()), float(total.max())
    day = [float(part.mean()) for part in np.split(total, 7)]
    weekdays, weekends = sum(day[:5]) / 5.0, sum(day[5:]) / 2.0
    caption = (
        f"Means of each hour: {mw.text(lowest)} to {mw.with_unit(highest)}; weekdays {mw.with_unit(weekdays)}, "
        f"weekends {mw.with_unit(weekends)} on average."
    )
    return Figure(
        name=name,
        title=f"Typical week, {week.over}",
        caption=caption,
        legend=keys_of(layers, lines),
        panels=(stack_panel(layers, week.means, scale, 13.0, tuple(zip(lines, week.lines, strict=True))),),
        ticks=tuple(Tick(100.0 * (d + 0.5) / 7, WEEKDAYS[d]) for d in range(7)),
        readouts=tuple(_readout(week, layers, lines, mw, place=place, per_day=per_day) for place in range(len(total))),
        lines_at=tuple(100.0 * d / 7 for d in range(1, 7)),
    )


def _readout(
    week: TypicalWeek, layers: Sequence[Layer], lines: Sequence[Layer], mw: Quantity, *, place: int, per_day: int
) -> str:
    minutes = (place % per_day) * 24 * 60 // per_day
    total = float(sum(values[place] for values in week.means))
    parts = ", ".join(
        f"{layer.name} {mw.text(float(values[place]))}" for layer, values in zip(layers, week.means, strict=True)
    )
    told = f"; {parts}" if len(layers) > 1 else ""
    told += "".join(
        f"; {each.name} {mw.text(float(values[place]))}" for each, values in zip(lines, week.lines, strict=True)
    )
    return f"{WEEKDAYS[place // per_day]} {minutes // 60:02d}:{minutes % 60:02d}: {mw.with_unit(total)}{told}"


def _place_in_week(clock: WallClock) -> IntArray:
    weekdays = np.asarray(clock.local.day_of_week, dtype=np.int64)
    return (weekdays * 24.0 / clock.hours_per_step + clock.hours // clock.hours_per_step).astype(np.int64)


def _means(mw: FloatArray, places: IntArray, chosen: BoolArray, count: int) -> FloatArray:
    sums = np.bincount(places[chosen], weights=mw[chosen], minlength=count)
    return np.asarray(sums / np.bincount(places[chosen], minlength=count), dtype=float)
