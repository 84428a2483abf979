"""Emissions priced and limited, solved by hand: the arithmetic stands in the comments.

Load 10 MW in both hours; retail 50 and 70 per MWh; sun at 80 in the first hour only, so that a MWh of it costs 30 more
than the grid. What no one has claimed emits 0.5 and 1 t/MWh: without contracts 10 * 0.5 + 10 * 1 = 15 t. A year has
4,380 times two hours.
"""

from __future__ import annotations

import math

import pytest
from small_cases import QUICK, a_case, merged

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_model, problem_from_case, target_sides
from carbonmatch.solving import compile_model, solve_compiled
from carbonmatch.study import solve_case

A_YEAR = 4380
MIX = {"zones": {"Z": {"residual_mix_g_per_kwh": [500, 1000]}}}
GEOTHERMAL = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 65, "max_mw": 100}


def the_case(changes=None, **target):
    return a_case(merged(merged(MIX, changes or {}), {"target": target}))


def check(changes, cost, emitted_t, worth_per_t=math.nan, **target):
    """Solve, compare cost, emissions and the worth of a tonne; what the model counts is what the accounts report."""
    result = solve_case(the_case(changes, **target), QUICK)
    summary, solution = result.summary, result.solution
    assert solution.objective == pytest.approx(cost, rel=1e-9)
    assert solution.carbon_t == pytest.approx(emitted_t, rel=1e-9)
    assert summary["scope2"]["ghgp_revision_draft"]["market_based_t"] == pytest.approx(emitted_t, rel=1e-9)
    assert solution.shadow_prices.carbon_cap_value_per_t == pytest.approx(worth_per_t, rel=1e-9, nan_ok=True)
    return summary


def test_a_price_too_low_for_the_sun_is_paid():
    # 50 + 50 * 0.5 = 75 in the first hour, below the sun's 80; 50 a tonne on 15 t
    summary = check({}, 1200 + 750, 15, carbon_price_per_t=50)
    assert summary["cost"]["components"]["carbon_price"] == pytest.approx(750)
    assert summary["target"]["carbon_price_per_t"] == 50


def test_a_price_that_pays_for_the_sun_is_avoided_where_it_shines():
    # 50 + 100 * 0.5 = 100 in the first hour, above the sun's 80: 10 MW of it; the dark hour emits 10 t
    check({}, 10 * 80 + 10 * 70 + 1000, 10, carbon_price_per_t=100)


def test_a_cap_buys_just_enough_sun_and_says_what_a_tonne_is_worth():
    # 3 t less than 15 are 6 MWh of the first hour at 30 more: 180, and 30 / 0.5 = 60 a tonne
    summary = check({}, 1200 + 180, 12, worth_per_t=60, carbon_cap_t_per_year=12 * A_YEAR)
    assert summary["shadow_prices"]["carbon_cap_value_per_t"] == pytest.approx(60)
    assert summary["target"]["carbon_cap_t_per_year"] == 12 * A_YEAR


def test_the_worth_of_the_cap_as_a_price_costs_what_the_cap_and_its_emissions_do():
    # strong duality: 1,380 under the cap of 12 t, and 60 a tonne on them
    result = solve_case(the_case(carbon_price_per_t=60), QUICK)
    assert result.solution.objective == pytest.approx(1380 + 60 * 12)


def test_a_cap_that_does_not_bind_is_worth_nothing():
    check({}, 1200, 15, worth_per_t=0, carbon_cap_t_per_year=16 * A_YEAR)


def test_a_cap_and_a_price_are_both_kept():
    # the price of 20 is paid on the 12 t that the cap allows; 30 - 20 * 0.5 = 20 more for the sun, 40 a tonne
    check({}, 1200 + 180 + 240, 12, worth_per_t=40, carbon_cap_t_per_year=12 * A_YEAR, carbon_price_per_t=20)


def test_a_cap_below_what_the_dark_hour_emits_cannot_be_met():
    with pytest.raises(InfeasibleError, match="No portfolio"):
        solve_case(the_case(carbon_cap_t_per_year=9 * A_YEAR), QUICK)


def test_a_cap_of_nothing_is_met_by_what_follows_the_load():
    # 20 MWh at 65; there is no row, and so no worth of a tonne
    summary = check({"contracts": {"firm": GEOTHERMAL}}, 1300, 0, carbon_cap_t_per_year=0)
    assert summary["shadow_prices"]["carbon_cap_value_per_t"] is None


def test_a_cap_of_nothing_leaves_open_what_emits_nothing():
    # the mix of the second hour emits nothing: sun for the first one, grid for the second one
    clean = {"zones": {"Z": {"residual_mix_g_per_kwh": [500, 0]}}}
    check(clean, 10 * 80 + 10 * 70, 0, carbon_cap_t_per_year=0)


def test_claims_that_emit_are_counted_too():
    # claims at 0.1 t/MWh: 0.1 * 20 + 0.4 * u0 + 0.9 * u1 = 15 t without sun; 3 t less are 7.5 MWh at 30 more
    emitting = {"contracts": {"sun": {"emission_factor_g_per_kwh": 100}}}
    check(emitting, 1200 + 225, 12, worth_per_t=75, carbon_cap_t_per_year=12 * A_YEAR)
    # a price is paid on the claims as well: 50 + 100 * 0.4 = 90 > 80 takes the sun; 1 + 10 t
    check(emitting, 10 * 80 + 10 * 70 + 1100, 11, carbon_price_per_t=100)


def test_a_cap_below_what_claims_emit_is_told_with_both_numbers():
    emitting = {"contracts": {"sun": {"emission_factor_g_per_kwh": 100}}}
    with pytest.raises(
        InfeasibleError, match=r"claims on all of its load emit 2\.0 t, more than the carbon cap of 1\.0 t"
    ):
        solve_case(the_case(emitting, carbon_cap_t_per_year=1 * A_YEAR), QUICK)


def test_standard_supply_serves_first_and_only_what_lies_beyond_it_emits():
    # a quarter of the load, 2.5 MWh an hour, is served at 0: 0.5 * 7.5 + 1 * 7.5 = 11.25 t without sun
    standard = {"zones": {"Z": {"standard_supply": {"share": 0.25}}}}
    check(standard, 1200, 11.25, worth_per_t=0, carbon_cap_t_per_year=12 * A_YEAR)
    # 1.25 t less are 2.5 MWh at 30 more
    check(standard, 1200 + 75, 10, worth_per_t=60, carbon_cap_t_per_year=10 * A_YEAR)
    # at 100 a tonne the sun takes the place of the 7.5 MWh that emit, not of the 2.5 that do not
    check(standard, 7.5 * 80 + 2.5 * 50 + 700 + 750, 7.5, carbon_price_per_t=100)


def test_standard_supply_that_emits_less_than_the_mix_is_dearer_beyond_its_share():
    # 2.5 MWh an hour at 0.1 t/MWh, what lies beyond at 0.5 and 1: 0.5 + 3.75 + 7.5 = 11.75 t
    standard = {"zones": {"Z": {"standard_supply": {"share": 0.25, "emission_factor_g_per_kwh": 100}}}}
    check(standard, 1200, 11.75, worth_per_t=0, carbon_cap_t_per_year=12 * A_YEAR)
    # the sun takes 7.5 MWh at 0.5 and 1.25 at 0.1: 11.75 - 3.75 - 0.125 = 7.875 t; the last tonne costs 30 / 0.1
    check(standard, 1200 + 8.75 * 30, 7.875, worth_per_t=300, carbon_cap_t_per_year=7.875 * A_YEAR)


def test_the_mix_of_fossil_plants_stands_in_for_a_residual_mix():
    fossil = {"zones": {"Z": {"residual_mix_g_per_kwh": ..., "fossil_mix_g_per_kwh": [500, 1000]}}}
    result = solve_case(a_case(merged(fossil, {"target": {"carbon_cap_t_per_year": 12 * A_YEAR}})), QUICK)
    assert result.solution.objective == pytest.approx(1380)


def test_a_residual_mix_goes_before_a_mix_of_fossil_plants():
    both = {"zones": {"Z": {"fossil_mix_g_per_kwh": [5000, 5000]}}}
    check(both, 1380, 12, worth_per_t=60, carbon_cap_t_per_year=12 * A_YEAR)


def test_what_is_sold_instead_of_delivered_still_counts_as_claimed():
    # selling at 90 beats delivering, so that both ledgers are written: all 100 MW of sun are sold, 10 of them claimed
    dear = {"surplus": {"price": [90.0, 90.0]}}
    check(dear, 100 * 80 - 100 * 90 + 500 + 700 + 10, 10, carbon_price_per_t=1)


def test_under_a_cap_with_room_the_model_may_count_more_than_the_accounts_never_less():
    # as above, without a price: claims that cost nothing are left lying as far as the cap of 12 t allows
    dear = {"surplus": {"price": [90.0, 90.0]}}
    result = solve_case(the_case(dear, carbon_cap_t_per_year=12 * A_YEAR), QUICK)
    reported = result.summary["scope2"]["ghgp_revision_draft"]["market_based_t"]
    assert reported == pytest.approx(10)
    assert reported <= result.solution.carbon_t <= 12 + 1e-9


def test_without_carbon_keys_nothing_of_it_is_there():
    result = solve_case(a_case(MIX), QUICK)
    assert result.solution.carbon_t is None
    assert "carbon_price" not in result.summary["cost"]["components"]
    assert not [key for key in (*result.summary["target"], *result.summary["shadow_prices"]) if "carbon" in key]
    model = build_model(problem_from_case(a_case(MIX)))
    assert not hasattr(model, "carbon_cap")
    assert not hasattr(model.zone["Z"], "carbon_t")


def test_the_side_of_the_cap_is_moved_to_another_cap_and_not_where_that_has_no_row():
    problem = problem_from_case(the_case(carbon_cap_t_per_year=12 * A_YEAR))
    model = build_model(problem)
    other = problem_from_case(the_case(carbon_cap_t_per_year=11 * A_YEAR))
    moved = compile_model(model).with_sides(target_sides(model, other))
    assert solve_compiled(moved, other.yardstick, QUICK).certificate.primal_objective == pytest.approx(1200 + 240)
    assert target_sides(model, problem_from_case(the_case(carbon_cap_t_per_year=0))) is None
    assert target_sides(build_model(problem_from_case(the_case())), other) is None


def test_the_side_of_the_cap_is_moved_past_what_claims_emit():
    emitting = {"contracts": {"sun": {"emission_factor_g_per_kwh": 100}}}
    model = build_model(problem_from_case(the_case(emitting, carbon_cap_t_per_year=12 * A_YEAR)))
    other = problem_from_case(the_case(emitting, carbon_cap_t_per_year=13 * A_YEAR))
    moved = compile_model(model).with_sides(target_sides(model, other))
    # 2 t less than 15 at 0.4 t/MWh are 5 MWh at 30 more
    assert solve_compiled(moved, other.yardstick, QUICK).certificate.primal_objective == pytest.approx(1200 + 150)
