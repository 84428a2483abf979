"""`carbonmatch diagnose`: small cases solved by hand; every move that is told is enough, and little less is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.study import diagnose_case, solve_case

# Load 10 and 10 MWh in all of these. What a case is called is what stands in its way.

SUN = {"technology": "solar", "zone": "Z", "structure": "pay_as_produced", "strike_per_mwh": 80}
BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 8760,
    "energy_cost_per_mwh_year": 4380,
    "round_trip_efficiency": 0.64,  # 0.8 each way
}

# t0: min(sun + wind / 4, 10), t1: min(sun / 2 + wind / 4, 10). At 8 and 4 MW: 9 + 5 of 20 MWh, 0.7. For 18 MWh t0 is
# full, and t1 is 8: sun / 2 + 1 = 8 at 14 MW of sun, 4 + wind / 4 = 8 at 16 MW of wind.
CAPPED = {
    "contracts": {
        "sun": {**SUN, "capacity_factor": [1.0, 0.5], "max_mw": 8},
        "wind": {**SUN, "technology": "onshore_wind", "capacity_factor": [0.25, 0.25], "max_mw": 4},
    },
    "target": {"matching": "hourly", "cfe": 0.9},
}

# The sun shines in t0 alone. Matched are 10 + discharge, so 0.75 wants a discharge of 5, out of 5 / 0.8 = 6.25 stored,
# out of 6.25 / 0.8 = 7.8125 charged. 2 MWh give 1.6, and a score of 0.58.
STORED = {"storage": {"battery": {**BATTERY, "max_energy_mwh": 2}}, "target": {"matching": "hourly", "cfe": 0.75}}
# 2 MW charge 2, which give 1.28, and 0.564.
POWERED = merged(STORED, {"storage": {"battery": {"max_energy_mwh": ..., "max_power_mw": 2}}})
# 10 MW for a quarter of an hour are 2.5 MWh, which give 2, and 0.6; for 0.625 h they are 6.25 MWh.
LASTING = merged(STORED, {"storage": {"battery": {"max_energy_mwh": ..., "max_power_mw": 10, "duration_hours": 0.25}}})
# Two hours are 2 / 8760 of a year: 876 cycles a year are 0.2 here, 2 MWh drawn of a stock of 10; 2737.5 are 6.25.
CYCLED = merged(STORED, {"storage": {"battery": {"max_energy_mwh": 10, "cycles_per_year": 876}}})

# Sun of 1 and 1/4: at 12 MW t1 has 3 and the excess of t0 is 2, 0.1 of the load; 0.65. 15 MWh take 20 MW, and an excess
# of 10.
SURPLUS = {
    "contracts": {"sun": {"capacity_factor": [1.0, 0.25]}},
    "surplus": {"max_share": 0.1},
    "target": {"matching": "hourly", "cfe": 0.75},
}
# 40 MW leave an excess of 30, 1.5 of the load, where 0.5 is allowed: 20 MW leave 10, and match 15 of 20 MWh.
TOO_LARGE = merged(
    SURPLUS, {"contracts": {"sun": {"min_mw": 40}}, "surplus": {"max_share": 0.5}, "target": {"cfe": 0.7}}
)
SIGNED = {**TOO_LARGE, "contracts": {"sun": {"capacity_factor": [1.0, 0.25], "max_mw": ..., "existing_mw": 40}}}
# 20 MW that run at 0.8 at least give 16 MWh an hour, an excess of 12, where 0.1 of the load is 2: 11 MWh are 0.55.
MUST_RUN = {
    "contracts": {
        "sun": ...,
        "firm": {
            "technology": "geothermal",
            "zone": "Z",
            "structure": "clean_firm",
            "strike_per_mwh": 60,
            "existing_mw": 20,
            "must_run_share": 0.8,
        },
    },
    "surplus": {"max_share": 0.1},
    "target": {"matching": "hourly", "cfe": 1.0},
}
# Two hours on both sides of midnight, the end of January: the second month has 0.25 * 8 = 2 of 10 MWh, and wants 5.
MONTHLY = {
    "time": {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00"},
    "contracts": {"sun": {"capacity_factor": [1.0, 0.25], "max_mw": 8}},
    "target": {"matching": "monthly", "cfe": 0.5},
}
ANNUAL = merged(MONTHLY, {"target": {"matching": "annual", "cfe": 0.75}})  # 10 of 20 MWh at 8 MW; 15 at 12
# A tenth of the stock must stay in, and half of it is lost in an hour: a larger storage is a burden. What is told is
# compared with what can be solved, and not worked out by hand.
BURDEN = {"min_state_of_charge": 0.1, "standing_loss_per_hour": 0.5}
BURDENED = {"storage": {"battery": BURDEN}, "contracts": {"sun": {"max_mw": 30}}, "target": {"cfe": 0.62}}
LASTING_BURDEN, CYCLED_BURDEN = merged(LASTING, BURDENED), merged(CYCLED, BURDENED)

# 500 g/kWh of what is unmatched: 4 MW of sun leave 16 MWh, 8 t; a cap of 6 t, 26,280 a year, takes 8 MW.
CARBON = {
    "zones": {"Z": {"residual_mix_g_per_kwh": 500}},
    "contracts": {"sun": {"max_mw": 4}},
    "target": {"matching": "hourly", "cfe": 0.1, "carbon_cap_t_per_year": 6 * 4380},
}
# All from the grid is 10 * 50 + 10 * 70 = 1,200; a MWh of sun costs 80 in place of 50. 1,260 buy 2 of 20 MWh, and 4 MWh
# take 1,320: 5,781,600 a year.
BUDGET = {"target": {"matching": "hourly", "cfe": 0.2, "budget_per_year": 1260 * 4380}}
# 3 MW of sun that must be taken leave 1,290, for 3 MWh; the 0.2 want 4.
SPENT = merged(BUDGET, {"contracts": {"sun": {"min_mw": 3}}, "target": {"cfe": 0.1}})

CASES = {
    "carbon": CARBON,
    "budget": BUDGET,
    "spent": SPENT,
    "capped": CAPPED,
    "stored": STORED,
    "powered": POWERED,
    "lasting": LASTING,
    "cycled": CYCLED,
    "surplus": SURPLUS,
    "too-large": TOO_LARGE,
    "signed": SIGNED,
    "must-run": MUST_RUN,
    "monthly": MONTHLY,
    "annual": ANNUAL,
    "lasting-burden": LASTING_BURDEN,
    "cycled-burden": CYCLED_BURDEN,
}


def diagnosed(changes, **options):
    return diagnose_case(a_case(changes), QUICK, **options)


def with_settings(changes, *settings):
    return case_from_mapping(merged(TWO_HOURS, changes), Path(), settings=settings)


def can_be_solved(changes, *settings):
    try:
        solve_case(with_settings(changes, *settings), QUICK)
    except InfeasibleError:
        return False
    return True


@pytest.mark.parametrize(
    ("changes", "best", "moves"),
    [
        # without the limit on sun, or that on wind, both hours are full
        (CAPPED, 0.7, {"contracts.sun.max_mw": (14.0, 1.0), "contracts.wind.max_mw": (16.0, 1.0)}),
        (STORED, 0.58, {"storage.battery.max_energy_mwh": (6.25, 1.0)}),
        (POWERED, 0.564, {"storage.battery.max_power_mw": (7.8125, 1.0)}),
        # 10 MW charge 10, which give 6.4
        (LASTING, 0.6, {"storage.battery.duration_hours": (0.625, 0.82), "storage.battery.max_power_mw": (25.0, 1.0)}),
        # a stock of 10 gives 8; one of 31.25 may be drawn down to 25, by 6.25
        (
            CYCLED,
            0.58,
            {"storage.battery.cycles_per_year": (2737.5, 0.9), "storage.battery.max_energy_mwh": (31.25, 1.0)},
        ),
        (SURPLUS, 0.65, {"surplus.max_share": (0.5, 1.0)}),
        (MONTHLY, 0.2, {"contracts.sun.max_mw": (20.0, 1.0)}),
        (ANNUAL, 0.5, {"contracts.sun.max_mw": (12.0, 1.0)}),
    ],
    ids=["capped", "stored", "powered", "lasting", "cycled", "surplus", "monthly", "annual"],
)
def test_the_best_score_and_the_moves_are_those_worked_out_by_hand(changes, best, moves):
    found = diagnosed(changes)
    assert not found.can_be_met
    assert not found.contradicting
    assert found.best_share == pytest.approx(best, abs=1e-9)
    assert found.best_share_unlimited == pytest.approx(1.0, abs=1e-9)
    told = {obstacle.key: (obstacle.needed, obstacle.best_share) for obstacle in found.obstacles}
    assert set(told) == set(moves)
    for key, expected in moves.items():
        assert told[key] == pytest.approx(expected, rel=1e-9)
    assert all(obstacle.needed_for_any is None for obstacle in found.obstacles)


@pytest.mark.parametrize("name", CASES)
def test_a_move_that_is_told_is_enough_and_a_thousandth_less_is_not(name):
    changes = CASES[name]
    found = diagnosed(changes)
    moves = [(o.key, o.value, o.needed) for o in found.obstacles if o.needed is not None]
    assert moves
    assert not can_be_solved(changes)
    for key, value, needed in moves:
        beyond = 1e-6 if needed > value else -1e-6
        assert can_be_solved(changes, f"{key}={needed * (1 + beyond)!r}"), key
        assert not can_be_solved(changes, f"{key}={value + 0.999 * (needed - value)!r}"), key


@pytest.mark.parametrize("name", CASES)
def test_no_value_at_all_is_enough_where_none_is_told(name):
    for obstacle in diagnosed(CASES[name]).obstacles:
        if obstacle.needed is None:
            assert not can_be_solved(CASES[name], f"{obstacle.key}={LIFTED[obstacle.key.rsplit('.', 1)[1]]}")


def test_limits_that_contradict_each_other_are_told_with_what_ends_it():
    found = diagnosed(TOO_LARGE)
    assert found.contradicting
    assert not found.can_be_met
    assert found.best_share is None
    assert found.uncovered == ()
    moves = {o.key: (o.lowered, o.needed, o.needed_for_any, o.best_share) for o in found.obstacles}
    # Without a least size 20 MW match 15 of 20 MWh; without a limit on surplus 40 MW match all.
    assert moves["contracts.sun.min_mw"] == pytest.approx((True, 20.0, 20.0, 0.75))
    assert moves["surplus.max_share"] == pytest.approx((False, 1.5, 1.5, 1.0))
    assert len(moves) == 2


def test_a_contradiction_that_can_be_ended_but_not_for_the_target():
    found = diagnosed(merged(TOO_LARGE, {"target": {"cfe": 0.8}}))
    moves = {o.key: (o.needed, o.needed_for_any) for o in found.obstacles}
    assert moves["contracts.sun.min_mw"] == (None, pytest.approx(20.0))
    assert moves["surplus.max_share"] == pytest.approx((1.5, 1.5))


def test_limits_contradict_each_other_without_a_target_too():
    found = diagnosed(merged(TOO_LARGE, {"target": {"matching": "none"}}), irreducible=True)
    assert found.contradicting
    assert not found.can_be_met
    assert {o.key: o.needed for o in found.obstacles} == pytest.approx(
        {"contracts.sun.min_mw": 20.0, "surplus.max_share": 1.5}
    )
    assert [[member.key for member in members] for members in found.irreducible_sets] == [
        ["contracts.sun.min_mw", "surplus.max_share"]
    ]


def test_a_signed_size_and_a_must_run_are_told_as_what_is_too_large():
    assert {o.key: o.needed for o in diagnosed(SIGNED).obstacles} == pytest.approx(
        {"contracts.sun.existing_mw": 20.0, "surplus.max_share": 1.5}
    )
    firm = {o.key: (o.value, o.needed) for o in diagnosed(MUST_RUN).obstacles}
    value, needed = firm["contracts.firm.must_run_share"]
    assert value == pytest.approx(0.8)
    assert 0.55 - 1e-4 * 0.25 <= needed <= 0.55 + 1e-9
    assert firm["contracts.firm.existing_mw"] == pytest.approx((20.0, 13.75))  # 0.8 of it is 11


def test_must_run_counts_losses_on_the_way():
    lossy = merged(MUST_RUN, {"contracts": {"firm": {"loss_factor": 0.5, "existing_mw": 40}}})
    (must_run,) = (o for o in diagnosed(lossy).obstacles if o.key.endswith("must_run_share"))
    assert must_run.value == pytest.approx(0.8)
    assert must_run.needed == pytest.approx(0.55, abs=1e-4)


def test_sun_alone_without_storage_cannot_match_the_night_at_any_size():
    found = diagnosed({"target": {"matching": "hourly", "cfe": 1.0}}, irreducible=True)
    assert found.best_share == pytest.approx(0.5)
    assert found.best_share_unlimited == pytest.approx(0.5)
    assert found.obstacles == ()
    assert found.no_help_alone == ("contracts.sun.max_mw",)
    assert found.zones_without_storage == ("Z",)
    assert found.zones_without_firm_supply == ("Z",)
    (uncovered,) = found.uncovered
    assert (uncovered.hours, uncovered.unmatched_mwh, uncovered.load_mwh) == pytest.approx((1.0, 10.0, 20.0))
    assert (uncovered.without_offer_hours, uncovered.without_offer_load_mwh) == (1.0, 10.0)
    (gap,) = uncovered.gaps
    assert (f"{gap.start_utc:%H:%M}", f"{gap.end_utc:%H:%M}", gap.hours, gap.unmatched_mwh) == ("01:00", "02:00", 1, 10)
    assert [(m.key, m.value) for m in found.irreducible_sets[0]] == [("target.cfe", 1.0)]


def test_a_storage_leaves_no_hour_without_an_offer():
    (uncovered,) = diagnosed(STORED).uncovered
    assert uncovered.without_offer_hours == 0.0
    assert uncovered.unmatched_mwh == pytest.approx(8.4)


def test_an_hour_that_the_grid_covers_by_itself_is_not_uncovered():
    credited = {
        "zones": {"Z": {"grid_cfe_share": [0.5, 1.0]}},
        "contracts": {"sun": {"max_mw": 4}},
        "target": {"matching": "hourly", "cfe": 0.9, "grid_credit": True},
    }
    found = diagnosed(credited)  # 0.5 * 6 of 20 MWh are missed
    assert found.best_share == pytest.approx(0.85)
    (uncovered,) = found.uncovered
    assert (uncovered.hours, uncovered.unmatched_mwh, uncovered.without_offer_hours) == pytest.approx((1.0, 6.0, 0.0))


def test_a_connection_below_the_load_is_told_beside_the_rest():
    found = diagnosed(merged(CAPPED, {"sites": {"s": {"grid": {"connection_mw": 8}}}}), irreducible=True)
    assert not found.can_be_met
    (connection,) = found.connections
    assert connection.key == "sites.s.grid.connection_mw"
    assert (connection.connection_mw, connection.peak_load_mw) == (8.0, 10.0)
    assert connection.what == (
        "is 8 MW, and the load is above it in 2 of 2 steps: 10 MW at 2018-01-01T00:00Z, 10 MW at its peak; "
        "raise the connection or lower the load"
    )
    assert found.best_share == pytest.approx(0.7)
    assert [[m.key for m in members] for members in found.irreducible_sets] == [
        ["sites.s.grid.connection_mw"],
        ["contracts.sun.max_mw", "contracts.wind.max_mw", "target.cfe"],
    ]
    enough = f"{connection.key}={connection.peak_load_mw!r}"
    assert can_be_solved({"sites": {"s": {"grid": {"connection_mw": 8}}}}, enough)
    assert not can_be_solved({"sites": {"s": {"grid": {"connection_mw": 8}}}}, f"{connection.key}=9.99")


def test_a_connection_alone_keeps_a_case_from_being_met():
    found = diagnosed({"sites": {"s": {"grid": {"connection_mw": 8}}}, "target": {"matching": "hourly", "cfe": 0.4}})
    assert not found.can_be_met
    assert found.best_share == pytest.approx(0.5)
    assert found.obstacles == ()


def test_a_case_that_can_be_met_says_what_is_in_reach_beyond():
    found = diagnosed(merged(CAPPED, {"target": {"cfe": 0.6}}), irreducible=True)
    assert found.can_be_met
    assert found.best_share == pytest.approx(0.7)
    assert found.best_share_unlimited is None
    assert found.obstacles == ()
    assert found.irreducible_sets == ()
    assert found.uncovered[0].unmatched_mwh == pytest.approx(6.0)


def test_a_target_that_is_just_in_reach_can_be_met():
    exact = merged(CAPPED, {"target": {"cfe": 0.7}})
    assert diagnosed(exact).can_be_met
    assert can_be_solved(exact)


def test_every_zone_has_a_best_score_of_its_own():
    # The sun of Y is enough for 0.8 of its load, that of Z for 0.5 of it.
    two = {
        "zones": {"Y": {"spot_price_per_mwh": 50}},
        "sites": {"y": {"zone": "Y", "load": [10.0, 0.0], "grid": {"energy": {"flat_per_mwh": 60}}}},
        "contracts": {"other": {**SUN, "zone": "Y", "capacity_factor": [1.0, 0.0], "max_mw": 8}},
        "target": {"matching": "hourly", "cfe": 0.9, "scope": "zone"},
    }
    found = diagnosed(two)
    assert found.best_share == pytest.approx(0.5)
    assert found.best_share_by_zone == pytest.approx({"Z": 0.5, "Y": 0.8})
    assert {u.zone: u.unmatched_mwh for u in found.uncovered} == pytest.approx({"Z": 10.0, "Y": 2.0})
    portfolio = diagnosed(merged(two, {"target": {"scope": "portfolio"}}))
    assert portfolio.best_share == pytest.approx(18 / 30)
    assert portfolio.best_share_by_zone == {}
    assert [(u.zone, u.unmatched_mwh) for u in portfolio.uncovered] == [(None, pytest.approx(12.0))]


def test_volumes_are_told_period_by_period():
    monthly = [(v.period, v.load_mwh, v.contracted_mwh) for v in diagnosed(MONTHLY).volumes]
    assert monthly == [("2018-01", 10.0, pytest.approx(8.0)), ("2018-02", 10.0, pytest.approx(2.0))]
    (annual,) = diagnosed(ANNUAL).volumes
    assert (annual.zone, annual.period, annual.load_mwh) == (None, None, 20.0)
    assert annual.contracted_mwh == pytest.approx(10.0)


LIFTED = {
    "max_mw": "null",
    "min_mw": "0",
    "max_power_mw": "null",
    "max_energy_mwh": "null",
    "duration_hours": "null",
    "cycles_per_year": "null",
    "max_share": "null",
    "carbon_cap_t_per_year": "null",
    "budget_per_year": "null",
    "must_run_share": "0",
    "cfe": "0",
}
"""How a limit is lifted on the command line; a signed size cannot be."""


@pytest.mark.parametrize("name", [name for name in CASES if name not in {"signed", "must-run"}])
def test_an_irreducible_set_cannot_hold_and_can_without_any_one_of_its_members(name):
    found = diagnosed(CASES[name], irreducible=True)
    (members,) = ([member.key for member in members] for members in found.irreducible_sets)
    limits = [*(obstacle.key for obstacle in found.obstacles), *found.no_help_alone, "target.cfe"]
    assert set(members) <= set(limits)

    def without(*keys):
        return [f"{key}={LIFTED[key.rsplit('.', 1)[1]]}" for key in keys]

    others = [key for key in limits if key not in members]
    assert not can_be_solved(CASES[name], *without(*others))
    for member in members:
        assert can_be_solved(CASES[name], *without(*others, member)), member


def test_a_limit_that_others_make_up_for_is_left_out_of_the_set():
    # Both shine in t0 alone: 4 + 4 of 10 MWh, and nothing in t1. No size gives more than the 10 of t0.
    found = diagnosed(
        {
            "contracts": {"sun": {"max_mw": 4}, "wind": {**SUN, "capacity_factor": [1.0, 0.0], "max_mw": 4}},
            "target": {"matching": "hourly", "cfe": 0.6},
        },
        irreducible=True,
    )
    assert found.best_share == pytest.approx(0.4)
    assert found.best_share_unlimited == pytest.approx(0.5)
    assert [o.needed for o in found.obstacles] == [None, None]
    assert [[m.key for m in members] for members in found.irreducible_sets] == [["target.cfe"]]


def test_a_cap_on_carbon_stands_in_the_way_like_any_other_limit():
    found = diagnosed(CARBON)
    assert found.contradicting  # no share at all is in reach below the cap
    moves = {o.key: (o.lowered, o.needed, o.needed_for_any) for o in found.obstacles}
    assert moves == {
        "contracts.sun.max_mw": (False, pytest.approx(8.0), pytest.approx(8.0)),
        "target.carbon_cap_t_per_year": (False, pytest.approx(8 * 4380), pytest.approx(8 * 4380)),
    }


def test_a_budget_stands_in_the_way_with_what_the_target_costs():
    found = diagnosed(BUDGET)
    assert found.best_share == pytest.approx(0.1)
    assert {o.key: (o.needed, o.best_share) for o in found.obstacles} == {
        "target.budget_per_year": (pytest.approx(1320 * 4380), pytest.approx(0.5)),
    }
    free = diagnosed(merged(BUDGET, {"target": {"cfe": ...}}))
    assert free.can_be_met
    assert free.best_share == pytest.approx(0.1)


def test_a_budget_below_the_least_cost_is_told_with_that_cost():
    found = diagnosed(merged(BUDGET, {"target": {"budget_per_year": 1100 * 4380, "cfe": 0.2}}))
    assert found.contradicting
    (budget,) = found.obstacles
    assert (budget.needed, budget.needed_for_any) == pytest.approx((1320 * 4380, 1200 * 4380))


def test_a_size_that_must_be_taken_takes_from_the_budget():
    moves = {o.key: o.needed for o in diagnosed(SPENT).obstacles}
    assert moves == pytest.approx({"contracts.sun.min_mw": 2.0, "target.budget_per_year": 1290 * 4380})


# t0 has 4 of sun, t1 has 5 of wind. Alone neither gives more than 10 + 5 of 20 MWh; twice as large they give 8 + 10.
TOGETHER = {
    "contracts": {
        "sun": {"max_mw": 4},
        "wind": {**SUN, "technology": "onshore_wind", "capacity_factor": [0.0, 1.0], "max_mw": 5},
    },
    "target": {"matching": "hourly", "cfe": 0.9},
}


def test_where_no_limit_alone_is_enough_the_factor_for_all_of_them_is_told():
    found = diagnosed(TOGETHER)
    assert [(o.key, o.needed) for o in found.obstacles] == [
        ("contracts.sun.max_mw", None),
        ("contracts.wind.max_mw", None),
    ]
    assert found.growth == pytest.approx(2.0)
    grown = (
        f"contracts.{name}.max_mw={size * found.growth * (1 + 1e-6)!r}" for name, size in (("sun", 4), ("wind", 5))
    )
    assert can_be_solved(TOGETHER, *grown)
    less = (f"contracts.{name}.max_mw={size * found.growth * 0.999!r}" for name, size in (("sun", 4), ("wind", 5)))
    assert not can_be_solved(TOGETHER, *less)


def test_the_surplus_limit_grows_with_the_sizes():
    # Sun of 1 and 1/4: at 8 MW t1 has 2. 15 of 20 MWh take 20 MW, 2.5 times 8, and an excess of 10,
    # which is 0.5 of the load: five times 0.1.
    changes = merged(SURPLUS, {"contracts": {"sun": {"max_mw": 8}}})
    assert diagnosed(changes).growth == pytest.approx(5.0)


def test_no_factor_is_told_where_one_limit_is_enough_or_nothing_is():
    assert diagnosed(CAPPED).growth is None
    assert diagnosed({"target": {"matching": "hourly", "cfe": 1.0}}).growth is None
    # A limit of 0 stays 0, whatever the factor.
    nothing = merged(TOGETHER, {"contracts": {"sun": {"max_mw": 0}, "wind": {"max_mw": 5}}})
    assert diagnosed(nothing).growth is None


def test_the_document_is_plain_and_whole():
    document = json.loads(json.dumps(diagnosed(CAPPED, irreducible=True).document))
    asked = {"matching": "hourly", "cfe": 0.9, "grid_credit": False, "scope": "portfolio", "max_surplus_share": None}
    assert document["target"] == asked
    assert document["obstacles"][0]["key"] == "contracts.sun.max_mw"
    assert document["uncovered"][0]["gaps"][0]["start_utc"] == "2018-01-01T00:00:00+00:00"


def test_what_the_case_leaves_out_is_a_fault():
    case = case_from_mapping(merged(TWO_HOURS, {"target": ..., "sites": {"s": {"metered_load_mw": [1.0, 1.0]}}}))
    with pytest.raises(InputError, match="target"):
        diagnose_case(case, QUICK)
