"""What one limit would have to hold, by itself, for a target to be met."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import (
    Limit,
    build_growth_model,
    build_move_model,
    upkeep,
    value_needed,
    with_less_must_run,
)
from carbonmatch.records import Problem
from carbonmatch.solving import SolveOptions, solve_model
from carbonmatch.study.reach import best_share, share_yardstick, without_firm_charges
from carbonmatch.units import SCORE_TOLERANCE

MOST_ROUNDS: Final = 20
"""A ratio is found in three or four."""

RATIO_TOLERANCE: Final = 1e-6
"""The search for a ratio ends where it falls by no more than this share of the way that the limit moves."""

HALVING_TOLERANCE: Final = 1e-4
"""Halving ends where the value is known to this share of the way: 14 solves, and what is told is enough in any case."""


def least_move(problem: Problem, limit: Limit, options: SolveOptions) -> float:
    """Return the value of a limit, nearest to its own, at which the problem meets its target; nothing else moves.

    The problem must meet it with the limit lifted altogether, and not as it stands.

    Raises:
        InfeasibleError: it does not.
        LimitError, SolverError: the search ended without a proof.
    """
    if limit.kind == "must_run_share":
        return _by_halving(problem, limit, options)
    costless, guess = without_firm_charges(problem), limit.value
    ratio = limit.kind in {"cycles_per_year", "duration_hours"} and upkeep(problem.storage[limit.number])
    for _ in range(MOST_ROUNDS if ratio else 1):
        model = build_move_model(costless, limit, guess)
        optimum = solve_model(model, share_yardstick(problem), options)
        found = value_needed(model, optimum)
        if ratio and guess != limit.value and guess - found <= RATIO_TOLERANCE * abs(found - limit.value):
            break
        guess = found
    return guess


def least_growth(problem: Problem, options: SolveOptions) -> float | None:
    """Return the factor by which all upper limits must grow for the target to be met; None where no factor is enough.

    The limits are the largest sizes and that on surplus; what is 0 stays 0.

    Raises:
        LimitError, SolverError: the search ended without a proof.
    """
    try:
        model = build_growth_model(without_firm_charges(problem))
        return value_needed(model, solve_model(model, share_yardstick(problem), options))
    except InfeasibleError:
        return None


def _by_halving(problem: Problem, limit: Limit, options: SolveOptions) -> float:
    """Return the largest value below that of the limit that is enough: the way to it is halved until it is known."""
    too_much, enough = limit.value, 0.0
    while too_much - enough > HALVING_TOLERANCE * (limit.value - enough):
        middle = (too_much + enough) / 2.0
        if meets(with_less_must_run(problem, limit, middle), options):
            enough = middle
        else:
            too_much = middle
    return enough


def meets(problem: Problem, options: SolveOptions) -> bool:
    """Tell whether a problem meets its target."""
    share = share_or_none(problem, options)
    return share is not None and is_met(problem, share)


def is_met(problem: Problem, share: float) -> bool:
    """Tell whether the best share in reach is what the target of a problem asks for."""
    return problem.target.matching == "none" or share >= problem.target.cfe - SCORE_TOLERANCE


def share_or_none(problem: Problem, options: SolveOptions) -> float | None:
    """Return the best share in reach; None where limits contradict each other, so that no share is."""
    try:
        return best_share(problem, options)
    except InfeasibleError:
        return None


def without_target(problem: Problem) -> Problem:
    """Return the problem with nothing to be matched."""
    return replace(problem, target=replace(problem.target, matching="none", cfe=0.0))
