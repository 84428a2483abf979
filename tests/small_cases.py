"""Small cases that the tests share: a few hours, every number in sight."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonmatch.case import Case, case_from_mapping
from carbonmatch.formulation import build_model, extract_solution, problem_from_case
from carbonmatch.records import Optimum, Problem, Solution
from carbonmatch.solving import SolveOptions, solve_model

QUICK = SolveOptions(solver=("simplex", "ipx"))
"""Tiny cases: a vertex has round numbers, and simplex finds it in a millisecond."""


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` laid over it, mapping by mapping; a value of `...` removes the key."""
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        if value is ...:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


TWO_HOURS: dict[str, Any] = {
    "name": "two-hours",
    "currency": "EUR",
    "time": {"start": "2018-01-01T00:00", "end": "2018-01-01T02:00", "timezone": "UTC"},
    "zones": {"Z": {"spot_price_per_mwh": [40.0, 60.0], "carbon_intensity_g_per_kwh": [500, 300]}},
    "sites": {"s": {"zone": "Z", "load": [10.0, 10.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}}},
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 80,
            "capacity_factor": [1.0, 0.0],
            "max_mw": 100,
        }
    },
    "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
    "target": {"matching": "none"},
}


def a_case(changes: Mapping[str, Any] | None = None, base: Mapping[str, Any] = TWO_HOURS) -> Case:
    """Return a small case with changes laid over it."""
    return case_from_mapping(merged(base, changes or {}), Path())


def solved(
    case: Case, *, split_ledgers: bool = False, options: SolveOptions = QUICK
) -> tuple[Problem, Solution, Optimum]:
    """Return a case's problem, its solution and the optimum behind it."""
    problem = problem_from_case(case)
    model = build_model(problem, split_ledgers=split_ledgers)
    optimum = solve_model(model, problem.yardstick, options)
    return problem, extract_solution(model, problem, optimum), optimum
