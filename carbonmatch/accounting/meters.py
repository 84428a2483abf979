"""From meters to flows: what was used, generated and stored in a past period, as the accounts take it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from carbonmatch.case import (
    Case,
    Contract,
    DeliveredContract,
    RetailSupplyContract,
    Site,
    Storage,
    demanded,
)
from carbonmatch.errors import Fault, InputError
from carbonmatch.load import SiteLoad
from carbonmatch.records import (
    ContractTerms,
    FloatArray,
    Flows,
    PairingTerms,
    Problem,
    SiteTerms,
    StorageTerms,
    TargetTerms,
    TimeTerms,
    ZoneTerms,
)

NOT_KNOWN: Final = math.nan
"""Stands where a problem has a price, a size or a limit: nothing is bought, sized or limited here."""


@dataclass(frozen=True)
class Metered:
    """A case as its meters saw it.

    case       the sites with their metered load, the contracts and storage that have a meter
    problem    the same as arrays; what only an optimiser needs is nan
    flows      what flowed
    warnings   what has no meter, and what became of it
    """

    case: Case
    problem: Problem
    flows: Flows
    warnings: tuple[str, ...]


def read_meters(case: Case) -> Metered:
    """Return what the meters of a case saw.

    A site without a meter uses its load as given; a contract or a storage without one is left out. Both are told.

    Raises:
        InputError: nothing is metered, or no site used anything.
    """
    where = case.provenance.path or "case"
    if not case.metered:
        what = (
            "holds no metered series, so there is nothing to account for; give sites.NAME.metered_load_mw, "
            "contracts.NAME.metered_generation_mw, or storage.NAME.metered_charge_mw with metered_discharge_mw"
        )
        raise InputError([Fault(where, what)])
    metered = _with_meters_only(case)
    if not any(site.load_mw.any() for site in metered.sites.values()):
        raise InputError([Fault(where, "the load of all sites is zero in every step; there is nothing to match")])
    problem = _problem(metered)
    return Metered(metered, problem, _flows(metered, problem), tuple(_left_out(case)))


def _with_meters_only(case: Case) -> Case:
    return case.model_copy(
        update={
            "sites": {name: _as_metered(site) for name, site in case.sites.items()},
            "contracts": {
                name: contract
                for name, contract in case.contracts.items()
                if contract.metered_generation_mw is not None
            },
            "storage": {
                name: storage for name, storage in case.storage.items() if storage.metered_charge_mw is not None
            },
        }
    )


def _as_metered(site: Site) -> Site:
    if site.metered_load_mw is None:
        return site
    # What the parts of a load are is known of the plan alone: they keep their shares.
    metered = SiteLoad(site.metered_load_mw) if site.load is None else site.load.with_total(site.metered_load_mw)
    return site.model_copy(update={"load": metered, "data_tier": "meter"})


def _left_out(case: Case) -> list[str]:
    told = [
        f"{name} has no metered_load_mw: its load is taken as the case gives it."
        for name, site in case.sites.items()
        if site.metered_load_mw is None
    ]
    told += [
        f"{name} has no metered_generation_mw: it is left out of the accounts, and nothing of it is claimed."
        for name, contract in case.contracts.items()
        if contract.metered_generation_mw is None
    ]
    told += [
        f"{name} generated {outside:,.3f} MWh before its contract started or after it ended: nothing of it is claimed."
        for name, contract in case.contracts.items()
        if contract.metered_generation_mw is not None
        for outside in [_outside_mwh(case, contract)]
        if outside > 0.0
    ]
    told += [
        f"{name} has no metered_charge_mw and metered_discharge_mw: it is left out of the accounts."
        for name, storage in case.storage.items()
        if storage.metered_charge_mw is None
    ]
    return told


def _outside_mwh(case: Case, contract: Contract) -> float:
    """Return what a plant generated while its contract was not in force, at the buyer's meter [MWh]."""
    outside = demanded(contract.metered_generation_mw) * contract.loss_factor * (1.0 - contract.in_force)
    return float(outside.sum()) * case.grid.hours_per_step


def _problem(case: Case) -> Problem:
    grid = case.grid
    zones = case.served_zones
    number = {zone.name: z for z, zone in enumerate(zones)}
    not_known = np.full(grid.steps, NOT_KNOWN)
    loads = {name: site.load_mw * grid.hours_per_step for name, site in case.sites.items()}
    return Problem(
        name=case.name,
        currency=case.currency,
        time=TimeTerms.of(grid),
        zones=tuple(
            ZoneTerms(
                name=zone.name,
                load_mwh=np.sum([loads[name] for name, site in case.sites.items() if site.zone == zone.name], axis=0),
                spot_price_per_mwh=zone.spot_price_per_mwh,
                carbon_intensity_g_per_kwh=zone.carbon_intensity_g_per_kwh,
                grid_cfe_share=zone.grid_cfe_share,
                sale_price_per_mwh=not_known,
            )
            for zone in zones
        ),
        sites=tuple(
            SiteTerms(name, number[site.zone], loads[name], not_known, NOT_KNOWN, connection_mw=math.inf)
            for name, site in case.sites.items()
        ),
        contracts=tuple(
            _contract_terms(case, contract, number[contract.load_zone]) for contract in case.contracts.values()
        ),
        storage=tuple(_storage_terms(storage, number[storage.zone]) for storage in case.storage.values()),
        target=TargetTerms("none", 0.0, grid_credit=False, per_zone=False, max_surplus_share=math.inf),
    )


def _contract_terms(case: Case, contract: Contract, zone_number: int) -> ContractTerms:
    """Return a contract that has a meter; what is delivered by a shape is known where the size is signed."""
    not_known, hours = np.full(case.grid.steps, NOT_KNOWN), case.grid.hours_per_step
    return ContractTerms(
        name=contract.name,
        zone=zone_number,
        technology=contract.technology.value,
        structure=contract.structure,
        physical=contract.physical,
        eligible=not case.why_not_eligible(contract),
        existing=contract.existing_mw is not None,
        min_mw=NOT_KNOWN,
        max_mw=NOT_KNOWN,
        available_mwh_per_mw=not_known,
        least_mwh_per_mw=not_known,
        strike_per_mwh=NOT_KNOWN,
        compensation=NOT_KNOWN,
        reference_price_per_mwh=None,
        capacity_fee_per_mw_year=NOT_KNOWN,
        dispatchable=contract.dispatchable,
        deliverable_share=case.deliverable_share(contract),
        shape_mwh_per_mw=None if contract.existing_mw is None else _shape(contract, hours),
        claim_share=contract.cfe_share if isinstance(contract, RetailSupplyContract) else None,
    )


def _shape(contract: Contract, hours: float) -> FloatArray | None:
    """Return what one MW delivers by a shape where the plant's meter does not tell it [MWh/MW]; else None."""
    if not isinstance(contract, DeliveredContract):
        return None
    shape: FloatArray = contract.shape_factors * contract.in_force * hours
    return shape


def _storage_terms(storage: Storage, zone_number: int) -> StorageTerms:
    one_way = math.sqrt(storage.round_trip_efficiency)
    return StorageTerms(
        name=storage.name,
        zone=zone_number,
        pools=(),
        power_cost_per_mw_year=NOT_KNOWN,
        energy_cost_per_mwh_year=NOT_KNOWN,
        discharge_cost_per_mwh=NOT_KNOWN,
        charge_efficiency=one_way,
        discharge_efficiency=one_way,
        standing_loss_per_hour=storage.standing_loss_per_hour,
        min_power_mw=NOT_KNOWN,
        max_power_mw=NOT_KNOWN,
        min_energy_mwh=NOT_KNOWN,
        max_energy_mwh=NOT_KNOWN,
        duration_hours=storage.duration_hours,
        min_state_of_charge=storage.min_state_of_charge,
        cycles_per_year=NOT_KNOWN,
        cycle_efficiency=one_way if storage.cycle_basis == "stored" else 1.0,
        pairing=None
        if storage.paired_with is None
        else PairingTerms(storage.paired_with, math.inf, math.inf, NOT_KNOWN),
    )


def _flows(case: Case, problem: Problem) -> Flows:
    """Return what flowed. The ledger finds out what of the charge came from the grid.

    generation = metered_generation * loss_factor: the meter stands at the plant, the loss lies behind it. What a plant
    generates before its contract starts, or after it ends, is not the buyer's
    """
    hours, steps = problem.time.hours_per_step, problem.time.steps

    def stacked(rows: list[FloatArray]) -> FloatArray:
        return np.array(rows).reshape(len(rows), steps)

    generation = stacked(
        [demanded(c.metered_generation_mw) * c.loss_factor * c.in_force * hours for c in case.contracts.values()],
    )
    charge = stacked([demanded(storage.metered_charge_mw) * hours for storage in case.storage.values()])
    discharge = stacked([demanded(storage.metered_discharge_mw) * hours for storage in case.storage.values()])
    flows = Flows(
        generation_mwh=generation,
        curtailed_mwh=np.zeros_like(generation),
        delivered_mwh=stacked(
            [
                terms.delivered_mwh(contract.existing_mw or 0.0, generated)
                for terms, contract, generated in zip(
                    problem.contracts, case.contracts.values(), generation, strict=True
                )
            ]
        ),
        clean_charge_mwh=charge,
        clean_discharge_mwh=discharge,
        grey_charge_mwh=np.zeros_like(charge),
        grey_discharge_mwh=np.zeros_like(discharge),
        retail_supply_mwh=np.zeros((len(problem.sites), steps)),
        sold_mwh=np.zeros((len(problem.zones), steps)),
        cyclic=False,
    )
    return _with_the_grid(case, problem, flows)


def _with_the_grid(case: Case, problem: Problem, flows: Flows) -> Flows:
    """Add what must have been bought at retail and sold, so that the energy of every step adds up.

    delivered = sum of physical contracts + discharge - charge;  retail = max(load - delivered, 0), shared among the
    sites of a zone by their load;  sold = max(delivered - load, 0)
    """
    retail, sold = np.zeros_like(flows.retail_supply_mwh), np.zeros_like(flows.sold_mwh)
    for z, zone in enumerate(problem.zones):
        members = [i for i, terms in enumerate(problem.contracts) if terms.zone == z]
        storage = [b for b, terms in enumerate(problem.storage) if terms.zone == z and _delivers(case, terms.name)]
        delivered = (
            flows.delivered_mwh[members].sum(axis=0)
            + flows.clean_discharge_mwh[storage].sum(axis=0)
            - flows.clean_charge_mwh[storage].sum(axis=0)
        )
        bought = np.maximum(zone.load_mwh - delivered, 0.0)
        sold[z] = np.maximum(delivered - zone.load_mwh, 0.0)
        sites = [s for s, site in enumerate(problem.sites) if site.zone == z]
        for s in sites:
            even = np.full_like(bought, 1.0 / len(sites))
            share = np.divide(problem.sites[s].load_mwh, zone.load_mwh, out=even, where=zone.load_mwh > 0.0)
            retail[s] = bought * share
    return replace(flows, retail_supply_mwh=retail, sold_mwh=sold)


def _delivers(case: Case, name: str) -> bool:
    """Say whether a storage delivers to the load, as the plan has it: not where all contracts are virtual."""
    storage = case.storage[name]
    if storage.settlement is not None:
        return storage.settlement == "delivered"
    here = (contract for contract in case.contracts.values() if contract.load_zone == storage.zone)
    contracts = [contract for contract in here if not contract.certificates_only]
    return not contracts or any(contract.physical for contract in contracts)
