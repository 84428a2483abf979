"""The target: what share of the load must be matched, over which period, and how much excess is allowed."""

from __future__ import annotations

import math

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation.matching import ZoneFlows, net_contracted, score_weights
from carbonmatch.formulation.terms import linear_sum
from carbonmatch.records import IntArray, Problem


def add_target(model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Add the rows of the target and of the limit on surplus. `flows` are those of each zone."""
    groups = [[z] for z in range(len(problem.zones))] if problem.target.per_zone else [list(range(len(problem.zones)))]
    match problem.target.matching:
        case "annual":
            add_volume_targets(model, problem, flows, groups, np.zeros(problem.time.steps, dtype=np.int64))
        case "monthly":
            add_volume_targets(model, problem, flows, groups, problem.time.month_of_step)
        case "hourly":
            if problem.target.cfe == 1.0:
                forbid_unmatched(model, problem)
            elif problem.target.cfe > 0.0:
                add_hourly_target(model, problem, groups)
        case "none":
            pass
    if not math.isinf(problem.target.max_surplus_share):
        add_surplus_limit(model, problem)


def add_hourly_target(model: pyo.ConcreteModel, problem: Problem, groups: list[list[int]]) -> None:
    """Keep the load that is left unmatched, hour by hour, below what the target allows.

    sum_t (1 - g[t]) * unmatched[t] <= (1 - cfe) * sum_t load[t]        [MWh], for the portfolio or for each zone

    g is the carbon-free share of the grid where the target gives credit for it, else 0. Excess of one hour does not
    help another one.
    """

    def hourly_target(_: pyo.Block, group: int) -> pyo.Expression:
        unmatched = [variable for z in groups[group] for variable in model.zone[problem.zones[z].name].unmatched]
        weights = np.concatenate(
            [score_weights(problem.zones[z], grid_credit=problem.target.grid_credit) for z in groups[group]]
        )
        load = sum(float(problem.zones[z].load_mwh.sum()) for z in groups[group])
        weighted = pyo.quicksum(w * u for w, u in zip(weights.tolist(), unmatched, strict=True) if w > 0.0)
        return row(weighted <= (1.0 - problem.target.cfe) * load)

    model.hourly_target = pyo.Constraint(range(len(groups)), rule=hourly_target)


def forbid_unmatched(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Meet an hourly target of exactly 1: no unmatched load wherever the grid does not give full credit.

    unmatched[t] = 0   where   1 - g[t] > 0

    A row with right-hand side zero would leave the problem without an interior, which interior-point engines need;
    fixing the variables says the same and drops their columns.
    """
    for number, zone in enumerate(problem.zones):
        weights = score_weights(zone, grid_credit=problem.target.grid_credit)
        block = model.zone[zone.name]
        if hasattr(block, "unmatched_mwh"):
            left_open = [block.unmatched_mwh]
        else:
            left_open = [model.site[site.name].retail_supply_mwh for site in problem.sites if site.zone == number]
        for t in np.flatnonzero(weights > 0.0).tolist():
            for variable in left_open:
                variable[t].fix(0.0)


def add_volume_targets(
    model: pyo.ConcreteModel,
    problem: Problem,
    flows: list[ZoneFlows],
    groups: list[list[int]],
    period_of_step: IntArray,
) -> None:
    """Contract at least a share of the load as a volume, over the year or in every calendar month (local time).

    sum_t net_contracted[t] >= cfe * sum_t load[t]       [MWh], per period, for the portfolio or for each zone
    """
    cfe = problem.target.cfe
    net = [net_contracted(zone_flows, problem.time) for zone_flows in flows]
    periods = range(int(period_of_step.max()) + 1)
    steps = [np.flatnonzero(period_of_step == period).tolist() for period in periods]

    def volume_target(_: pyo.Block, group: int, period: int) -> pyo.Expression:
        contracted = pyo.quicksum(net[z][t] for z in groups[group] for t in steps[period])
        load = sum(float(problem.zones[z].load_mwh[steps[period]].sum()) for z in groups[group])
        return row(contracted >= cfe * load)

    model.volume_target = pyo.Constraint(range(len(groups)), periods, rule=volume_target)


def row(relation: pyo.Expression | bool) -> pyo.Expression:
    """Return a relation as a row; one without variables holds, and is left out, or ends the matter here.

    Raises:
        InfeasibleError: it does not hold.
    """
    if not isinstance(relation, bool | np.bool_):
        return relation
    if not relation:
        raise InfeasibleError("No portfolio can meet this case: it offers nothing that counts towards its target.")
    return pyo.Constraint.Skip


def add_surplus_limit(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Bound the excess of the horizon.

    sum_t excess[t] <= max_surplus_share * sum_t load[t]        [MWh], all zones together

    A limit of 0 fixes the excess to 0, for the same reason as a target of exactly 1.
    """
    excess = [variable for zone in problem.zones for variable in model.zone[zone.name].excess]
    if problem.target.max_surplus_share == 0.0:
        for variable in excess:
            variable.fix(0.0)
        return
    limit = problem.target.max_surplus_share * problem.total_load_mwh
    model.surplus_limit = pyo.Constraint(expr=linear_sum([1.0] * len(excess), excess) <= limit)
