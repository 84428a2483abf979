"""What a contract costs step by step, from its terms and what it generated: by code that does not know the model."""

from __future__ import annotations

import math

import numpy as np

from carbonmatch.records import ContractTerms, FloatArray, Problem, Solution
from carbonmatch.units import MONEY_TOLERANCE


def payments(
    contract: ContractTerms,
    contracted_mw: float,
    generation: FloatArray,
    curtailed: FloatArray,
    unused: FloatArray | None = None,
) -> FloatArray:
    """Return what is paid under a contract in each step, (steps,) [currency]; below zero where more is received.

    price * generation + compensation_per_mwh * curtailed + (fees + basis) * generation - reference_price * generation
    (price + fees + basis) * shape * contracted_mw - reference_price * generation      where a shape is delivered
    + strike * unused                                                               under take-or-pay

    generation, curtailed   [MWh per step]
    unused                  [MWh] what is paid for and not taken, in the last step of its settlement period
    What is paid per MW and year, whatever is generated, comes on top.
    """
    received = contract.received_per_mwh * generation
    if contract.shape_mwh_per_mw is not None:
        shape = contract.shape_mwh_per_mw * contracted_mw
        return (contract.price_per_mwh + contract.on_top_per_mwh) * shape - received
    due = np.zeros_like(generation) if contract.dispatchable else contract.compensation_per_mwh * curtailed
    paid: FloatArray = (contract.price_per_mwh + contract.on_top_per_mwh) * generation + due - received
    return paid if unused is None else paid + (contract.strike_per_mwh or 0.0) * unused


def payment_faults(problem: Problem, solution: Solution) -> list[str]:
    """Return where what is paid step by step, and per MW, does not add up to what the model says a contract costs."""
    gross = sum(max(amount, 0.0) for amount in solution.cost.values())
    faults = []
    for i, contract in enumerate(problem.contracts):
        size = float(solution.contracted_mw[i])
        unused = None if solution.unused_mwh is None else solution.unused_mwh[i]
        by_step = payments(contract, size, solution.generation_mwh[i], solution.curtailed_mwh[i], unused)
        fee = contract.fee_per_mw(problem.time.year_fraction) * size
        due, told = math.fsum(by_step) + fee, solution.contract_cost[contract.name]
        if not abs(due - told) <= MONEY_TOLERANCE * max(1.0, gross):
            faults.append(f"the payments under {contract.name} add to {due:.6f}, the model says {told:.6f}")
    return faults
