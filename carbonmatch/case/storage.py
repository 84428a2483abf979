"""Storage: what carries carbon-free energy from one hour to another."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Entry,
    Finding,
    NonNegative,
    Positive,
    PositiveShare,
    ShareBelowOne,
    needed_to_solve,
    refuse,
    refuse_crossed,
    say,
)
from carbonmatch.case.certificates import Device
from carbonmatch.case.on_site import SiteName
from carbonmatch.case.series import MeteredPower
from carbonmatch.case.zone import ServedZoneName, need_series
from carbonmatch.timegrid import FloatArray


class Storage(Entry):
    """A battery or other storage, sized in power and energy.

    site                          the site behind whose meter it stands; None where it feeds the grid
    power_cost_per_mw_year        yearly cost of power [currency/MW/year]; both costs may be left out where the case is
                                  only matched
    energy_cost_per_mwh_year      yearly cost of energy capacity [currency/MWh/year]
    round_trip_efficiency         terminals to terminals, (0, 1]; the square root applies each way
    standing_loss_per_hour        share of the stored energy lost per hour
    discharge_cost_per_mwh        cost of a discharged MWh [currency/MWh]
    duration_hours                energy = power * duration; excludes bounds on energy
    min_state_of_charge           share of the energy capacity that always stays in
    cycles_per_year, cycle_basis  limit on full cycles, counted in stored or delivered energy
    grid_charging                 whether it may charge from the grid
    grid_charging_margin_per_mwh  on top of the spot price for what it charges from the grid [currency/MWh]
    settlement                    how contracted energy that passes through it is settled: delivered or spot
    tracing                       which charge a discharge draws on: fifo, lifo or weighted_average
    embodied_kg_per_kwh           emissions of building it [kg CO2e/kWh of capacity], over lifetime_years
    metered_charge_mw, metered_discharge_mw   what its meter saw, for `carbonmatch match`
    device                        what a certificate registry knows it as
    """

    zone: ServedZoneName
    site: SiteName = None
    power_cost_per_mw_year: Annotated[NonNegative | None, needed_to_solve("a number")] = ABSENT
    energy_cost_per_mwh_year: Annotated[NonNegative | None, needed_to_solve("a number")] = ABSENT
    round_trip_efficiency: PositiveShare
    standing_loss_per_hour: ShareBelowOne = 0.0
    discharge_cost_per_mwh: NonNegative = 0.0
    min_power_mw: NonNegative = 0.0
    max_power_mw: NonNegative | None = None
    min_energy_mwh: NonNegative = 0.0
    max_energy_mwh: NonNegative | None = None
    duration_hours: Positive | None = None
    min_state_of_charge: ShareBelowOne = 0.0
    cycles_per_year: Positive | None = None
    cycle_basis: Literal["stored", "delivered"] = "stored"
    grid_charging: bool = False
    grid_charging_margin_per_mwh: NonNegative = 0.0
    settlement: Literal["delivered", "spot"] | None = None
    tracing: Literal["fifo", "lifo", "weighted_average"] = "fifo"
    embodied_kg_per_kwh: NonNegative | None = None
    lifetime_years: Positive = 15.0
    metered_charge_mw: MeteredPower | None = None
    metered_discharge_mw: MeteredPower | None = None
    device: Device | None = None

    @property
    def costs_nothing(self) -> bool:
        """Whether its size is free to choose and costs nothing, so that the best size is not unique."""
        power_is_fixed = self.max_power_mw == self.min_power_mw
        energy_is_fixed = self.duration_hours is not None or self.max_energy_mwh == self.min_energy_mwh
        fixed = power_is_fixed and energy_is_fixed
        return self.power_cost_per_mw_year == 0 and self.energy_cost_per_mwh_year == 0 and not fixed

    @field_validator("max_power_mw")
    @classmethod
    def _power_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_power_mw"), value, "min_power_mw")
        return value

    @field_validator("max_energy_mwh")
    @classmethod
    def _energy_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_energy_mwh"), value, "min_energy_mwh")
        return value

    @field_validator("duration_hours")
    @classmethod
    def _energy_is_bounded_once(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and (info.data.get("min_energy_mwh") or info.data.get("max_energy_mwh") is not None):
            refuse(
                f"is {say(value)}, and min_energy_mwh or max_energy_mwh is given too; with a duration the energy "
                f"follows from the power: leave the bounds on energy out, or the duration"
            )
        return value

    @field_validator("grid_charging")
    @classmethod
    def _grid_charging_has_a_price(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("site") is None:
            why = "charging from the grid is paid at the spot price"
            need_series(info, info.data.get("zone"), "spot_price_per_mwh", why)
        return value

    @field_validator("metered_discharge_mw")
    @classmethod
    def _both_ways_are_metered(cls, discharge: FloatArray | None, info: ValidationInfo) -> FloatArray | None:
        charge = info.data.get("metered_charge_mw", ABSENT)
        if charge is ABSENT or (charge is None) == (discharge is None):
            return discharge
        lacking, there = "metered_charge_mw", "metered_discharge_mw"
        if discharge is None:
            lacking, there = there, lacking
        what = f"is missing, and {there} is given; give both, from a meter that tells the directions apart"
        refuse(Finding(what, beside=lacking))

    @field_validator("grid_charging_margin_per_mwh")
    @classmethod
    def _the_meter_bills_what_it_charges(cls, value: float, info: ValidationInfo) -> float:
        if value and info.data.get("site") is not None:
            refuse(
                f"is {say(value)}, and the storage stands behind the meter of {info.data['site']}: what it charges "
                f"from the grid is bought at retail there, adders and all. Leave the margin out"
            )
        return value

    @field_validator("settlement")
    @classmethod
    def _spot_settlement_has_a_price(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "spot" and info.data.get("site") is not None:
            refuse(
                f"is spot, and the storage stands behind the meter of {info.data['site']}: what passes there is bought "
                f"at retail. Leave settlement out"
            )
        if value == "spot":
            need_series(info, info.data.get("zone"), "spot_price_per_mwh", "the storage is settled at the spot price")
        return value
