"""One site's grid supply: what it buys at retail, the firm capacity it reserves, what both cost."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import pyomo.core as pyo

from carbonmatch.case import above_connection
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation.meter import BehindMeter, add_connection_limit, add_meter, add_retail_limits
from carbonmatch.formulation.tariff import add_tariff
from carbonmatch.formulation.terms import Flow, is_constant, linear_sum, size_variable
from carbonmatch.records import Problem, SiteTerms, TimeTerms


def check_connections(problem: Problem) -> None:
    """Make sure that every connection carries the load of its site.

    load[t] <= connection_mw * h                         [MWh per step]

    Raises:
        InfeasibleError: a load is above its connection; says where, since when, by how much, and the cure.
    """
    found = overloaded_connections(problem)
    if found:
        told = "; ".join(f"sites.{site}.grid.connection_mw {above}" for site, above in found.items())
        raise InfeasibleError(f"No portfolio can serve the load of this case: {told}.")


def overloaded_connections(problem: Problem) -> dict[str, str]:
    """Return, by site, what is to be said of a connection that does not carry its load.

    A site whose metered import is a decision has a row for it instead, `connection_limit`.
    """
    time, found = problem.time, {}
    for s, site in enumerate(problem.sites):
        if problem.import_varies(s):
            continue
        above = above_connection(site.load_mwh, site.connection_mw, time.hours_per_step, time.starts, time.timezone)
        if above is not None:
            found[site.name] = above
    return found


def planned_above_connections(problem: Problem) -> dict[str, str]:
    """Return, by site, what is to be said of a planned load above its connection that may be moved or given up."""
    time, found = problem.time, {}
    for s, site in enumerate(problem.sites):
        if not problem.load_varies(s) or problem.behind_meter(s):
            continue
        above = above_connection(site.load_mwh, site.connection_mw, time.hours_per_step, time.starts, time.timezone)
        if above is not None:
            found[site.name] = above
    return found


def without_connections(problem: Problem, names: Collection[str]) -> Problem:
    """Return a problem in which the connections of some sites carry anything."""
    free = (replace(site, connection_mw=math.inf) if site.name in names else site for site in problem.sites)
    return replace(problem, sites=tuple(free))


@dataclass(frozen=True)
class GridSupply:
    """What a site buys at retail, and what passes its meter [MWh per step]."""

    retail: Flow
    metered_import: Flow


def add_grid_supply(block: pyo.Block, site: SiteTerms, time: TimeTerms, behind: BehindMeter, load: Flow) -> GridSupply:
    """Add what a site buys at retail, what passes its meter, and what both cost; return the two flows.

    0 <= retail_supply[t] <= load[t]                     [MWh per step]
    metered_import[t] = load[t] <= connection_mw * h     where nothing stands behind the meter; else see `add_meter`
    retail_supply[t] <= metered_import[t]                rows where that is a decision
    energy_cost = sum_t retail_price[t] * retail_supply[t]
    firm_capacity_cost = charge * year_fraction * firm_capacity_mw

    The bounds say that contracts deliver to the load, never more: sleeved[t] = load[t] - retail_supply[t]. No contract
    off site lowers the metered import, so that the limit of the connection leaves nothing to choose where nothing
    stands behind the meter: see `check_connections`.
    """
    given = not behind and is_constant(load)
    block.retail_supply_mwh = pyo.Var(range(time.steps), bounds=lambda _, t: (0.0, load[t] if given else None))
    retail = list(block.retail_supply_mwh.values())
    for variable, limit in zip(retail, load, strict=True):
        if given and limit == 0.0:
            variable.fix(0.0)
    if site.firm_capacity_charge_per_mw_year > 0.0:
        add_firm_capacity(block, site, time)
    block.energy_cost = pyo.Expression(expr=energy_cost(block, site))
    block.firm_capacity_cost = pyo.Expression(expr=firm_capacity_cost(block, site, time))
    metered_import: Flow = load
    if behind:
        metered_import = add_meter(block, site, time, behind, load)
    if not given:
        add_connection_limit(block, site, time, metered_import)
        add_retail_limits(block, time, behind, metered_import)
    add_tariff(block, site, time, metered_import)
    return GridSupply(retail, metered_import)


def energy_cost(block: pyo.Block, site: SiteTerms) -> pyo.Expression:
    """What the energy costs that a site buys at retail [currency]."""
    return linear_sum(site.retail_price_per_mwh.tolist(), list(block.retail_supply_mwh.values()))


def firm_capacity_cost(block: pyo.Block, site: SiteTerms, time: TimeTerms) -> pyo.Expression:
    """What the firm supply of a site costs over the horizon [currency]; nothing where none is charged for."""
    charge = site.firm_capacity_charge_per_mw_year
    return charge * time.year_fraction * block.firm_capacity_mw if charge > 0.0 else 0.0


def add_firm_capacity(block: pyo.Block, site: SiteTerms, time: TimeTerms) -> None:
    """Reserve firm grid supply for the largest step of the horizon.

    retail_supply[t] <= firm_capacity_mw * h             [MWh per step]

    Written only where the capacity is charged for; elsewhere it is the largest retail supply and no decision. Capacity
    that is reserved already is a constant.
    """
    held = site.firm_capacity_mw
    block.firm_capacity_mw = size_variable(0.0, math.inf) if held is None else size_variable(held, held)
    hours, firm, retail = time.hours_per_step, block.firm_capacity_mw, block.retail_supply_mwh
    block.firm_capacity_limit = pyo.Constraint(range(time.steps), rule=lambda _, t: retail[t] - hours * firm <= 0.0)
