"""The time axis of a case, as it is written."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from carbonmatch.case.block import Block, Finding, checked_by, refuse
from carbonmatch.errors import InputError
from carbonmatch.timegrid import TimeGrid, read_step, read_timezone, read_wall_time


class Time(Block):
    """The time axis: local wall times, end exclusive."""

    start: Annotated[Any, BeforeValidator(checked_by(read_wall_time))]
    end: Annotated[Any, BeforeValidator(checked_by(read_wall_time))]
    timezone: Annotated[str, BeforeValidator(checked_by(read_timezone))] = "UTC"
    step: Annotated[str, BeforeValidator(checked_by(read_step))] = "1h"

    @model_validator(mode="after")
    def _is_an_axis(self) -> Self:
        try:
            _ = self.grid
        except InputError as error:
            refuse(*(Finding(fault.what, inside=(fault.where,)) for fault in error.faults))
        return self

    @cached_property
    def grid(self) -> TimeGrid:
        """The UTC axis."""
        return TimeGrid.from_local(self.start, self.end, self.timezone, self.step)
