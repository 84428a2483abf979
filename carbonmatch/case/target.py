"""What the portfolio has to reach, and what becomes of what it has too much of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Number, Reading, Share, refuse
from carbonmatch.case.eligibility import Eligible
from carbonmatch.case.price import AnyEnergyPrice, EnergyPrice
from carbonmatch.case.zone import need_series
from carbonmatch.wording import listed, nearest


class Surplus(Block):
    """Contracted energy beyond the load.

    price       what a MWh sold earns; None for nothing
    max_share   bound on the year's excess, as a share of the load; None for no bound
    """

    price: AnyEnergyPrice | None = None
    max_share: NonNegative | None = None

    @field_validator("price")
    @classmethod
    def _zones_have_a_spot_price(cls, price: EnergyPrice | None, info: ValidationInfo) -> EnergyPrice | None:
        if price is not None and price.needs_spot_price:
            for zone in sorted(Reading.of(info).site_zones):
                why = "the surplus is sold at the spot price of the zone"
                need_series(info, zone, "spot_price_per_mwh", why, ("index",))
        return price


class Target(Block):
    """The matching target.

    matching      none, annual, monthly or hourly
    cfe           share of the load to be matched, 0..1; not used without a target
    grid_credit   whether the carbon-free share of the grid's supply counts (hourly matching only)
    scope         whether the target holds for the portfolio or in each zone
    budget_per_year         what may be spent, net of sales [currency/year]: the best share for it is looked for, and
                            cfe, where it is given, is the least share that will do
    carbon_price_per_t      paid for market-based emissions, draft revision of Scope 2 [currency/t CO2e]
    carbon_cap_t_per_year   most of them [t CO2e/year]
    eligible      which contracts count; every carbon-free one unless given
    years         of several weather years, whether every one meets the target or their mean does
    zone_floors   least share of single zones, each by itself, counted as the target counts, beside what it asks for;
                  not used without a target
    """

    matching: Literal["none", "annual", "monthly", "hourly"]
    cfe: Share | None = None
    grid_credit: bool = False
    scope: Literal["portfolio", "zone"] = "portfolio"
    budget_per_year: Number | None = None
    carbon_price_per_t: NonNegative | None = None
    carbon_cap_t_per_year: NonNegative | None = None
    eligible: Eligible | None = None
    years: Literal["every", "expectation"] = "every"
    zone_floors: dict[str, Share] = Field(default_factory=dict)

    @property
    def counts_carbon(self) -> bool:
        """Whether emissions are priced or limited."""
        return self.carbon_price_per_t is not None or self.carbon_cap_t_per_year is not None

    @field_validator("budget_per_year")
    @classmethod
    def _target_says_how_much(cls, budget: float | None, info: ValidationInfo) -> float | None:
        matching = info.data.get("matching")
        if budget is not None and matching == "none":
            what = (
                "is given, and matching is none; a budget buys the best score, so say of which kind: hourly, "
                "monthly or annual"
            )
            refuse(what)
        if budget is None and "cfe" in info.data and info.data["cfe"] is None and matching not in {None, "none"}:
            what = f"is missing; {matching} matching wants the share of the load to be matched, such as 0.9"
            refuse(Finding(what, beside="cfe"))
        return budget

    @field_validator("carbon_price_per_t", "carbon_cap_t_per_year")
    @classmethod
    def _zones_give_a_mix(cls, value: float | None, info: ValidationInfo) -> float | None:
        reading = Reading.of(info)
        lacking = [
            zone
            for zone in sorted(reading.site_zones)
            if value is not None
            and not any(reading.zone_gives(zone, key) for key in ("residual_mix_g_per_kwh", "fossil_mix_g_per_kwh"))
        ]
        refusals = [
            Finding(
                f"emissions of load without a claim count, and the zone {zone} gives neither a residual mix nor a mix "
                f"of fossil plants; add zones.{zone}.residual_mix_g_per_kwh (or zones.{zone}.fossil_mix_g_per_kwh)"
            )
            for zone in lacking
        ]
        if refusals and reading.to_solve:
            refuse(*refusals)
        reading.lacking |= bool(refusals)
        return value

    @field_validator("grid_credit")
    @classmethod
    def _credit_is_hourly(cls, value: bool, info: ValidationInfo) -> bool:
        if not value:
            return value
        matching = info.data.get("matching")
        if matching in {"annual", "monthly"}:
            refuse(
                f"is true, and matching is {matching}; the grid's share counts in hourly matching only: set it to false"
            )
        lacking = [
            zone
            for zone in sorted(Reading.of(info).site_zones)
            if not Reading.of(info).zone_gives(zone, "grid_cfe_share")
        ]
        refusals = [
            Finding(
                f"the grid's carbon-free share counts, and the zone {zone} gives none; add zones.{zone}.grid_cfe_share"
            )
            for zone in lacking
        ]
        if refusals:
            refuse(*refusals)
        return value

    @field_validator("years")
    @classmethod
    def _months_are_of_one_year(cls, value: str, info: ValidationInfo) -> str:
        if value == "expectation" and info.data.get("matching") == "monthly":
            refuse("is expectation, and matching is monthly; a month is met in every year or not: set it to every")
        return value

    @field_validator("zone_floors", mode="before")
    @classmethod
    def _empty_block_is_no_floors(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("zone_floors")
    @classmethod
    def _floors_are_of_zones_with_a_site(cls, floors: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        zones = sorted(Reading.of(info).site_zones)
        found = [
            Finding(f"is no zone with a site{nearest(name, zones)} (they are {listed(zones)})", inside=(name,))
            for name in floors
            if zones and name not in zones
        ]
        if found:
            refuse(*found)
        return floors
