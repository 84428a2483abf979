"""Pairs of a plant and a storage: that they keep to what was agreed, by code that does not know the model."""

from __future__ import annotations

import numpy as np

from carbonmatch.records import Problem, Solution
from carbonmatch.units import PRIMAL_TOLERANCE


def pairing_faults(problem: Problem, solution: Solution) -> list[str]:
    """Return where a storage charges more than its plant generates, or both feed in more than their connection carries.

    charge[t] <= generation[t];  generation[t] + discharge[t] - charge[t] <= connection * loss_factor * h     [MWh]
    """
    near = PRIMAL_TOLERANCE * problem.peak_load_mwh
    number = {contract.name: i for i, contract in enumerate(problem.contracts)}
    faults = []
    for b, storage in enumerate(problem.storage):
        pairing = storage.pairing
        if pairing is None or pairing.partner not in number:
            continue
        i = number[pairing.partner]
        generation = solution.generation_mwh[i]
        charge, discharge = solution.clean_charge_mwh[b], solution.clean_discharge_mwh[b]
        if solution.grey_charge_mwh[b].any():
            faults.append(f"{storage.name} charges from the grid, and it stands beside {pairing.partner}")
        beyond = {f"{storage.name} charges more than {pairing.partner} generates": charge - generation}
        if pairing.has_connection:
            connection = pairing.connection(float(solution.contracted_mw[i]))
            carried = connection * pairing.loss_factor * problem.time.hours_per_step
            fed_in = generation + discharge - charge
            beyond[f"{storage.name} and {pairing.partner} feed in more than their connection carries"] = (
                fed_in - carried
            )
        for what, over in beyond.items():
            worst = int(np.argmax(over))
            if over[worst] > near:
                faults.append(f"{what}, by {over[worst]:.3g} MWh in step {worst}")
    return faults
