"""Several weather years in one model: every year has its own operation, and one portfolio serves them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.formulation.several_years import add_year_blocks, cost_of_years, free_sizes
from carbonmatch.formulation.target import (
    at_least,
    contracted_volume,
    counted_volumes,
    least_volume,
    row,
    unmatched_limit,
    weighted_unmatched,
)
from carbonmatch.records import Problem, YearsProblem, target_groups, target_periods


def build_years(problem: YearsProblem) -> pyo.ConcreteModel:
    """Return the linear programme of several weather years.

    Block `year[name]` holds the parts of each year as `build_model` does those of one, its sizes tied to those of the
    others. Where the target is one of the mean, no year has a target row of its own; every other limit is each year's.

    Raises:
        InputError: subscribed power is to be chosen.
        InfeasibleError: a year has nothing to meet its target with; the message names it.
    """
    free = [
        s.name for s in problem.first.sites if s.tariff.subscription is not None and s.tariff.subscription.mw is None
    ]
    if free:
        what = "is left out, and the best one for several weather years is not looked for; give it"
        raise InputError([Fault(f"sites.{name}.grid.subscribed.mw", what) for name in free])
    with PauseGC():
        model = pyo.ConcreteModel(name=problem.first.name)
        flows = add_year_blocks(model, problem)
        add_same_sizes(model, problem)
        if problem.mean_target:
            add_mean_target(model, problem, flows)
        add_expected_cost(model, problem)
        return model


def add_same_sizes(model: pyo.ConcreteModel, problem: YearsProblem) -> None:
    """Choose every size once, for all years: contracts, storage and placed MW, and the firm supply of a site.

    size[year] = size[first year]                        [MW or MWh], every year but the first

    Firm supply is signed for ahead like a contract: it has to last for the year that needs most of it.
    """
    first, *others = problem.years
    sizes = dict(free_sizes(model.year[first.name], first.problem))

    def same_size(_: pyo.Block, year: str, size: str) -> pyo.Expression:
        return of_year[year][size] - sizes[size] == 0.0

    of_year = {year.name: dict(free_sizes(model.year[year.name], year.problem)) for year in others}
    model.same_size = pyo.Constraint([(year.name, size) for year in others for size in sizes], rule=same_size)


def add_mean_target(model: pyo.ConcreteModel, problem: YearsProblem, flows: dict[str, list[ZoneFlows]]) -> None:
    """Let the mean of the years meet the target, each year by its weight.

    sum_y (w[y] / f[y]) * sum_t (1 - g[t]) * unmatched[t] <= (1 - cfe) * sum_y (w[y] / f[y]) * sum_t load[t]
    sum_y (w[y] / f[y]) * sum_t net_contracted[t] >= cfe * sum_y (w[y] / f[y]) * sum_t load[t]

    the first row for hourly matching, the second for annual [MWh per year], for the portfolio or for each zone
    w   weight of the year, all together 1;  f   hours of its horizon / hours of the year
    """
    groups = range(len(target_groups(problem.first)))
    hourly = problem.first.target.matching == "hourly"
    for year in problem.years:
        block = model.year[year.name]
        counted = _unmatched(block, year.problem) if hourly else _contracted(year.problem, flows[year.name])
        block.counted_mwh = pyo.Expression(groups, rule=counted)

    def expected(group: int) -> pyo.Expression:
        return sum(year.per_year * model.year[year.name].counted_mwh[group] for year in problem.years)

    def mean_hourly_target(_: pyo.Block, group: int) -> pyo.Expression:
        most = sum(y.per_year * _most_unmatched(model.year[y.name], y.problem, group) for y in problem.years)
        return row(expected(group) <= most)

    def mean_volume_target(_: pyo.Block, group: int) -> pyo.Expression:
        least = sum(y.per_year * _least_volume(model.year[y.name], y.problem, group) for y in problem.years)
        return row(at_least(expected(group), least))

    if hourly:
        model.mean_hourly_target = pyo.Constraint(groups, rule=mean_hourly_target)
    else:
        model.mean_volume_target = pyo.Constraint(groups, rule=mean_volume_target)


Counted = Callable[[pyo.Block, int], pyo.Expression]
"""What a group of zones has in a year of that which its target counts [MWh]."""


def _unmatched(block: pyo.Block, problem: Problem) -> Counted:
    return lambda _, group: weighted_unmatched(block, problem, group)


def _contracted(problem: Problem, flows: list[ZoneFlows]) -> Counted:
    (steps,) = target_periods(problem)
    net = counted_volumes(problem, flows)
    return lambda _, group: contracted_volume(problem, net, group, steps)


def _most_unmatched(block: pyo.Block, problem: Problem, group: int) -> Any:
    return unmatched_limit(block, problem, target_groups(problem)[group], problem.target.cfe)


def _least_volume(block: pyo.Block, problem: Problem, group: int) -> Any:
    (steps,) = target_periods(problem)
    return least_volume(block, problem, target_groups(problem)[group], steps, problem.target.cfe)


def add_expected_cost(model: pyo.ConcreteModel, problem: YearsProblem) -> None:
    """Minimise what a year costs on average.

    minimise  sum_y (w[y] / f[y]) * total_cost[y]        [currency per year]

    w   weight of the year, all together 1;  f   hours of its horizon / hours of the year
    """
    model.expected_cost = pyo.Objective(expr=cost_of_years(model, problem))
