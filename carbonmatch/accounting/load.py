"""Load that was changed: that no work is lost or made by moving it, and what it cost."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from carbonmatch.errors import VerificationError
from carbonmatch.records import CurtailableTerms, FlexibleTerms, FloatArray, LoadChanges, Problem, Solution, totals
from carbonmatch.units import MONEY_TOLERANCE, PRIMAL_TOLERANCE


def prove_load(problem: Problem, solution: Solution) -> None:
    """Check what became of load that may be changed, by code that does not know the model.

    * the load that is served is the planned one with all changes, in every step, and never below zero;
    * what is taken out of a window is added in the same one;
    * what the sites of a latency group send in a step, its sites receive in the same one;
    * no part is moved or given up beyond its limits, in a step, a day or the horizon;
    * MW that have to be placed are placed, none beyond the limits of a site;
    * the changes cost what the model pays for them.

    Raises:
        VerificationError: anything of this does not hold; the message names all of it.
    """
    changes = solution.load_changes
    if changes is None:
        return
    faults = [*_balance(problem, changes), *_limits(problem, changes), *_placed(problem, changes)]
    gross = sum(max(amount, 0.0) for amount in solution.cost.values())
    for component, due in costs_of_changes(problem, changes).items():
        told = solution.cost.get(component, 0.0)
        if not abs(due - told) <= MONEY_TOLERANCE * max(1.0, gross):
            faults.append(f"{component} comes to {due:.6f} for what became of the load, the model pays {told:.6f}")
    if faults:
        raise VerificationError("The load does not agree with what was changed in it:\n" + "\n".join(faults))


def costs_of_changes(problem: Problem, changes: LoadChanges) -> dict[str, float]:
    """Return what changes of the load cost over the horizon, by cost component [currency]."""
    groups = problem.latency_groups
    return {
        "load_shifting": math.fsum(
            entry.cost_per_mwh * float(changes.less_mwh[s, entry.name].sum())
            for s, entry in _flexible(problem)
            if (s, entry.name) in changes.less_mwh
        ),
        "load_moves": math.fsum(
            groups[entry.latency_group].cost_per_mwh * float(changes.sent_mwh[s, entry.name].sum())
            for s, entry in _flexible(problem)
            if entry.latency_group is not None
        ),
        "load_curtailment": math.fsum(
            entry.price_per_mwh * float(changes.curtailed_mwh[s, entry.name].sum())
            for s, entry in _curtailable(problem)
        ),
        "load_placement": math.fsum(
            candidate.cost_per_mw_year * problem.time.year_fraction * changes.placed_mw[placement.name, candidate.site]
            for placement in problem.placements
            for candidate in placement.candidates
        ),
    }


def _flexible(problem: Problem) -> Iterator[tuple[int, FlexibleTerms]]:
    return ((s, entry) for s, site in enumerate(problem.sites) for entry in site.flexible)


def _curtailable(problem: Problem) -> Iterator[tuple[int, CurtailableTerms]]:
    return ((s, entry) for s, site in enumerate(problem.sites) for entry in site.curtailable)


def _balance(problem: Problem, changes: LoadChanges) -> Iterator[str]:
    near, steps = PRIMAL_TOLERANCE * problem.peak_load_mwh, problem.time.steps
    nothing = np.zeros(steps)
    for s, site in enumerate(problem.sites):
        changed = site.load_mwh.copy()
        for entry in site.flexible:
            key = (s, entry.name)
            changed += changes.more_mwh.get(key, nothing) - changes.less_mwh.get(key, nothing)
            changed += changes.received_mwh.get(key, nothing) - changes.sent_mwh.get(key, nothing)
        for each in site.curtailable:
            changed -= changes.curtailed_mwh[s, each.name]
        for placement in problem.placements:
            for candidate in (c for c in placement.open if c.site == s):
                changed += changes.placed_mw[placement.name, s] * candidate.load_mwh_per_mw
        yield from _off(
            f"the load of {site.name} is off the planned one with all changes", changes.load_mwh[s] - changed, near
        )
        yield from _off(f"the load of {site.name} is below zero", np.minimum(changes.load_mwh[s], 0.0), near)
    for s, entry in _flexible(problem):
        if entry.window_of_step is not None:
            net = changes.more_mwh[s, entry.name] - changes.less_mwh[s, entry.name]
            windows = totals(entry.window_of_step, net, int(entry.window_of_step.max()) + 1)
            yield from _off(f"{problem.sites[s].name}.{entry.name} loses or gains work", windows, near, "window")
    for number, group in enumerate(problem.latency_groups):
        members = [(s, entry.name) for s, entry in _flexible(problem) if entry.latency_group == number]
        net = sum((changes.received_mwh[key] - changes.sent_mwh[key] for key in members), nothing)
        yield from _off(f"sites of {group.name} receive more or less than is sent", net, near)


def _limits(problem: Problem, changes: LoadChanges) -> Iterator[str]:
    near, nothing = PRIMAL_TOLERANCE * problem.peak_load_mwh, np.zeros(problem.time.steps)
    for s, entry in _flexible(problem):
        key, name = (s, entry.name), f"{problem.sites[s].name}.{entry.name}"
        less, sent = changes.less_mwh.get(key, nothing), changes.sent_mwh.get(key, nothing)
        more, received = changes.more_mwh.get(key, nothing), changes.received_mwh.get(key, nothing)
        yield from _off(f"{name} gives away more than it may", np.maximum(less + sent - entry.most_less_mwh, 0.0), near)
        yield from _off(
            f"{name} takes up more than it may", np.maximum(more + received - entry.most_more_mwh, 0.0), near
        )
        if entry.latency_group is not None:
            most = problem.latency_groups[entry.latency_group].most_mwh
            beyond = np.maximum(np.maximum(sent, received) - most, 0.0)
            yield from _off(f"{name} sends or receives more than its group allows", beyond, near)
        for flow in (less, sent, more, received):
            yield from _off(f"{name} moves less than nothing", np.minimum(flow, 0.0), near)
    for s, each in _curtailable(problem):
        flow, name = changes.curtailed_mwh[s, each.name], f"{problem.sites[s].name}.{each.name}"
        yield from _off(f"{name} gives up more than it may", np.maximum(flow - each.most_mwh, 0.0), near)
        yield from _off(f"{name} gives up less than nothing", np.minimum(flow, 0.0), near)
        if each.most_mwh_of_day is not None:
            of_day = totals(each.day_of_step, flow, len(each.most_mwh_of_day))
            yield from _off(f"{name} gives up too much", np.maximum(of_day - each.most_mwh_of_day, 0.0), near, "day")
        if each.most_mwh_of_year is not None and flow.sum() > each.most_mwh_of_year + near:
            yield f"{name} gives up {flow.sum():.6f} MWh, more than its events of the year hold"


def _placed(problem: Problem, changes: LoadChanges) -> Iterator[str]:
    for placement in problem.placements:
        near = PRIMAL_TOLERANCE * max(1.0, placement.mw)
        placed = {c.site: changes.placed_mw[placement.name, c.site] for c in placement.candidates}
        if not abs(sum(placed.values()) - placement.mw) <= near:
            yield f"{sum(placed.values()):.6f} MW of {placement.name} are placed, not {placement.mw:.6f}"
        for candidate in placement.candidates:
            if not -near <= placed[candidate.site] <= candidate.max_mw + near:
                where = problem.sites[candidate.site].name
                yield f"{placed[candidate.site]:.6f} MW of {placement.name} stand at {where}, beyond its limits"


def _off(what: str, off: FloatArray, near: float, place: str = "step") -> Iterator[str]:
    worst = int(np.abs(off).argmax())
    if not abs(off[worst]) <= near:
        yield f"{what} by {off[worst]:.3g} MWh in {place} {worst}"
