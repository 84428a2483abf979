"""Tolls and pairs in the studies: diagnosed, adapted, over weather years, without foresight, metered."""

from __future__ import annotations

from pathlib import Path

import pytest
from metered.by_meter import BATTERY as METERED
from metered.by_meter import a_metered_case
from numpy.testing import assert_allclose
from small_cases import QUICK, TWO_HOURS, a_case, merged

import carbonmatch as cm
from carbonmatch.case import case_from_mapping, years_from_mapping
from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.formulation import adapt, build_model, limits_of, problem_from_case
from carbonmatch.study import diagnose_case, solve_case, solve_years
from carbonmatch.study.inoperable import inoperable

# Load 10 and 10 MWh, sun in the first hour alone. The battery beside it has 0.9 each way.
PAIR = {
    "contracts": {"sun": {"curtailment": {"compensation": 0}, "max_mw": ...}},
    "storage": {
        "battery": {
            "zone": "Z",
            "tolled": {"fee_per_kw_month": 7.44},  # 20 per MW over the two hours
            "duration_hours": 2,
            "round_trip_efficiency": 0.81,
            "paired_with": "sun",
        }
    },
    "target": {"matching": "hourly", "cfe": 0.8},
}


def a_pair(*changes, **battery):
    case = merged(merged(TWO_HOURS, PAIR), {"storage": {"battery": battery}})
    for change in changes:
        case = merged(case, change)
    return case


def can_be_solved(case, *settings):
    try:
        solve_case(case_from_mapping(case, Path(), settings=settings), QUICK)
    except InfeasibleError:
        return False
    return True


# --- diagnose ---------------------------------------------------------------------------------------------------------

# 6 MW leave the plant in each hour, 12 of 20 MWh: 0.6. For 0.8 it takes 8.
NARROW = a_pair(connection_mw=6)
# 0.4 of 19 MW are 7.6; for 8 it takes 20 MW, or 8 / 19
NARROW_BY_SHARE = a_pair({"contracts": {"sun": {"max_mw": 19}}}, connection_share=0.4)


@pytest.mark.parametrize(
    ("case", "best", "moves"),
    [
        (NARROW, 0.6, {"storage.battery.connection_mw": 8.0}),
        (NARROW_BY_SHARE, 0.76, {"storage.battery.connection_share": 8 / 19, "contracts.sun.max_mw": 20.0}),
    ],
    ids=["megawatts", "share"],
)
def test_the_connection_that_stands_in_the_way_is_told_with_what_is_enough(case, best, moves):
    found = diagnose_case(a_case(base=case), QUICK)
    assert not found.can_be_met
    assert found.best_share == pytest.approx(best, abs=1e-9)
    told = {obstacle.key: obstacle.needed for obstacle in found.obstacles}
    assert {key: told[key] for key in moves} == pytest.approx(moves, rel=1e-6)
    assert not can_be_solved(case)
    for key, needed in moves.items():
        assert can_be_solved(case, f"{key}={needed * (1 + 1e-6)!r}")
        assert not can_be_solved(case, f"{key}={needed * 0.999!r}")


def test_a_wide_connection_is_a_limit_that_does_not_stand_in_the_way():
    case = a_pair({"contracts": {"sun": {"max_mw": 9}}, "target": {"cfe": 1.0}}, connection_mw=50)
    problem = problem_from_case(a_case(base=case))
    assert [limit.key for limit in limits_of(problem)] == ["contracts.sun.max_mw", "storage.battery.connection_mw"]
    assert [o.key for o in diagnose_case(a_case(base=case), QUICK).obstacles] == ["contracts.sun.max_mw"]


# --- adapt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("battery", "same"),
    [
        ({"tolled": {"fee_per_kw_month": 9}}, True),
        ({"connection_mw": 9}, None),
        ({"connection_mw": ..., "connection_share": 0.5}, None),
        ({"paired_with": ..., "connection_mw": ...}, None),
    ],
)
def test_another_fee_is_another_number_and_another_pair_is_another_model(battery, same):
    built, wanted = (problem_from_case(a_case(base=a_pair(**keys))) for keys in ({"connection_mw": 8}, {}))
    wanted = problem_from_case(a_case(base=merged(a_pair(connection_mw=8), {"storage": {"battery": battery}})))
    assert adapt(build_model(built), built, wanted) is same


def test_a_sweep_over_fees_and_connections_is_each_of_its_cases(tmp_path):
    keys = {"storage.battery.tolled.fee_per_kw_month": [5, 9], "storage.battery.connection_mw": [8, 9]}
    case = case_from_mapping(a_pair(), Path())
    for fee in keys["storage.battery.tolled.fee_per_kw_month"]:
        for connection in keys["storage.battery.connection_mw"]:
            settings = [f"storage.battery.tolled.fee_per_kw_month={fee}", f"storage.battery.connection_mw={connection}"]
            found = solve_case(case_from_mapping(a_pair(), Path(), settings=settings), QUICK)
            told = found.summary["storage"]["battery"]
            assert (told["paired_with"], told["connection_mw"]) == ("sun", connection)
            assert told["fee_per_kw_month"] == fee
            assert told["capacity_cost"] == pytest.approx(1000 * fee * 2 / 744 * told["power_mw"])
    assert case.storage["battery"].paired_with == "sun"


# --- weather years ----------------------------------------------------------------------------------------------------


def test_over_weather_years_a_pair_has_one_size_and_each_year_keeps_to_its_connection():
    years = {"clear": {}, "dull": {"set": {"contracts.sun.capacity_factor": [0.5, 0.0]}}}
    case = {**a_pair(connection_mw=8), "weather_years": years}
    found = solve_years(years_from_mapping(case), QUICK)
    sizes = {name: summary["storage"]["battery"]["power_mw"] for name, summary in found.years.items()}
    assert sizes["clear"] == pytest.approx(sizes["dull"])
    # the dull year takes 8 of 8 / 0.81 charged: 17.88 MWh, of half a MWh per MW
    assert found.summary["contracts"]["sun"]["contracted_mw"] == pytest.approx(2 * (8 + 8 / 0.81))
    for summary in found.years.values():
        assert summary["verified"]
        assert summary["scores"]["hourly_matched_share"] >= 0.8 - 1e-6


# --- held sizes, and operation without foresight ----------------------------------------------------------------------


def test_a_plant_that_does_not_count_has_no_storage_beside_it():
    case = a_pair({"target": {"eligible": {"technologies": ["onshore_wind"]}}})
    with pytest.raises(InputError) as caught:
        problem_from_case(a_case(base=case))
    assert [str(fault) for fault in caught.value.faults] == [
        "storage.battery.paired_with: is sun, whose generation does not count in full towards the target; what is "
        "stored of it could not be told from other claims. Pair with a contract that counts, or leave paired_with out"
    ]


def test_operation_without_foresight_knows_no_pairs():
    told = [str(fault) for fault in inoperable(problem_from_case(a_case(base=a_pair())))]
    assert told == [
        "storage.battery: stands beside sun alone, and the rules of operation without foresight do not know such; "
        "hold the portfolio against other cases instead"
    ]
    assert not inoperable(problem_from_case(a_case(base=a_pair(paired_with=...))))


# --- meters -----------------------------------------------------------------------------------------------------------

WIND = {
    "contracts": {
        "wind": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "pay_as_produced",
            "metered_generation_mw": [4.0, 4.0, 6.0, 0.0],
        }
    }
}
BESIDE = {"storage": {"battery": {"paired_with": "sun"}}}


def test_what_is_metered_beside_a_plant_is_of_that_plant():
    # 5 and 4 charged: with the wind of the hour a fifth and three tenths of it, beside the sun none
    free, beside = (cm.match(a_metered_case(METERED, WIND, more)) for more in ({}, BESIDE))
    for result, share in ((free, 1 - (5 * 4 / 20 + 4 * 6 / 20) / 9), (beside, 1.0)):
        links = result.links
        of_sun = links[links.contract == "sun"].charged_mwh.sum() / links.charged_mwh.sum()
        assert of_sun == pytest.approx(share)
        assert_allclose(result.hourly.matched_mwh, [4, 10, 10, 7.2])


def test_what_is_charged_beyond_its_plant_came_from_the_grid_though_there_is_wind():
    # in the first hour the sun stands still and the wind blows: 3 are charged, of which nothing is of the pair
    night = {
        "storage": {"battery": {"metered_charge_mw": [3.0, 5.0, 4.0, 0.0], "metered_discharge_mw": [0, 0, 0, 9.6]}}
    }
    result = cm.match(a_metered_case(METERED, WIND, BESIDE, night))
    assert_allclose(result.storage_hourly.grey_charge_mwh, [3, 0, 0, 0])
    assert_allclose(result.storage_hourly.clean_charge_mwh, [0, 5, 4, 0])
    assert result.summary["verified"]


def test_what_is_only_matched_needs_no_rate_for_costs_that_it_does_not_have():
    library = {"storage": {"battery": {"round_trip_efficiency": ..., "library": "lithium_ion_4h"}}}
    assert cm.match(a_metered_case(METERED, library)).facts.storage[0].efficiency_limit == 0.85


def test_what_is_stored_of_a_plant_that_does_not_count_is_no_claim_though_others_count():
    wind_alone = {"target": {"matching": "hourly", "cfe": 0.5, "eligible": {"technologies": ["onshore_wind"]}}}
    result = cm.match(a_metered_case(METERED, WIND, BESIDE, wind_alone))
    assert_allclose(result.hourly.matched_mwh, [4, 4, 6, 0])
    assert_allclose(result.storage_hourly.clean_discharge_mwh, 0)
    assert_allclose(result.storage_hourly.grey_discharge_mwh, [0, 0, 0, 7.2])
