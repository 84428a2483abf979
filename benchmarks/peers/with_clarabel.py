"""The floor for open interior-point codes: a compiled, scaled matrix, handed to Clarabel as it is.

    python benchmarks/peers/with_clarabel.py MATRIX.npz [setting=value ...]      settings of Clarabel

Clarabel wants  A x + s = b  with s in a cone: equations first (s = 0), then rows and bounds as inequalities (s >= 0).
"""

from __future__ import annotations

import sys
from pathlib import Path

import clarabel
import numpy as np
import scipy.sparse as sp
from arrays import options_of, read_matrix, report


def main() -> None:
    """Solve a matrix and print its optimum."""
    lp = read_matrix(Path(sys.argv[1]))
    columns = len(lp["cost"])
    shape = (len(lp["row_lower"]), columns)
    rows = sp.csc_matrix((lp["matrix_value"], lp["matrix_index"], lp["matrix_start"]), shape=shape).tocsr()
    equal = lp["row_lower"] == lp["row_upper"]
    below, above = ~equal & np.isfinite(lp["row_upper"]), ~equal & np.isfinite(lp["row_lower"])
    has_upper, has_lower = np.isfinite(lp["upper"]), np.isfinite(lp["lower"])
    unit = sp.identity(columns, format="csr")
    left = sp.vstack([rows[equal], rows[below], -rows[above], unit[has_upper], -unit[has_lower]], format="csc")
    right = np.concatenate(
        [
            lp["row_lower"][equal],
            lp["row_upper"][below],
            -lp["row_lower"][above],
            lp["upper"][has_upper],
            -lp["lower"][has_lower],
        ]
    )
    equations = int(equal.sum())
    cones = [clarabel.ZeroConeT(equations), clarabel.NonnegativeConeT(len(right) - equations)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    for name, value in options_of(sys.argv[2:]).items():
        setattr(settings, name, value)
    nothing = sp.csc_matrix((columns, columns))
    solution = clarabel.DefaultSolver(nothing, lp["cost"], left, right, cones, settings).solve()
    if solution.status != clarabel.SolverStatus.Solved:
        raise SystemExit(f"Clarabel ended with {solution.status}.")
    report((solution.obj_val + lp["offset"]) * lp["money_scale"], iterations=solution.iterations)


if __name__ == "__main__":
    main()
