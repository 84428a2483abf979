"""The best score in reach: what it is told to be can be met, and a hair more cannot."""

from __future__ import annotations

import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_reach_model, problem_from_case, share_reached
from carbonmatch.records import Problem
from carbonmatch.solving import SolveOptions, solve_model
from carbonmatch.study import solve_case
from carbonmatch.study.reach import best_share, share_yardstick, without_firm_charges

STORED = {
    "zones": {"Z": {"grid_cfe_share": [0.25, 0.5]}},
    "sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}},
    "contracts": {
        "sun": {"max_mw": 12},
        "swap": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "virtual",
            "strike_per_mwh": 55,
            "capacity_factor": [0.5, 0.25],
            "max_mw": 6,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 8760,
            "energy_cost_per_mwh_year": 4380,
            "round_trip_efficiency": 0.64,
            "max_energy_mwh": 3,
        }
    },
}


def best(changes) -> float:
    return best_share(problem_from_case(a_case(merged(STORED, changes))), QUICK)


@pytest.mark.parametrize(
    "target",
    [
        {"matching": "hourly"},
        {"matching": "hourly", "grid_credit": True},
        {"matching": "annual"},
        {"matching": "hourly", "scope": "zone"},
    ],
    ids=["hourly", "credit", "annual", "zone"],
)
def test_the_best_share_can_be_met_and_a_hair_more_cannot(target):
    share = best({"target": {**target, "cfe": 0.1}})
    assert 0.0 < share < 1.0 or target["matching"] == "annual"
    solve_case(a_case(merged(STORED, {"target": {**target, "cfe": share * (1 - 1e-9)}})), QUICK)
    if share < 1.0:
        with pytest.raises(InfeasibleError):
            solve_case(a_case(merged(STORED, {"target": {**target, "cfe": share + 1e-5}})), QUICK)


def test_the_best_share_does_not_hang_on_the_target():
    shares = [best({"target": {"matching": "hourly", "cfe": cfe}}) for cfe in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([shares[0]] * 3, abs=1e-12)


def test_where_everything_can_be_matched_the_share_is_one_and_where_nothing_can_it_is_zero():
    everything = {"contracts": {"sun": {"capacity_factor": [1.0, 1.0]}}, "target": {"matching": "hourly", "cfe": 0.5}}
    assert best(everything) == 1.0
    nothing = {"contracts": {"sun": {"max_mw": 0}}, "target": {"matching": "hourly", "cfe": 0.5}}
    assert best_share(problem_from_case(a_case(nothing)), QUICK) == 0.0


@pytest.mark.parametrize("matching", ["hourly", "annual"])
@pytest.mark.parametrize("size", [0.0, 1e-3, 5.0, 100.0])
@pytest.mark.parametrize("solver", ["highs", "clarabel"])
def test_every_engine_certifies_it_at_any_share(matching, size, solver):
    case = a_case({"contracts": {"sun": {"max_mw": size}}, "target": {"matching": matching, "cfe": 1.0}})
    # t0 has min(size, 10) of 20 MWh hour by hour; over the year it counts what exceeds 10 too
    expected = min(size, 10.0 if matching == "hourly" else 20.0) / 20.0
    assert best_share(problem_from_case(case), SolveOptions(solver=solver)) == pytest.approx(expected, abs=2e-6)


def test_one_set_of_ledgers_and_two_reach_the_same():
    problem = problem_from_case(
        a_case({"contracts": {"sun": {"max_mw": 6}}, "target": {"matching": "hourly", "cfe": 1}})
    )
    shares = []
    for split in (False, True):
        model = build_reach_model(without_firm_charges(problem), split_ledgers=split)
        shares.append(share_reached(model, solve_model(model, share_yardstick(problem), QUICK)))
    assert shares == pytest.approx([0.3, 0.3])


def test_a_zone_is_asked_alone():
    two = {
        "zones": {"Y": {"spot_price_per_mwh": 50}},
        "sites": {"y": {"zone": "Y", "load": [10.0, 10.0], "grid": {"energy": {"flat_per_mwh": 60}}}},
        "target": {"matching": "hourly", "cfe": 0.9, "scope": "zone"},
    }
    problem: Problem = problem_from_case(a_case(two))
    assert [best_share(problem, QUICK, asked=asked) for asked in (None, [0], [1])] == [0.0, 0.5, 0.0]


def test_the_costs_of_the_case_are_in_the_model_by_name():
    model = build_reach_model(problem_from_case(a_case(TWO_HOURS)))
    assert set(model.cost) >= {"contracts", "grid_energy", "surplus_sales"}
    assert not hasattr(model, "total_cost")


def test_limits_that_contradict_each_other_leave_no_share():
    with pytest.raises(InfeasibleError):
        best_share(
            problem_from_case(a_case({"contracts": {"sun": {"min_mw": 12}}, "surplus": {"max_share": 0.0}})), QUICK
        )
