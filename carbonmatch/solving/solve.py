"""From a model to a certified optimum: engines in turn, each result checked by our own certificate."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyomo.environ as pyo

from carbonmatch.errors import InfeasibleError, LimitError, SolverError, UnboundedError
from carbonmatch.records import Certificate, EngineRun, FloatArray, Optimum, Yardstick
from carbonmatch.solving.certificate import certify, holds, primal_residual
from carbonmatch.solving.highs import Algorithm, HighsRun, run_highs
from carbonmatch.solving.linear_program import (
    CONTRADICTION,
    CompiledModel,
    LinearProgram,
    Scale,
    compile_model,
    scale_by,
    scaled,
)
from carbonmatch.units import PRIMAL_TOLERANCE

CHAIN: Final[tuple[Algorithm, ...]] = ("hipo", "ipx", "simplex")
"""Order in which the algorithms are tried: the fastest one first, the most patient one last."""

RAY_TOLERANCE: Final = 1e-7
"""Least scaled gain of a direction that proves a programme unbounded: ten times what HiGHS leaves as residual."""


@dataclass(frozen=True)
class SolveOptions:
    """How to solve: a limit on the time of all engines together [s], threads, and who hears of progress."""

    time_limit_seconds: float = float("inf")
    threads: int = 1
    chain: tuple[Algorithm, ...] = CHAIN
    on_progress: Callable[[str], None] | None = None
    on_log: Callable[[str], None] | None = None


def solve_model(model: pyo.ConcreteModel, yardstick: Yardstick, options: SolveOptions | None = None) -> Optimum:
    """Solve a Pyomo model; return its optimum only with a certificate that holds.

    Raises:
        InfeasibleError: no point meets the rows, confirmed without the objective.
        UnboundedError: a direction was found along which cost falls for ever.
        LimitError: the time limit was reached.
        SolverError: no engine returned a result that our certificate accepts.
    """
    return _Search(compile_model(model), yardstick, options or SolveOptions()).optimum()


class _Search:
    """One search for a certified optimum: remembers time, runs and logs across engines."""

    def __init__(self, compiled: CompiledModel, yardstick: Yardstick, options: SolveOptions) -> None:
        self.compiled = compiled
        self.program = compiled.program
        self.yardstick = yardstick
        self.options = options
        self.scale: Scale = scale_by(yardstick)
        self.scaled_program = scaled(compiled.program, self.scale)
        self.ends = time.monotonic() + options.time_limit_seconds
        self.runs: list[EngineRun] = []
        self.logs: list[str] = []

    def optimum(self) -> Optimum:
        if self.program.matrix.shape[1] == 0:
            return self._without_choice()
        for algorithm in self.options.chain:
            run = self._run(self.scaled_program, algorithm)
            certified = self._certified(run)
            self._remember(run, certified is not None)
            if certified is not None:
                return self._optimum(*certified)
            if run.status in ("infeasible", "unbounded", "infeasible_or_unbounded"):
                self._settle_infeasible_or_unbounded(algorithm)
        tried = "; ".join(f"{run.engine}: {run.status} after {run.seconds:.1f} s" for run in self.runs)
        message = (
            f"No engine returned a result that could be certified ({tried}). Nothing was written. "
            "Storage without any cost and sizes without limits make a case hard to solve: see `carbonmatch validate`."
        )
        raise SolverError(message)

    def _without_choice(self) -> Optimum:
        """Return the only point there is, where every column is fixed, if it meets the rows."""
        values, duals = np.zeros(0), np.zeros(self.program.matrix.shape[0])
        certificate = self._certificate(values, duals)
        if not holds(certificate):
            raise InfeasibleError(CONTRADICTION)
        return self._optimum(values, duals, certificate)

    def _run(self, program: LinearProgram, algorithm: Algorithm, what: str = "solving") -> HighsRun:
        left = self.ends - time.monotonic()
        if left <= 0.0:
            self._raise_limit()
        if self.options.on_progress is not None:
            self.options.on_progress(f"{what} with HiGHS {algorithm}")
        run = run_highs(
            program,
            algorithm,
            time_limit_seconds=left,
            threads=self.options.threads,
            on_log=self.options.on_log,
        )
        self.logs.append(f"== HiGHS {algorithm}\n{run.log}")
        if run.status == "time_limit":
            self._raise_limit()
        return run

    def _raise_limit(self) -> None:
        message = (
            f"The time limit of {self.options.time_limit_seconds:g} s was reached before an optimum was proved. "
            "Nothing was written. Give more time with --time-limit."
        )
        raise LimitError(message)

    def _remember(self, run: HighsRun, certified: bool) -> None:
        engine = f"highs-{run.algorithm}"
        self.runs.append(EngineRun(engine, run.message, run.seconds, run.iterations, certified))

    def _certified(self, run: HighsRun) -> tuple[FloatArray, FloatArray, Certificate] | None:
        """Return (values, duals, certificate) in user units where the certificate holds, whatever the status says."""
        if run.values is None or run.duals is None:
            return None
        values = np.clip(run.values * self.scale.power, self.program.lower, self.program.upper)
        duals = run.duals * self.scale.money
        certificate = self._certificate(values, duals)
        return (values, duals, certificate) if holds(certificate) else None

    def _certificate(self, values: FloatArray, duals: FloatArray) -> Certificate:
        return certify(self.program, values, duals, self.yardstick)

    def _optimum(self, values: FloatArray, duals: FloatArray, certificate: Certificate) -> Optimum:
        return Optimum(
            columns=self.compiled.columns,
            values=values,
            rows=self.compiled.rows,
            duals=duals,
            certificate=certificate,
            runs=tuple(self.runs),
            rows_count=self.program.matrix.shape[0],
            columns_count=self.program.matrix.shape[1],
            nonzeros_count=int(self.program.matrix.nnz),
            log="\n".join(self.logs),
        )

    def _settle_infeasible_or_unbounded(self, algorithm: Algorithm) -> None:
        """Find out which of the two it is; return if neither can be shown, so that the next engine has a try.

        Infeasible: the same rows without an objective have no solution either. Unbounded: they have one, and some
        direction that respects all rows lowers the cost for ever.
        """
        fallback: Algorithm = "simplex" if algorithm == "simplex" else "ipx"
        free = replace(self.scaled_program, cost=np.zeros_like(self.program.cost))
        run = self._run(free, fallback, "looking whether it can be met at all")
        if run.status == "infeasible":
            message = "No portfolio within the limits of this case meets its target."
            raise InfeasibleError(message)
        if run.values is None:
            return
        values = np.clip(run.values * self.scale.power, self.program.lower, self.program.upper)
        if primal_residual(self.program, values) > PRIMAL_TOLERANCE * self.yardstick.peak_load_mwh:
            return
        names = self._growing_sizes(fallback)
        if names:
            message = (
                "The cost of this case falls without limit as these grow: "
                + ", ".join(names)
                + ". Give them a limit (max_mw), give surplus.max_share, or look at the price that surplus earns."
            )
            raise UnboundedError(message)

    def _growing_sizes(self, algorithm: Algorithm) -> list[str]:
        """Return the names of the sizes that grow where cost falls for ever; empty if there is no such direction.

        The direction solves the homogeneous programme (all finite sides zero), its length limited to 1 per column.
        """
        lp = self.scaled_program

        def homogeneous(side: FloatArray) -> FloatArray:
            return np.where(np.isfinite(side), 0.0, side)

        direction = replace(
            lp,
            offset=0.0,
            row_lower=homogeneous(lp.row_lower),
            row_upper=homogeneous(lp.row_upper),
            lower=np.maximum(homogeneous(lp.lower), -1.0),
            upper=np.minimum(homogeneous(lp.upper), 1.0),
        )
        run = self._run(direction, algorithm, "looking what grows without limit")
        if run.values is None or float(lp.cost @ run.values) > -RAY_TOLERANCE:
            return []
        growing = [
            f"{column.parent_block().index()} ({column.local_name})"
            for column, value in zip(self.compiled.columns, run.values.tolist(), strict=True)
            if abs(value) > RAY_TOLERANCE and not column.parent_component().is_indexed()
        ]
        return growing or ["trade at the prices of this case"]
