"""Which prices are the only ones: the duals that every proof of the same optimum shares.

For every optimal dual vector, not only for the one that an engine returned, a column strictly between its bounds has
reduced cost zero and a row with slack has dual zero. These equations are solved for how far the duals may move:

    sum_i matrix[i,j] * move[i] = 0   for every such column j;   move[i] = 0 for every row i with slack

A dual that no solution moves is unique. `dual_moves` solves these equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from carbonmatch.records import FloatArray, IntArray, Optimum
from carbonmatch.solving.dual_moves import MOVE_TOLERANCE, BoolArray, Equations, Moves, chained, told_of, trees_of
from carbonmatch.solving.linear_program import LinearProgram

SAME_PRICE: Final = 1e-4
"""Prices closer than this share of a typical one are one price: half a cent beside 50 per MWh."""

ZERO_PRICE: Final = 1e-6
"""Reduced costs and duals below this share of a typical price are zero, as for the certificate."""


@dataclass(frozen=True)
class DualFace:
    """What the optimal duals have in common.

    unique   (rows,) every proof of this optimum has the same dual here
    ranges   {row: (low, high)} of the rows asked for: duals as far apart as this were found, and all between are
             optimal too. Equal where the dual is unique, or where no other was found
    """

    unique: BoolArray
    ranges: dict[int, tuple[float, float]]
    moves: Moves = field(repr=False)

    def fixes(self, weights: FloatArray) -> bool:
        """Tell whether sum_i weights[i] * dual[i] is the same for every proof of this optimum."""
        return bool(self.unique[weights != 0.0].all()) or self.moves.keep(weights)

    def fixes_sums(self, rows: IntArray, others: IntArray) -> BoolArray:
        """Tell for each pair of rows whether the sum of their duals is the same for every proof of this optimum."""
        still: BoolArray = self.unique[rows] & self.unique[others]
        open_pairs = np.flatnonzero(~still)
        if open_pairs.size:
            still[open_pairs] = self.moves.keep_sums(rows[open_pairs], others[open_pairs])
        return still


def dual_face(
    program: LinearProgram, optimum: Optimum, watched: Sequence[int], near: float, typical_price: float
) -> DualFace | None:
    """Return which duals of an optimum are unique; None where that would take too long to find out.

    watched   rows whose range is looked for; their duals are the start of the chains
    near      a value closer than this to a bound is at it [unit of the columns]
    """
    values = optimum.values
    activity = program.matrix @ values
    inside = (values - program.lower > near) & (program.upper - values > near)
    slack = (program.row_lower != program.row_upper) & (
        (activity - program.row_lower > near) & (program.row_upper - activity > near)
    )
    equations = Equations.of(program, inside)
    chain = chained(equations, slack, np.array([i for i in watched if not slack[i]], dtype=np.int64))
    trees = trees_of(equations, chain)
    told = told_of(equations, chain, trees)
    if told is None:
        return None
    moves = Moves(chain, trees, told)
    sides = _Sides.of(program, optimum, near, ZERO_PRICE * typical_price)
    unique, single = moves.still(), moves.single()
    if single is not None:
        # The one way there is may be shut at both ends: then nothing moves by more than can be told apart.
        low, high = sides.steps(single, ~sides.of_rows(moves.free))
        if np.isfinite(high - low):
            unique |= ~moves.free & (np.abs(single) * (high - low) <= SAME_PRICE * typical_price)
    ranges = {i: (float(optimum.duals[i]),) * 2 for i in watched}
    for i in (i for i in watched if not unique[i]):
        way = moves.towards(i)
        ends = [float(optimum.duals[i] + way[i] * step) for step in sides.steps(way) if way[i] != 0.0]
        ranges[i] = (min(ends, default=ranges[i][0]), max(ends, default=ranges[i][1]))
    return DualFace(unique, ranges, moves)


@dataclass(frozen=True)
class _Sides:
    """The sides that rows and columns are at, and the prices that press them there.

    row_sign, column_sign   +1 at the lower side, where prices are not below 0, -1 at the upper one; 0 where there is
                            nothing to keep: between the sides, or where both are one
    zero                    a price closer to zero is none
    """

    program: LinearProgram
    duals: FloatArray
    reduced: FloatArray
    row_sign: FloatArray
    column_sign: FloatArray
    zero: float

    @staticmethod
    def of(program: LinearProgram, optimum: Optimum, near: float, zero: float) -> _Sides:
        def sign(level: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
            at_lower, at_upper = level - lower <= near, upper - level <= near
            return np.where(at_lower & ~at_upper, 1.0, np.where(at_upper & ~at_lower, -1.0, 0.0))

        return _Sides(
            program,
            optimum.duals,
            program.cost - program.matrix.transposed_times(optimum.duals),
            sign(program.matrix @ optimum.values, program.row_lower, program.row_upper),
            sign(optimum.values, program.lower, program.upper),
            zero,
        )

    def of_rows(self, rows: BoolArray) -> BoolArray:
        """Return the columns that stand in any of these rows."""
        matrix = self.program.matrix
        found = np.zeros(matrix.shape[1], dtype=bool)
        found[matrix.columns[rows[matrix.indices]]] = True
        return found

    def steps(self, way: FloatArray, columns: BoolArray | None = None) -> tuple[float, float]:
        """Return how far the duals may go along a way, back and forth, while all prices keep their signs.

        columns   whose signs are kept; all unless given
        """
        low, high = -np.inf, np.inf
        kept = self.column_sign if columns is None else np.where(columns, self.column_sign, 0.0)
        scale = float(np.abs(way).max(initial=0.0))
        for price, moving, sign in (
            (self.duals, way, self.row_sign),
            (self.reduced, -self.program.matrix.transposed_times(way), kept),
        ):
            # sign * (price + step * moving) >= 0
            room, speed = np.maximum(sign * price, 0.0), sign * moving
            room[room <= self.zero] = 0.0
            falling, rising = speed < -MOVE_TOLERANCE * scale, speed > MOVE_TOLERANCE * scale
            high = min(high, float((room[falling] / -speed[falling]).min(initial=np.inf)))
            low = max(low, -float((room[rising] / speed[rising]).min(initial=np.inf)))
        return low, high
