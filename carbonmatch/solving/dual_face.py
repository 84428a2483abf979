"""Which prices are the only ones: the duals that every proof of the same optimum shares.

For every optimal dual vector, not only for the one that an engine returned, a column strictly between its bounds has
reduced cost zero and a row with slack has dual zero. These equations are solved for how far the duals may move:

    sum_i matrix[i,j] * move[i] = 0   for every such column j;   move[i] = 0 for every row i with slack

A dual that no solution moves is unique. Most equations have one unknown once others are known, and are solved along
that chain; the few that are left are solved together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records import FloatArray, IntArray, Optimum
from carbonmatch.solving.linear_program import LinearProgram

BoolArray = NDArray[np.bool_]

MOST_TOGETHER: Final = 3000
"""Equations that are solved together, at most: some seconds. A real year with two batteries leaves some hundred."""

RANK_TOLERANCE: Final = 1e-9
"""Singular values below this share of the largest are zero: coefficients are shares of one, rounded at 1e-16."""

MOVE_TOLERANCE: Final = 1e-6
"""A move below this share of the largest is none."""

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
        return self.moves.keep(weights)

    def fixes_sums(self, rows: IntArray, others: IntArray) -> BoolArray:
        """Tell for each pair of rows whether the sum of their duals is the same for every proof of this optimum."""
        still: BoolArray = self.unique[rows] & self.unique[others]
        open_pairs = np.flatnonzero(~still)
        if open_pairs.size:
            first, second = (self.moves.of(members[open_pairs]) for members in (rows, others))
            together = np.abs(first + second).max(axis=1, initial=0.0) <= MOVE_TOLERANCE
            still[open_pairs] = together & ~self.moves.free[rows[open_pairs]] & ~self.moves.free[others[open_pairs]]
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
    equations = _Equations.of(program, inside)
    chain = _chained(equations, slack, np.array([i for i in watched if not slack[i]], dtype=np.int64))
    together = _together(equations, chain)
    if together is None:
        return None
    moves = Moves(chain, *together)
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
class _Equations:
    """The entries of the matrix in the columns that lie between their bounds."""

    rows: IntArray
    columns: IntArray
    data: FloatArray
    shape: tuple[int, int]

    @staticmethod
    def of(program: LinearProgram, inside: BoolArray) -> _Equations:
        matrix = program.matrix
        kept = inside[matrix.columns]
        return _Equations(matrix.indices[kept], matrix.columns[kept], matrix.data[kept], matrix.shape)

    def unknowns(self, known: BoolArray) -> tuple[BoolArray, IntArray]:
        """Return which entries are of unknown rows, and how many of these each column has."""
        unknown = ~known[self.rows]
        return unknown, np.bincount(self.columns[unknown], minlength=self.shape[1])

    def sums(self, entries: BoolArray, place: IntArray, count: int, factors: FloatArray) -> FloatArray:
        """Return sum_i matrix[i,j] * factors[i] over some entries, for the columns that have a place."""
        found = np.zeros((count, factors.shape[1]))
        np.add.at(found, place[self.columns[entries]], self.data[entries, None] * factors[self.rows[entries]])
        return found


@dataclass(frozen=True)
class _Chain:
    """What follows from the moves of the first rows alone.

    first   the rows that chains start at
    known   (rows,) whose move follows;  factors   (rows, first) move[i] = factors[i] @ move[first]
    """

    first: IntArray
    known: BoolArray
    factors: FloatArray


def _chained(equations: _Equations, slack: BoolArray, first: IntArray) -> _Chain:
    """Solve the equations that have one unknown, as long as there are any."""
    rows, columns = equations.shape
    known = slack.copy()
    known[first] = True
    factors = np.zeros((rows, first.size))
    factors[first, np.arange(first.size)] = 1.0
    while True:
        unknown, count = equations.unknowns(known)
        alone = np.flatnonzero(unknown & (count[equations.columns] == 1))
        if not alone.size:
            return _Chain(first, known, factors)
        found, which = np.unique(equations.rows[alone], return_index=True)
        by = alone[which]
        place = np.full(columns, -1)
        place[equations.columns[by]] = np.arange(found.size)
        others = (place[equations.columns] >= 0) & ~unknown
        factors[found] = -equations.sums(others, place, found.size, factors) / equations.data[by, None]
        known[found] = True


def _together(equations: _Equations, chain: _Chain) -> tuple[IntArray, FloatArray] | None:
    """Solve the equations that the chains leave, for the unknown rows in them and the first rows of the chains.

    Returns:
        (unknown rows, (unknown rows + first rows, moves) basis of all solutions); None where they are too many.
    """
    unknown, count = equations.unknowns(chain.known)
    rows = np.unique(equations.rows[unknown])
    involved = np.zeros(equations.shape[1], dtype=bool)
    involved[equations.columns] = True
    # an equation without unknowns says something of the first rows, unless it was used up as the last link of a chain
    columns = np.flatnonzero(involved)
    place = np.full(equations.shape[1], -1)
    place[columns] = np.arange(columns.size)
    of_first = equations.sums(~unknown, place, columns.size, chain.factors)
    size = np.zeros(columns.size)
    np.maximum.at(size, place[equations.columns], np.abs(equations.data))
    telling = (count[columns] > 0) | (np.abs(of_first).max(axis=1, initial=0.0) > RANK_TOLERANCE * size)
    kept = np.flatnonzero(telling)
    if max(kept.size, rows.size) > MOST_TOGETHER:
        return None
    place = np.full(equations.shape[1], -1)
    place[columns[kept]] = np.arange(kept.size)
    number = np.full(equations.shape[0], -1)
    number[rows] = np.arange(rows.size)
    system = np.zeros((kept.size, rows.size + chain.first.size))
    entries = np.flatnonzero(unknown)
    system[place[equations.columns[entries]], number[equations.rows[entries]]] = equations.data[entries]
    system[:, rows.size :] = of_first[kept]
    return rows, _null_space(system / size[kept, None])


def _null_space(system: FloatArray) -> FloatArray:
    """Return an orthonormal basis of all x with system @ x = 0, one column per direction."""
    if not system.shape[0]:
        return np.eye(system.shape[1])
    _, sizes, directions = np.linalg.svd(system)
    rank = int((sizes > RANK_TOLERANCE * max(float(sizes.max(initial=0.0)), 1.0)).sum())
    basis: FloatArray = directions[rank:].T
    return basis


class Moves:
    """All ways in which the duals may move, to first order."""

    def __init__(self, chain: _Chain, rows: IntArray, basis: FloatArray) -> None:
        self.chain = chain
        self.rows = rows
        self.basis = basis
        self.of_first = basis[rows.size :]
        self.free = ~chain.known
        self.free[rows] = False  # what is left stands in no equation at all

    def still(self) -> BoolArray:
        """Return the rows that no way moves."""
        moved = np.abs(self.chain.factors @ self.of_first).max(axis=1, initial=0.0)
        moved[self.rows] = np.abs(self.basis[: self.rows.size]).max(axis=1, initial=0.0)
        still: BoolArray = (moved <= MOVE_TOLERANCE) & ~self.free
        return still

    def keep(self, weights: FloatArray) -> bool:
        """Tell whether no way changes a weighted sum of the duals."""
        if np.abs(weights[self.free]).any():
            return False
        change = (weights @ self.chain.factors) @ self.of_first + weights[self.rows] @ self.basis[: self.rows.size]
        return bool(np.abs(change).max(initial=0.0) <= MOVE_TOLERANCE * np.abs(weights).sum())

    def of(self, rows: IntArray) -> FloatArray:
        """Return how each way moves some rows, (rows, ways); those that stand in no equation move by themselves."""
        moved: FloatArray = self.chain.factors[rows] @ self.of_first
        place = np.searchsorted(self.rows, rows)
        together = np.flatnonzero(np.isin(rows, self.rows))
        moved[together] = self.basis[place[together]]
        return moved

    def towards(self, row: int) -> FloatArray:
        """Return the way that moves one of the first rows most; zeros where none does, or the row is no such row."""
        place = np.flatnonzero(self.chain.first == row)
        if not place.size:
            return np.zeros(self.free.size)
        return self._moved(self.basis @ self.of_first[place[0]])

    def single(self) -> FloatArray | None:
        """Return the way in which the duals may move where there is just one; rows that stand in no equation apart."""
        return self._moved(self.basis[:, 0]) if self.basis.shape[1] == 1 else None

    def _moved(self, way: FloatArray) -> FloatArray:
        moved: FloatArray = self.chain.factors @ way[self.rows.size :]
        moved[self.rows] = way[: self.rows.size]
        return moved


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
