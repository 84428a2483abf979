"""Prices of contracts, and certificates, against the matrix of `reference.py`: a bundled case with other terms."""

from __future__ import annotations

import pytest
import reference
from parity.test_reference import COST, DE, DK, FRANKFURT, MODELS, OSTRAVA, SIZE, Variant, mapping, sizes_of

from carbonmatch.case import case_from_mapping
from carbonmatch.study import solve_case

HUB = {"zones.DK1": {"spot_price_per_mwh": {"file": DK, "column": "spot_price_per_mwh"}}}


def generated(name):
    return lambda result: result.summary["contracts"][name]["generation_mwh"] > 1.0


VARIANTS = [
    Variant(
        "collars-fees-and-basis",
        FRANKFURT,
        generated("wind-north-sea"),
        HUB
        | {
            "contracts.wind-brandenburg.strike_per_mwh": None,
            "contracts.wind-brandenburg.price": {"index": "spot", "margin_per_mwh": 12, "floor_per_mwh": 40},
            "contracts.wind-brandenburg.sleeve_fee_per_mwh": 2.5,
            "contracts.wind-brandenburg.curtailment": {"compensation": 0.4},
            "contracts.wind-north-sea.settlement_zone": "DK1",
            "contracts.wind-north-sea.balancing_fee_per_mwh": 4,
            "contracts.wind-north-sea.tenor_years": 12,
            "contracts.wind-north-sea.escalation": -0.04,
            "contracts.wind-north-sea.discount_rate": 0.06,
        },
    ),
    Variant(
        "virtual-collar-below-zero-and-hub",
        OSTRAVA,
        generated("wind-moravia"),
        {"zones.DE": {"spot_price_per_mwh": {"file": DE, "column": "spot_price_per_mwh"}}}
        | {
            "contracts.wind-moravia.strike_per_mwh": None,
            "contracts.wind-moravia.price": {
                "index": "spot",
                "margin_per_mwh": 30,
                "floor_per_mwh": 50,
                "cap_per_mwh": 75,
            },
            "contracts.wind-moravia.settles_below_zero": False,
            "contracts.wind-moravia.curtailment": {"compensation": 0.5},
            "contracts.pv-moravia.settlement_zone": "DE",
            "contracts.pv-moravia.tenor_years": 10,
            "contracts.pv-moravia.escalation": -0.01,
            "contracts.pv-moravia.discount_rate": 0.0,
        },
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
