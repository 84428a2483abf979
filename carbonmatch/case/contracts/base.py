"""What every contract says, whatever its structure."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from carbonmatch.case.block import (
    ABSENT,
    Entry,
    Finding,
    NonNegative,
    Positive,
    PositiveShare,
    Reading,
    refuse,
    refuse_crossed,
    say,
    say_value,
)
from carbonmatch.case.certificates import Device, Text
from carbonmatch.case.choice import CONTRACT_SIZE, Group
from carbonmatch.case.contracts.price import FloatingPrice, Strike, Tenor, YearlyRate
from carbonmatch.case.day import Day
from carbonmatch.case.on_site import SiteName
from carbonmatch.case.outage import Outages
from carbonmatch.case.series import MeteredPower, Price
from carbonmatch.case.technology import Technology
from carbonmatch.case.zone import LoadZoneName, ZoneName, need_series, refuse_without_site
from carbonmatch.timegrid import FloatArray, TimeGrid
from carbonmatch.wording import listed, nearest


class ContractBase(Entry):
    """What every contract says.

    zone             where its plant stands
    delivered_to     the zone whose load it counts for, where that is another one: a neighbour of it
    settlement_zone  zone at whose spot price it settles; settlement_price_per_mwh the price of a hub or a node instead
    price            of its energy where that floats, instead of a strike
    strike_per_mwh   price of its energy [currency/MWh]; may be left out where the case is only matched
    tenor_years, escalation, discount_rate   the strike is that of the first year, and counts levelised over the tenor
    sleeve_fee_per_mwh, balancing_fee_per_mwh   on top of each MWh delivered
    min_mw, max_mw   bounds of the contracted size [MW]; no max_mw means no limit
    existing_mw      a fixed size that is already signed [MW]; excludes bounds
    lot_mw           it is sold in whole blocks of this size [MW]
    or_nothing       nothing, or at least min_mw
    variant_of       at most one of the offers that name the same group is taken
    loss_factor      share of the generation that reaches the meter
    commissioned     first day of operation of the plant
    site             the site behind whose meter the plant stands; None where it feeds the grid
    certificates     whether energy attribute certificates come with the energy
    emission_factor_g_per_kwh   of its generation [g CO2e/kWh]
    embodied_g_per_kwh          of building and fuelling the plant, per kWh generated; by technology unless given
    metered_generation_mw       what the plant's meter saw, before loss_factor, for `carbonmatch match`
    device           what a certificate registry knows the plant as;  support_received   public support, in words
    outages          times at which the plant is out; kept as the share that is out in every step, 0 or 1
    start, end       first day of the contract, and the day after its last one, on the local clock; None where it is in
                     force from before the horizon, or beyond it. Outside nothing is available, delivered or paid
    """

    technology: Technology
    delivered_to: LoadZoneName | None = None
    zone: ZoneName
    settlement_zone: ZoneName | None = None
    settlement_price_per_mwh: Price | None = None
    price: FloatingPrice | None = None
    strike_per_mwh: Strike = ABSENT
    tenor_years: Tenor = None
    escalation: YearlyRate | None = None
    discount_rate: YearlyRate | None = None
    sleeve_fee_per_mwh: NonNegative = 0.0
    balancing_fee_per_mwh: NonNegative = 0.0
    min_mw: NonNegative = 0.0
    max_mw: NonNegative | None = None
    existing_mw: NonNegative | None = None
    lot_mw: Positive | None = None
    or_nothing: bool = False
    variant_of: Group | None = None
    loss_factor: PositiveShare = 1.0
    site: SiteName = None
    commissioned: Day = None
    certificates: bool = True
    emission_factor_g_per_kwh: NonNegative = 0.0
    embodied_g_per_kwh: NonNegative | None = None
    metered_generation_mw: MeteredPower | None = None
    device: Device | None = None
    support_received: Text = None
    outages: Outages = Field(default=(), validate_default=True)
    start: Day = None
    end: Day = None

    _in_force: FloatArray = PrivateAttr(default_factory=lambda: np.ones(1))

    physical: ClassVar[bool] = True
    """Whether its energy is delivered to the load, or sold."""

    dispatchable: ClassVar[bool] = False
    """Whether its output is the buyer's choice, so that what is not taken is not curtailed."""

    may_stand_on_site: ClassVar[bool] = False
    """Whether its plant may stand behind the meter of a site, which its energy then never passes."""

    @property
    def load_zone(self) -> str:
        """The zone whose load it counts for: that of its plant, unless the case names a neighbour."""
        return self.zone if self.delivered_to is None else self.delivered_to

    @property
    def in_force(self) -> FloatArray:
        """Whether the contract is in force in every step: 1, else 0; (steps,)."""
        return self._in_force

    @property
    def carbon_free(self) -> bool:
        """Whether its hourly generation is a carbon-free claim."""
        return self.technology.carbon_free

    @property
    def renewable(self) -> bool:
        """Whether its generation is a renewable claim."""
        return self.technology.renewable

    @field_validator("zone")
    @classmethod
    def _reaches_a_load(cls, zone: str, info: ValidationInfo) -> str:
        if "delivered_to" not in info.data:  # told there
            return zone
        load_zone = info.data["delivered_to"]
        if load_zone is None:
            return refuse_without_site(zone, info)
        if load_zone != zone and cls.physical:
            what = (
                f"is {load_zone}, and its plant stands in {zone}; only claims cross a border, and only "
                f"those of virtual contracts. Make it virtual, which settles at the spot price of {zone}, "
                f"or take a plant in {load_zone}"
            )
            refuse(Finding(what, beside="delivered_to"))
        return zone

    @field_validator("technology", mode="before")
    @classmethod
    def _read_technology(cls, value: Any) -> Any:
        known = [str(technology) for technology in Technology]
        if not isinstance(value, str) or value not in known:
            refuse(
                f"is {say_value(value)}, which is not a technology{nearest(str(value), known)} (known: {listed(known)})"
            )
        return Technology(value)

    @field_validator("settlement_zone")
    @classmethod
    def _settles_at_a_price(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            need_series(info, value, "spot_price_per_mwh", "the contract settles at its spot price")
            cls._needs_the_price_of_its_zone(info)
        return value

    @field_validator("settlement_price_per_mwh")
    @classmethod
    def _settles_at_one_place(cls, value: FloatArray | None, info: ValidationInfo) -> FloatArray | None:
        if value is not None:
            if info.data.get("settlement_zone") is not None:
                refuse("is given beside settlement_zone; a contract settles at one place: leave one of them out")
            cls._needs_the_price_of_its_zone(info)
        return value

    @classmethod
    def _needs_the_price_of_its_zone(cls, info: ValidationInfo) -> None:
        why = "the buyer bears the difference between the price of the zone and that where the contract settles"
        need_series(info, info.data.get("zone"), "spot_price_per_mwh", why)

    @field_validator("price")
    @classmethod
    def _index_is_there(cls, value: FloatingPrice | None, info: ValidationInfo) -> FloatingPrice | None:
        elsewhere = [info.data.get(key) is not None for key in ("settlement_zone", "settlement_price_per_mwh")]
        if value is not None and value.follows_spot and not any(elsewhere):
            why = "the price of the contract follows the spot price"
            need_series(info, info.data.get("zone"), "spot_price_per_mwh", why, ("index",))
        return value

    @field_validator("escalation", "discount_rate")
    @classmethod
    def _moves_over_the_tenor(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("tenor_years", ABSENT) is None:
            refuse(f"is {say(value)} without tenor_years; say for how many years the contract runs, or leave it out")
        if info.field_name == "escalation" and value is not None and info.data.get("price") is not None:
            refuse("moves a strike over the years, and price floats; leave it out, and give floor and cap as a mean")
        if info.field_name == "discount_rate" and value is None and info.data.get("escalation") is not None:
            refuse(
                "is missing; the strike is levelised over the tenor by it. Give it as a share, such as 0.07; 0 weighs "
                "all years alike"
            )
        return value

    @field_validator("sleeve_fee_per_mwh", "balancing_fee_per_mwh")
    @classmethod
    def _fees_are_for_what_is_delivered(cls, value: float) -> float:
        if value and not cls.physical:
            refuse(
                f"is {say(value)}, and this contract delivers nothing that could be sleeved or balanced; leave it out, "
                "or put it on top of the strike"
            )
        return value

    @field_validator("site")
    @classmethod
    def _may_stand_behind_a_meter(cls, value: str | None) -> str | None:
        if value is not None and not cls.may_stand_on_site:
            refuse(
                f"is {value}, and a contract of this structure stands behind no meter: its energy is not used where it "
                f"is generated. Leave site out, or write the plant as pay_as_produced, its strike the levelised cost"
            )
        return value

    @field_validator("max_mw")
    @classmethod
    def _bounds_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_mw"), value, "min_mw")
        return value

    @field_validator("existing_mw")
    @classmethod
    def _size_is_fixed_or_bounded(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and (info.data.get("min_mw") or info.data.get("max_mw") is not None):
            refuse(
                f"is {say(value)}, and min_mw or max_mw is given too; an existing contract has a fixed size: "
                f"leave the bounds out"
            )
        return value

    @field_validator("lot_mw")
    @classmethod
    def _a_whole_number_of_lots_fits(cls, value: float | None, info: ValidationInfo) -> float | None:
        return CONTRACT_SIZE.check_lot(value, info)

    @field_validator("or_nothing")
    @classmethod
    def _has_a_least_size(cls, value: bool, info: ValidationInfo) -> bool:
        return CONTRACT_SIZE.check_or_nothing(value, info)

    @field_validator("variant_of")
    @classmethod
    def _variant_has_a_largest_size(cls, value: str | None, info: ValidationInfo) -> str | None:
        return CONTRACT_SIZE.check_variant(value, info)

    @field_validator("end")
    @classmethod
    def _ends_after_it_starts(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start")
        if value is not None and start is not None and value <= start:
            refuse(f"is {value}, not after the start, {start} (the end is exclusive); give a later end, or none")
        return value

    @model_validator(mode="after")
    def _is_in_force_some_time(self, info: ValidationInfo) -> Self:
        grid = Reading.of(info).grid
        if grid is not None:
            self._in_force = _steps_in_force(self.start, self.end, grid)
        return self


def _steps_in_force(start: date | None, end: date | None, grid: TimeGrid) -> FloatArray:
    """Return 1 for every step that begins in [start, end) on the local clock, else 0."""
    inside = np.ones(grid.steps, dtype=bool)
    if start is None and end is None:
        return inside.astype(np.float64)
    days = grid.local_index.date
    if start is not None:
        inside &= days >= start
    if end is not None:
        inside &= days < end
    if not inside.any():
        key, trouble = ("end", "ends") if end is not None and end <= days[0] else ("start", "starts")
        when = "before the time of the case begins" if key == "end" else "after the time of the case is over"
        what = (
            f"is {end if key == 'end' else start}: the contract {trouble} {when} ({days[0]} to "
            f"{grid.end.tz_convert(grid.timezone):%Y-%m-%d}, the end exclusive); mend the date, or leave the contract "
            "out"
        )
        refuse(Finding(what, inside=(key,)))
    share: FloatArray = inside.astype(np.float64)
    share.flags.writeable = False
    return share
