"""What an explanation says of prices: which are the only ones, what was measured beside them, when they are high."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from explained_day import DAY, FIRM_OFFER, LOAD, SUN, YEARS, day, explained, limit
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.study.run import solve_case

# --- uniqueness -------------------------------------------------------------------------------------------------------

# Two hours of 10 MWh. The sun shines in the first one and costs 80, where the grid costs 50; firm power costs 150, and
# the grid 70 in the second one. Half of the load is asked for: just what the sun meets.
#   asked for a little less, a little less sun is taken:             80 - 50 = 30 are saved per MWh
#   asked for a little more, firm power is taken in the second hour: 150 - 70 = 80 are paid per MWh
# The price of the target is anything from 30 to 80.
AT_A_KINK = merged(
    TWO_HOURS,
    {
        "contracts": {
            "firm": {
                "technology": "clean_firm",
                "zone": "Z",
                "structure": "clean_firm",
                "strike_per_mwh": 150,
                "availability": 1,
                "max_mw": 100,
            }
        },
        "target": {"matching": "hourly", "cfe": 0.5},
    },
)


@pytest.mark.parametrize("engine", ["simplex", "hipo", "ipx", "clarabel"])
def test_where_the_price_of_the_target_is_not_unique_the_explanation_says_so(engine):
    options = replace(QUICK, solver=(engine,))
    result = solve_case(a_case({}, AT_A_KINK), options)
    found = limit(explain_result(result, options, exit_prices=False, executor=Executor(jobs=1)), "target.cfe")
    assert found["binds"]
    assert found["price_is_unique"] is False
    assert 30 - 1e-3 <= found["per_mwh"] <= 80 + 1e-3
    # prices that far apart were found; where more than one price moves at a time, that need not be all of them
    assert found["highest_price"] - found["lowest_price"] > 20
    if engine == "simplex":
        assert found["lowest_price"] == pytest.approx(30)
        assert found["highest_price"] == pytest.approx(80)
    assert 30 - 1e-3 <= found["lowest_price"] <= found["per_mwh"] <= found["highest_price"] <= 80 + 1e-3


def test_measured_beside_a_kink_the_two_sides_have_two_prices():
    explanation = explained(a_case({}, AT_A_KINK), check_prices=True)
    found = limit(explanation, "target.cfe")
    # per percentage point and year: 30 and 80 per MWh, of 20 MWh in 2 hours
    points = 0.01 * 20 * 8760 / 2
    for measured in (found["measured"], found["measured_closer"]):
        assert measured["relaxed_per_point_year"] == pytest.approx(30 * points)
        assert measured["tightened_per_point_year"] == pytest.approx(80 * points)
        assert measured["agree"] is False
        assert not measured["cannot_be_met"]


def test_measured_beside_a_target_with_one_price_both_sides_have_it():
    explanation = explained(day(surplus={"max_share": 0.01}), check_prices=True)
    for key in ("target.cfe", "surplus.max_share"):
        found = limit(explanation, key)
        assert found["price_is_unique"]
        closest = found["measured_closer"] or found["measured"]
        assert closest["agree"]
        assert closest["relaxed_per_point_year"] <= found["saved_per_step_year"] * (1 + 1e-6)
        assert closest["tightened_per_point_year"] >= found["saved_per_step_year"] * (1 - 1e-6)


def test_a_target_that_cannot_be_any_higher_has_no_price_above():
    # sun alone, and no storage: what is used at night cannot be met
    lit = float(LOAD[SUN > 1e-6].sum() / LOAD.sum())
    sun_alone = {"contracts": {"wind": ...}, "storage": {"battery": ...}, "surplus": {"max_share": ...}}
    found = limit(explained(day(**sun_alone, target={"cfe": lit - 5e-4}), check_prices=True), "target.cfe")
    assert found["measured"]["cannot_be_met"]
    assert found["measured"]["agree"] is False
    assert found["measured"]["tightened_per_point_year"] is None


def test_of_an_exact_limit_one_side_is_measured():
    found = limit(explained(day(surplus={"max_share": 0.0}), check_prices=True), "surplus.max_share")
    assert found["measured"]["relaxed_per_point_year"] > 0
    assert found["measured"]["tightened_per_point_year"] is None
    assert found["measured"]["agree"] is None
    found = limit(explained(day(target={"cfe": 1.0}), check_prices=True), "target.cfe")
    assert found["measured"]["relaxed_per_point_year"] > 0
    assert found["measured"]["agree"] is None


def test_nothing_is_measured_where_nothing_binds():
    cheap = {"sun": {"strike_per_mwh": 5, "max_mw": 20}, "wind": {"strike_per_mwh": 5, "max_mw": 20}}
    case = day(contracts=cheap, target={"cfe": 0.3}, surplus={"max_share": 9}, storage={"battery": ...})
    assert limit(explained(case, check_prices=True), "target.cfe")["measured"] is None


# --- hours ------------------------------------------------------------------------------------------------------------


def test_prices_are_told_by_month_and_hour_on_the_local_clock():
    # two days around the clock change of Berlin: 25 March 2018 has no hour 2
    case = a_case(
        {
            "time": {"start": "2018-03-24", "end": "2018-03-26", "timezone": "Europe/Berlin"},
            "zones": {"Z": {"spot_price_per_mwh": 40.0}},
            "sites": {"s": {"load": {"flat_mw": 10}, "grid": {"firm_capacity_charge_per_mw_year": ...}}},
            "contracts": {"sun": ..., "wind": ..., "firm": {**FIRM_OFFER, "strike_per_mwh": 90}},
            "storage": {"battery": ...},
        },
        DAY,
    )
    result = solve_case(case, QUICK)
    explanation = explained(case)
    prices = explanation.summary["prices"]["Z"]
    assert prices["months"] == [3]
    steps = prices["steps"][0]
    assert steps[2] == 1
    assert steps[3] == 2
    assert sum(steps) == 47
    attribute = result.solution.shadow_prices.attribute_value_per_mwh[0]
    local = pd.DatetimeIndex(result.problem.time.starts).tz_convert("Europe/Berlin")
    for hour in (0, 2, 3, 23):
        mean = attribute[local.hour == hour].mean()
        assert prices["attribute_value_per_mwh"][0][hour] == pytest.approx(mean)
    assert prices["mean"]["attribute_value_per_mwh"] == pytest.approx(attribute.mean())
    frame = explanation.prices
    assert len(frame) == 24
    assert frame["steps"].sum() == 47


def test_means_are_weighted_by_load_and_concentration_is_of_price_times_load():
    explanation = explained(day())
    result = solve_case(day(), QUICK)
    prices = explanation.summary["prices"]["Z"]
    attribute = result.solution.shadow_prices.attribute_value_per_mwh[0]
    assert prices["mean"]["attribute_value_per_mwh"] == pytest.approx((attribute * LOAD).sum() / LOAD.sum())
    value = np.sort(np.maximum(attribute * LOAD, 0))[::-1]
    for part in prices["concentration"]:
        hours = round(part["share_of_hours"] * 24)
        assert value[:hours].sum() >= part["share_of_value"] * value.sum() - 1e-9
        assert value[: hours - 1].sum() < part["share_of_value"] * value.sum()
    # where load is left unmatched a claim is worth all that the target pays
    at_premium = np.isclose(attribute, result.solution.shadow_prices.green_premium_per_mwh[0], atol=1e-3)
    assert prices["hours_at_the_premium_share"] == pytest.approx(at_premium.mean())
    assert prices["hours_worth_nothing_share"] == pytest.approx((attribute <= 1e-3).mean())
    both = attribute + result.solution.shadow_prices.energy_value_per_mwh[0]
    told = [hour["attribute_value_per_mwh"] + hour["energy_value_per_mwh"] for hour in prices["top_hours"]]
    assert told == pytest.approx(np.sort(both)[::-1])


def test_without_a_target_claims_are_worth_nothing():
    explanation = explained(day(target={"matching": "none", "cfe": ...}, surplus={"max_share": ...}))
    prices = explanation.summary["prices"]["Z"]
    assert prices["hours_worth_nothing_share"] == 1.0
    assert prices["concentration"] == []
    assert prices["hours_at_the_premium_share"] is None
    assert explanation.summary["weeks"]["Z"][0]["clean_value"] == pytest.approx(0, abs=1e-6)


# --- weeks ------------------------------------------------------------------------------------------------------------


def test_weeks_begin_on_monday_and_share_the_cost():
    # Saturday 2 June to Tuesday 5 June 2018: a weekend, and the first days of the next week
    hours = 4 * 24
    rng = np.random.default_rng(5)
    sun = np.tile(np.clip(np.sin((np.arange(24) - 5) / 14 * np.pi), 0, None), 4) * 0.8
    sun[48:] *= 0.25
    wind = rng.uniform(0.3, 0.9, hours)
    wind[48:] *= 0.1
    case = a_case(
        {
            "time": {"start": "2018-06-02", "end": "2018-06-06"},
            "zones": {"Z": {"spot_price_per_mwh": 40 + rng.uniform(0, 9, hours)}},
            "sites": {"s": {"load": 10 + rng.uniform(0, 1, hours)}},
            "contracts": {
                "sun": {"capacity_factor": sun},
                "wind": {"capacity_factor": wind},
                "firm": {**FIRM_OFFER, "strike_per_mwh": 140},
            },
        },
        DAY,
    )
    result = solve_case(case, QUICK)
    first, second = explained(case).summary["weeks"]["Z"]
    assert (first["monday"], first["iso_week"], first["hours"]) == ("2018-05-28", 22, 48.0)
    assert (second["monday"], second["iso_week"], second["hours"]) == ("2018-06-04", 23, 48.0)
    assert first["cost_share"] + second["cost_share"] == pytest.approx(1)
    assert (first["rank"], second["rank"]) == (2, 1)
    ledger, prices = result.ledger.zones[0], result.solution.shadow_prices
    assert second["unmatched_mwh"] == pytest.approx(ledger.unmatched_mwh[48:].sum())
    clean = (prices.attribute_value_per_mwh[0] * ledger.load_mwh)[48:].sum()
    assert second["clean_value"] == pytest.approx(clean)
    assert second["attribute_value_per_mwh"] == pytest.approx(clean / ledger.load_mwh[48:].sum())
    # dark and still, by the means of the four days
    assert second["wind_share"] == pytest.approx(wind[48:].mean() / wind.mean())
    assert second["solar_share"] == pytest.approx(0.25 / 0.625)
    assert (second["dark"], second["still"], second["dark_still"]) == (True, True, True)
    assert (first["dark"], first["still"], first["dark_still"]) == (False, False, False)
    little = (wind < 0.5 * wind.mean()) & (sun < 0.5 * sun.mean())
    assert second["dark_still_hours"] == little[48:].sum()
    gap = ledger.unmatched_mwh > 1e-5 * ledger.load_mwh
    assert second["longest_gap_hours"] <= gap[48:].sum()
    stored = result.solution.clean_state_of_charge_mwh[0] / result.solution.energy_mwh[0]
    assert second["least_stored_share"] == pytest.approx(stored[48:].min(), abs=1e-9)
    firm = explained(case).summary["firm_capacity"]["s"]
    both = first["firm_capacity_cost"] + second["firm_capacity_cost"]
    assert both == pytest.approx(firm["cost_per_year"] * 4 * YEARS)


def test_where_there_is_neither_sun_nor_wind_nor_storage_the_weather_is_not_told():
    only_firm = {"sun": ..., "wind": ..., "firm": FIRM_OFFER}
    (week,) = explained(day(contracts=only_firm, storage={"battery": ...})).summary["weeks"]["Z"]
    for key in ("wind_share", "solar_share", "dark", "still", "dark_still", "dark_still_hours", "least_stored_share"):
        assert week[key] is None
