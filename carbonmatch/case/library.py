"""The library: storage technologies with their published figures, which a case names and overrides key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator
from ruamel.yaml import YAML

from carbonmatch.case.block import Block, Positive, refuse, say, say_value
from carbonmatch.case.document import Document, KeyPath
from carbonmatch.errors import Fault
from carbonmatch.wording import listed, nearest

_FILE: Final = Path(__file__).with_name("technologies.yaml")
_YEARLY: Final = ("power_cost_per_mw_year", "energy_cost_per_mwh_year")
_ENERGY_BOUNDS: Final = ("min_energy_mwh", "max_energy_mwh")


@dataclass(frozen=True)
class Figure:
    """One published number.

    key      of a storage in a case, dotted, such as owned.life_years
    unit     costs begin with the currency: EUR/kW
    source   who published it, and where;  year   when
    """

    key: str
    value: float
    unit: str
    source: str
    year: int

    @property
    def path(self) -> tuple[str, ...]:
        """The key, part by part."""
        return tuple(self.key.split("."))


@dataclass(frozen=True)
class StorageTechnology:
    """A technology of storage as it was published.

    currency, price_year   of its costs
    """

    name: str
    words: str
    currency: str
    price_year: int
    figures: tuple[Figure, ...]

    def is_cost(self, figure: Figure) -> bool:
        """Whether a figure is of money."""
        return figure.unit.startswith(f"{self.currency}/")


@cache
def storage_technologies() -> Mapping[str, StorageTechnology]:
    """Return the technologies of the library by name."""
    written = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    return {
        name: StorageTechnology(
            name,
            entry["words"],
            entry["currency"],
            entry["price_year"],
            tuple(
                Figure(key, float(f["value"]), f["unit"], f["source"], f["year"]) for key, f in entry["figures"].items()
            ),
        )
        for name, entry in written.items()
    }


def _figure(key: str, written: Mapping[str, Any]) -> Figure:
    return Figure(key, float(written["value"]), written["unit"], written["source"], written["year"])


def _known(name: str) -> str:
    known = storage_technologies()
    if name not in known:
        refuse(f"is {say_value(name)}, which is not in the library{nearest(name, known)} (known: {listed(known)})")
    return name


class LibraryEntry(Block):
    """A technology of the library.

    exchange_rate   currency of the case per currency of the figures; may bring their prices to those of another year
    """

    name: Annotated[str, AfterValidator(_known)]
    exchange_rate: Positive | None = None


def _by_name(value: Any) -> Any:
    if value is not None and not isinstance(value, str | Mapping):
        refuse(f"is {say_value(value)}; name a technology of the library, one of {listed(storage_technologies())}")
    return {"name": value} if isinstance(value, str) else value


InLibrary = Annotated[LibraryEntry | None, BeforeValidator(_by_name)]


def fill_from_library(document: Document, *, priced: bool = True) -> None:
    """Give every storage that names a technology the figures that it does not give itself, with their sources.

    Costs are left out where the case says by other terms what the storage costs, and the duration where it bounds the
    energy. Costs in another currency than the case's need a rate; without one they are noted as a fault, where the case
    is read for its prices.
    """
    entries = document.values.get("storage")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if isinstance(entry, dict):
            _fill(document, ("storage", name), entry, priced=priced)


def _fill(document: Document, path: KeyPath, entry: dict[str, Any], *, priced: bool) -> None:
    named = entry.get("library")
    name = named.get("name") if isinstance(named, dict) else named
    technology = storage_technologies().get(name) if isinstance(name, str) else None
    if technology is None:
        return  # what is wrong with it, the check of the storage tells
    rate = named.get("exchange_rate") if isinstance(named, dict) else None
    missing = [figure for figure in technology.figures if _is_missing(entry, figure)]
    costs = [figure for figure in missing if technology.is_cost(figure) and figure.value]
    foreign = document.values.get("currency") != technology.currency
    if priced and costs and foreign and rate is None:
        place = (*path, "library")
        document.faults.append((document.position(place), Fault(document.place(place), _no_rate(document, technology))))
    factor = float(rate) if isinstance(rate, int | float) and rate > 0 else 1.0
    position = document.position((*path, "library"))
    for figure in missing:
        cost = technology.is_cost(figure)
        block = entry
        for depth, part in enumerate(figure.path[:-1], start=1):
            block = block.setdefault(part, {})
            document.positions.setdefault((*path, *figure.path[:depth]), position)
        block[figure.path[-1]] = figure.value * factor if cost else figure.value
        document.positions[(*path, *figure.path)] = position
        document.sources[(*path, *figure.path)] = _source(technology, figure, factor if cost else 1.0)


def _is_missing(entry: Mapping[str, Any], figure: Figure) -> bool:
    """Tell whether a case leaves a figure to the library."""
    if figure.path[0] == "owned":
        if entry.get("tolled") is not None or any(key in entry for key in _YEARLY):
            return False
        owned = entry.get("owned", {})
        return isinstance(owned, dict) and figure.path[1] not in owned
    if figure.key == "duration_hours" and any(key in entry for key in _ENERGY_BOUNDS):
        return False
    return figure.key not in entry


def _no_rate(document: Document, technology: StorageTechnology) -> str:
    own, published = document.values.get("currency"), technology.currency
    return (
        f"is {technology.name}, whose costs are in {published} of {technology.price_year}, and the case counts in "
        f"{own}; give the rate, such as {{name: {technology.name}, exchange_rate: 0.92}} for 0.92 {own} per "
        f"{published}, or all costs yourself"
    )


def _source(technology: StorageTechnology, figure: Figure, factor: float) -> str:
    """Say where a figure is from, and how it was converted."""
    unit = "" if figure.unit == "1" else f" {figure.unit}"
    prices = f", prices of {technology.price_year}" if technology.is_cost(figure) else ""
    rate = f", at {say(factor)}" if factor != 1.0 else ""
    return f"library {technology.name}: {say(figure.value)}{unit}{prices}{rate}, {figure.source} ({figure.year})"
