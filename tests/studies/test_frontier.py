"""The shape of a frontier: slopes, knee, what is free, and what would contradict the theory."""

from __future__ import annotations

import pytest

from carbonmatch.study.frontier import frontier_of


def summary(cfe, net, margin, reached=None, matching="hourly"):
    """Return as much of a summary as a frontier looks at: one zone of 100 MWh."""
    reached = cfe if reached is None else reached
    return {
        "target": {"matching": matching, "cfe": cfe, "grid_credit": False},
        "scores": {"hourly_matched_share": reached, "cfe_score": 1.0, "annual_volumetric_share": reached},
        "cost": {"net_of_sales_per_mwh_load": net, "per_mwh_load": net + 10.0},
        "shadow_prices": {"green_premium_per_mwh": {"Z": margin}},
        "zones": {"Z": {"load_mwh": 100.0}},
    }


def frontier(*points):
    """Return the frontier through (target, net cost, margin) points, some with the share that is reached."""
    return frontier_of({}, [(point[0], summary(*point)) for point in points])


def test_slopes_are_cost_over_target_and_the_last_point_has_none():
    found = frontier((0.5, 50.0, 10.0), (0.7, 53.0, 18.0), (0.9, 58.0, 30.0))
    assert [place.slope_per_mwh for place in found.places] == pytest.approx([15.0, 25.0, None])  # 3 / 0.2, 5 / 0.2
    assert [place.margin_per_mwh for place in found.places] == [10.0, 18.0, 30.0]
    assert found.not_as_proved == ()
    assert found.free_up_to is None


def test_the_knee_is_where_the_slope_rises_most():
    # slopes 10, 12, 60, 80: most is added at 0.8, where 12 become 60
    found = frontier((0.6, 50.0, 9.0), (0.7, 51.0, 11.0), (0.8, 52.2, 30.0), (0.9, 58.2, 70.0), (1.0, 66.2, None))
    assert found.knee == 0.8


def test_a_curve_that_rises_evenly_has_no_knee():
    found = frontier((0.6, 50.0, 9.0), (0.7, 51.0, 11.0), (0.8, 52.2, 13.0), (0.9, 53.6, 15.0))  # slopes 10, 12, 14
    assert found.knee is None
    assert frontier((0.6, 50.0, 9.0)).knee is None
    assert frontier().places == ()


def test_targets_below_what_the_market_gives_are_free_and_bend_nothing():
    found = frontier((0.2, 50.0, 0.0, 0.45), (0.4, 50.0, 1e-9, 0.45), (0.6, 51.0, 8.0), (0.8, 53.0, 12.0))
    assert found.free_up_to == 0.45
    assert [place.binds for place in found.places] == [False, False, True, True]
    assert found.knee is None  # from 0 to 5 to 10: where a target begins to bind is no knee


def test_points_that_are_not_met_are_left_out_and_the_others_stand_in_order():
    found = frontier_of({"k": 1}, [(0.9, summary(0.9, 60.0, 30.0)), (1.0, None), (0.5, summary(0.5, 55.0, 5.0))])
    assert [place.cfe for place in found.places] == [0.5, 0.9]
    assert found.held == {"k": 1}


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ([(0.5, 50.0, 0.0), (0.6, 49.0, 0.0)], "cost falls from 0.5 to 0.6"),
        ([(0.5, 50.0, 5.0), (0.6, 52.0, 21.0), (0.7, 53.0, 21.0)], "cost rises less from 0.6 to 0.7"),
        ([(0.5, 50.0, 25.0), (0.6, 52.0, 26.0)], "the margin at 0.5 says 25"),
        ([(0.5, 50.0, 15.0), (0.6, 52.0, 16.0)], "the margin at 0.6 says 16"),
    ],
)
def test_what_contradicts_the_theory_is_told(points, told):
    assert any(told in fault for fault in frontier(*points).not_as_proved)


def test_the_margin_of_several_zones_is_weighted_with_their_load():
    two = summary(0.5, 50.0, 10.0)
    two["shadow_prices"]["green_premium_per_mwh"] = {"A": 10.0, "B": 20.0}
    two["zones"] = {"A": {"load_mwh": 300.0}, "B": {"load_mwh": 100.0}}
    assert frontier_of({}, [(0.5, two)]).places[0].margin_per_mwh == 12.5  # (10 * 300 + 20 * 100) / 400


def test_an_annual_target_is_free_up_to_the_volume():
    found = frontier_of({}, [(0.5, summary(0.5, 50.0, 0.0, reached=0.8, matching="annual"))])
    assert found.free_up_to == 0.8
