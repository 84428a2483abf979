"""What the limits of a problem are worth, read from the duals of its rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from carbonmatch.records import FloatArray, LimitPrices, Problem, StorageTerms, target_groups, target_periods

RowNumbers = dict[tuple[str, Any], dict[Any, int]]
"""{(name of the rows, whose they are): {index: number of the row}}. Whose they are is the name of a contract, storage,
site, zone or pool; None stands for the whole problem."""


def limit_prices(problem: Problem, rows: RowNumbers, row_duals: FloatArray) -> LimitPrices:
    """Return what every limit of a problem is worth, in its own unit, over the horizon.

    rows   the rows of its model by name;  row_duals   (rows,) their duals

    A dual is d(cost) / d(right-hand side). A size stands in the rows that it limits with its own coefficient, so that
    one more MW or MWh of it is worth minus the sum of coefficient * dual over these rows:

    power    h * -sum_t power_limit[t]
    energy   -sum_t energy_limit[t] - min_state_of_charge * sum_t least_energy[t] - cycles * y * cycle_limit
    """
    duals = {of: {index: float(row_duals[row]) for index, row in members.items()} for of, members in rows.items()}
    time, groups, periods = problem.time, target_groups(problem), target_periods(problem)
    volume = duals.get(("volume_target", None), {})
    hourly = duals.get(("hourly_target", None), {})
    target = np.full((len(groups), len(periods)), math.nan)
    for (group, period), dual in volume.items():
        target[group, period] = dual
    for group, dual in hourly.items():
        target[group, 0] = -dual
    surplus = duals.get(("surplus_limit", None), {})

    def of_storage(name: str, storage: StorageTerms) -> float:
        return sum(duals.get((name, storage.name), {}).values(), 0.0)

    firm = np.zeros((len(problem.sites), time.steps))
    for s, site in enumerate(problem.sites):
        for t, dual in duals.get(("firm_capacity_limit", site.name), {}).items():
            firm[s, t] = -dual
    return LimitPrices(
        target_per_mwh=target,
        surplus_per_mwh=-surplus[None] if surplus else math.nan,
        power_per_mw=np.array([-time.hours_per_step * of_storage("power_limit", b) for b in problem.storage]),
        energy_per_mwh=np.array(
            [
                -of_storage("energy_limit", b)
                - b.min_state_of_charge * of_storage("least_energy", b)
                - (0.0 if math.isinf(b.cycles_per_year) else b.cycles_per_year)
                * time.year_fraction
                * of_storage("cycle_limit", b)
                for b in problem.storage
            ]
        ),
        cycled_per_mwh=np.array([-of_storage("cycle_limit", b) for b in problem.storage]),
        least_energy_per_mwh=np.array([of_storage("least_energy", b) for b in problem.storage]),
        firm_capacity_per_mwh=firm,
    )


def rows_by_name(rows: Iterable[Any]) -> RowNumbers:
    """Return the numbers of rows by their names, as long as their model is there."""
    found: RowNumbers = defaultdict(dict)
    for number, row in enumerate(rows):
        block = row.parent_block()
        owner = block.index() if block.parent_block() is not None else None
        found[row.parent_component().local_name, owner][row.index()] = number
    return found
