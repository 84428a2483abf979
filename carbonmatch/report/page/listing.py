"""Tables on the page: built row by row, without the columns that a run has nothing to say in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonmatch.report.numbers import (
    NOTHING_SHARE,
    UNKNOWN,
    Quantity,
    Units,
    energy,
    money,
    power,
    price,
    stored_energy,
)
from carbonmatch.report.overview import Column, OverviewTable

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A column that is read from an entry by key: as a quantity, or as text by a function."""

    column: Column
    key: str
    text: Callable[[Any], str]

    @staticmethod
    def of(title: str, key: str, quantity: Quantity) -> Field:
        """Return a column of numbers in one unit."""
        return Field(Column(title, quantity.unit), key, quantity.text)

    @staticmethod
    def words(title: str, key: str) -> Field:
        """Return a column of text."""
        return Field(Column(title, numeric=False), key, said)


def said(value: Any) -> str:
    """Write what a file holds as a person says it."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def listing(title: str, fields: Iterable[Field], entries: Iterable[Entry], *, note: str = "") -> OverviewTable:
    """Return entries as a table; a column that no entry has a value for is left out."""
    entries = list(entries)
    kept = [field for field in fields if any(entry.get(field.key) is not None for entry in entries)]
    rows = tuple(
        tuple(UNKNOWN if entry.get(field.key) is None else field.text(entry[field.key]) for field in kept)
        for entry in entries
    )
    return OverviewTable(title, tuple(field.column for field in kept), rows, note=note)


def units_of(summary: Mapping[str, Any]) -> Units:
    """Return the units of a page; a metered run has no money, and the units do without."""
    if summary.get("cost") is not None:
        return Units.of(summary)
    peak_mw = sum(site["peak_mw"] for site in summary["grid"].values())
    currency = summary.get("currency") or ""
    return Units(
        power=power(peak_mw),
        stored=stored_energy(peak_mw),
        energy=energy(summary["load_mwh"]),
        money=money(0.0, currency),
        price=price(currency),
        nothing_mw=NOTHING_SHARE * peak_mw,
    )
