"""The record of a study, read back: one row per point or scenario, and what the names in the rows say.

A row is flat (`carbonmatch.study.row` writes it), and its names say what is offered: `pv_contracted_mw` is the size of
the contract `pv`. They are taken apart here and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from carbonmatch import runfolder
from carbonmatch.components import SALES_COMPONENTS
from carbonmatch.errors import Fault, InputError
from carbonmatch.report.numbers import Units, energy, money, power, price, stored_energy
from carbonmatch.report.overview.sweep import BASELINE_WORDS
from carbonmatch.runfolder import StudyKind

Row = Mapping[str, Any]

NET: Final = "cost_net_of_sales_per_mwh_load"
GROSS: Final = "cost_per_mwh_load"

_TOTALS: Final = frozenset({"cost_total", "cost_sales", "cost_net_of_sales", GROSS, NET})
_CONTRACTED, _POWER, _ENERGY, _FIRM = "_contracted_mw", "_power_mw", "_energy_mwh", "_firm_capacity_mw"
_SIZES: Final = (_CONTRACTED, _POWER, _ENERGY, _FIRM)
_MARGIN: Final = "_green_premium_per_mwh"
_SHOWN: Final = 2
"""Decimals of a price."""
_COST, _OVER, _OVER_END = "cost_", "premium_over_", "_per_mwh_load"


@dataclass(frozen=True)
class Size:
    """A size that is chosen: what it is of, its key in a row, its unit, and whether of contract, storage or site."""

    offer: str
    key: str
    unit: str
    kind: str

    @property
    def title(self) -> str:
        """The offer, as the head of a column names it."""
        return f"firm grid supply, {self.offer}" if self.kind == "site" else self.offer


@dataclass(frozen=True)
class Over:
    """A baseline that premiums are told over: how keys of a row name it, and how a person does."""

    key: str
    word: str

    def cost(self, row: Row) -> float | None:
        """Return the premium over the horizon [currency]."""
        return number_in(row, f"{_OVER}{self.key}_cost")

    def share(self, row: Row) -> float | None:
        """Return the premium as a share of the baseline's cost."""
        return number_in(row, f"{_OVER}{self.key}_share")

    def per_mwh(self, row: Row) -> float | None:
        """Return the premium per MWh of load."""
        return number_in(row, f"{_OVER}{self.key}{_OVER_END}")

    def per_tonne(self, row: Row) -> float | None:
        """Return the premium per tonne that is emitted less."""
        return number_in(row, f"{_OVER}{self.key}_per_t")


def number_in(row: Row, key: str) -> float | None:
    """Return a number of a row; None where it has none."""
    value = row.get(key)
    return None if value is None else float(value)


def net_of(row: Row) -> float:
    """Return the cost net of sales per MWh of load of a row that is met."""
    return float(row[NET])


def asked_load(row: Row) -> float:
    """Return the load that was asked for, before a plan gave up any of it [MWh, to the kWh]."""
    return round(float(row["load_mwh"] if row.get("asked_load_mwh") is None else row["asked_load_mwh"]), 3)


@dataclass(frozen=True)
class Rows:
    """Rows that are met and share a currency, with what their names say.

    technologies   of contracts, by name; not all need be known
    varied         keys of the case that rows hold as they are
    """

    met: tuple[Row, ...]
    currency: str
    technologies: Mapping[str, str]
    varied: frozenset[str] = frozenset()

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        """The keys that some row has a value for: what is not offered has none."""
        keys = dict.fromkeys(key for row in self.met for key, value in row.items() if value is not None)
        return tuple(key for key in keys if key not in self.varied)

    @cached_property
    def cheapest(self) -> Row:
        """The first of the rows that cost least, net of sales, to what a page can show."""
        return min(self.met, key=lambda row: round(net_of(row), _SHOWN))

    @cached_property
    def dearest(self) -> Row:
        """The first of the rows that cost most."""
        return max(self.met, key=lambda row: round(net_of(row), _SHOWN))

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """All sizes, contracts first, then power and energy of each storage, then the sites."""
        contracts = [Size(name, f"{name}{_CONTRACTED}", "MW", "contract") for name in self._named(_CONTRACTED)]
        sites = [Size(name, f"{name}{_FIRM}", "MW", "site") for name in self._named(_FIRM)]
        energies = self._named(_ENERGY)
        stored = [
            size
            for name in self._named(_POWER)
            if name in energies
            for size in (
                Size(name, f"{name}{_POWER}", "MW", "storage"),
                Size(name, f"{name}{_ENERGY}", "MWh", "storage"),
            )
        ]
        return (*contracts, *stored, *sites)

    @cached_property
    def taken(self) -> tuple[Size, ...]:
        """The sizes that are more than nothing in some row, with the digits of a page."""
        return tuple(size for size in self.sizes if any(self.is_taken(size, row) for row in self.met))

    def is_taken(self, size: Size, row: Row) -> bool:
        """Tell whether a size is more than nothing, with the digits of a page."""
        return (number_in(row, size.key) or 0.0) >= self.units.nothing_mw

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The components of cost, sales apart."""
        others = {*_TOTALS, *(f"{_COST}{component}" for component in SALES_COMPONENTS)}
        keys = [key for key in self._keys if key.startswith(_COST) and not key.endswith(_SIZES)]
        return tuple(key.removeprefix(_COST) for key in keys if key not in others)

    @cached_property
    def margins(self) -> tuple[str, ...]:
        """The zones whose premium at the margin is told."""
        return self._named(_MARGIN)

    @cached_property
    def over(self) -> tuple[Over, ...]:
        """The baselines that premiums are told over."""
        found = [key for key in self._keys if key.startswith(_OVER) and key.endswith(_OVER_END)]
        names = {key_word(str(row["scenario"])): str(row["scenario"]) for row in self.met if "scenario" in row}
        names |= {key_word(name): said.split(",")[0] for name, said in BASELINE_WORDS.items()}
        words = [key.removeprefix(_OVER).removesuffix(_OVER_END) for key in found]
        return tuple(Over(word, names.get(word, word)) for word in words)

    @cached_property
    def units(self) -> Units:
        """The units of a page on these rows."""
        peak = max(
            (number_in(row, size.key) or 0.0 for row in self.met for size in self.sizes if size.unit == "MW"),
            default=0.0,
        )
        shown = power(peak)
        return Units(
            power=shown,
            stored=stored_energy(peak),
            energy=energy(max(float(row["load_mwh"]) for row in self.met)),
            money=money(
                max(abs(float(row[key])) for row in self.met for key in ("cost_total", "cost_net_of_sales")),
                self.currency,
            ),
            price=price(self.currency),
            nothing_mw=0.5 * 10.0**-shown.decimals,
        )

    def _named(self, end: str) -> tuple[str, ...]:
        return tuple(key.removesuffix(end) for key in self._keys if key.endswith(end))


def key_word(name: str) -> str:
    """Return a baseline's name as keys of a row spell it."""
    return name.replace("-", "_")


@dataclass(frozen=True)
class Study:
    """A finished study: where it stands, what kind it is, and what was found."""

    folder: Path
    kind: StudyKind
    content: Mapping[str, Any]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row per point or scenario, in their order."""
        return tuple(self.content[_LIST_OF[self.kind.stem]])

    @property
    def met(self) -> tuple[Row, ...]:
        """The rows that have numbers."""
        return tuple(row for row in self.rows if row.get(NET) is not None)

    @property
    def missed(self) -> tuple[Row, ...]:
        """The rows that have a reason instead."""
        return tuple(row for row in self.rows if row.get(NET) is None)

    @cached_property
    def by_currency(self) -> tuple[Rows, ...]:
        """The rows that have numbers, by their currencies, which no axis and no table shares."""
        own = self.content.get("currency")
        found: dict[str, list[Row]] = {}
        for row in self.met:
            found.setdefault(str(own or row["currency"]), []).append(row)
        return tuple(self.of(rows, currency) for currency, rows in found.items())

    def of(self, rows: Sequence[Row], currency: str) -> Rows:
        """Return rows that share a currency."""
        varied = frozenset(axis["key"] for axis in self.content.get("axes", ()))
        return Rows(tuple(rows), currency, self.content.get("technologies") or {}, varied)


_LIST_OF: Final = {"sweep": "points", "comparison": "scenarios", "stress": "points"}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "sweep": ("case", "currency", "axes", "points", "frontiers", "baselines"),
    "comparison": ("scenarios",),
    "stress": ("case", "source", "currency", "points"),
    "growth": ("case", "currency", "years", "cost", "contracts", "storage"),
}


WITH_PAGE: Final = (runfolder.SWEEP_KIND, runfolder.COMPARISON_KIND, runfolder.STRESS_KIND, runfolder.GROWTH_KIND)
"""Studies that have a page of their own: many runs side by side, or years that follow on each other."""


def study_kind_of(path: Path) -> StudyKind | None:
    """Return what kind of study a folder holds; None where it holds none that has a page of its own."""
    return next((kind for kind in WITH_PAGE if (path / kind.record).is_file()), None)


def read_study(path: Path) -> Study:
    """Read the record of a study.

    Raises:
        InputError: the folder is missing or holds no study, or its record is damaged or by an older carbonmatch.
    """
    kind = study_kind_of(path)
    if kind is None:
        raise InputError([Fault(str(path), _no_study(path))])
    file = path / kind.record
    again = f"run `carbonmatch {_COMMAND[kind.stem]}` again"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError([Fault(str(file), f"is damaged (no JSON); {again}")]) from error
    lacks = [key for key in _NEEDED[kind.stem] if not isinstance(content, dict) or content.get(key) is None]
    if lacks:
        what = f"has no {', '.join(lacks)}: an older carbonmatch wrote it, or something was taken out; {again}"
        raise InputError([Fault(str(file), what)])
    return Study(path, kind, content)


_COMMAND: Final = {"sweep": "sweep", "comparison": "compare", "stress": "stress", "growth": "solve"}


def _no_study(path: Path) -> str:
    wrote = "name a folder that `carbonmatch sweep`, `compare` or `stress` wrote"
    if not path.is_dir():
        return f"is no folder; {wrote}"
    if (path / runfolder.SUMMARY).is_file():
        return f"is a single run and no study; {wrote}"
    for kind in runfolder.STUDY_KINDS:
        if (path / kind.record).is_file():
            return f"is a {kind.name}, which has no page of its own: its points have one each; {wrote}"
    return f"is no study (there is no {_either(kind.record for kind in WITH_PAGE)} in it); {wrote}"


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
