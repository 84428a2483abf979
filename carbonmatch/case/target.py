"""What the portfolio has to reach, and what becomes of what it has too much of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Reading, Share, refuse
from carbonmatch.case.price import AnyEnergyPrice, EnergyPrice
from carbonmatch.case.zone import need_series


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
    """

    matching: Literal["none", "annual", "monthly", "hourly"]
    cfe: Share | None = Field(default=None, validate_default=True)
    grid_credit: bool = False
    scope: Literal["portfolio", "zone"] = "portfolio"

    @field_validator("cfe")
    @classmethod
    def _target_says_how_much(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("matching") not in {None, "none"}:
            refuse(
                f"is missing; {info.data['matching']} matching wants the share of the load to be matched, such as 0.9"
            )
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
