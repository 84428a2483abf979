"""The prices that the model finds are what they say: slopes of the cost, checked by solving again beside the point."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import TWO_HOURS, a_case, merged, solved

from carbonmatch.accounting.value import capture_value_per_mwh

HOURS = 24
RNG = np.random.default_rng(7)
LOAD = 10 + 2 * np.sin(np.arange(HOURS) / 4) + RNG.uniform(0, 0.5, HOURS)
SPOT = 45 + 15 * np.cos(np.arange(HOURS) / 3) + RNG.uniform(0, 3, HOURS)
SUN = np.clip(np.sin((np.arange(HOURS) - 5) / 14 * np.pi), 0, None) * RNG.uniform(0.7, 0.9, HOURS)
WIND = RNG.uniform(0.05, 0.8, HOURS)
STEP = 1e-5
"""Relative step of the finite differences: far above solver noise (1e-9), far below the next change of basis."""

WIND_OFFER = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 62,
    "capacity_factor": WIND,
}
BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 9000,
    "energy_cost_per_mwh_year": 18000,
    "round_trip_efficiency": 0.86,
    "discharge_cost_per_mwh": 0.5,
}
# every price and every load is its own, so that the optimum is a single point
DAY = merged(
    TWO_HOURS,
    {
        "time": {"start": "2018-06-01", "end": "2018-06-02"},
        "zones": {"Z": {"spot_price_per_mwh": SPOT, "carbon_intensity_g_per_kwh": ...}},
        "sites": {"s": {"load": LOAD, "grid": {"firm_capacity_charge_per_mw_year": 50000}}},
        "contracts": {
            "sun": {"capacity_factor": SUN, "strike_per_mwh": 50, "max_mw": ...},
            "wind": WIND_OFFER,
        },
        "storage": {"battery": BATTERY},
        "surplus": {"max_share": 0.4},
        "target": {"matching": "hourly", "cfe": 0.8},
    },
)


def day(**changes):
    return a_case(changes, DAY)


def cost(case, **options):
    return solved(case, **options)[1].objective


@pytest.mark.parametrize("split_ledgers", [False, True])
@pytest.mark.parametrize("matching", ["hourly", "annual", "monthly"])
def test_the_green_premium_is_the_slope_of_cost_over_the_target(matching, split_ledgers):
    def at(cfe):
        return day(target={"matching": matching, "cfe": cfe})

    problem, solution, _ = solved(at(0.8), split_ledgers=split_ledgers)
    measured = (cost(at(0.8 + STEP)) - cost(at(0.8 - STEP))) / (2 * STEP)
    premium = solution.shadow_prices.green_premium_per_mwh[0]
    assert premium > 1
    assert premium * problem.total_load_mwh == pytest.approx(measured, rel=1e-4)


@pytest.mark.parametrize("hour", [0, 7, 13, 20])
def test_the_worth_of_an_hour_is_what_a_gift_in_it_saves(hour):
    # an existing contract at strike 0 that generates in one hour only is a gift of energy and claim
    _, solution, _ = solved(day())
    in_one_hour = np.zeros(HOURS)
    in_one_hour[hour] = 1.0
    gift = {**WIND_OFFER, "strike_per_mwh": 0, "capacity_factor": in_one_hour, "existing_mw": 10 * STEP}
    measured = (cost(day()) - cost(day(contracts={"gift": gift}))) / (10 * STEP)
    prices = solution.shadow_prices
    worth = prices.energy_value_per_mwh[0, hour] + prices.attribute_value_per_mwh[0, hour]
    assert worth == pytest.approx(measured, rel=1e-3)


def test_the_claim_of_an_hour_is_worth_what_a_gift_of_claim_saves():
    # a virtual contract whose strike is the spot price gives its claim and nothing else
    hour = 20
    _, solution, _ = solved(day(), split_ledgers=True)
    in_one_hour = np.zeros(HOURS)
    in_one_hour[hour] = 1.0
    gift = {
        **WIND_OFFER,
        "structure": "virtual",
        "strike_per_mwh": float(SPOT[hour]),
        "capacity_factor": in_one_hour,
        "existing_mw": 10 * STEP,
    }
    measured = (cost(day()) - cost(day(contracts={"gift": gift}))) / (10 * STEP)
    assert solution.shadow_prices.attribute_value_per_mwh[0, hour] == pytest.approx(measured, rel=1e-3)
    # one set of variables splits its one price into the same two
    _, one, _ = solved(day())
    assert one.shadow_prices.attribute_value_per_mwh[0, hour] == pytest.approx(measured, rel=1e-3)


def test_one_set_of_variables_and_two_find_the_same_worth_of_energy_and_claim_together():
    _, one, _ = solved(day())
    _, two, _ = solved(day(), split_ledgers=True)
    both = [s.shadow_prices.energy_value_per_mwh + s.shadow_prices.attribute_value_per_mwh for s in (one, two)]
    np.testing.assert_allclose(both[0], both[1], atol=1e-6)


def test_the_worth_of_surplus_is_the_slope_of_cost_over_its_limit():
    problem, solution, _ = solved(day(surplus={"max_share": 0.01}))
    worth = solution.shadow_prices.surplus_limit_value_per_mwh
    wider, narrower = day(surplus={"max_share": 0.01 + STEP}), day(surplus={"max_share": 0.01 - STEP})
    assert worth > 0.1
    assert worth * problem.total_load_mwh == pytest.approx((cost(narrower) - cost(wider)) / (2 * STEP), rel=1e-4)


@pytest.mark.parametrize("split_ledgers", [False, True])
@pytest.mark.parametrize(("matching", "cfe"), [("hourly", 0.8), ("hourly", 1.0), ("annual", 0.9), ("monthly", 0.9)])
def test_an_offer_that_is_taken_is_worth_its_strike(matching, cfe, split_ledgers):
    problem, solution, _ = solved(day(target={"matching": matching, "cfe": cfe}), split_ledgers=split_ledgers)
    for i, contract in enumerate(problem.contracts):
        assert solution.contracted_mw[i] > 1
        worth = capture_value_per_mwh(contract, solution.generation_mwh[i], solution.shadow_prices, 1e-3)
        assert worth == pytest.approx(contract.strike_per_mwh, rel=1e-6)


def test_an_offer_left_out_enters_just_below_its_capture_value():
    dear = {"wind": {"strike_per_mwh": 200}}
    problem, solution, _ = solved(day(contracts=dear))
    assert solution.contracted_mw[1] == pytest.approx(0, abs=1e-9)
    entry = capture_value_per_mwh(problem.contracts[1], solution.generation_mwh[1], solution.shadow_prices, 1e-3)

    def taken_at(strike):
        return solved(day(contracts={"wind": {"strike_per_mwh": strike}}))[1].contracted_mw[1]

    assert 62 < entry < 200
    assert taken_at(entry * 1.001) == pytest.approx(0, abs=1e-9)
    assert taken_at(entry * 0.999) > 0.01


@pytest.mark.parametrize("engine", ["hipo", "ipx", "simplex"])
def test_strong_duality(engine):
    from carbonmatch.solving import SolveOptions

    _, solution, optimum = solved(day(), options=SolveOptions(solver=(engine,)))
    proof = optimum.certificate
    assert proof.primal_objective == pytest.approx(solution.objective, rel=1e-9)
    assert proof.dual_objective == pytest.approx(proof.primal_objective, rel=1e-6)
