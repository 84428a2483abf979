"""HiGHS: one run of one of its algorithms on a scaled programme."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Final, Literal

import highspy
import numpy as np

from carbonmatch.records import FloatArray
from carbonmatch.solving.linear_program import LinearProgram

Algorithm = Literal["hipo", "ipx", "simplex"]
Status = Literal["optimal", "infeasible", "unbounded", "infeasible_or_unbounded", "time_limit", "failed"]

_STATUS: Final[dict[highspy.HighsModelStatus, Status]] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible_or_unbounded",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
}

IPM_TOLERANCE: Final = 1e-9
"""Relative tolerance asked of the interior-point engines, a thousandth of what the certificate grants: at 1e-8 a row
that sums a whole year ended just beside it (7e-7, a real year at 0.99), and 1e-9 takes at most one iteration more."""


@dataclass(frozen=True)
class HighsRun:
    """What one run handed back, in scaled units. Vectors are None where HiGHS has no solution at all."""

    algorithm: Algorithm
    status: Status
    message: str
    values: FloatArray | None
    duals: FloatArray | None
    iterations: int
    seconds: float
    log: str


def run_highs(
    program: LinearProgram,
    algorithm: Algorithm,
    *,
    time_limit_seconds: float = float("inf"),
    threads: int = 1,
    on_log: Callable[[str], None] | None = None,
) -> HighsRun:
    """Solve a programme with one algorithm of HiGHS, in a fresh HiGHS object.

    A fresh object matters: handed on from a failed run, the next algorithm would start from its bad point.
    Ctrl-C stops the run and goes on to the caller as KeyboardInterrupt.
    """
    began = time.perf_counter()
    highs = highspy.Highs()
    lines: list[str] = []

    def keep(event: highspy.HighsCallbackEvent) -> None:
        lines.append(event.message)
        if on_log is not None:
            on_log(event.message)

    highs.setOptionValue("log_to_console", False)
    highs.cbLogging += keep
    _set_options(highs, algorithm, time_limit_seconds, threads)
    highs.passModel(_highs_lp(program))
    _run_interruptibly(highs)

    model_status = highs.getModelStatus()
    solution, info = highs.getSolution(), highs.getInfo()
    return HighsRun(
        algorithm=algorithm,
        status=_STATUS.get(model_status, "failed"),
        message=highs.modelStatusToString(model_status),
        values=np.array(solution.col_value) if solution.value_valid else None,
        duals=np.array(solution.row_dual) if solution.dual_valid else None,
        iterations=max(info.ipm_iteration_count, 0) + max(info.simplex_iteration_count, 0),
        seconds=time.perf_counter() - began,
        log="".join(lines),
    )


def _set_options(highs: highspy.Highs, algorithm: Algorithm, time_limit_seconds: float, threads: int) -> None:
    highs.setOptionValue("solver", algorithm)
    highs.setOptionValue("threads", threads)
    highs.setOptionValue("time_limit", time_limit_seconds)
    if algorithm != "simplex":
        highs.setOptionValue("run_crossover", "off")
        highs.setOptionValue("ipm_optimality_tolerance", IPM_TOLERANCE)


def _highs_lp(program: LinearProgram) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = program.matrix.shape
    lp.col_cost_ = program.cost
    lp.offset_ = program.offset
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    return lp


def _run_interruptibly(highs: highspy.Highs) -> None:
    """Run HiGHS beside the main thread, which stays free to hear Ctrl-C."""
    highs.HandleUserInterrupt = True
    worker = Thread(target=highs.run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.1)
    except KeyboardInterrupt:
        highs.cancelSolve()
        worker.join(2.0)
        raise
