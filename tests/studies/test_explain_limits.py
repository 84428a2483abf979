"""The worth of every limit is the slope of cost over it: each is solved again a little to both sides."""

from __future__ import annotations

import numpy as np
import pytest
from explained_day import FIRM_OFFER, LOAD, WIND_OFFER, YEARS, cost, day, explained, limit
from small_cases import QUICK, a_case

from carbonmatch.study.run import solve_case

STEP = 1e-5
"""Relative step of the finite differences: far above solver noise (1e-9), far below the next change of basis."""


def slope(at, value, step=STEP):
    """Return what cost falls by per unit that `value` rises, from both sides; they must agree, or it is a kink."""
    above, here, below = (cost(at(value + move)) for move in (step, 0.0, -step))
    left, right = (below - here) / step, (here - above) / step
    assert left == pytest.approx(right, rel=1e-3, abs=1e-3)
    return (below - above) / (2 * step)


@pytest.mark.parametrize("matching", ["hourly", "annual", "monthly"])
def test_the_price_of_the_target_is_the_slope_of_cost_over_it(matching):
    def at(cfe):
        return day(target={"matching": matching, "cfe": cfe})

    explanation = explained(at(0.8))
    key = "target.cfe [2018-06]" if matching == "monthly" else "target.cfe"
    found = limit(explanation, key)
    assert found["binds"]
    assert found["price_is_unique"]
    # per percentage point and year, where the slope is per share and day
    assert found["saved_per_step_year"] > 1000
    assert found["saved_per_step_year"] == pytest.approx(-slope(at, 0.8) * 0.01 / YEARS, rel=1e-4)
    # and per MWh that counts: a percentage point of the day's load is 0.01 * load
    assert found["per_mwh"] == pytest.approx(found["saved_per_step_year"] * YEARS / (0.01 * LOAD.sum()), rel=1e-9)


def test_the_target_of_each_zone_and_of_each_month_has_its_own_price():
    # 31 May and 1 June; two zones, each with its own load and its own wind
    hours, rng = 48, np.random.default_rng(3)
    spot, (load, other_load) = 40 + rng.uniform(0, 30, hours), rng.uniform(0, 2, (2, hours))
    wind, other_wind = rng.uniform(0.05, 0.8, (2, hours))
    two_zones = {
        "name": "two-zones",
        "currency": "EUR",
        "time": {"start": "2018-05-31", "end": "2018-06-02"},
        "zones": {"Z": {"spot_price_per_mwh": spot}, "Y": {"spot_price_per_mwh": spot + 3}},
        "sites": {
            "s": {"zone": "Z", "load": 10 + load, "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}},
            "r": {"zone": "Y", "load": 6 + other_load, "grid": {"energy": {"index": "spot"}}},
        },
        "contracts": {
            "wind": {**WIND_OFFER, "strike_per_mwh": 75, "capacity_factor": wind},
            "other": {**WIND_OFFER, "zone": "Y", "strike_per_mwh": 81, "capacity_factor": other_wind},
        },
        "target": {"matching": "monthly", "cfe": 0.5, "scope": "zone"},
    }

    def at(cfe=0.5):
        return a_case({"target": {"cfe": cfe}}, two_zones)

    explanation = explained(at())
    keys = [entry["key"] for entry in explanation.summary["limits"] if entry["key"].startswith("target")]
    assert sorted(keys) == [f"target.cfe [{zone}, 2018-{month}]" for zone in ("Y", "Z") for month in ("05", "06")]
    total = sum(limit(explanation, key)["saved_per_step_year"] for key in keys)
    years = hours / 8760
    measured = (cost(at(0.5 + STEP)) - cost(at(0.5 - STEP))) / (2 * STEP)
    assert total == pytest.approx(measured * 0.01 / years, rel=1e-4)


def test_with_credit_for_the_grid_a_point_of_score_has_the_price_of_the_target():
    share = 0.2 + 0.3 * np.cos(np.arange(24)) ** 2

    def at(cfe):
        return day(zones={"Z": {"grid_cfe_share": share}}, target={"cfe": cfe, "grid_credit": True})

    explanation = explained(at(0.85))
    found = limit(explanation, "target.cfe")
    assert found["level"] == pytest.approx(0.85)
    assert found["saved_per_step_year"] == pytest.approx(-slope(at, 0.85) * 0.01 / YEARS, rel=1e-4)


def test_the_price_of_surplus_is_the_slope_of_cost_over_its_limit():
    def at(share):
        return day(surplus={"max_share": share})

    found = limit(explained(at(0.01)), "surplus.max_share")
    assert found["binds"]
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 0.01) * 0.01 / YEARS, rel=1e-4)
    assert found["per_mwh"] == pytest.approx(slope(at, 0.01) / LOAD.sum(), rel=1e-4)


def test_the_worth_of_a_larger_contract_is_the_slope_of_cost_over_its_limit():
    def at(size):
        return day(contracts={"wind": {"max_mw": size}})

    explanation = explained(at(3.0))
    found = limit(explanation, "contracts.wind.max_mw")
    assert (found["binds"], found["step_unit"], found["price_is_unique"]) == (True, "MW", True)
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 3.0) / YEARS, rel=1e-4)
    assert explanation.summary["contracts"]["wind"]["net_worth_per_mw_year"] == found["saved_per_step_year"]
    assert explanation.summary["contracts"]["wind"]["at"] == "max"


def test_the_worth_of_a_smaller_least_size_is_the_slope_of_cost_over_it():
    def at(size):
        return day(contracts={"wind": {"min_mw": size, "strike_per_mwh": 90}})

    found = limit(explained(at(12.0)), "contracts.wind.min_mw")
    assert found["binds"]
    assert found["saved_per_step_year"] == pytest.approx(-slope(at, 12.0) / YEARS, rel=1e-4)


@pytest.mark.parametrize("strike", [20, 120])
def test_one_mw_more_of_a_signed_contract_is_worth_the_slope_of_cost(strike):
    signed = {**WIND_OFFER, "strike_per_mwh": strike}

    def at(size):
        return day(contracts={"wind": {**signed, "existing_mw": size}})

    explanation = explained(at(5.0))
    found = limit(explanation, "contracts.wind.existing_mw")
    assert found["relaxed_by"] == "either"
    # a cheap one is worth more of it, a dear one less: the sign says which
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 5.0) / YEARS, rel=1e-4)
    assert (found["saved_per_step_year"] > 0) == (strike == 20)
    assert found["saved_by_one_per_cent_year"] == pytest.approx(abs(found["saved_per_step_year"]) * 0.05)


@pytest.mark.parametrize("structure", ["clean_firm", "virtual", "curtailable"])
def test_one_mw_more_of_a_signed_contract_of_any_structure_is_worth_the_slope_of_cost(structure):
    offers = {
        "clean_firm": FIRM_OFFER,
        "virtual": {**WIND_OFFER, "structure": "virtual", "strike_per_mwh": 55},
        "curtailable": {**WIND_OFFER, "strike_per_mwh": 30, "curtailment": {"compensation": 0.4}},
    }

    def at(size):
        return day(contracts={"signed": {**offers[structure], "existing_mw": size}})

    found = limit(explained(at(4.0)), "contracts.signed.existing_mw")
    assert found["price_is_unique"]
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 4.0) / YEARS, rel=1e-4)


@pytest.mark.parametrize(
    ("key", "value"), [("max_power_mw", 2.0), ("max_energy_mwh", 3.0), ("min_power_mw", 12.0), ("min_energy_mwh", 60.0)]
)
def test_the_worth_of_storage_limits_is_the_slope_of_cost_over_them(key, value):
    def at(size):
        return day(storage={"battery": {key: size}})

    found = limit(explained(at(value)), f"storage.battery.{key}")
    assert found["binds"]
    sign = 1 if key.startswith("max") else -1
    assert found["saved_per_step_year"] > 1
    assert found["saved_per_step_year"] == pytest.approx(sign * slope(at, value) / YEARS, rel=1e-4)


def test_the_power_of_a_storage_of_given_duration_is_worth_its_energy_too():
    def at(power):
        return day(storage={"battery": {"max_power_mw": power, "duration_hours": 4}})

    found = limit(explained(at(2.0)), "storage.battery.max_power_mw")
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 2.0) / YEARS, rel=1e-4)


@pytest.mark.parametrize("basis", ["stored", "delivered"])
def test_a_cycle_more_is_worth_the_slope_of_cost(basis):
    def at(cycles):
        return day(storage={"battery": {"cycles_per_year": cycles, "cycle_basis": basis, "max_energy_mwh": 20}})

    found = limit(explained(at(200.0)), "storage.battery.cycles_per_year")
    assert found["binds"]
    assert found["level"] == pytest.approx(200)
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 200.0, step=1e-3) / YEARS, rel=1e-4)


def test_less_stored_energy_that_must_stay_is_worth_the_slope_of_cost():
    def at(share):
        return day(storage={"battery": {"min_state_of_charge": share, "max_energy_mwh": 20}})

    found = limit(explained(at(0.2)), "storage.battery.min_state_of_charge")
    assert found["binds"]
    assert found["saved_per_step_year"] == pytest.approx(-slope(at, 0.2) * 0.01 / YEARS, rel=1e-4)


def test_less_must_run_is_worth_the_slope_of_cost():
    def at(share):
        return day(contracts={"firm": {**FIRM_OFFER, "must_run_share": share, "existing_mw": 5}})

    found = limit(explained(at(0.4)), "contracts.firm.must_run_share")
    assert found["binds"]
    assert found["saved_per_step_year"] > 1
    assert found["saved_per_step_year"] == pytest.approx(-slope(at, 0.4) * 0.01 / YEARS, rel=1e-4)


@pytest.mark.parametrize("hour", [2, 8, 13, 21])
def test_one_mwh_more_of_load_costs_its_energy_and_its_claim_less_what_it_relaxes(hour):
    more = np.zeros(24)
    more[hour] = 1.0

    def at(mwh):
        return day(sites={"s": {"load": LOAD + mwh * more}})

    base = day()
    explanation = explained(base)
    prices = solve_case(base, QUICK).solution.shadow_prices
    worth = prices.energy_value_per_mwh[0, hour] + prices.attribute_value_per_mwh[0, hour]
    # a larger load may leave 0.2 of it unmatched, and may have 0.4 of it in excess
    relaxed = 0.2 * limit(explanation, "target.cfe")["per_mwh"]
    relaxed += 0.4 * limit(explanation, "surplus.max_share")["per_mwh"]
    assert worth - relaxed == pytest.approx(-slope(at, 0.0, step=1e-4), rel=1e-3)


MIX = {"zones": {"Z": {"residual_mix_g_per_kwh": 400 + 300 * np.cos(np.arange(24) / 5)}}}


def test_a_tonne_of_the_carbon_cap_is_worth_the_slope_of_cost_over_it():
    def at(tonnes):
        return day(**MIX, target={"matching": "none", "cfe": ..., "carbon_cap_t_per_year": tonnes})

    most = explained(at(1e9)).summary["scope2"]["ghgp_revision_draft"]["market_based_t"] / YEARS
    found = limit(explained(at(0.5 * most)), "target.carbon_cap_t_per_year")
    assert (found["binds"], found["price_is_unique"]) == (True, True)
    assert found["level"] == pytest.approx(0.5 * most)
    assert found["saved_per_step_year"] > 1
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 0.5 * most, step=1e-3) / YEARS, rel=1e-4)
    loose = limit(explained(at(1e9)), "target.carbon_cap_t_per_year")
    assert (loose["binds"], loose["saved_per_step_year"]) == (False, 0.0)


def test_a_carbon_price_is_part_of_what_a_claim_is_worth():
    # one MW more of a signed contract saves energy, and the price of what its claims keep from being emitted
    def at(size):
        signed = {**WIND_OFFER, "existing_mw": size}
        target = {"matching": "none", "cfe": ..., "carbon_price_per_t": 90}
        return day(**MIX, contracts={"wind": signed}, target=target)

    explanation = explained(at(4.0))
    found = limit(explanation, "contracts.wind.existing_mw")
    assert found["saved_per_step_year"] == pytest.approx(slope(at, 4.0) / YEARS, rel=1e-4)
    assert explanation.summary["prices"]["Z"]["mean"]["attribute_value_per_mwh"] > 1


def test_what_does_not_bind_is_worth_nothing_and_that_is_the_only_price_it_has():
    explanation = explained(day(contracts={"wind": {"max_mw": 500}}, surplus={"max_share": 5}))
    for key in ("contracts.wind.max_mw", "surplus.max_share"):
        found = limit(explanation, key)
        assert not found["binds"]
        assert (found["saved_per_step_year"], found["price_is_unique"]) == (0.0, True)


def test_a_target_that_the_cheapest_portfolio_exceeds_costs_nothing():
    cheap = {"sun": {"strike_per_mwh": 5}, "wind": {"strike_per_mwh": 5}}
    found = limit(explained(day(contracts=cheap, target={"cfe": 0.3})), "target.cfe")
    assert not found["binds"]
    assert found["level"] > 0.3
    assert found["saved_per_step_year"] == 0.0


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"target": {"cfe": 1.0}}, "target.cfe"), ({"surplus": {"max_share": 0.0}}, "surplus.max_share")],
)
def test_an_exact_limit_has_no_price(changes, key):
    found = limit(explained(day(**changes)), key)
    assert found["binds"]
    assert found["saved_per_step_year"] is None
    assert found["saved_by_one_per_cent_year"] is None


def test_limits_are_told_in_the_order_of_what_a_hundredth_of_them_saves():
    limited = {"contracts": {"wind": {"max_mw": 3}}, "storage": {"battery": {"max_power_mw": 2}}}
    explanation = explained(day(**limited, target={"cfe": 0.6}))
    saved = [entry["saved_by_one_per_cent_year"] for entry in explanation.summary["limits"]]
    assert saved == sorted(saved, reverse=True)
    assert saved[0] > 0


def test_the_charge_for_firm_supply_falls_on_the_hours_that_need_all_of_it():
    explanation = explained(day())
    firm = explanation.summary["firm_capacity"]["s"]
    assert firm["cost_per_year"] == pytest.approx(50000 * firm["firm_capacity_mw"])
    assert 1 <= firm["hours_that_set_it"] <= 24
    assert sum(hour["share_of_charge"] for hour in firm["dearest"]) <= 1 + 1e-9
    (week,) = explanation.summary["weeks"]["Z"]
    # all of the charge of the day lies in its one week
    assert week["firm_capacity_cost"] == pytest.approx(firm["cost_per_year"] * YEARS)
