"""Engines side by side: the same interface, the same certificate, the same optimum."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.common.errors import ApplicationError
from small_cases import a_case, solved

from carbonmatch.errors import InfeasibleError, InputError, SolverError, UnboundedError, VerificationError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.records import Optimum
from carbonmatch.solving import SolveOptions, check_solver, compile_model, options, solve, solve_model
from carbonmatch.solving.certificate import certify, holds
from carbonmatch.solving.clarabel import run_clarabel
from carbonmatch.solving.engine import Request
from carbonmatch.solving.highs import run_highs

TARGET = {"matching": "hourly", "cfe": 0.5}
GLPK = pytest.mark.skipif(shutil.which("glpsol") is None, reason="needs GLPK: apt-get install glpk-utils")
OWN = ["appsi_highs", pytest.param("glpk", marks=GLPK)]
"""Solvers that Pyomo reaches through interfaces of its own: one in Python, one through files."""


def optimum_of(case, **options) -> Optimum:
    return solved(case, options=SolveOptions(**options))[2]


def test_clarabel_and_highs_find_the_same_point_where_there_is_only_one():
    problem = problem_from_case(a_case({"target": TARGET}))
    program = compile_model(build_model(problem)).program
    ours, theirs = run_highs("simplex", program, Request()), run_clarabel(program, Request())
    assert (ours.status, theirs.status) == ("optimal", "optimal")
    np.testing.assert_allclose(theirs.values, ours.values, atol=1e-6)
    for answer in (ours, theirs):
        assert holds(certify(program, answer.values, answer.duals, problem.yardstick))


def test_clarabel_hands_back_the_duals_of_every_kind_of_side():
    # must-run gives rows with a lower side, the target and the size limits upper ones, the balance equalities
    firm = {
        "technology": "nuclear",
        "zone": "Z",
        "structure": "clean_firm",
        "strike_per_mwh": 70,
        "availability": 0.9,
        "must_run_share": 0.5,
        "max_mw": 4,
    }
    case = a_case({"contracts": {"firm": firm}, "target": {"matching": "hourly", "cfe": 0.4}})
    found = optimum_of(case, solver=("clarabel",))
    assert found.engine == "clarabel"
    assert found.certificate.primal_objective == pytest.approx(optimum_of(case).certificate.primal_objective)


@pytest.mark.parametrize("name", OWN)
def test_a_solver_of_the_users_own_is_certified_like_any_other(name):
    found = optimum_of(a_case({"target": TARGET}), solver=(name,))
    assert found.engine == name
    assert found.certificate.primal_objective == pytest.approx(1500)
    assert [run.certified for run in found.runs] == [True]


@pytest.mark.parametrize("name", OWN)
def test_a_solver_of_the_users_own_ends_like_any_other(name):
    with pytest.raises(InfeasibleError):
        optimum_of(a_case({"target": {"matching": "hourly", "cfe": 0.9}}), solver=(name,))
    changes = {"contracts": {"sun": {"max_mw": ...}}, "surplus": {"price": [100.0, 0.0]}}
    with pytest.raises(UnboundedError):
        optimum_of(a_case(changes), solver=name)  # GLPK calls it "other": HiGHS finds out


@pytest.mark.parametrize("name", OWN)
def test_a_solver_of_the_users_own_leaves_the_model_as_it_was(name):
    problem = problem_from_case(a_case({"target": TARGET}))
    model = build_model(problem)
    before = [variable.value for variable in model.component_data_objects(pyo.Var)]
    solve_model(model, problem.yardstick, SolveOptions(solver=name))
    assert [variable.value for variable in model.component_data_objects(pyo.Var)] == before
    assert not list(model.component_objects(pyo.Suffix))


def test_a_solver_without_duals_cannot_be_certified_and_highs_takes_over(monkeypatch):
    def without_duals(compiled, name, request):
        found = run_highs("simplex", compiled.program, request)
        return replace(found, engine=name, duals=None)

    monkeypatch.setattr(solve, "run_pyomo_solver", without_duals)
    found = optimum_of(a_case({"target": TARGET}), solver="appsi_highs")
    assert [(run.engine, run.certified) for run in found.runs] == [("appsi_highs", False), ("highs-hipo", True)]
    with pytest.raises(SolverError):
        optimum_of(a_case({"target": TARGET}), solver=("appsi_highs",))


def test_a_solver_that_breaks_down_is_followed_by_highs(monkeypatch):
    def breaks_down(*_args, **_options):
        raise ApplicationError("Solver (appsi_highs) did not exit normally")

    monkeypatch.setattr(type(pyo.SolverFactory("appsi_highs")), "solve", breaks_down)
    found = optimum_of(a_case({"target": TARGET}), solver="appsi_highs")
    assert [(run.engine, run.status) for run in found.runs] == [
        ("appsi_highs", "ended with an error"),
        ("highs-hipo", "Optimal"),
    ]


@pytest.mark.parametrize(
    ("solver", "told"),
    [
        ("claribel", "did you mean 'clarabel'"),
        ("no-such-thing", "is not known"),
        ("xpress", "is not found on this machine"),
    ],
)
def test_a_solver_that_is_not_there_is_an_input_error(solver, told):
    with pytest.raises(InputError, match=told):
        check_solver(SolveOptions(solver=solver))


def test_clarabel_that_is_not_installed_names_the_extra(monkeypatch):
    monkeypatch.setattr(options.clarabel, "installed", lambda: False)
    check_solver(SolveOptions())
    for asked in (SolveOptions(solver="clarabel"), SolveOptions(cross_check=True)):
        with pytest.raises(InputError, match=r"pip install 'carbonmatch\[clarabel\]'"):
            check_solver(asked)


@pytest.mark.parametrize(("solver", "second"), [("highs", "clarabel"), ("clarabel", "highs-hipo")])
def test_a_cross_check_solves_with_the_other_engine(solver, second):
    found = optimum_of(a_case({"target": TARGET}), solver=solver, cross_check=True)
    assert found.cross_check.engine == second
    assert found.cross_check.objective == pytest.approx(1500)
    assert found.cross_check.difference <= 1e-6
    assert [run.engine for run in found.runs] == [found.engine, second]
    assert found.engine != second


def test_a_cross_check_that_disagrees_is_a_failed_verification(monkeypatch):
    certified = solve._Search._certified

    def twice_the_cost(self, answer):
        found = certified(self, answer)
        if found is None or answer.engine != "clarabel":
            return found
        values, duals, certificate = found
        return values, duals, replace(certificate, primal_objective=2 * certificate.primal_objective)

    monkeypatch.setattr(solve._Search, "_certified", twice_the_cost)
    with pytest.raises(VerificationError, match=r"highs-hipo found a cost of 1500.* clarabel one of 3000"):
        optimum_of(a_case({"target": TARGET}), cross_check=True)


def test_a_case_without_any_choice_needs_no_cross_check():
    sun = {"capacity_factor": 1.0, "existing_mw": 10, "max_mw": ...}
    case = a_case(
        {"contracts": {"sun": sun}, "surplus": {"max_share": 0.0}, "target": {"matching": "hourly", "cfe": 1.0}}
    )
    found = optimum_of(case, cross_check=True)
    assert (found.engine, found.cross_check) == (None, None)


def test_iterations_are_told():
    told = []
    optimum_of(a_case({"target": TARGET}), solver=("clarabel",), on_iteration=told.append)
    assert told == sorted(told)
    assert len(told) > 3


def test_clarabel_ends_at_its_time_limit():
    program = compile_model(build_model(problem_from_case(a_case({"target": TARGET})))).program
    assert run_clarabel(program, Request(time_limit_seconds=1e-9)).status == "time_limit"
