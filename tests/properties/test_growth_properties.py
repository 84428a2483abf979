"""Random cases that grow: sizes persist, years add to the present value, and one year is the case alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_cases import COST_TOLERANCE, PROPERTY, cases, changed, cost_of, series, spot_prices

from carbonmatch.case import growth_from_mapping
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study import solve_growth

SIMPLEX = SolveOptions(solver=("simplex", "ipx"))
SIZES = (("contracts", "contracted_mw"), ("storage", "power_mw"), ("storage", "energy_mwh"))
NOISE_MW = 1e-5


@st.composite
def cases_that_grow(draw):
    """Return a random case with two or three years, of which the later ones have other loads, prices and strikes."""
    case = draw(cases())
    years = {2026: {}}
    for year in range(2027, 2027 + draw(st.integers(1, 2))):
        changes = {f"sites.{site}.load": [load + 1 for load in draw(series(0, 12))] for site in case["sites"]}
        for zone in case["zones"]:
            if draw(st.booleans()):
                changes[f"zones.{zone}.spot_price_per_mwh"] = draw(spot_prices())
        for name, contract in case["contracts"].items():
            if contract.get("strike_per_mwh") is not None and draw(st.booleans()):
                changes[f"contracts.{name}.strike_per_mwh"] = draw(st.integers(30, 90))
        years[year] = {"set": changes}
    case["growth"] = {"discount_rate": draw(st.sampled_from([0.0, 0.07])), "years": years}
    return case


def solved(case):
    """Return the plan; None where there is none."""
    try:
        return solve_growth(growth_from_mapping(case), SIMPLEX)
    except InfeasibleError:
        return None


def cost(found):
    """Return (present value net of sales, turnover)."""
    told = found.summary["cost"]
    return told["present_value_net_of_sales"], sum(abs(part) for part in told["components"].values())


@PROPERTY
@given(case=cases_that_grow())
def test_what_is_signed_stays_and_the_years_add_up(case):
    found = solved(case)  # certificates, accounts and the sum of the costs are checked on the way
    if found is None:
        return
    for block, key in SIZES:
        for offer in found.summary[block].values():
            sizes = [year.get(key, 0.0) for year in offer["years"].values()]
            if offer["signings"]:
                signed = [told.get(key) for told in offer["signings"].values()]
                assert all(later >= earlier - NOISE_MW for earlier, later in pairwise(sizes))
                if None not in signed:
                    sums = [sum(signed[: number + 1]) for number in range(len(signed))]
                    assert sizes == pytest.approx(sums, abs=NOISE_MW)
    net, turnover = cost(found)
    years = found.summary["years"].values()
    told = sum(year["present_value_factor"] * year["cost_net_of_sales_per_year"] for year in years)
    assert told == pytest.approx(net, abs=COST_TOLERANCE * max(1.0, turnover))


@PROPERTY
@given(case=cases_that_grow())
def test_one_year_is_the_case_alone(case):
    found = solved(changed(case, lambda copied: copied["growth"].update(years={2026: {}})))
    if found is None:
        return
    net, turnover = cost(found)
    alone = cost_of(changed(case, lambda copied: copied.pop("growth")))
    (year,) = found.years.values()
    assert net == pytest.approx(alone.amount / year["period"]["year_fraction"], abs=COST_TOLERANCE * max(1.0, turnover))


@PROPERTY
@given(case=cases_that_grow())
def test_a_plan_that_may_give_back_costs_no_more(case):
    def same_terms(copied):
        for year in copied["growth"]["years"].values():
            year["set"] = {
                key: value for key, value in year.get("set", {}).items() if not key.endswith("strike_per_mwh")
            }

    def free(copied):
        for block in ("contracts", "storage"):
            copied["growth"][block] = {
                name: {"tenor_years": 1} for name, entry in case[block].items() if "existing_mw" not in entry
            }

    case = changed(case, same_terms)
    bound = solved(case)
    if bound is None:
        return
    (net, turnover), (less, _) = cost(bound), cost(solved(changed(case, free)))
    assert less <= net + COST_TOLERANCE * max(1.0, turnover)
