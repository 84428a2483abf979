"""How far the duals of an optimum may move: the equations that every proof of it must meet, solved.

    sum_i matrix[i,j] * move[i] = 0   for every column j between its bounds;   move[i] = 0 for every row i with slack

Most of them have one unknown once others are known, and are solved along that chain. Of the rest most have two: what
they tie together moves as one. The few that are left are solved together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records import FloatArray, IntArray
from carbonmatch.solving.linear_program import LinearProgram

BoolArray = NDArray[np.bool_]

MOST_TOGETHER: Final = 3000
"""Equations or unknowns that are solved together, at most: some seconds. A real year leaves some hundred."""

MOST_ENTRIES: Final = 50_000_000
"""Numbers in these equations, at most: 0.4 GB."""

CHUNK: Final = 4096
"""Rows that are looked at together."""

RANK_TOLERANCE: Final = 1e-9
"""Singular values below this share of the largest are zero: coefficients are shares of one, rounded at 1e-16."""

MOVE_TOLERANCE: Final = 1e-6
"""A move below this share of the largest is none."""


@dataclass(frozen=True)
class Equations:
    """The entries of the matrix in the columns that lie between their bounds."""

    rows: IntArray
    columns: IntArray
    data: FloatArray
    shape: tuple[int, int]

    @staticmethod
    def of(program: LinearProgram, inside: BoolArray) -> Equations:
        """Return those of a programme in which these columns lie between their bounds."""
        matrix = program.matrix
        kept = inside[matrix.columns]
        return Equations(matrix.indices[kept], matrix.columns[kept], matrix.data[kept], matrix.shape)

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
class Chain:
    """What follows from the moves of the first rows alone.

    first   the rows that chains start at
    known   (rows,) whose move follows;  factors   (rows, first) move[i] = factors[i] @ move[first]
    """

    first: IntArray
    known: BoolArray
    factors: FloatArray


def chained(equations: Equations, slack: BoolArray, first: IntArray) -> Chain:
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
            return Chain(first, known, factors)
        found, which = np.unique(equations.rows[alone], return_index=True)
        by = alone[which]
        place = np.full(columns, -1)
        place[equations.columns[by]] = np.arange(found.size)
        others = (place[equations.columns] >= 0) & ~unknown
        factors[found] = -equations.sums(others, place, found.size, factors) / equations.data[by, None]
        known[found] = True


@dataclass(frozen=True)
class Trees:
    """The unknown rows that the chains leave, each told by the move of the root of its tree and of the first rows.

    Two unknown rows in one equation are neighbours: the move of one follows from that of the other.

    rows     their numbers, ascending;  tree   (rows,) number of the tree of each
    along    (rows,) its move by one of the root;  aside   (rows, first) its move by one of each first row
    used     the equations that were used up
    """

    rows: IntArray
    tree: IntArray
    along: FloatArray
    aside: FloatArray
    used: IntArray

    @property
    def count(self) -> int:
        """Number of trees."""
        return int(self.tree.max(initial=-1)) + 1


def trees_of(equations: Equations, chain: Chain) -> Trees:
    """Solve the equations that have two unknowns, as far as they tie a row to one that is not tied yet."""
    unknown, count = equations.unknowns(chain.known)
    rows = np.unique(equations.rows[unknown])
    number = np.full(equations.shape[0], -1)
    number[rows] = np.arange(rows.size)
    pairs = np.flatnonzero(count == 2)
    place = np.full(equations.shape[1], -1)
    place[pairs] = np.arange(pairs.size)
    of_first = equations.sums(~unknown & (place[equations.columns] >= 0), place, pairs.size, chain.factors)
    entries = np.flatnonzero(unknown & (place[equations.columns] >= 0))
    entries = entries[np.argsort(place[equations.columns[entries]], kind="stable")]
    ends = number[equations.rows[entries]].reshape(-1, 2)
    factors = equations.data[entries].reshape(-1, 2)
    edges: list[list[tuple[int, int, int]]] = [[] for _ in range(rows.size)]
    for pair, (one, other) in enumerate(ends.tolist()):
        edges[one].append((pair, 0, other))
        edges[other].append((pair, 1, one))
    tree = np.full(rows.size, -1)
    along, aside = np.ones(rows.size), np.zeros((rows.size, chain.first.size))
    used: list[int] = []
    trees = 0
    for root in range(rows.size):
        if tree[root] >= 0:
            continue
        tree[root], stack = trees, [root]
        while stack:
            here = stack.pop()
            for pair, side, there in edges[here]:
                if tree[there] < 0:
                    mine, its = factors[pair, side], factors[pair, 1 - side]
                    along[there] = -mine / its * along[here]
                    aside[there] = -(mine * aside[here] + of_first[pair]) / its
                    tree[there] = trees
                    used.append(int(pairs[pair]))
                    stack.append(there)
        trees += 1
    return Trees(rows, tree, along, aside, np.array(used, dtype=np.int64))


def told_of(equations: Equations, chain: Chain, trees: Trees) -> FloatArray | None:
    """Return what the equations that are left say of the moves of roots and first rows: an orthonormal basis of it.

    Returns:
        (equations, roots + first rows); None where they are too many.
    """
    unknown, count = equations.unknowns(chain.known)
    left = np.zeros(equations.shape[1], dtype=bool)
    left[equations.columns] = True
    left[trees.used] = False
    columns = np.flatnonzero(left)
    place = np.full(equations.shape[1], -1)
    place[columns] = np.arange(columns.size)
    here = place[equations.columns] >= 0
    of_first = equations.sums(here & ~unknown, place, columns.size, chain.factors)
    size = np.zeros(equations.shape[1])
    np.maximum.at(size, equations.columns, np.abs(equations.data))
    # an equation without unknowns says something of the first rows, unless it was used up as the last link of a chain
    says = (count[columns] > 0) | (np.abs(of_first).max(axis=1, initial=0.0) > RANK_TOLERANCE * size[columns])
    kept = columns[says]
    if min(kept.size, trees.count + chain.first.size) > MOST_TOGETHER or kept.size * trees.count > MOST_ENTRIES:
        return None
    place = np.full(equations.shape[1], -1)
    place[kept] = np.arange(kept.size)
    system = np.zeros((kept.size, trees.count + chain.first.size))
    system[:, trees.count :] = of_first[says]
    entries = np.flatnonzero(unknown & (place[equations.columns] >= 0))
    row = np.searchsorted(trees.rows, equations.rows[entries])
    to, data = place[equations.columns[entries]], equations.data[entries]
    np.add.at(system, (to, trees.tree[row]), data * trees.along[row])
    np.add.at(system[:, trees.count :], to, data[:, None] * trees.aside[row])
    if not system.size:
        return system[:0]
    _, sizes, directions = np.linalg.svd(system / size[kept, None], full_matrices=False)
    basis: FloatArray = directions[sizes > RANK_TOLERANCE * max(float(sizes.max(initial=0.0)), 1.0)]
    return basis


class Moves:
    """All ways in which the duals may move, to first order: those of roots and first rows that none is told against."""

    def __init__(self, chain: Chain, trees: Trees, told: FloatArray) -> None:
        self.chain = chain
        self.trees = trees
        self.told = told
        self.free = ~chain.known
        self.free[trees.rows] = False  # what is left stands in no equation at all

    def still(self) -> BoolArray:
        """Return the rows that no way moves."""
        rows = np.arange(self.free.size)
        still = np.zeros(rows.size, dtype=bool)
        for part in np.array_split(rows, max(1, rows.size // CHUNK)):
            moves, square, *_ = self._parts(part)
            still[part] = self._forbidden(moves, square)
        return still & ~self.free

    def keep(self, weights: FloatArray) -> bool:
        """Tell whether no way changes a weighted sum of the duals."""
        if np.abs(weights[self.free]).any():
            return False
        sums = np.zeros(self.trees.count + self.chain.first.size)
        own = weights[self.trees.rows]
        np.add.at(sums, self.trees.tree, own * self.trees.along)
        sums[self.trees.count :] = weights @ self.chain.factors + own @ self.trees.aside
        rest = sums - self.told.T @ (self.told @ sums)
        return bool(np.abs(rest).max(initial=0.0) <= MOVE_TOLERANCE * np.abs(weights).sum())

    def keep_sums(self, rows: IntArray, others: IntArray) -> BoolArray:
        """Tell for each pair of rows whether no way changes the sum of their duals."""
        told, square, tree, along, aside = self._parts(rows)
        told_too, square_too, tree_too, along_too, aside_too = self._parts(others)
        both = square + square_too + 2.0 * (aside * aside_too).sum(axis=1)
        both += np.where((tree == tree_too) & (tree >= 0), 2.0 * along * along_too, 0.0)
        kept = self._forbidden(told + told_too, both)
        return kept & ~self.free[rows] & ~self.free[others]

    def towards(self, row: int) -> FloatArray:
        """Return the way that moves one of the first rows most; zeros where none does, or the row is no such row."""
        place = np.flatnonzero(self.chain.first == row)
        if not place.size:
            return np.zeros(self.free.size)
        wish = np.zeros(self.told.shape[1])
        wish[self.trees.count + place[0]] = 1.0
        return self._moved(wish)

    def single(self) -> FloatArray | None:
        """Return the way in which the duals may move where there is just one; rows that stand in no equation apart."""
        if self.told.shape[1] - self.told.shape[0] != 1:
            return None
        # that lies at right angles to no way
        wish: FloatArray = np.array(np.random.default_rng(0).random(self.told.shape[1]) - 0.5)
        return self._moved(wish)

    def _moved(self, wish: FloatArray) -> FloatArray:
        """Return how the rows move by what is left of a wish once all that is forbidden is taken off."""
        way = wish - self.told.T @ (self.told @ wish)
        first = way[self.trees.count :]
        moved: FloatArray = self.chain.factors @ first
        moved[self.trees.rows] = self.trees.along * way[self.trees.tree] + self.trees.aside @ first
        return moved

    def _parts(self, rows: IntArray) -> tuple[FloatArray, FloatArray, IntArray, FloatArray, FloatArray]:
        """Return for some rows: their moves as `told` sees them, the squares of these moves, tree, along and aside."""
        tree, along = np.full(rows.size, -1), np.zeros(rows.size)
        aside = self.chain.factors[rows].copy()
        inside = np.flatnonzero(np.isin(rows, self.trees.rows))
        place = np.searchsorted(self.trees.rows, rows[inside])
        tree[inside], along[inside] = self.trees.tree[place], self.trees.along[place]
        aside[inside] = self.trees.aside[place]
        told = aside @ self.told[:, self.trees.count :].T
        told[inside] += along[inside, None] * self.told[:, tree[inside]].T
        return told, along**2 + (aside**2).sum(axis=1), tree, along, aside

    @staticmethod
    def _forbidden(told: FloatArray, square: FloatArray) -> BoolArray:
        """Tell which moves `told` forbids altogether: nothing of them is left once its directions are taken off."""
        rest = np.maximum(square - (told**2).sum(axis=1), 0.0)
        forbidden: BoolArray = np.sqrt(rest) <= MOVE_TOLERANCE * np.maximum(np.sqrt(square), 1.0)
        return forbidden
