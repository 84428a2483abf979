"""From a model to a certified optimum: engines in turn, each result checked by our own certificate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final, NoReturn

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import (
    Fault,
    InfeasibleError,
    InputError,
    LimitError,
    SolverError,
    UnboundedError,
    VerificationError,
)
from carbonmatch.records import Certificate, CrossCheck, EngineRun, FloatArray, Optimum, Yardstick
from carbonmatch.solving.branching import branch_and_bound
from carbonmatch.solving.certificate import certify, gross_cost, holds, primal_residual
from carbonmatch.solving.compile import CONTRADICTION, CompiledModel, compile_model
from carbonmatch.solving.engine import Answer, Request
from carbonmatch.solving.linear_program import LinearProgram
from carbonmatch.solving.options import CHAINS, ENGINES, SolveOptions, chain_of, check_solver, takes_matrix
from carbonmatch.solving.pyomo_solver import run_pyomo_solver
from carbonmatch.solving.scaling import Scale, scale_of, scaled
from carbonmatch.units import GAP_TOLERANCE, INTEGER_TOLERANCE, PRIMAL_TOLERANCE

RAY_TOLERANCE: Final = 1e-7
"""Least scaled gain of a direction that proves a programme unbounded: ten times what HiGHS leaves as residual."""


def solve_model(model: pyo.ConcreteModel, yardstick: Yardstick, options: SolveOptions | None = None) -> Optimum:
    """Compile and solve a Pyomo model; see `solve_compiled`."""
    return solve_compiled(compile_model(model, yardstick), yardstick, options)


def solve_compiled(
    compiled: CompiledModel,
    yardstick: Yardstick,
    options: SolveOptions | None = None,
    proved_infeasible: Callable[[], bool] | None = None,
) -> Optimum:
    """Solve a compiled model; return its optimum only with a certificate that holds.

    proved_infeasible   asked where an engine finds no point that meets the rows: whether that is proved elsewhere

    Raises:
        InputError: the solver asked for is not there.
        InfeasibleError: no point meets the rows, proved elsewhere or confirmed without the objective.
        UnboundedError: a direction was found along which cost falls for ever.
        LimitError: the time limit was reached.
        SolverError: no engine returned a result that our certificate accepts.
        VerificationError: a second engine, asked for, found another cost.
    """
    options = options or SolveOptions()
    check_solver(options)
    if compiled.integers.size:
        return _with_whole_numbers(compiled, yardstick, options, proved_infeasible)
    search = _Search(compiled, yardstick, options, proved_infeasible)
    optimum = search.optimum(chain_of(options))
    return search.cross_checked(optimum) if options.cross_check else optimum


def _with_whole_numbers(
    compiled: CompiledModel,
    yardstick: Yardstick,
    options: SolveOptions,
    proved_infeasible: Callable[[], bool] | None,
) -> Optimum:
    """Search for whole numbers; what is certified, and checked by a second engine, is the programme with them held."""
    if not takes_matrix(options):
        what = (
            "solves linear programmes here, and whole numbers (lot_mw, or_nothing, variant_of) are searched for over "
            f"many of them: take --solver {' or '.join(CHAINS)}"
        )
        raise InputError([Fault(f"--solver {chain_of(options)[0]}", what)])
    if options.started is None:
        options = replace(options, started=time.monotonic())
    lower, upper = compiled.program.lower, compiled.program.upper

    def solve(part: CompiledModel) -> Optimum:
        whole = np.array_equal(part.program.lower, lower) and np.array_equal(part.program.upper, upper)
        asked = proved_infeasible if whole else None
        return _Search(part, yardstick, options, asked).optimum(chain_of(options))

    optimum = branch_and_bound(compiled, solve, options.whole_number_gap, options.on_progress)
    if not options.cross_check:
        return optimum
    checked = _Search(compiled.held_at(optimum.values), yardstick, options, None).cross_checked(optimum)
    return replace(checked, runs=(*optimum.runs, *checked.runs), log=f"{optimum.log}\n{checked.log}")


def recertified(compiled: CompiledModel, yardstick: Yardstick, optimum: Optimum) -> Optimum | None:
    """Return the optimum of one programme as that of another with the same rows and columns, if its proof holds there.

    So it does while a target has slack: what is cheapest for 0.50 and reaches 0.62 is cheapest for 0.60.
    """
    if compiled.integers.size:  # with other whole numbers another programme may be the best one
        return None
    certificate = certify(compiled.program, optimum.values, optimum.duals, yardstick)
    return replace(optimum, certificate=certificate) if holds(certificate) else None


def rechecked(
    compiled: CompiledModel, yardstick: Yardstick, values: FloatArray, duals: FloatArray, engine: str | None
) -> Optimum:
    """Return vectors that were found before as an optimum, certified anew; no engine is asked.

    Raises:
        VerificationError: they are not of this model, or do not prove each other optimal.
    """
    rows, columns = compiled.program.matrix.shape
    if (len(values), len(duals)) != (columns, rows):
        message = (
            f"The solver's answer has {len(values):,} values and {len(duals):,} duals; the case has {columns:,} "
            f"columns and {rows:,} rows."
        )
        raise VerificationError(message)
    apart = compiled.integrality_residual(values)
    if apart > INTEGER_TOLERANCE:
        raise VerificationError(f"The solver's answer is {apart:.1e} off a whole number where one is wanted.")
    certificate = certify(compiled.held_at(values).program, values, duals, yardstick)
    if not holds(certificate):
        message = (
            "The solver's answer does not prove itself optimal: primal residual "
            f"{certificate.primal_residual:.1e}, dual residual {certificate.dual_residual:.1e}, gap "
            f"{certificate.gap:.1e}."
        )
        raise VerificationError(message)
    return Optimum(
        columns=compiled.columns,
        values=values,
        rows=compiled.rows,
        duals=duals,
        certificate=certificate,
        engine=engine,
        runs=(),
        rows_count=rows,
        columns_count=columns,
        nonzeros_count=compiled.program.matrix.data.size,
        seconds={},
        log="",
    )


class _Search:
    """One search for a certified optimum: remembers time, runs and logs across engines."""

    def __init__(
        self,
        compiled: CompiledModel,
        yardstick: Yardstick,
        options: SolveOptions,
        proved_infeasible: Callable[[], bool] | None,
    ) -> None:
        self.proved_infeasible = proved_infeasible or (lambda: False)
        self.compiled = compiled
        self.program = compiled.program
        self.yardstick = yardstick
        self.options = options
        began = time.monotonic() if options.started is None else options.started
        self.ends = began + options.time_limit_seconds
        self.runs: list[EngineRun] = []
        self.logs: list[str] = []
        self.seconds = {"scaling": 0.0, "solving": 0.0, "certifying": 0.0}
        with self._timed("scaling"):
            self.scale: Scale = scale_of(compiled.program, yardstick)
            self.scaled_program = scaled(compiled.program, self.scale)

    def optimum(self, chain: tuple[str, ...]) -> Optimum:
        if self.program.matrix.shape[1] == 0:
            return self._without_choice()
        for engine in chain:
            answer = self._asked(engine)
            certified = self._certified(answer)
            self.runs.append(
                EngineRun(answer.engine, answer.message, answer.seconds, answer.iterations, certified is not None)
            )
            if certified is not None:
                return self._optimum(*certified, engine=answer.engine)
            if answer.status in ("infeasible", "unbounded", "infeasible_or_unbounded"):
                self._settle_infeasible_or_unbounded(engine)
        tried = "; ".join(f"{run.engine}: {run.status} after {run.seconds:.1f} s" for run in self.runs)
        message = (
            f"No engine returned a result that could be certified ({tried}). Nothing was written. "
            "Storage without any cost and sizes without limits make a case hard to solve: see `carbonmatch validate`."
        )
        if not any(run.engine == "clarabel" for run in self.runs):
            message += " Another engine may do it: --solver clarabel."
        raise SolverError(message)

    def cross_checked(self, optimum: Optimum) -> Optimum:
        """Solve again with the other engine; return the first optimum with what the second one found beside it."""
        if optimum.engine is None:  # there was nothing to choose, and so nothing to check
            return optimum
        other = self.optimum(CHAINS["highs"] if optimum.engine == "clarabel" else ("clarabel",))
        found, expected = other.certificate.primal_objective, optimum.certificate.primal_objective
        difference = abs(found - expected) / max(1.0, gross_cost(self.program, optimum.values))
        if difference > GAP_TOLERANCE:
            message = (
                f"{optimum.engine} found a cost of {expected:.10g} and {other.engine} one of {found:.10g}: "
                f"{difference:.1e} of the gross cost apart, and at most {GAP_TOLERANCE:g} is allowed. "
                "Nothing was written."
            )
            raise VerificationError(message)
        cross_check = CrossCheck(str(other.engine), found, difference)
        return replace(optimum, runs=other.runs, log=other.log, seconds=other.seconds, cross_check=cross_check)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - began

    def _without_choice(self) -> Optimum:
        """Return the only point there is, where every column is fixed, if it meets the rows."""
        values, duals = np.zeros(0), np.zeros(self.program.matrix.shape[0])
        certificate = self._certificate(values, duals)
        if not holds(certificate):
            raise InfeasibleError(CONTRADICTION)
        return self._optimum(values, duals, certificate, engine=None)

    def _asked(self, engine: str) -> Answer:
        """Return the answer of an engine to the whole problem, in user units."""
        if engine in ENGINES:
            answer = self._run(self.scaled_program, engine)
            return replace(
                answer,
                values=None if answer.values is None else self.scale.values(answer.values),
                duals=None if answer.duals is None else self.scale.duals(answer.duals),
            )
        return self._logged(f"solving with {engine}", partial(run_pyomo_solver, self.compiled, engine))

    def _run(self, program: LinearProgram, engine: str, what: str = "solving") -> Answer:
        """Return the answer of an engine to a scaled programme, in scaled units."""
        asked = ENGINES[engine]
        return self._logged(f"{what} with {asked.label}", partial(asked.run, program))

    def _logged(self, what: str, run: Callable[[Request], Answer]) -> Answer:
        left = self.ends - time.monotonic()
        if left <= 0.0:
            self._raise_limit()
        if self.options.on_progress is not None:
            self.options.on_progress(what)
        with self._timed("solving"):
            answer = run(Request(left, self.options.threads, self.options.on_iteration, self.options.on_log))
        self.logs.append(f"== {what}\n{answer.log}")
        if answer.status == "time_limit":
            self._raise_limit()
        return answer

    def _raise_limit(self) -> NoReturn:
        message = (
            f"The time limit of {self.options.time_limit_seconds:g} s was reached before an optimum was proved. "
            "Nothing was written. Give more time with --time-limit."
        )
        raise LimitError(message)

    def _certified(self, answer: Answer) -> tuple[FloatArray, FloatArray, Certificate] | None:
        """Return (values, duals, certificate) where the certificate holds, whatever the status says."""
        if answer.values is None or answer.duals is None:
            return None
        values = np.clip(answer.values, self.program.lower, self.program.upper)
        certificate = self._certificate(values, answer.duals)
        return (values, answer.duals, certificate) if holds(certificate) else None

    def _certificate(self, values: FloatArray, duals: FloatArray) -> Certificate:
        with self._timed("certifying"):
            return certify(self.program, values, duals, self.yardstick)

    def _optimum(
        self, values: FloatArray, duals: FloatArray, certificate: Certificate, *, engine: str | None
    ) -> Optimum:
        return Optimum(
            columns=self.compiled.columns,
            values=values,
            rows=self.compiled.rows,
            duals=duals,
            certificate=certificate,
            engine=engine,
            runs=tuple(self.runs),
            rows_count=self.program.matrix.shape[0],
            columns_count=self.program.matrix.shape[1],
            nonzeros_count=self.program.matrix.data.size,
            seconds=dict(self.seconds),
            log="\n".join(self.logs),
        )

    def _settle_infeasible_or_unbounded(self, engine: str) -> None:
        """Find out which of the two it is; return if neither can be shown, so that the next engine has a try.

        Infeasible: the same rows without an objective have no solution either. Unbounded: they have one, and some
        direction that respects all rows lowers the cost for ever. HiPO judged all of 200 random instances rightly and
        a year in two seconds; IPX, which is asked where HiPO cannot tell, 198 of them.
        """
        message = "No portfolio within the limits of this case meets its target."
        if self.proved_infeasible():
            raise InfeasibleError(message)
        for judge in ("simplex",) if engine == "simplex" else ("hipo", "ipx"):
            can_be_met = self._can_be_met(judge)
            if can_be_met is False:
                raise InfeasibleError(message)
            sizes = self._growing_sizes(judge) if can_be_met else None
            if sizes is not None:
                names = [f"{name} ({size})" for name, size in sizes] or ["trade at the prices of this case"]
                message = (
                    "The cost of this case falls without limit as these grow: "
                    + ", ".join(names)
                    + ". Give them a limit (max_mw), give surplus.max_share, or look at the price that surplus earns."
                )
                raise UnboundedError(message, sizes)

    def _can_be_met(self, judge: str) -> bool | None:
        """Tell whether the rows have a solution, by an engine that need not find the cheapest one; None if unclear."""
        free = replace(self.scaled_program, cost=np.zeros_like(self.program.cost))
        answer = self._run(free, judge, "looking whether it can be met at all")
        if answer.status in ("infeasible", "infeasible_or_unbounded"):  # what costs nothing is not unbounded
            return False
        if answer.values is None:
            return None
        values = np.clip(self.scale.values(answer.values), self.program.lower, self.program.upper)
        met = primal_residual(self.program, values) <= PRIMAL_TOLERANCE * self.yardstick.peak_load_mwh
        return True if met else None

    def _growing_sizes(self, judge: str) -> list[tuple[str, str]] | None:
        """Return the sizes that grow where cost falls for ever, by offer; None if there is no such direction.

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
        answer = self._run(direction, judge, "looking what grows without limit")
        if answer.values is None or float(lp.cost @ answer.values) > -RAY_TOLERANCE:
            return None
        growing = [
            (str(column.parent_block().index()), str(column.local_name))
            for column, value in zip(self.compiled.columns, answer.values.tolist(), strict=True)
            if abs(value) > RAY_TOLERANCE and not column.parent_component().is_indexed()
        ]
        return list(dict.fromkeys(growing))
