"""The best score for a budget, solved by hand: the arithmetic stands in the comments.

Load 10 MW in both hours; retail 50 and 70 per MWh, 1,200 in all; sun at 80 in the first hour only, so that a MWh of it
costs 30 more than the grid. A year has 4,380 times two hours.
"""

from __future__ import annotations

import pytest
from small_cases import QUICK, a_case, merged
from solving.test_prices import DAY

from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.study import solve_case
from carbonmatch.units import BUDGET_SHARE_SAFETY

A_YEAR = 4380
GEOTHERMAL = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 65, "max_mw": 100}
FLAT_WIND = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 80,
    "capacity_factor": 1.0,
    "max_mw": 30,
}


def spent(budget, changes=None, matching="hourly", options=QUICK, **target):
    """Return the run for a budget over the two hours."""
    asked = {"target": {"matching": matching, "budget_per_year": budget * A_YEAR, **target}}
    return solve_case(a_case(merged(changes or {}, asked)), options)


def check(result, best, cost=None):
    """Compare the best share; what is asked for is that less the safety, and the cost is the budget less as much."""
    target = result.summary["target"]
    assert target["best_cfe"] == pytest.approx(best, abs=1e-9)
    assert target["cfe"] == pytest.approx(best - BUDGET_SHARE_SAFETY, abs=1e-9)
    assert result.manifest["budget"]["best_cfe"] == target["best_cfe"]
    assert result.manifest["budget"]["asked_cfe"] == target["cfe"]
    if cost is not None:
        assert result.solution.objective == pytest.approx(cost, rel=1e-5)


def test_what_is_left_of_the_budget_buys_sun():
    # 150 beside the 1,200 of the grid are 5 MWh of sun: a quarter of 20
    result = spent(1350)
    check(result, 0.25, 1350)
    assert result.solution.contracted_mw[0] == pytest.approx(5, rel=1e-4)
    # one more MWh costs 30; a million a year is 1e6 / 4380 over the two hours, and a MWh a twentieth of the load
    assert result.summary["shadow_prices"]["green_premium_per_mwh"]["Z"] == pytest.approx(30)
    assert result.summary["shadow_prices"]["cfe_per_million"] == pytest.approx(1e6 / A_YEAR / 30 / 20)
    assert result.summary["target"]["budget_per_year"] == 1350 * A_YEAR


def test_the_annual_kind_sells_what_the_hour_does_not_need():
    # half the load costs 10 * 30; beyond that a MWh costs 80 and sells at 35: 90 more are 2 MWh
    check(spent(1200 + 300 + 90, matching="annual"), 12 / 20, 1590)


def test_the_monthly_kind_is_the_best_of_the_worst_month():
    # an hour in January, an hour in February; a MW of flat wind at 80 costs 30 and 10 more, and so 40: 2.5 MW
    time = {"time": {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00"}}
    check(spent(1300, {**time, "contracts": {"sun": ..., "wind": FLAT_WIND}}, matching="monthly"), 0.25, 1300)


def test_the_credit_of_the_grid_counts_where_the_target_gives_it():
    # half of what is left unmatched is credited: 5 MWh of sun leave 15, of which 7.5 are missing
    credit = {"zones": {"Z": {"grid_cfe_share": 0.5}}}
    check(spent(1350, credit, grid_credit=True), 1 - 7.5 / 20, 1350)


def test_every_zone_by_itself_reaches_the_share_that_is_found():
    # a second zone with the same sun at 100, 50 more than its grid: a share of s costs 20 * s * (30 + 50) in all
    second = {
        "zones": {"Y": {"spot_price_per_mwh": [40.0, 60.0]}},
        "sites": {
            "y": {"zone": "Y", "load": [10.0, 10.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}}
        },
        "contracts": {
            "dear": {
                "technology": "solar",
                "zone": "Y",
                "structure": "pay_as_produced",
                "strike_per_mwh": 100,
                "capacity_factor": [1.0, 0.0],
            }
        },
    }
    check(spent(2400 + 400, second, scope="zone"), 0.25, 2800)


def test_more_money_than_the_case_can_use_is_left():
    # the sun of one hour is all there is: 10 MWh at 30 more, whatever the budget
    result = spent(1600)
    check(result, 0.5, 1500)
    assert result.summary["shadow_prices"]["cfe_per_million"] == 0


def test_a_budget_for_all_of_it_asks_for_exactly_all_of_it():
    # 20 MWh at 65
    result = spent(1300, {"contracts": {"firm": GEOTHERMAL}})
    assert result.summary["target"]["cfe"] == 1.0
    assert result.summary["target"]["best_cfe"] == pytest.approx(1.0)
    assert result.summary["scores"]["hourly_matched_share"] == 1.0
    assert result.solution.objective == pytest.approx(1300)


def test_a_budget_for_all_but_the_last_watts_does_not_ask_for_these():
    # 19.8 MWh at 65 and 0.2 at a million each: 201,287 for all; 20 less leave 2e-5 MWh, a millionth of the load
    firm, dear = {**GEOTHERMAL, "max_mw": 9.9}, {**GEOTHERMAL, "strike_per_mwh": 1e6}
    nearly = {"contracts": {"sun": ..., "firm": firm, "dear": dear}}
    result = spent(201_267, nearly)
    check(result, 1 - 1e-6)
    # the safety of 2e-6 is 4e-5 MWh, which are left unbought: 40
    assert result.solution.objective == pytest.approx(201_267 - 40)


def test_a_budget_below_the_least_cost_is_told_with_that_cost():
    with pytest.raises(InfeasibleError) as caught:
        spent(1100)
    assert str(caught.value) == (
        "A budget of 4,818,000 EUR a year does not cover the least cost of this case, 5,256,000 EUR a year net of "
        "sales without any target for the score. Raise target.budget_per_year."
    )


def test_a_case_that_contradicts_itself_is_not_the_fault_of_its_budget():
    # an existing 50 MW of sun leaves 40 MWh over, and none may be
    forced = {"contracts": {"sun": {"existing_mw": 50, "max_mw": ...}}, "surplus": {"max_share": 0.1}}
    with pytest.raises(InfeasibleError, match="No portfolio"):
        spent(1e6, forced)


def test_a_share_is_the_least_that_will_do_beside_a_budget():
    check(spent(1350, cfe=0.25), 0.25)
    assert spent(1350, cfe=0.2).summary["target"]["least_cfe"] == 0.2
    with pytest.raises(InfeasibleError) as caught:
        spent(1350, cfe=0.4)
    assert str(caught.value) == (
        "A budget of 5,913,000 EUR a year buys 25.00 % of the load hour by hour, and target.cfe asks for 40.00 % at "
        "least. Raise the budget, or lower target.cfe. Without target.budget_per_year the case tells what its "
        "target.cfe costs."
    )


def test_a_carbon_price_is_part_of_what_is_spent_and_a_cap_is_kept():
    # 100 g/kWh at 100 a tonne are 10 a MWh: the grid costs 1,400 in all, sun 20 more than it; 100 are 5 MWh, and 1.5 t
    carbon = {"zones": {"Z": {"residual_mix_g_per_kwh": 100}}}
    result = spent(1500, carbon, carbon_price_per_t=100, carbon_cap_t_per_year=1.75 * A_YEAR)
    check(result, 0.25, 1500)
    assert result.solution.carbon_t == pytest.approx(1.5, rel=1e-5)
    # without the cap 1,400 would do; 1.25 t of 2 t are kept by 7.5 MWh at 20 more
    told = "6,789,000 EUR a year net of sales without any target for the score, its carbon cap kept"
    with pytest.raises(InfeasibleError, match=told):
        spent(1500, carbon, carbon_price_per_t=100, carbon_cap_t_per_year=1.25 * A_YEAR)


def test_the_budget_of_a_share_buys_it_back_and_both_prices_say_the_same():
    # mu: cost of one more matched MWh at the least cost; the search for the share values one unit of money at 1 / mu
    dear = solve_case(a_case({"target": {"cfe": 0.8}}, DAY), QUICK)
    budget = dear.solution.objective * 365
    result = solve_case(a_case({"target": {"cfe": ..., "budget_per_year": budget}}, DAY), QUICK)
    assert result.summary["target"]["best_cfe"] == pytest.approx(0.8, abs=1e-8)
    premium = dear.summary["shadow_prices"]["green_premium_per_mwh"]["Z"]
    assert result.summary["shadow_prices"]["green_premium_per_mwh"]["Z"] == pytest.approx(premium, rel=1e-6)
    per_currency = result.summary["shadow_prices"]["cfe_per_million"] / 1e6 * 365
    assert per_currency * dear.summary["load_mwh"] * premium == pytest.approx(1.0, rel=1e-6)


def test_held_sizes_are_operated_for_the_best_score_that_the_budget_allows(tmp_path):
    # 5 MW of sun are paid at 80 whatever becomes of them; delivering all of it costs 1,350, and 0.25 is all they reach
    sizes = tmp_path / "sizes.json"
    sizes.write_text('{"contracts": {"sun": {"contracted_mw": 5}}}')
    case = a_case({"target": {"matching": "hourly", "budget_per_year": 1400 * A_YEAR}})
    result = solve_case(case, QUICK, fix=sizes)
    check(result, 0.25, 1350)
    assert result.summary["sizes_held"] is True


def test_a_model_of_least_cost_needs_to_know_what_the_budget_buys():
    case = a_case({"target": {"matching": "hourly", "budget_per_year": 1}})
    with pytest.raises(InputError, match=r"target\.budget_per_year: is given, and this command asks for a share"):
        build_model(problem_from_case(case))
