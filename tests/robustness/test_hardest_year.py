"""The real Frankfurt year at the targets that are hardest on interior-point engines, by both solvers."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonmatch.case import load_case
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.solving import SolveOptions, compile_model, solve_compiled, solve_model
from carbonmatch.solving.certificate import certify, gross_cost, holds

COST = 1e-6
"""Two optima of one case, as a share of the gross cost: the gap that a certificate allows."""

FRANKFURT = Path(__file__).parents[2] / "models" / "ai-factory-frankfurt.yaml"


@pytest.mark.year
@pytest.mark.robust
@pytest.mark.parametrize("cfe", [0.999, 1.0])
def test_both_solvers_find_the_same_cost(cfe, figures):
    problem = problem_from_case(load_case(FRANKFURT, settings=(f"target.cfe={cfe}",)))
    compiled = compile_model(build_model(problem))
    costs, gross = [], []
    for solver in ("highs", "clarabel"):
        optimum = solve_compiled(compiled, problem.yardstick, SolveOptions(solver=solver))
        runs = "; ".join(f"{run.engine}, {run.iterations} iterations, {run.status}" for run in optimum.runs)
        figures.append(f"year at {cfe}, {solver}: {runs}")
        proof = certify(compiled.program, optimum.values, optimum.duals, problem.yardstick)
        assert holds(proof), runs
        costs.append(proof.primal_objective)
        gross.append(gross_cost(compiled.program, optimum.values))
    assert abs(costs[0] - costs[1]) <= COST * min(gross)


@pytest.mark.year
@pytest.mark.robust
@pytest.mark.parametrize("solver", ["highs", "clarabel"])
def test_a_year_that_cannot_be_met_is_told(solver):
    """All the sun on offer is 770 GWh, and 832 GWh are to be matched."""
    others = ("wind-brandenburg", "wind-north-sea", "geothermal-upper-rhine")
    settings = ("contracts.pv-brandenburg.max_mw=800", *(f"contracts.{name}.max_mw=0" for name in others))
    problem = problem_from_case(load_case(FRANKFURT, settings=(*settings, "target.cfe=0.95")))
    (sun,) = (contract for contract in problem.contracts if contract.max_mw > 0)
    assert sun.max_mw * sun.available_mwh_per_mw.sum() < 0.95 * problem.total_load_mwh
    with pytest.raises(InfeasibleError, match="No portfolio within the limits"):
        solve_model(build_model(problem), problem.yardstick, SolveOptions(solver=solver))
