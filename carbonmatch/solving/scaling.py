"""The units in which engines see a programme: power, money and one size per column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from carbonmatch.records import FloatArray, Yardstick
from carbonmatch.solving.linear_program import LinearProgram

TYPICAL_SCALED_PRICE: Final = 10.0
"""Typical price in scaled units. On three real years HiPO took 45 to 102 iterations at 1, 43 to 88 at 10 and at 100."""

LEAST_SHARE: Final = 2.0**-14
"""Smallest size of a column beside the mean load, 6e-5. A limit tighter than that is as good as zero to an engine."""


@dataclass(frozen=True)
class Scale:
    """What one unit of the scaled programme stands for.

    power    [MWh per step]
    money    [currency/MWh]
    column   (columns,) the size of each column as a multiple of `power`
    """

    power: float
    money: float
    column: FloatArray

    def values(self, scaled_values: FloatArray) -> FloatArray:
        """Return values of columns in user units."""
        return scaled_values * (self.power * self.column)

    def duals(self, scaled_duals: FloatArray) -> FloatArray:
        """Return duals of rows in user units."""
        return scaled_duals * self.money


def scale_of(program: LinearProgram, yardstick: Yardstick) -> Scale:
    """Return the scale in which the mean load of a step is one, a typical price is ten and no column is tiny."""
    return Scale(
        power=yardstick.mean_load_mwh,
        money=yardstick.typical_price_per_mwh / TYPICAL_SCALED_PRICE,
        column=column_sizes(program, yardstick),
    )


def column_sizes(program: LinearProgram, yardstick: Yardstick) -> FloatArray:
    """Return how small the rows keep each column on average, as a multiple of the mean load: at most 1, a power of 2.

    A row `sum_t a[t] * x[t] <= limit` without negative terms leaves its columns a mean of limit / sum_t a[t]. That is
    how small unmatched load is under a target near 1, and surplus under a tight limit. Engines start from a point that
    sees all columns alike: unscaled, HiPO lost its way at a target of 0.999 on a real year ("Unknown", 1.5 % off).
    Powers of 2 leave every digit as it was.
    """
    matrix = program.matrix
    negative = np.zeros(matrix.shape[0], dtype=bool)
    negative[matrix.indices[(matrix.data < 0.0) | (program.lower[matrix.columns] < 0.0)]] = True
    total = matrix @ np.ones(matrix.shape[1])
    limiting = ~negative & np.isfinite(program.row_upper) & (program.row_upper > 0.0)
    mean = np.ones(matrix.shape[0])
    mean[limiting] = program.row_upper[limiting] / (total[limiting] * yardstick.mean_load_mwh)
    sizes = np.ones(matrix.shape[1])
    np.minimum.at(sizes, matrix.columns, mean[matrix.indices])
    return np.exp2(np.round(np.log2(np.maximum(sizes, LEAST_SHARE))))


def scaled(program: LinearProgram, scale: Scale) -> LinearProgram:
    """Return the programme in scaled units: x = power * column * x', cost = power * money * cost'."""
    unit = scale.power * scale.column
    return replace(
        program,
        matrix=program.matrix.scaled_by_column(scale.column),
        cost=program.cost * scale.column / scale.money,
        offset=program.offset / (scale.power * scale.money),
        row_lower=program.row_lower / scale.power,
        row_upper=program.row_upper / scale.power,
        lower=program.lower / unit,
        upper=program.upper / unit,
    )
