"""What contracts deliver, claim and oblige to, against the matrix of `reference.py`: a bundled case, other terms."""

from __future__ import annotations

import pytest
import reference
from parity.test_reference import COST, DE, FRANKFURT, MODELS, SIZE, Variant, mapping, sizes_of

from carbonmatch.case import case_from_mapping
from carbonmatch.study import solve_case

WIND = {"file": DE, "column": "onshore_wind_capacity_factor"}
BLOCK = {"technology": "onshore_wind", "zone": "DE", "structure": "baseload", "capacity_factor": WIND}
RIVER = {"technology": "hydro", "zone": "DE", "structure": "pay_as_consumed", "volume_mwh_per_mw_year": 6000}
DAILY = [0.5] * 6 + [1.0] * 6 + [1.625] * 8 + [0.25] * 2 + [0.75] * 2
NO_GEOTHERMAL = {"contracts.geothermal-upper-rhine": None}


def taken(result, name):
    return result.summary["contracts"][name]["generation_mwh"]


VARIANTS = [
    Variant(
        "shapes-with-and-without-certificates",
        FRANKFURT,
        lambda r: min(r.summary["contracts"][name]["contracted_mw"] for name in ("block", "certified")) > 0.1,
        NO_GEOTHERMAL
        | {
            "contracts.block": {**BLOCK, "strike_per_mwh": 38, "loss_factor": 0.95, "max_mw": 60},
            "contracts.certified": {
                **BLOCK,
                "structure": "shaped",
                "strike_per_mwh": 50,
                "hourly_certificates": True,
                "shape": {"monthly": [0.9, 0.9, 0.9, 1.1, 1.1, 1.1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "daily": DAILY},
                "max_mw": 40,
                "start": "2018-03-30",
            },
        },
        start="2018-03-28",
        end="2018-04-04",
    ),
    Variant(
        "taken-within-a-volume",
        FRANKFURT,
        lambda r: r.summary["contracts"]["river"]["unused_mwh"] > 1.0 and taken(r, "retailer") > 1.0,
        NO_GEOTHERMAL
        | {
            "contracts.river": {
                **RIVER,
                "strike_per_mwh": 75,
                "availability": WIND,
                "take_or_pay": {"share": 0.9, "period": "quarter"},
                "most_volume_share": 1.1,
                "min_mw": 20,
                "max_mw": 60,
                "end": "2018-04-03",
            },
            "contracts.brook": {**RIVER, "strike_per_mwh": 82, "least_volume_share": 0.8, "max_mw": 30},
            "contracts.retailer": {
                "technology": "clean_firm",
                "zone": "DE",
                "structure": "retail_supply",
                "strike_per_mwh": 68,
                "cfe_share": {"file": DE, "column": "grid_cfe_share"},
                "existing_mw": 35,
                "sleeve_fee_per_mwh": 1.5,
            },
        },
        start="2018-03-28",
        end="2018-04-04",
    ),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_cost_and_sizes_are_those_of_the_reference(variant):
    case = mapping(variant)
    result = solve_case(case_from_mapping(case, MODELS))
    assert variant.shows(result)
    model = reference.build(case, MODELS)
    answer = reference.solve_with_scipy(model.matrix)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(answer.cost, rel=COST)
    near_zero = SIZE * result.problem.peak_load_mwh / result.problem.time.hours_per_step
    expected = {name: float(answer.values[column]) for name, column in model.sizes.items()}
    assert sizes_of(result) == pytest.approx(expected, rel=SIZE, abs=near_zero)
