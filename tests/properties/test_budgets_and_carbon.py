"""Budgets, carbon prices and carbon caps on random cases: what the model counts is what the accounts report."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from random_cases import COST_TOLERANCE, DAYS, PROPERTY, SIMPLEX, STEPS, cases, cost_of, profiles, series

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study import solve_case

SHARES = st.sampled_from([0.1, 0.4, 0.7, 0.9, 1.0])
KINDS = st.sampled_from([("hourly", False), ("hourly", True), ("annual", False), ("monthly", False)])
BOUGHT = 1e-5
"""A budget buys back the share that it was the cost of: the gap of two certificates and the safety, five times over."""
EMITTED = 1e-6
"""Emissions of the model and of the accounts, as a share of what the load emits unmatched."""


@st.composite
def mixes(draw):
    """Return what a zone says of emissions: a mix, at times of fossil plants, at times with standard supply."""
    key = draw(st.sampled_from(["residual_mix_g_per_kwh", "fossil_mix_g_per_kwh"]))
    zone = {key: draw(series(2, 10, 0.01))}  # 200 to 1,000 g/kWh
    if draw(st.booleans()):
        zone["standard_supply"] = {"share": draw(profiles()), "emission_factor_g_per_kwh": draw(series(1, 2, 0.01))}
    return zone


@st.composite
def cases_with_mixes(draw, **options):
    """Return a case whose zones have a mix; all contracts emit alike, and less than anything else does."""
    case = draw(cases(**options))
    emitted = draw(st.sampled_from([0, 0, 50]))
    for zone in case["zones"].values():
        zone.update(draw(mixes()))
    for contract in case["contracts"].values():
        contract["emission_factor_g_per_kwh"] = emitted
    return case


def solved(case, **target):
    """Return the verified result of a case with changes to its target; None where it cannot be met."""
    asked = {**case, "target": {**case["target"], **target}}
    try:
        return solve_case(case_from_mapping(asked, Path()), SolveOptions(solver=SIMPLEX))
    except InfeasibleError:
        return None


def reported_t(result):
    return result.summary["scope2"]["ghgp_revision_draft"]["market_based_t"]


def turnover(result):
    return sum(abs(amount) for amount in result.solution.cost.values())


def a_year(case):
    """Return how often the steps of a case go into a year."""
    return DAYS * (1 if case["time"]["step"] == "1h" else 2)


def unmatched_t(case):
    """Return no less than the load emits if all of it is unmatched [t]."""
    hours = 24 / STEPS if case["time"]["step"] == "1h" else 12 / STEPS
    return sum(sum(site["load"]) for site in case["sites"].values()) * hours


# --- carbon -----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases_with_mixes(), price=st.sampled_from([1, 20, 100, 500]))
def test_a_carbon_price_is_paid_on_what_the_accounts_report(case, price):
    result = solved(case, carbon_price_per_t=price)
    assume(result is not None)
    near = EMITTED * unmatched_t(case)
    assert abs(result.solution.carbon_t - reported_t(result)) <= near
    assert abs(result.solution.cost["carbon_price"] - price * reported_t(result)) <= price * near


@PROPERTY
@given(case=cases_with_mixes(), prices=st.tuples(st.integers(0, 300), st.integers(0, 300)))
def test_emissions_never_rise_with_the_carbon_price(case, prices):
    low, high = (solved(case, carbon_price_per_t=price) for price in sorted(prices))
    assume(low is not None and high is not None and prices[0] != prices[1])
    # cost(low) is least at low and cost(high) at high: (high - low) * (emitted(low) - emitted(high)) >= 0
    slack = COST_TOLERANCE * (turnover(low) + turnover(high)) / abs(prices[1] - prices[0])
    assert reported_t(high) <= reported_t(low) + slack + EMITTED * unmatched_t(case)


@PROPERTY
@given(case=cases_with_mixes(), share=st.sampled_from([0.2, 0.5, 0.9, 1.0]))
def test_a_cap_is_kept_by_the_accounts_and_costs_what_its_worth_as_a_price_says(case, share):
    free = solved(case)
    assume(free is not None)
    cap = share * reported_t(free)
    capped = solved(case, carbon_cap_t_per_year=cap * a_year(case))
    assume(capped is not None)
    near = EMITTED * unmatched_t(case)
    assert reported_t(capped) <= min(cap, capped.solution.carbon_t) + near
    assert capped.solution.objective >= free.solution.objective - COST_TOLERANCE * turnover(capped)
    worth = capped.summary["shadow_prices"]["carbon_cap_value_per_t"]
    assume(worth is not None)
    priced = solved(case, carbon_price_per_t=max(worth, 0.0))
    # strong duality: least cost under the cap + worth * cap = least cost at that price
    scale = max(1.0, turnover(capped), turnover(priced))
    assert abs(capped.solution.objective + worth * cap - priced.solution.objective) <= 2 * COST_TOLERANCE * scale


@PROPERTY
@given(case=cases_with_mixes())
def test_a_cap_of_nothing_leaves_nothing_that_emits(case):
    for contract in case["contracts"].values():
        contract["emission_factor_g_per_kwh"] = 0
    result = solved(case, carbon_cap_t_per_year=0)
    assume(result is not None)
    assert reported_t(result) <= EMITTED * unmatched_t(case)


# --- budgets ----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases(), kind=KINDS, cfe=SHARES, scope=st.sampled_from(["portfolio", "zone"]))
def test_the_cost_of_a_share_buys_it_back(case, kind, cfe, scope):
    matching, credit = kind
    target = {"matching": matching, "grid_credit": credit, "scope": scope}
    cost = cost_of({**case, "target": {**target, "cfe": cfe}})
    assume(cost.amount < float("inf"))
    budget = cost.amount + COST_TOLERANCE * max(1.0, cost.turnover)
    result = solved({**case, "target": target}, budget_per_year=budget * a_year(case))
    assert result is not None
    assert result.summary["target"]["best_cfe"] >= cfe - BOUGHT
    assert result.solution.objective <= budget + 2 * COST_TOLERANCE * max(1.0, turnover(result))


@PROPERTY
@given(case=cases(), kind=KINDS, extra=st.tuples(st.integers(0, 3000), st.integers(0, 3000)))
def test_the_score_never_falls_when_the_budget_rises(case, kind, extra):
    matching, credit = kind
    least = cost_of({**case, "target": {"matching": "none"}})
    assume(least.amount < float("inf"))
    start = least.amount + COST_TOLERANCE * max(1.0, least.turnover)
    target = {"matching": matching, "grid_credit": credit}
    low, high = (
        solved({**case, "target": target}, budget_per_year=(start + more) * a_year(case)) for more in sorted(extra)
    )
    assert low is not None
    assert high is not None
    assert high.summary["target"]["best_cfe"] >= low.summary["target"]["best_cfe"] - BOUGHT
