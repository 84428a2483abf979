"""The floor for HiGHS: a compiled, scaled matrix, handed to highspy as it is.

python benchmarks/peers/with_highs.py MATRIX.npz [option=value ...]      options of HiGHS
"""

from __future__ import annotations

import sys
from pathlib import Path

import highspy
from arrays import options_of, read_matrix, report


def main() -> None:
    """Solve a matrix and print its optimum."""
    matrix = read_matrix(Path(sys.argv[1]))
    highs = highspy.Highs()
    for name, value in {"output_flag": False, **options_of(sys.argv[2:])}.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SystemExit(f"HiGHS does not take {name}={value}.")
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = len(matrix["row_lower"]), len(matrix["cost"])
    lp.col_cost_, lp.offset_ = matrix["cost"], matrix["offset"]
    lp.col_lower_, lp.col_upper_ = matrix["lower"], matrix["upper"]
    lp.row_lower_, lp.row_upper_ = matrix["row_lower"], matrix["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix["matrix_start"], matrix["matrix_index"]
    lp.a_matrix_.value_ = matrix["matrix_value"]
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise SystemExit(f"HiGHS ended with {highs.modelStatusToString(highs.getModelStatus())}.")
    info = highs.getInfo()
    report(
        info.objective_function_value * matrix["money_scale"],
        iterations=max(info.ipm_iteration_count, 0) + max(info.simplex_iteration_count, 0),
        rows=lp.num_row_,
        columns=lp.num_col_,
        nonzeros=len(matrix["matrix_value"]),
    )


if __name__ == "__main__":
    main()
