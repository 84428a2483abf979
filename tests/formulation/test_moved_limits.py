"""One solver for one case after the other: limits that come, go and move give what a solver of their own gives."""

from __future__ import annotations

import itertools

import pytest
from small_cases import QUICK, a_case, merged

from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages

DEAR_WIND = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 300,
    "capacity_factor": 1.0,
    "max_mw": 30,
}
SURPLUS = [{"surplus": {"max_share": share}} for share in (0.0, 0.05, None)]
CAPS = [{"target": {"carbon_cap_t_per_year": cap}} for cap in (0, 4380 * 6, 4380 * 12, None)]
PRICES = [{"target": {"carbon_price_per_t": price}} for price in (0, 30, 300, None)]


def a_case_with(limit):
    target = {"matching": "annual", "cfe": 0.6, **limit.get("target", {})}
    zone = {"residual_mix_g_per_kwh": [500, 1000]}
    return a_case({**limit, "zones": {"Z": zone}, "contracts": {"wind": DEAR_WIND}, "target": target})


@pytest.mark.parametrize("limits", [SURPLUS, CAPS, PRICES], ids=["surplus", "caps", "prices"])
def test_the_order_of_cases_changes_nothing(limits):
    alone = [CaseSolver(QUICK).result(a_case_with(limit), Stages()).solution.objective for limit in limits]
    assert len(set(alone)) > 1
    for first, second in itertools.permutations(range(len(limits)), 2):
        solver = CaseSolver(QUICK)
        solver.result(a_case_with(limits[first]), Stages())
        found = solver.result(a_case_with(limits[second]), Stages()).solution.objective
        assert found == pytest.approx(alone[second], rel=1e-9), (limits[first], limits[second])


@pytest.mark.parametrize("limits", [CAPS[1:3], PRICES[1:3], SURPLUS[1:2] * 2], ids=["caps", "prices", "surplus"])
def test_a_limit_that_only_moves_keeps_its_model(limits):
    solver = CaseSolver(QUICK)
    models = []
    for limit in limits:
        solver.result(a_case_with(limit), Stages())
        models.append(solver.latest.model)
    assert models[0] is models[1]


def a_case_of_load(changes):
    """Two sites that work may be moved between, given up and placed at; Y is the cheaper one."""
    site = {"load": [10.0, 10.0], "grid": {"energy": {"flat_per_mwh": [50.0, 70.0]}}}
    batch = {"share": 0.2, "cost_per_mwh": 1, "latency_group": "near"}
    base = {
        "zones": {"Y": {"spot_price_per_mwh": [40.0, 40.0]}},
        "sites": {
            "s": {"flexible": {"batch": batch}, "curtailable": {"slow": {"share": 0.1, "price_per_mwh": 60}}},
            "r": {
                **site,
                "zone": "Y",
                "grid": {"energy": {"flat_per_mwh": [60.0, 40.0]}},
                "flexible": {"batch": batch},
            },
        },
        "latency_groups": {"near": {"cost_per_mwh": 2, "max_mw": 1}},
        "placements": {"hall": {"mw": 4, "candidates": {"s": None, "r": {"max_mw": 1}}}},
        "target": {"matching": "hourly", "cfe": 0.2},
    }
    return a_case(merged(base, changes))


SPACE_ALONE = {"sites": {name: {"flexible": {"batch": {"window_hours": None}}} for name in "sr"}}

OF_LOAD = {
    "share": [{"sites": {"s": {"flexible": {"batch": {"share": share}}}}} for share in (0.1, 0.2)],
    "cost of waiting": [{"sites": {"r": {"flexible": {"batch": {"cost_per_mwh": cost}}}}} for cost in (0, 9)],
    "price of giving up": [{"sites": {"s": {"curtailable": {"slow": {"price_per_mwh": price}}}}} for price in (45, 65)],
    "cost of moving": [{"latency_groups": {"near": {"cost_per_mwh": cost}}} for cost in (0, 20)],
    "room between sites": [{**SPACE_ALONE, "latency_groups": {"near": {"max_mw": most}}} for most in (0, 2)],
    "room at a site": [{"placements": {"hall": {"candidates": {"r": {"max_mw": most}}}}} for most in (1, 3)],
    "target": [{"target": {"cfe": cfe}} for cfe in (0.1, 0.3)],
}


@pytest.mark.parametrize("changes", OF_LOAD.values(), ids=OF_LOAD)
def test_the_order_of_cases_changes_nothing_where_load_is_a_decision(changes):
    alone = [CaseSolver(QUICK).result(a_case_of_load(change), Stages()).solution.objective for change in changes]
    assert alone[0] != pytest.approx(alone[1], rel=1e-6)
    solver = CaseSolver(QUICK)
    found = [solver.result(a_case_of_load(change), Stages()).solution.objective for change in changes]
    assert found == pytest.approx(alone, rel=1e-9)
