"""Contracts for carbon-free generation, one class per structure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, NoReturn

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Block,
    Entry,
    Finding,
    NonNegative,
    Number,
    PositiveShare,
    Reading,
    Share,
    needed_to_solve,
    refuse,
    refuse_crossed,
    say,
    say_value,
)
from carbonmatch.case.certificates import Device, Text
from carbonmatch.case.outage import Outages
from carbonmatch.case.series import Availability, CapacityFactor, MeteredPower
from carbonmatch.case.technology import Technology
from carbonmatch.case.zone import ServedZoneName, need_series
from carbonmatch.timegrid import FloatArray
from carbonmatch.wording import listed, nearest


class Curtailment(Block):
    """The buyer's right to curtail.

    compensation                         share of the strike that is paid for curtailed energy
    when_spot_price_at_most_per_mwh      curtailment only in steps whose spot price is at most this; None for any step
    """

    compensation: Share = 1.0
    when_spot_price_at_most_per_mwh: Number | None = None


def _read_date(value: Any) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(f"is {say_value(value)}; a date such as 2021-06-01 is wanted")


class ContractBase(Entry):
    """What every contract says.

    strike_per_mwh   price of its energy [currency/MWh]; may be left out where the case is only matched
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
    strike_per_mwh: Annotated[Number | None, needed_to_solve("a number")] = ABSENT
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


class ProfileContract(ContractBase):
    """A contract whose generation follows a plant.

    p50_capacity_factor   long-term mean; the profile is scaled to it, each step capped at 1
    capacity_factor       generation per contracted MW in every step, 0..1, after that scaling
    """

    p50_capacity_factor: PositiveShare | None = None
    capacity_factor: Annotated[CapacityFactor | None, needed_to_solve("{file: ..., column: ...} or a number")] = ABSENT
    forecast_capacity_factor: CapacityFactor | None = None
    curtailment: Curtailment | None = None

    @field_validator("capacity_factor", "forecast_capacity_factor")
    @classmethod
    def _scale_to_p50(cls, profile: FloatArray | None, info: ValidationInfo) -> FloatArray | None:
        mean = info.data.get("p50_capacity_factor")
        if profile is None or mean is None or Reading.of(info).grid is None:
            return profile
        reach = float(np.count_nonzero(profile)) / len(profile)
        if mean > reach:
            what = (
                f"is {say(mean)}, out of reach of the profile: it generates in {reach:.1%} of the steps, at most "
                f"at full capacity. Lower the long-term mean, or take a profile that fits the plant"
            )
            refuse(Finding(what, beside="p50_capacity_factor"))
        scaled = scale_to_mean(profile, mean)
        scaled.flags.writeable = False
        return scaled

    @field_validator("curtailment")
    @classmethod
    def _price_rule_has_a_price(cls, value: Curtailment | None, info: ValidationInfo) -> Curtailment | None:
        if value is not None and value.when_spot_price_at_most_per_mwh is not None:
            why = "curtailment depends on the spot price of the zone"
            key = ("when_spot_price_at_most_per_mwh",)
            need_series(info, info.data.get("zone"), "spot_price_per_mwh", why, key)
        return value


def scale_to_mean(profile: FloatArray, mean: float) -> FloatArray:
    """Scale a profile in 0..1 by one factor, each value capped at 1, so that its mean is as given.

    mean(min(1, factor * profile)) = mean.  With the k largest values capped, factor = (n * mean - k) / sum(the others);
    the right k is the first for which no other value is pushed above 1. The mean may be
    at most the share of values above 0.
    """
    falling = np.sort(profile)[::-1]
    others = np.cumsum(falling[::-1])[::-1]
    capped = np.arange(len(falling))
    positive = falling > 0
    factors = (len(falling) * mean - capped[positive]) / others[positive]
    # The tolerance is for the rounding of len * mean, some 1e-12; what is above 1 by it is capped all the same.
    first = np.flatnonzero(factors * falling[positive] <= 1 + 1e-9)[0]
    scaled: FloatArray = np.minimum(1.0, factors[first] * profile)
    return scaled


class PayAsProducedContract(ProfileContract):
    """A physical contract: the buyer takes and pays what the plant generates."""

    structure: Literal["pay_as_produced"]


class VirtualContract(ProfileContract):
    """A contract for difference against the spot price; the claim moves, the energy does not."""

    structure: Literal["virtual"]

    @field_validator("zone")
    @classmethod
    def _settles_against_spot(cls, zone: str, info: ValidationInfo) -> str:
        need_series(info, zone, "spot_price_per_mwh", "a virtual contract settles against the spot price")
        return zone


class CleanFirmContract(ContractBase):
    """Dispatchable carbon-free supply.

    availability               share of the contracted size that can run in every step, 0..1
    must_run_share             share of the contracted size that always runs, as far as it is available
    forecast_availability      what was expected of it a day before, for operation without foresight
    capacity_fee_per_mw_year   [currency/MW/year]
    """

    structure: Literal["clean_firm"]
    must_run_share: Share = 0.0
    availability: Availability = Field(default=1.0, validate_default=True)
    forecast_availability: Availability | None = None
    capacity_fee_per_mw_year: NonNegative = 0.0


Contract = PayAsProducedContract | VirtualContract | CleanFirmContract

STRUCTURES: dict[str, type[PayAsProducedContract] | type[VirtualContract] | type[CleanFirmContract]] = {
    "pay_as_produced": PayAsProducedContract,
    "virtual": VirtualContract,
    "clean_firm": CleanFirmContract,
}


class UnknownContract(ContractBase):
    """A contract whose structure is missing or unknown: told together with what all contracts have in common."""

    model_config = ConfigDict(extra="ignore")

    structure: Any = Field(default=None, validate_default=True)

    @field_validator("structure")
    @classmethod
    def _name_the_structures(cls, value: Any) -> NoReturn:
        trouble = "is missing" if value is None else f"is {say_value(value)}"
        refuse(f"{trouble}; a contract is one of {listed(STRUCTURES)}{nearest(str(value), STRUCTURES)}")


def _read_contract(value: Any, info: ValidationInfo) -> Contract:
    if not isinstance(value, Mapping):
        refuse(f"is {say_value(value)}; a block is wanted, with technology, zone, structure, strike_per_mwh and so on")
    structure = str(value.get("structure"))
    if structure not in STRUCTURES:
        UnknownContract.model_validate(value, context=info.context)  # always ends in faults
    return STRUCTURES[structure].model_validate(value, context=info.context)


AnyContract = Annotated[Contract, PlainValidator(_read_contract)]
