"""Write what the peers read, as NumPy archives beside each other: `python benchmarks/export.py CASE FOLDER`.

terms.npz    the problem as arrays in user units: what a PyPSA network is built from
matrix.npz   the compiled linear programme, scaled: what a bare solver is given

This takes place before any clock starts: peers are spared the reading of the case, and bare solvers its compilation.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

import carbonmatch as cm
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.records import Problem

TYPICAL_SCALED_PRICE: Final = 10.0
"""A typical price in scaled units; the mean load of a step is one. The interior-point codes do well at this scale."""


def terms(value: Any, arrays: dict[str, Any]) -> Any:
    """Return records as plain mappings in which an array is a name; the arrays themselves go into `arrays`."""
    if is_dataclass(value):
        return {field.name: terms(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, tuple):
        return [terms(item, arrays) for item in value]
    if isinstance(value, np.ndarray):
        name = f"array_{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    return str(value.freq) if isinstance(value, pd.DatetimeIndex) else value


def matrix(problem: Problem) -> dict[str, Any]:
    """Return the linear programme of a problem in scaled units, with the factors that undo the scaling of its cost.

    cost in user units = money_scale * (cost @ x + offset)
    """
    form = LinearStandardFormCompiler().write(build_model(problem), mixed_form=True)
    yardstick = problem.yardstick
    power = yardstick.mean_load_mwh
    money = yardstick.typical_price_per_mwh / TYPICAL_SCALED_PRICE
    side = np.asarray(form.rhs, dtype=float) / power
    kind = np.array([row.bound_type for row in form.rows])
    lower, upper = zip(*(column.bounds for column in form.columns), strict=True)
    return {
        "matrix_start": form.A.indptr,
        "matrix_index": form.A.indices,
        "matrix_value": form.A.data,
        "cost": form.c.toarray().ravel() / money,
        "offset": float(form.c_offset[0]) / (power * money),
        "row_lower": np.where(kind <= 0, side, -np.inf),
        "row_upper": np.where(kind >= 0, side, np.inf),
        "lower": np.array([-np.inf if low is None else low for low in lower]) / power,
        "upper": np.array([np.inf if high is None else high for high in upper]) / power,
        "money_scale": power * money,
    }


def main() -> None:
    """Write both archives of a case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    problem = problem_from_case(cm.load_case(options.case))
    arrays: dict[str, Any] = {}
    written = terms(problem, arrays)
    np.savez(options.folder / "terms.npz", terms=json.dumps(written), **arrays)
    np.savez(options.folder / "matrix.npz", **matrix(problem))


if __name__ == "__main__":
    main()
