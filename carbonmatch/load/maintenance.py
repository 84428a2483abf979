"""Planned maintenance: halls that are out, one after the other or on certain days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from carbonmatch.load.calendar import Clock
from carbonmatch.timegrid import FloatArray

_DAY: Final = np.timedelta64(24 * 3600 * 1_000_000, "us")


@dataclass(frozen=True)
class PlannedOutage:
    """Part of the fleet that is out from `start` to before `end`.

    share   of the fleet, in 0..1
    """

    start: date
    end: date
    share: float

    def share_out(self, clock: Clock) -> FloatArray:
        """Return the share of the fleet that is out at each time, (steps,)."""
        inside = (clock >= np.datetime64(self.start, "us")) & (clock < np.datetime64(self.end, "us"))
        return np.where(inside, self.share, 0.0)


@dataclass(frozen=True)
class HallRota:
    """Halls of equal size that are out one after the other, every year.

    halls          number of halls
    days_per_hall  for which each of them is out
    month, day     when the first one goes out
    days_between   from one being back to the next going out
    """

    halls: int
    days_per_hall: float
    month: int
    day: int
    days_between: float = 0.0

    @property
    def days(self) -> float:
        """From the first hall going out to the last one being back."""
        return self.halls * self.days_per_hall + (self.halls - 1) * self.days_between

    def share_out(self, clock: Clock) -> FloatArray:
        """Return the share of the fleet that is out at each time, (steps,): 1 / halls while one is."""
        year = clock.astype("datetime64[Y]")
        since = (clock - self._start(year)) / _DAY
        since = np.where(since < 0.0, (clock - self._start(year - 1)) / _DAY, since)
        turn = self.days_per_hall + self.days_between
        number, into = np.divmod(since, turn)
        out = (number < self.halls) & (into < self.days_per_hall)
        return np.where(out, 1.0 / self.halls, 0.0)

    def _start(self, year: Clock) -> Clock:
        months = year.astype("datetime64[M]").astype(np.int64) + (self.month - 1)
        days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + (self.day - 1)
        start: Clock = days.astype("datetime64[D]").astype("datetime64[us]")
        return start


def share_out(plans: Iterable[PlannedOutage | HallRota], clock: Clock) -> FloatArray:
    """Return the share of the fleet that is out at each time, (steps,): above 1 where plans take out more than all."""
    out: FloatArray = np.sum([np.zeros(len(clock)), *(plan.share_out(clock) for plan in plans)], axis=0)
    return out
