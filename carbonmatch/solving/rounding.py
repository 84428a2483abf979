"""Whole numbers read out of the solution of a linear programme in which they may be anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from carbonmatch.records import FloatArray, IntArray
from carbonmatch.solving.linear_program import LinearProgram
from carbonmatch.units import INTEGER_TOLERANCE

ROUNDS: Final = 3
"""Rows of whole numbers are few and short: a variant that is left takes its lots along, and that is all of it. Numbers
are only lowered, so that no round takes back what another one did."""


@dataclass(frozen=True)
class _WholeRow:
    """A side of a row that holds whole numbers alone:  entries @ whole[places] <= most."""

    places: IntArray
    entries: FloatArray
    most: float

    def over(self, whole: FloatArray) -> float:
        """Return by how much whole numbers are above the side."""
        return float(self.entries @ whole[self.places]) - self.most

    def push(self, whole: FloatArray, guess: FloatArray, lower: FloatArray) -> None:
        """Bring the sum down to its side by lowering whole numbers, the one guessed least first."""
        for k in np.argsort(guess[self.places], kind="stable").tolist():
            over, place, entry = self.over(whole), self.places[k], self.entries[k]
            if over <= INTEGER_TOLERANCE:
                return
            if entry > 0.0:
                whole[place] = max(lower[place], whole[place] - np.ceil(over / entry - INTEGER_TOLERANCE))


@dataclass(frozen=True)
class Rounding:
    """How whole numbers are read out of a solution in which they may be anything.

    integers   their columns
    """

    program: LinearProgram
    integers: IntArray

    @cached_property
    def weight(self) -> FloatArray:
        """How much one of each moves: the largest size that a row multiplies it with."""
        return np.array([np.abs(self._column(j)[1]).max(initial=0.0) for j in self.integers.tolist()])

    @cached_property
    def pure(self) -> list[_WholeRow]:
        """The sides of the rows of whole numbers alone."""
        matrix = self.program.matrix
        of_integers = np.zeros(matrix.shape[1], dtype=bool)
        of_integers[self.integers] = True
        inside = of_integers[matrix.columns]
        entries = np.bincount(matrix.indices, minlength=matrix.shape[0])
        whole = np.bincount(matrix.indices[inside], minlength=matrix.shape[0])
        place = np.full(matrix.shape[1], -1)
        place[self.integers] = np.arange(len(self.integers))
        found = []
        for row in np.flatnonzero((whole == entries) & (entries > 0)).tolist():
            at = np.flatnonzero(inside & (matrix.indices == row))
            places, values = place[matrix.columns[at]], matrix.data[at]
            found.append(_WholeRow(places, values, float(self.program.row_upper[row])))
            found.append(_WholeRow(places, -values, -float(self.program.row_lower[row])))
        return [side for side in found if np.isfinite(side.most)]

    def settled(self, values: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
        """Return the whole numbers of a solution, each moved to a whole one where nothing else need move for that.

        An interior point leaves what costs nothing in the middle of its range: whether an offer is taken, of which half
        is taken, may be anything from a half to one, and one is meant. What cannot be whole is left at its upper end.
        """
        x = values.copy()
        activity = self.program.matrix @ x
        places = list(enumerate(self.integers.tolist()))
        for place, j in sorted(places, key=lambda of: self._room(of[1], x, activity, lower[of[0]], upper[of[0]])[0]):
            low, high = self._room(j, x, activity, lower[place], upper[place])
            least, most = np.ceil(low - INTEGER_TOLERANCE), np.floor(high + INTEGER_TOLERANCE)
            moved = np.clip(np.round(x[j]), least, most) if least <= most else max(low, high)
            rows, entries = self._column(j)
            activity[rows] += entries * (moved - x[j])
            x[j] = moved
        return np.clip(x[self.integers], lower, upper)

    def _room(self, j: int, x: FloatArray, activity: FloatArray, lower: float, upper: float) -> tuple[float, float]:
        """Return the range that the rows leave to a column while all others stay; its own value where it costs."""
        if self.program.cost[j] != 0.0:
            return float(x[j]), float(x[j])
        rows, entries = self._column(j)
        rest = activity[rows] - entries * x[j]
        ends = (self.program.row_lower[rows] - rest) / entries, (self.program.row_upper[rows] - rest) / entries
        low = max(lower, float(np.minimum(*ends).max(initial=-np.inf)))
        high = min(upper, float(np.maximum(*ends).min(initial=np.inf)))
        return (low, high) if low <= high else (float(x[j]), float(x[j]))

    def _column(self, j: int) -> tuple[IntArray, FloatArray]:
        matrix = self.program.matrix
        at = slice(int(matrix.indptr[j]), int(matrix.indptr[j + 1]))
        return matrix.indices[at], matrix.data[at]

    def whole(self, guess: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray | None:
        """Return whole numbers near a guess that keep to the rows of whole numbers alone; None where none were found.

        Of variants that exclude each other those stay that the guess takes most of.
        """
        whole = np.clip(np.round(guess), lower, upper)
        for _ in range(ROUNDS):
            for row in self.pure:
                row.push(whole, guess, lower)
            if all(row.over(whole) <= INTEGER_TOLERANCE for row in self.pure):
                return whole
        return None
