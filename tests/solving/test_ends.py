"""How a solve may end: certified, infeasible, unbounded, out of time or failed; never in silence."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import pytest
from small_cases import a_case, solved

from carbonmatch.errors import InfeasibleError, LimitError, SolverError, UnboundedError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.solving import SolveOptions, solve, solve_model
from carbonmatch.solving.compile import compile_model

ENGINES = ["hipo", "hipo-unpresolved", "ipx", "simplex", "clarabel"]
TARGET = {"matching": "hourly", "cfe": 0.5}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_the_same_cost(engine):
    _, solution, optimum = solved(a_case({"target": TARGET}), options=SolveOptions(solver=(engine,)))
    assert solution.objective == pytest.approx(1500, rel=1e-6)
    assert optimum.engine == (engine if engine == "clarabel" else f"highs-{engine}")
    assert optimum.runs[-1].engine == optimum.engine
    assert optimum.certificate.gap <= 1e-6


@pytest.mark.parametrize("engine", ENGINES)
def test_infeasible(engine):
    case = a_case({"target": {"matching": "hourly", "cfe": 0.9}})
    with pytest.raises(InfeasibleError, match="No portfolio within the limits"):
        solved(case, options=SolveOptions(solver=(engine,)))


@pytest.mark.parametrize("engine", ENGINES)
def test_unbounded_names_what_grows(engine):
    # strike 80 against a sale at 100 in its only hour, and no limit on size
    case = a_case({"contracts": {"sun": {"max_mw": ...}}, "surplus": {"price": [100.0, 0.0]}})
    with pytest.raises(UnboundedError, match=re.escape("sun (contracted_mw)")):
        solved(case, options=SolveOptions(solver=(engine,)))


def test_a_limit_on_surplus_bounds_what_would_be_unbounded():
    case = a_case({"contracts": {"sun": {"max_mw": ...}}, "surplus": {"price": [100.0, 0.0], "max_share": 0.5}})
    _, solution, _ = solved(case)
    assert solution.contracted_mw.tolist() == pytest.approx([20])


def test_fixed_sizes_that_contradict_the_target_are_infeasible():
    # no column is left in the row: 5 MWh of sun against 10 that are wanted
    fixed = {"sun": {"existing_mw": 5, "max_mw": ...}}
    with pytest.raises(InfeasibleError, match="contradict"):
        solved(a_case({"contracts": fixed, "target": {"matching": "annual", "cfe": 0.5}}))


def test_out_of_time():
    with pytest.raises(LimitError, match="time limit of 1e-09 s"):
        solved(a_case({"target": TARGET}), options=SolveOptions(time_limit_seconds=1e-9))


def damage(monkeypatch, *names):
    """Let the engines of these names hand back a wrong point and call it optimal."""

    def damaged(engine):
        def run(program, request):
            found = engine.run(program, request)
            return found if found.values is None else replace(found, values=found.values * 1.01)

        return replace(engine, run=run)

    for name in names:
        monkeypatch.setitem(solve.ENGINES, name, damaged(solve.ENGINES[name]))


def test_a_wrong_point_called_optimal_is_not_believed(monkeypatch):
    damage(monkeypatch, "hipo", "hipo-unpresolved", "ipx")
    _, solution, optimum = solved(a_case({"target": TARGET}), options=SolveOptions())
    assert [run.certified for run in optimum.runs] == [False, False, False, True]
    assert [run.engine for run in optimum.runs] == [f"highs-{engine}" for engine in solve.CHAINS["highs"]]
    assert solution.objective == pytest.approx(1500)


def test_where_clarabel_is_not_believed_highs_takes_over(monkeypatch):
    damage(monkeypatch, "clarabel")
    _, solution, optimum = solved(a_case({"target": TARGET}), options=SolveOptions(solver="clarabel"))
    assert [(run.engine, run.certified) for run in optimum.runs] == [("clarabel", False), ("highs-hipo", True)]
    assert solution.objective == pytest.approx(1500)


def test_where_no_engine_is_believed_the_run_ends_as_failed(monkeypatch):
    damage(monkeypatch, *solve.CHAINS["highs"])
    with pytest.raises(SolverError, match=r"No engine .*highs-hipo.*highs-ipx.*highs-simplex"):
        solved(a_case({"target": TARGET}), options=SolveOptions())


def test_progress_and_log_are_told():
    stages, lines = [], []
    options = SolveOptions(solver=("ipx",), on_progress=stages.append, on_log=lines.append)
    _, _, optimum = solved(a_case({"target": TARGET}), options=options)
    assert stages == ["solving with HiGHS ipx"]
    assert "Model status" in "".join(lines)
    assert "== solving with HiGHS ipx" in optimum.log
    assert "Model status" in optimum.log


def test_solving_leaves_the_model_as_it_was():
    problem = problem_from_case(a_case({"target": TARGET}))
    model = build_model(problem)
    before = [variable.value for variable in model.component_data_objects(pyo.Var)]
    solve_model(model, problem.yardstick)
    assert [variable.value for variable in model.component_data_objects(pyo.Var)] == before


def test_a_case_without_any_choice_is_solved_too():
    # one site without load in the second hour, one existing contract without generation: only constants and one row
    case = a_case({"contracts": {"sun": {"existing_mw": 10, "max_mw": ...}}, "sites": {"s": {"load": [10.0, 0.0]}}})
    _, solution, _ = solved(case)
    assert solution.objective == pytest.approx(800)


def test_a_case_in_which_everything_is_fixed_holds_or_does_not():
    # an existing contract, every hour matched, no surplus: no column is left, and 10 MW fit a load of 10 MW
    def fixed(size_mw):
        sun = {"capacity_factor": 1.0, "existing_mw": size_mw, "max_mw": ...}
        target = {"matching": "hourly", "cfe": 1.0}
        return a_case({"contracts": {"sun": sun}, "surplus": {"max_share": 0.0}, "target": target})

    _, solution, optimum = solved(fixed(10))
    assert optimum.columns_count == 0
    assert solution.objective == pytest.approx(20 * 80)
    for size_mw in (9, 11):
        with pytest.raises(InfeasibleError, match="contradict"):
            solved(fixed(size_mw))


def test_the_matrix_is_what_pyomo_says_it_is():
    compiled = compile_model(build_model(problem_from_case(a_case({"target": TARGET}))))
    program = compiled.program
    point = np.arange(1.0, len(compiled.columns) + 1)
    for column, value in zip(compiled.columns, point, strict=True):
        column.set_value(value, skip_validation=True)
    activity = program.matrix @ point
    for row, body, low, high in zip(compiled.rows, activity, program.row_lower, program.row_upper, strict=True):
        constant = pyo.value(row.body) - body  # constants stand on the left in Pyomo, on the right in the matrix
        assert low == pytest.approx(-np.inf if row.lower is None else pyo.value(row.lower) - constant)
        assert high == pytest.approx(np.inf if row.upper is None else pyo.value(row.upper) - constant)
