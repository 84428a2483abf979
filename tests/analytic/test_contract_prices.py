"""What a contract's energy costs, solved by hand in cases of two hours: the arithmetic stands in the comments.

Load 10 MW in both hours. Spot 40 and 60; retail is spot + 10: 50 and 70; selling earns spot - 5: 35 and 55 per MWh.
Wind of 10 MW is signed already, and generates at full power in both hours: 10 MWh each, all delivered.
"""

from __future__ import annotations

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from formulation.test_golden_rows import written
from small_cases import a_case, merged, solved

from carbonmatch.accounting import prove
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.formulation.structures.price import level
from carbonmatch.study import solve_case
from carbonmatch.study.frames import contracts_frame

WIND = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 45,
    "capacity_factor": 1.0,
    "existing_mw": 10,
}
HUBS = {"H": {"spot_price_per_mwh": [30.0, -20.0]}}


def with_wind(changes=None, case=None):
    return a_case(merged({"contracts": {"sun": ..., "wind": merged(WIND, changes or {})}}, case or {}))


def check(case, cost, **expected):
    """Solve, compare the cost, recompute the payments from the table of contracts, and let the accounts prove all."""
    problem, solution, _ = solved(case)
    assert solution.objective == pytest.approx(cost, rel=1e-9)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    for i, contract in enumerate(problem.contracts):
        if contract.name in expected:
            assert solution.contracted_mw[i] == pytest.approx(expected[contract.name], abs=1e-9)
    ledger = ledger_of(problem, solution)
    prove(problem, solution, ledger)
    rows = contracts_frame(ledger, problem, solution)
    paid = (
        (rows["price_per_mwh"] + rows["on_top_per_mwh"] - rows["reference_price_per_mwh"]) * rows["generation_mwh"]
        + rows["compensation_per_mwh"] * rows["curtailed_mwh"]
    ).groupby(rows["contract"])
    for name, amount in paid.sum().items():
        assert amount == pytest.approx(solution.contract_cost[name], abs=1e-9)
    return problem, solution


# --- prices that float ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "paid"),
    [
        ({"index": "spot"}, 40 + 60),
        ({"index": "spot", "margin_per_mwh": -3}, 37 + 57),
        ({"index": "spot", "margin_per_mwh": [1, 2]}, 41 + 62),
        ({"index": [10, 90]}, 10 + 90),
        ({"index": "spot", "floor_per_mwh": 45}, 45 + 60),
        ({"index": "spot", "cap_per_mwh": 55}, 40 + 55),
        ({"index": "spot", "margin_per_mwh": 1, "floor_per_mwh": 45, "cap_per_mwh": 55}, 45 + 55),
        ({"index": "spot", "floor_per_mwh": 0, "margin_per_mwh": -50}, 0 + 10),
    ],
)
@pytest.mark.parametrize("structure", ["pay_as_produced", "clean_firm"])
def test_a_price_that_floats_lies_between_its_floor_and_its_cap(structure, price, paid):
    # 10 MWh in both hours, all of the load: nothing but the contract is paid
    changes = {"strike_per_mwh": ..., "price": price, "structure": structure}
    if structure == "clean_firm":
        changes |= {"capacity_factor": ..., "must_run_share": 1}
    check(with_wind(changes), 10 * paid)


def test_a_virtual_collar_pays_the_price_and_receives_the_reference():
    # retail 10 * (50 + 70) = 1200; pays 10 * (45 + 55), receives 10 * (40 + 60): 1200 + 1000 - 1000
    price = {"index": "spot", "floor_per_mwh": 45, "cap_per_mwh": 55}
    check(with_wind({"structure": "virtual", "strike_per_mwh": ..., "price": price}), 1200 + 1000 - 1000)


@pytest.mark.parametrize("structure", ["pay_as_produced", "virtual"])
@pytest.mark.parametrize("matching", [{"matching": "hourly", "cfe": 0.7}, {"matching": "annual", "cfe": 0.8}])
def test_a_collar_of_one_price_is_a_fixed_price(structure, matching):
    free = {"existing_mw": ..., "max_mw": 30, "structure": structure, "capacity_factor": [0.9, 0.5]}
    fixed = check_pair(merged(WIND, {**free, "strike_per_mwh": 62}), matching)
    collar = {"index": "spot", "floor_per_mwh": 62, "cap_per_mwh": 62}
    assert check_pair(merged(WIND, {**free, "strike_per_mwh": ..., "price": collar}), matching) == pytest.approx(fixed)


def check_pair(wind, matching):
    """Return cost and sizes of a case of wind and sun."""
    problem, solution, _ = solved(a_case({"contracts": {"wind": wind}, "target": matching}))
    prove(problem, solution, ledger_of(problem, solution))
    return [solution.objective, *solution.contracted_mw]


def test_what_is_curtailed_is_owed_a_share_of_the_price_and_carries_no_claim():
    # no load is left for the second hour's 5 MWh beyond 10: 15 MW signed, surplus is not allowed.
    # Hour 1: price 40, 10 delivered, 5 curtailed at 40 / 2; hour 2: the same at 60 / 2
    changes = {
        "existing_mw": 15,
        "strike_per_mwh": ...,
        "price": {"index": "spot"},
        "curtailment": {"compensation": 0.5},
    }
    case = {"surplus": {"max_share": 0}, "target": {"matching": "hourly", "cfe": 1}}
    problem, solution = check(with_wind(changes, case), 10 * (40 + 60) + 5 * (20 + 30))
    ledger = ledger_of(problem, solution)
    assert ledger.contracts[0].curtailed_mwh.tolist() == pytest.approx([5, 5])
    assert ledger.contracts[0].claimable_mwh.tolist() == pytest.approx([10, 10])


def test_nobody_pays_for_curtailing_at_a_price_below_zero():
    # price -10 in hour 1: generating all 15 earns 150 and sells 5 at 35; with surplus ruled out 5 are curtailed, for
    # which nothing is owed in either direction: -10 * 10 + 0; hour 2 at 60: 600 + 5 * 60 * 1
    changes = {"existing_mw": 15, "strike_per_mwh": ..., "price": {"index": [-10, 60]}, "curtailment": {}}
    check(with_wind(changes, {"surplus": {"max_share": 0}}), -100 + 600 + 300)


# --- fees -------------------------------------------------------------------------------------------------------------


def test_fees_are_paid_for_each_mwh_that_is_delivered():
    # 20 MWh at 45 + 2 + 1.5
    check(with_wind({"sleeve_fee_per_mwh": 2, "balancing_fee_per_mwh": 1.5}), 20 * 48.5)


def test_no_fee_is_due_for_what_is_curtailed():
    # 15 MW, 10 delivered at 45 + 2, 5 curtailed at 45, in both hours
    changes = {"existing_mw": 15, "curtailment": {}, "sleeve_fee_per_mwh": 2}
    check(with_wind(changes, {"surplus": {"max_share": 0}}), 2 * (10 * 47 + 5 * 45))


def test_a_fee_decides_which_offer_is_taken():
    # wind at 68 + 3 is dearer than the grid of the second hour at 70, at 68 alone it is not
    dear = {"existing_mw": ..., "max_mw": 10, "strike_per_mwh": 68, "capacity_factor": [0, 1]}
    check(with_wind({**dear, "balancing_fee_per_mwh": 3}), 10 * 50 + 10 * 70, wind=0)
    check(with_wind(dear), 10 * 50 + 10 * 68, wind=10)


# --- hours below zero -------------------------------------------------------------------------------------------------

BELOW_ZERO = {"zones": {"Z": {"spot_price_per_mwh": [-20.0, 60.0]}}}
SWAP = {"structure": "virtual", "strike_per_mwh": 45}


def test_a_virtual_contract_pays_dearly_for_an_hour_below_zero():
    # retail 10 * (-10 + 70); pays 10 * (45 + 45), receives 10 * (-20 + 60)
    check(with_wind(SWAP, BELOW_ZERO), 600 + 900 - 400)


def test_under_the_clause_an_hour_below_zero_is_not_settled_and_yet_claimed():
    # hour 1 is neither paid nor received: 600 + 10 * (45 - 60); all 20 MWh are claimed
    case = {**BELOW_ZERO, "target": {"matching": "hourly", "cfe": 1}}
    problem, solution = check(with_wind({**SWAP, "settles_below_zero": False}, case), 600 - 150)
    assert ledger_of(problem, solution).zones[0].matched_mwh.tolist() == [10, 10]


def test_an_hour_at_zero_is_settled():
    changes = {**SWAP, "settles_below_zero": False, "settlement_price_per_mwh": [0, 60]}
    check(with_wind(changes), 1200 + 900 - 600)


def test_under_the_clause_curtailing_below_zero_costs_nothing_either():
    changes = {**SWAP, "settles_below_zero": False, "existing_mw": 15, "curtailment": {"compensation": 1}}
    case = {**BELOW_ZERO, "surplus": {"max_share": 0.25}, "target": {"matching": "hourly", "cfe": 1}}
    # 5 MWh of excess may be left: those of the second hour, which earn 60 - 45; those of the first cost nothing
    check(with_wind(changes, case), 600 + 15 * (45 - 60))


# --- another place ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [{"settlement_zone": "H"}, {"settlement_price_per_mwh": [30, -20]}])
def test_a_virtual_contract_receives_the_price_of_the_place_where_it_settles(place):
    # retail 1200; 10 * (45 - 30) + 10 * (45 + 20)
    check(with_wind({**SWAP, **place}, {"zones": HUBS}), 1200 + 150 + 650)


def test_the_clause_looks_at_the_price_of_that_place():
    # hour 2 is at -20 there: only hour 1 settles
    check(with_wind({**SWAP, "settlement_zone": "H", "settles_below_zero": False}, {"zones": HUBS}), 1200 + 150)


@pytest.mark.parametrize("place", [{"settlement_zone": "H"}, {"settlement_price_per_mwh": [30, -20]}])
def test_the_buyer_of_a_physical_contract_bears_the_basis(place):
    # delivered at 30 and -20, where it is sold; bought again at 40 and 60: 10 * (45 + 10) + 10 * (45 + 80)
    check(with_wind(place, {"zones": HUBS}), 550 + 1250)


def test_spot_is_that_of_the_place_where_the_contract_settles():
    # pays 30 and max(-20, 0) there, and the basis of 10 and 80: 10 * 40 + 10 * 80
    price = {"index": "spot", "floor_per_mwh": 0}
    check(with_wind({"strike_per_mwh": ..., "price": price, "settlement_zone": "H"}, {"zones": HUBS}), 400 + 800)


def test_a_contract_that_settles_in_its_own_zone_is_one_that_says_nothing_of_it():
    plain = check(with_wind(), 900)[1].objective
    assert check(with_wind({"settlement_zone": "Z"}), 900)[1].objective == plain


def test_storage_of_a_zone_settles_at_its_spot_whatever_the_hub():
    # the battery of a virtual contract buys at 40 and sells at 60, not at the hub: the spot pool has the zone's prices
    battery = {"zone": "Z", "power_cost_per_mw_year": 0, "energy_cost_per_mwh_year": 0, "round_trip_efficiency": 1}
    case = a_case(
        {
            "zones": HUBS,
            "contracts": {"sun": ..., "wind": merged(WIND, {**SWAP, "settlement_zone": "H"})},
            "storage": {"battery": battery},
        }
    )
    problem, _, _ = solved(case)
    (pool,) = problem.storage[0].pools
    assert (pool.name, pool.charge_price_per_mwh.tolist()) == ("spot", [40, 60])


# --- virtual and sleeved ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("matching", [{"matching": "none"}, {"matching": "hourly", "cfe": 0.8}])
def test_virtual_and_sleeved_cost_the_same_where_all_prices_of_energy_are_one(matching):
    # retail = sale = spot: delivering a MWh saves what the other way receives for it
    case = {
        "sites": {"s": {"grid": {"energy": {"margin_per_mwh": 0}}}},
        "surplus": {"price": {"margin_per_mwh": 0}},
        "target": matching,
    }
    offer = {"existing_mw": ..., "max_mw": 40, "capacity_factor": [0.3, 0.8], "strike_per_mwh": 52}
    costs = []
    for structure in ("pay_as_produced", "virtual"):
        _, solution, _ = solved(with_wind({**offer, "structure": structure}, case))
        costs.append([solution.objective, *solution.contracted_mw])
    assert costs[0] == pytest.approx(costs[1], rel=1e-9)


# --- tenor ------------------------------------------------------------------------------------------------------------


def test_one_price_that_is_worth_what_an_escalating_one_is():
    # two years at 10 %: (1 / 1.1 + 1.21 / 1.21) / (1 / 1.1 + 1 / 1.21), at an escalation of 21 %
    assert level(2, 0.21, 0.10) == pytest.approx((1 / 1.1 + 1.21 / 1.1**2) / (1 / 1.1 + 1 / 1.1**2), rel=1e-14)
    # without a discount it is the mean: (1 + 1.1 + 1.21) / 3
    assert level(3, 0.10, 0.0) == pytest.approx(3.31 / 3, rel=1e-14)
    assert level(1, 0.5, 0.07) == 1.0
    assert level(10, 0.0, 0.07) == pytest.approx(1.0, rel=1e-14)


def test_the_levelised_strike_is_what_is_paid():
    # 45 * (1 + 0.5) / 2 = 33.75 for two years of no discount in which the price halves
    tenor = {"tenor_years": 2, "escalation": -0.5, "discount_rate": 0}
    check(with_wind(tenor), 20 * 33.75)
    told = solve_case(with_wind(tenor)).summary["contracts"]["wind"]
    assert told["strike_per_mwh"] == pytest.approx(33.75)
    assert told["first_year_strike_per_mwh"] == 45
    assert "mean_price_per_mwh" not in told


def test_a_tenor_without_escalation_leaves_the_strike_as_it_is():
    check(with_wind({"tenor_years": 10}), 900)


def test_a_capacity_fee_does_not_escalate():
    firm = {
        "structure": "clean_firm",
        "capacity_factor": ...,
        "must_run_share": 1,
        "capacity_fee_per_mw_year": 43800,  # 10 per MW over two hours
        "tenor_years": 2,
        "escalation": -0.5,
        "discount_rate": 0,
    }
    _, solution, _ = solved(with_wind(firm))
    assert solution.objective == pytest.approx(20 * 33.75 + 100)


# --- what the summary says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "mean"),
    [
        ({"strike_per_mwh": ..., "price": {"index": "spot"}, "capacity_factor": [0.5, 1]}, (0.5 * 40 + 60) / 1.5),
        ({"sleeve_fee_per_mwh": 2}, 47),
        ({"settlement_price_per_mwh": [30, -20]}, (45 + 10 + 45 + 80) / 2),
        ({**SWAP, "settles_below_zero": False, "settlement_price_per_mwh": [-1, 5]}, 45 / 2),
    ],
)
def test_the_summary_tells_the_mean_of_what_is_paid(changes, mean):
    assert solve_case(with_wind(changes)).summary["contracts"]["wind"]["mean_price_per_mwh"] == pytest.approx(mean)


def test_a_fixed_price_has_no_keys_of_others():
    told = solve_case(with_wind()).summary["contracts"]["wind"]
    assert not {"mean_price_per_mwh", "first_year_strike_per_mwh"} & set(told)


def test_prices_of_another_hour_change_nothing_of_the_flows():
    problem, solution = check(with_wind({"strike_per_mwh": ..., "price": {"index": "spot"}}), 1000)
    assert np.array_equal(solution.generation_mwh, np.full((1, 2), 10.0))
    assert problem.contracts[0].strike_per_mwh is None


def test_the_row_of_costs_has_every_price():
    # price 40 and 60, half of it due for what is curtailed; fees 3; basis 10 and 80.
    # Per MW 20 + 30; per MWh 20 + 13 and 30 + 83
    changes = {
        **{"strike_per_mwh": ..., "price": {"index": [40, 60]}, "sleeve_fee_per_mwh": 1, "balancing_fee_per_mwh": 2},
        **{
            "settlement_price_per_mwh": [30, -20],
            "curtailment": {"compensation": 0.5},
            "existing_mw": ...,
            "max_mw": 5,
        },
    }
    model = build_model(problem_from_case(with_wind(changes)))
    assert written(model.cost["contracts"].expr) == (
        "+50 contract[wind].contracted_mw +33 contract[wind].dispatched_mwh[0] +113 contract[wind].dispatched_mwh[1]"
    )
