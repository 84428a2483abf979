"""HiGHS: one run of one of its algorithms on a scaled programme."""

from __future__ import annotations

import time
from typing import Final, Literal

import highspy
import numpy as np

from carbonmatch.solving.engine import IPM_TOLERANCE, Answer, Request, Status, run_interruptibly
from carbonmatch.solving.linear_program import LinearProgram

Algorithm = Literal["hipo", "hipo-unpresolved", "ipx", "simplex"]
Options = dict[str, str | float | bool]

_STATUS: Final[dict[highspy.HighsModelStatus, Status]] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible_or_unbounded",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
}

_INTERIOR_POINT: Final[Options] = {"run_crossover": "off", "ipm_optimality_tolerance": IPM_TOLERANCE}
_HIPO: Final[Options] = {
    **_INTERIOR_POINT,
    "solver": "hipo",
    "hipo_ordering": "amd",
    "allow_unbounded_or_infeasible": True,
}

OPTIONS: Final[dict[Algorithm, Options]] = {
    "hipo": _HIPO,
    "hipo-unpresolved": {**_HIPO, "presolve": "off"},
    "ipx": {**_INTERIOR_POINT, "solver": "ipx"},
    "simplex": {"solver": "simplex"},
}
"""Options beside threads and time limit. Of 137 random instances HiPO with presolve ended wrongly on two (duals lost in
postsolve), without presolve on three others ("Unknown"): the two together settle all, and a second try takes a tenth of
what IPX does. AMD orders these matrices as well as METIS, in a third of the time. Which of infeasible and unbounded it
is, we find out ourselves: HiGHS would do so by simplex."""


def run_highs(algorithm: Algorithm, program: LinearProgram, request: Request) -> Answer:
    """Solve a programme with one algorithm of HiGHS, in a fresh HiGHS object.

    A fresh object matters: handed on from a failed run, the next algorithm would start from its bad point.
    """
    began = time.perf_counter()
    highs = highspy.Highs()
    lines: list[str] = []
    told = 0

    def keep(event: highspy.HighsCallbackEvent) -> None:
        lines.append(event.message)
        if request.on_log is not None:
            request.on_log(event.message)

    def count(event: highspy.HighsCallbackEvent) -> None:
        nonlocal told
        if request.on_iteration is not None and event.data_out.ipm_iteration_count > told:
            told = event.data_out.ipm_iteration_count
            request.on_iteration(told)

    highs.setOptionValue("log_to_console", False)
    highs.cbLogging += keep
    highs.cbIpmInterrupt += count
    options = {"threads": request.threads, "time_limit": request.time_limit_seconds}
    for name, value in {**options, **OPTIONS[algorithm]}.items():
        highs.setOptionValue(name, value)
    highs.passModel(_highs_lp(program))
    highs.HandleUserInterrupt = True
    run_interruptibly(highs.run, highs.cancelSolve)

    model_status = highs.getModelStatus()
    solution, info = highs.getSolution(), highs.getInfo()
    return Answer(
        engine=f"highs-{algorithm}",
        status=_STATUS.get(model_status, "failed"),
        message=highs.modelStatusToString(model_status),
        values=np.array(solution.col_value) if solution.value_valid else None,
        duals=np.array(solution.row_dual) if solution.dual_valid else None,
        iterations=max(info.ipm_iteration_count, 0) + max(info.simplex_iteration_count, 0),
        seconds=time.perf_counter() - began,
        log="".join(lines),
    )


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
