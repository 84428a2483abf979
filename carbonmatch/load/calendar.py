"""The clock on which a fleet stands: the case's own, or that of another calendar year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carbonmatch.timegrid import TimeGrid

Clock = npt.NDArray[np.datetime64]


def fleet_clock(grid: TimeGrid, calendar_year: int | None = None) -> Clock:
    """Return the local wall time at the middle of every step, (steps,), as the fleet sees it.

    calendar_year   the year that the fleet is in, whatever the year of the case: every step is the same day and hour of it;
                    29 February becomes the 28th where that year has none. None: the case's own time
    """
    wall = grid.local_index.tz_localize(None).to_numpy().astype("datetime64[us]")
    half = np.timedelta64(round(grid.hours_per_step * 1_800_000_000), "us")
    if calendar_year is None:
        middle: Clock = wall + half
        return middle
    months = wall.astype("datetime64[M]")
    into_month = wall - months
    moved = months.astype(np.int64) % 12 + (calendar_year - 1970) * 12
    month = moved.astype("datetime64[M]")
    last_day = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    into_day = wall - wall.astype("datetime64[D]")
    there: Clock = np.minimum(month + into_month, last_day + into_day) + half
    return there
