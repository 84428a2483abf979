"""One site's grid supply: what it buys at retail, the firm capacity it reserves, what both cost."""

from __future__ import annotations

import pyomo.core as pyo

from carbonmatch.formulation.terms import Flow, linear_sum
from carbonmatch.records import SiteTerms, TimeTerms


def add_grid_supply(block: pyo.Block, site: SiteTerms, time: TimeTerms) -> Flow:
    """Add what a site buys at retail and what that costs; return its retail supply.

    0 <= retail_supply[t] <= load[t]                     [MWh per step]
    energy_cost = sum_t retail_price[t] * retail_supply[t]
    firm_capacity_cost = charge * year_fraction * firm_capacity_mw

    The bounds say that contracts deliver to the load, never more: sleeved[t] = load[t] - retail_supply[t].
    """
    load = site.load_mwh.tolist()
    block.retail_supply_mwh = pyo.Var(range(time.steps), bounds=lambda _, t: (0.0, load[t]))
    retail = list(block.retail_supply_mwh.values())
    for variable, limit in zip(retail, load, strict=True):
        if limit == 0.0:
            variable.fix(0.0)
    block.energy_cost = pyo.Expression(expr=linear_sum(site.retail_price_per_mwh.tolist(), retail))
    block.firm_capacity_cost = pyo.Expression(expr=0.0)
    if site.firm_capacity_charge_per_mw_year > 0.0:
        add_firm_capacity(block, site, time)
    return retail


def add_firm_capacity(block: pyo.Block, site: SiteTerms, time: TimeTerms) -> None:
    """Reserve firm grid supply for the largest step of the horizon.

    retail_supply[t] <= firm_capacity_mw * h             [MWh per step]

    Written only where the capacity is charged for; elsewhere it is the largest retail supply and no decision.
    """
    block.firm_capacity_mw = pyo.Var(bounds=(0.0, None))
    hours, firm, retail = time.hours_per_step, block.firm_capacity_mw, block.retail_supply_mwh
    block.firm_capacity_limit = pyo.Constraint(range(time.steps), rule=lambda _, t: retail[t] - hours * firm <= 0.0)
    block.firm_capacity_cost.set_value(site.firm_capacity_charge_per_mw_year * time.year_fraction * firm)
