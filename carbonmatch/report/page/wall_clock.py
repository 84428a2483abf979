"""Steps by the clock on the wall: local days, hours and months, clock changes and all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from carbonmatch.timegrid import FloatArray, IntArray

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FULL_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class WallClock:
    """The steps of a run in local time.

    local            start of each step, in the time zone of the case
    hours_per_step   length of a step [h]
    """

    local: pd.DatetimeIndex
    hours_per_step: float

    @staticmethod
    def of(starts: pd.Series[pd.Timestamp], timezone: str, hours_per_step: float) -> WallClock:
        """Read the clock of a time zone at the start of each step."""
        return WallClock(pd.DatetimeIndex(starts).tz_convert(timezone), hours_per_step)

    @cached_property
    def months(self) -> IntArray:
        """Month of each step, 1 to 12."""
        return np.asarray(self.local.month, dtype=np.int64)

    @cached_property
    def hours(self) -> FloatArray:
        """Hour of the local day at which each step starts, 0 to below 24."""
        return np.asarray(self.local.hour + self.local.minute / 60.0, dtype=float)

    @cached_property
    def days(self) -> list[date]:
        """Every local day from the first to the last."""
        first, last = self.local[0].date(), self.local[-1].date()
        return [first + timedelta(days=i) for i in range((last - first).days + 1)]

    @cached_property
    def day_of_step(self) -> IntArray:
        """Place in `days` of the local day in which each step starts."""
        ordinals = np.array([moment.toordinal() for moment in self.local.date], dtype=np.int64)
        return np.asarray(ordinals - ordinals[0])

    @cached_property
    def first_step_of_day(self) -> IntArray:
        """First step of each day in `days`; a day in which no step starts has that of the next one."""
        return np.searchsorted(self.day_of_step, np.arange(len(self.days))).astype(np.int64)

    def day_ends(self) -> list[int]:
        """Return for each day the step after its last one."""
        return [*self.first_step_of_day[1:].tolist(), len(self.local)]

    @cached_property
    def full_weeks(self) -> list[tuple[int, int]]:
        """First step and step after the last one of each week, Monday to Sunday, that lies in the period as a whole."""
        starts = [*self.first_step_of_day.tolist(), len(self.local)]
        ends_at_midnight = (self.local[-1] + pd.Timedelta(hours=self.hours_per_step)).date() > self.days[-1]
        least = 0 if self.hours[0] == 0.0 else 1
        most = len(self.days) if ends_at_midnight else len(self.days) - 1
        return [
            (starts[d], starts[d + 7])
            for d, day in enumerate(self.days)
            if day.weekday() == 0 and d >= least and d + 7 <= most
        ]


def day_text(day: date) -> str:
    """Write a day: 8 January 2018."""
    return f"{day.day} {FULL_MONTHS[day.month - 1]} {day.year}"


def span_text(first: date, last: date) -> str:
    """Write a span of days, with what both ends share told once: 8 to 14 January 2018."""
    if first == last:
        return day_text(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day_text(last)}"
    if first.year == last.year:
        return f"{first.day} {FULL_MONTHS[first.month - 1]} to {day_text(last)}"
    return f"{day_text(first)} to {day_text(last)}"
