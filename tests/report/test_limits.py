"""Budget, carbon cap and carbon price as a reader meets them: terminal, page, tables."""

from __future__ import annotations

import pytest
from small_cases import QUICK, a_case, merged

from carbonmatch.report.numbers import Units
from carbonmatch.report.overview import limit_facts, overview, target_text
from carbonmatch.report.page.answer import answer
from carbonmatch.report.page.baselines import baseline_table, read_baselines
from carbonmatch.report.page.worth import price_table
from carbonmatch.report.tables.columns import heading, heading_of_key
from carbonmatch.runfolder import RunFolder
from carbonmatch.study import solve_case

A_YEAR = 4380  # two hours in a year
MIX = {"zones": {"Z": {"residual_mix_g_per_kwh": [500, 1000]}}}


def summary_of(**target):
    """Return the summary of the two hours of tests/analytic/test_carbon.py and test_budget.py."""
    return solve_case(a_case(merged(MIX, {"target": target})), QUICK).summary


@pytest.fixture(scope="module")
def capped():
    return summary_of(carbon_cap_t_per_year=12 * A_YEAR)


@pytest.fixture(scope="module")
def bought():
    return summary_of(matching="hourly", budget_per_year=1350 * A_YEAR)


def facts(summary):
    return dict(overview(summary).facts)


def test_a_cap_is_told_with_the_worth_of_a_tonne(capped):
    assert facts(capped)["carbon cap"] == "52,560 t CO2e a year: worth 60.00 EUR/t at the margin"
    assert facts(capped)["target"] == "none, at most 52,560 t CO2e a year"


def test_a_cap_that_does_not_bind_says_so():
    assert facts(summary_of(carbon_cap_t_per_year=16 * A_YEAR))["carbon cap"] == "70,080 t CO2e a year: does not bind"


def test_a_cap_of_nothing_has_no_worth(capped):
    nothing = {
        **capped,
        "target": {**capped["target"], "carbon_cap_t_per_year": 0.0},
        "shadow_prices": {**capped["shadow_prices"], "carbon_cap_value_per_t": None},
    }
    assert limit_facts(nothing) == [("carbon cap", "0 t CO2e a year: nothing but claims may emit")]


def test_a_price_is_told_with_what_it_is_paid_on_and_stands_among_the_costs():
    summary = summary_of(carbon_price_per_t=100)
    assert facts(summary)["carbon price"] == "100 EUR/t CO2e on 10 t"
    assert facts(summary)["target"] == "none, carbon at 100 a tonne"
    (cost,) = [table for table in overview(summary).tables if table.title == "Cost"]
    assert ("carbon price", "1,000.00", "50.00") in cost.rows


def test_a_budget_is_told_with_the_best_score_and_with_what_more_would_add(bought):
    # one more million a year: 1e6 / 4380 / 30 MWh of 20
    assert facts(bought)["budget"] == (
        "5.91 million EUR a year: best score 25.0 %; one more million a year would add 38.05 points"
    )
    assert facts(bought)["target"] == "best for the budget, 25.0 % of load hour by hour"
    assert facts(bought)["verified"].startswith(
        "yes: accounts agree, score is proved best for the budget, its cost least"
    )


def test_money_that_buys_no_more_is_told():
    summary = summary_of(matching="hourly", budget_per_year=1600 * A_YEAR)
    assert facts(summary)["budget"] == (
        "7.01 million EUR a year: best score 50.0 %, for 6.57 of it; more money buys no more"
    )


def test_a_share_of_a_million_that_no_decimal_shows_is_not_told_as_nothing(bought):
    little = {**bought, "shadow_prices": {**bought["shadow_prices"], "cfe_per_million": 1e-6}}
    assert limit_facts(little)[0][1].endswith("one more million a year would add less than 0.01 points")


def test_a_plan_without_such_limits_tells_none_of_them():
    assert limit_facts(summary_of()) == []
    assert target_text(summary_of()["target"]) == "none: least cost alone"
    assert limit_facts({"target": None}) == []


def test_the_page_tells_the_same(bought, capped):
    top = answer(bought, Units.of(bought), ())
    assert "at 67.50 EUR/MWh of load net of sales: the best that 5.91 million EUR a year can buy." in top.sentence
    assert top.verified.startswith("Verified: accounts agree, score proved best for the budget, least cost proved")
    assert ("Budget", dict(limit_facts(bought))["budget"]) in top.facts
    assert ("Carbon cap", dict(limit_facts(capped))["carbon cap"]) in answer(capped, Units.of(capped), ()).facts
    assert price_table(capped, Units.of(capped)).note.endswith(
        " One more tonne under the carbon cap is worth 60.00 EUR."
    )


def test_runs_with_such_limits_are_named_by_them_beside_another_run(bought, capped, tmp_path):
    others = [
        bought,
        capped,
        summary_of(carbon_price_per_t=100, carbon_cap_t_per_year=12 * A_YEAR),
        summary_of(matching="hourly", cfe=0.4, carbon_price_per_t=100),
    ]
    here = summary_of(matching="hourly", cfe=0.5)
    baselines = read_baselines(here, [RunFolder(tmp_path, other, {}) for other in others])
    assert [baseline.word for baseline in baselines] == [
        "a budget of 5.91 million EUR a year",
        "a carbon cap",
        "a carbon cap and a carbon price",
        "40 % hour by hour with a carbon price",
    ]
    assert [row[1] for row in baseline_table(here, baselines, Units.of(here)).rows][2] == (
        "none, at most 52,560 t CO2e a year"
    )


@pytest.mark.parametrize(
    ("key", "title", "unit", "kind"),
    [
        ("carbon_price_per_t", "Carbon price", "EUR/t CO2e", "price"),
        ("carbon_cap_value_per_t", "Carbon cap value", "EUR/t CO2e", "price"),
        ("carbon_cap_t_per_year", "Carbon cap", "t CO2e/year", "amount"),
        ("budget_per_year", "Budget", "EUR/year", "amount"),
        ("best_cfe", "Best CFE", "%", "share"),
        ("cfe_per_million", "CFE added by one more million a year", "%", "share"),
    ],
)
def test_their_numbers_have_a_title_and_a_unit(key, title, unit, kind):
    found = heading(key, "EUR")
    assert (found.title, found.unit, found.kind) == (title, unit, kind)


def test_the_component_has_the_unit_of_money():
    assert heading_of_key(["cost", "components", "carbon_price"], "EUR").unit == "EUR"
