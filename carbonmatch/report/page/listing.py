"""Tables on the page: built row by row, without the columns that a run has nothing to say in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.numbers import (
    NOTHING_SHARE,
    UNKNOWN,
    Quantity,
    Units,
    energy,
    money,
    number,
    power,
    price,
    stored_energy,
)
from carbonmatch.report.overview import Column, OverviewTable

Entry = Mapping[str, Any]

_NOTHING: Final = (None, "")


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
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def sized(value: float) -> str:
    """Write a number with the digits that its size asks for."""
    size = abs(value)
    text = number(value, 0 if size >= 1000.0 else 1 if size >= 10.0 else 2 if size >= 1.0 else 3)
    return text if text.strip("0.") else "0"


def listing(
    title: str, fields: Iterable[Field], entries: Iterable[Entry], *, note: str = "", empty: str = UNKNOWN
) -> OverviewTable:
    """Return entries as a table; a column that no entry has a value for is left out.

    empty   what is written where there is nothing to say
    """
    entries = list(entries)
    kept = [field for field in fields if any(entry.get(field.key) not in _NOTHING for entry in entries)]
    rows = tuple(
        tuple(empty if entry.get(field.key) in _NOTHING else field.text(entry[field.key]) for field in kept)
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
