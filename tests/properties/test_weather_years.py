"""Random cases in random weather years: one portfolio for all of them, whose years prove themselves and add up."""

from __future__ import annotations

import copy
import math

from hypothesis import given
from hypothesis import strategies as st
from random_cases import COST_TOLERANCE, PROPERTY, cases, changed, cost_of, profiles, series, spot_prices, targets

from carbonmatch.case import years_from_mapping
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study import solve_years

SIMPLEX = SolveOptions(solver=("simplex", "ipx"))

YEARLY_TARGETS = targets().filter(lambda target: target["matching"] != "monthly")


@st.composite
def weather(draw, case):
    """Return what a weather year of a case changes: some of its profiles, prices and loads."""
    changes = {}
    for name, contract in case["contracts"].items():
        if "capacity_factor" in contract and draw(st.booleans()):
            changes[f"contracts.{name}.capacity_factor"] = draw(profiles())
    for zone in case["zones"]:
        if draw(st.booleans()):
            changes[f"zones.{zone}.spot_price_per_mwh"] = draw(spot_prices())
        if draw(st.booleans()):
            changes[f"zones.{zone}.grid_cfe_share"] = draw(profiles())
    for site in case["sites"]:
        if not draw(st.integers(0, 2)):
            changes[f"sites.{site}.load"] = [load + 1 for load in draw(series(0, 12))]
    return changes


@st.composite
def cases_of_years(draw, target=YEARLY_TARGETS):
    """Return a random case with two or three weather years."""
    case = draw(cases(target=target))
    case["target"]["years"] = draw(st.sampled_from(["every", "expectation"]))
    case["weather_years"] = {
        f"y{number}": {"weight": draw(st.integers(1, 4)), "set": draw(weather(case)) if number else {}}
        for number in range(draw(st.integers(2, 3)))
    }
    return case


def solved(case):
    """Return what several years come to; None where no portfolio serves them."""
    try:
        return solve_years(years_from_mapping(case), SIMPLEX)
    except InfeasibleError:
        return None


def cost(case):
    """Return (net cost, turnover) per year in the mean; infinite where no portfolio serves all years."""
    found = solved(case)
    if found is None:
        return math.inf, 0.0
    told = found.summary["cost"]
    return told["net_of_sales"], sum(abs(part) for part in told["components"].values())


def same(one, other):
    (a, turnover), (b, other_turnover) = one, other
    return a == b or abs(a - b) <= COST_TOLERANCE * max(1.0, turnover, other_turnover)


@PROPERTY
@given(case=cases_of_years())
def test_every_year_proves_itself_and_its_sizes_are_those_of_all(case):
    found = solved(case)  # certificates, accounts and the sum of the costs are checked on the way
    if found is None:
        return
    for summary in found.years.values():
        assert summary["certificate"]["gap"] <= 1e-6
        for block, key in (("contracts", "contracted_mw"), ("storage", "power_mw"), ("storage", "energy_mwh")):
            for name, entry in summary[block].items():
                assert entry[key] == found.summary[block][name][key]
    target, shares = case["target"], found.summary["scores"]
    if target["matching"] == "hourly" and target["scope"] == "portfolio":
        assert shares["cfe_score" if target["grid_credit"] else "hourly_matched_share"] >= target["cfe"] - 1e-6
    if target["matching"] == "annual" and target["scope"] == "portfolio":
        assert shares["annual_volumetric_share"] >= target["cfe"] - 1e-6


@PROPERTY
@given(case=cases_of_years(), order=st.randoms())
def test_the_order_of_the_years_changes_nothing(case, order):
    def shuffle(copied):
        years = list(copied["weather_years"].items())
        order.shuffle(years)
        copied["weather_years"] = dict(years)

    assert same(cost(case), cost(changed(case, shuffle)))


@PROPERTY
@given(case=cases_of_years())
def test_a_year_counts_as_two_equal_years_of_half_its_weight(case):
    def split(copied):
        year = copied["weather_years"].pop("y1")
        half = {**year, "weight": year["weight"] / 2}
        copied["weather_years"] |= {"y1a": half, "y1b": copy.deepcopy(half)}

    assert same(cost(case), cost(changed(case, split)))


@PROPERTY
@given(case=cases_of_years())
def test_the_mean_never_costs_more_than_every_year(case):
    every, mean = (cost({**case, "target": {**case["target"], "years": years}}) for years in ("every", "expectation"))
    assert mean[0] <= every[0] + COST_TOLERANCE * max(1.0, *every[1:], *mean[1:])


@PROPERTY
@given(case=cases(target=YEARLY_TARGETS), years=st.sampled_from(["every", "expectation"]))
def test_equal_years_are_one_year(case, years):
    alone = cost_of(case)
    case = {**case, "target": {**case["target"], "years": years}, "weather_years": {"a": {}, "b": {"weight": 3}}}
    found = solved(case)
    if found is None:
        assert math.isinf(alone.amount)
        return
    fraction = found.years["a"]["period"]["year_fraction"]
    assert same((found.summary["cost"]["net_of_sales"] * fraction, alone.turnover), (alone.amount, alone.turnover))


@PROPERTY
@given(case=cases_of_years(target=YEARLY_TARGETS.map(lambda target: {**target, "years": "every"})))
def test_no_year_is_cheaper_by_its_own_portfolio_than_the_portfolio_of_all_makes_it(case):
    found = solved({**case, "target": {**case["target"], "years": "every"}})
    if found is None:
        return
    plain = {key: value for key, value in case.items() if key != "weather_years"}
    alone = cost_of(plain)  # y0 changes nothing
    told = found.years["y0"]["cost"]
    assert alone.amount <= told["net_of_sales"] + COST_TOLERANCE * max(1.0, alone.turnover, abs(told["total"]))
