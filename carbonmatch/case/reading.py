"""From a case file, or a mapping in Python, to a checked case with every fault told at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from carbonmatch.case.assumptions import assumptions_of
from carbonmatch.case.block import Reading
from carbonmatch.case.document import Document, read_document
from carbonmatch.case.library import fill_from_library
from carbonmatch.case.load import fill_fleets_from_library
from carbonmatch.case.messages import Placed, in_reading_order, translate
from carbonmatch.case.overrides import apply_scenario, apply_settings, apply_weather_year
from carbonmatch.case.provenance import Provenance
from carbonmatch.case.schema import Case
from carbonmatch.case.table_reader import TableReader
from carbonmatch.case.time import Time
from carbonmatch.errors import Fault, InputError
from carbonmatch.timegrid import TimeGrid

Purpose = Literal["solve", "match", "load"]
"""What a case is read for: the least-cost portfolio, the accounts of what was metered, or the load of its sites."""


def load_case(
    path: str | Path,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    weather_year: str | None = None,
    elsewhere: Mapping[str, Path] | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Read and check a case file.

    settings    changes such as `target.cfe=0.95`, applied last
    scenario    name of an entry under `scenarios:`, applied first
    weather_year   name of an entry under `weather_years:`, applied after the scenario
    elsewhere   where tables stand that are not where the case says, by the path as it is written there
    purpose     `solve` demands prices, profiles and a target; `match` and `load` do not. Unless given, a case with a
                metered series may leave them out: what it lacks to be solved is its `missing_to_solve`

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    tables = TableReader(Path(path).resolve().parent, elsewhere)
    return _of_one_year(_load(path, Variant(tuple(settings), scenario, weather_year), tables, purpose), purpose)


@dataclass(frozen=True)
class Variant:
    """One way to read a case file: a scenario and a weather year, where named, then settings like `target.cfe=0.95`."""

    settings: tuple[str, ...] = ()
    scenario: str | None = None
    weather_year: str | None = None


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
    case = _check(document, tables, _changed(document, variant, origin), arrays=False, purpose=purpose)
    return case.with_provenance(replace(case.provenance, seconds=time.perf_counter() - began))


def _changed(document: Document, variant: Variant, origin: Provenance) -> Provenance:
    """Make the changes of a variant; settings come last, but those on the weather years before a year is taken."""
    on_years = [setting for setting in variant.settings if setting.strip().startswith("weather_years")]
    others = [setting for setting in variant.settings if setting not in on_years]
    overrides = [
        *([] if variant.scenario is None else apply_scenario(document, variant.scenario)),
        *apply_settings(document, on_years),
        *([] if variant.weather_year is None else apply_weather_year(document, variant.weather_year)),
        *apply_settings(document, others),
    ]
    return replace(origin, scenario=variant.scenario, weather_year=variant.weather_year, overrides=tuple(overrides))


def _of_one_year(case: Case, purpose: Purpose | None) -> Case:
    if purpose == "solve" and case.several_years:
        raise InputError(case.several_years)
    return case


def check_case(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> Case:
    """Read and check a case file in every weather year, with all of its scenarios, or with the one that is named.

    Raises:
        InputError: holds every fault of the case, its scenarios, stress tests and weather years, each told once.
    """
    written = read_document(Path(path), str(path)).values
    others = _block(written.get("scenarios")) if scenario is None else {}
    stressed = [settings_of(_block(_block(test).get("set"))) for test in _block(written.get("stress")).values()]
    tables = TableReader(Path(path).resolve().parent)
    faults = dict[Fault, None]()
    checked: list[Case] = []
    plain = [Variant(tuple(settings), name) for name in (scenario, *others)]
    for variant in (*plain, *(Variant((*settings, *changes), scenario) for changes in stressed)):
        cases, found = _in_every_year(
            lambda each: _load(path, each, tables.again(), None), variant, weather_year_names(path, variant)
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
    _changed(document, variant, Provenance())
    return document


def weather_year_names(path: str | Path, variant: Variant) -> tuple[str, ...]:
    """Return the names of the weather years that a variant of a case file has; its faults are told by who reads it.

    Raises:
        InputError: the file cannot be read at all.
    """
    return tuple(_block(varied_document(path, variant).values.get("weather_years")))


def load_years(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> tuple[Case, ...]:
    """Read and check a case file in each of its weather years, to be solved; `provenance` names the year of each case.

    settings, scenario   as for `load_case`: the scenario comes before the year, the settings after it

    Raises:
        InputError: there are no weather years, or holds every fault of the case and of its years, each told once.
    """
    tables = TableReader(Path(path).resolve().parent)
    variant = Variant(tuple(settings), scenario)
    names = weather_year_names(path, variant)
    return _years_of(lambda each: _load(path, each, tables.again(), "solve"), variant, names, str(path))


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

    names = tuple(_block(_plain(mapping).get("weather_years")))
    return _years_of(read, Variant(tuple(settings), scenario), names, "case")


def _years_of(read: Callable[[Variant], Case], variant: Variant, names: Iterable[str], place: str) -> tuple[Case, ...]:
    cases, faults = _in_every_year(read, variant, names)
    if faults:
        raise InputError(faults)
    if len(cases) == 1:
        what = "has no weather years to size over; name them under weather_years, or solve it as it is"
        raise InputError([Fault(place, what)])
    return tuple(cases[1:])


def _in_every_year(
    read: Callable[[Variant], Case], variant: Variant, names: Iterable[str]
) -> tuple[list[Case], list[Fault]]:
    """Return the case as it is and in each weather year, and all faults: those of a year alone name it."""
    cases, faults = [], dict[Fault, None]()
    for name in (None, *names):
        try:
            cases.append(read(replace(variant, weather_year=name)))
        except InputError as error:
            known = [fault for fault in error.faults if fault in faults]
            faults.update(dict.fromkeys(fault if fault in known else _in_year(fault, name) for fault in error.faults))
    return cases, list(faults)


def _in_year(fault: Fault, year: str | None) -> Fault:
    mark = f"(weather year {year})"
    return fault if year is None or mark in fault.where else replace(fault, where=f"{fault.where} {mark}")


def case_from_mapping(
    mapping: Mapping[str, Any],
    base_folder: str | Path = ".",
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    weather_year: str | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Check a case that is given as a mapping; series may be arrays or lists with one value per step.

    base_folder   what paths of tables are relative to
    weather_year, purpose   as for `load_case`

    Raises:
        InputError: holds every fault that was found.
    """
    variant = Variant(tuple(settings), scenario, weather_year)
    return _of_one_year(_from_mapping(mapping, Path(base_folder), variant, purpose), purpose)


def _from_mapping(mapping: Mapping[str, Any], folder: Path, variant: Variant, purpose: Purpose | None) -> Case:
    document = Document("", values=_plain(mapping))
    provenance = _changed(document, variant, Provenance())
    return _check(document, TableReader(folder), provenance, arrays=True, purpose=purpose)


def _plain(value: Any) -> Any:
    """Copy mappings to dicts with text as keys; leave every other value alone."""
    return {str(key): _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def _check(
    document: Document, tables: TableReader, provenance: Provenance, *, arrays: bool, purpose: Purpose | None
) -> Case:
    """Check a document for one purpose, or, where none is named, for the one that it seems to serve.

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    fill_from_library(document, priced=purpose not in ("match", "load"))
    fill_fleets_from_library(document)
    if purpose == "solve" or (purpose is None and not _has_meters(document)):
        return _checked(document, tables, provenance, arrays=arrays, to_solve=True)[0]
    try:
        case, lacking = _checked(document, tables, provenance, arrays=arrays, to_solve=False)
        if not lacking:
            return case
    except InputError:
        if purpose is None and "target" in document.values:  # meant to be solved too: that has the same faults and more
            _checked(document, tables, provenance, arrays=arrays, to_solve=True)
        raise
    try:
        _checked(document, tables, provenance, arrays=arrays, to_solve=True)
    except InputError as error:
        return case.with_missing_to_solve(error.faults)
    return case


def _has_meters(document: Document) -> bool:
    entries = [
        entry for block in ("sites", "contracts", "storage") for entry in _block(document.values.get(block)).values()
    ]
    return any(
        key.startswith("metered_") and value is not None for entry in entries for key, value in _block(entry).items()
    )


def _checked(
    document: Document, tables: TableReader, provenance: Provenance, *, arrays: bool, to_solve: bool
) -> tuple[Case, bool]:
    """Return the case, and whether it lacks what only solving needs.

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    written = document.values.get("zones")
    zones = _block(written)
    sites = {
        name: site["zone"]
        for name, entry in _block(document.values.get("sites")).items()
        for site in [_block(entry)]
        if isinstance(site.get("zone"), str) and site["zone"] in zones
    }
    given = {
        name: frozenset(key for key, value in _block(zone).items() if value is not None) for name, zone in zones.items()
    }
    reading = Reading(
        grid=None,
        tables=tables,
        zones=given if isinstance(written, dict) else None,
        site_zones=frozenset(sites.values()),
        sites=sites if isinstance(document.values.get("sites"), dict) else None,
        arrays=arrays,
        to_solve=to_solve,
    )
    reading = replace(reading, grid=_grid(document.values.get("time"), reading))
    placed = [Placed(position, fault) for position, fault in document.faults]
    case = None
    try:
        case = Case.model_validate(document.values, context=reading)
    except ValidationError as error:
        placed += translate(error.errors(include_url=False), document, reading.blocks)
    if placed or case is None:
        raise InputError(in_reading_order(placed))
    origin = replace(
        provenance,
        tables=reading.tables.records,
        filled=tuple(reading.filled),
        assumptions=assumptions_of(document),
    )
    return case.with_provenance(origin), reading.lacking


def _block(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _grid(time: Any, reading: Reading) -> TimeGrid | None:
    """Return the axis, or None where the time block is at fault; the check of the case tells the fault."""
    try:
        return Time.model_validate(time, context=reading).grid
    except ValidationError:
        return None
