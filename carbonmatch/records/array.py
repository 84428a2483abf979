"""The arrays that records are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def totals(numbers: IntArray, amounts: FloatArray, count: int) -> FloatArray:
    """Return the sum of the amounts that bear each number from 0 to count - 1."""
    return np.bincount(numbers, amounts, count).astype(np.float64)
