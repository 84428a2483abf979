"""The target: what share of the load must be matched, over which period, and how much excess is allowed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation.carbon import carbon_floor
from carbonmatch.formulation.matching import ZoneFlows, net_contracted, score_weights, unmatched_variables
from carbonmatch.formulation.terms import Flow, linear_sum
from carbonmatch.records import Problem, target_groups, target_periods

Share = Any
"""A share of load, 0..1: a number, or an expression where it is to be found."""


def add_target(model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Add the rows of the target. `flows` are those of each zone."""
    cfe = problem.target.cfe
    add_zone_floors(model, problem, flows)
    if problem.target.held_mwh is not None:
        add_held_target(model, problem, flows, problem.target.held_mwh)
        return
    match problem.target.matching:
        case "annual" | "monthly":
            add_volume_targets(model, problem, flows, cfe)
        case "hourly":
            if cfe == 1.0:
                forbid_unmatched(model, problem, flows)
            elif cfe > 0.0:
                add_hourly_target(model, problem, cfe)
        case "none":
            pass


def add_zone_floors(model: pyo.Block, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Let single zones reach a share of their own, beside what the target asks for; where they have one.

    sum_t (1 - g[z,t]) * unmatched[z,t] <= (1 - floor[z]) * sum_t load[z,t]      [MWh] hourly matching
    sum_(t in p) net_contracted[z,t] >= floor[z] * sum_(t in p) load[z,t]        [MWh] annual, monthly for each month p

    An hourly floor of exactly 1 fixes what is left unmatched to 0, like such a target.
    """
    target = problem.target
    floors = {z: floor for z, floor in enumerate(target.zone_floors) if floor > 0.0}
    if not floors or target.matching == "none":
        return
    periods = target_periods(problem)
    if target.matching != "hourly":
        net = counted_volumes(problem, flows)

        def volume_floor(_: pyo.Block, z: int, period: int) -> pyo.Expression:
            contracted = pyo.quicksum(net[z][t] for t in periods[period])
            return row(contracted >= least_volume(model, problem, [z], periods[period], floors[z]))

        model.volume_floor = pyo.Constraint(list(floors), range(len(periods)), rule=volume_floor)
        return

    def hourly_floor(_: pyo.Block, z: int) -> pyo.Expression:
        return row(unmatched_of(model, problem, [z]) <= unmatched_limit(model, problem, [z], floors[z]))

    for z in (z for z, floor in floors.items() if floor == 1.0):
        forbid_unmatched_in(model, problem, flows, z)
    below_one = [z for z, floor in floors.items() if floor < 1.0]
    if below_one:
        model.hourly_floor = pyo.Constraint(below_one, rule=hourly_floor)


def load_of(model: pyo.Block, problem: Problem, group: list[int], steps: list[int]) -> Any:
    """Return the load of a group of zones in some steps [MWh]: a number, unless what is decided can change it."""
    if problem.keeps_load(group, steps):
        return sum(float(problem.zones[z].load_mwh[steps].sum()) for z in group)
    sites = [s for s, site in enumerate(problem.sites) if site.zone in group]
    given = sum(float(problem.sites[s].load_mwh[steps].sum()) for s in sites if not problem.load_varies(s))
    decided = [model.site[problem.sites[s].name].load_mwh for s in sites if problem.load_varies(s)]
    return given + pyo.quicksum(load[t] for load in decided for t in steps)


def unmatched_limit(model: pyo.Block, problem: Problem, group: list[int], share: Share) -> Share:
    """Return the weighted load that an hourly target of a share lets a group of zones leave unmatched [MWh]."""
    (steps,) = target_periods(problem)
    return (1.0 - share) * load_of(model, problem, group, steps)


def least_volume(model: pyo.Block, problem: Problem, group: list[int], steps: list[int], share: Share) -> Share:
    """Return what a volume target of a share wants contracted by a group of zones in the steps of a period [MWh]."""
    return share * load_of(model, problem, group, steps)


def weighted_unmatched(model: pyo.Block, problem: Problem, group: int) -> pyo.Expression:
    """Return sum_t (1 - g[t]) * unmatched[t] over a group of zones [MWh]; see `add_hourly_target`."""
    return unmatched_of(model, problem, target_groups(problem)[group])


def unmatched_of(model: pyo.Block, problem: Problem, members: list[int]) -> pyo.Expression:
    """Return sum_t (1 - g[t]) * unmatched[t] over zones by their numbers [MWh]."""
    zones = [problem.zones[z] for z in members]
    unmatched = [variable for zone in zones for variable in model.zone[zone.name].unmatched]
    weights = np.concatenate([score_weights(zone, grid_credit=problem.target.grid_credit) for zone in zones])
    return pyo.quicksum(w * u for w, u in zip(weights.tolist(), unmatched, strict=True) if w > 0.0)


def counted_volumes(problem: Problem, flows: list[ZoneFlows]) -> list[Flow]:
    """Return what a volume target counts of every zone [MWh per step].

    net_contracted[t], and with annual matching certificates of the year: contracted_mw * h in every step
    """
    net = [net_contracted(zone_flows, problem.time) for zone_flows in flows]
    if problem.target.matching != "annual":
        return net
    for number, zone_flows in enumerate(flows):
        yearly = [contract.yearly for contract in zone_flows.contracts if contract.yearly is not None]
        if yearly:
            net[number] = [sum(flow[t] for flow in yearly) + each for t, each in enumerate(net[number])]
    return net


def contracted_volume(problem: Problem, net: list[Flow], group: int, steps: list[int]) -> pyo.Expression:
    """Return sum_t net[t] over a group of zones in the steps of a period [MWh]; net: `counted_volumes` of each zone."""
    return pyo.quicksum(net[z][t] for z in target_groups(problem)[group] for t in steps)


def target_sides(model: pyo.ConcreteModel, problem: Problem) -> list[tuple[pyo.Constraint, float]] | None:
    """Return the right-hand sides of target, surplus limit and carbon cap for a problem that differs in these alone.

    None where the problem's model would have other rows: an hourly target of exactly 0 or 1 has none, nor has a carbon
    cap that leaves nothing beside the claims.
    """
    shares, caps = _share_sides(model, problem), _cap_sides(model, problem)
    return None if shares is None or caps is None else [*shares, *caps]


def _share_sides(model: pyo.ConcreteModel, problem: Problem) -> list[tuple[pyo.Constraint, float]] | None:
    target, groups, periods = problem.target, target_groups(problem), target_periods(problem)
    if not problem.keeps_target_load:
        return None
    hourly, volume = getattr(model, "hourly_target", None), getattr(model, "volume_target", None)
    surplus = getattr(model, "surplus_limit", None)
    sides: list[tuple[pyo.Constraint, float]] = []
    if hourly is not None and target.matching == "hourly" and 0.0 < target.cfe < 1.0:
        sides = [(row, unmatched_limit(model, problem, groups[group], target.cfe)) for group, row in hourly.items()]
    elif volume is not None and target.matching in {"annual", "monthly"}:
        sides = [
            (row, least_volume(model, problem, groups[group], periods[period], target.cfe))
            for (group, period), row in volume.items()
        ]
    wanted_rows = 0 if target.matching == "none" else len(groups) * len(periods)
    if len(sides) != wanted_rows or (surplus is not None) != (0.0 < target.max_surplus_share < math.inf):
        return None
    return sides if surplus is None else [*sides, (surplus, surplus_limit_mwh(model, problem))]


def _cap_sides(model: pyo.ConcreteModel, problem: Problem) -> list[tuple[pyo.Constraint, float]] | None:
    cap = problem.carbon_cap_t
    if cap is None:
        return []
    row = getattr(model, "carbon_cap", None)
    return None if row is None or cap <= carbon_floor(problem) else [(row, cap)]


def add_hourly_target(model: pyo.ConcreteModel, problem: Problem, share: Share, asked: list[int] | None = None) -> None:
    """Keep the load that is left unmatched, hour by hour, below what the target allows.

    sum_t (1 - g[t]) * unmatched[t] <= (1 - share) * sum_t load[t]      [MWh], for the portfolio or for each zone

    g is the carbon-free share of the grid where the target gives credit for it, else 0. Excess of one hour does not
    help another one. share is the `cfe` of the target, or a variable; `asked` numbers the groups that have a row, all
    unless given.
    """
    groups = target_groups(problem)

    def hourly_target(_: pyo.Block, group: int) -> pyo.Expression:
        most = unmatched_limit(model, problem, groups[group], share)
        return row(weighted_unmatched(model, problem, group) <= most)

    model.hourly_target = pyo.Constraint(range(len(groups)) if asked is None else asked, rule=hourly_target)


def forbid_unmatched(model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Meet an hourly target of exactly 1: no unmatched load wherever the grid does not give full credit.

    unmatched[t] = 0   where   1 - g[t] > 0

    A row with right-hand side zero would leave the problem without an interior, which interior-point engines need;
    fixing the variables says the same and drops their columns.
    """
    for z in range(len(problem.zones)):
        forbid_unmatched_in(model, problem, flows, z)


def forbid_unmatched_in(model: pyo.Block, problem: Problem, flows: list[ZoneFlows], z: int) -> None:
    """Leave nothing unmatched in one zone; see `forbid_unmatched`."""
    zone = problem.zones[z]
    weights = score_weights(zone, grid_credit=problem.target.grid_credit)
    for t in np.flatnonzero(weights > 0.0).tolist():
        for variable in unmatched_variables(model.zone[zone.name], flows[z], t):
            variable.fix(0.0)


def add_volume_targets(
    model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows], share: Share, asked: list[int] | None = None
) -> None:
    """Contract at least a share of the load as a volume, over the year or in every calendar month (local time).

    sum_t net_contracted[t] >= share * sum_t load[t]     [MWh], per period, for the portfolio or for each zone

    share and asked as in `add_hourly_target`.
    """
    groups, periods = target_groups(problem), target_periods(problem)
    net = counted_volumes(problem, flows)

    def volume_target(_: pyo.Block, group: int, period: int) -> pyo.Expression:
        contracted = contracted_volume(problem, net, group, periods[period])
        least = least_volume(model, problem, groups[group], periods[period], share)
        return row(contracted >= least if problem.keeps_target_load else at_least(contracted, least))

    model.volume_target = pyo.Constraint(
        range(len(groups)) if asked is None else asked, range(len(periods)), rule=volume_target
    )


def add_held_target(model: pyo.Block, problem: Problem, flows: list[ZoneFlows], held_mwh: tuple[float, ...]) -> None:
    """Contribute to the mean of several weather years what one of them contributed when all were solved together.

    sum_t (1 - g[t]) * unmatched[t] <= held_mwh          [MWh] hourly matching, for the portfolio or for each zone
    sum_t net_contracted[t] >= held_mwh                  [MWh] annual matching
    """
    groups = range(len(target_groups(problem)))
    if problem.target.matching == "hourly":
        model.hourly_target = pyo.Constraint(
            groups, rule=lambda _, group: row(weighted_unmatched(model, problem, group) <= held_mwh[group])
        )
        return
    (steps,) = target_periods(problem)
    net = counted_volumes(problem, flows)
    model.volume_target = pyo.Constraint(
        groups, [0], rule=lambda _, group, __: row(contracted_volume(problem, net, group, steps) >= held_mwh[group])
    )


def at_least(volume: pyo.Expression, least: Share) -> pyo.Expression:
    """Return volume >= least, which keeps its sense where what is asked for is an expression too.

    Pyomo turns a relation of two expressions round, and the dual of its row would be below zero.
    """
    return volume >= least if isinstance(least, int | float) else volume - least >= 0.0


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
    """Bound the excess of the horizon, where the case names a limit.

    sum_t excess[t] <= max_surplus_share * sum_t load[t]        [MWh], all zones together

    A limit of 0 fixes the excess to 0, for the same reason as a target of exactly 1.
    """
    if math.isinf(problem.target.max_surplus_share):
        return
    excess = [variable for zone in problem.zones for variable in model.zone[zone.name].excess]
    if problem.target.max_surplus_share == 0.0:
        for variable in excess:
            variable.fix(0.0)
        return
    most = surplus_limit_mwh(model, problem)
    model.surplus_limit = pyo.Constraint(expr=linear_sum([1.0] * len(excess), excess) <= most)


def surplus_limit_mwh(model: pyo.Block, problem: Problem) -> Any:
    """Return the most excess that the horizon may have [MWh]: a number, unless what is decided can change the load."""
    zones, steps = list(range(len(problem.zones))), list(range(problem.time.steps))
    return problem.target.max_surplus_share * load_of(model, problem, zones, steps)
