"""How far one limit must move, by itself, for the target to be met."""

from __future__ import annotations

from typing import Any, Final

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.formulation.budget import add_budget_limit
from carbonmatch.formulation.build import add_costs, build_parts
from carbonmatch.formulation.carbon import add_carbon_cap, add_emissions
from carbonmatch.formulation.extract import set_values
from carbonmatch.formulation.hybrid import fed_in_limit
from carbonmatch.formulation.limits import UPPER, Limit, lifted, limits_of
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.formulation.target import add_surplus_limit, add_target
from carbonmatch.formulation.terms import linear_sum
from carbonmatch.records import Optimum, Problem

HOURS_AT_THE_MARGIN: Final = 100.0
"""Weight of a size in MW [h]. On two months of a real case anything from 1 to 1,416 served for power. What is stored is
weighed by one: from 100 on HiPO lost its way, at 1,416 Clarabel as well."""


def build_move_model(problem: Problem, limit: Limit, guess: float) -> pyo.ConcreteModel:
    """Return the linear programme that meets the target of a problem with the least move of one limit.

    It has the rows of `build_model` for the problem without that limit; instead of the cost it minimises what the limit
    would have to hold. `model.needed` is the value that is enough then.

    minimise  weight * size                                  a largest size: contracted_mw, power_mw, energy_mwh
              weight * lowered_mw                            a least size:  size + lowered_mw >= its value
              sum_t excess[t]                                the limit on surplus
              sum_z carbon_t[z]                              the cap on carbon [t]
              cost / typical_price                           the budget
              drawn - guess * year_fraction * energy_mwh     cycles, drawn = sum_t discharge[t] / cycle_efficiency
              energy_mwh - guess * power_mw                  duration
              taken - guess * volume * contracted_mw         most of a volume, taken = sum_t generation[t]
              weight * connection                            the connection of a plant and its storage
              weight * (connection - guess * contracted_mw)  the same per MW of the plant

    All else are MWh, for a MWh is what prices are of and engines want prices near one: a size in MW is weighed by the
    hours in which it fills a gap, some 100 at the margin; energy that is stored counts once.

    Cycles, duration and a share of volume are ratios. With the present value as the guess, `needed` is the ratio at
    the least excess over it: enough, and the least one where a larger storage is no burden (`upkeep`), for the best
    point then has the largest size. Elsewhere it is the guess of the next search, until it falls no further
    (Dinkelbach 1967).

    `must_run_share` is no such row: it multiplies a size in every step.
    """
    with PauseGC():
        free = lifted(problem, [limit])
        model, flows = build_parts(free)
        add_what_is_asked(model, free, flows)
        add_least_move(model, free, limit, guess)
        return model


def add_what_is_asked(model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Add target, limit on surplus, cap on carbon and budget, as far as the problem has them."""
    add_target(model, problem, flows)
    add_surplus_limit(model, problem)
    add_carbon_cap(model, problem, flows)
    if problem.target.budget is not None:
        add_costs(model, problem)
        add_budget_limit(model, problem)


def add_least_move(model: pyo.ConcreteModel, problem: Problem, limit: Limit, guess: float) -> None:
    """Minimise what the limit would have to hold; see `build_move_model`."""
    weight = weight_of(limit)
    match limit.kind:
        case "max_mw" | "max_power_mw" | "max_energy_mwh":
            size = size_of(model, problem, limit)
            model.needed = pyo.Expression(expr=size)
            model.least_move = pyo.Objective(expr=weight * size)
        case "min_mw" | "existing_mw" | "min_power_mw" | "min_energy_mwh":
            model.lowered_mw = pyo.Var(bounds=(0.0, None))
            model.lowered_size = pyo.Constraint(expr=size_of(model, problem, limit) + model.lowered_mw >= limit.value)
            model.needed = pyo.Expression(expr=limit.value - model.lowered_mw)
            model.least_move = pyo.Objective(expr=weight * model.lowered_mw)
        case "max_share":
            excess = excess_of(model)
            model.needed = pyo.Expression(expr=excess / problem.total_load_mwh)
            model.least_move = pyo.Objective(expr=excess)
        case "carbon_cap_t_per_year":
            emitted = carbon_of_all(model, problem)
            model.needed = pyo.Expression(expr=emitted / problem.time.year_fraction)
            model.least_move = pyo.Objective(expr=emitted)
        case "budget_per_year":
            add_costs(model, problem)
            cost = pyo.quicksum(model.cost.values())
            model.needed = pyo.Expression(expr=cost / problem.time.year_fraction)
            model.least_move = pyo.Objective(expr=cost / problem.yardstick.typical_price_per_mwh)
        case "cycles_per_year":
            storage = problem.storage[limit.number]
            block = model.storage[storage.name]
            flows = [flow for pool in block.pool.values() for flow in pool.discharge_mwh.values()]
            drawn = linear_sum([1.0 / storage.cycle_efficiency] * len(flows), flows)
            once = problem.time.year_fraction * block.energy_mwh
            model.needed = pyo.Expression(expr=drawn / once)
            model.least_move = pyo.Objective(expr=drawn - guess * once)
        case "most_volume_share":
            add_least_share_of_volume(model, problem, limit, guess)
        case "duration_hours":
            block = model.storage[problem.storage[limit.number].name]
            model.needed = pyo.Expression(expr=block.energy_mwh / block.power_mw)
            model.least_move = pyo.Objective(expr=block.energy_mwh - guess * block.power_mw)
        case "connection_mw" | "connection_share":
            add_least_connection(model, problem, limit, guess)
        case "must_run_share":
            raise ValueError("a must-run share multiplies a size: search for it with `with_less_must_run`")


def add_least_share_of_volume(model: pyo.ConcreteModel, problem: Problem, limit: Limit, guess: float) -> None:
    """Minimise what is taken above a guess of the share of an agreed volume."""
    contract = problem.contracts[limit.number]
    if contract.volume is None:
        raise ValueError(f"{limit.key} is of no volume")
    block = model.contract[contract.name]
    flows = list(block.dispatched_mwh.values())
    must_run = float(contract.least_mwh_per_mw.sum()) * block.contracted_mw
    taken = linear_sum([1.0] * len(flows), flows) + must_run
    agreed = contract.volume.total_mwh_per_mw * block.contracted_mw
    model.needed = pyo.Expression(expr=taken / agreed)
    model.least_move = pyo.Objective(expr=taken - guess * agreed)


def add_least_connection(model: pyo.ConcreteModel, problem: Problem, limit: Limit, guess: float) -> None:
    """Minimise the connection of a plant and its storage, or what it is above a guess for each MW of the plant.

    generation[t] + discharge[t] - charge[t] <= connection * loss_factor * h            [MWh per step]
    """
    storage = problem.storage[limit.number]
    if storage.pairing is None:
        raise ValueError(f"{limit.key} is the connection of no pair")
    block = model.storage[storage.name]
    block.needed_connection_mw = pyo.Var(bounds=(0.0, None))
    block.needed_connection = fed_in_limit(block, storage.pairing, block.needed_connection_mw, problem.time)
    size = model.contract[storage.pairing.partner].contracted_mw if limit.kind == "connection_share" else None
    needed = block.needed_connection_mw
    model.needed = pyo.Expression(expr=needed if size is None else needed / size)
    weight = weight_of(limit)
    model.least_move = pyo.Objective(expr=weight * (needed if size is None else needed - guess * size))


def build_growth_model(problem: Problem) -> pyo.ConcreteModel:
    """Return the linear programme that meets the target of a problem with the least growth of all its upper limits.

    size <= growth * its largest size                        [MW, MWh]
    sum_t excess[t] <= growth * max_share * sum_t load[t]    [MWh]

    Largest sizes and the limit on surplus grow by the same factor, `model.needed`; all else is as it is, and what is 0
    stays 0. Minimised is what the limits hold together, sizes weighed as in `build_move_model` [MWh].
    """
    with PauseGC():
        limits = [limit for limit in limits_of(problem) if limit.kind in UPPER and limit.value > 0.0]
        free = lifted(problem, limits)
        model, flows = build_parts(free)
        add_what_is_asked(model, free, flows)
        add_growth(model, free, limits)
        return model


def add_growth(model: pyo.ConcreteModel, problem: Problem, limits: list[Limit]) -> None:
    """Hold every limit to its value times a factor, and minimise what they hold together; see `build_growth_model`."""
    model.growth = pyo.Var(bounds=(0.0, None))
    held, total = [], 0.0
    for limit in limits:
        if limit.kind == "max_share":
            most = limit.value * problem.total_load_mwh
            held.append((excess_of(model), most))
            total += most
        else:
            held.append((size_of(model, problem, limit), limit.value))
            total += weight_of(limit) * limit.value
    model.grown_limit = pyo.Constraint(
        range(len(held)), rule=lambda _, i: held[i][0] - held[i][1] * model.growth <= 0.0
    )
    model.needed = pyo.Expression(expr=model.growth)
    model.least_growth = pyo.Objective(expr=total * model.growth)


def weight_of(limit: Limit) -> float:
    """Return the weight of a size in an objective that counts MWh."""
    return 1.0 if limit.kind.endswith("energy_mwh") else HOURS_AT_THE_MARGIN


def carbon_of_all(model: pyo.ConcreteModel, problem: Problem) -> pyo.Expression:
    """Return what all zones emit over the horizon [t]; the model counts it from now on, if it did not before."""
    if not problem.target.counts_carbon:
        for zone in problem.zones:
            add_emissions(model.zone[zone.name], zone)
    return pyo.quicksum(model.zone[zone.name].carbon_t for zone in problem.zones)


def excess_of(model: pyo.ConcreteModel) -> pyo.Expression:
    """Return the excess of all zones over the horizon [MWh]."""
    flows = [flow for zone in model.zone.values() for flow in zone.excess]
    return linear_sum([1.0] * len(flows), flows)


def size_of(model: pyo.ConcreteModel, problem: Problem, limit: Limit) -> Any:
    """Return the size that a limit holds."""
    if limit.key.startswith("contracts."):
        return model.contract[problem.contracts[limit.number].name].contracted_mw
    block = model.storage[problem.storage[limit.number].name]
    return block.energy_mwh if limit.kind.endswith("energy_mwh") else block.power_mw


def value_needed(model: pyo.ConcreteModel, optimum: Optimum) -> float:
    """Return the value of the limit that is enough, from the optimum of a model of `build_move_model`."""
    set_values(model, optimum.columns, optimum.values)
    return float(pyo.value(model.needed))
