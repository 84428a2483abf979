"""The fleet as it is written: tranches of racks, and what is wrong with their dates and their power."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Positive, refuse, say
from carbonmatch.case.day import Day
from carbonmatch.case.load.generations import known_generation
from carbonmatch.load import Clock, Tranche, first_above, fleet_nameplate_mw, say_step
from carbonmatch.timegrid import FloatArray, TimeGrid


class TrancheBlock(Block):
    """Racks of one generation that arrive together. See `carbonmatch.load.Tranche`."""

    generation: Annotated[str | None, AfterValidator(known_generation)] = None
    kw_per_rack: Positive | None = None
    racks: NonNegative
    arrives: Day = None
    ramp_weeks: NonNegative = 0.0
    retires: Day = None
    draw_down_weeks: NonNegative = 0.0

    @model_validator(mode="after")
    def _says_its_power_and_leaves_after_it_came(self) -> Self:
        if self.kw_per_rack is None:
            refuse("says neither its generation nor its kw_per_rack; give one, such as generation: gb200_nvl72")
        if self.arrives is not None and self.retires is not None and self.retires <= self.arrives:
            what = f"is {self.retires}, not after it arrives, {self.arrives}; give a later date"
            refuse(Finding(what, inside=("retires",)))
        return self

    def tranche(self, name: str) -> Tranche:
        """Return the tranche as the builder takes it."""
        return Tranche(
            name,
            self.racks,
            self.kw_per_rack or 0.0,
            self.arrives,
            self.ramp_weeks,
            self.retires,
            self.draw_down_weeks,
        )


def never_there(tranches: Mapping[str, TrancheBlock], clock: Clock, grid: TimeGrid) -> Iterator[Finding]:
    """Yield the tranches that are not there in any step, on the case's own clock."""
    first, last = grid.local_index[0].date(), grid.local_index[-1].date()
    for name, block in tranches.items():
        if block.tranche(name).in_place(clock).any():
            continue
        key, day = ("arrives", block.arrives) if block.arrives is not None else ("retires", block.retires)
        if block.retires is not None and block.retires <= first:
            key, day = "retires", block.retires
        when = f"before the first day of the case, {first}" if key == "retires" else f"after its last day, {last}"
        what = (
            f"is {day}, {when}: these racks never draw power. Mend the date or leave the tranche out; where the tables "
            f"of the case are of another year than the fleet, say calendar_year: {day.year if day else first.year}"
        )
        yield Finding(what, inside=(name, key))


def above_envelope(
    tranches: Mapping[str, TrancheBlock], power_envelope_mw: float | None, clock: Clock, hours_per_step: float
) -> str | None:
    """Say when the racks in place first pass the power envelope, and by how much; None where they never do."""
    nameplate = nameplate_mw(tranches, clock)
    step = None if power_envelope_mw is None else first_above(nameplate, power_envelope_mw)
    if step is None or power_envelope_mw is None:
        return None
    at = say_step(clock, step, hours_per_step)
    there = [name for name, block in tranches.items() if block.tranche(name).in_place(clock[step : step + 1])[0] > 0.0]
    first, most = say(float(nameplate[step])), say(float(nameplate.max()))
    return (
        f"the racks in place pass the power envelope of {say(power_envelope_mw)} MW: {first} MW on {at} "
        f"({', '.join(there)}), {most} MW at most; let older racks retire earlier or draw down, let new ones arrive "
        f"later, or raise power_envelope_mw"
    )


def nameplate_mw(tranches: Mapping[str, TrancheBlock], clock: Clock) -> FloatArray:
    """Return what the racks in place may draw [MW], (steps,)."""
    return fleet_nameplate_mw((block.tranche(name) for name, block in tranches.items()), clock)
