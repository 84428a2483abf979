"""A hybrid: a storage behind the connection of one plant, which charges from that plant alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation.storage import PoolFlows
from carbonmatch.formulation.terms import Flow
from carbonmatch.records import FloatArray, PairingPrices, PairingTerms, Problem, TimeTerms


@dataclass(frozen=True)
class Plant:
    """The plant that a storage stands beside: what it generates [MWh per step], and its size [MW]."""

    generation: Flow
    contracted_mw: pyo.Var | float


def add_pairing(block: pyo.Block, pairing: PairingTerms, pools: list[PoolFlows], plant: Plant, time: TimeTerms) -> None:
    """Tie a storage to its plant: what it charges, and what both feed in."""
    charge: Flow = [sum(pool.charge[t] for pool in pools) for t in range(time.steps)]
    discharge: Flow = [sum(pool.discharge[t] for pool in pools) for t in range(time.steps)]
    add_partner_charge(block, pools, charge, plant.generation)
    block.fed_in = [g + d - c for g, d, c in zip(plant.generation, discharge, charge, strict=True)]
    if pairing.has_connection:
        block.connection_mw = pyo.Expression(expr=pairing.connection(plant.contracted_mw))
        block.shared_connection = fed_in_limit(block, pairing, block.connection_mw, time)


def add_partner_charge(block: pyo.Block, pools: list[PoolFlows], charge: Flow, generation: Flow) -> None:
    """Charge no more than the plant generates in the same step.

    charge[t] <= generation[t]                           [MWh per step], steps in which the plant can generate

    In the other steps the charge is fixed to 0: a row would say the same and leave no interior.
    """
    able = [t for t, flow in enumerate(generation) if not isinstance(flow, float)]
    for pool in pools:
        for t in sorted(set(range(len(generation))) - set(able)):
            pool.charge[t].fix(0.0)
    block.partner_charge = pyo.Constraint(able, rule=lambda _, t: charge[t] - generation[t] <= 0.0)


def fed_in_limit(block: pyo.Block, pairing: PairingTerms, connection: Any, time: TimeTerms) -> pyo.Constraint:
    """Return the rows by which plant and storage feed in no more than a connection carries.

    generation[t] + discharge[t] - charge[t] <= connection * loss_factor * h            [MWh per step]

    connection    [MW] at the plant: a number, connection_share * contracted_mw, or a variable
    What is fed in is never below 0, for nothing is charged but what is generated.
    """
    hours = time.hours_per_step * pairing.loss_factor
    return pyo.Constraint(range(time.steps), rule=lambda _, t: block.fed_in[t] - hours * connection <= 0.0)


def check_partners(problem: Problem) -> None:
    """Make sure that all that the plant beside a storage generates is a claim: then what is stored of it is one too.

    Raises:
        InputError: it is none, or only in part; every such storage is told.
    """
    plants = {contract.name: contract for contract in problem.contracts}
    faults = []
    for storage in problem.storage:
        if storage.pairing is None:
            continue
        plant = plants[storage.pairing.partner]
        if not plant.eligible or plant.counted_share is not None:
            what = (
                f"is {plant.name}, whose generation does not count in full towards the target; what is stored of it "
                f"could not be told from other claims. Pair with a contract that counts, or leave paired_with out"
            )
            faults.append(Fault(f"storage.{storage.name}.paired_with", what))
    if faults:
        raise InputError(faults)


def pairing_prices(model: pyo.Block, problem: Problem, dual: dict[int, float]) -> dict[str, PairingPrices]:
    """Return what the rows of every pairing are worth, by the contract of its plant; `dual` by identity of the row.

    A dual is d(cost) / d(right-hand side), at most 0 in these rows: worth is minus it.
    """
    time, found = problem.time, {}
    plants = {contract.name: contract for contract in problem.contracts}
    for storage in problem.storage:
        pairing = storage.pairing
        if pairing is None or pairing.partner not in plants:
            continue
        block = model.storage[storage.name]
        charge, connection = (_worth(block, name, dual, time.steps) for name in ("partner_charge", "shared_connection"))
        per_mw = time.hours_per_step * pairing.loss_factor * pairing.connection_share
        plant = plants[pairing.partner]
        found[pairing.partner] = PairingPrices(
            charge_per_mwh=charge,
            connection_per_mwh=connection,
            connection_per_mw=per_mw * float(connection.sum()) if np.isfinite(per_mw) else 0.0,
            chargeable=plant.available_mwh_per_mw > 0.0,
        )
    return found


def _worth(block: pyo.Block, name: str, dual: dict[int, float], steps: int) -> FloatArray:
    rows, worth = getattr(block, name, {}), np.zeros(steps)
    for t in rows:
        worth[t] = -dual.get(id(rows[t]), 0.0)
    return worth
