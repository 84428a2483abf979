"""What is delivered, taken and paid under a shape, as consumed and within a volume: two hours, solved by hand.

Unless told otherwise retail costs 50 and 70 a MWh, surplus earns 35 and 55, the load is 10 MWh in each hour.
"""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import a_case, solved

from carbonmatch.accounting import build_ledger, facts_from_case, flows_of, payments, prove

BASELOAD = {"technology": "onshore_wind", "structure": "baseload", "strike_per_mwh": 52, "capacity_factor": [1.0, 0.5]}
CONSUMED = {"technology": "hydro", "structure": "pay_as_consumed", "strike_per_mwh": 55}
RETAIL = {"technology": "clean_firm", "structure": "retail_supply", "strike_per_mwh": 48, "cfe_share": [0.4, 0.9]}
VOLUME = {**CONSUMED, "existing_mw": 8, "volume_mwh_per_mw_year": 8760}
"""8 MW of 1 MWh per MW and hour: 16 MWh are contracted."""


def found(contract, **changes):
    """Solve a case with one contract; prove it, and return its problem, solution and ledger."""
    case = a_case({"contracts": {"sun": ..., "it": {"zone": "Z", **contract}}, **changes})
    problem, solution, _ = solved(case)
    ledger = build_ledger(problem, flows_of(solution), facts_from_case(case))
    prove(problem, solution, ledger)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective)
    assert solution.contract_cost["it"] == pytest.approx(
        solution.cost["contracts"] + solution.cost["existing_contracts"]
    )
    return problem, solution, ledger


def paid(problem, solution):
    unused = None if solution.unused_mwh is None else solution.unused_mwh[0]
    return payments(
        problem.contracts[0],
        float(solution.contracted_mw[0]),
        solution.generation_mwh[0],
        solution.curtailed_mwh[0],
        unused,
    )


# --- baseload and shaped ----------------------------------------------------------------------------------------------


def test_baseload_delivers_its_size_and_claims_what_the_plant_generates():
    # One MW is worth 50 + 70 of retail up to the load, 35 + 55 beyond, and costs 2 * 52: 10 MW, 1040 in all.
    # The plant generates 10 and 5: 15 of 20 MWh are matched, whatever is delivered.
    problem, solution, ledger = found(BASELOAD)
    assert solution.contracted_mw == pytest.approx([10.0])
    assert solution.delivered_mwh[0] == pytest.approx([10.0, 10.0])
    assert solution.objective == pytest.approx(1040.0)
    assert paid(problem, solution) == pytest.approx([520.0, 520.0])
    assert ledger.zones[0].matched_mwh == pytest.approx([10.0, 5.0])
    assert solution.retail_supply_mwh[0] == pytest.approx([0.0, 0.0])


def test_losses_and_outages_of_the_plant_lower_claims_and_not_what_is_delivered():
    outage = [{"start": "2018-01-01T01:00", "end": "2018-01-01T02:00"}]
    _, solution, ledger = found({**BASELOAD, "loss_factor": 0.9, "outages": outage})
    assert solution.delivered_mwh[0] == pytest.approx([10.0, 10.0])
    assert ledger.contracts[0].claimable_mwh == pytest.approx([9.0, 0.0])


def test_a_target_is_met_by_claims_of_the_plant():
    # 90 % of 20 MWh: 8 unmatched MWh less than the 5 of 10 MW; one MW more claims 0.5 in the second hour: 16 MW.
    # The 6 MW beyond the load are sold: 16 * 2 * 52 - 6 * (35 + 55) = 1664 - 540.
    _, solution, _ = found(BASELOAD, target={"matching": "hourly", "cfe": 0.9})
    assert solution.contracted_mw == pytest.approx([16.0])
    assert solution.objective == pytest.approx(1124.0)


def test_hourly_certificates_make_one_flow_of_both():
    # Claims are what is delivered: 10 MW match all. No profile is asked.
    contract = {key: value for key, value in BASELOAD.items() if key != "capacity_factor"}
    problem, solution, ledger = found(
        {**contract, "hourly_certificates": True}, target={"matching": "hourly", "cfe": 1}
    )
    assert problem.contracts[0].delivers_what_it_claims
    assert solution.merged_ledgers == (True,)
    assert ledger.zones[0].matched_mwh == pytest.approx([10.0, 10.0])
    assert solution.objective == pytest.approx(1040.0)


def test_a_shape_is_delivered_and_paid():
    # One MW delivers 0.5 and 1.5, worth 0.5 * 50 + 1.5 * 70 = 130 until the second hour is full, 107.5 beyond; it costs
    # 2 * 60. So 1.5 * size = 10: 6.667 MW deliver 3.333 and 10. Paid: 60 * 13.333 = 800, and 6.667 * 50 at retail.
    terms = {**BASELOAD, "structure": "shaped", "strike_per_mwh": 60, "shape": [0.5, 1.5]}
    problem, solution, _ = found(terms)
    assert solution.contracted_mw == pytest.approx([20 / 3])
    assert solution.delivered_mwh[0] == pytest.approx([10 / 3, 10.0])
    assert solution.objective == pytest.approx(800.0 + 1000 / 3)
    assert paid(problem, solution) == pytest.approx([200.0, 600.0])


def test_monthly_and_daily_factors_are_of_the_local_clock():
    # Hours of Berlin, summer time: the second hour of the UTC day is the fourth on the clock.
    daily = [0.5] * 12 + [1.5] * 12
    monthly = [0.8] * 6 + [1.2] * 6
    contract = {**BASELOAD, "zone": "Z", "structure": "shaped", "shape": {"monthly": monthly, "daily": daily}}
    contract["capacity_factor"] = 0.5
    case = a_case(
        {
            "time": {"start": "2018-06-30", "end": "2018-07-02", "timezone": "Europe/Berlin"},
            "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 1}},
            "sites": {"s": {"load": {"flat_mw": 10}}},
            "contracts": {"sun": ..., "it": contract},
        }
    )
    shape = case.contracts["it"].shape
    assert shape == pytest.approx([0.4] * 12 + [1.2] * 12 + [0.6] * 12 + [1.8] * 12)


def test_a_long_step_holds_the_mean_of_its_hours():
    contract = {
        **BASELOAD,
        "zone": "Z",
        "structure": "shaped",
        "shape": {"daily": [0.0, 2.0] * 12},
        "capacity_factor": 1,
    }
    case = a_case(
        {
            "time": {"start": "2018-06-30", "end": "2018-07-01", "step": "3h"},
            "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 1}},
            "sites": {"s": {"load": {"flat_mw": 10}}},
            "contracts": {"sun": ..., "it": contract},
        }
    )
    assert case.contracts["it"].shape == pytest.approx([2 / 3, 4 / 3] * 4)


# --- taken as it is used ----------------------------------------------------------------------------------------------


def test_what_is_taken_is_paid_where_it_is_cheaper_than_retail():
    # 55 is above 50 in the first hour and below 70 in the second: 8 MWh are taken there. 440 + 500 + 2 * 70.
    problem, solution, _ = found({**CONSUMED, "max_mw": 8})
    assert solution.generation_mwh[0] == pytest.approx([0.0, 8.0])
    assert solution.contracted_mw == pytest.approx([8.0])
    assert solution.objective == pytest.approx(1080.0)
    assert paid(problem, solution) == pytest.approx([0.0, 440.0])


def test_energy_taken_as_consumed_is_never_sold_on():
    # At 20 a MWh a plant's energy would be sold at 35 and 55 without end; this is taken up to the load.
    _, solution, _ = found({**CONSUMED, "strike_per_mwh": 20, "max_mw": 50})
    assert solution.generation_mwh[0] == pytest.approx([10.0, 10.0])
    assert solution.sold_mwh[0] == pytest.approx([0.0, 0.0])
    # One more MWh that may be taken is worth what a MWh of energy is, between its sale and retail, less 20.
    worth = solution.shadow_prices.consumed_limit_value_per_mwh[0]
    assert (worth >= [14.9, 34.9]).all()
    assert (worth <= [30.1, 50.1]).all()


def test_two_contracts_share_what_is_used():
    # Both together take no more than the load: 10 MWh at 20, nothing at 30, though 35 could be had for each.
    case = a_case(
        {
            "contracts": {
                "sun": ...,
                "dear": {**CONSUMED, "zone": "Z", "strike_per_mwh": 30},
                "cheap": {**CONSUMED, "zone": "Z", "strike_per_mwh": 20},
            }
        }
    )
    _, solution, _ = solved(case)
    assert solution.generation_mwh == pytest.approx(np.array([[0.0, 0.0], [10.0, 10.0]]))
    assert solution.objective == pytest.approx(400.0)


def test_the_size_without_a_limit_is_the_peak_of_what_is_used():
    _, solution, _ = found(CONSUMED, sites={"s": {"load": [4.0, 10.0]}})
    assert solution.contracted_mw == pytest.approx([10.0])


def test_a_capacity_fee_makes_the_size_a_choice():
    # 43800 a year are 5 for an hour, 10 for both: one MW saves 70 - 55 = 15 in the second hour. All 10 MW: 550 + 100.
    _, solution, _ = found({**CONSUMED, "capacity_fee_per_mw_year": 43800})
    assert solution.contracted_mw == pytest.approx([10.0])
    assert solution.objective == pytest.approx(500.0 + 550.0 + 100.0)
    _, dear, _ = found({**CONSUMED, "capacity_fee_per_mw_year": 87600})
    assert dear.contracted_mw == pytest.approx([0.0])


# --- volumes ----------------------------------------------------------------------------------------------------------


def test_the_least_volume_is_taken():
    # 0.75 of 16 MWh: 12. The second hour takes 8, the first 4 at 55 where retail is 50.
    _, solution, _ = found({**VOLUME, "least_volume_share": 0.75})
    assert solution.generation_mwh[0] == pytest.approx([4.0, 8.0])
    assert solution.objective == pytest.approx(12 * 55.0 + 6 * 50.0 + 2 * 70.0)


def test_the_most_volume_is_not_passed():
    # 0.25 of 16 MWh: 4, in the dearer hour.
    _, solution, _ = found({**VOLUME, "most_volume_share": 0.25})
    assert solution.generation_mwh[0] == pytest.approx([0.0, 4.0])
    assert solution.objective == pytest.approx(4 * 55.0 + 10 * 50.0 + 6 * 70.0)


def test_take_or_pay_pays_for_what_is_not_taken():
    # 12 MWh are paid for; only 2 + 8 are used. 2 MWh are paid with the last hour, and never delivered.
    terms = {**VOLUME, "take_or_pay": {"share": 0.75}}
    problem, solution, _ = found(terms, sites={"s": {"load": [2.0, 8.0]}})
    assert solution.generation_mwh[0] == pytest.approx([2.0, 8.0])
    assert solution.unused_mwh[0] == pytest.approx([0.0, 2.0])
    assert paid(problem, solution) == pytest.approx([110.0, 550.0])
    assert solution.objective == pytest.approx(12 * 55.0)


def test_take_or_pay_is_settled_by_the_month_of_the_local_calendar():
    # The hour before February and the one after: 6 MWh are paid for in each. 2 + 4 unused, then 8 taken.
    terms = {**VOLUME, "take_or_pay": {"share": 0.75, "period": "month"}}
    across = {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00"}
    problem, solution, _ = found(terms, sites={"s": {"load": [2.0, 8.0]}}, time=across)
    assert solution.unused_mwh[0] == pytest.approx([4.0, 0.0])
    assert paid(problem, solution) == pytest.approx([330.0, 440.0])


def test_take_or_pay_of_nothing_is_pay_as_consumed():
    _, plain, _ = found({**CONSUMED, "existing_mw": 8})
    _, nothing, _ = found({**VOLUME, "take_or_pay": {"share": 0.0}})
    assert nothing.objective == pytest.approx(plain.objective)
    assert nothing.generation_mwh == pytest.approx(plain.generation_mwh)
    assert nothing.unused_mwh is None


def test_clean_firm_supply_may_be_take_or_pay_too():
    # 16 MWh are paid for at 60: taking costs nothing more, so 8 are taken in both hours, 2 are bought at retail.
    terms = {**VOLUME, "structure": "clean_firm", "strike_per_mwh": 60, "take_or_pay": {"share": 1.0}}
    _, solution, _ = found(terms)
    assert solution.generation_mwh[0] == pytest.approx([8.0, 8.0])
    assert solution.objective == pytest.approx(16 * 60.0 + 2 * 50.0 + 2 * 70.0)


# --- retail supply with claims ----------------------------------------------------------------------------------------


def test_retail_supply_brings_its_share_of_claims():
    # 48 is below 50 and 70: all is taken, 20 * 48. Claims are 0.4 * 10 and 0.9 * 10.
    _, solution, ledger = found(RETAIL)
    assert solution.generation_mwh[0] == pytest.approx([10.0, 10.0])
    assert solution.objective == pytest.approx(960.0)
    assert ledger.zones[0].matched_mwh == pytest.approx([4.0, 9.0])
    assert ledger.zones[0].unmatched_mwh == pytest.approx([6.0, 1.0])


def test_retail_supply_reserves_no_firm_capacity_of_the_site():
    # 4380 per MW and year are 1 for two hours; all that is taken is sleeved, and nothing is reserved.
    _, solution, _ = found(RETAIL, sites={"s": {"grid": {"firm_capacity_charge_per_mw_year": 4380}}})
    assert solution.firm_capacity_mw == pytest.approx([0.0])
    assert solution.cost["firm_capacity"] == pytest.approx(0.0)


# --- start and end ----------------------------------------------------------------------------------------------------

TWO_DAYS = {
    "time": {"start": "2018-01-01", "end": "2018-01-03", "step": "12h"},
    "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 1}},
    "sites": {"s": {"load": {"flat_mw": 10}}},
}
"""Four steps of 12 h, retail 50, load 120 MWh in each."""


def test_a_contract_is_there_between_its_start_and_its_end():
    # Clean firm at 45 from the second day on. A fee of 8760 a year is 1 an hour, due for 24 of 48 h: 24 per MW, and one
    # MW saves 24 * 5 = 120. So 10 MW: 240 * 45 + 240 for them, 240 * 50 before.
    firm = {"technology": "hydro", "structure": "clean_firm", "strike_per_mwh": 45, "capacity_fee_per_mw_year": 8760}
    problem, solution, _ = found({**firm, "start": "2018-01-02"}, **TWO_DAYS)
    assert solution.generation_mwh[0] == pytest.approx([0.0, 0.0, 120.0, 120.0])
    assert solution.cost["contracts"] == pytest.approx(240 * 45.0 + 240.0)
    assert solution.objective == pytest.approx(240 * 45.0 + 240.0 + 240 * 50.0)
    assert problem.contracts[0].in_force_share == 0.5


def test_a_shape_and_a_volume_end_with_the_contract():
    baseload = {**BASELOAD, "strike_per_mwh": 45, "capacity_factor": 0.5, "max_mw": 10, "end": "2018-01-02"}
    problem, solution, _ = found(baseload, **TWO_DAYS)
    assert solution.delivered_mwh[0] == pytest.approx([120.0, 120.0, 0.0, 0.0])
    assert solution.generation_mwh[0] == pytest.approx([60.0, 60.0, 0.0, 0.0])
    assert paid(problem, solution) == pytest.approx([5400.0, 5400.0, 0.0, 0.0])
    # 8 MW of 1 MWh per MW and hour, in force for 24 h: 192 MWh, of which 240 can be used; at 55 above retail all unused
    # energy beyond take-or-pay is left alone.
    terms = {**VOLUME, "take_or_pay": {"share": 0.5}, "end": "2018-01-02"}
    problem, solution, _ = found(terms, **TWO_DAYS)
    assert problem.contracts[0].volume.total_mwh_per_mw == pytest.approx(24.0)
    assert solution.generation_mwh[0].sum() == pytest.approx(96.0)
    assert list(problem.contracts[0].volume.settled[0]) == [0, 1]
