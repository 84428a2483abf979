"""Two hundred random instances: every status right, every optimum certified, both solvers at the cost of a third one.

How an instance ends is decided by SciPy's own build of HiGHS, by dual simplex on the matrix as it is compiled: another
algorithm, in user units, without our scaling. Where the end is known by construction, SciPy has to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import scipy.sparse
from instances import COUNT, Ending, instance, name_of
from scipy.optimize import linprog

from carbonmatch.errors import InfeasibleError, UnboundedError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.records import Yardstick
from carbonmatch.solving import SolveOptions, compile_model, solve_compiled
from carbonmatch.solving.certificate import certify, gross_cost, holds
from carbonmatch.solving.compile import CompiledModel
from carbonmatch.solving.linear_program import LinearProgram

COST = 1e-6
"""Two optima of one instance, as a share of the gross cost: the gap that a certificate allows."""

SOLVERS = ("highs", "clarabel")

RUNS_OF_A_VERDICT: dict[Ending, int] = {"optimal": 1, "infeasible": 2, "unbounded": 3}
"""Engine runs where the first engine settles it: an optimum is one run, infeasibility is confirmed without objective,
what is unbounded is feasible without objective and then a direction shows it."""

FIRST_ENGINE: dict[Ending, float] = {"optimal": 0.95, "infeasible": 0.9, "unbounded": 0.9}
"""Least share of instances that the first engine of a chain settles, by how they end: what was found (told at the
end of a run) less some instances. The others are settled by a later engine, which costs time and not the result."""

pytestmark = pytest.mark.robust


@dataclass(frozen=True)
class Found:
    """How one solver ended, run by run; where that is an optimum, whether it is proved, its cost and what is paid."""

    ending: Ending
    runs: tuple[str, ...]
    certified: bool = False
    cost: float = np.nan
    gross: float = np.nan


@dataclass(frozen=True)
class Outcome:
    """How an instance must end by construction (None if not known), how it ends, and how each solver ended."""

    must_end: Ending | None
    ending: Ending
    least_cost: float
    found: dict[str, Found]


@cache
def outcome(number: int) -> Outcome:
    """Solve an instance three times, once in a test run."""
    given = instance(number)
    problem = problem_from_case(given.case)
    compiled = compile_model(build_model(problem))
    ending, least_cost = by_simplex(compiled.program)
    found = {solver: solved(compiled, problem.yardstick, solver) for solver in SOLVERS}
    return Outcome(given.must_end, ending, least_cost, found)


def by_simplex(program: LinearProgram) -> tuple[Ending, float]:
    """Return how a programme ends, and its least cost, in the words of SciPy."""
    matrix = program.matrix
    rows = scipy.sparse.csc_array((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape).tocsr()
    equal = program.row_lower == program.row_upper
    above, below = ~equal & np.isfinite(program.row_lower), ~equal & np.isfinite(program.row_upper)
    answer = linprog(
        program.cost,
        A_ub=scipy.sparse.vstack([rows[below], -rows[above]]),
        b_ub=np.concatenate([program.row_upper[below], -program.row_lower[above]]),
        A_eq=rows[equal],
        b_eq=program.row_lower[equal],
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs-ds",
    )
    endings: dict[int, Ending] = {0: "optimal", 2: "infeasible", 3: "unbounded"}
    return endings[answer.status], np.nan if answer.fun is None else answer.fun + program.offset


def solved(compiled: CompiledModel, yardstick: Yardstick, solver: str) -> Found:
    runs: list[str] = []
    try:
        optimum = solve_compiled(compiled, yardstick, SolveOptions(solver=solver, on_progress=runs.append))
    except InfeasibleError:
        return Found("infeasible", tuple(runs))
    except UnboundedError:
        return Found("unbounded", tuple(runs))
    proof = certify(compiled.program, optimum.values, optimum.duals, yardstick)
    gross = max(1.0, gross_cost(compiled.program, optimum.values))
    return Found("optimal", tuple(runs), holds(proof), proof.primal_objective, gross)


@pytest.mark.parametrize("number", range(COUNT), ids=name_of)
def test_both_solvers_end_where_simplex_ends(number):
    known = outcome(number)
    told = "; ".join(f"{solver}: {found.ending} after {list(found.runs)}" for solver, found in known.found.items())
    assert known.must_end in {None, known.ending}
    assert [found.ending for found in known.found.values()] == [known.ending] * len(SOLVERS), told
    if known.ending == "optimal":
        costs = [known.least_cost, *(found.cost for found in known.found.values())]
        gross = min(found.gross for found in known.found.values())
        assert all(found.certified for found in known.found.values()), told
        assert max(costs) - min(costs) <= COST * gross, f"{costs}; {told}"


def test_there_are_enough_of_each_ending():
    endings = [outcome(number).ending for number in range(COUNT)]
    assert endings.count("optimal") >= 120
    assert endings.count("infeasible") >= 40
    assert endings.count("unbounded") >= 15


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("ending", ["optimal", "infeasible", "unbounded"])
def test_the_first_engine_of_a_chain_settles_most(solver, ending, figures):
    numbers = [number for number in range(COUNT) if outcome(number).ending == ending]
    later = [number for number in numbers if len(outcome(number).found[solver].runs) != RUNS_OF_A_VERDICT[ending]]
    at_once = len(numbers) - len(later)
    names = ", ".join(map(name_of, later)) or "none"
    figures.append(f"{solver}, {len(numbers)} {ending}: {at_once} settled by the first engine; by a later one: {names}")
    assert at_once >= FIRST_ENGINE[ending] * len(numbers)
