"""From a case file, or a mapping in Python, to a checked case with every fault told at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from carbonmatch.case.checking import Purpose, block_of, check
from carbonmatch.case.document import Document, read_document
from carbonmatch.case.provenance import Provenance
from carbonmatch.case.schema import Case
from carbonmatch.case.table_reader import TableReader
from carbonmatch.case.variant import Variant, changed
from carbonmatch.errors import Fault, InputError


def load_case(
    path: str | Path,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    weather_year: str | None = None,
    growth_year: str | None = None,
    in_plan: bool = False,
    elsewhere: Mapping[str, Path] | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Read and check a case file.

    settings    changes such as `target.cfe=0.95`, applied last
    scenario    name of an entry under `scenarios:`, applied first
    weather_year   name of an entry under `weather_years:`, applied after the scenario
    growth_year    name of an entry under `growth.years:`, likewise;  in_plan  as the plan over all years has it
    elsewhere   where tables stand that are not where the case says, by the path as it is written there
    purpose     `solve` demands prices, profiles and a target; `match` and `load` do not. Unless given, a case with a
                metered series may leave them out: what it lacks to be solved is its `missing_to_solve`

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    tables = TableReader(Path(path).resolve().parent, elsewhere)
    variant = Variant(tuple(settings), scenario, weather_year, growth_year, in_plan)
    return _of_one_year(_load(path, variant, tables, purpose), purpose)


def load_variants(path: str | Path, variants: Iterable[Variant], *, purpose: Purpose | None = None) -> list[Case]:
    """Read and check a case file in several variants; every table is read once.

    Raises:
        InputError: holds the faults of all variants, each told once.
    """
    tables = TableReader(Path(path).resolve().parent)
    cases, faults = [], dict[Fault, None]()
    for variant in variants:
        try:
            cases.append(_of_one_year(_load(path, variant, tables.again(), purpose), purpose))
        except InputError as error:
            faults.update(dict.fromkeys(error.faults))
    if faults:
        raise InputError(faults)
    return cases


def _load(path: str | Path, variant: Variant, tables: TableReader, purpose: Purpose | None) -> Case:
    """Return a checked case.

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    began = time.perf_counter()
    document = read_document(Path(path), str(path))
    origin = Provenance(str(path), document.sha256)
    case = check(document, tables, changed(document, variant, origin), arrays=False, purpose=purpose)
    return case.with_provenance(replace(case.provenance, seconds=time.perf_counter() - began))


def _of_one_year(case: Case, purpose: Purpose | None) -> Case:
    if purpose == "solve" and case.several_years:
        raise InputError(case.several_years)
    return case


def check_case(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> Case:
    """Read and check a case file in every year, with all of its scenarios, or with the one that is named.

    Raises:
        InputError: holds every fault of the case, its scenarios, stress tests and years, each told once.
    """
    written = read_document(Path(path), str(path)).values
    others = block_of(written.get("scenarios")) if scenario is None else {}
    stressed = [settings_of(block_of(block_of(test).get("set"))) for test in block_of(written.get("stress")).values()]
    tables = TableReader(Path(path).resolve().parent)
    faults = dict[Fault, None]()
    checked: list[Case] = []
    plain = [Variant(tuple(settings), name) for name in (scenario, *others)]
    for variant in (*plain, *(Variant((*settings, *changes), scenario) for changes in stressed)):
        cases, found = _in_every_year(
            lambda each: _load(path, each, tables.again(), None), variant, _years(path, variant)
        )
        checked += cases
        faults.update(dict.fromkeys(found))
    if faults:
        raise InputError(faults)
    return checked[0]


def settings_of(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return changes by dotted key as settings, as they are typed."""
    return tuple(f"{key}={json.dumps(value)}" for key, value in changes.items())


def varied_document(path: str | Path, variant: Variant) -> Document:
    """Return a case file as a variant has it, unchecked; its faults are told by who reads it.

    Raises:
        InputError: the file cannot be read at all.
    """
    document = read_document(Path(path), str(path))
    changed(document, variant, Provenance())
    return document


def years_named(path: str | Path, variant: Variant) -> dict[str, tuple[str, ...]]:
    """Return the names of the years that a variant of a case file has, of `weather_years` and of `growth`.

    Their faults are told by who reads them.

    Raises:
        InputError: the file cannot be read at all.
    """
    values = varied_document(path, variant).values
    return {"weather_years": tuple(block_of(values.get("weather_years"))), "growth": _growth_years(values)}


def weather_year_names(path: str | Path, variant: Variant) -> tuple[str, ...]:
    """Return the names of the weather years that a variant of a case file has; see `years_named`."""
    return years_named(path, variant)["weather_years"]


def growth_year_names(path: str | Path, variant: Variant) -> tuple[str, ...]:
    """Return the names of the years of growth that a variant of a case file has; see `years_named`."""
    return years_named(path, variant)["growth"]


def _growth_years(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(block_of(block_of(values.get("growth")).get("years")))


def _years(path: str | Path, variant: Variant) -> list[Variant]:
    """Return a variant in each of the years that it names, of weather or of growth."""
    names = years_named(path, variant)
    weather = [replace(variant, weather_year=name) for name in names["weather_years"]]
    growth = [replace(variant, growth_year=name, in_plan=True) for name in names["growth"]]
    return weather + growth


def load_years(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> tuple[Case, ...]:
    """Read and check a case file in each of its weather years, to be solved; `provenance` names the year of each case.

    settings, scenario   as for `load_case`: the scenario comes before the year, the settings after it

    Raises:
        InputError: there are no weather years, or holds every fault of the case and of its years, each told once.
    """
    tables = TableReader(Path(path).resolve().parent)
    variant = Variant(tuple(settings), scenario)
    years = [replace(variant, weather_year=name) for name in weather_year_names(path, variant)]
    what = "has no weather years to size over; name them under weather_years, or solve it as it is"
    return _all_of(lambda each: _load(path, each, tables.again(), "solve"), variant, years, Fault(str(path), what))[1:]


def load_growth(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> tuple[Case, ...]:
    """Read and check a case file in each year of its growth, to be planned: the case as it is written, then its years.

    In a year, what was signed before on terms of its own is an entry of its own: `provenance.vintages`.

    settings, scenario   as for `load_case`: the scenario comes before the year, the settings after it

    Raises:
        InputError: there is no growth, or holds every fault of the case and of its years, each told once.
    """
    tables = TableReader(Path(path).resolve().parent)
    variant = Variant(tuple(settings), scenario)
    years = [replace(variant, growth_year=name, in_plan=True) for name in growth_year_names(path, variant)]
    fault = Fault(str(path), _NO_GROWTH)
    return _all_of(lambda each: _load(path, each, tables.again(), "solve"), variant, years, fault)


_NO_GROWTH = "has no growth to plan; name its years under growth, or solve it as it is"


def growth_from_mapping(
    mapping: Mapping[str, Any],
    base_folder: str | Path = ".",
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
) -> tuple[Case, ...]:
    """Check a case that is given as a mapping as it is and in each year of growth; see `load_growth`.

    Raises:
        InputError: there is no growth, or holds every fault of the case and of its years, each told once.
    """

    def read(variant: Variant) -> Case:
        return _from_mapping(mapping, Path(base_folder), variant, "solve")

    variant = Variant(tuple(settings), scenario)
    years = [replace(variant, growth_year=name, in_plan=True) for name in _growth_years(_plain(mapping))]
    return _all_of(read, variant, years, Fault("case", _NO_GROWTH))


def years_from_mapping(
    mapping: Mapping[str, Any],
    base_folder: str | Path = ".",
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
) -> tuple[Case, ...]:
    """Check a case that is given as a mapping in each of its weather years; see `load_years` and `case_from_mapping`.

    Raises:
        InputError: there are no weather years, or holds every fault of the case and of its years, each told once.
    """

    def read(variant: Variant) -> Case:
        return _from_mapping(mapping, Path(base_folder), variant, "solve")

    variant = Variant(tuple(settings), scenario)
    years = [replace(variant, weather_year=name) for name in block_of(_plain(mapping).get("weather_years"))]
    what = "has no weather years to size over; name them under weather_years, or solve it as it is"
    return _all_of(read, variant, years, Fault("case", what))[1:]


def _all_of(
    read: Callable[[Variant], Case], variant: Variant, years: Sequence[Variant], none: Fault
) -> tuple[Case, ...]:
    """Return the case as it is and in each of its years.

    none   what is told where it has none
    """
    cases, faults = _in_every_year(read, variant, years)
    if faults:
        raise InputError(faults)
    if not years:
        raise InputError([none])
    return tuple(cases)


def _in_every_year(
    read: Callable[[Variant], Case], variant: Variant, years: Sequence[Variant]
) -> tuple[list[Case], list[Fault]]:
    """Return the case as it is and in each year, and all faults: those of a year alone name it.

    What is at fault in a plan is told by the names that the case gives, as far as each year by itself has the fault.
    """
    cases, faults = [], dict[Fault, None]()
    for each in (variant, *years):
        try:
            cases.append(read(each))
        except InputError as error:
            known = [fault for fault in error.faults if fault in faults]
            faults.update(dict.fromkeys(fault if fault in known else _in_year(fault, each) for fault in error.faults))
    if faults and any(year.in_plan for year in years):
        _, by_itself = _in_every_year(read, variant, [replace(year, in_plan=False) for year in years])
        return cases, by_itself or list(faults)
    return cases, list(faults)


def _in_year(fault: Fault, variant: Variant) -> Fault:
    year = f"year {variant.growth_year}" if variant.weather_year is None else f"weather year {variant.weather_year}"
    plain = variant.weather_year is None and variant.growth_year is None
    return fault if plain or f"({year})" in fault.where else replace(fault, where=f"{fault.where} ({year})")


def case_from_mapping(
    mapping: Mapping[str, Any],
    base_folder: str | Path = ".",
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    weather_year: str | None = None,
    growth_year: str | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Check a case that is given as a mapping; series may be arrays or lists with one value per step.

    base_folder   what paths of tables are relative to
    weather_year, growth_year, purpose   as for `load_case`

    Raises:
        InputError: holds every fault that was found.
    """
    variant = Variant(tuple(settings), scenario, weather_year, growth_year)
    return _of_one_year(_from_mapping(mapping, Path(base_folder), variant, purpose), purpose)


def _from_mapping(mapping: Mapping[str, Any], folder: Path, variant: Variant, purpose: Purpose | None) -> Case:
    document = Document("", values=_plain(mapping))
    provenance = changed(document, variant, Provenance())
    return check(document, TableReader(folder), provenance, arrays=True, purpose=purpose)


def _plain(value: Any) -> Any:
    """Copy mappings to dicts with text as keys; leave every other value alone."""
    return {str(key): _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value
