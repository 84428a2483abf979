"""The Frankfurt year under a carbon cap, at the carbon price that the cap is worth, and for a budget."""

from __future__ import annotations

from pathlib import Path

import pytest

import carbonmatch as cm

CASE = Path(__file__).parents[1] / "models" / "ai-factory-frankfurt.yaml"
CLARABEL = cm.SolveOptions(solver="clarabel")
CAP_T = 328_663.569
"""Half of what the year emits without any target."""

pytestmark = pytest.mark.year


def solved(**target):
    settings = [f"target.{key}={value}" for key, value in target.items()]
    return cm.solve(cm.load_case(CASE, settings=settings), CLARABEL)


def reported_t(result):
    return result.summary["scope2"]["ghgp_revision_draft"]["market_based_t"]


def test_a_cap_at_half_of_the_emissions_is_kept_by_the_accounts_and_its_worth_is_a_carbon_price():
    capped = solved(matching="none", carbon_cap_t_per_year=CAP_T)
    assert capped.solution.carbon_t == pytest.approx(CAP_T, rel=1e-6)
    assert reported_t(capped) == pytest.approx(capped.solution.carbon_t, rel=1e-6)
    worth = capped.summary["shadow_prices"]["carbon_cap_value_per_t"]
    priced = solved(matching="none", carbon_price_per_t=worth)
    assert reported_t(priced) == pytest.approx(priced.solution.carbon_t, rel=1e-6)
    assert priced.solution.cost["carbon_price"] == pytest.approx(worth * reported_t(priced), rel=1e-6)
    # strong duality; the emissions at that price lie between two corners, a few tonnes apart
    assert priced.solution.objective == pytest.approx(capped.solution.objective + worth * CAP_T, rel=1e-6)
    assert reported_t(priced) == pytest.approx(CAP_T, rel=1e-4)


def test_the_cost_of_90_per_cent_buys_90_per_cent():
    dear = solved(cfe=0.9)
    budget = dear.summary["cost"]["net_of_sales"]
    bought = solved(cfe="null", budget_per_year=budget)
    assert bought.summary["target"]["best_cfe"] == pytest.approx(0.9, abs=1e-5)
    assert bought.summary["cost"]["net_of_sales"] <= budget * (1 + 2e-6)
    premium = dear.summary["shadow_prices"]["green_premium_per_mwh"]["DE"]
    per_currency = bought.summary["shadow_prices"]["cfe_per_million"] / 1e6
    assert per_currency * premium * dear.summary["load_mwh"] == pytest.approx(1.0, rel=1e-4)
