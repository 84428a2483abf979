"""Outages: times at which a plant does not generate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
from pydantic import BeforeValidator, PlainValidator, ValidationInfo, model_validator

from carbonmatch.case.block import Block, Finding, Reading, checked_by, refuse, say_value
from carbonmatch.errors import InputError
from carbonmatch.timegrid import FloatArray, read_wall_time


class Outage(Block):
    """A stretch of local time, end exclusive, in which a plant is out."""

    start: Annotated[Any, BeforeValidator(checked_by(read_wall_time))]
    end: Annotated[Any, BeforeValidator(checked_by(read_wall_time))]

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if read_wall_time(self.end, "end") <= read_wall_time(self.start, "start"):
            refuse(Finding(f"is {self.end}, not after the start, {self.start} (the end is exclusive)", inside=("end",)))
        return self


def _read_outages(value: Any, info: ValidationInfo) -> FloatArray:
    """Return the share of the plant that is out in every step: 1 in an outage, else 0."""
    grid = Reading.of(info).grid
    out = np.zeros(grid.steps if grid else 1)
    entries = [] if value is None else value
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, Mapping) for entry in entries):
        refuse(f"is {say_value(value)}; a list of blocks is wanted: [{{start: 2018-02-01, end: 2018-03-01}}]")
    for number, entry in enumerate(entries):
        outage = Outage.model_validate(entry, context=info.context)
        if grid is None:
            continue
        try:
            inside = grid.between(outage.start, outage.end)
        except InputError as error:
            refuse(*(Finding(fault.what, inside=(str(number), fault.where)) for fault in error.faults))
        if not inside.any():
            refuse(f"the outage from {outage.start} to {outage.end} is outside the time of the case; mend its dates")
        out[inside] = 1.0
    out.flags.writeable = False
    return out


Outages = Annotated[FloatArray, PlainValidator(_read_outages)]
"""Written as a list of outages, kept as the share of the plant that is out in every step."""
