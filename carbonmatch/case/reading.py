"""From a case file, or a mapping in Python, to a checked case with every fault told at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from carbonmatch.case.assumptions import assumptions_of
from carbonmatch.case.block import Reading
from carbonmatch.case.document import Document, read_document
from carbonmatch.case.messages import Placed, in_reading_order, translate
from carbonmatch.case.overrides import apply_scenario, apply_settings
from carbonmatch.case.schema import Case, Override, Provenance, Time
from carbonmatch.case.table_reader import TableReader
from carbonmatch.errors import Fault, InputError
from carbonmatch.timegrid import TimeGrid

Purpose = Literal["solve", "match"]
"""What a case is read for: the least-cost portfolio, or the accounts of what was metered."""


def load_case(
    path: str | Path,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    elsewhere: Mapping[str, Path] | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Read and check a case file.

    settings    changes such as `target.cfe=0.95`, applied last
    scenario    name of an entry under `scenarios:`, applied before the settings
    elsewhere   where tables stand that are not where the case says, by the path as it is written there
    purpose     `solve` demands prices, profiles and a target; `match` does not. Unless given, a case with a metered
                series may leave them out: what it lacks to be solved is its `missing_to_solve`

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    tables = TableReader(Path(path).resolve().parent, elsewhere)
    return _load(path, Variant(tuple(settings), scenario), tables, purpose)


@dataclass(frozen=True)
class Variant:
    """One way to read a case file: a scenario of it, if one is named, then settings such as `target.cfe=0.95`."""

    settings: tuple[str, ...] = ()
    scenario: str | None = None


def load_variants(path: str | Path, variants: Iterable[Variant], *, purpose: Purpose | None = None) -> list[Case]:
    """Read and check a case file in several variants; every table is read once.

    Raises:
        InputError: holds the faults of all variants, each told once.
    """
    tables = TableReader(Path(path).resolve().parent)
    cases, faults = [], dict[Fault, None]()
    for variant in variants:
        try:
            cases.append(_load(path, variant, tables.again(), purpose))
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
    overrides = [] if variant.scenario is None else apply_scenario(document, variant.scenario)
    overrides += apply_settings(document, variant.settings)
    provenance = Provenance(str(path), document.sha256, variant.scenario, tuple(overrides))
    case = _check(document, tables, provenance, arrays=False, purpose=purpose)
    return case.with_provenance(replace(case.provenance, seconds=time.perf_counter() - began))


def check_case(path: str | Path, *, settings: Sequence[str] = (), scenario: str | None = None) -> Case:
    """Read and check a case file with all of its scenarios, or with the one that is named.

    Raises:
        InputError: holds every fault of the case and of its scenarios, each told once.
    """
    others = _block(read_document(Path(path), str(path)).values.get("scenarios")) if scenario is None else {}
    return load_variants(path, [Variant(tuple(settings), name) for name in (scenario, *others)])[0]


def case_from_mapping(
    mapping: Mapping[str, Any],
    base_folder: str | Path = ".",
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    purpose: Purpose | None = None,
) -> Case:
    """Check a case that is given as a mapping; series may be arrays or lists with one value per step.

    base_folder   what paths of tables are relative to
    purpose       as for `load_case`

    Raises:
        InputError: holds every fault that was found.
    """
    document = Document("", values=_plain(mapping))
    overrides: list[Override] = apply_scenario(document, scenario) if scenario is not None else []
    overrides += apply_settings(document, settings)
    provenance = Provenance(scenario=scenario, overrides=tuple(overrides))
    return _check(document, TableReader(Path(base_folder)), provenance, arrays=True, purpose=purpose)


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
    sites = (_block(site) for site in _block(document.values.get("sites")).values())
    given = {
        name: frozenset(key for key, value in _block(zone).items() if value is not None) for name, zone in zones.items()
    }
    reading = Reading(
        grid=None,
        tables=tables,
        zones=given if isinstance(written, dict) else None,
        site_zones=frozenset(
            site["zone"] for site in sites if isinstance(site.get("zone"), str) and site["zone"] in zones
        ),
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
