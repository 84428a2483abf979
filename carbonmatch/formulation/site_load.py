"""The load of a site where it is a decision: moved in time or to other sites, given up at a price, placed there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.components import LOAD_COMPONENTS
from carbonmatch.formulation.terms import Flow, linear_sum
from carbonmatch.records import FlexibleTerms, FloatArray, LoadChanges, Problem, SiteTerms, TimeTerms


def add_placements(model: pyo.Block, problem: Problem) -> None:
    """Place the MW that have to stand somewhere.

    0 <= placed_mw[p,s] <= max_mw[p,s]                   [MW], candidates s
    sum_s placed_mw[p,s] = mw[p]
    placement_cost = sum_s cost_per_mw_year[p,s] * year_fraction * placed_mw[p,s]        [currency]

    A placement that is held has constants in the place of variables and no row; its load is planned load of its sites.
    """
    model.placement = pyo.Block([placement.name for placement in problem.placements])
    for placement in problem.placements:
        block, candidates = model.placement[placement.name], placement.candidates
        names = {candidate.site: problem.sites[candidate.site].name for candidate in candidates}
        most = {names[c.site]: None if math.isinf(c.max_mw) else c.max_mw for c in candidates}
        block.placed_mw = pyo.Var(list(names.values()), bounds=lambda _, site, most=most: (0.0, most[site]))
        if placement.open:
            block.placed_total = pyo.Constraint(expr=pyo.quicksum(block.placed_mw.values()) == placement.mw)
        else:
            for candidate in candidates:
                block.placed_mw[names[candidate.site]].fix(candidate.held_mw)
        costs = [c.cost_per_mw_year * problem.time.year_fraction for c in candidates]
        block.cost = pyo.Expression(expr=linear_sum(costs, list(block.placed_mw.values())))


def add_site_load(model: pyo.Block, problem: Problem, site_number: int) -> Flow:
    """Return the load of a site: numbers where it is given, variables where a part of it is a decision.

    load[s,t] - sum_e (more[e,t] - less[e,t] + received[e,t] - sent[e,t]) + sum_k curtailed[k,t]
        - sum_p load_mwh_per_mw[p,s,t] * placed_mw[p,s] = planned_load[s,t]              [MWh per step]

    e, k   flexible and curtailable parts of the load;  p   placements of which the site is a candidate
    """
    site, block = problem.sites[site_number], model.site[problem.sites[site_number].name]
    if not problem.load_varies(site_number):
        given: Flow = site.load_mwh.tolist()
        return given
    block.load_mwh = pyo.Var(range(problem.time.steps), bounds=(0.0, None))
    changes = [*_add_flexible(block, site, problem), *_add_curtailable(block, site, problem.time)]
    placed = [
        (candidate.load_mwh_per_mw.tolist(), model.placement[placement.name].placed_mw[site.name])
        for placement in problem.placements
        for candidate in placement.open
        if candidate.site == site_number
    ]
    load, planned = block.load_mwh, site.load_mwh.tolist()

    def site_load(_: pyo.Block, t: int) -> pyo.Expression:
        changed = sum(sign * flow[t] for sign, flow in changes if t in flow)
        return load[t] - changed - sum(per_mw[t] * mw for per_mw, mw in placed) == planned[t]

    block.site_load = pyo.Constraint(range(problem.time.steps), rule=site_load)
    return list(load.values())


def _add_flexible(block: pyo.Block, site: SiteTerms, problem: Problem) -> Iterator[tuple[float, Any]]:
    """Add what may be moved; yield (sign, flow) of what it changes in the load.

    Steps in which nothing may be moved have no variable.

    0 <= less[e,t], sent[e,t] <= most_less[e,t];  less[e,t] + sent[e,t] <= most_less[e,t]               [MWh per step]
    0 <= more[e,t], received[e,t] <= most_more[e,t];  more[e,t] + received[e,t] <= most_more[e,t]
    sum_(t in w) (more[e,t] - less[e,t]) = 0             for each window w
    sent[e,t], received[e,t] <= most[g,t]                of the latency group g: what the fibre of a site carries
    shifting_cost = sum_e cost_per_mwh[e] * sum_t less[e,t]                              [currency]
    moving_cost = sum_e cost_per_mwh[g(e)] * sum_t sent[e,t]
    """
    if not site.flexible:
        return
    block.flexible = pyo.Block([entry.name for entry in site.flexible])
    for entry in site.flexible:
        yield from _add_flexible_entry(block.flexible[entry.name], entry, problem)


def _add_flexible_entry(part: pyo.Block, entry: FlexibleTerms, problem: Problem) -> Iterator[tuple[float, Any]]:
    less, more = entry.most_less_mwh, entry.most_more_mwh
    in_time, in_space = entry.window_of_step is not None, entry.latency_group is not None
    part.shifting_cost, part.moving_cost = pyo.Expression(expr=0.0), pyo.Expression(expr=0.0)
    if entry.window_of_step is not None:
        part.less_mwh, part.more_mwh = _flow(less), _flow(more)
        _add_windows(part, entry)
        part.shifting_cost.set_value(_priced(entry.cost_per_mwh, part.less_mwh))
        yield from ((-1.0, part.less_mwh), (1.0, part.more_mwh))
    if entry.latency_group is not None:
        group = problem.latency_groups[entry.latency_group]
        part.sent_mwh = _flow(np.minimum(less, group.most_mwh))
        part.received_mwh = _flow(np.minimum(more, group.most_mwh))
        part.moving_cost.set_value(_priced(group.cost_per_mwh, part.sent_mwh))
        yield from ((-1.0, part.sent_mwh), (1.0, part.received_mwh))
    if in_time and in_space:
        _add_joint_limit(part, "decrease_limit", part.less_mwh, part.sent_mwh, less)
        _add_joint_limit(part, "increase_limit", part.more_mwh, part.received_mwh, more)


def _flow(most: FloatArray) -> pyo.Var:
    limits = most.tolist()
    return pyo.Var(np.flatnonzero(most > 0.0).tolist(), bounds=lambda _, t: (0.0, limits[t]))


def _priced(price: float, flow: pyo.Var) -> pyo.Expression:
    return linear_sum([price] * len(flow), list(flow.values()))


def _add_windows(part: pyo.Block, entry: FlexibleTerms) -> None:
    """Add in every window what is taken out of it; see `_add_flexible`."""
    windows = np.zeros(0, dtype=np.int64) if entry.window_of_step is None else entry.window_of_step
    steps = {int(w): np.flatnonzero(windows == w).tolist() for w in np.unique(windows)}
    less, more = part.less_mwh, part.more_mwh

    def shift_window(_: pyo.Block, w: int) -> pyo.Expression:
        out, into = [less[t] for t in steps[w] if t in less], [more[t] for t in steps[w] if t in more]
        return pyo.quicksum(into) - pyo.quicksum(out) == 0.0 if out or into else pyo.Constraint.Skip

    part.shift_window = pyo.Constraint(list(steps), rule=shift_window)


def _add_joint_limit(part: pyo.Block, name: str, in_time: pyo.Var, in_space: pyo.Var, most: FloatArray) -> None:
    """Let what is moved in time and what is moved between sites share one limit; see `_add_flexible`."""
    limits, both = most.tolist(), [t for t in in_time if t in in_space]
    part.add_component(name, pyo.Constraint(both, rule=lambda _, t: in_time[t] + in_space[t] <= limits[t]))


def _add_curtailable(block: pyo.Block, site: SiteTerms, time: TimeTerms) -> Iterator[tuple[float, Any]]:
    """Add what may be given up; yield (sign, flow) of what it changes in the load.

    0 <= curtailed[k,t] <= most[k,t]                     [MWh per step]
    sum_(t in d) curtailed[k,t] <= most_of_day[k,d]      for each local day d, where the case names a length of events
    sum_t curtailed[k,t] <= most_of_year[k]              where it names how many events there are in a year
    curtailment_cost = sum_k price_per_mwh[k] * sum_t curtailed[k,t]                     [currency]
    """
    if not site.curtailable:
        return
    block.curtailable = pyo.Block([entry.name for entry in site.curtailable])
    for entry in site.curtailable:
        part = block.curtailable[entry.name]
        part.curtailed_mwh = flow = _flow(entry.most_mwh)
        part.cost = pyo.Expression(expr=_priced(entry.price_per_mwh, flow))
        if entry.most_mwh_of_day is not None:
            of_day: dict[int, list[Any]] = {}
            for t, variable in flow.items():
                of_day.setdefault(int(entry.day_of_step[t]), []).append(variable)
            limits = entry.most_mwh_of_day.tolist()
            part.curtailed_in_day = pyo.Constraint(
                list(of_day),
                rule=lambda _, d, of_day=of_day, limits=limits: pyo.quicksum(of_day[d]) <= limits[d],
            )
        if entry.most_mwh_of_year is not None and len(flow):
            part.curtailed_in_year = pyo.Constraint(expr=pyo.quicksum(flow.values()) <= entry.most_mwh_of_year)
        yield (-1.0, flow)


def add_moves(model: pyo.Block, problem: Problem) -> None:
    """Let the sites of a latency group receive in every step what its other sites send.

    sum_e sent[e,t] = sum_e received[e,t]                [MWh per step], flexible parts e of the group
    """
    model.latency_group = pyo.Block([group.name for group in problem.latency_groups])
    for number, group in enumerate(problem.latency_groups):
        parts = [
            model.site[site.name].flexible[entry.name]
            for site in problem.sites
            for entry in site.flexible
            if entry.latency_group == number
        ]

        def moved_load(_: pyo.Block, t: int, parts: list[pyo.Block] = parts) -> pyo.Expression:
            sent = [part.sent_mwh[t] for part in parts if t in part.sent_mwh]
            received = [part.received_mwh[t] for part in parts if t in part.received_mwh]
            return pyo.quicksum(sent) - pyo.quicksum(received) == 0.0 if sent or received else pyo.Constraint.Skip

        model.latency_group[group.name].moved_load = pyo.Constraint(range(problem.time.steps), rule=moved_load)


def load_components(problem: Problem) -> list[str]:
    """Return the cost components of changed load that a case has."""
    flexible = [entry for site in problem.sites for entry in site.flexible]
    there = {
        "load_shifting": any(entry.window_of_step is not None for entry in flexible),
        "load_moves": any(entry.latency_group is not None for entry in flexible),
        "load_curtailment": any(site.curtailable for site in problem.sites),
        "load_placement": bool(problem.placements),
    }
    return [component for component in LOAD_COMPONENTS if there[component]]


def load_costs(model: pyo.Block, problem: Problem) -> dict[str, list[Any]]:
    """Return what every component of changed load is made of [currency]."""
    flexible = [model.site[site.name].flexible[entry.name] for site in problem.sites for entry in site.flexible]
    given_up = [model.site[site.name].curtailable[entry.name] for site in problem.sites for entry in site.curtailable]
    costs = {
        "load_shifting": [part.shifting_cost for part in flexible],
        "load_moves": [part.moving_cost for part in flexible],
        "load_curtailment": [part.cost for part in given_up],
        "load_placement": [block.cost for block in model.placement.values()],
    }
    return {component: costs[component] for component in load_components(problem)}


def load_changes(model: pyo.Block, problem: Problem) -> LoadChanges | None:
    """Return what became of the load, from a model that has its values; None where no load may be changed."""
    if not problem.placements and not any(problem.load_varies(s) for s in range(len(problem.sites))):
        return None
    steps = problem.time.steps
    load = np.stack([site.load_mwh for site in problem.sites])
    for s, site in enumerate(problem.sites):
        if problem.load_varies(s):
            load[s] = _read(model.site[site.name].load_mwh, steps)

    def flows(name: str) -> dict[tuple[int, str], FloatArray]:
        parts = [
            (s, entry.name, model.site[site.name].flexible[entry.name])
            for s, site in enumerate(problem.sites)
            for entry in site.flexible
        ]
        return {(s, key): _read(getattr(part, name), steps) for s, key, part in parts if hasattr(part, name)}

    less, more, sent, received = (flows(name) for name in ("less_mwh", "more_mwh", "sent_mwh", "received_mwh"))
    for s, site in enumerate(problem.sites):
        for entry in site.flexible:
            key, group = (s, entry.name), entry.latency_group
            if entry.window_of_step is not None and entry.cost_per_mwh == 0.0:
                less[key], more[key] = _net(less[key], more[key])
            if group is not None and problem.latency_groups[group].cost_per_mwh == 0.0:
                sent[key], received[key] = _net(sent[key], received[key])
    return LoadChanges(
        load_mwh=load,
        less_mwh=less,
        more_mwh=more,
        sent_mwh=sent,
        received_mwh=received,
        curtailed_mwh={
            (s, entry.name): _read(model.site[site.name].curtailable[entry.name].curtailed_mwh, steps)
            for s, site in enumerate(problem.sites)
            for entry in site.curtailable
        },
        placed_mw={
            (placement.name, candidate.site): float(
                model.placement[placement.name].placed_mw[problem.sites[candidate.site].name].value
            )
            for placement in problem.placements
            for candidate in placement.candidates
        },
    )


def _net(out: FloatArray, into: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two flows without what they have in common in a step.

    Where moving costs nothing, an engine may take work out of a step and add it in the same one. That changes nothing,
    and would be told as moved.
    """
    both = np.minimum(out, into)
    return out - both, into - both


def _read(flow: pyo.Var, steps: int) -> FloatArray:
    values = np.zeros(steps)
    for t, variable in flow.items():
        values[t] = variable.value
    return values
