"""Clarabel: an open interior-point engine (extra `clarabel`), an opinion of its own beside HiGHS."""

from __future__ import annotations

import time
from importlib.util import find_spec
from threading import Event
from typing import Any, Final

import numpy as np

from carbonmatch.solving.engine import IPM_TOLERANCE, Answer, Request, Status, run_interruptibly
from carbonmatch.solving.linear_program import LinearProgram, SparseMatrix

_STATUS: Final[dict[str, Status]] = {
    "Solved": "optimal",
    "AlmostSolved": "optimal",
    "PrimalInfeasible": "infeasible",
    "AlmostPrimalInfeasible": "infeasible",
    "DualInfeasible": "infeasible_or_unbounded",
    "AlmostDualInfeasible": "infeasible_or_unbounded",
    "MaxTime": "time_limit",
}

FEASIBILITY_TOLERANCE: Final = 0.01 * IPM_TOLERANCE
"""Residuals are measured against the largest side there is, and a limit on a whole year is thousands of mean loads: at
1e-9 a real year ended at half of what the certificate allows, at 1e-10 a random instance just beside it."""


def installed() -> bool:
    """Tell whether Clarabel can be imported."""
    return find_spec("clarabel") is not None


def run_clarabel(program: LinearProgram, request: Request) -> Answer:
    """Solve a programme with Clarabel.

    It is asked as  minimise cost @ x  subject to  rows @ x + slack = right,  slack zero or non-negative:  the rows of
    equality first, then every finite side and bound as a row of its own. The dual of a row is what its sides give.
    """
    import clarabel  # noqa: PLC0415 - an extra

    began = time.perf_counter()
    sides = _Sides(program)
    settings = clarabel.DefaultSettings()
    settings.verbose = True
    settings.max_threads = request.threads
    settings.time_limit = request.time_limit_seconds
    settings.tol_gap_rel = settings.tol_gap_abs = IPM_TOLERANCE
    settings.tol_feas = FEASIBILITY_TOLERANCE
    columns = program.matrix.shape[1]
    none = np.zeros(0, dtype=np.int64)
    nothing = SparseMatrix.from_entries((columns, columns), none, none, np.zeros(0))
    cones = [clarabel.ZeroConeT(sides.equal.size), clarabel.NonnegativeConeT(sides.right.size - sides.equal.size)]
    solver = clarabel.DefaultSolver(nothing, program.cost, sides.matrix, sides.right, cones, settings)
    solver.print_to_buffer()
    stop = Event()

    def each_iteration(progress: Any) -> bool:
        if request.on_iteration is not None:
            request.on_iteration(progress.iterations)
        return stop.is_set()

    solver.set_termination_callback(each_iteration)
    run_interruptibly(solver.solve, stop.set)

    solution, log = solver.get_solution(), solver.get_print_buffer()
    if request.on_log is not None:
        request.on_log(log)
    status = str(solution.status)
    values, duals = np.array(solution.x), sides.duals(np.array(solution.z))
    sound = bool(np.isfinite(values).all() and np.isfinite(duals).all())
    return Answer(
        engine="clarabel",
        status=_STATUS.get(status, "failed"),
        message=status,
        values=values if sound else None,
        duals=duals if sound else None,
        iterations=solution.iterations,
        seconds=time.perf_counter() - began,
        log=log,
    )


class _Sides:
    """The rows and bounds of a programme as Clarabel wants them, and the way back for their duals."""

    def __init__(self, program: LinearProgram) -> None:
        matrix = program.matrix
        self.rows = matrix.shape[0]
        same = program.row_lower == program.row_upper
        self.equal = np.flatnonzero(same)
        self.upper = np.flatnonzero(~same & np.isfinite(program.row_upper))
        self.lower = np.flatnonzero(~same & np.isfinite(program.row_lower))
        most, least = np.flatnonzero(np.isfinite(program.upper)), np.flatnonzero(np.isfinite(program.lower))
        self.right = np.concatenate(
            [
                program.row_upper[self.equal],
                program.row_upper[self.upper],
                -program.row_lower[self.lower],
                program.upper[most],
                -program.lower[least],
            ]
        )
        place_above, place_below = np.full(self.rows, -1), np.full(self.rows, -1)
        place_above[np.concatenate([self.equal, self.upper])] = np.arange(self.equal.size + self.upper.size)
        place_below[self.lower] = self.equal.size + self.upper.size + np.arange(self.lower.size)
        above, below = place_above[matrix.indices], place_below[matrix.indices]
        first_bound = self.equal.size + self.upper.size + self.lower.size
        self.matrix = SparseMatrix.from_entries(
            shape=(self.right.size, matrix.shape[1]),
            rows=np.concatenate(
                [above[above >= 0], below[below >= 0], first_bound + np.arange(most.size + least.size)]
            ),
            columns=np.concatenate([matrix.columns[above >= 0], matrix.columns[below >= 0], most, least]),
            values=np.concatenate(
                [matrix.data[above >= 0], -matrix.data[below >= 0], np.ones(most.size), -np.ones(least.size)]
            ),
        )

    def duals(self, multipliers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return d(cost) / d(right-hand side) of every row: cost + rows.T @ multipliers = 0 at the optimum."""
        ends = np.cumsum([self.equal.size, self.upper.size, self.lower.size])
        duals = np.zeros(self.rows)
        duals[self.equal] = -multipliers[: ends[0]]
        duals[self.upper] = -multipliers[ends[0] : ends[1]]
        duals[self.lower] += multipliers[ends[1] : ends[2]]
        return duals
