"""Optimum: what solving hands back, with the proof that comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class Certificate:
    """Proof of optimality, computed from the matrix and the returned vectors in user units, not taken from the solver.

    primal_residual_mwh   largest violation of any row or bound
    primal_residual       the same as a share of peak load per step
    dual_residual         largest wrong-signed row dual or reduced cost, as a share of the prices it is made of
    gap                   sum of all complementarity products / max(1, gross cost): at least the distance between cost
                          and dual bound, since terms of different sign do not cancel
    primal_objective, dual_objective   cost and its bound; None where there is no dual proof
    """

    primal_residual_mwh: float
    primal_residual: float
    dual_residual: float
    gap: float
    primal_objective: float
    dual_objective: float


@dataclass(frozen=True)
class EngineRun:
    """One attempt of one engine: its name, what it said, how long it took [s], its iterations."""

    engine: str
    status: str
    seconds: float
    iterations: int
    certified: bool


@dataclass(frozen=True)
class CrossCheck:
    """A second engine's certified cost; its difference to that of the first one as a share of the gross cost."""

    engine: str
    objective: float
    difference: float


@dataclass(frozen=True)
class WholeNumbers:
    """How near to the best an optimum is whose whole numbers were searched for; its certificate is that with them held.

    decisions     columns that are whole numbers
    bound         cost that no choice of them undercuts, each part of the search bounded by its own certificate
    gap_absolute  cost less bound;  gap   the same as a share of gross cost;  asked   the gap that was asked for
    residual      largest distance of such a column from a whole number
    solver        whose answers bounded the search
    nodes         parts of the search that were bounded by a linear programme of their own
    programmes    linear programmes solved in all, those with all whole numbers held among them
    seconds       of the search [s];  seconds_held   of the last programme with all whole numbers held
    """

    decisions: int
    bound: float
    gap_absolute: float
    gap: float
    asked: float
    residual: float
    solver: str
    nodes: int
    programmes: int
    seconds: float
    seconds_held: float


@dataclass(frozen=True)
class Optimum:
    """A certified optimum: values of columns and duals of rows in user units, with their modelling objects.

    duals         d(cost) / d(right-hand side)
    engine        whose vectors these are; None where nothing was left to choose
    seconds       what scaling, solving (all engines) and certifying took
    cross_check   None unless a second engine was asked for
    whole_numbers None where no column is a whole number, and where an answer was read back
    """

    columns: tuple[Any, ...]
    values: FloatArray
    rows: tuple[Any, ...]
    duals: FloatArray
    certificate: Certificate
    engine: str | None
    runs: tuple[EngineRun, ...]
    rows_count: int
    columns_count: int
    nonzeros_count: int
    seconds: Mapping[str, float]
    log: str
    cross_check: CrossCheck | None = None
    whole_numbers: WholeNumbers | None = None
