"""Grid supply of a site: what its energy costs, and what else is billed on what passes its meter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from carbonmatch.case.block import (
    SLUG,
    Block,
    Finding,
    NonNegative,
    Positive,
    Reading,
    Share,
    refuse,
    say,
    say_value,
)
from carbonmatch.case.period import Period
from carbonmatch.case.price import AnyEnergyPrice, EnergyPrice, FlatPrice, read_price
from carbonmatch.case.series import FlagSeries
from carbonmatch.case.urdb import UtilityRate, grid_of_rate
from carbonmatch.errors import InputError
from carbonmatch.timegrid import FloatArray, TimeGrid, read_wall_time
from carbonmatch.wording import listed

MONTHS_OF_YEAR = 12


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        refuse(f"is {say_value(value)}; a name is made of letters a-z, digits, - and _")
    return value


ChargeName = Annotated[str, AfterValidator(_slug)]


def _read_adder(value: Any, info: ValidationInfo) -> EnergyPrice:
    """Read a number, or any price of energy."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return FlatPrice.model_validate({"flat_per_mwh": value}, context=info.context)
    return read_price(value, info)


Adder = Annotated[EnergyPrice, PlainValidator(_read_adder)]


class DemandCharge(Period):
    """A charge on the largest metered import of each month, in the months, days and hours that it names.

    per_kw_month       what a billed kW costs in a month [currency/kW]
    ratchet_share      share of the largest import of earlier months that is billed at least, 0..1
    look_back_months   how many months before are looked back at; the year before where there is a ratchet
    peak_before_mw     largest import in the months before the case [MW]; those at its end stand for them unless given
    billed_min_mw      billed at least [MW]
    minimum_billing    whether the least share of `contract_capacity` holds for this charge
    """

    per_kw_month: NonNegative
    ratchet_share: Share = 0.0
    look_back_months: int | None = Field(default=None, ge=1, le=MONTHS_OF_YEAR)
    peak_before_mw: NonNegative | None = None
    billed_min_mw: NonNegative = 0.0
    minimum_billing: bool = True

    @model_validator(mode="after")
    def _looks_back_with_a_ratchet(self) -> Self:
        for key in ("look_back_months", "peak_before_mw"):
            if getattr(self, key) is not None and self.ratchet_share == 0.0:
                refuse(Finding("is given, and ratchet_share is 0; give the share, or leave this out", inside=(key,)))
        return self

    @property
    def months_back(self) -> int:
        """How many months are looked back at: eleven unless given, so that a year with this month is seen."""
        return MONTHS_OF_YEAR - 1 if self.look_back_months is None else self.look_back_months


def _read_stamps(value: Any, info: ValidationInfo) -> FloatArray | None:
    """Return 1 in every step that one of these local times falls in, else 0."""
    grid = Reading.of(info).grid
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not value:
        refuse(f"is {say_value(value)}; a list of local times is wanted, such as [2018-01-18 18:00, 2018-02-27 19:00]")
    flags = np.zeros(grid.steps if grid else 1)
    for number, stamp in enumerate(value):
        try:
            wall = read_wall_time(stamp, "at")
        except InputError as error:
            refuse(*(Finding(fault.what, inside=(str(number),)) for fault in error.faults))
        if grid is None:
            continue
        starts = grid.local_index.tz_localize(None)
        into = (np.datetime64(wall) - starts.to_numpy()) / np.timedelta64(1, "s")
        inside = np.flatnonzero((into >= 0) & (into < grid.hours_per_step * 3600))
        if len(inside) != 1:
            trouble = "occurs twice (clock change)" if inside.size else "is not in the time of the case"
            refuse(Finding(f"is {wall:%Y-%m-%d %H:%M}, which {trouble}; mend it", inside=(str(number),)))
        flags[inside] = 1.0
    flags.flags.writeable = False
    return flags


class CoincidentPeak(Block):
    """A charge on the mean import in the steps in which the system as a whole peaked.

    per_kw_year   what a kW of that mean costs in a year [currency/kW]
    at            those steps as local times
    flags         or as a series: 1 in these steps, else 0; values between weigh a step
    """

    per_kw_year: NonNegative
    at: Annotated[FloatArray | None, PlainValidator(_read_stamps)] = None
    flags: FlagSeries | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.at is None) == (self.flags is None):
            trouble = "gives both at and flags" if self.at is not None else "says neither at nor flags"
            refuse(
                f"{trouble}; name the steps in one way: at: [2018-01-18 18:00], or flags: {{file: ..., column: ...}}"
            )
        if self.flags is not None and not self.flags.any():
            refuse(
                Finding("is 0 in every step of the case; mark the steps in which the system peaked", inside=("flags",))
            )
        return self

    @property
    def share(self) -> FloatArray:
        """Part of each step in the mean that is billed; all together 1."""
        flags = self.flags if self.at is None else self.at
        if flags is None:
            raise ValueError("a coincident peak names its steps; it should have been refused before")
        share: FloatArray = flags / flags.sum()
        return share


class Subscribed(Block):
    """Power that is subscribed for.

    mw                       [MW]; left out, the best is found
    charge_per_mw_year       [currency/MW/year]
    excess_penalty_per_mwh   for each MWh of metered import above it [currency/MWh]
    """

    mw: NonNegative | None = None
    charge_per_mw_year: NonNegative
    excess_penalty_per_mwh: NonNegative


class ContractCapacity(Block):
    """The capacity that a large consumer has contracted for.

    mw                      [MW]
    minimum_billing_share   share of it that demand charges bill at least, whatever is used
    """

    mw: Positive
    minimum_billing_share: Share


class Grid(Block):
    """Supply from the grid at a site.

    tariff                             a file that says energy, demand charges and fixed charge in their place
    energy                             price of retail energy
    adders_per_mwh                     network, levies and the like, by name, on metered import [currency/MWh]
    demand_charges                     on the largest metered import of each month, by name
    coincident_peak                    on what is used while the system peaks
    subscribed                         subscribed power, and the penalty on import above it
    contract_capacity                  of which demand charges bill a least share
    fixed_charge_per_month             [currency/month]
    firm_capacity_charge_per_mw_year   charge on the sized firm supply [currency/MW/year]
    connection_mw                      limit of the grid connection [MW]; None for no limit. A load above it is no fault
                                       of the case: it can be matched, and no portfolio can serve it
    export_price                       what a MWh earns that leaves through the meter
    export_limit_mw                    most that may leave [MW]; None for no limit
    """

    tariff: UtilityRate | None = None
    energy: AnyEnergyPrice
    adders_per_mwh: dict[ChargeName, Adder] = Field(default_factory=dict)
    demand_charges: dict[ChargeName, DemandCharge] = Field(default_factory=dict)
    coincident_peak: CoincidentPeak | None = None
    subscribed: Subscribed | None = None
    contract_capacity: ContractCapacity | None = None
    fixed_charge_per_month: NonNegative | None = None
    firm_capacity_charge_per_mw_year: NonNegative = 0.0
    connection_mw: Positive | None = None
    export_price: AnyEnergyPrice | None = None
    export_limit_mw: NonNegative | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_the_tariff(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, Mapping) or value.get("tariff") is None:
            return value
        twice = [key for key in ("energy", "demand_charges", "fixed_charge_per_month") if value.get(key) is not None]
        if twice:
            refuse(
                Finding(
                    f"says {listed(twice)} too, given beside it; leave one of them out",
                    inside=("tariff",),
                )
            )
        return {**value, **grid_of_rate(value["tariff"], Reading.of(info))}

    @field_validator("adders_per_mwh", "demand_charges", mode="before")
    @classmethod
    def _named_charges(cls, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            refuse(f"is {say_value(value)}; charges have names: {{network: ...}}")
        return value

    @field_validator("contract_capacity")
    @classmethod
    def _bills_something(cls, value: ContractCapacity | None, info: ValidationInfo) -> ContractCapacity | None:
        if value is not None and info.data.get("demand_charges") == {}:
            refuse("is given, and no demand charge bills a share of it; give demand_charges, or leave it out")
        return value

    @property
    def prices(self) -> dict[tuple[str, ...], EnergyPrice]:
        """Every price of energy that it names, by its key below `grid`."""
        found: dict[tuple[str, ...], EnergyPrice] = {("energy",): self.energy}
        found |= {("adders_per_mwh", name): adder for name, adder in self.adders_per_mwh.items()}
        if self.export_price is not None:
            found["export_price",] = self.export_price
        return found

    @property
    def needs_spot_price(self) -> bool:
        """Whether one of them follows the spot price of the zone."""
        return any(price.needs_spot_price for price in self.prices.values())

    def import_price_per_mwh(self, spot_price: FloatArray | None) -> FloatArray:
        """Return what a MWh through the meter costs in every step, adders and all [currency/MWh]."""
        total: FloatArray = np.sum(
            [p.on(spot_price) for key, p in self.prices.items() if key != ("export_price",)], axis=0
        )
        return total


def export_above_import(grid: Grid, spot_price: FloatArray | None, axis: TimeGrid) -> Finding | None:
    """Say where a MWh earns more on its way out of the meter than it costs on its way in; None where it never does.

    Nothing would stop a meter from turning in both directions at once there: what it earned had no limit.
    """
    if grid.export_limit_mw == 0.0:
        return None
    earned = np.zeros(axis.steps) if grid.export_price is None else grid.export_price.on(spot_price)
    paid = grid.import_price_per_mwh(spot_price)
    above = np.flatnonzero(earned > paid)
    if not above.size:
        return None
    first = above[0]
    where = f"in {above.size} of {axis.steps} steps, the first at {axis.say(axis.index[first])}"
    if grid.export_price is None:
        what = (
            f"is missing, so that export earns 0, and a MWh of import costs less than that {where} "
            f"({say(paid[first])}); let export follow the market too, such as {{index: spot, margin_per_mwh: -5}}, or "
            "allow none: export_limit_mw: 0"
        )
    else:
        what = (
            f"is above what a MWh of import costs {where} ({say(earned[first])} against {say(paid[first])}), so that "
            "energy would go in and out at a profit; lower it, add the missing adders_per_mwh, or allow no export: "
            "export_limit_mw: 0"
        )
    return Finding(what, inside=("export_price",))
