"""The clock on which a fleet stands: the case's own, or that of another calendar year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carbonmatch.timegrid import TimeGrid

Clock = npt.NDArray[np.datetime64]


def fleet_clock(grid: TimeGrid, calendar_year: int | None = None) -> Clock:
    """Return the local wall time at the middle of every step, (steps,), as the fleet sees it.

    calendar_year   the year that the fleet is in, whatever the year of the case: every step is the same day and hour of
                    it; 29 February becomes the 28th where that year has none. None: the case's own time
    """
    wall: Clock = grid.local_index.tz_localize(None).to_numpy().astype("datetime64[us]")
    if calendar_year is not None:
        months = wall.astype("datetime64[M]")
        days = wall.astype("datetime64[D]")
        there = (months.astype(np.int64) % 12 + (calendar_year - 1970) * 12).astype("datetime64[M]")
        last_day = (there + 1).astype("datetime64[D]") - 1
        day: Clock = np.minimum(there + (days - months), last_day)
        wall = day + (wall - days)
    middle: Clock = wall + _half(grid.hours_per_step)
    return middle


def say_step(clock: Clock, step: int, hours_per_step: float) -> str:
    """Write when a step starts on the clock of the fleet."""
    start = (clock[step] - _half(hours_per_step)).astype("datetime64[m]")
    return str(start).replace("T", " ")


def _half(hours: float) -> np.timedelta64:
    return np.timedelta64(round(hours * 1_800_000_000), "us")
