"""Periods of a tariff: months, days and hours on the local clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator

from carbonmatch.case.block import Block, Finding, refuse, say, say_value
from carbonmatch.timegrid import TimeGrid

_HOURS_OF_DAY: Final = 24
_MONTHS: Final = range(1, 13)
_SATURDAY: Final = 5
_FORMS: Final = "[from, to] in local hours 0..24, such as [8, 20] or [22, 6], or several: [[7, 11], [17, 20]]"

HourSpans = tuple[tuple[float, float], ...]


def _read_hours(value: Any) -> HourSpans | None:
    """Read `[from, to]` or a list of such pairs."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not value:
        refuse(f"is {say_value(value)}; hours are {_FORMS}")
    spans = value if isinstance(value[0], list | tuple) else [value]
    return tuple(_span(span) for span in spans)


def _span(value: Any) -> tuple[float, float]:
    pair = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(hour, bool) or not isinstance(hour, int | float) for hour in pair):
        refuse(f"holds {_shown(pair)}; hours are {_FORMS}")
    outside = [hour for hour in pair if not 0 <= hour <= _HOURS_OF_DAY]
    if outside:
        refuse(f"holds {say_value(outside[0])}, which is no hour of the day; hours are {_FORMS}")
    if len(pair) != 2:
        pairs = ", ".join(f"[{say(float(hour))}, {say(hour + 1.0)}]" for hour in pair)
        refuse(f"holds {_shown(pair)}, which is not a pair; hours are {_FORMS}. Single hours are [{pairs}]")
    first, last = (float(hour) for hour in pair)
    if first == last:
        refuse(f"holds {_shown(pair)}, which holds no hour; leave hours out for all of them, or write [0, 24]")
    return first, last


def _shown(pair: Any) -> str:
    return f"[{', '.join(str(hour) for hour in pair)}]"


Hours = Annotated[HourSpans | None, PlainValidator(_read_hours)]


def _read_months(value: Any) -> tuple[int, ...] | None:
    """Read a list of calendar months, 1..12."""
    if value is None:
        return None
    months = value if isinstance(value, list | tuple) else [value]
    wrong = [month for month in months if isinstance(month, bool) or month not in _MONTHS]
    if wrong or not months:
        shown = say_value(wrong[0] if wrong else value)
        refuse(f"holds {shown}; months are numbers from 1 to 12, such as [11, 12, 1, 2]")
    return tuple(int(month) for month in months)


Months = Annotated[tuple[int, ...] | None, PlainValidator(_read_months)]


class Period(Block):
    """When something is due, on the local clock; what is left out does not limit it.

    months   numbers of calendar months
    days     weekday (Monday to Friday), weekend, or all;  public holidays are days like any other
    hours    spans of the day, the end exclusive; one that ends before it starts passes midnight

    A step belongs to the hour in which it starts.
    """

    months: Months = None
    days: Literal["weekday", "weekend", "all"] = "all"
    hours: Hours = None

    @property
    def always(self) -> bool:
        """Whether nothing limits it."""
        return self.months is None and self.days == "all" and self.hours is None

    def steps(self, grid: TimeGrid) -> NDArray[np.bool_]:
        """Tell which steps belong to it."""
        local = grid.local_index
        inside = np.ones(grid.steps, dtype=bool)
        if self.months is not None:
            inside &= np.isin(local.month.to_numpy(), self.months)
        if self.days != "all":
            inside &= (local.day_of_week.to_numpy() >= _SATURDAY) == (self.days == "weekend")
        if self.hours is not None:
            hour = local.hour.to_numpy() + local.minute.to_numpy() / 60.0
            inside &= np.any(
                [
                    (hour >= first) & (hour < last) if first < last else (hour >= first) | (hour < last)
                    for first, last in self.hours
                ],
                axis=0,
            )
        return inside


def uncovered(times: NDArray[np.int64], grid: TimeGrid) -> list[Finding]:
    """Say which steps no entry of a tariff covers, and which several do.

    times   (steps,) how many cover each step
    """
    findings = []
    for wrong, trouble, cure in (
        (times == 0, "no entry covers", "add one, or one without months, days and hours for all the rest"),
        (times > 1, "several entries cover", "let each step be of one: a span ends where the next begins"),
    ):
        steps = np.flatnonzero(wrong)
        if steps.size:
            hours = ", ".join(f"{start}-{end}" for start, end in _stretches(grid.local_index.hour[steps]))
            first = grid.say(grid.index[steps[0]])
            what = f"{trouble} {steps.size} of {grid.steps} steps, in hours {hours}, the first at {first}; {cure}"
            findings.append(Finding(what))
    return findings


def _stretches(hours: Iterable[int]) -> list[tuple[int, int]]:
    """Return hours as stretches [from, to)."""
    found: list[tuple[int, int]] = []
    for hour in sorted({int(hour) for hour in hours}):
        if found and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found
