"""An AI factory as it is written: machines, work, what stands around them; and the load that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from carbonmatch.case.block import Block, Finding, Name, NonNegative, Positive, Reading, Share, refuse
from carbonmatch.case.load.fleet import TrancheBlock, above_envelope, nameplate_mw, never_there
from carbonmatch.case.load.maintenance import Maintenance, more_than_all
from carbonmatch.case.load.surroundings import CoolingOrName, PowerChainBlock, Pue, WeatherBlock
from carbonmatch.case.load.work import ClassBlock, read_classes
from carbonmatch.load import (
    DEFAULT_PUE,
    OVERHEAD_SHARE,
    UTILISATION,
    ByPue,
    ByWeather,
    DirectToChip,
    Facility,
    PowerChain,
    SiteLoad,
    ai_factory_load,
    contracted_load,
    fleet_clock,
)
from carbonmatch.timegrid import TimeGrid

CalendarYear = Annotated[int, Field(ge=1970, le=2200)]

_SIZES: Final = ("contracted_mw", "nameplate_mw", "tranches")
_OF_THE_MACHINES: Final = ("classes", "overhead_share", "power_envelope_mw", "weather", "cooling", "power_chain")


class AiFactory(Block):
    """A data centre that makes tokens. See `carbonmatch.load.ai_factory_load`.

    calendar_year      the year that the fleet is in, whatever the year of the case; the case's own unless given
    contracted_mw      power at the meter, with `utilisation`: the short form
    nameplate_mw       what all racks may draw, the same at all times; or
    tranches           racks by generation and date, within power_envelope_mw
    classes            what the racks do; the shares add to 1
    overhead_share     network, storage and CPU nodes, as a share of what the racks may draw
    weather            by which cooling follows; with `cooling` and `power_chain`. Or
    pue                load of the site over that of its machines
    scale              factor on the whole load
    """

    calendar_year: CalendarYear | None = None
    contracted_mw: NonNegative | None = None
    utilisation: Share | None = None
    nameplate_mw: NonNegative | None = None
    power_envelope_mw: Positive | None = None
    tranches: dict[Name, TrancheBlock] | None = None
    classes: dict[Name, ClassBlock] | None = None
    overhead_share: Share | None = None
    maintenance: Maintenance | None = None
    weather: WeatherBlock | None = None
    cooling: CoolingOrName | None = None
    power_chain: PowerChainBlock | None = None
    pue: Pue | None = None
    scale: NonNegative = 1.0

    @field_validator("tranches")
    @classmethod
    def _fleet_fits(cls, tranches: Mapping[str, TrancheBlock] | None, info: ValidationInfo) -> object:
        grid = Reading.of(info).grid
        if tranches is None or grid is None or not {"calendar_year", "power_envelope_mw"} <= info.data.keys():
            return tranches
        year = info.data["calendar_year"]
        clock = fleet_clock(grid, year)
        findings = [] if year is not None else list(never_there(tranches, clock, grid))
        above = above_envelope(tranches, info.data["power_envelope_mw"], clock, grid.hours_per_step)
        if above is not None:
            findings.append(Finding(above))
        if findings:
            refuse(*findings)
        return tranches

    @field_validator("classes")
    @classmethod
    def _work_adds_up(cls, classes: Mapping[str, ClassBlock] | None, info: ValidationInfo) -> object:
        if classes is not None:
            read_classes(classes, Reading.of(info).grid)
        return classes

    @field_validator("maintenance")
    @classmethod
    def _maintenance_leaves_something(cls, maintenance: Maintenance | None, info: ValidationInfo) -> object:
        grid = Reading.of(info).grid
        if maintenance is not None and grid is not None and "calendar_year" in info.data:
            clock = fleet_clock(grid, info.data["calendar_year"])
            what = more_than_all(maintenance, clock, grid.hours_per_step)
            if what is not None:
                refuse(what)
        return maintenance

    @model_validator(mode="after")
    def _is_one_way_to_say_it(self) -> Self:
        findings = [*self._faults_of_size(), *self._faults_of_surroundings()]
        if findings:
            refuse(*findings)
        return self

    def _faults_of_size(self) -> list[Finding]:
        sizes = [key for key in _SIZES if getattr(self, key) is not None]
        if len(sizes) != 1:
            given = f"gives {' and '.join(sizes)}" if sizes else "does not say its size"
            return [
                Finding(
                    f"{given}; give one of contracted_mw (with utilisation), nameplate_mw and tranches (with classes)"
                )
            ]
        if self.contracted_mw is not None:
            return [
                Finding(
                    "is given beside contracted_mw, the short form; leave it out, or give nameplate_mw or tranches",
                    inside=(key,),
                )
                for key in _OF_THE_MACHINES
                if getattr(self, key) is not None
            ]
        findings = []
        if not self.classes:
            what = "is missing; say what the racks do, such as {training: {share: 0.7}, inference: {share: 0.3}}"
            findings.append(Finding(what, inside=("classes",)))
        if self.utilisation is not None:
            what = "is that of contracted_mw; each class has its own, such as classes.inference.utilisation"
            findings.append(Finding(what, inside=("utilisation",)))
        if self.power_envelope_mw is not None and self.tranches is None:
            what = "bounds tranches, and there are none; leave it out"
            findings.append(Finding(what, inside=("power_envelope_mw",)))
        return findings

    def _faults_of_surroundings(self) -> list[Finding]:
        findings = []
        for key in ("weather", "cooling", "power_chain"):
            if self.pue is not None and getattr(self, key) is not None:
                what = "is given beside pue, which counts cooling and losses already; leave one of them out"
                findings.append(Finding(what, inside=(key,)))
            elif self.pue is None and self.weather is None and key != "weather" and getattr(self, key) is not None:
                what = (
                    "needs weather: {dry_bulb_c: {file: ..., column: ...}, relative_humidity: {file: ..., column: ...}}"
                    "; without weather give pue instead"
                )
                findings.append(Finding(what, inside=(key,)))
        return findings

    def site_load(self, grid: TimeGrid) -> SiteLoad:
        """Return the load.

        Raises:
            InputError: the machines draw more than the UPS carry; the fault names the key.
        """
        clock = fleet_clock(grid, self.calendar_year)
        out = None if self.maintenance is None else self.maintenance.share_out(clock)
        if self.contracted_mw is not None:
            utilisation = UTILISATION if self.utilisation is None else self.utilisation
            return contracted_load(grid, self.contracted_mw, utilisation, pue=self.pue, share_out=out).scaled(
                self.scale
            )
        if self.tranches is not None:
            racks = nameplate_mw(self.tranches, clock)
        else:
            racks = np.full(grid.steps, self.nameplate_mw)
        overhead = OVERHEAD_SHARE if self.overhead_share is None else self.overhead_share
        return ai_factory_load(
            grid,
            racks,
            read_classes(self.classes or {}, grid),
            self._surroundings(grid),
            overhead_share=overhead,
            share_out=out,
        ).scaled(self.scale)

    def _surroundings(self, grid: TimeGrid) -> ByWeather | ByPue:
        if self.weather is None:
            return ByPue(np.full(grid.steps, DEFAULT_PUE) if self.pue is None else self.pue)
        facility = Facility(
            PowerChain() if self.power_chain is None else self.power_chain.power_chain(),
            DirectToChip() if self.cooling is None else self.cooling.cooling(),
        )
        return ByWeather(facility, self.weather.weather())
