"""Operation without foresight: two days by hand, what must hold of any case, and what becomes of the result."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from properties.random_cases import PROPERTY, cases
from small_cases import QUICK, a_case
from studies.days import held, planned, schedule_of, stretched, two_days, unmatched_of

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.study import recourse
from carbonmatch.study.operate import operate_without_foresight
from carbonmatch.study.reach import best_share

# --- by hand ----------------------------------------------------------------------------------------------------------


def test_two_days_on_persistence_are_what_they_are_by_hand():
    """Load 60 MWh per step. The sun brings 0, 120, 120, 0 on the first day and 0, 60, 120, 0 on the second one.

    Each day is expected as the other one, for the day before the first is the last. The battery takes 60 MWh at its
    terminals in a step and holds 60 (0.9 each way).
    """
    case = two_days()
    _, sizes = planned(case)
    result = operate_without_foresight(case, sizes, QUICK)
    flows = schedule_of(case, result)
    # First day. Expected at noon: 60, just the load. There are 120: the 60 that no one expected are stored, 54 inside.
    # Afternoon, as expected: 60 to be stored, but there is room for (60 - 54) / 0.9. Evening: 48.6 were meant to be
    # there, 54 are, and all of them are given.
    # Second day. Expected at noon: 120, of which some was to be stored; there are 60, so that this is given up. In the
    # afternoon 60 are stored, and in the evening 54 * 0.9 are given, where 60 * 0.9 were meant to be.
    assert flows.charge_mwh[0] == pytest.approx([0, 60, 6 / 0.9, 0, 0, 0, 60, 0])
    assert flows.discharge_mwh[0] == pytest.approx([0, 0, 0, 54, 0, 0, 0, 48.6])
    assert flows.state_of_charge_mwh[0] == pytest.approx([0, 54, 60, 0, 0, 0, 54, 0])
    assert unmatched_of(result) == pytest.approx([60, 0, 0, 6, 60, 0, 0, 11.4])
    # retail 50 by night, 70 in the evening; 53.33 MWh sold at 10 - 5; sun 420 at 30; a battery of 60 at 1 a year
    cost = 120 * 50 + 17.4 * 70 - (60 - 6 / 0.9) * 5 + 420 * 30 + 60 * 2 / 365
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(cost, rel=1e-9)
    operation = result.summary["operation"]
    assert operation["score"] == pytest.approx(1 - 137.4 / 480)
    assert operation["foresight"] == "persistence"
    assert operation["target_met"] is True
    assert operation["left_mwh"] == pytest.approx(0.0, abs=1e-9)
    assert "every hour expected as it was a day before, 48 h ahead" in result.summary["warnings"][0]


def test_what_a_day_leaves_in_store_is_what_the_first_one_begins_with():
    # In the last hours the sun gives 120 for a load of 60: 60 are stored, 54 are in store, and no hour is left to use
    # them. So the first night begins with 54 and is given 54 * 0.9 = 48.6 of its 60.
    sun = [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.0, 1.0]
    case = two_days({"contracts": {"sun": {"capacity_factor": sun}}})
    _, sizes = planned(case)
    result = operate_without_foresight(case, sizes, QUICK)
    operation = result.summary["operation"]
    assert operation["passes"] == 2
    assert operation["opening_mwh"]["battery"]["clean"] == pytest.approx(54)
    assert operation["closing_mwh"]["battery"] == pytest.approx(54)
    assert schedule_of(case, result).charge_mwh[0, 7] == pytest.approx(60)
    assert schedule_of(case, result).discharge_mwh[0, 0] == pytest.approx(48.6)
    assert unmatched_of(result)[0] == pytest.approx(11.4)


def test_forecasts_of_the_case_are_planned_with_where_it_gives_them():
    # The first noon is forecast as it comes. The plan sells 53.33 of it at 15 - 5 and stores 60 of the afternoon, when
    # a MWh earns 5: with persistence it was the other way round.
    forecast = [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 1.0, 0.0]
    case = two_days({"contracts": {"sun": {"forecast_capacity_factor": forecast}}})
    _, sizes = planned(case)
    result = operate_without_foresight(case, sizes, QUICK)
    assert result.summary["operation"]["foresight"] == "forecast"
    assert result.summary["operation"]["forecasts"] == ["contracts.sun.capacity_factor"]
    sold = schedule_of(case, result)
    assert sold.charge_mwh[0, 1:3] == pytest.approx([6 / 0.9, 60])
    same = operate_without_foresight(case, sizes, QUICK, foresight="persistence")
    assert schedule_of(case, same).charge_mwh[0, 1:3] == pytest.approx([60, 6 / 0.9])


def test_a_forecast_that_is_wrong_changes_what_is_meant_and_not_what_there_is():
    # No sun is forecast: nothing is meant to be stored, and what comes is stored all the same.
    case = two_days({"contracts": {"sun": {"forecast_capacity_factor": 0.0}}})
    _, sizes = planned(case)
    result = operate_without_foresight(case, sizes, QUICK)
    assert schedule_of(case, result).charge_mwh[0] == pytest.approx([0, 60, 6 / 0.9, 0, 0, 0, 60, 0])


def test_a_plant_that_is_dispatched_covers_what_is_missing_where_that_is_worth_its_price():
    # 5 MW, so 30 MWh per step at 65. Expected for the second noon: 120, and the plant stands. There are 60: nothing is
    # missing. In the nights it runs, for a matched MWh is worth 50 and the premium.
    firm = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 65, "existing_mw": 5}
    forecast = [1.0, 1.0, 1.0, 1.0] * 2  # sun by night: the plant is not meant to run
    case = two_days({"contracts": {"firm": firm, "sun": {"forecast_capacity_factor": forecast}}})
    plan, sizes = planned(case)
    result = operate_without_foresight(case, sizes, QUICK)
    nights = result.solution.generation_mwh[0 if result.problem.contracts[0].name == "firm" else 1][[0, 4]]
    assert nights == pytest.approx([30, 30])
    # Worth nothing beyond the retail price of 50 by night, it stands; in the evening that is 70, and it runs.
    plan["shadow_prices"]["green_premium_per_mwh"]["Z"] = 0.0
    result = operate_without_foresight(case, sizes, QUICK, plan=plan)
    firm_row = [c.name for c in result.problem.contracts].index("firm")
    assert result.solution.generation_mwh[firm_row][[0, 4]] == pytest.approx([0, 0])
    assert result.solution.generation_mwh[firm_row][7] == pytest.approx(60 - 54, abs=60)


# --- what must hold of any case ---------------------------------------------------------------------------------------


def operated(mapping, foresight="persistence", window_hours=48.0, days=3):
    """Return (case, sizes, plan, result) of a random case stretched to some days; None where nothing can be planned."""
    case = case_from_mapping(stretched(mapping, days), Path())
    try:
        plan, sizes = planned(case)
    except InfeasibleError:
        return None
    result = operate_without_foresight(case, sizes, QUICK, plan=plan, foresight=foresight, window_hours=window_hours)
    return case, sizes, plan, result


@PROPERTY
@given(cases())
def test_no_operation_matches_more_than_the_same_sizes_can_with_perfect_foresight(mapping):
    # Energy balance, claims and money in every step are what `prove` looked at before the result was there.
    found = operated(mapping)
    assume(found is not None)
    case, sizes, _, result = found
    problem = held(case, sizes)
    target = replace(problem.target, matching="hourly", cfe=0.5, per_zone=False, max_surplus_share=math.inf)
    assert result.summary["operation"]["score"] <= best_share(replace(problem, target=target), QUICK) + 2e-6


@PROPERTY
@given(cases())
def test_storage_stays_within_its_limits_and_never_takes_up_what_is_not_there(mapping):
    found = operated(mapping)
    assume(found is not None)
    case, sizes, _, result = found
    problem, s = held(case, sizes), result.solution
    near = 1e-6 * problem.peak_load_mwh
    for b, storage in enumerate(problem.storage):
        stored = s.clean_state_of_charge_mwh[b] + s.grey_state_of_charge_mwh[b]
        moved = s.clean_charge_mwh[b] + s.clean_discharge_mwh[b] + s.grey_charge_mwh[b] + s.grey_discharge_mwh[b]
        assert stored.max() <= storage.max_energy_mwh + near
        assert stored.min() >= -near
        assert moved.max() <= storage.max_power_mw * problem.time.hours_per_step + near
        if math.isfinite(storage.cycles_per_year):
            cycled = (s.clean_discharge_mwh[b] + s.grey_discharge_mwh[b]).sum() / storage.cycle_efficiency
            assert cycled <= storage.cycles_per_year * problem.time.year_fraction * storage.max_energy_mwh + near
        kept = (1.0 - storage.standing_loss_per_hour) ** problem.time.hours_per_step
        least = storage.min_state_of_charge * storage.max_energy_mwh
        falls = stored < np.concatenate([[stored[0]], stored[:-1]]) * kept - near  # by more than it loses by itself
        assert (stored[falls] >= least - near).all()
    for z in range(len(problem.zones)):
        mine = [b for b, storage in enumerate(problem.storage) if storage.zone == z]
        eligible = [i for i, contract in enumerate(problem.contracts) if contract.zone == z and contract.eligible]
        offered = s.generation_mwh[eligible].sum(axis=0) + s.clean_discharge_mwh[mine].sum(axis=0)
        assert (s.clean_charge_mwh[mine].sum(axis=0) <= offered + near).all()
    assert result.summary["operation"]["left_mwh"] >= -near


@PROPERTY
@given(mapping=cases())
def test_an_hour_that_comes_as_it_was_forecast_is_carried_out_as_planned(mapping):
    # How much an error counts makes no difference then, but for the last digits of the plans. Two plans are not carried
    # out: one that burns energy in storage at prices below zero, charging and discharging at once, and one that counts
    # on its least state of charge to sink below itself by self-discharge.
    zones = {name: {**zone, "spot_price_per_mwh": 40} for name, zone in mapping["zones"].items()}
    mapping = {**mapping, "zones": zones, "surplus": {"price": None, "max_share": None}}
    mapping["storage"] = {name: {**entry, "min_state_of_charge": 0.0} for name, entry in mapping["storage"].items()}
    found = operated(mapping, foresight="perfect", window_hours=24.0)
    assume(found is not None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recourse, "DOUBT", 50.0)
        other = operated(mapping, foresight="perfect", window_hours=24.0)
    assert other[3].summary["operation"]["score"] == pytest.approx(found[3].summary["operation"]["score"], abs=1e-6)
    assert other[3].solution.objective == pytest.approx(found[3].solution.objective, rel=1e-6, abs=1e-6)


@PROPERTY
@given(cases())
def test_without_storage_and_without_a_choice_there_is_nothing_to_foresee(mapping):
    mapping = {**mapping, "storage": {}}
    mapping["contracts"] = {
        name: {key: value for key, value in contract.items() if key not in {"curtailment", "availability"}}
        for name, contract in mapping["contracts"].items()
        if contract["structure"] != "clean_firm"
    }
    mapping["target"] = {"matching": "none"}
    mapping["surplus"] = {**mapping["surplus"], "max_share": None}
    found = operated(mapping)
    assume(found is not None)
    _, _, plan, result = found
    assert result.summary["operation"]["score_change"] == pytest.approx(0.0, abs=1e-9)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(plan["cost"]["net_of_sales"], rel=1e-9, abs=1e-6)


EVENING = {"zones": {"Z": {"spot_price_per_mwh": [40.0, 15.0, 10.0, 60.0] * 2}}}


@pytest.mark.parametrize("cfe", [0.5, 1.0])
def test_perfect_forecasts_as_far_as_the_horizon_reach_the_best_score_there_is(cfe):
    # The evening is dear and the last one, so that nothing is kept beyond the end.
    case = two_days({**EVENING, "contracts": {"sun": {"capacity_factor": [0.1, 1.0, 0.9, 0.3, 0.4, 0.5, 1.0, 0.0]}}})
    _, sizes = planned(two_days(EVENING))
    case = two_days({**EVENING, "target": {"cfe": cfe}})
    problem = held(case, sizes)
    result = operate_without_foresight(case, sizes, QUICK, foresight="perfect", window_hours=48)
    assert result.summary["operation"]["score"] == pytest.approx(best_share(problem, QUICK), abs=2e-6)


# --- what cannot be operated ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"foresight": "persistance"}, "'persistance' is not known; did you mean 'persistence'?"),
        ({"window_hours": 12.0}, "is 12 hours; a window is a day or longer"),
    ],
)
def test_what_no_operator_can_do_is_told(asked, told):
    case = two_days()
    _, sizes = planned(case)
    with pytest.raises(InputError, match=re.escape(told)):
        operate_without_foresight(case, sizes, QUICK, **asked)


def test_a_case_of_one_day_has_no_day_before():
    case = a_case()  # two hours
    _, sizes = planned(case)
    with pytest.raises(InputError, match="shorter than two days"):
        operate_without_foresight(case, sizes, QUICK)
