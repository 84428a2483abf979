"""Two keys at once: a number of every point in a cell, one key down and the other across, shaded by its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carbonmatch.report.overview.sweep import key_text, value_text
from carbonmatch.report.page import colours
from carbonmatch.report.study.across import value_in
from carbonmatch.report.study.record import Row


@dataclass(frozen=True)
class GridCell:
    """A cell: its text, its colour (empty where there is no number), whether its text is white, and what it is.

    strong   it is pointed out
    """

    text: str
    colour: str
    white: bool
    told: str
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """Rows of cells with the names of rows and columns; `low` and `high` are the numbers at the ends of the scale."""

    name: str
    title: str
    caption: str
    down: str
    across: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell, ...]], ...]
    low: str
    high: str


def grid(
    axes: Sequence[Mapping[str, Any]],
    points: Iterable[Row],
    number: Callable[[Row], float | None],
    *,
    name: str,
    title: str,
    caption: str,
    text: Callable[[float], str],
    with_unit: Callable[[float], str],
    strong: Callable[[Row], bool] = lambda _: False,
) -> Grid:
    """Return a number of all points of a sweep over two keys; a point that is not met has a cell that says so."""
    down, across = axes
    found = {(value_in(point, down["key"]), value_in(point, across["key"])): point for point in points}
    known = [value for point in found.values() if (value := number(point)) is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)

    def cell(first: Any, second: Any) -> GridCell:
        point = found[first, second]
        place = ", ".join(
            f"{key_text(axis['key'])} {value_text(axis['key'], v)}"
            for axis, v in zip(axes, (first, second), strict=True)
        )
        value = number(point)
        if value is None:
            return GridCell("", "", False, f"{place}: {point.get('error') or 'not known'}")
        rgb = colours.shade(np.array(0.5 if text(low) == text(high) else (value - low) / (high - low)))
        return GridCell(
            text(value),
            colours.hexadecimal(rgb),
            colours.reads_white(rgb),
            f"{place}: {with_unit(value)}",
            strong(point),
        )

    return Grid(
        name=name,
        title=title,
        caption=caption,
        down=key_text(down["key"]),
        across=key_text(across["key"]),
        columns=tuple(value_text(across["key"], value) for value in across["values"]),
        rows=tuple(
            (value_text(down["key"], first), tuple(cell(first, second) for second in across["values"]))
            for first in down["values"]
        ),
        low=text(low),
        high=with_unit(high),
    )
