"""An ordinary factory: a base load, shifts by weekday and hour, growth from year to year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from carbonmatch.load.site_load import SiteLoad
from carbonmatch.timegrid import FloatArray, TimeGrid

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BASE: Final = "base"
"""Name of the class that runs outside the shifts too."""


@dataclass(frozen=True)
class Shift:
    """What a shift adds to the base load.

    mw      added load [MW]
    days    weekdays on which it starts, 0 (Monday) to 6 (Sunday)
    hours   spans of the local day [from, to) in hours 0..24; one that ends before it starts passes midnight and belongs
            to the day on which it starts. A step belongs to the hour in which it starts

    No shift starts on a holiday.
    """

    mw: float
    days: frozenset[int]
    hours: tuple[tuple[float, float], ...] = ((0.0, 24.0),)

    def load_mw(self, grid: TimeGrid, holidays: frozenset[date] = frozenset()) -> FloatArray:
        """Return its load in every step [MW], (steps,)."""
        wall = grid.local_index.tz_localize(None).to_numpy().astype("datetime64[us]")
        days = wall.astype("datetime64[D]")
        hour = (wall - days) / np.timedelta64(3_600_000_000, "us")
        on = np.zeros(grid.steps, dtype=bool)
        for first, last in self.hours:
            if first < last:
                on |= (hour >= first) & (hour < last) & self._works(days, holidays)
            else:
                on |= (hour >= first) & self._works(days, holidays)
                on |= (hour < last) & self._works(days - 1, holidays)
        return np.where(on, self.mw, 0.0)

    def _works(self, days: np.ndarray, holidays: frozenset[date]) -> np.ndarray:
        weekday = (days.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
        closed = np.array(sorted(holidays), dtype="datetime64[D]")
        works: np.ndarray = np.isin(weekday, sorted(self.days)) & ~np.isin(days, closed)
        return works


def growth_factor(grid: TimeGrid, growth_per_year: float, of_year: int, calendar_year: int | None = None) -> FloatArray:
    """Return (1 + growth)^(year - of_year) in every step, (steps,).

    of_year         local calendar year whose load is the one that is given
    calendar_year   the year that it is, whatever the year of the case; None: the case's own
    """
    years = grid.local_index.year.to_numpy() if calendar_year is None else np.full(grid.steps, calendar_year)
    factor: FloatArray = (1.0 + growth_per_year) ** (years - of_year).astype(np.float64)
    return factor


def factory_load(
    grid: TimeGrid,
    base_mw: FloatArray,
    shifts: Mapping[str, Shift],
    holidays: frozenset[date] = frozenset(),
    growth: FloatArray | float = 1.0,
) -> SiteLoad:
    """Return the load of a factory: (base + shifts) * growth [MW]; with shifts, each is a class beside the `base`.

    base_mw   base load, or the whole metered profile [MW], (steps,);  growth   factor, (steps,) or one number
    """
    parts = {BASE: base_mw * growth, **{name: shift.load_mw(grid, holidays) * growth for name, shift in shifts.items()}}
    return SiteLoad(np.sum(list(parts.values()), axis=0), classes_mw=parts if shifts else {})
