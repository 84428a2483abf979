"""The score of every site: claims of its zone shared by load of the hour, nothing shared between zones."""

from __future__ import annotations

import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.case import years_from_mapping
from carbonmatch.study import solve_case, solve_years

SHARE = 1e-9

SITES = {
    "zones": {
        "Z": {"grid_cfe_share": [0.5, 0.2]},
        "Y": {"spot_price_per_mwh": [30.0, 50.0], "grid_cfe_share": [1.0, 0.5]},
    },
    "sites": {
        "s": {"load": [10.0, 10.0]},
        "night": {"zone": "Z", "load": [0.0, 20.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}},
        "far": {"zone": "Y", "load": [5.0, 5.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}},
    },
    "contracts": {"sun": {"capacity_factor": [1.0, 0.3], "max_mw": ..., "existing_mw": 20}},
}
"""Zone Z uses 10 and 30, and has 20 and 6 of sun: it is matched to 1 and to 0.2. Zone Y has nothing."""


@pytest.fixture(scope="module")
def summary():
    return solve_case(a_case(SITES), QUICK).summary


def test_a_site_has_the_matched_share_of_its_zone_in_every_hour(summary):
    grid = summary["grid"]
    # s: 10 of 10 and 2 of 10; night: 0 of 0 and 4 of 20; far: nothing
    assert grid["s"]["hourly_matched_share"] == pytest.approx(12 / 20, abs=SHARE)
    assert grid["night"]["hourly_matched_share"] == pytest.approx(4 / 20, abs=SHARE)
    assert grid["far"]["hourly_matched_share"] == pytest.approx(0.0, abs=SHARE)


def test_the_mix_of_the_grid_counts_for_what_is_left(summary):
    grid = summary["grid"]
    # s: 12 and 0.2 of the 8 left; night: 4 and 0.2 of 16; far: 5 and 0.5 of 5
    assert grid["s"]["cfe_score"] == pytest.approx((12 + 0.2 * 8) / 20, abs=SHARE)
    assert grid["night"]["cfe_score"] == pytest.approx((4 + 0.2 * 16) / 20, abs=SHARE)
    assert grid["far"]["cfe_score"] == pytest.approx((5 + 2.5) / 10, abs=SHARE)


def test_sites_add_up_to_their_zone_and_zones_to_the_portfolio(summary):
    of_zone = {"Z": ("s", "night"), "Y": ("far",)}
    for zone, sites in of_zone.items():
        matched = sum(summary["grid"][site]["matched_mwh"] for site in sites)
        assert matched == pytest.approx(summary["zones"][zone]["matched_mwh"], abs=1e-9)
    # 20 + 20 + 10 of load; 12 + 4 matched
    assert summary["scores"]["hourly_matched_share"] == pytest.approx(16 / 50, abs=SHARE)


def test_a_site_without_load_leaves_nothing_unmatched():
    idle = merged(SITES, {"sites": {"night": {"load": [0.0, 0.0]}}})
    grid = solve_case(a_case(idle), QUICK).summary["grid"]
    assert (grid["night"]["hourly_matched_share"], grid["night"]["cfe_score"]) == (1.0, 1.0)


def test_without_the_mix_of_the_grid_there_is_no_cfe_score():
    unknown = merged(SITES, {"zones": {"Y": {"grid_cfe_share": ...}}})
    grid = solve_case(a_case(unknown), QUICK).summary["grid"]
    assert grid["far"]["cfe_score"] is None
    assert grid["s"]["cfe_score"] is not None


def test_a_single_site_has_the_score_of_the_run_alone():
    assert "hourly_matched_share" not in solve_case(a_case(), QUICK).summary["grid"]["s"]


def test_the_mean_of_years_is_weighted_by_load():
    base = merged(
        merged(TWO_HOURS, SITES), {"weather_years": {"plain": {}, "idle": {"set": {"sites.s.load": [2.0, 0.0]}}}}
    )
    grid = solve_years(years_from_mapping(base), QUICK).summary["grid"]
    # plain: 12 of 20. idle: the zone uses 2 and 20, and has 20 and 6 of sun: s is matched to 2 of 2.
    assert grid["s"]["hourly_matched_share"] == pytest.approx(14 / 22, abs=1e-6)
    # night: 4 of 20; 6 of 20
    assert grid["night"]["hourly_matched_share"] == pytest.approx(10 / 40, abs=1e-6)
