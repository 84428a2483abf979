"""The best, the median and the worst week, as stacks of who meets the load in every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from carbonmatch.report.numbers import Units, energy_text, number, share
from carbonmatch.report.page import colours
from carbonmatch.report.page.dispatch import Dispatch, Layer
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, area, line
from carbonmatch.report.page.wall_clock import WEEKDAYS, WallClock, span_text
from carbonmatch.timegrid import FloatArray

TALLEST: Final = 2.5
"""Height of a stack in peak loads; what is higher is cut, so that what meets the load stays readable."""


_ALIKE: Final = 1e-6
"""Weeks whose matched shares differ by less are matched alike."""


@dataclass(frozen=True)
class Week:
    """A week: what it is chosen for, its first step and the step after its last one."""

    word: str
    first: int
    last: int


def chosen_weeks(dispatch: Dispatch) -> tuple[Week, ...]:
    """Return the best, the median and the worst full week by the matched share of their load.

    The earlier one of two alike, and the first one alone where all are. Where the period holds fewer than three full
    weeks, those that it holds; where it holds none, the period itself.
    """
    known = [
        (share_of_week, first, last)
        for first, last in dispatch.clock.full_weeks
        if (share_of_week := dispatch.matched_share(first, last)) is not None
    ]
    if not known:
        return (Week("The period", 0, len(dispatch.load_mw)),)
    ranked = sorted(known, key=lambda week: (round(-week[0], 9), week[1]))
    if len(ranked) == 1:
        return (Week("The only full week", *ranked[0][1:]),)
    if ranked[0][0] - ranked[-1][0] < _ALIKE:
        return (Week("The first full week (all are matched alike)", *known[0][1:]),)
    best, worst = Week("Best week", *ranked[0][1:]), Week("Worst week", *_worst(known)[1:])
    if len(ranked) == 2:
        return best, worst
    return best, Week("Median week", *ranked[len(ranked) // 2][1:]), worst


def _worst(known: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    return min(known, key=lambda week: (round(week[0], 9), week[1]))


def tallest_mw(dispatch: Dispatch, weeks: Sequence[Week] = ()) -> float:
    """Return the height to which stacks are drawn: the highest one of these weeks, but no more than 2.5 peak loads."""
    spans = [slice(week.first, week.last) for week in weeks] or [slice(None)]
    drawn = [dispatch.height_mw, *([] if dispatch.planned_mw is None else [dispatch.planned_mw])]
    highest = max(float(height[span].max()) for height in drawn for span in spans)
    peak = float(dispatch.load_mw.max())
    return min(highest, TALLEST * peak) if peak > 0.0 else highest


def week_figure(dispatch: Dispatch, week: Week, units: Units, name: str, tallest: float) -> Figure:
    """Return a week as a figure: the stack, and below it what is in storage."""
    window = slice(week.first, week.last)
    scale = Scale.over(0.0, tallest)
    stack = [*dispatch.below, *dispatch.above]
    tops = np.cumsum([layer.values[window] for layer in stack], axis=0)
    load = dispatch.load_mw[window]
    shapes = [
        Shape(area(top, scale), layer.slot, layer.style)
        for layer, top in reversed(list(zip(stack, tops, strict=True)))
        if layer.values[window].any()
    ]
    if dispatch.planned_mw is not None:
        shapes.append(Shape(line(dispatch.planned_mw[window], scale), "ink", "dash"))
    shapes.append(Shape(line(load, scale), "ink", "line"))
    steps = week.last - week.first
    panels = [Panel("MW", scale.labels(), tuple(shapes), steps * UNITS_PER_STEP, rem=14.0)]
    if dispatch.stored:
        panels.append(_stored_panel(dispatch, window, steps))
    local = dispatch.clock.local
    days = local[week.first].date(), local[week.last - 1].date()
    return Figure(
        name=name,
        title=f"{week.word}, {span_text(*days)}: {share(dispatch.matched_share(week.first, week.last))} matched",
        caption=_caption(dispatch, week, units, scale.high),
        legend=(),
        panels=tuple(panels),
        ticks=step_ticks(dispatch.clock, week.first, week.last),
        week=(dispatch.zone, week.first, week.last),
        lines_at=day_lines(dispatch.clock, week.first, week.last),
    )


def _stored_panel(dispatch: Dispatch, window: slice, steps: int) -> Panel:
    tops = np.cumsum([layer.values for layer in dispatch.stored], axis=0)
    scale = stored_scale(dispatch)
    shapes = tuple(
        Shape(area(top[window], scale), layer.slot, layer.style)
        for layer, top in reversed(list(zip(dispatch.stored, tops, strict=True)))
    )
    return Panel("MWh", stored_ticks(scale), shapes, steps * UNITS_PER_STEP, rem=3.2)


def stored_scale(dispatch: Dispatch) -> Scale:
    """Return the axis of stored energy: up to the most that is ever in storage, the same for all weeks."""
    most = float(np.sum([layer.values for layer in dispatch.stored], axis=0).max()) if dispatch.stored else 1.0
    return Scale(0.0, most, (0.0, most))


def stored_ticks(scale: Scale) -> tuple[Tick, ...]:
    """Return the labels of the axis of stored energy: nothing, and the most."""
    return Tick(0.0, "0"), Tick(100.0, number(scale.high, 0 if scale.high >= 100.0 else 1))


def legend(dispatch: Dispatch) -> tuple[Key, ...]:
    """Return the legend that the weeks of a zone share."""
    planned = [] if dispatch.planned_mw is None else [Key("planned load", "ink", "dash")]
    keys = [Key("load", "ink", "line"), *planned, *(Key(layer.name, layer.slot) for layer in dispatch.below)]
    keys += [Key(layer.name, layer.slot, layer.style) for layer in dispatch.above]
    named = {key.text for key in keys}
    strips = [Key(layer.name, layer.slot) for layer in dispatch.stored if layer.slot != colours.STORAGE]
    return tuple(keys + [key for key in strips if key.text not in named])


def _caption(dispatch: Dispatch, week: Week, units: Units, high: float) -> str:
    hours = dispatch.clock.hours_per_step
    window = slice(week.first, week.last)

    def mwh(values: FloatArray) -> float:
        return float(values[window].sum()) * hours

    def told(layers: Sequence[Layer]) -> str:
        found = [(layer.name, mwh(layer.values)) for layer in layers]
        load = mwh(dispatch.load_mw)
        return ", ".join(f"{name} {share(volume / load)}" for name, volume in found if volume >= 5e-4 * load)

    if not mwh(dispatch.load_mw) > 0.0:
        return "There is no load in this time."
    volume = energy_text(mwh(dispatch.load_mw))
    text = f"Load {volume}: {told(dispatch.below)}."
    beyond = mwh(sum((layer.values for layer in dispatch.above), np.zeros_like(dispatch.load_mw)))
    if beyond > 0.0:
        text += f" Beyond it, {energy_text(beyond)} are generated and stored or left over."
    highest = float(dispatch.height_mw[window].max())
    if highest > high * 1.0001:
        text += f" Peaks above {number(high, 0)} MW are cut; the highest is {units.power.with_unit(highest)}."
    return text


def day_lines(clock: WallClock, first: int, last: int) -> tuple[float, ...]:
    """Return where days begin, in per cent of the width."""
    starts = [step for step in clock.first_step_of_day.tolist() if first < step < last]
    return tuple(round(100.0 * (step - first) / (last - first), 3) for step in starts) if len(starts) <= 31 else ()


def step_ticks(clock: WallClock, first: int, last: int) -> tuple[Tick, ...]:
    """Return labels for an axis of steps: days in their middle, hours where there is less than two days of them."""
    days = list(zip(clock.days, clock.first_step_of_day.tolist(), clock.day_ends(), strict=True))
    inside = [(day, max(begin, first), min(end, last)) for day, begin, end in days if begin < last and end > first]
    if len(inside) <= 1:
        return _hour_ticks(clock, first, last)
    every = max(1, -(-len(inside) // 10))
    return tuple(
        Tick(100.0 * ((begin + end) / 2 - first) / (last - first), day_label(day))
        for i, (day, begin, end) in enumerate(inside)
        if i % every == 0 and (end - begin) >= 0.05 * (last - first)
    )


def _hour_ticks(clock: WallClock, first: int, last: int) -> tuple[Tick, ...]:
    steps = last - first
    every = max(1, -(-steps // 8))
    return tuple(
        Tick(100.0 * (i + 0.5) / steps, f"{clock.local[first + i]:%H:%M}", minor=(i // every) % 2 == 1)
        for i in range(0, steps, every)
    )


def day_label(day: date) -> str:
    """Write a day as an axis has room for: Mon 8."""
    return f"{WEEKDAYS[day.weekday()]} {day.day}"
