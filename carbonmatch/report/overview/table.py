"""Tables as text in cells: what a page on a terminal is made of. Whoever shows them adds the looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Summary = Mapping[str, Any]
Row = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column: its title, the unit of its cells, and whether they are numbers (set to the right)."""

    title: str
    unit: str = ""
    numeric: bool = True


@dataclass(frozen=True)
class OverviewTable:
    """One table: rows of cells as text, the first cell names the row.

    strong   numbers of the rows that are totals
    note     a sentence below the table; it stands alone where there are no rows
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    strong: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Overview:
    """The page: a title, what a reader must know first, and the tables."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[OverviewTable, ...]
