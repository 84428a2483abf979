"""The best share in reach: the same sizes, flows and ledgers, asked how much they match instead of what they cost."""

from __future__ import annotations

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation.build import add_costs, build_parts
from carbonmatch.formulation.carbon import add_carbon_cap
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.formulation.target import add_hourly_target, add_surplus_limit, add_volume_targets
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
        add_surplus_limit(model, problem)
        add_carbon_cap(model, problem, flows)
        add_costs(model, problem)
        return model


def load_that_varies(problem: Problem) -> list[Fault]:
    """Return what changes the load that the target counts, so that its best share is not looked for."""
    if problem.keeps_target_load:
        return []
    what = (
        "changes the load that the target is a share of, and the best share of such a load is not looked for; take it "
        "out, or hold it (a placement by its key at), to find the best share in reach or for a budget"
    )
    keys = [
        *(f"sites.{site.name}.curtailable" for site in problem.sites if site.curtailable),
        *(f"placements.{placement.name}" for placement in problem.placements),
        *(f"latency_groups.{group.name}" for group in problem.latency_groups),
    ]
    return [Fault(key, what) for key in keys] or [Fault("sites", f"have flexible load, which {what}")]


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
