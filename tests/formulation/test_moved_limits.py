"""One solver for one case after the other: limits that come, go and move give what a solver of their own gives."""

from __future__ import annotations

import itertools

import pytest
from small_cases import QUICK, a_case

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
