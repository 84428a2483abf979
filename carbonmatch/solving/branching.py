"""Whole numbers: branch and bound over linear programmes, each of them solved and certified like any other.

An interior-point engine solves a year in seconds, but cannot go on from there to a neighbouring programme; simplex can,
but takes minutes for each on a year. Whole numbers are few in a portfolio, so that few programmes do, and the bound
of each is that of its own certificate.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from carbonmatch.errors import InfeasibleError, LimitError
from carbonmatch.records import EngineRun, FloatArray, Optimum, WholeNumbers
from carbonmatch.solving.certificate import gross_cost
from carbonmatch.solving.compile import CompiledModel
from carbonmatch.solving.rounding import Rounding
from carbonmatch.units import INTEGER_TOLERANCE

NO_WHOLE_NUMBERS: Final = (
    "No portfolio of whole lots, least sizes and single variants keeps to the limits of this case and meets its target."
)


def branch_and_bound(
    compiled: CompiledModel,
    solve: Callable[[CompiledModel], Optimum],
    asked_gap: float,
    on_progress: Callable[[str], None] | None = None,
) -> Optimum:
    """Return the optimum of a model with whole numbers, with its bound; the certificate is that with them held.

    solve       solves a linear programme to a certified optimum: the whole numbers may be anything within their bounds
    asked_gap   distance of cost and bound at which the search may end, as a share of gross cost

    Raises:
        InfeasibleError: no choice of whole numbers meets the rows.
        LimitError: the time limit was reached; the message tells the best cost found and its bound.
        UnboundedError, SolverError: as `solve` raises them.
    """
    return _Search(compiled, solve, asked_gap, on_progress or (lambda _: None)).optimum()


@dataclass(frozen=True)
class _Node:
    """A part of the search: bounds of the whole numbers, and a cost that nothing within them undercuts."""

    lower: FloatArray
    upper: FloatArray
    bound: float
    depth: int


@dataclass(frozen=True)
class _Cut:
    """What one certified programme says of the cost of all whole numbers y.

    cost(y) >= bound + sum_j price[j] * (y[j] - side[j])

    price   reduced costs of the whole numbers;  side   the bound that each was pressed against
    The duals of a programme bound the cost of any other that differs in the bounds of some columns alone.
    """

    bound: float
    price: FloatArray
    side: FloatArray

    def least(self, lower: FloatArray, upper: FloatArray) -> float:
        """Return the least cost that it leaves to whole numbers within bounds."""
        best = np.where(self.price > 0.0, lower, upper)
        return self.bound + float((self.price * (best - self.side)).sum())


class _Search:
    """One search: what is open, what is known of the cost, and the best solution so far."""

    def __init__(
        self,
        compiled: CompiledModel,
        solve: Callable[[CompiledModel], Optimum],
        asked_gap: float,
        tell: Callable[[str], None],
    ) -> None:
        self.compiled = compiled
        self.solve = solve
        self.asked_gap = asked_gap
        self.tell = tell
        self.rounding = Rounding(compiled.program, compiled.integers)
        self.began = time.perf_counter()
        program, integers = compiled.program, compiled.integers
        self.open = [_Node(program.lower[integers], program.upper[integers], -np.inf, 0)]
        self.closed = np.inf
        self.cuts: list[_Cut] = []
        self.best: Optimum | None = None
        self.tried: set[tuple[float, ...]] = set()
        self.nodes = self.programmes = 0
        self.seconds_held = 0.0
        self.runs: list[EngineRun] = []
        self.logs: list[str] = []
        self.seconds: dict[str, float] = {}

    def optimum(self) -> Optimum:
        while self.open:
            node = self._next()
            node = replace(node, bound=max(node.bound, self._least(node.lower, node.upper)))
            if node.bound >= self._cutoff:
                self.closed = min(self.closed, node.bound)
                continue
            try:
                self._explore(node)
            except LimitError as error:
                self.open.append(node)
                raise self._told(error) from error
        if self.best is None:
            raise InfeasibleError(NO_WHOLE_NUMBERS)
        return self._proved(self.best)

    def _next(self) -> _Node:
        """Return the part to look at: the deepest until something is found, the most promising one after that."""
        if self.best is None:
            return self.open.pop()
        number = min(range(len(self.open)), key=lambda i: (self.open[i].bound, i))
        return self.open.pop(number)

    def _explore(self, node: _Node) -> None:
        gap = f", {100.0 * self._gap(node.bound):.2g} % above the bound" if self.best is not None else ""
        self.tell(f"whole numbers: linear programme {self.programmes + 1}{gap}")
        try:
            relaxed = self._solved(node.lower, node.upper)
        except InfeasibleError:
            if node.depth == 0:
                raise
            return
        self.nodes += 1
        bound = max(node.bound, self.cuts[-1].bound)
        guess = self.rounding.settled(relaxed.values, node.lower, node.upper)
        whole = self.rounding.whole(guess, node.lower, node.upper)
        if whole is not None:
            self._try(whole)
        apart = np.abs(guess - np.round(guess))
        if bound >= self._cutoff or (whole is not None and not (apart > INTEGER_TOLERANCE).any()):
            self.closed = min(self.closed, bound)
            return
        free = node.lower < node.upper
        weighed = np.where(free, np.maximum(apart, INTEGER_TOLERANCE) * self.rounding.weight, -1.0)
        branched = int(np.argmax(weighed))
        if not free[branched]:  # every whole number was held, and there is no solution
            return
        below = float(np.clip(np.floor(guess[branched]), node.lower[branched], node.upper[branched] - 1.0))
        halves = []
        for side, value in (("upper", below), ("lower", below + 1.0)):
            bounds = {"lower": node.lower, "upper": node.upper}
            bounds[side] = bounds[side].copy()
            bounds[side][branched] = value
            halves.append(_Node(bounds["lower"], bounds["upper"], bound, node.depth + 1))
        nearer_above = guess[branched] - below > 0.5
        self.open.extend(halves if nearer_above else reversed(halves))

    def _try(self, whole: FloatArray) -> None:
        """Hold all whole numbers; keep the solution if it is the best one."""
        key = tuple(whole.tolist())
        if key in self.tried or self._least(whole, whole) >= self._cutoff:
            return
        self.tried.add(key)
        self.tell(f"whole numbers: linear programme {self.programmes + 1}, all of them held")
        began = time.perf_counter()
        try:
            found = self._solved(whole, whole)
        except InfeasibleError:
            return
        if self.best is None or found.certificate.primal_objective < self.best.certificate.primal_objective:
            self.best = found
            self.seconds_held = time.perf_counter() - began

    def _solved(self, lower: FloatArray, upper: FloatArray) -> Optimum:
        """Solve the programme of some bounds, and note what it says of all the others."""
        self.programmes += 1
        compiled = self.compiled.within(lower, upper)
        optimum = self.solve(compiled)
        self.runs.extend(optimum.runs)
        self.logs.append(optimum.log)
        for stage, spent in optimum.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
        program, proof = compiled.program, optimum.certificate
        price = (program.cost - program.matrix.transposed_times(optimum.duals))[compiled.integers]
        bound = proof.primal_objective - proof.gap * max(1.0, gross_cost(program, optimum.values))
        self.cuts.append(_Cut(bound, price, np.where(price > 0.0, lower, upper)))
        return optimum

    def _least(self, lower: FloatArray, upper: FloatArray) -> float:
        return max((cut.least(lower, upper) for cut in self.cuts), default=-np.inf)

    @property
    def _cutoff(self) -> float:
        """The cost from which on a part of the search need not be looked at."""
        if self.best is None:
            return np.inf
        return self.best.certificate.primal_objective - self.asked_gap * self._gross

    @property
    def _gross(self) -> float:
        return 1.0 if self.best is None else max(1.0, gross_cost(self.compiled.program, self.best.values))

    def _gap(self, bound: float) -> float:
        return np.inf if self.best is None else (self.best.certificate.primal_objective - bound) / self._gross

    @property
    def _bound(self) -> float:
        """The cost that nothing undercuts, by all that is known."""
        return min([self.closed, *(node.bound for node in self.open)])

    def _proved(self, best: Optimum) -> Optimum:
        cost = best.certificate.primal_objective
        bound = min(cost, self._bound)
        engines = dict.fromkeys(run.engine for run in self.runs if run.certified)
        proof = WholeNumbers(
            decisions=len(self.compiled.integers),
            bound=bound,
            gap_absolute=cost - bound,
            gap=self._gap(bound),
            asked=self.asked_gap,
            residual=self.compiled.integrality_residual(best.values),
            solver=f"branch and bound over programmes of {', '.join(engines)}",
            nodes=self.nodes,
            programmes=self.programmes,
            seconds=time.perf_counter() - self.began,
            seconds_held=self.seconds_held,
        )
        return replace(
            best, runs=tuple(self.runs), log="\n".join(self.logs), seconds=dict(self.seconds), whole_numbers=proof
        )

    def _told(self, error: LimitError) -> LimitError:
        """Return the message of a time limit with what was found until then."""
        bound = self._bound
        proved = f"none costs less than {bound:,.0f}" if np.isfinite(bound) else "no bound is known yet"
        if self.best is None:
            found = f"No portfolio of whole numbers was found yet; {proved}."
        else:
            cost = self.best.certificate.primal_objective
            gap = f", a gap of {100.0 * self._gap(bound):.2g} %" if np.isfinite(bound) else ""
            found = (
                f"The best portfolio found costs {cost:,.0f}, and {proved}{gap}; {100.0 * self.asked_gap:.2g} % is "
                "asked for: --mip-gap asks for another one."
            )
        return LimitError(f"{error} {found}")
