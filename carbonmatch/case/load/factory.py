"""An ordinary factory as it is written: base load or metered profile, shifts, holidays, growth."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import Field, PlainValidator, model_validator

from carbonmatch.case.block import Block, Finding, Name, NonNegative, Number, refuse, say_value
from carbonmatch.case.day import Day
from carbonmatch.case.load.ai_factory import CalendarYear
from carbonmatch.case.period import Hours
from carbonmatch.case.series import LOAD
from carbonmatch.load import BASE, WEEKDAYS, Shift, SiteLoad, factory_load, growth_factor
from carbonmatch.timegrid import FloatArray, TimeGrid
from carbonmatch.wording import nearest

_SETS: Final = {"weekday": WEEKDAYS[:5], "weekend": WEEKDAYS[5:], "all": WEEKDAYS}


def _read_days(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) and value in _SETS:
        return _SETS[value]
    named = value if isinstance(value, list | tuple) else [value]
    unknown = [day for day in named if day not in WEEKDAYS]
    if unknown or not named:
        shown = say_value(unknown[0] if unknown else value)
        close = nearest(str(unknown[0]), [*WEEKDAYS, *_SETS]) if unknown else ""
        refuse(f"holds {shown}; days are weekday, weekend, all, or a list such as [mon, tue, sat]{close}")
    return tuple(named)


class ShiftBlock(Block):
    """What a shift adds to the base load. See `carbonmatch.load.Shift`."""

    mw: NonNegative
    days: Annotated[tuple[str, ...], PlainValidator(_read_days)] = WEEKDAYS
    hours: Hours = None

    def shift(self) -> Shift:
        """Return it as the builder takes it."""
        days = frozenset(WEEKDAYS.index(day) for day in self.days)
        return Shift(self.mw, days) if self.hours is None else Shift(self.mw, days, self.hours)


Profile = Annotated[FloatArray, LOAD]


class Factory(Block):
    """A plant that makes things. See `carbonmatch.load.factory_load`.

    calendar_year     the year that it is for growth, whatever the year of the case; the case's own unless given
    base_mw           load in every step, beside the shifts; or
    profile           its metered load, a series
    shifts            by name
    holidays          dates on which no shift starts
    growth_per_year   of the whole load, as a share: 0.03
    of_year           the calendar year whose load is given here; the first of the case unless given
    scale             factor on the whole load
    """

    calendar_year: CalendarYear | None = None
    base_mw: NonNegative | None = None
    profile: Profile | None = None
    shifts: dict[Name, ShiftBlock] = Field(default_factory=dict)
    holidays: list[Day] = Field(default_factory=list)
    growth_per_year: Annotated[Number, Field(gt=-1, le=1)] = 0.0
    of_year: CalendarYear | None = None
    scale: NonNegative = 1.0

    @model_validator(mode="after")
    def _says_its_load_once(self) -> Self:
        findings = []
        if self.base_mw is not None and self.profile is not None:
            findings.append(Finding("gives base_mw and profile; give one of them"))
        if self.base_mw is None and self.profile is None and not self.shifts:
            findings.append(Finding("says no load; give base_mw, shifts, or profile: {file: ..., column: ...}"))
        if BASE in self.shifts:
            findings.append(
                Finding("is the name of the base load; give the shift another one", inside=("shifts", BASE))
            )
        if self.calendar_year is not None and self.growth_per_year and self.of_year is None:
            what = "is missing; with calendar_year, say of which year the load is that is given here"
            findings.append(Finding(what, inside=("of_year",)))
        if findings:
            refuse(*findings)
        return self

    def site_load(self, grid: TimeGrid) -> SiteLoad:
        """Return the load."""
        base = np.full(grid.steps, self.base_mw or 0.0) if self.profile is None else self.profile
        of_year = grid.local_index[0].year if self.of_year is None else self.of_year
        growth = growth_factor(grid, self.growth_per_year, of_year, self.calendar_year)
        shifts = {name: block.shift() for name, block in self.shifts.items()}
        holidays = frozenset(day for day in self.holidays if day is not None)
        return factory_load(grid, base, shifts, holidays, growth).scaled(self.scale)
