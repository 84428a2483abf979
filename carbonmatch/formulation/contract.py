"""One contract: how large it is, what it generates, what the buyer pays."""

from __future__ import annotations

import numpy as np
import pyomo.core as pyo

from carbonmatch.formulation.terms import Flow, linear_sum, size_variable
from carbonmatch.records import ContractTerms, TimeTerms


def add_contract(block: pyo.Block, contract: ContractTerms, time: TimeTerms) -> Flow:
    """Add the size, the generation and the payment of one contract; return its generation.

    generation[t] + curtailed[t] = available[t] * contracted_mw

    contracted_mw            [MW] in [min_mw, max_mw]
    available[t]             [MWh/MW] capacity factor (availability) * loss factor * hours of the step
    generation, curtailed    [MWh per step]

    Steps in which nothing may be curtailed need no variable: their generation is an expression of the size.
    """
    block.contracted_mw = size_variable(contract.min_mw, contract.max_mw)
    dispatched = np.flatnonzero(contract.least_mwh_per_mw < contract.available_mwh_per_mw).tolist()
    block.generation_mwh = pyo.Var(dispatched, bounds=(0.0, None))
    add_generation_limit(block, contract)
    add_must_run(block, contract)
    block.cost = pyo.Expression(expr=payment(block, contract, time))

    size = block.contracted_mw
    generation: Flow = [available * size if available else 0.0 for available in contract.available_mwh_per_mw.tolist()]
    for t, variable in block.generation_mwh.items():
        generation[t] = variable
    return generation


def add_generation_limit(block: pyo.Block, contract: ContractTerms) -> None:
    """Generate no more than what is available; the rest is curtailed.

    generation[t] <= available[t] * contracted_mw        [MWh per step], steps that may be curtailed
    """
    available = contract.available_mwh_per_mw.tolist()
    generation, size = block.generation_mwh, block.contracted_mw
    block.generation_limit = pyo.Constraint(
        generation.index_set(), rule=lambda _, t: generation[t] - available[t] * size <= 0.0
    )


def add_must_run(block: pyo.Block, contract: ContractTerms) -> None:
    """Generate at least what must run (or what the contract does not let the buyer curtail).

    generation[t] >= least[t] * contracted_mw            [MWh per step], steps with 0 < least[t] < available[t]
    """
    least = contract.least_mwh_per_mw.tolist()
    generation, size = block.generation_mwh, block.contracted_mw
    bound = [t for t in generation if least[t] > 0.0]
    block.must_run = pyo.Constraint(bound, rule=lambda _, t: generation[t] - least[t] * size >= 0.0)


def payment(block: pyo.Block, contract: ContractTerms, time: TimeTerms) -> pyo.Expression:
    """What the buyer pays over the horizon [currency].

    sum_t strike * (generation[t] + compensation * curtailed[t]) - reference_price[t] * generation[t]
        + capacity_fee * year_fraction * contracted_mw

    strike, reference_price   [currency/MWh]; the reference price is received under a virtual contract, else zero
    compensation              0..1, the share of the strike that is due for curtailed energy
    capacity_fee              [currency/MW/year]
    """
    available = contract.available_mwh_per_mw
    strike, compensation = contract.strike_per_mwh, contract.compensation
    reference = contract.reference_price_per_mwh
    received = np.zeros_like(available) if reference is None else reference
    per_generated = strike * (1.0 - compensation) - received

    dispatched = list(block.generation_mwh)
    fixed = np.ones(len(available), dtype=bool)
    fixed[dispatched] = False
    per_mw = (
        strike * compensation * available.sum()
        + (per_generated * available)[fixed].sum()
        + contract.capacity_fee_per_mw_year * time.year_fraction
    )
    return linear_sum(
        [float(per_mw), *per_generated[dispatched].tolist()],
        [block.contracted_mw, *block.generation_mwh.values()],
    )
