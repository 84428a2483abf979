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
    demanded,
    needed_to_solve,
    refuse,
    refuse_crossed,
    say,
)
from carbonmatch.case.certificates import Device
from carbonmatch.case.choice import STORAGE_SIZE, Group
from carbonmatch.case.library import InLibrary
from carbonmatch.case.on_site import SiteName
from carbonmatch.case.ownership import Owned, Tolled
from carbonmatch.case.series import MeteredPower
from carbonmatch.case.zone import ServedZoneName, need_series
from carbonmatch.timegrid import FloatArray, TimeGrid


def _paid_otherwise(info: ValidationInfo) -> bool:
    """Tell whether other terms than yearly costs say what a storage costs, or would if they were not at fault."""
    return any(key not in info.data or info.data[key] is not None for key in ("owned", "tolled")) or (
        "library" not in info.data
    )


_YEARLY_COST = needed_to_solve("a number", _paid_otherwise)


class Storage(Entry):
    """A battery or other storage, sized in power and energy.

    site                          the site behind whose meter it stands; None where it feeds the grid
    library                       a technology with published figures, for the keys that are not given
    owned, tolled                 how it is paid for, instead of the yearly costs
    power_cost_per_mw_year        yearly cost of power [currency/MW/year]; both costs may be left out where the case is
                                  only matched
    energy_cost_per_mwh_year      yearly cost of energy capacity [currency/MWh/year]
    round_trip_efficiency         terminals to terminals, (0, 1]; the square root applies each way
    standing_loss_per_hour        share of the stored energy lost per hour
    discharge_cost_per_mwh        cost of a discharged MWh [currency/MWh]
    degradation_cost_per_mwh      what a discharged MWh takes of its life [currency/MWh], told apart
    lot_mw                        its power is sold in whole blocks of this size [MW]
    or_nothing                    nothing, or at least min_power_mw
    variant_of                    at most one of the offers that name the same group is taken
    duration_hours                energy = power * duration; excludes bounds on energy
    min_state_of_charge           share of the energy capacity that always stays in
    cycles_per_year, cycle_basis  limit on full cycles, counted in stored or delivered energy
    grid_charging                 whether it may charge from the grid
    grid_charging_margin_per_mwh  on top of the spot price for what it charges from the grid [currency/MWh]
    paired_with                   the contract whose plant it stands beside: it charges from that alone
    connection_mw, connection_share   most that both feed in together [MW], or per MW of the contract; no limit unless
                                  one is given
    settlement                    how contracted energy that passes through it is settled: delivered or spot
    tracing                       which charge a discharge draws on: fifo, lifo or weighted_average
    embodied_kg_per_kwh           emissions of building it [kg CO2e/kWh of capacity], over lifetime_years
    metered_charge_mw, metered_discharge_mw   what its meter saw, for `carbonmatch match`
    device                        what a certificate registry knows it as
    """

    zone: ServedZoneName
    site: SiteName = None
    library: InLibrary = None
    owned: Owned | None = None
    tolled: Tolled | None = None
    power_cost_per_mw_year: Annotated[NonNegative | None, _YEARLY_COST] = ABSENT
    energy_cost_per_mwh_year: Annotated[NonNegative | None, _YEARLY_COST] = ABSENT
    round_trip_efficiency: PositiveShare
    standing_loss_per_hour: ShareBelowOne = 0.0
    discharge_cost_per_mwh: NonNegative = 0.0
    degradation_cost_per_mwh: NonNegative = 0.0
    min_power_mw: NonNegative = 0.0
    max_power_mw: NonNegative | None = None
    lot_mw: Positive | None = None
    or_nothing: bool = False
    variant_of: Group | None = None
    min_energy_mwh: NonNegative = 0.0
    max_energy_mwh: NonNegative | None = None
    duration_hours: Positive | None = None
    min_state_of_charge: ShareBelowOne = 0.0
    cycles_per_year: Positive | None = None
    cycle_basis: Literal["stored", "delivered"] = "stored"
    grid_charging: bool = False
    grid_charging_margin_per_mwh: NonNegative = 0.0
    paired_with: str | None = None
    connection_mw: Positive | None = None
    connection_share: Positive | None = None
    settlement: Literal["delivered", "spot"] | None = None
    tracing: Literal["fifo", "lifo", "weighted_average"] = "fifo"
    embodied_kg_per_kwh: NonNegative | None = None
    lifetime_years: Positive = 15.0
    metered_charge_mw: MeteredPower | None = None
    metered_discharge_mw: MeteredPower | None = None
    device: Device | None = None

    @property
    def terms(self) -> Literal["owned", "tolled", "yearly"]:
        """How it is paid for: by an annuity, by a monthly fee, or by yearly costs."""
        return "owned" if self.owned is not None else "tolled" if self.tolled is not None else "yearly"

    def power_cost(self, grid: TimeGrid) -> float:
        """Return what a MW of its power costs in a year [currency/MW/year], whatever the terms are."""
        if self.owned is not None:
            return self.owned.power_cost_per_mw_year
        if self.tolled is not None:
            return self.tolled.power_cost_per_mw_year(grid.months, grid.year_fraction)
        return demanded(self.power_cost_per_mw_year)

    @property
    def energy_cost(self) -> float:
        """What a MWh of its capacity costs in a year [currency/MWh/year]; nothing under a toll."""
        if self.owned is not None:
            return self.owned.energy_cost_per_mwh_year
        return 0.0 if self.tolled is not None else demanded(self.energy_cost_per_mwh_year)

    @property
    def discharge_cost(self) -> float:
        """What a discharged MWh costs beside degradation [currency/MWh], the variable part of the terms included."""
        by_terms = 0.0
        if self.owned is not None:
            by_terms = self.owned.variable_om_per_mwh
        elif self.tolled is not None:
            by_terms = self.tolled.variable_fee_per_mwh
        return self.discharge_cost_per_mwh + by_terms

    @property
    def costs_nothing(self) -> bool:
        """Whether its size is free to choose and costs nothing, so that the best size is not unique."""
        power_is_fixed = self.max_power_mw == self.min_power_mw
        energy_is_fixed = self.duration_hours is not None or self.max_energy_mwh == self.min_energy_mwh
        fixed = power_is_fixed and energy_is_fixed
        return not fixed and self._has_no_cost

    @property
    def _has_no_cost(self) -> bool:
        if self.tolled is not None:
            return self.tolled.fee_per_kw_month == 0.0
        if self.owned is not None:
            return self.owned.costs_nothing
        return self.power_cost_per_mw_year == 0.0 and self.energy_cost_per_mwh_year == 0.0

    @field_validator("tolled")
    @classmethod
    def _paid_for_in_one_way(cls, value: Tolled | None, info: ValidationInfo) -> Tolled | None:
        if value is not None and info.data.get("owned") is not None:
            refuse("is given, and so is owned; a storage is paid for in one way: leave one of the two out")
        return value

    @field_validator("power_cost_per_mw_year", "energy_cost_per_mwh_year")
    @classmethod
    def _no_other_terms_beside(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None:
            for terms in ("owned", "tolled"):
                if info.data.get(terms) is not None:
                    refuse(f"is given, and so is {terms}; a storage is paid for in one way: leave one of the two out")
        return value

    @field_validator("max_power_mw")
    @classmethod
    def _power_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_power_mw"), value, "min_power_mw")
        return value

    @field_validator("lot_mw")
    @classmethod
    def _a_whole_number_of_lots_fits(cls, value: float | None, info: ValidationInfo) -> float | None:
        return STORAGE_SIZE.check_lot(value, info)

    @field_validator("or_nothing")
    @classmethod
    def _has_a_least_size(cls, value: bool, info: ValidationInfo) -> bool:
        return STORAGE_SIZE.check_or_nothing(value, info)

    @field_validator("variant_of")
    @classmethod
    def _variant_has_a_largest_size(cls, value: str | None, info: ValidationInfo) -> str | None:
        return STORAGE_SIZE.check_variant(value, info)

    @field_validator("max_energy_mwh")
    @classmethod
    def _energy_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_energy_mwh"), value, "min_energy_mwh")
        return value

    @field_validator("duration_hours")
    @classmethod
    def _a_toll_is_for_a_given_battery(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("tolled") is not None:
            refuse("is missing; a toll is for a given battery: say how many hours it runs at full power, such as 4")
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

    @field_validator("paired_with")
    @classmethod
    def _charges_from_its_plant_alone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("grid_charging"):
            what = "is true, and a storage that is paired charges from its plant alone; leave one of the two out"
            refuse(Finding(what, beside="grid_charging"))
        return value

    @field_validator("connection_mw", "connection_share")
    @classmethod
    def _a_connection_is_that_of_a_plant(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None or "paired_with" not in info.data:
            return value
        if info.data["paired_with"] is None:
            refuse(
                "is given, and paired_with is not; it is the connection of a plant: name its contract, or leave it out"
            )
        if info.field_name == "connection_share" and info.data.get("connection_mw") is not None:
            refuse("is given, and so is connection_mw; a connection has one size: leave one of the two out")
        return value

    @field_validator("settlement")
    @classmethod
    def _what_a_pair_stores_is_delivered(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "spot" and info.data.get("paired_with") is not None:
            refuse("is spot, and the storage is paired with a plant, whose energy is delivered; leave it out")
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
