"""Proof of optimality from the matrix and the returned vectors, whatever the engine says of itself."""

from __future__ import annotations

import numpy as np

from carbonmatch.records import Certificate, FloatArray, Yardstick
from carbonmatch.solving.linear_program import LinearProgram
from carbonmatch.units import DUAL_TOLERANCE, GAP_TOLERANCE, PRIMAL_TOLERANCE


def primal_residual(program: LinearProgram, values: FloatArray) -> float:
    """Return the largest violation of any row or bound, in the unit of the rows."""
    activity = program.matrix @ values
    violations = (
        program.row_lower - activity,
        activity - program.row_upper,
        program.lower - values,
        values - program.upper,
    )
    return max((float(v.max()) for v in violations if v.size), default=0.0)


def certify(program: LinearProgram, values: FloatArray, duals: FloatArray, yardstick: Yardstick) -> Certificate:
    """Measure how far a primal and a dual vector are from proving each other optimal.

    Args:
        program: the programme in user units.
        values: (columns,) primal values.
        duals: (rows,) d(cost) / d(right-hand side).
        yardstick: the peak load measures primal residuals, the typical price is the least that prices are measured by.

    A row dual may be positive only where the row has a lower side, negative only where it has an upper one; a reduced
    cost (cost - matrix.T @ duals) the same for the bounds of its column. What has the wrong sign is measured against
    the sum of the absolute prices it is made of. The gap adds up |dual * slack| over all rows and columns, wrong signs
    included: at least |primal - dual objective|, since terms cannot cancel. It is measured against the gross cost, the
    sum of all that is paid.
    """
    activity = program.matrix @ values
    reduced = program.cost - program.matrix.transposed_times(duals)
    prices = np.abs(program.cost) + abs(program.matrix).transposed_times(np.abs(duals))
    typical = yardstick.typical_price_per_mwh

    row_sign, row_product, row_bound = _complementarity(duals, activity, program.row_lower, program.row_upper)
    column_sign, column_product, column_bound = _complementarity(reduced, values, program.lower, program.upper)
    wrong_rows = row_sign / np.maximum(np.abs(duals), typical)
    wrong_columns = column_sign / np.maximum(prices, typical)

    residual = primal_residual(program, values)
    return Certificate(
        primal_residual_mwh=residual,
        primal_residual=residual / yardstick.peak_load_mwh,
        dual_residual=max(float(wrong_rows.max(initial=0.0)), float(wrong_columns.max(initial=0.0))),
        gap=(row_product + column_product) / max(1.0, gross_cost(program, values)),
        primal_objective=float(program.cost @ values) + program.offset,
        dual_objective=row_bound + column_bound + program.offset,
    )


def gross_cost(program: LinearProgram, values: FloatArray) -> float:
    """Return all that is paid, without what is earned."""
    return float(np.maximum(program.cost * values, 0.0).sum())


def _complementarity(
    price: FloatArray, level: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, float, float]:
    """Return (wrong-signed part of each price, sum of |price * slack|, sum of price * side that it presses against)."""
    side = np.where(price > 0.0, lower, upper)
    open_ended = ~np.isfinite(side)
    wrong = np.where(open_ended, np.abs(price), 0.0)
    slack = np.where(open_ended, level, level - np.where(open_ended, 0.0, side))
    bound = np.where(open_ended, 0.0, price * np.where(open_ended, 0.0, side))
    return wrong, float(np.abs(price * slack).sum()), float(bound.sum())


def holds(certificate: Certificate) -> bool:
    """Tell whether a certificate proves what a result must prove."""
    return (
        certificate.primal_residual <= PRIMAL_TOLERANCE
        and certificate.dual_residual <= DUAL_TOLERANCE
        and certificate.gap <= GAP_TOLERANCE
    )
