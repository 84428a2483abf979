"""Every storage of a plan: its size, what flowed through it, what it cost and by which terms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from carbonmatch.records import Facts, FloatArray, Problem, Solution, StoragePayment, StorageTerms
from carbonmatch.units import PRIMAL_TOLERANCE


def storage_summaries(problem: Problem, solution: Solution, facts: Facts) -> dict[str, Any]:
    """Return size, flows and cost of every storage.

    Charge and discharge are what the model moves; the ledger counts them less `same_step_mwh`, as a meter does.
    """
    result: dict[str, Any] = {}
    for b, storage in enumerate(problem.storage):
        power, energy = float(solution.power_mw[b]), float(solution.energy_mwh[b])
        charge = float(solution.clean_charge_mwh[b].sum() + solution.grey_charge_mwh[b].sum())
        discharge = float(solution.clean_discharge_mwh[b].sum() + solution.grey_discharge_mwh[b].sum())
        built = power >= PRIMAL_TOLERANCE * problem.peak_load_mwh / problem.time.hours_per_step
        result[storage.name] = {
            "zone": problem.zones[storage.zone].name,
            "power_mw": power,
            "energy_mwh": energy,
            "duration_hours": energy / power if built else None,
            "max_power_mw": storage.max_power_mw if math.isfinite(storage.max_power_mw) else None,
            "charge_mwh": charge,
            "discharge_mwh": discharge,
            "grey_charge_mwh": float(solution.grey_charge_mwh[b].sum()),
            "same_step_mwh": float(same_step_mwh(solution, b).sum()),
            "losses_mwh": charge - discharge,
            "full_cycles": discharge / storage.cycle_efficiency / energy if built and energy > 0.0 else None,
            "tracing": facts.storage[b].tracing,
            "cost": solution.storage_cost[storage.name],
            **_pairing_summary(storage, solution, problem),
            **_payment_summary(storage, facts.storage[b].payment, solution),
        }
    return result


def _payment_summary(storage: StorageTerms, payment: StoragePayment | None, solution: Solution) -> dict[str, Any]:
    """Return the terms of a storage and the parts of its cost, from which it can be computed again.

    capacity_cost = year_fraction * (power_cost_per_mw_year * power_mw + energy_cost_per_mwh_year * energy_mwh)
    degradation_cost = degradation_cost_per_mwh * discharge_mwh; operation_cost is what is left
    """
    if payment is None:
        return {}
    parts = solution.storage_cost_parts[storage.name]
    return {
        "terms": payment.terms,
        "library": payment.library,
        **payment.figures,
        "power_cost_per_mw_year": storage.power_cost_per_mw_year,
        "energy_cost_per_mwh_year": storage.energy_cost_per_mwh_year,
        "discharge_cost_per_mwh": storage.discharge_cost_per_mwh,
        "degradation_cost_per_mwh": storage.degradation_cost_per_mwh,
        **{f"{part}_cost": amount for part, amount in parts.items()},
    }


def same_step_mwh(solution: Solution, b: int) -> FloatArray:
    """Return what a storage charges and discharges in the same step, which its meter does not see [MWh per step]."""
    charge = solution.clean_charge_mwh[b] + solution.grey_charge_mwh[b]
    discharge = solution.clean_discharge_mwh[b] + solution.grey_discharge_mwh[b]
    least: FloatArray = np.minimum(charge, discharge)
    return least


def _pairing_summary(storage: StorageTerms, solution: Solution, problem: Problem) -> dict[str, Any]:
    """Return the plant that a storage stands beside, and the connection of both [MW]; nothing where there is none."""
    pairing = storage.pairing
    if pairing is None:
        return {}
    sizes = {contract.name: float(solution.contracted_mw[i]) for i, contract in enumerate(problem.contracts)}
    connection = pairing.connection(sizes[pairing.partner]) if pairing.has_connection else None
    return {"paired_with": pairing.partner, "connection_mw": connection}
