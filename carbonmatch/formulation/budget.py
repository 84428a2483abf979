"""What a budget buys: the largest share of the load that can be matched for no more than a given cost."""

from __future__ import annotations

from dataclasses import replace

import pyomo.core as pyo

from carbonmatch.formulation.extract import share_reached
from carbonmatch.formulation.reach import build_reach_model
from carbonmatch.records import Budget, Optimum, Problem


def build_budget_model(
    problem: Problem, *, split_ledgers: bool = False, asked: list[int] | None = None
) -> pyo.ConcreteModel:
    """Return the linear programme that finds the largest share of the load for the budget of a problem.

    It is the one of `build_reach_model`, with the cost limited; `model.share` is what is found.
    """
    model = build_reach_model(problem, split_ledgers=split_ledgers, asked=asked)
    add_budget_limit(model, problem)
    return model


def add_budget_limit(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Spend no more than the budget.

    sum_k cost[k] / typical_price <= budget_per_year * year_fraction / typical_price     [MWh at the typical price]

    The costs are those that are minimised elsewhere, net of sales. They are measured in MWh at the typical retail price
    because residuals of rows are: 1e-6 of the peak load is then a few cents at most, on a year of millions.
    """
    amount, price = problem.budget_amount, problem.yardstick.typical_price_per_mwh
    if amount is None:
        raise ValueError("the problem has no budget")
    spent = pyo.quicksum(model.cost.values())
    model.budget_limit = pyo.Constraint(expr=spent / price <= amount / price)


def share_for_budget(model: pyo.ConcreteModel, problem: Problem, optimum: Optimum) -> Budget:
    """Return the budget of a problem with the share that the optimum of its model reaches, and what more would add.

    missed_share = (2 - share) * total load, hence d(share) / d(budget) = - dual / typical_price / total load
    """
    if problem.target.budget is None:
        raise ValueError("the problem has no budget")
    dual = {id(row): value for row, value in zip(optimum.rows, optimum.duals.tolist(), strict=True)}
    per_currency = -dual.get(id(model.budget_limit), 0.0) / problem.yardstick.typical_price_per_mwh
    per_year = max(0.0, per_currency) / problem.total_load_mwh * problem.time.year_fraction
    return replace(problem.target.budget, best_cfe=share_reached(model, optimum), cfe_per_million=1e6 * per_year)
