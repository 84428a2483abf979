"""Lots, least sizes and variants, solved by hand: the arithmetic stands in the comments.

Load 10 MW in both hours; retail 50 and 70 per MWh, 1,200 in all; sun in the first hour only. What is left over earns
nothing, unless a test says otherwise. A year has 4,380 times two hours.
"""

from __future__ import annotations

import pytest
from small_cases import QUICK, a_case, merged, solved

from carbonmatch.study import solve_case

A_YEAR = 4380
NO_SALES = {"surplus": {"price": ...}}


def sun(strike, **keys):
    """Return an offer of sun in the first hour."""
    return {
        "technology": "solar",
        "zone": "Z",
        "structure": "pay_as_produced",
        "strike_per_mwh": strike,
        "capacity_factor": [1.0, 0.0],
        "max_mw": 100,
        **keys,
    }


def chosen(changes):
    """Return sizes by name, the cost and the optimum."""
    problem, solution, optimum = solved(a_case(merged(NO_SALES, changes)))
    sizes = {c.name: size for c, size in zip(problem.contracts, solution.contracted_mw.tolist(), strict=True)}
    sizes |= {b.name: size for b, size in zip(problem.storage, solution.power_mw.tolist(), strict=True)}
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-9)
    return sizes, solution.objective, optimum


def test_whole_lots_are_taken_as_long_as_the_next_one_pays():
    # sun at 40 saves 10 per MWh; two lots of 4 save 80, a third has 2 MWh to serve and 2 to throw away: 2*10 - 2*40 < 0
    sizes, cost, optimum = chosen({"contracts": {"sun": sun(40, lot_mw=4)}})
    assert sizes == {"sun": pytest.approx(8)}
    assert cost == pytest.approx(1200 - 80)
    search = optimum.whole_numbers
    assert (search.decisions, search.residual) == (1, 0.0)
    assert search.bound == pytest.approx(1120)
    assert search.gap == pytest.approx(0, abs=1e-9)


def test_a_target_is_met_by_the_next_whole_lot():
    # a fifth of 20 MWh are 4; two lots of 3 at 30 above the grid. The target has room, so that its price is nothing
    target = {"matching": "hourly", "cfe": 0.2}
    case = a_case(merged(NO_SALES, {"contracts": {"sun": sun(80, lot_mw=3)}, "target": target}))
    result = solve_case(case, QUICK)
    assert result.summary["contracts"]["sun"]["contracted_mw"] == pytest.approx(6)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(1200 + 6 * 30)
    assert result.summary["scores"]["hourly_matched_share"] == pytest.approx(0.3)
    assert result.summary["shadow_prices"]["green_premium_per_mwh"]["Z"] == pytest.approx(0, abs=1e-9)
    assert result.summary["certificate"]["gap"] <= 1e-6
    assert result.summary["certificate"]["integer"]["bound"] == pytest.approx(1380)
    assert result.summary["certificate"]["integer"]["integrality_residual"] == 0.0


@pytest.mark.parametrize(
    ("least", "size", "cost"),
    [
        (12, 12, 1200 - 10 * 10 + 2 * 40),  # 2 MWh of 12 are thrown away, and 20 are saved all the same
        (13, 0, 1200),  # 3 MWh thrown away cost 120, more than the 100 that 10 save
    ],
)
def test_nothing_or_at_least(least, size, cost):
    sizes, found, _ = chosen({"contracts": {"sun": sun(40, min_mw=least, or_nothing=True)}})
    assert sizes["sun"] == pytest.approx(size, abs=1e-9)
    assert found == pytest.approx(cost)


def test_the_least_size_of_lots_is_the_next_whole_one():
    # at least 5 in lots of 2 are 6; sun at 80 is taken for the target of 4 MWh alone
    target = {"matching": "hourly", "cfe": 0.2}
    sizes, cost, _ = chosen(
        {"contracts": {"sun": sun(80, lot_mw=2, min_mw=5, or_nothing=True)}, "target": target},
    )
    assert sizes["sun"] == pytest.approx(6)
    assert cost == pytest.approx(1200 + 6 * 30)


def test_one_of_two_variants_is_taken():
    # 6 MW at 40 save 60, 10 MW at 42 save 80; both together, 6 at 40 and 4 at 42, would save 92
    contracts = {"sun": sun(40, max_mw=6), "dear": sun(42, max_mw=10)}
    sizes, cost, _ = chosen({"contracts": contracts})
    assert sizes == {"sun": pytest.approx(6), "dear": pytest.approx(4)}
    assert cost == pytest.approx(1200 - 92)
    sizes, cost, _ = chosen({"contracts": {name: {**c, "variant_of": "roof"} for name, c in contracts.items()}})
    assert sizes == {"sun": pytest.approx(0, abs=1e-9), "dear": pytest.approx(10)}
    assert cost == pytest.approx(1200 - 80)


def test_a_variant_that_is_not_taken_has_no_least_size():
    # 'dear' would cost 10 * (42 - 50) at least if it had to be taken; the other one saves more
    contracts = {
        "sun": sun(40, variant_of="roof", max_mw=10),
        "dear": sun(42, variant_of="roof", min_mw=10),
    }
    sizes, cost, _ = chosen({"contracts": contracts})
    assert sizes == {"sun": pytest.approx(10), "dear": pytest.approx(0, abs=1e-9)}
    assert cost == pytest.approx(1200 - 100)


BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 30 * A_YEAR,
    "energy_cost_per_mwh_year": 0,
    "round_trip_efficiency": 1.0,
    "duration_hours": 1,
    "max_power_mw": 100,
}


def test_power_of_storage_comes_in_lots():
    # sun at 20 moved to the second hour saves 50 of the 70, less 30 per MW: two lots of 4 save 160, a third would save
    # 2 * 50 - 4 * 30 < 0
    changes = {"contracts": {"sun": sun(20)}, "storage": {"battery": {**BATTERY, "lot_mw": 4}}}
    sizes, cost, _ = chosen(changes)
    assert sizes == {"sun": pytest.approx(18), "battery": pytest.approx(8)}
    assert cost == pytest.approx(18 * 20 + 8 * 30 + 2 * 70)


def test_a_storage_that_is_left_has_no_energy_either():
    # at least 12 MW and 12 MWh cost 12 * 30 + 12 * 1 = 372, and moving 10 MWh saves 10 * 50; 17 MW would cost 522
    free = {key: value for key, value in BATTERY.items() if key != "duration_hours"}
    free |= {"energy_cost_per_mwh_year": A_YEAR, "min_energy_mwh": 12, "or_nothing": True}
    for least, power, energy, cost in ((12, 12, 12, 20 * 20 + 372), (17, 0, 0, 10 * 20 + 700)):
        battery = {**free, "min_power_mw": least}
        changes = {"contracts": {"sun": sun(20)}, "storage": {"battery": battery}}
        problem, solution, _ = solved(a_case(merged(NO_SALES, changes)))
        assert solution.power_mw[0] == pytest.approx(power, abs=1e-9)
        assert solution.energy_mwh[0] == pytest.approx(energy, abs=1e-9)
        assert solution.objective == pytest.approx(cost)
        assert problem.storage[0].min_energy_mwh == 0.0


def test_a_contract_and_a_storage_can_be_variants_of_each_other():
    # the battery saves (50 - 30) * 10 = 200 beside the sun, geothermal at 55 saves 10 * 15 = 150 in the second hour
    firm = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 55, "max_mw": 10}
    changes = {"contracts": {"sun": sun(20), "firm": firm}, "storage": {"battery": BATTERY}}
    grouped = {"contracts": {"firm": {"variant_of": "night"}}, "storage": {"battery": {"variant_of": "night"}}}
    sizes, cost, _ = chosen(merged(changes, grouped))
    assert (sizes["battery"], sizes["firm"]) == (pytest.approx(10), pytest.approx(0, abs=1e-9))
    assert cost == pytest.approx(400 + 300)
    grouped["storage"]["battery"]["power_cost_per_mw_year"] = 36 * A_YEAR  # saves (50 - 36) * 10 = 140
    sizes, cost, _ = chosen(merged(changes, grouped))
    assert (sizes["battery"], sizes["firm"]) == (pytest.approx(0, abs=1e-9), pytest.approx(10))
    assert cost == pytest.approx(200 + 550)


def test_sizes_that_are_held_need_not_be_whole(tmp_path):
    held = tmp_path / "sizes.json"
    held.write_text('{"contracts": {"sun": {"contracted_mw": 5}}}')
    case = a_case(merged(NO_SALES, {"contracts": {"sun": sun(40, lot_mw=4)}}))
    result = solve_case(case, QUICK, fix=held)
    assert result.summary["contracts"]["sun"]["contracted_mw"] == pytest.approx(5)
    assert "integer" not in result.summary["certificate"]
