"""The figures of a load: the year, its PUE, and all hours sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from carbonmatch.accounting import SiteProfile
from carbonmatch.report.load.stack import Layer, keys_of, stack_panel
from carbonmatch.report.numbers import Quantity, number
from carbonmatch.report.overview.profile import pue_text
from carbonmatch.report.page.duration import is_flat
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, area, line, stairs
from carbonmatch.report.page.wall_clock import MONTHS, WallClock, day_text
from carbonmatch.timegrid import FloatArray, IntArray

MOST_DAYS_BY_STEP: Final = 21
"""A period of at most so many days is drawn step by step; a longer one by the means of its days."""

CURVE_PARTS: Final = 200
"""Parts of the curve of sorted hours, each the mean of its steps."""

WEEKENDS_APART: Final = 0.15
"""Weekends whose mean load is off by more than this share of the mean are rest: the year is drawn by weeks."""

LEAST_DAYS_OF_WEEK: Final = 7
"""Fewer days than a week, at the ends of a period, are no week: their mean depends on which days they are."""

LEAST_SPREAD_OF_PUE: Final = 5e-4
"""A PUE that changes by less is the same in every hour, as far as it is told."""


class Spans:
    """The places of a figure over the period, from left to right: steps where it is short, else days.

    by_week   each day has the mean of its week: where work rests on weekends, days would be teeth of a comb
    """

    def __init__(self, clock: WallClock, *, by_week: bool = False) -> None:
        self.by_step = len(clock.days) <= MOST_DAYS_BY_STEP
        self.what = "step" if self.by_step else "week" if by_week else "day"
        self.starts = list(range(len(clock.local))) if self.by_step else clock.first_step_of_day.tolist()
        self._ends = [*self.starts[1:], len(clock.local)]
        self.names = [f"{moment:%Y-%m-%d %H:%M}" for moment in clock.local]
        self._mean_of = np.arange(len(self.starts))
        if not self.by_step:
            self.names = [day_text(day) for day in clock.days]
        if self.what == "week":
            self._mean_of = _weeks_of(clock)
            firsts = np.searchsorted(self._mean_of, self._mean_of)
            self.names = [f"week from {self.names[first]}" for first in firsts]
        self.ticks, self.lines_at = _day_ticks(clock) if self.by_step else _month_ticks(clock)

    def means(self, values: FloatArray) -> FloatArray:
        """Return the mean of each place, or of the week that it lies in."""
        sums = np.add.reduceat(values, self.starts)
        counts = np.subtract(self._ends, self.starts)
        of_weeks = np.bincount(self._mean_of, weights=sums) / np.bincount(self._mean_of, weights=counts)
        return np.asarray(of_weeks[self._mean_of], dtype=float)

    def lows(self, values: FloatArray) -> FloatArray:
        """Return the lowest value of each place."""
        return np.array([values[a:b].min() for a, b in zip(self.starts, self._ends, strict=True)])

    def highs(self, values: FloatArray) -> FloatArray:
        """Return the highest value of each place."""
        return np.array([values[a:b].max() for a, b in zip(self.starts, self._ends, strict=True)])


def _month_ticks(clock: WallClock) -> tuple[tuple[Tick, ...], tuple[float, ...]]:
    """Name each month in its middle; where the period has many, every other one, or the years."""
    days = clock.days
    firsts = [0, *(i for i, day in enumerate(days) if day.day == 1 and i)]
    ends = [*firsts[1:], len(days)]
    many = len(firsts) > 14
    ticks = []
    for number_of_month, (a, b) in enumerate(zip(firsts, ends, strict=True)):
        day = days[a]
        if b - a < 10 or (many and day.month != 1):
            continue
        text = f"{day.year}" if many else MONTHS[day.month - 1]
        ticks.append(Tick(50.0 * (a + b) / len(days), text, minor=not many and number_of_month % 2 == 1))
    return tuple(ticks), tuple(100.0 * i / len(days) for i in firsts[1:] if not many or days[i].month == 1)


def _day_ticks(clock: WallClock) -> tuple[tuple[Tick, ...], tuple[float, ...]]:
    ends, steps = clock.day_ends(), len(clock.local)
    firsts = clock.first_step_of_day.tolist()
    short = len(clock.days) <= 7
    ticks = tuple(
        Tick(50.0 * (a + b) / steps, f"{day.day} {MONTHS[day.month - 1]}", minor=not short and i % 3 > 0)
        for i, (day, a, b) in enumerate(zip(clock.days, firsts, ends, strict=True))
        if short or i % 2 == 0
    )
    return ticks, tuple(100.0 * a / steps for a in firsts[1:])


def year_figure(layers: Sequence[Layer], clock: WallClock, mw: Quantity, name: str, title: str) -> Figure:
    """Return the load over the period, stacked: means of days, or of steps where the period is short."""
    spans = Spans(clock, by_week=_rests_on_weekends(layers, clock))
    values = [spans.means(layer.mw) for layer in layers]
    totals = np.sum(values, axis=0)
    least, most = int(totals.argmin()), int(totals.argmax())
    caption = f"The load is {mw.with_unit(float(totals[0]))} in every {spans.what}."
    if float(totals[most] - totals[least]) > 1e-6 * max(float(totals[most]), 1e-12):
        caption = (
            f"{'Step by step' if spans.by_step else f'Means of {spans.what}s'}: {mw.with_unit(float(totals[most]))} at "
            f"most ({spans.names[most]}), {mw.with_unit(float(totals[least]))} at least ({spans.names[least]})."
        )
    return Figure(
        name=name,
        title=title,
        caption=caption,
        legend=keys_of(layers),
        panels=(stack_panel(layers, values, Scale.over(0.0, float(totals.max())), 17.0),),
        ticks=spans.ticks,
        readouts=tuple(
            f"{spans.names[i]}: {mw.with_unit(float(totals[i]))}" + _parts(layers, [v[i] for v in values], mw)
            for i in range(len(totals))
        ),
        lines_at=spans.lines_at,
    )


def _weeks_of(clock: WallClock) -> IntArray:
    """Return the number of the week that each day lies in; a stump of one at either end goes with its neighbour."""
    weeks = np.cumsum([day.weekday() == 0 and i > 0 for i, day in enumerate(clock.days)])
    counts = np.bincount(weeks)
    if counts[0] < LEAST_DAYS_OF_WEEK:
        weeks = np.maximum(weeks - 1, 0)
    if counts[-1] < LEAST_DAYS_OF_WEEK:
        weeks = np.minimum(weeks, weeks.max() - 1)
    return np.asarray(weeks, dtype=np.int64)


def _rests_on_weekends(layers: Sequence[Layer], clock: WallClock) -> bool:
    """Tell whether the load of weekends is far from that of the other days."""
    total = np.sum([layer.mw for layer in layers], axis=0)
    weekend = np.asarray(clock.local.day_of_week) >= 5
    if not weekend.any() or weekend.all():
        return False
    apart = abs(float(total[weekend].mean()) - float(total[~weekend].mean()))
    return apart > WEEKENDS_APART * float(total.mean())


def _parts(layers: Sequence[Layer], values: Sequence[float], mw: Quantity) -> str:
    if len(layers) == 1:
        return ""
    return "; " + ", ".join(
        f"{layer.name} {mw.text(float(value))}" for layer, value in zip(layers, values, strict=True)
    )


def pue_figure(site: SiteProfile, clock: WallClock, name: str) -> Figure | None:
    """Return the PUE over the period: the mean of each day, and its lowest and highest step.

    None where the machines are not told apart, or it is always the same.
    """
    it, pue = site.load.total_it_mw, site.load.pue
    if it is None or pue is None or float(pue.max() - pue.min()) < LEAST_SPREAD_OF_PUE:
        return None
    spans = Spans(clock)
    loads = np.maximum(spans.means(it), 1e-12)
    means = np.where(spans.means(it) > 0.0, spans.means(site.load.total_mw) / loads, 1.0)
    lows, highs = spans.lows(pue), spans.highs(pue)
    above = Scale.over(0.0, float(highs.max()) - 1.0)
    scale = Scale(1.0, 1.0 + above.high, tuple(1.0 + tick for tick in above.ticks))
    shapes = [Shape(line(means, scale), "accent", "line")]
    if not spans.by_step:
        shapes.insert(0, Shape(_band(lows, highs, scale), "accent", "pale"))
    most = int(highs.argmax())
    mean = float(site.load.total_mw.sum() / it.sum())
    return Figure(
        name=name,
        title="PUE through the period",
        caption=f"{pue_text(mean)} on average over the energy, {pue_text(float(highs[most]))} at most, on "
        f"{spans.names[most]}, {pue_text(float(lows.min()))} at least.",
        legend=()
        if spans.by_step
        else (Key("mean of the day", "accent", "line"), Key("its lowest to its highest hour", "accent", "pale")),
        panels=(
            Panel(
                "load of the site / load of its machines", scale.labels(), tuple(shapes), len(means) * UNITS_PER_STEP
            ),
        ),
        ticks=spans.ticks,
        readouts=tuple(
            f"{spans.names[i]}: {pue_text(float(means[i]))}"
            + ("" if spans.by_step else f", from {pue_text(float(lows[i]))} to {pue_text(float(highs[i]))}")
            for i in range(len(means))
        ),
        lines_at=spans.lines_at,
    )


def _band(lows: FloatArray, highs: FloatArray, scale: Scale) -> str:
    """Return the path of the area between two series of places."""
    back = stairs(scale.y(lows[::-1])).replace("h", "h-")
    return f"M0 {scale.y(lows[:1])[0]}{stairs(scale.y(highs))}{back}z"


def curve_figure(site: SiteProfile, hours_per_step: float, mw: Quantity, name: str) -> Figure:
    """Return the load duration curve: all steps, sorted by load."""
    total = np.sort(site.load.total_mw)[::-1]
    parts = [part.mean() for part in np.array_split(total, min(CURVE_PARTS, len(total)))]
    values = np.array(parts)
    flat = is_flat(total)
    scale = Scale.near(float(values.min()), float(values.max())) if flat else Scale.over(0.0, float(values.max()))
    shapes = [Shape(line(values, scale), "ink", "line")]
    if scale.low == 0.0:
        shapes.insert(0, Shape(area(values, scale), "blue", "pale"))
    near = float((total >= 0.95 * total[0]).sum()) * hours_per_step
    half = float(total[len(total) // 2])
    return Figure(
        name=name,
        title="All hours sorted by load",
        caption=f"In half of all hours the load is {mw.with_unit(half)} or more; in "
        f"{number(near, 0)} of {number(len(total) * hours_per_step, 0)} h it is within 5 % of its peak.",
        legend=(),
        panels=(Panel("MW", scale.labels(), tuple(shapes), len(values) * UNITS_PER_STEP),),
        ticks=tuple(Tick(at, f"{at} %") for at in (0, 25, 50, 75, 100)),
        unit="share of all hours of the period",
        readouts=tuple(
            f"{100 * i / len(values):.0f} to {100 * (i + 1) / len(values):.0f} % of hours: {mw.with_unit(float(value))}"
            for i, value in enumerate(values)
        ),
    )
