"""A plan over two years against the matrix of `reference.py`: one for each year, side by side, tied by its own rows."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import reference
from small_cases import merged

from carbonmatch.case import growth_from_mapping
from carbonmatch.solving import SolveOptions
from carbonmatch.study import solve_growth

HOURS = 24
SUN = np.clip(np.sin((np.arange(HOURS) - 5.5) / 13 * math.pi), 0.0, None).round(3).tolist()
WIND = (0.45 + 0.4 * np.sin(np.arange(HOURS) / 4.0)).round(3).tolist()
SPOT = (50 + 20 * np.cos(np.arange(HOURS) / 3.0)).round(2).tolist()
LOAD = [10.0, *[12.0] * 11, *[14.0] * 8, *[9.0] * 4]

DAY = {
    "name": "a-day",
    "currency": "EUR",
    "time": {"start": "2018-03-01T00:00", "end": "2018-03-02T00:00", "timezone": "UTC"},
    "zones": {"Z": {"spot_price_per_mwh": SPOT}},
    "sites": {
        "s": {
            "zone": "Z",
            "load": LOAD,
            "grid": {"energy": {"index": "spot", "margin_per_mwh": 12}, "firm_capacity_charge_per_mw_year": 60000},
        }
    },
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 55,
            "capacity_factor": SUN,
            "max_mw": 60,
        },
        "wind": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 75,
            "capacity_factor": WIND,
            "max_mw": 40,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 9000,
            "energy_cost_per_mwh_year": 18000,
            "round_trip_efficiency": 0.86,
        }
    },
    "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
    "target": {"matching": "hourly", "cfe": 0.7},
}
RATE = 0.08
SECOND = {
    "sites.s.load": [load * 1.5 for load in LOAD],
    "target.cfe": 0.85,
    "contracts.wind.strike_per_mwh": 68,
    "zones.Z.spot_price_per_mwh": [price * 1.2 for price in SPOT],
}


def beside(first, second, weight):
    """Return the matrices of two years as one, the second counted by a weight, and where its columns begin."""
    whole = reference.Matrix()
    shift = len(first.cost)
    whole.lower, whole.upper = first.lower + second.lower, first.upper + second.upper
    whole.cost = first.cost + [weight * each for each in second.cost]
    whole.row_lower, whole.row_upper = first.row_lower + second.row_lower, first.row_upper + second.row_upper
    rows = len(first.row_lower)
    whole.entries = [*first.entries, *((r + rows, c + shift, v) for r, c, v in second.entries)]
    return whole, shift


def least_present_value(tenor):
    """Return the least present value of both days; a tenor of 1 ties nothing, one of 2 all that is signed first."""
    late = merged(
        DAY,
        {
            "sites": {"s": {"load": SECOND["sites.s.load"]}},
            "zones": {"Z": {"spot_price_per_mwh": SECOND["zones.Z.spot_price_per_mwh"]}},
            "target": {"cfe": 0.85},
            "contracts": {
                "wind": ...,
                "wind-first": DAY["contracts"]["wind"],
                "wind-second": {**DAY["contracts"]["wind"], "strike_per_mwh": 68},
            },
        },
    )
    first, second = reference.build(DAY, Path()), reference.build(late, Path())
    whole, shift = beside(first.matrix, second.matrix, 1 / (1 + RATE))

    def early(name):
        return np.array([first.sizes[name]])

    def later(name):
        return np.array([second.sizes[name] + shift])

    winds = [(later(f"MW of contract wind-{when}"), 1.0) for when in ("first", "second")]
    whole.total(winds, -math.inf, 40.0)
    if tenor == 1:
        whole.total(winds[:1], 0.0, 0.0)
    else:
        whole.total([winds[0], (early("MW of contract wind"), -1.0)], 0.0, 0.0)
        for name in ("MW of contract sun", "MW of battery", "MWh of battery"):
            whole.total([(later(name), 1.0), (early(name), -1.0)], 0.0, math.inf)
    return reference.solve_with_scipy(whole).cost


@pytest.mark.parametrize("tenor", [1, 2])
def test_the_plan_costs_what_the_reference_says(tenor):
    signing = {"tenor_years": tenor}
    case = {
        **DAY,
        "growth": {
            "discount_rate": RATE,
            "years": {2026: {}, 2027: {"set": SECOND}},
            "contracts": {"sun": signing, "wind": signing},
            "storage": {"battery": signing},
        },
    }
    found = solve_growth(growth_from_mapping(case), SolveOptions(solver=("simplex", "ipx")))
    cost = found.summary["cost"]["present_value_net_of_sales"] / 365
    assert cost == pytest.approx(least_present_value(tenor), rel=1e-7)
    assert found.summary["contracts"]["wind"]["signings"]["2027"]["contracted_mw"] > 1


def test_what_persists_costs_more_than_what_is_free():
    assert least_present_value(2) > (1 + 1e-5) * least_present_value(1)
