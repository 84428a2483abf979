"""Planned maintenance as it is written: halls in turn, or a share of the fleet between dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Positive, PositiveShare, refuse, say, say_value
from carbonmatch.case.day import Day
from carbonmatch.load import Clock, HallRota, PlannedOutage, say_step, share_out
from carbonmatch.timegrid import FloatArray

_DAYS_OF_YEAR: Final = 365
_DAY_OF_YEAR: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_LAST: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class OutageOfHalls(Block):
    """A share of the fleet that is out from `start` to before `end`, local dates."""

    start: Day
    end: Day
    share: PositiveShare

    @model_validator(mode="after")
    def _has_its_days(self) -> Self:
        for key in ("start", "end"):
            if getattr(self, key) is None:
                refuse(Finding("is empty; a date such as 2021-06-01 is wanted", inside=(key,)))
        if self.start is not None and self.end is not None and self.end <= self.start:
            refuse(Finding(f"is {self.end}, not after the start, {self.start} (the end is exclusive)", inside=("end",)))
        return self


def _read_first_day(value: Any) -> str | None:
    if value is None:
        return None
    found = _DAY_OF_YEAR.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) > _LAST[int(found[1]) - 1]:
        refuse(f'is {say_value(value)}; a month and a day of every year are wanted, such as "05-02"')
    return str(value)


class Maintenance(Block):
    """Planned maintenance.

    halls          number of equal halls that are out in turn, every year
    days_per_hall  for which each is out
    first_day      month and day on which the first one goes out, such as 05-02
    days_between   from one being back to the next going out
    outages        beside that, or in its place: shares of the fleet between dates
    """

    halls: Annotated[int, Field(ge=1, le=1000)] | None = None
    days_per_hall: Positive | None = None
    first_day: Annotated[str | None, BeforeValidator(_read_first_day)] = None
    days_between: NonNegative = 0.0
    outages: list[OutageOfHalls] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_a_plan(self) -> Self:
        rota = {"halls": self.halls, "days_per_hall": self.days_per_hall, "first_day": self.first_day}
        missing = [key for key, value in rota.items() if value is None]
        if len(missing) == len(rota) and not self.outages:
            refuse("plans nothing; give halls, days_per_hall and first_day, or outages: [{start, end, share}]")
        if 0 < len(missing) < len(rota):
            refuse(
                *(Finding("is missing; halls, days_per_hall and first_day go together", inside=(k,)) for k in missing)
            )
        for plan in self._rota():
            if plan.days > _DAYS_OF_YEAR:
                what = (
                    f"is {say(plan.days_per_hall)}: all {plan.halls} halls take {say(plan.days)} days, more than a "
                    "year; give fewer days"
                )
                refuse(Finding(what, inside=("days_per_hall",)))
        return self

    def _rota(self) -> Iterator[HallRota]:
        if self.halls is not None and self.days_per_hall is not None and self.first_day is not None:
            month, day = (int(part) for part in self.first_day.split("-"))
            yield HallRota(self.halls, self.days_per_hall, month, day, self.days_between)

    def share_out(self, clock: Clock) -> FloatArray:
        """Return the share of the fleet that is out in every step, (steps,)."""
        outages = [PlannedOutage(o.start, o.end, o.share) for o in self.outages if o.start and o.end]
        return share_out([*self._rota(), *outages], clock)


def more_than_all(maintenance: Maintenance, clock: Clock, hours_per_step: float) -> str | None:
    """Say when more than the whole fleet is planned to be out; None where it never is."""
    out = maintenance.share_out(clock)
    above = np.flatnonzero(out > 1.0 + 1e-9)
    if not above.size:
        return None
    at = say_step(clock, int(above[0]), hours_per_step)
    return f"takes {say(float(out[above[0]]))} of the fleet out on {at}; let plans of one day add to at most 1"
