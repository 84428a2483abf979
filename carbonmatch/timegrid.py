"""The UTC axis of a case.

Steps are stamped at their start, in UTC. What a user writes is local wall time; clock changes and leap days are dealt
with here, the stamps of tables in `stamps`, and clocks nowhere else.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from carbonmatch.errors import Fault, InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MINUTES_PER_DAY = 24 * 60
_STEP = re.compile(r"(\d+) ?(h|min)")


@dataclass(frozen=True)
class TimeGrid:
    """The hourly (or finer, or coarser) axis of a case.

    first            start of the first step, UTC
    steps            number of steps
    hours_per_step   length of a step [h]
    timezone         the zone in which start, end, months and tariff hours are meant
    """

    first: pd.Timestamp
    steps: int
    hours_per_step: float
    timezone: str
    index: pd.DatetimeIndex = field(repr=False, compare=False)

    @classmethod
    def from_local(cls, start: str | date, end: str | date, timezone: str = "UTC", step: str = "1h") -> TimeGrid:
        """Build the axis from local wall times, end exclusive.

        Raises:
            InputError: each fault names the argument (`start`, `end`, `timezone`, `step`) as its place.
        """
        faults: list[Fault] = []
        with _collect(faults):
            zone = read_timezone(timezone)
        with _collect(faults):
            minutes = read_step(step)
        with _collect(faults):
            first_wall = read_wall_time(start, "start")
        with _collect(faults):
            last_wall = read_wall_time(end, "end")
        if faults:
            raise InputError(faults)
        with _collect(faults):
            first = _instant(first_wall, zone, "start")
        with _collect(faults):
            last = _instant(last_wall, zone, "end")
        if faults:
            raise InputError(faults)
        if last <= first:
            what = (
                f"is {_wall(last_wall)}, not after the start, {_wall(first_wall)}; give a later end (it is exclusive)"
            )
            raise InputError([Fault("end", what)])
        steps, rest = divmod(last - first, timedelta(minutes=minutes))
        if rest:
            hours = (last - first) / timedelta(hours=1)
            what = (
                f"is {step}; the {hours:g} h from start to end are not a whole number of such steps. "
                f"Move the end, or take a shorter step"
            )
            raise InputError([Fault("step", what)])
        index = pd.date_range(first, periods=steps, freq=pd.Timedelta(minutes=minutes), unit="us")
        return cls(index[0], steps, minutes / 60, timezone, index)

    @property
    def end(self) -> pd.Timestamp:
        """End of the last step, UTC."""
        return self.first + self.steps * pd.Timedelta(hours=self.hours_per_step)

    @cached_property
    def local_index(self) -> pd.DatetimeIndex:
        """Start of every step on the local clock."""
        return self.index.tz_convert(self.timezone)

    @cached_property
    def year_fraction(self) -> float:
        """Hours of the horizon over the hours of the (local) calendar year, summed over the years it touches."""
        years, counts = np.unique(self.local_index.year.to_numpy(), return_counts=True)
        hours = [_hours_of_year(int(year), self.timezone) for year in years]
        return float(sum(count * self.hours_per_step / length for count, length in zip(counts, hours, strict=True)))

    @cached_property
    def months(self) -> float:
        """Local calendar months that the horizon covers; of a month in part, its hours over the hours of that month."""
        counts = np.bincount(self.month_of_step)
        hours = [_hours_of_month(label, self.timezone) for label in self.month_labels]
        return float(sum(count * self.hours_per_step / length for count, length in zip(counts, hours, strict=True)))

    @cached_property
    def month_of_step(self) -> IntArray:
        """Number of each step's local calendar month, counted from 0 at the start of the horizon."""
        months = self.local_index.year.to_numpy(np.int64) * 12 + self.local_index.month.to_numpy(np.int64)
        numbers: IntArray = months - months[0]
        numbers.flags.writeable = False
        return numbers

    @cached_property
    def month_labels(self) -> tuple[str, ...]:
        """The local calendar months of the horizon, such as `2018-01`."""
        origin = self.local_index[0].year * 12 + self.local_index[0].month - 1
        months = range(origin, origin + int(self.month_of_step[-1]) + 1)
        return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months)

    @cached_property
    def month_fractions(self) -> FloatArray:
        """Share of each local calendar month that the horizon covers, by hours; 1 for a month that is in it whole."""
        counts = np.bincount(self.month_of_step, minlength=len(self.month_labels))
        hours = [_hours_of_month(label, self.timezone) for label in self.month_labels]
        fractions: FloatArray = counts * self.hours_per_step / np.array(hours)
        fractions.flags.writeable = False
        return fractions

    def windows_of_step(self, hours: float) -> IntArray:
        """Return the number of the window of each step, from 0: windows tile local days, or are whole days.

        hours   a part of 24 that divides it, or whole days. A window that a clock change falls in is an hour longer or
                shorter than the others; the last one of the horizon may be cut off.
        """
        local = self.local_index
        day = (local.tz_localize(None).normalize() - local[0].tz_localize(None).normalize()).days.to_numpy(np.int64)
        if hours >= 24.0:
            numbers = day // round(hours / 24.0)
        else:
            of_day = local.hour.to_numpy(np.int64) * 60 + local.minute.to_numpy(np.int64)
            numbers = day * round(24.0 / hours) + of_day // round(60.0 * hours)
        _, counted = np.unique(numbers, return_inverse=True)
        windows: IntArray = counted.astype(np.int64)
        windows.flags.writeable = False
        return windows

    def between(self, start: str | date, end: str | date) -> npt.NDArray[np.bool_]:
        """Tell which steps begin in a stretch of local wall time, end exclusive.

        Raises:
            InputError: each fault names the argument (`start`, `end`) as its place.
        """
        zone = read_timezone(self.timezone)
        first, last = (
            pd.Timestamp(_instant(read_wall_time(value, name), zone, name))
            for value, name in ((start, "start"), (end, "end"))
        )
        inside: npt.NDArray[np.bool_] = (self.index >= first) & (self.index < last)
        return inside

    def say(self, stamp: pd.Timestamp) -> str:
        """Write a UTC stamp as people read it: on the local clock, and in UTC where that differs."""
        return say_stamp(stamp, self.timezone)


def say_stamp(stamp: pd.Timestamp, timezone: str) -> str:
    """Write a UTC stamp as people read it: on the clock of a zone, and in UTC where that differs."""
    universal = f"{stamp:%Y-%m-%dT%H:%M}Z"
    if timezone in {"UTC", "Etc/UTC"}:
        return universal
    return f"{stamp.tz_convert(timezone):%Y-%m-%d %H:%M} {timezone} ({universal})"


class _collect:
    """Gather the faults of a block instead of stopping at the first one."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: object, _traceback: object) -> bool:
        if isinstance(error, InputError):
            self.faults.extend(error.faults)
            return True
        return False


def read_timezone(name: object, place: str = "timezone") -> zoneinfo.ZoneInfo:
    """Return the IANA time zone of that name."""
    if isinstance(name, str) and name:
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    known = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
    close = [known[word] for word in difflib.get_close_matches(str(name).lower(), known, n=2, cutoff=0.6)]
    advice = f"did you mean {' or '.join(close)}?" if close else "names look like Europe/Berlin, UTC or Etc/GMT+7"
    raise InputError([Fault(place, f"is {name!r}, which is not a time zone of the IANA list; {advice}")])


def read_step(text: object, place: str = "step") -> int:
    """Return the minutes of a step such as `1h` or `15min`."""
    match = _STEP.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InputError([Fault(place, f"is {text!r}; a length such as 1h, 30min or 15min is wanted")])
    minutes = int(match[1]) * (60 if match[2] == "h" else 1)
    if minutes == 0 or _MINUTES_PER_DAY % minutes:
        raise InputError([Fault(place, f"is {text}, which does not divide a day; take 1h, 30min, 15min, 2h or such")])
    return minutes


def read_wall_time(value: object, place: str) -> datetime:
    """Return a local wall time from a date, a naive datetime or their ISO text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            what = f"is {value!r}; a date such as 2018-01-01 or a local time such as 2018-01-01 06:00 is wanted"
            raise InputError([Fault(place, what)]) from error
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            what = f"is {value.isoformat()}; write the local time without an offset and name the zone under `timezone`"
            raise InputError([Fault(place, what)])
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    what = f"is {value!r}; a date such as 2018-01-01 or a local time such as 2018-01-01 06:00 is wanted"
    raise InputError([Fault(place, what)])


def _instant(wall: datetime, zone: zoneinfo.ZoneInfo, place: str) -> datetime:
    """Turn a wall time into an instant; times that a clock change skips or repeats are faults."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early
    exists = early.astimezone(zone).replace(tzinfo=None) == wall
    trouble = "occurs twice" if exists else "does not exist"
    what = f"is {_wall(wall)}, which {trouble} on the clock of {zone.key} (clock change); take another hour"
    raise InputError([Fault(place, what)])


def _wall(wall: datetime) -> str:
    return f"{wall:%Y-%m-%d %H:%M}"


def _hours_of_month(label: str, timezone: str) -> float:
    zone = zoneinfo.ZoneInfo(timezone)
    year, month = (int(part) for part in label.split("-"))
    following = (year + month // 12, month % 12 + 1)
    first, last = (datetime(y, m, 1, tzinfo=zone).astimezone(UTC) for y, m in ((year, month), following))
    return (last - first) / timedelta(hours=1)


def _hours_of_year(year: int, timezone: str) -> float:
    zone = zoneinfo.ZoneInfo(timezone)
    first, last = (datetime(y, 1, 1, tzinfo=zone).astimezone(UTC) for y in (year, year + 1))
    return (last - first) / timedelta(hours=1)
