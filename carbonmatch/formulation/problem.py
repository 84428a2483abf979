"""From a checked case to a problem: every term sheet becomes the few arrays that the model knows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from carbonmatch.case import Case, Site, Storage, Zone, demanded
from carbonmatch.errors import InputError
from carbonmatch.formulation.eligibility import as_it_counts
from carbonmatch.formulation.hybrid import check_partners
from carbonmatch.formulation.load_terms import (
    check_carbon_of_load,
    curtailable_terms,
    flexible_terms,
    latency_group_terms,
    most_load_mw,
    placement_terms,
    with_given_placements,
)
from carbonmatch.formulation.structures import choice_terms, contract_terms, least_of_all
from carbonmatch.formulation.tariff_terms import tariff_of
from carbonmatch.records import (
    Budget,
    CarbonTerms,
    FloatArray,
    PairingTerms,
    PoolTerms,
    Problem,
    SiteTerms,
    StorageTerms,
    TargetTerms,
    TimeTerms,
    ZoneTerms,
    mix_of_unclaimed,
    served_by_standard_supply,
)
from carbonmatch.units import G_PER_KWH_TO_T_PER_MWH


def problem_from_case(case: Case) -> Problem:
    """Return a case as arrays in user units. Zones without a site drop out: nothing can be claimed there.

    Raises:
        InputError: the case leaves out what a case may that is only matched, every such key is told; or it names
            several weather years, and none was chosen; or a storage stands beside a plant that does not count; or
            emissions of a load that is a decision cannot be counted.
    """
    if faults := (*case.missing_to_solve, *case.several_years):
        raise InputError(faults)
    time = TimeTerms.of(case.grid)
    zones = case.served_zones
    number = {zone.name: z for z, zone in enumerate(zones)}
    hours = time.hours_per_step
    terms = {zone.name: zone_terms(case, zone, hours) for zone in zones}
    problem = Problem(
        name=case.name,
        currency=case.currency,
        time=time,
        zones=tuple(terms.values()),
        sites=tuple(site_terms(case, site, number[site.zone]) for site in case.sites.values()),
        contracts=tuple(
            replace(
                as_it_counts(
                    contract_terms(
                        contract,
                        number[contract.load_zone],
                        case.zones,
                        case.grid,
                        most_load_mw(case, contract.load_zone),
                    ),
                    contract,
                    case,
                ),
                site=site_number(case, contract.site),
            )
            for contract in case.contracts.values()
        ),
        storage=tuple(storage_terms(case, storage, number[storage.zone]) for storage in case.storage.values()),
        target=target_terms(case),
        latency_groups=latency_group_terms(case),
        placements=placement_terms(case),
    )
    check_partners(problem)
    check_carbon_of_load(problem)
    return with_given_placements(problem)


def site_number(case: Case, name: str | None) -> int | None:
    """Return the number of a site; None where none is named."""
    return None if name is None else list(case.sites).index(name)


def zone_terms(case: Case, zone: Zone, hours: float) -> ZoneTerms:
    """Return a zone with the load of its sites and the price of what is sold there."""
    load = np.sum([site.load_mw for site in case.sites.values() if site.zone == zone.name], axis=0) * hours
    price = case.surplus.price
    return ZoneTerms(
        name=zone.name,
        load_mwh=load,
        spot_price_per_mwh=zone.spot_price_per_mwh,
        carbon_intensity_g_per_kwh=zone.carbon_intensity_g_per_kwh,
        grid_cfe_share=zone.grid_cfe_share,
        sale_price_per_mwh=np.zeros_like(load) if price is None else price.on(zone.spot_price_per_mwh),
        carbon=carbon_terms(case, zone, load) if demanded(case.target).counts_carbon else None,
    )


def carbon_terms(case: Case, zone: Zone, load_mwh: FloatArray) -> CarbonTerms:
    """Return what the load of a zone emits: as the accounts count it under the draft revision of Scope 2.

    The case was refused where a zone gives no mix, or its factors cannot be counted by a linear programme.
    """
    _, unclaimed = demanded(mix_of_unclaimed(zone.residual_mix_g_per_kwh, zone.fossil_mix_g_per_kwh))
    standard, nothing = zone.standard_supply, np.zeros_like(load_mwh)
    claimed = {c.emission_factor_g_per_kwh for c in case.contracts.values() if c.load_zone == zone.name}
    return CarbonTerms(
        claimed_t_per_mwh=max(claimed, default=0.0) * G_PER_KWH_TO_T_PER_MWH,
        standard_t_per_mwh=nothing if standard is None else standard.emission_factor_g_per_kwh * G_PER_KWH_TO_T_PER_MWH,
        standard_mwh=nothing if standard is None else served_by_standard_supply(standard.share, load_mwh, load_mwh),
        unclaimed_t_per_mwh=unclaimed * G_PER_KWH_TO_T_PER_MWH,
    )


def site_terms(case: Case, site: Site, zone_number: int) -> SiteTerms:
    """Return a site's load and what its grid supply costs per MWh and per MW, and the limit of its connection."""
    grid, spot_price = demanded(site.grid), case.zones[site.zone].spot_price_per_mwh
    return SiteTerms(
        name=site.name,
        zone=zone_number,
        load_mwh=site.load_mw * case.grid.hours_per_step,
        retail_price_per_mwh=grid.energy.on(spot_price),
        firm_capacity_charge_per_mw_year=grid.firm_capacity_charge_per_mw_year,
        connection_mw=math.inf if grid.connection_mw is None else grid.connection_mw,
        tariff=tariff_of(grid, spot_price, case.grid),
        flexible=flexible_terms(case, site),
        curtailable=curtailable_terms(case, site),
    )


def storage_terms(case: Case, storage: Storage, zone_number: int) -> StorageTerms:
    """Return a storage offer with its pools."""
    one_way = math.sqrt(storage.round_trip_efficiency)
    return StorageTerms(
        name=storage.name,
        zone=zone_number,
        pools=pool_terms(case, storage),
        power_cost_per_mw_year=storage.power_cost(case.grid),
        energy_cost_per_mwh_year=storage.energy_cost,
        discharge_cost_per_mwh=storage.discharge_cost,
        charge_efficiency=one_way,
        discharge_efficiency=one_way,
        standing_loss_per_hour=storage.standing_loss_per_hour,
        min_power_mw=least_of_all(storage, storage.min_power_mw),
        max_power_mw=math.inf if storage.max_power_mw is None else storage.max_power_mw,
        min_energy_mwh=least_of_all(storage, storage.min_energy_mwh),
        max_energy_mwh=math.inf if storage.max_energy_mwh is None else storage.max_energy_mwh,
        duration_hours=storage.duration_hours,
        min_state_of_charge=storage.min_state_of_charge,
        cycles_per_year=math.inf if storage.cycles_per_year is None else storage.cycles_per_year,
        cycle_efficiency=one_way if storage.cycle_basis == "stored" else 1.0,
        site=site_number(case, storage.site),
        degradation_cost_per_mwh=storage.degradation_cost_per_mwh,
        pairing=pairing_terms(case, storage),
        choice=choice_terms(storage, storage.min_power_mw, storage.min_energy_mwh),
    )


def pairing_terms(case: Case, storage: Storage) -> PairingTerms | None:
    """Return the plant that a storage stands beside, and their connection."""
    if storage.paired_with is None:
        return None
    return PairingTerms(
        partner=storage.paired_with,
        connection_mw=math.inf if storage.connection_mw is None else storage.connection_mw,
        connection_share=math.inf if storage.connection_share is None else storage.connection_share,
        loss_factor=case.contracts[storage.paired_with].loss_factor,
    )


def pool_terms(case: Case, storage: Storage) -> tuple[PoolTerms, ...]:
    """Return the pools of a storage.

    clean   contracted energy, delivered like it; left out where all contracts of the zone are virtual
    spot    claims of the zone, their energy bought and sold at spot; where the zone has a virtual contract
    grey    energy bought from the grid at spot plus margin; where the case allows grid charging

    `settlement` names one way for all: with `delivered` there is no spot pool, with `spot` no clean one, and grey
    energy is sold at spot too. One that is paired with a plant has a clean pool alone. Otherwise another offer can only
    add a pool: it never takes away what a storage could do before. Certificates open no pool: energy is bought at
    spot for a clean pool beside a virtual contract alone.

    Behind the meter of a site there are a clean and a grey pool, and neither has a price of its own: what the meter
    sees of them is bought and sold there.
    """
    nothing = np.zeros(case.grid.steps)
    if storage.site is not None:
        names = ("clean", "grey") if storage.grid_charging else ("clean",)
        return tuple(PoolTerms(name, name == "clean", False, nothing, nothing) for name in names)
    here = [c for c in case.contracts.values() if c.load_zone == storage.zone and not c.certificates_only]
    physical = {contract.physical for contract in here}
    spot_price = case.zones[storage.zone].spot_price_per_mwh
    at_spot = nothing if spot_price is None else spot_price
    if storage.paired_with is not None:
        return (PoolTerms("clean", True, True, nothing, nothing),)
    pools = []
    if storage.settlement != "spot" and (storage.settlement == "delivered" or physical != {False}):
        pools.append(PoolTerms("clean", True, True, nothing, nothing))
    if storage.settlement == "spot" or (storage.settlement is None and False in physical):
        pools.append(PoolTerms("spot", True, False, at_spot, at_spot))
    if storage.grid_charging:
        delivered = storage.settlement != "spot"
        paid = at_spot + storage.grid_charging_margin_per_mwh
        pools.append(PoolTerms("grey", False, delivered, paid, nothing if delivered else at_spot))
    return tuple(pools)


def zone_floors(case: Case) -> tuple[float, ...]:
    """Return the least share of every zone, 0 where it has none; empty where no zone has one."""
    target = demanded(case.target)
    if not target.zone_floors or target.matching == "none":
        return ()
    return tuple(target.zone_floors.get(zone.name, 0.0) for zone in case.served_zones)


def target_terms(case: Case) -> TargetTerms:
    """Return the target and the limit on surplus."""
    target, share = demanded(case.target), case.surplus.max_share
    budget = None if target.budget_per_year is None else Budget(target.budget_per_year, target.cfe)
    return TargetTerms(
        matching=target.matching,
        cfe=0.0 if target.cfe is None or target.matching == "none" or budget is not None else target.cfe,
        grid_credit=target.grid_credit,
        per_zone=target.scope == "zone",
        max_surplus_share=math.inf if share is None else share,
        carbon_price_per_t=target.carbon_price_per_t,
        carbon_cap_t_per_year=target.carbon_cap_t_per_year,
        budget=budget,
        years=target.years,
        zone_floors=zone_floors(case),
    )
