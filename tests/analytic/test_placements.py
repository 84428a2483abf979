"""MW placed at one of several sites, in hours whose sums can be done by hand.

Two sites in two zones, each with 10 MW around the clock; 10 MW more have to stand at either. Energy costs spot + 10.
"""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import a_case, merged, solved

from carbonmatch.study import solve_case

MONEY = 1e-6
MW = 1e-6

TWO_SITES = {
    "contracts": ...,
    "zones": {"Y": {"spot_price_per_mwh": [30.0, 80.0]}},
    "sites": {"t": {"zone": "Y", "load": [10.0, 10.0], "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}}},
    "placements": {"hall": {"mw": 10, "candidates": {"s": {}, "t": {}}}},
}
"""Retail prices: s 50 and 70, t 40 and 90: an MW around the two hours costs 120 at s and 130 at t."""


def placed(result, name="hall"):
    return {site: entry["placed_mw"] for site, entry in result.summary["load"]["placements"][name].items()}


def added(result, key="added_cost_per_mw_year", name="hall"):
    return {site: entry[key] for site, entry in result.summary["load"]["placements"][name].items()}


def place(**changes):
    return solve_case(a_case(merged(TWO_SITES, changes)))


def test_all_of_it_stands_where_it_costs_least():
    result = place()
    assert placed(result) == pytest.approx({"s": 10.0, "t": 0.0}, abs=MW)
    # 10 MW at s: 10 * 120 = 1200; 10 MW at t: 10 * 130 = 1300; the placed 10 MW at s: 10 * 120 = 1200
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(1200 + 1300 + 1200, abs=MONEY)
    assert result.summary["load_mwh"] == pytest.approx(60.0, abs=MONEY)


def test_what_does_not_find_room_stands_at_the_next_site():
    result = place(placements={"hall": {"candidates": {"s": {"max_mw": 4}}}})
    assert placed(result) == pytest.approx({"s": 4.0, "t": 6.0}, abs=MW)
    # 4 * 120 + 6 * 130 = 1260 for what is placed
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(1200 + 1300 + 1260, abs=MONEY)


@pytest.mark.parametrize(("extra", "site"), [(43799.0, "s"), (43801.0, "t")])
def test_what_an_mw_costs_beside_its_energy_decides(extra, site):
    """The two hours are 2/8760 of a year: 10 of energy are worth 43800 a year."""
    result = place(placements={"hall": {"candidates": {"s": {"cost_per_mw_year": extra}}}})
    assert placed(result)[site] == pytest.approx(10.0, abs=MW)
    paid = 10.0 * extra * 2.0 / 8760.0 if site == "s" else 0.0
    assert result.summary["cost"]["components"]["load_placement"] == pytest.approx(paid, abs=MONEY)


def test_load_of_an_mw_follows_its_own_profile():
    """An MW at t that runs in the first hour alone costs 40 there: less than 120 at s."""
    result = place(placements={"hall": {"candidates": {"t": {"load_per_mw": [1.0, 0.0]}}}})
    assert placed(result) == pytest.approx({"s": 0.0, "t": 10.0}, abs=MW)
    assert result.summary["load"]["sites"]["t"]["served_mwh"] == pytest.approx(30.0, abs=MONEY)
    assert result.summary["load"]["sites"]["t"]["planned_mwh"] == pytest.approx(20.0, abs=MONEY)


def test_where_the_next_mw_goes():
    """120 and 130 for two hours are 525600 and 569400 for a year of 8760 hours."""
    result = place()
    assert added(result, "next_cost_per_mw_year") == pytest.approx({"s": 525600.0, "t": 569400.0}, abs=1e-3)
    assert added(result) == pytest.approx({"s": 0.0, "t": 43800.0}, abs=1e-3)


def test_more_room_at_a_full_site_is_worth_the_difference():
    result = place(placements={"hall": {"candidates": {"s": {"max_mw": 4}}}})
    assert added(result) == pytest.approx({"s": -43800.0, "t": 0.0}, abs=1e-3)
    more = place(placements={"hall": {"candidates": {"s": {"max_mw": 5}}}})
    saved = result.summary["cost"]["net_of_sales"] - more.summary["cost"]["net_of_sales"]
    assert saved / (2.0 / 8760.0) == pytest.approx(43800.0, abs=1e-3)


def test_the_next_mw_costs_what_it_is_said_to_under_a_target():
    """With contracts, storage and a target in each zone: one MW more is solved for and compared."""
    days = {
        "time": {"start": "2018-01-01T00:00", "end": "2018-01-02T00:00", "timezone": "UTC"},
        "zones": {
            "Z": {"spot_price_per_mwh": [40.0 + t for t in range(24)], "carbon_intensity_g_per_kwh": [400] * 24},
            "Y": {"spot_price_per_mwh": [60.0 - t for t in range(24)]},
        },
        "sites": {"s": {"load": [10.0] * 24}, "t": {"load": [10.0] * 24}},
        "contracts": {
            "sun": {
                "technology": "solar",
                "zone": "Z",
                "structure": "pay_as_produced",
                "strike_per_mwh": 45,
                "capacity_factor": [max(0.0, 1.0 - abs(t - 12) / 6) for t in range(24)],
                "max_mw": 100,
            },
            "wind": {
                "technology": "onshore_wind",
                "zone": "Y",
                "structure": "pay_as_produced",
                "strike_per_mwh": 70,
                "capacity_factor": [0.2 + 0.5 * (t % 5) / 4 for t in range(24)],
                "max_mw": 200,
            },
        },
        "storage": {
            "battery": {
                "zone": "Z",
                "power_cost_per_mw_year": 9000,
                "energy_cost_per_mwh_year": 18000,
                "round_trip_efficiency": 0.81,
                "max_power_mw": 50,
            }
        },
        "target": {"matching": "hourly", "cfe": 0.6, "scope": "zone"},
    }
    base = merged(TWO_SITES, days)
    result = solve_case(a_case(merged(base, {"placements": {"hall": {"candidates": {"s": {"max_mw": 6}}}}})))
    assert placed(result) == pytest.approx({"s": 6.0, "t": 4.0}, abs=1e-4)
    costs = added(result, "next_cost_per_mw_year")
    cost = result.summary["cost"]["net_of_sales"]
    step = 0.01
    at_s = solve_case(
        a_case(merged(base, {"placements": {"hall": {"mw": 10 + step, "candidates": {"s": {"max_mw": 6 + step}}}}}))
    )
    at_t = solve_case(
        a_case(merged(base, {"placements": {"hall": {"mw": 10 + step, "candidates": {"s": {"max_mw": 6}}}}}))
    )
    for site, more in (("s", at_s), ("t", at_t)):
        per_mw_year = (more.summary["cost"]["net_of_sales"] - cost) / step * 365.0
        assert costs[site] == pytest.approx(per_mw_year, rel=1e-3)


def test_components_add_to_the_objective():
    case = a_case(merged(TWO_SITES, {"placements": {"hall": {"candidates": {"s": {"cost_per_mw_year": 1000}}}}}))
    _, solution, optimum = solved(case)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, abs=MONEY)
    assert solution.objective == pytest.approx(optimum.certificate.primal_objective, abs=1e-3)
    assert np.asarray(solution.load_changes.load_mwh).sum() == pytest.approx(60.0, abs=MONEY)
