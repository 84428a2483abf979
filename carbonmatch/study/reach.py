"""How much of the load a case can match at all, whatever it costs: its budget is kept where it has one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from carbonmatch.formulation import build_budget_model, build_reach_model, share_reached
from carbonmatch.records import Optimum, Problem, Yardstick
from carbonmatch.solving import SolveOptions, solve_model
from carbonmatch.units import GAP_TOLERANCE


@dataclass(frozen=True)
class Reach:
    """The best share of the load that a problem can reach, and the model that holds the portfolio which reaches it."""

    share: float
    problem: Problem
    model: Any
    optimum: Optimum


def best_share(problem: Problem, options: SolveOptions | None = None, *, asked: list[int] | None = None) -> float:
    """Return the largest share that the target of a problem could ask for, 0..1, within its other limits.

    It is the share of a point that meets the rows, proved to be the best one: right to 1e-6, or twice that where the
    share is near 0. `asked` numbers the groups of zones that must reach it; all unless given.

    Raises:
        InfeasibleError: the other limits already contradict each other, so that no share can be met.
        LimitError, SolverError: the search ended without a proof.
    """
    return best_reach(problem, options, asked=asked).share


def best_reach(problem: Problem, options: SolveOptions | None = None, *, asked: list[int] | None = None) -> Reach:
    """Return the largest share that the target of a problem could ask for, with what reaches it; see `best_share`."""
    options = exactly(options or SolveOptions())
    costless = without_firm_charges(problem)
    build = build_reach_model if problem.target.budget is None else build_budget_model
    model = build(costless, asked=asked)
    optimum = solve_model(model, share_yardstick(problem), options)
    return Reach(share_reached(model, optimum), costless, model, optimum)


def share_yardstick(problem: Problem) -> Yardstick:
    """Return what is typical of a problem whose objective counts MWh: a price of one per MWh."""
    return replace(problem.yardstick, typical_price_per_mwh=1.0)


def without_firm_charges(problem: Problem) -> Problem:
    """Return the problem without charges on capacity and peaks, unless there is a budget to pay them from.

    Firm capacity, subscribed power and billed peaks have no limit and match nothing; where they cost nothing they would
    only be sizes without an optimum.
    """
    if problem.target.budget is not None:
        return problem
    sites = (
        replace(site, firm_capacity_charge_per_mw_year=0.0, tariff=site.tariff.without_charges)
        for site in problem.sites
    )
    return replace(problem, sites=tuple(sites))


def exactly(options: SolveOptions) -> SolveOptions:
    """Return options by which whole numbers are searched for until nothing better is left, as far as a proof tells."""
    return replace(options, whole_number_gap=GAP_TOLERANCE)
