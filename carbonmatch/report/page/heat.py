"""The matched share by the clock and the calendar: hour of day by month, and every step of the period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.report.numbers import number, share
from carbonmatch.report.page import colours
from carbonmatch.report.page.dispatch import Dispatch
from carbonmatch.report.page.figure import Tick
from carbonmatch.report.page.raster import data_uri, png
from carbonmatch.report.page.wall_clock import FULL_MONTHS, MONTHS, WallClock, day_text
from carbonmatch.timegrid import FloatArray, IntArray

HOURS_OF_DAY: Final = 24
SHOWS_DAYS: Final = 2
"""Local days from which on a picture of days is worth its room."""
_DAILY_TICKS: Final = 10


@dataclass(frozen=True)
class Cell:
    """One cell of a heat map: its number, colours, and what the pointer reads."""

    text: str
    colour: str
    white: bool
    readout: str


@dataclass(frozen=True)
class HeatMap:
    """Rows of cells with the names of rows and columns; `low` and `high` are the shares at the ends of the scale."""

    name: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    low: float
    high: float


@dataclass(frozen=True)
class DayPicture:
    """The period as a picture: days from left to right, the clock from top to bottom; `levels` for the reader."""

    name: str
    title: str
    caption: str
    uri: str
    ticks: tuple[Tick, ...]
    low: float
    high: float
    columns: int
    rows: int
    first_day: str
    minutes: int


def share_of(matched: FloatArray, load: FloatArray, cells: IntArray, count: int) -> FloatArray:
    """Return matched energy over load in each of `count` cells; NaN where a cell has no load."""
    met, asked = (np.bincount(cells, weights=energy, minlength=count).astype(float) for energy in (matched, load))
    return share_of_sums(met, asked)


def share_of_sums(parts: FloatArray, wholes: FloatArray) -> FloatArray:
    """Return parts over wholes; NaN where a whole is nothing."""
    return np.asarray(np.divide(parts, wholes, out=np.full(len(wholes), np.nan), where=wholes > 0.0))


def by_month_and_hour(dispatch: Dispatch) -> tuple[list[int], FloatArray]:
    """Return the months of the period in their order, and the matched share of each hour of the day in each of them."""
    months = list(dict.fromkeys(dispatch.clock.months.tolist()))
    row = np.array([months.index(month) for month in dispatch.clock.months], dtype=np.int64)
    cells = row * HOURS_OF_DAY + dispatch.clock.hours.astype(np.int64)
    shares = share_of(dispatch.matched_mw, dispatch.load_mw, cells, len(months) * HOURS_OF_DAY)
    return months, shares.reshape(len(months), HOURS_OF_DAY)


def by_day(dispatch: Dispatch) -> FloatArray:
    """Return the matched share with the clock in rows and local days in columns.

    The hour that a clock change skips is NaN, and the one that it repeats is told once, of both together.
    """
    clock = dispatch.clock
    rows = max(1, round(HOURS_OF_DAY / clock.hours_per_step))
    row = np.minimum((clock.hours * rows / HOURS_OF_DAY).astype(np.int64), rows - 1)
    cells = row * len(clock.days) + clock.day_of_step
    shares = share_of(dispatch.matched_mw, dispatch.load_mw, cells, rows * len(clock.days))
    return shares.reshape(rows, len(clock.days))


def scale_ends(dispatch: Dispatch) -> tuple[float, float]:
    """Return the shares at the ends of the colour scale: the lowest one of the zone, rounded down to 20 %, and 1."""
    shares = by_day(dispatch)
    least = float(np.nanmin(shares)) if not np.isnan(shares).all() else 0.0
    return min(0.8, np.floor(least * 5.0 + 1e-9) / 5.0), 1.0


def heat_map(dispatch: Dispatch, name: str) -> HeatMap:
    """Return the heat map of hour of day by month."""
    months, shares = by_month_and_hour(dispatch)
    low, high = scale_ends(dispatch)
    rows = tuple(
        (MONTHS[month - 1], tuple(_cell(month, hour, shares[r, hour], low, high) for hour in range(HOURS_OF_DAY)))
        for r, month in enumerate(months)
    )
    return HeatMap(
        name=name,
        title="Matched share by hour of day and month",
        caption=f"{_best_and_worst_month(dispatch, months)} {_best_and_worst_hour(dispatch)}",
        columns=tuple(f"{hour:02d}" for hour in range(HOURS_OF_DAY)),
        rows=rows,
        low=low,
        high=high,
    )


def _cell(month: int, hour: int, value: float, low: float, high: float) -> Cell:
    place = f"{FULL_MONTHS[month - 1]}, {hour:02d}:00 to {hour + 1:02d}:00"
    if np.isnan(value):
        return Cell("", "transparent", False, f"{place}: no load in the period")
    rgb = colours.shade(np.array((value - low) / (high - low)))
    text = number(min(99.0, 100.0 * value) if value < 0.99999 else 100.0, 0)
    return Cell(text, colours.hexadecimal(rgb), colours.reads_white(rgb), f"{place}: {share(value)} matched")


def _best_and_worst_month(dispatch: Dispatch, months: list[int]) -> str:
    found = share_of(dispatch.matched_mw, dispatch.load_mw, dispatch.clock.months, 13)
    known = [month for month in months if not np.isnan(found[month])]
    if not known:
        return "There is no load in the period."
    if len(known) == 1:
        return f"{FULL_MONTHS[known[0] - 1]}: {share(found[known[0]])} matched."
    best, worst = max(known, key=lambda m: found[m]), min(known, key=lambda m: found[m])
    if found[best] - found[worst] < 1e-6:
        return f"Every month is matched alike, at {share(found[best])}."
    return (
        f"Best month {FULL_MONTHS[best - 1]} with {share(found[best])}, "
        f"worst {FULL_MONTHS[worst - 1]} with {share(found[worst])}."
    )


def _best_and_worst_hour(dispatch: Dispatch) -> str:
    found = share_of(dispatch.matched_mw, dispatch.load_mw, dispatch.clock.hours.astype(np.int64), HOURS_OF_DAY)
    if np.isnan(found).all() or float(np.nanmax(found) - np.nanmin(found)) < 1e-6:
        return ""
    best, worst = int(np.nanargmax(found)), int(np.nanargmin(found))
    return (
        f"Best hour of the day {best:02d}:00 with {share(found[best])}, "
        f"hardest {worst:02d}:00 with {share(found[worst])}."
    )


def day_picture(dispatch: Dispatch, name: str, fully_matched_share: float) -> DayPicture | None:
    """Return the picture of every step; None for a period of a day or less."""
    clock = dispatch.clock
    if len(clock.days) < SHOWS_DAYS:
        return None
    shares = by_day(dispatch)
    low, high = scale_ends(dispatch)
    return DayPicture(
        name=name,
        title=f"Every {_step_noun(clock)} of the period, day by day",
        caption=(
            f"{share(fully_matched_share)} of all hours are matched in full. {_hardest_day(dispatch)}{_blanks(shares)}"
        ),
        uri=data_uri(png(shares, low, high)),
        ticks=day_ticks(clock),
        low=low,
        high=high,
        columns=shares.shape[1],
        rows=shares.shape[0],
        first_day=clock.days[0].isoformat(),
        minutes=round(60 * clock.hours_per_step),
    )


def _hardest_day(dispatch: Dispatch) -> str:
    clock = dispatch.clock
    found = share_of(dispatch.matched_mw, dispatch.load_mw, clock.day_of_step, len(clock.days))
    if np.isnan(found).all() or float(np.nanmin(found)) >= 1.0 - 1e-6:
        return ""
    worst = int(np.nanargmin(found))
    return f"The hardest day is {day_text(clock.days[worst])}: {share(found[worst])} of its load is matched. "


def _blanks(shares: FloatArray) -> str:
    if not np.isnan(shares).any():
        return ""
    return "Blank is what the period does not cover, has no load in, or skips as the clocks change."


def _step_noun(clock: WallClock) -> str:
    if clock.hours_per_step == 1.0:
        return "hour"
    minutes = round(60 * clock.hours_per_step)
    return f"{minutes}-minute step" if minutes < 60 else f"{clock.hours_per_step:g}-hour step"


def day_ticks(clock: WallClock) -> tuple[Tick, ...]:
    """Return labels for an axis of days: months in the middle of their days, or days where there are few."""
    days = clock.days
    if len(days) <= _DAILY_TICKS:
        return tuple(
            Tick(100.0 * (d + 0.5) / len(days), f"{day.day} {MONTHS[day.month - 1]}", minor=d % 2 == 1)
            for d, day in enumerate(days)
        )
    spans: dict[tuple[int, int], list[int]] = {}
    for d, day in enumerate(days):
        spans.setdefault((day.year, day.month), []).append(d)
    every = 1 if len(spans) <= 14 else -(-len(spans) // 12)
    least = 0.04 * len(days)
    return tuple(
        Tick(100.0 * (in_month[0] + len(in_month) / 2) / len(days), MONTHS[month - 1])
        for i, ((_, month), in_month) in enumerate(spans.items())
        if i % every == 0 and len(in_month) >= least
    )
