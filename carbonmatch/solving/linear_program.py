"""A linear programme as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from carbonmatch.records import FloatArray, IntArray


@dataclass(frozen=True)
class SparseMatrix:
    """A matrix compressed by column, in the field names of scipy, so that engines which take scipy's matrices take it.

    indptr    (columns + 1,) where the entries of each column begin
    indices   (entries,) row of each entry; sorted within a column, none twice
    data      (entries,) its value

    It does what a certificate needs. scipy would do it too, but Pyomo answers `import scipy` with the import of
    `scipy.stats`: half a second before every run.
    """

    shape: tuple[int, int]
    indptr: IntArray
    indices: IntArray
    data: FloatArray
    has_canonical_format: ClassVar[bool] = True

    @classmethod
    def from_entries(
        cls, shape: tuple[int, int], rows: IntArray, columns: IntArray, values: FloatArray
    ) -> SparseMatrix:
        """Return the matrix with `values` at (`rows`, `columns`), no place named twice."""
        order = np.lexsort((rows, columns))
        per_column = np.bincount(columns, minlength=shape[1])
        return cls(shape, np.concatenate(([0], np.cumsum(per_column))), rows[order], values[order])

    @cached_property
    def columns(self) -> IntArray:
        """(entries,) column of each entry."""
        return np.repeat(np.arange(self.shape[1]), np.diff(self.indptr))

    def __matmul__(self, vector: FloatArray) -> FloatArray:
        """Return matrix @ vector, by row."""
        return self._sums(self.indices, self.data * vector[self.columns], self.shape[0])

    def transposed_times(self, vector: FloatArray) -> FloatArray:
        """Return matrix.T @ vector, by column."""
        return self._sums(self.columns, self.data * vector[self.indices], self.shape[1])

    def __abs__(self) -> SparseMatrix:
        """Return the matrix of absolute values."""
        return replace(self, data=np.abs(self.data))

    def scaled_by_column(self, factors: FloatArray) -> SparseMatrix:
        """Return the matrix with every column multiplied by its factor."""
        return replace(self, data=self.data * factors[self.columns])

    @staticmethod
    def _sums(places: IntArray, terms: FloatArray, size: int) -> FloatArray:
        return np.bincount(places, weights=terms, minlength=size).astype(np.float64, copy=False)


@dataclass(frozen=True)
class LinearProgram:
    """minimise cost @ x + offset   subject to   row_lower <= matrix @ x <= row_upper,  lower <= x <= upper.

    Sides and bounds that are not there are infinite.
    """

    matrix: SparseMatrix
    cost: FloatArray
    offset: float
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
