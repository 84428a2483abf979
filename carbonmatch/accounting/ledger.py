"""The ledger: hour by hour, what was generated, stored, matched, left unmatched and left over."""

from __future__ import annotations

import numpy as np

from carbonmatch.records import ContractLedger, FloatArray, Ledger, Problem, Solution, ZoneLedger


def build_ledger(problem: Problem, solution: Solution) -> Ledger:
    """Recompute the accounts of a solution from its physical flows alone.

    The claim of an hour is min(contracted, load). The model's own matched and excess flows are not read: where it left
    both excess and unmatched load in one hour, the ledger claims more than the model did, never less.
    """
    zones: list[ZoneLedger] = []
    contracts: dict[int, ContractLedger] = {}
    for z, zone in enumerate(problem.zones):
        members = [i for i, contract in enumerate(problem.contracts) if contract.zone == z]
        eligible = [i for i in members if problem.contracts[i].eligible]
        storage = [i for i, terms in enumerate(problem.storage) if terms.zone == z]
        sites = [i for i, site in enumerate(problem.sites) if site.zone == z]
        generation = solution.generation_mwh[eligible].sum(axis=0)
        charge = solution.clean_charge_mwh[storage].sum(axis=0)
        discharge = solution.clean_discharge_mwh[storage].sum(axis=0)
        contracted, matched = claim(generation, charge, discharge, zone.load_mwh)
        stored, direct, excess = split_generation(generation, charge, contracted - matched)
        zones.append(
            ZoneLedger(
                name=zone.name,
                load_mwh=zone.load_mwh,
                generation_mwh=generation,
                curtailed_mwh=solution.curtailed_mwh[eligible].sum(axis=0),
                clean_charge_mwh=charge,
                clean_discharge_mwh=discharge,
                grey_charge_mwh=solution.grey_charge_mwh[storage].sum(axis=0),
                grey_discharge_mwh=solution.grey_discharge_mwh[storage].sum(axis=0),
                contracted_mwh=contracted,
                matched_mwh=matched,
                matched_from_storage_mwh=np.maximum(matched - direct, 0.0),
                unmatched_mwh=zone.load_mwh - matched,
                excess_mwh=contracted - matched,
                sold_mwh=solution.sold_mwh[z],
                retail_supply_mwh=solution.retail_supply_mwh[sites].sum(axis=0),
                metered_import_mwh=zone.load_mwh,
                grid_cfe_share=zone.grid_cfe_share,
                carbon_intensity_g_per_kwh=zone.carbon_intensity_g_per_kwh,
            )
        )
        for i in members:
            own = solution.generation_mwh[i]
            counts = problem.contracts[i].eligible
            share = np.divide(own, generation, out=np.zeros_like(own), where=generation > 0.0) if counts else 0.0 * own
            contracts[i] = ContractLedger(
                name=problem.contracts[i].name,
                zone=zone.name,
                generation_mwh=own,
                curtailed_mwh=solution.curtailed_mwh[i],
                matched_mwh=direct * share,
                stored_mwh=stored * share,
                excess_mwh=excess * share,
            )
    return Ledger(
        starts=problem.time.starts,
        hours_per_step=problem.time.hours_per_step,
        zones=tuple(zones),
        contracts=tuple(contracts[i] for i in range(len(problem.contracts))),
    )


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
