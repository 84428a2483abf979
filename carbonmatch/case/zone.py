"""Zones: the deliverability boundary of matching, and the market data of the grid in it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from carbonmatch.case.block import Block, Entry, Finding, Reading, refuse
from carbonmatch.case.neighbour import Neighbour
from carbonmatch.case.series import CfeShare, Intensity, Price, SupplyShare
from carbonmatch.wording import listed, nearest


class StandardSupply(Block):
    """Carbon-free energy that the utility delivers to all customers; everyone may claim their own share, no more.

    share                       service MWh / retail sales, 0..1
    emission_factor_g_per_kwh   of that service [g CO2e/kWh]
    """

    share: SupplyShare
    emission_factor_g_per_kwh: Intensity = Field(default=0.0, validate_default=True)


class Zone(Entry):
    """A bidding zone or balancing area.

    spot_price_per_mwh           [currency/MWh], any sign
    forecast_spot_price_per_mwh  what was expected of it a day before, for operation without foresight
    carbon_intensity_g_per_kwh   average intensity of the grid [g CO2e/kWh]
    grid_cfe_share               share of carbon-free energy in the grid's supply, 0..1
    residual_mix_g_per_kwh       intensity of what no one has claimed
    fossil_mix_g_per_kwh         intensity of the generation that is not carbon-free
    marginal_g_per_kwh           intensity of the plants that answer a change of load
    standard_supply              what the utility delivers to all customers
    neighbours                   zones whose plants may count for the load of this one, and when
    """

    spot_price_per_mwh: Price | None = None
    forecast_spot_price_per_mwh: Price | None = None
    carbon_intensity_g_per_kwh: Intensity | None = None
    grid_cfe_share: CfeShare | None = None
    residual_mix_g_per_kwh: Intensity | None = None
    fossil_mix_g_per_kwh: Intensity | None = None
    marginal_g_per_kwh: Intensity | None = None
    standard_supply: StandardSupply | None = None
    neighbours: dict[str, Neighbour] = Field(default_factory=dict)


def _known_zone(name: str, info: ValidationInfo) -> str:
    zones = Reading.of(info).zones
    if zones is not None and name not in zones:
        listing = f" (zones: {listed(zones)})" if zones else ""
        refuse(f"is {name!r}, which is not one of the zones of the case{nearest(name, zones)}{listing}")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


def _zone_with_a_site(name: str, info: ValidationInfo) -> str:
    served = Reading.of(info).site_zones
    if served and name not in served:
        refuse(
            f"is {name}, a zone without a site: what is generated or stored there cannot be delivered to a load. Move "
            f"it to a zone with a site ({listed(sorted(served))}), or add a site"
        )
    return name


ServedZoneName = Annotated[ZoneName, AfterValidator(_zone_with_a_site)]


def _zone_with_a_load(name: str, info: ValidationInfo) -> str:
    served = Reading.of(info).site_zones
    if served and name not in served:
        refuse(
            f"is {name}, a zone without a site: there is no load that it could count for. Name a zone with a site "
            f"({listed(sorted(served))}), or add a site"
        )
    return name


LoadZoneName = Annotated[ZoneName, AfterValidator(_zone_with_a_load)]


def refuse_without_site(name: str, info: ValidationInfo) -> str:
    """Fault a zone without a site for what counts, or stands, where it is."""
    return _zone_with_a_site(name, info)


def need_series(info: ValidationInfo, zone: Any, key: str, why: str, inside: tuple[str, ...] = ()) -> None:
    """Fault the value in hand unless the zone gives the series that it needs; accounts alone need no price."""
    if zone is not None and not Reading.of(info).zone_gives(zone, key):
        if not Reading.of(info).to_solve:
            Reading.of(info).lacking = True
            return
        refuse(Finding(f"{why}, and the zone {zone} gives none; add zones.{zone}.{key}", inside=inside))
