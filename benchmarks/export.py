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
from typing import Any

import numpy as np
import pandas as pd

import carbonmatch as cm
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.records import Problem
from carbonmatch.solving import compile_model
from carbonmatch.solving.scaling import scale_of, scaled


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
    """Return the linear programme of a problem as engines see it, and the factor that its cost was scaled by."""
    program = compile_model(build_model(problem)).program
    scale = scale_of(program, problem.yardstick)
    seen = scaled(program, scale)
    return {
        "matrix_start": seen.matrix.indptr,
        "matrix_index": seen.matrix.indices,
        "matrix_value": seen.matrix.data,
        "cost": seen.cost,
        "offset": seen.offset,
        "row_lower": seen.row_lower,
        "row_upper": seen.row_upper,
        "lower": seen.lower,
        "upper": seen.upper,
        "money_scale": scale.power * scale.money,
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
