"""Assumptions: every value that a case gives, with what its author wrote beside it about where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from carbonmatch.case.block import say_value
from carbonmatch.case.document import Document, KeyPath, dotted

_NOT_ASSUMED: Final = frozenset({"name", "description", "scenarios", "stress", "weather_years", "growth"})


@dataclass(frozen=True)
class Assumption:
    """One value of a case.

    key      dotted, such as contracts.pv.strike_per_mwh
    value    as it was written; a column of a table by its name
    source   the `source:` of a series, or else the comment on its line; what changed it, where a setting did
    hourly   whether it is a series: a column of a table, or an array
    """

    key: str
    value: str
    source: str
    hourly: bool


def assumptions_of(document: Document) -> tuple[Assumption, ...]:
    """Return the values of a case in the order in which they were written."""
    return tuple(
        assumption
        for key, value in document.values.items()
        if key not in _NOT_ASSUMED
        for assumption in _below((key,), value, document)
    )


def _below(path: KeyPath, value: Any, document: Document) -> Iterator[Assumption]:
    if isinstance(value, Mapping) and "file" not in value:
        for key, inner in value.items():
            yield from _below((*path, key), inner, document)
        return
    source = document.note(path)
    if isinstance(value, Mapping):
        source = str(value.get("source") or source)
    hourly = isinstance(value, Mapping | list | tuple | np.ndarray)
    yield Assumption(dotted(path), _written(value), source, hourly)


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = [str(value.get("file")), f"column {value.get('column')}"]
        parts += [f"{key} {value[key]}" for key in ("scale", "missing") if key in value]
        return ", ".join(parts)
    if isinstance(value, list | tuple | np.ndarray):
        return f"{len(value)} values"
    return "none" if value is None else str(value) if isinstance(value, str) else say_value(value)
