"""A zone with a share of its own to reach, beside what the target asks for: two zones, two hours, by hand.

10 MW in each of two zones, at a retail price of 50 EUR/MWh; nothing is sold. Each zone has a plant that runs in the
first hour alone, at 80 EUR/MWh in Z and at 100 in Y: a matched MWh costs 30 EUR in Z and 50 in Y. No zone can match
more than 10 of its 20 MWh.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_cases import QUICK, a_case, merged

import carbonmatch as cm
from carbonmatch.accounting.proof import target_faults
from carbonmatch.errors import InfeasibleError
from carbonmatch.records import Problem
from carbonmatch.report.overview.run import target_text
from carbonmatch.study.fix import sizes_of
from carbonmatch.study.frontier import _margin
from carbonmatch.study.held import held_result
from carbonmatch.study.solver import CaseSolver

TWO_ZONES = {
    "zones": {"Z": {"spot_price_per_mwh": [40.0, 40.0]}, "Y": {"spot_price_per_mwh": [40.0, 40.0]}},
    "sites": {"t": {"zone": "Y", "load": [10.0, 10.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}}},
    "contracts": {
        "far": {
            "technology": "solar",
            "zone": "Y",
            "structure": "pay_as_produced",
            "strike_per_mwh": 100,
            "capacity_factor": [1.0, 0.0],
            "max_mw": 100,
        }
    },
    "surplus": ...,
}
NOTHING_MATCHED = 4 * 10 * 50.0


def result_of(matching="hourly", cfe=0.4, **target):
    return cm.solve(a_case(merged(TWO_ZONES, {"target": {"matching": matching, "cfe": cfe, **target}})), QUICK)


def net(result):
    return result.summary["cost"]["net_of_sales"]


@pytest.mark.parametrize("matching", ["hourly", "annual", "monthly"])
def test_a_floor_moves_matching_into_its_zone(matching):
    # 40 % of 40 MWh are 16: without a floor 10 in Z and 6 in Y, for 10 * 30 + 6 * 50 EUR; counted by the year as well,
    # where 16 in Z would leave 6 over that earn nothing, 80 EUR each. A floor of 0.45 wants 9 of 20 MWh in Y.
    free, floored = result_of(matching), result_of(matching, zone_floors={"Y": 0.45})
    if matching == "hourly":
        assert net(free) == pytest.approx(NOTHING_MATCHED + 10 * 30 + 6 * 50)
        assert net(floored) == pytest.approx(NOTHING_MATCHED + 7 * 30 + 9 * 50)
    else:
        assert net(floored) > net(free)
    contracted = floored.summary["contracts"]["far"]["contracted_mw"]
    assert contracted == pytest.approx(9.0)
    assert floored.summary["target"]["zone_floors"] == {"Y": 0.45}
    # what the target pays for a MWh is the same in both zones; the floor pays on top for one in Y, 50 for 30 EUR
    prices = floored.summary["shadow_prices"]
    assert prices["floor_premium_per_mwh"]["Z"] == 0.0
    assert prices["floor_premium_per_mwh"]["Y"] > 0.0
    if matching == "hourly":
        assert prices["green_premium_per_mwh"] == {"Z": pytest.approx(30.0), "Y": pytest.approx(30.0)}
        assert prices["floor_premium_per_mwh"]["Y"] == pytest.approx(20.0)
    # the offer in Y pays: what its MWh is worth is its strike
    assert floored.summary["contracts"]["far"]["capture_value_per_mwh"] == pytest.approx(100.0)


def test_the_green_premium_is_the_slope_of_the_cost_over_the_target_where_a_floor_binds_too():
    """A sweep holds the two against each other: 0.01 * 40 MWh more are matched in Z, at 30 EUR each."""
    here, there = (result_of(cfe=cfe, zone_floors={"Y": 0.45}) for cfe in (0.4, 0.41))
    assert net(there) - net(here) == pytest.approx(0.01 * 40 * 30)
    assert _margin(here.summary) == pytest.approx((net(there) - net(here)) / (0.01 * 40))


def test_a_floor_below_what_is_reached_costs_nothing():
    assert net(result_of(zone_floors={"Z": 0.3, "Y": 0.1})) == pytest.approx(net(result_of()))


def test_zones_with_targets_of_their_own():
    # 10 % in every zone and 50 % in Y: 2 MWh in Z at 30 and 10 MWh in Y at 50
    result = result_of(cfe=0.1, scope="zone", zone_floors={"Y": 0.5})
    assert net(result) == pytest.approx(NOTHING_MATCHED + 2 * 30 + 10 * 50)
    assert target_text(result.summary["target"]) == "10 % of load hour by hour, each zone by itself, at least 50 % in Y"


def test_a_floor_out_of_reach_is_infeasible():
    with pytest.raises(InfeasibleError, match="the limits of this case and the floors of its zones: they contradict"):
        result_of(zone_floors={"Y": 0.51})


def test_a_floor_of_all_leaves_nothing_unmatched():
    both = {"contracts": {"far": {"capacity_factor": [1.0, 0.5]}}, "target": {"matching": "hourly", "cfe": 0.4}}
    case = a_case(merged(merged(TWO_ZONES, both), {"target": {"zone_floors": {"Y": 1.0}}}))
    result = cm.solve(case, QUICK)
    assert result.ledger.zones[1].unmatched_mwh == pytest.approx([0.0, 0.0], abs=1e-6)
    assert result.summary["contracts"]["far"]["contracted_mw"] == pytest.approx(20.0)


def test_the_proof_knows_the_floors():
    result = result_of()
    problem: Problem = result.problem
    asked = replace(problem, target=replace(problem.target, zone_floors=(0.0, 0.45)))
    assert target_faults(problem, result.ledger) == []
    assert target_faults(asked, result.ledger) == ["the hourly floor of 0.450000 is missed in Y, the year: 0.300000000"]


def test_floors_of_no_zone_are_faults_and_without_a_target_they_count_for_nothing():
    with pytest.raises(cm.InputError) as caught:
        result_of(zone_floors={"X": 0.5})
    assert [fault.what for fault in caught.value.faults] == ["is no zone with a site (they are Y, Z)"]
    assert net(result_of("none", None, zone_floors={"Y": 0.45})) == pytest.approx(NOTHING_MATCHED)


def test_held_sizes_that_miss_a_floor_are_operated_without_it(tmp_path):
    """What a stress test does where sizes miss a limit whatever is done: the floor gives way, and that is told."""
    sizes = sizes_of(result_of().summary, str(tmp_path / "run"))
    case = a_case(merged(TWO_ZONES, {"target": {"matching": "hourly", "cfe": 0.4, "zone_floors": {"Y": 0.45}}}))
    held = held_result(case, sizes, CaseSolver(QUICK))
    assert held.summary["reach"]["lifted"] == ["target.zone_floors"]
    assert Path(sizes.path).name == "run"
