"""The best share in reach: the same sizes, flows and ledgers, asked how much they match instead of what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation.build import add_costs, build_parts
from carbonmatch.formulation.carbon import add_carbon_cap
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.formulation.target import add_hourly_target, add_surplus_limit, add_volume_targets, add_zone_floors
from carbonmatch.records import Problem


def build_reach_model(
    problem: Problem, *, split_ledgers: bool = False, asked: list[int] | None = None
) -> pyo.ConcreteModel:
    """Return the linear programme that finds the largest share of the load that a problem's target could ask for.

    It has the rows of `build_model` - sizes, flows, ledgers, the limits on surplus and carbon - and the rows of the
    target with a free share in place of `cfe`. `model.share` is that share, `model.cost[component]` the costs by name,
    which limit nothing here. `asked` numbers the groups of zones (`target_groups`) that must reach the share; all
    unless given.

    The target may ask for anything, 1 included. Under `matching: none` there is no row and any share is reached: give
    the problem another target first where a score is wanted, such as the best one for a budget.

    Raises:
        InputError: the load that the target counts is a decision itself, so that a share of it is no linear row.
    """
    if faults := load_that_varies(problem):
        raise InputError(faults)
    with PauseGC():
        model, flows = build_parts(problem, split_ledgers=split_ledgers)
        add_share(model, problem)
        add_share_rows(model, problem, flows, asked)
        add_zone_floors(model, problem, flows)
        add_surplus_limit(model, problem)
        add_carbon_cap(model, problem, flows)
        add_costs(model, problem)
        return model


def load_that_varies(problem: Problem) -> list[Fault]:
    """Return what changes the load that the target counts, so that its best share is not looked for."""
    what = "changes the load that the target is a share of, and the best share of such a load is not looked for. "
    return [
        Fault(
            key,
            what
            + (
                "Give the load of its sites instead"
                if setting is None
                else f"--set {setting} holds it, for the best score in reach, or for a budget, without it"
            ),
        )
        for key, setting in _that_vary(problem)
    ]


def settings_that_hold_load(problem: Problem) -> tuple[str, ...] | None:
    """Return the settings that make the load a given one that the target counts; None where settings cannot."""
    settings = [setting for _, setting in _that_vary(problem)]
    return None if None in settings else tuple(setting for setting in settings if setting is not None)


def with_load_held(problem: Problem) -> Problem:
    """Return a problem in which the load that the target counts is given: what can be done without changing it.

    Nothing is given up, nothing moves to a zone with a target of its own, or out of a month. Moves that leave that load
    as it is stay free. MW that are placed are a decision still.
    """
    if problem.keeps_target_load:
        return problem
    varying = {key for key, _ in _that_vary(problem)}
    sites = tuple(
        replace(
            site,
            curtailable=(),
            flexible=tuple(
                replace(entry, window_of_step=None)
                if f"sites.{site.name}.flexible.{entry.name}.window_hours" in varying
                else entry
                for entry in site.flexible
            ),
        )
        for site in problem.sites
    )
    groups = tuple(
        replace(group, most_mwh=0.0 * np.ones(problem.time.steps))
        if f"latency_groups.{group.name}" in varying
        else group
        for group in problem.latency_groups
    )
    return replace(problem, sites=sites, latency_groups=groups)


def _that_vary(problem: Problem) -> Iterator[tuple[str, str | None]]:
    """Yield the keys of what changes the load that the target counts, each with the setting that holds it."""
    if problem.keeps_target_load:
        return
    for site in problem.sites:
        if site.curtailable:
            yield f"sites.{site.name}.curtailable", f"sites.{site.name}.curtailable=null"
    for placement in (each for each in problem.placements if each.open):
        room = [problem.sites[c.site].name for c in placement.open if c.max_mw >= placement.mw]
        yield f"placements.{placement.name}", f"placements.{placement.name}.at={room[0]}" if room else None
    for number, group in enumerate(problem.latency_groups):
        zones = {site.zone for site in problem.sites for entry in site.flexible if entry.latency_group == number}
        if problem.target.per_zone and len(zones) > 1:
            yield f"latency_groups.{group.name}", f"latency_groups.{group.name}.max_mw=0"
    periods = problem.time.month_of_step if problem.target.matching == "monthly" else 0 * problem.time.month_of_step
    for site in problem.sites:
        for entry in site.flexible:
            if entry.window_of_step is not None:
                both = np.unique(np.stack([entry.window_of_step, periods]), axis=1)
                if both.shape[1] > len(np.unique(entry.window_of_step)):
                    key = f"sites.{site.name}.flexible.{entry.name}.window_hours"
                    yield key, f"{key}=24"


def add_share(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Make the share of the load that is reached as large as can be.

    reached_mwh + missed_mwh = mean load                     [MWh per step], share = reached_mwh / mean load
    minimise  steps * (reached_mwh + 2 * missed_mwh)         [MWh] = (2 - share) * total load

    A certificate measures its gap by the gross cost: all that is paid, and 1 at least. A gain to be maximised, or the
    missed load alone, would come to nothing where the share is 0, or 1; so every reached MWh is charged one and every
    missed one two. The gross cost is then between once and twice the load, whatever the share, and a gap of 1e-6 is
    2e-6 of the share at most. Both variables are loads of a step, for that is the unit that engines see.
    """
    mean_load = problem.total_load_mwh / problem.time.steps
    model.reached_mwh = pyo.Var(bounds=(0.0, None))
    model.missed_mwh = pyo.Var(bounds=(0.0, None))
    model.share = pyo.Expression(expr=model.reached_mwh / mean_load)
    model.whole_load = pyo.Constraint(expr=model.reached_mwh + model.missed_mwh == mean_load)
    model.missed_share = pyo.Objective(expr=problem.time.steps * (model.reached_mwh + 2.0 * model.missed_mwh))


def add_share_rows(
    model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows], asked: list[int] | None = None
) -> None:
    """Add the rows of the target for the share that is to be found."""
    match problem.target.matching:
        case "annual" | "monthly":
            add_volume_targets(model, problem, flows, model.share, asked)
        case "hourly":
            add_hourly_target(model, problem, model.share, asked)
        case "none":
            pass
