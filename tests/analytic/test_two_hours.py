"""Cases of two hours, solved by hand: the arithmetic stands in the comments.

Load 10 MW in both hours. Spot 40 and 60; retail is spot + 10: 50 and 70; selling earns spot - 5: 35 and 55 per MWh.
Sun: strike 80, generates in the first hour only. Yearly charges count 2 of 8,760 hours.
"""

from __future__ import annotations

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from small_cases import a_case, solved

from carbonmatch.accounting import prove
from carbonmatch.errors import InfeasibleError

HOURLY = {"matching": "hourly"}
FLAT_WIND = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 38,
    "capacity_factor": 1.0,
    "max_mw": 30,
}
BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 8760,  # 2 per MW over two hours
    "energy_cost_per_mwh_year": 4380,  # 1 per MWh over two hours
    "round_trip_efficiency": 0.81,  # 0.9 each way
}
GEOTHERMAL = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 65, "max_mw": 100}


def check(changes, cost, **expected):
    """Solve, compare the cost and the named sizes, and let the accounts prove the rest."""
    problem, solution, _ = solved(a_case(changes))
    assert solution.objective == pytest.approx(cost, rel=1e-9)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    sizes = {
        **{c.name: solution.contracted_mw[i] for i, c in enumerate(problem.contracts)},
        **{b.name: solution.power_mw[i] for i, b in enumerate(problem.storage)},
        **{f"{b.name}_mwh": solution.energy_mwh[i] for i, b in enumerate(problem.storage)},
        **{s.name: solution.firm_capacity_mw[i] for i, s in enumerate(problem.sites)},
    }
    for name, size in expected.items():
        assert sizes[name] == pytest.approx(size, abs=1e-9), name
    prove(problem, solution, ledger_of(problem, solution))
    return problem, solution


def test_without_a_target_the_grid_is_cheaper_than_the_sun():
    # 10 * 50 + 10 * 70; the grid is drawn at 10 MW
    check({}, 1200, sun=0, s=10)


def test_half_of_the_load_hourly_takes_the_sun_of_the_first_hour():
    # 10 of 20 MWh can only be matched in the first hour: 10 MW of sun at 80, and 10 MWh of grid at 70
    _, solution = check({"target": {**HOURLY, "cfe": 0.5}}, 10 * 80 + 10 * 70, sun=10)
    # one more matched MWh replaces retail at 50 by sun at 80
    assert solution.shadow_prices.green_premium_per_mwh[0] == pytest.approx(30)


def test_more_than_the_sunny_hour_cannot_be_matched_hourly():
    with pytest.raises(InfeasibleError, match="No portfolio"):
        solved(a_case({"target": {**HOURLY, "cfe": 0.51}}))


def test_an_annual_target_takes_the_sun_for_the_dark_hour_too():
    # 20 MWh in the first hour: 10 delivered, 10 sold at 35; the second hour is bought at 70
    check({"target": {"matching": "annual", "cfe": 1.0}}, 20 * 80 - 10 * 35 + 10 * 70, sun=20)


def test_a_battery_carries_the_sun_into_the_dark_hour():
    # 10 out of the battery draw 10 / 0.9 = 11.111 stored, which takes 11.111 / 0.9 = 12.346 charged
    # sun 10 + 12.346 = 22.346 MW; battery 12.346 MW (charging is the larger flow) and 11.111 MWh
    stored, charged = 10 / 0.9, 10 / 0.81
    cost = 80 * (10 + charged) + 2 * charged + 1 * stored
    check(
        {"storage": {"battery": BATTERY}, "target": {**HOURLY, "cfe": 1.0}},
        cost,
        sun=10 + charged,
        battery=charged,
        battery_mwh=stored,
    )


def test_a_battery_of_fixed_duration_is_as_large_as_its_larger_need():
    # two hours of duration at 12.346 MW make 24.691 MWh, though 11.111 would do
    charged = 10 / 0.81
    battery = {**BATTERY, "duration_hours": 2}
    cost = 80 * (10 + charged) + 2 * charged + 1 * 2 * charged
    check({"storage": {"battery": battery}, "target": {**HOURLY, "cfe": 1.0}}, cost, battery_mwh=2 * charged)


@pytest.mark.parametrize(("basis", "energy"), [("stored", 10 / 0.9 / 0.5), ("delivered", 10 / 0.5)])
def test_a_cycle_limit_makes_the_battery_larger(basis, energy):
    # half a cycle allowed over the two hours (2,190 a year): the energy must be twice what is drawn, 10 delivered or
    # 11.111 stored
    charged = 10 / 0.81
    battery = {**BATTERY, "cycles_per_year": 2190, "cycle_basis": basis}
    cost = 80 * (10 + charged) + 2 * charged + energy
    check({"storage": {"battery": battery}, "target": {**HOURLY, "cfe": 1.0}}, cost, battery_mwh=energy)


def test_a_least_state_of_charge_costs_energy_but_no_more_sun():
    # a fifth must stay in: 11.111 usable of 13.889 MWh
    charged = 10 / 0.81
    battery = {**BATTERY, "min_state_of_charge": 0.2}
    cost = 80 * (10 + charged) + 2 * charged + 10 / 0.9 / 0.8
    check({"storage": {"battery": battery}, "target": {**HOURLY, "cfe": 1.0}}, cost, battery_mwh=10 / 0.9 / 0.8)


def test_discharge_costs_are_paid_at_the_terminals():
    charged = 10 / 0.81
    battery = {**BATTERY, "discharge_cost_per_mwh": 3}
    cost = 80 * (10 + charged) + 2 * charged + 10 / 0.9 + 3 * 10
    check({"storage": {"battery": battery}, "target": {**HOURLY, "cfe": 1.0}}, cost)


def test_clean_firm_meets_every_hour():
    # 10 MW * 2 h * 65, and a fee of 8,760 a year: 2 per MW
    firm = {**GEOTHERMAL, "capacity_fee_per_mw_year": 8760}
    check({"contracts": {"firm": firm}, "target": {**HOURLY, "cfe": 1.0}}, 1300 + 20, firm=10, sun=0)


def test_must_run_decides_whether_clean_firm_pays():
    # per MW: the first hour loses 15 on what must run, the second gains 5 on all of it
    # must-run 0.2: -3 + 5 = +2, so 10 MW save 20;  must-run 0.5: -7.5 + 5 < 0, so nothing is taken
    check({"contracts": {"firm": {**GEOTHERMAL, "must_run_share": 0.2}}}, 1180, firm=10)
    check({"contracts": {"firm": {**GEOTHERMAL, "must_run_share": 0.5}}}, 1200, firm=0)


def test_availability_bounds_output_and_must_run():
    # available 0.5 in the first hour: must run min(0.8, 0.5) = 0.5 there; second hour 1.0 down to 0.8
    # matching both hours wholly takes 20 MW: 10 + 10 of 20 available, but 0.8 * 20 = 16 must run: 6 sold at 55
    firm = {**GEOTHERMAL, "availability": [0.5, 1.0], "must_run_share": 0.8}
    cost = 65 * (10 + 16) - 6 * 55
    check({"contracts": {"sun": ..., "firm": firm}, "target": {**HOURLY, "cfe": 1.0}}, cost, firm=20)


def test_surplus_is_sold_up_to_the_limit_of_the_offer():
    # per MW: 35 - 38 + 55 - 38 = +14, so all 30 MW: 60 MWh bought at 38, 20 MWh sold in each hour
    check({"contracts": {"wind": FLAT_WIND}}, 60 * 38 - 20 * 35 - 20 * 55, wind=30)


def test_a_limit_on_surplus_bounds_the_size():
    # half of the load, 10 MWh, may be left over: 15 MW leave 5 in each hour
    check(
        {"contracts": {"wind": FLAT_WIND}, "surplus": {"max_share": 0.5}},
        30 * 38 - 5 * 35 - 5 * 55,
        wind=15,
    )


def test_no_surplus_at_all_keeps_the_size_at_the_load():
    # 10 MW of wind in both hours and not a MWh more: 20 * 38
    check({"contracts": {"wind": FLAT_WIND}, "surplus": {"max_share": 0.0}}, 20 * 38, wind=10)


@pytest.mark.parametrize("matching", ["annual", "monthly", "hourly"])
def test_a_target_without_any_offer_is_infeasible(matching):
    with pytest.raises(InfeasibleError, match="No portfolio"):
        solved(a_case({"contracts": {"sun": ...}, "target": {"matching": matching, "cfe": 0.5}}))


def test_without_offers_and_without_a_target_the_grid_serves():
    check({"contracts": {"sun": ...}}, 1200, s=10)
    check({"contracts": {"sun": ...}, "target": {"matching": "annual", "cfe": 0.0}}, 1200, s=10)


def test_surplus_without_a_price_earns_nothing():
    # beyond 10 MW nothing is earned: 20 MWh at 38 against 1,200 of grid
    check({"contracts": {"wind": FLAT_WIND}, "surplus": {"price": None}}, 20 * 38, wind=10)


def test_firm_capacity_is_charged_on_the_largest_step():
    # 43,800 a year is 10 per MW over two hours; 10 MW are drawn
    changes = {"sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}}}
    check(changes, 1200 + 100, s=10)
    # wind at 38 in both hours makes it needless
    check({**changes, "contracts": {"wind": {**FLAT_WIND, "max_mw": 10}}}, 20 * 38, s=0)


def test_curtailment_avoids_a_negative_price_and_is_paid_as_agreed():
    # available 1.0 and 0.5: matching the second hour takes 20 MW and leaves 10 MWh over in the first, whose sale at
    # -20 - 5 = -25 costs 250. Generated 20 + 10 MWh at 30 = 900.
    wind = {**FLAT_WIND, "strike_per_mwh": 30, "max_mw": 20, "capacity_factor": [1.0, 0.5]}
    changes = {
        "zones": {"Z": {"spot_price_per_mwh": [-20.0, 60.0]}},
        "contracts": {"wind": wind},
        "target": {**HOURLY, "cfe": 1.0},
    }
    check(changes, 900 + 250, wind=20)

    def curtailing(**terms):
        return {**changes, "contracts": {"wind": {**wind, "curtailment": terms}}}

    check(curtailing(), 900, wind=20)  # paid in full unless the contract says otherwise
    check(curtailing(compensation=0.0), 600, wind=20)  # 10 MWh are not paid
    check(curtailing(compensation=0.5), 750, wind=20)
    check(curtailing(when_spot_price_at_most_per_mwh=-30), 900 + 250, wind=20)  # -20 is not low enough


def test_curtailed_energy_carries_no_claim():
    wind = {
        **FLAT_WIND,
        "strike_per_mwh": 30,
        "max_mw": 20,
        "capacity_factor": [1.0, 0.5],
        "curtailment": {"compensation": 0.0},
    }
    zone = {"spot_price_per_mwh": [-20.0, 60.0]}
    problem, solution = check(
        {"zones": {"Z": zone}, "contracts": {"wind": wind}, "target": {**HOURLY, "cfe": 1.0}}, 600
    )
    ledger = ledger_of(problem, solution)
    assert ledger.zones[0].curtailed_mwh.tolist() == pytest.approx([10, 0])
    assert ledger.zones[0].excess_mwh.sum() == pytest.approx(0, abs=1e-9)


def test_a_virtual_contract_leaves_the_retail_bill_as_it_is():
    # all load bought: 1,200; 10 MWh of sun settled at 80 - 40
    _, solution = check({"contracts": {"sun": {"structure": "virtual"}}, "target": {**HOURLY, "cfe": 0.5}}, 1200 + 400)
    assert solution.retail_supply_mwh.sum() == pytest.approx(20)
    assert solution.merged_ledgers == (False,)


def test_storage_beside_virtual_contracts_trades_at_spot():
    # 10 MWh of claim in the second hour: 12.346 charged at 40, 10 discharged at 60; sun 22.346 * (80 - 40)
    charged = 10 / 0.81
    changes = {
        "contracts": {"sun": {"structure": "virtual"}},
        "storage": {"battery": BATTERY},
        "target": {**HOURLY, "cfe": 1.0},
    }
    cost = 1200 + (10 + charged) * 40 + 2 * charged + 10 / 0.9 + 40 * charged - 60 * 10
    check(changes, cost, sun=10 + charged)


GREY_BATTERY = {
    **BATTERY,
    "power_cost_per_mw_year": 0,
    "energy_cost_per_mwh_year": 0,
    "min_power_mw": 5,
    "max_power_mw": 5,
    "min_energy_mwh": 10,
    "max_energy_mwh": 10,
    "grid_charging": True,
}


def test_grid_charging_saves_money_but_makes_nothing_clean():
    # 5 MWh bought at 40 give 4.05 MWh in the second hour instead of retail at 70
    problem, solution = check({"storage": {"battery": GREY_BATTERY}}, 1200 + 5 * 40 - 4.05 * 70)
    ledger = ledger_of(problem, solution)
    assert ledger.zones[0].matched_mwh.sum() == pytest.approx(0, abs=1e-9)
    # with a margin of 30 on charging: 5 * 70 = 350 > 4.05 * 70, so it stays idle
    check({"storage": {"battery": {**GREY_BATTERY, "grid_charging_margin_per_mwh": 30}}}, 1200)


def test_grid_charging_cannot_meet_a_target():
    # the sun reaches the second hour only through the clean pool: at most 5 MW charge, 4.05 MWh come out
    sun = {"storage": {"battery": GREY_BATTERY}}
    _, solution, _ = solved(a_case({**sun, "target": {**HOURLY, "cfe": 0.7025}}))
    assert solution.clean_discharge_mwh.sum() == pytest.approx(4.05)
    with pytest.raises(InfeasibleError):
        solved(a_case({**sun, "target": {**HOURLY, "cfe": 0.703}}))


def test_an_existing_contract_is_paid_and_shown_apart():
    # 5 MW of sun: 400; 5 MWh less at 50
    _, solution, _ = solved(a_case({"contracts": {"sun": {"existing_mw": 5, "max_mw": ...}}}))
    assert solution.objective == pytest.approx(400 + 5 * 50 + 10 * 70)
    assert solution.cost["existing_contracts"] == pytest.approx(400)
    assert solution.cost["contracts"] == 0


def test_half_hours_count_half():
    # two half hours of 10 MW: 5 MWh each
    time = {"end": "2018-01-01T01:00", "step": "30min"}
    check({"time": time}, 5 * 50 + 5 * 70, s=10)
    check({"time": time, "target": {**HOURLY, "cfe": 0.5}}, 5 * 80 + 5 * 70, sun=10)


def test_grid_credit_counts_the_grids_own_share():
    # g = 0.5: the grid alone scores 0.5; 0.75 needs 0.5 * unmatched <= 0.25 * 20, so 10 MWh matched
    zone = {"Z": {"grid_cfe_share": [0.5, 0.5]}}
    check({"zones": zone, "target": {**HOURLY, "cfe": 0.5, "grid_credit": True}}, 1200, sun=0)
    check({"zones": zone, "target": {**HOURLY, "cfe": 0.75, "grid_credit": True}}, 1500, sun=10)
    # a grid that is all carbon-free in the dark hour allows a target of exactly 1
    zone = {"Z": {"grid_cfe_share": [0.0, 1.0]}}
    check({"zones": zone, "target": {**HOURLY, "cfe": 1.0, "grid_credit": True}}, 1500, sun=10)


def test_months_are_local_months():
    # the hours before and after midnight in Berlin on 31 January are two months; in UTC they would be one
    time = {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00", "timezone": "Europe/Berlin"}
    check({"time": time, "target": {"matching": "annual", "cfe": 0.5}}, 1500, sun=10)
    with pytest.raises(InfeasibleError):
        solved(a_case({"time": time, "target": {"matching": "monthly", "cfe": 0.5}}))
    both = {**FLAT_WIND, "strike_per_mwh": 100}
    check({"time": time, "target": {"matching": "monthly", "cfe": 0.5}, "contracts": {"sun": ..., "wind": both}}, 1600)


def test_two_sites_share_what_their_zone_is_offered():
    # the second site pays 20 more per MWh: the sun goes there first. 10 MW of sun for 0.25 of 40 MWh
    second = {"zone": "Z", "load": [10.0, 10.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 30}}}
    _, solution, _ = solved(a_case({"sites": {"dear": second}, "target": {**HOURLY, "cfe": 0.25}}))
    # sun 10 * 80 replaces 10 MWh at 70 of the dear site; the rest: s 500 + 700, dear 900
    assert solution.objective == pytest.approx(800 + 500 + 700 + 900)
    assert solution.retail_supply_mwh.tolist() == [pytest.approx([10, 10]), pytest.approx([0, 10], abs=1e-9)]


def two_zones(**target):
    other = {"zone": "Y", "load": [10.0, 10.0], "grid": {"energy": {"flat_per_mwh": 100}}}
    wind = {**FLAT_WIND, "zone": "Y", "strike_per_mwh": 120}
    return {
        "zones": {"Y": {"spot_price_per_mwh": [40.0, 60.0]}},
        "sites": {"y": other},
        "contracts": {"wind": wind},
        "target": {**HOURLY, **target},
    }


def test_a_portfolio_target_may_be_met_in_the_cheaper_zone():
    # 20 of 40 MWh: in Y wind costs 20 more than retail, in Z sun costs 30 more: all of it in Y
    _, solution, _ = solved(a_case(two_zones(cfe=0.5)))
    assert solution.objective == pytest.approx(1200 + 20 * 120)
    assert solution.contracted_mw == pytest.approx([0, 10], abs=1e-9)


def test_a_target_per_zone_is_met_in_every_zone():
    # 10 MWh of sun in Z (+300), 10 MWh of wind in Y (+200): 5 MW
    problem, solution, _ = solved(a_case(two_zones(cfe=0.5, scope="zone")))
    assert solution.objective == pytest.approx(1500 + 2000 + 200)
    assert solution.contracted_mw == pytest.approx([10, 5], abs=1e-9)
    prove(problem, solution, ledger_of(problem, solution))
    assert solution.shadow_prices.green_premium_per_mwh == pytest.approx([30, 20])


def test_excess_of_one_zone_does_not_match_the_load_of_another():
    # wind in Y can be as large as it likes: Z has the sun of one hour, so 30 of 40 MWh is the best there is
    solved(a_case(two_zones(cfe=0.75)))
    with pytest.raises(InfeasibleError):
        solved(a_case(two_zones(cfe=0.76)))


def test_a_loss_factor_shrinks_what_arrives():
    # 10 MWh at the meter need 12.5 MW at 0.8; what arrives is paid
    check({"contracts": {"sun": {"loss_factor": 0.8}}, "target": {**HOURLY, "cfe": 0.5}}, 1500, sun=12.5)


@pytest.mark.parametrize("matching", ["none", "annual", "monthly", "hourly"])
def test_both_ledgers_and_one_set_of_variables_agree(matching):
    changes = {
        "contracts": {"wind": {**FLAT_WIND, "strike_per_mwh": 75}},
        "storage": {"battery": BATTERY},
        "sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}},
        "target": {"matching": matching, "cfe": 0.8},
    }
    _, one, _ = solved(a_case(changes))
    _, two, _ = solved(a_case(changes), split_ledgers=True)
    assert one.merged_ledgers == (True,)
    assert two.merged_ledgers == (False,)
    assert one.objective == pytest.approx(two.objective, rel=1e-9)
    np.testing.assert_allclose(one.contracted_mw, two.contracted_mw, atol=1e-9)


def test_ledgers_stay_apart_where_selling_beats_retail():
    # the first hour sells at 60, retail costs 50: wind is sold there and the load buys; the claim stays with the buyer
    changes = {
        "contracts": {"wind": {**FLAT_WIND, "max_mw": 10}},
        "surplus": {"price": [60.0, 55.0]},
        "target": {**HOURLY, "cfe": 1.0},
    }
    problem, solution, _ = solved(a_case(changes))
    assert solution.merged_ledgers == (False,)
    assert solution.sold_mwh[0].tolist() == pytest.approx([10, 0], abs=1e-9)
    assert solution.objective == pytest.approx(20 * 38 + 10 * 50 - 10 * 60)
    assert ledger_of(problem, solution).zones[0].matched_mwh.sum() == pytest.approx(20)
