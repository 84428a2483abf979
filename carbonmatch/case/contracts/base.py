"""What every contract says, whatever its structure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Entry,
    NonNegative,
    PositiveShare,
    refuse,
    refuse_crossed,
    say,
    say_value,
)
from carbonmatch.case.certificates import Device, Text
from carbonmatch.case.contracts.price import FloatingPrice, Strike, Tenor, YearlyRate
from carbonmatch.case.outage import Outages
from carbonmatch.case.series import MeteredPower, Price
from carbonmatch.case.technology import Technology
from carbonmatch.case.zone import ServedZoneName, ZoneName, need_series
from carbonmatch.timegrid import FloatArray
from carbonmatch.wording import listed, nearest


def _read_date(value: Any) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(f"is {say_value(value)}; a date such as 2021-06-01 is wanted")


class ContractBase(Entry):
    """What every contract says.

    settlement_zone  zone at whose spot price it settles; settlement_price_per_mwh the price of a hub or a node instead
    price            of its energy where that floats, instead of a strike
    strike_per_mwh   price of its energy [currency/MWh]; may be left out where the case is only matched
    tenor_years, escalation, discount_rate   the strike is that of the first year, and counts levelised over the tenor
    sleeve_fee_per_mwh, balancing_fee_per_mwh   on top of each MWh delivered
    min_mw, max_mw   bounds of the contracted size [MW]; no max_mw means no limit
    existing_mw      a fixed size that is already signed [MW]; excludes bounds
    loss_factor      share of the generation that reaches the meter
    commissioned     first day of operation of the plant
    certificates     whether energy attribute certificates come with the energy
    emission_factor_g_per_kwh   of its generation [g CO2e/kWh]
    embodied_g_per_kwh          of building and fuelling the plant, per kWh generated; by technology unless given
    metered_generation_mw       what the plant's meter saw, before loss_factor, for `carbonmatch match`
    device           what a certificate registry knows the plant as;  support_received   public support, in words
    outages          times at which the plant is out; kept as the share that is out in every step, 0 or 1
    """

    technology: Technology
    zone: ServedZoneName
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
    loss_factor: PositiveShare = 1.0
    commissioned: Annotated[date | None, BeforeValidator(_read_date)] = None
    certificates: bool = True
    emission_factor_g_per_kwh: NonNegative = 0.0
    embodied_g_per_kwh: NonNegative | None = None
    metered_generation_mw: MeteredPower | None = None
    device: Device | None = None
    support_received: Text = None
    outages: Outages = Field(default=(), validate_default=True)

    physical: ClassVar[bool] = True
    """Whether its energy is delivered to the load, or sold."""

    certificates_only: ClassVar[bool] = False
    """Whether claims are all that it brings: no energy, and none that it settles."""

    dispatchable: ClassVar[bool] = False
    """Whether its output is the buyer's choice, so that what is not taken is not curtailed."""

    @property
    def carbon_free(self) -> bool:
        """Whether its hourly generation is a carbon-free claim."""
        return self.technology.carbon_free

    @property
    def renewable(self) -> bool:
        """Whether its generation is a renewable claim."""
        return self.technology.renewable

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
