"""The target of a plan as it is told: what was asked for, and what the model found it to be worth."""

from __future__ import annotations

import math
from typing import Any

from carbonmatch.records import Problem, Solution


def target_summary(problem: Problem) -> dict[str, Any]:
    """Return what was asked for; of budget and carbon what the case gives, and no key for the rest.

    cfe         share that was met at least cost; with a budget the one that it buys, less the safety on it
    best_cfe    share that the budget was found to buy;  least_cfe   least one that would do
    zone_floors least share of single zones
    of_mean     cfe is met by the mean of several weather years, to which this one contributes its part
    """
    target, budget = problem.target, problem.target.budget
    carbon = {
        "carbon_price_per_t": target.carbon_price_per_t,
        "carbon_cap_t_per_year": target.carbon_cap_t_per_year,
    }
    spending = (
        {}
        if budget is None
        else {"budget_per_year": budget.per_year, "least_cfe": budget.least_cfe, "best_cfe": budget.best_cfe}
    )
    floors = {zone.name: floor for zone, floor in zip(problem.zones, target.zone_floors, strict=False) if floor > 0.0}
    return {
        "matching": target.matching,
        "cfe": target.cfe,
        "grid_credit": target.grid_credit,
        "scope": "zone" if target.per_zone else "portfolio",
        "max_surplus_share": target.max_surplus_share if math.isfinite(target.max_surplus_share) else None,
        **{key: value for key, value in {**carbon, **spending}.items() if value is not None},
        **({} if target.held_mwh is None else {"of_mean": True}),
        **({"zone_floors": floors} if floors else {}),
    }


def limit_prices(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return the worth of one more tonne under the cap and what one more million a year would buy, where asked for.

    floor_premium_per_mwh    worth of one more matched MWh by the floor of each zone, on top of the green premium
    carbon_cap_value_per_t   None under a cap that leaves nothing beside the claims: there is no row then
    """
    found: dict[str, Any] = {}
    if problem.target.carbon_cap_t_per_year is not None:
        worth = solution.shadow_prices.carbon_cap_value_per_t
        found["carbon_cap_value_per_t"] = worth if math.isfinite(worth) else None
    if problem.target.budget is not None:
        found["cfe_per_million"] = problem.target.budget.cfe_per_million
    floors = solution.shadow_prices.floor_premium_per_mwh
    if floors is not None:
        found["floor_premium_per_mwh"] = {
            zone.name: float(worth) for zone, worth in zip(problem.zones, floors, strict=True)
        }
    return found
