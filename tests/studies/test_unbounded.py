"""Guards against building for resale: told before, after, and where nothing bounds it."""

from __future__ import annotations

import pytest
from small_cases import QUICK, a_case

from carbonmatch.errors import UnboundedError
from carbonmatch.study import foreseen, solve_case

DEAR = {"price": [100.0, 0.0]}


def test_an_unbounded_case_names_the_contract():
    case = a_case({"contracts": {"sun": {"max_mw": ...}}, "surplus": DEAR})
    with pytest.raises(UnboundedError) as caught:
        solve_case(case, QUICK)
    assert str(caught.value) == (
        "The cost of this case falls without limit. contracts.sun sells for 100.00 EUR/MWh on average, above its "
        "all-in price of 80.00; give contracts.sun.max_mw or surplus.max_share, or look at surplus.price."
    )
    (told,) = foreseen(case)
    assert "falls without limit; give contracts.sun.max_mw or surplus.max_share" in told


def test_an_unbounded_case_names_the_storage():
    battery = {"zone": "Z", "power_cost_per_mw_year": 1, "energy_cost_per_mwh_year": 1, "round_trip_efficiency": 0.9}
    case = a_case({"storage": {"bat": {**battery, "grid_charging": True}}, "surplus": {"price": {"index": "spot"}}})
    with pytest.raises(UnboundedError, match=r"storage\.bat earns more .* storage\.bat\.max_power_mw"):
        solve_case(case, QUICK)


def test_what_is_sold_at_a_gain_is_told():
    # 100 MWh in the first hour at 80, all sold at 100 while the load buys at 50: 2,000
    warnings = solve_case(a_case({"surplus": DEAR}), QUICK).summary["warnings"]
    assert (
        "sun is bought for resale: 100 MWh of it are sold, and bring 100.00 EUR/MWh, above its all-in price of 80.00, "
        "which earns 2,000 EUR. It is bounded by contracts.sun.max_mw or surplus.max_share." in warnings
    )


def test_a_case_that_buys_for_its_load_is_left_alone():
    assert foreseen(a_case()) == ()
    assert not any("resale" in warning for warning in solve_case(a_case(), QUICK).summary["warnings"])
