"""What every contract says, whatever its structure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Entry,
    NonNegative,
    Number,
    PositiveShare,
    needed_to_solve,
    refuse,
    refuse_crossed,
    say,
    say_value,
)
from carbonmatch.case.certificates import Device, Text
from carbonmatch.case.on_site import SiteName
from carbonmatch.case.outage import Outages
from carbonmatch.case.series import MeteredPower
from carbonmatch.case.technology import Technology
from carbonmatch.case.zone import ServedZoneName
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

    strike_per_mwh   price of its energy [currency/MWh]; may be left out where the case is only matched
    min_mw, max_mw   bounds of the contracted size [MW]; no max_mw means no limit
    existing_mw      a fixed size that is already signed [MW]; excludes bounds
    loss_factor      share of the generation that reaches the meter
    commissioned     first day of operation of the plant
    site             the site behind whose meter the plant stands; None where it feeds the grid
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
    site: SiteName = None
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

    dispatchable: ClassVar[bool] = False
    """Whether its output is the buyer's choice, so that what is not taken is not curtailed."""

    may_stand_on_site: ClassVar[bool] = False
    """Whether its plant may stand behind the meter of a site, which its energy then never passes."""

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
