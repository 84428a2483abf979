"""Read what benchmarks/export.py wrote, and say what was found, for every peer alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def read_terms(path: Path) -> dict[str, Any]:
    """Return the problem as nested mappings with the fields of carbonmatch.records.Problem."""
    with np.load(path) as archive:
        arrays = dict(archive)

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return arrays[value["array"]] if "array" in value else {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value

    terms: dict[str, Any] = filled(json.loads(str(arrays["terms"])))
    return terms


def read_matrix(path: Path) -> dict[str, Any]:
    """Return the scaled linear programme by the names that benchmarks/export.py gives its parts."""
    with np.load(path) as archive:
        return {name: archive[name] if archive[name].ndim else float(archive[name]) for name in archive}


def report(objective: float, **facts: Any) -> None:
    """Print the cost net of sales [currency] that was found, and what else is known of the run, as one line of JSON."""
    print(json.dumps({"objective": objective, **facts}))


def options_of(words: list[str]) -> dict[str, Any]:
    """Return `name=value` words as a mapping; numbers, true and false are read as such."""

    def value(word: str) -> Any:
        try:
            return json.loads(word)
        except json.JSONDecodeError:
            return word

    return {name: value(word) for name, _, word in (pair.partition("=") for pair in words)}
