"""The ledger: hour by hour, what was generated, stored, matched, left unmatched and left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbonmatch.accounting.claims import claims_of, direct_claims, joined
from carbonmatch.accounting.links import StorageFlows, links_of
from carbonmatch.records import (
    UNTRACED,
    Claims,
    ContractLedger,
    Facts,
    FloatArray,
    Flows,
    Ledger,
    Links,
    Problem,
    Solution,
    StorageLedger,
    ZoneLedger,
    totals,
)


def flows_of(solution: Solution) -> Flows:
    """Return the physical flows of a solution. The model's own matched and excess flows are left behind."""
    return Flows(
        generation_mwh=solution.generation_mwh,
        curtailed_mwh=solution.curtailed_mwh,
        delivered_mwh=solution.delivered_mwh,
        clean_charge_mwh=solution.clean_charge_mwh,
        clean_discharge_mwh=solution.clean_discharge_mwh,
        grey_charge_mwh=solution.grey_charge_mwh,
        grey_discharge_mwh=solution.grey_discharge_mwh,
        retail_supply_mwh=solution.retail_supply_mwh,
        sold_mwh=solution.sold_mwh,
        cyclic=True,
        yearly_certificates_mwh=solution.yearly_certificates_mwh,
        metered_import_mwh=solution.metered_import_mwh,
        metered_export_mwh=solution.metered_export_mwh,
    )


def build_ledger(problem: Problem, flows: Flows, facts: Facts) -> Ledger:
    """Recompute the accounts from physical flows alone.

    The claim of a step is min(contracted, load). Where the model left both excess and unmatched load in one step, the
    ledger claims more than the model did, never less. Stored energy is followed from charge to discharge by the method
    that the case names; what came out of the grid, or was in stock before a metered period, is never claimed.
    """
    zones = [_zone_accounts(problem, flows, facts, z) for z in range(len(problem.zones))]
    contracts = {i: account for zone in zones for i, account in zone.contracts.items()}
    storage = {b: account for zone in zones for b, account in zone.storage.items()}
    return Ledger(
        starts=problem.time.starts,
        hours_per_step=problem.time.hours_per_step,
        zones=tuple(zone.ledger for zone in zones),
        contracts=tuple(contracts[i] for i in range(len(problem.contracts))),
        storage=tuple(storage[b] for b in range(len(problem.storage))),
        links=joined([zone.links for zone in zones]),
        claims=joined([zone.claims for zone in zones]),
    )


@dataclass(frozen=True)
class _ZoneAccounts:
    ledger: ZoneLedger
    contracts: dict[int, ContractLedger]
    storage: dict[int, StorageLedger]
    links: Links
    claims: Claims


def _zone_accounts(problem: Problem, flows: Flows, facts: Facts, z: int) -> _ZoneAccounts:
    zone = problem.zones[z]
    members = [i for i, contract in enumerate(problem.contracts) if contract.zone == z]
    eligible = [i for i in members if problem.contracts[i].eligible]
    storage = [b for b, terms in enumerate(problem.storage) if terms.zone == z]
    sites = [s for s, site in enumerate(problem.sites) if site.zone == z]
    claimable = {i: problem.contracts[i].claimable_mwh(flows.generation_mwh[i]) for i in members}
    through = np.minimum(flows.clean_charge_mwh[storage], flows.clean_discharge_mwh[storage])
    stored = StorageFlows(
        generation_mwh=np.array([claimable[i] for i in eligible]).reshape(len(eligible), problem.time.steps),
        charge_mwh=flows.clean_charge_mwh[storage] - through,
        discharge_mwh=flows.clean_discharge_mwh[storage] - through,
        contracts=eligible,
        storage=storage,
        facts=[facts.storage[b] for b in storage],
        cyclic=flows.cyclic,
        beside=_beside(problem, storage, eligible),
    )
    links, traced = links_of(stored)

    generation = stored.generation_mwh.sum(axis=0)
    unknown = links.contract == UNTRACED
    grey = totals(links.discharge_step[unknown], links.discharged_mwh[unknown], problem.time.steps)
    charge = stored.charge_mwh.sum(axis=0)
    from_grid = stored.charge_from_grid_mwh
    discharge = stored.discharge_mwh.sum(axis=0)
    clean_charge, clean_discharge = charge - from_grid, np.maximum(discharge - grey, 0.0)
    contracted, matched = claim(generation, clean_charge, clean_discharge, zone.load_mwh)
    into_storage, direct, excess = split_generation(generation, clean_charge, contracted - matched)
    from_storage = np.maximum(matched - direct, 0.0)

    own = stored.free_generation_mwh
    free = own.sum(axis=0)
    own_share = np.divide(own, free, out=np.zeros_like(own), where=free > 0.0)
    taken = dict(zip(eligible, stored.charge_of_plants_mwh, strict=True))
    into_free_storage = into_storage - stored.charge_of_plants_mwh.sum(axis=0)
    claims = joined(
        [direct_claims(direct * own_share, eligible), claims_of(links, from_storage, clean_discharge)],
    )
    by_contract = _claimed_from_storage(claims, len(problem.contracts), problem.time.steps)
    share_of = dict(zip(eligible, own_share, strict=True))
    nothing = np.zeros(problem.time.steps)
    yearly = flows.yearly_certificates_mwh
    return _ZoneAccounts(
        ledger=ZoneLedger(
            name=zone.name,
            load_mwh=zone.load_mwh,
            generation_mwh=generation,
            curtailed_mwh=flows.curtailed_mwh[eligible].sum(axis=0),
            clean_charge_mwh=clean_charge,
            clean_discharge_mwh=clean_discharge,
            grey_charge_mwh=flows.grey_charge_mwh[storage].sum(axis=0) + from_grid,
            grey_discharge_mwh=flows.grey_discharge_mwh[storage].sum(axis=0) + discharge - clean_discharge,
            contracted_mwh=contracted,
            matched_mwh=matched,
            matched_from_storage_mwh=from_storage,
            unmatched_mwh=zone.load_mwh - matched,
            excess_mwh=contracted - matched,
            sold_mwh=flows.sold_mwh[z],
            retail_supply_mwh=flows.retail_supply_mwh[sites].sum(axis=0),
            metered_import_mwh=zone.load_mwh
            if flows.metered_import_mwh is None
            else flows.metered_import_mwh[sites].sum(axis=0),
            metered_export_mwh=None
            if flows.metered_export_mwh is None
            else flows.metered_export_mwh[sites].sum(axis=0),
            yearly_certificates_mwh=None if yearly is None else yearly[eligible].sum(axis=0),
            grid_cfe_share=zone.grid_cfe_share,
            carbon_intensity_g_per_kwh=zone.carbon_intensity_g_per_kwh,
        ),
        contracts={
            i: ContractLedger(
                name=problem.contracts[i].name,
                zone=zone.name,
                generation_mwh=flows.generation_mwh[i],
                curtailed_mwh=flows.curtailed_mwh[i],
                delivered_mwh=flows.delivered_mwh[i],
                claimable_mwh=claimable[i],
                certified_mwh=problem.contracts[i].certified_mwh(flows.generation_mwh[i])
                + (nothing if yearly is None else yearly[i]),
                matched_mwh=direct * share_of.get(i, nothing),
                matched_from_storage_mwh=by_contract[i],
                stored_mwh=into_free_storage * share_of.get(i, nothing) + taken.get(i, nothing),
                excess_mwh=excess * share_of.get(i, nothing),
            )
            for i in members
        },
        storage={
            b: StorageLedger(
                name=problem.storage[b].name,
                zone=zone.name,
                tracing=facts.storage[b].tracing,
                charge_mwh=stored.charge_mwh[k],
                discharge_mwh=stored.discharge_mwh[k],
                efficiency=traced[k].efficiency,
                opening_mwh=traced[k].opening_mwh,
            )
            for k, b in enumerate(storage)
        },
        links=links,
        claims=claims,
    )


def _beside(problem: Problem, storage: list[int], contracts: list[int]) -> dict[int, int | None]:
    """Return {row of a storage: row of the contract} of those beside a plant; None where that does not count."""
    row = {problem.contracts[i].name: place for place, i in enumerate(contracts)}
    pairs = ((k, problem.storage[b].pairing) for k, b in enumerate(storage))
    return {k: row.get(pairing.partner) for k, pairing in pairs if pairing is not None}


def _claimed_from_storage(claims: Claims, contracts: int, steps: int) -> FloatArray:
    """Return what of each contract met load out of storage, in the step of the load, (contracts, steps)."""
    stored = claims.storage >= 0
    flat = claims.contract[stored] * steps + claims.step[stored]
    return totals(flat, claims.matched_mwh[stored], contracts * steps).reshape(contracts, steps)


def claim(
    generation: FloatArray, charge: FloatArray, discharge: FloatArray, load: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return (contracted, matched): net contracted energy of each step and the part that meets load [MWh per step]."""
    contracted = np.maximum(generation + discharge - charge, 0.0)
    return contracted, np.minimum(contracted, load)


def split_generation(
    generation: FloatArray, charge: FloatArray, excess: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return generation as (stored, matched directly, in excess), which add up to it [MWh per step].

    Storage is charged from generation first; only what is charged beyond it came out of another storage in the same
    step. Excess is generation first: energy is not discharged in order to be wasted.
    """
    stored = np.minimum(charge, generation)
    left_over = np.minimum(excess, generation - stored)
    return stored, generation - stored - left_over, left_over
