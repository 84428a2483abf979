"""From a document to a checked case, for one purpose: what the schema says of it, and what it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import ValidationError

from carbonmatch.case.assumptions import assumptions_of
from carbonmatch.case.block import Reading
from carbonmatch.case.document import Document
from carbonmatch.case.library import fill_from_library
from carbonmatch.case.load import fill_fleets_from_library
from carbonmatch.case.messages import Placed, in_reading_order, translate
from carbonmatch.case.provenance import Provenance
from carbonmatch.case.schema import Case
from carbonmatch.case.table_reader import TableReader
from carbonmatch.case.time import Time
from carbonmatch.errors import InputError
from carbonmatch.timegrid import TimeGrid

Purpose = Literal["solve", "match", "load"]
"""What a case is read for: the least-cost portfolio, the accounts of what was metered, or the load of its sites."""


def check(
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
        entry for block in ("sites", "contracts", "storage") for entry in block_of(document.values.get(block)).values()
    ]
    return any(
        key.startswith("metered_") and value is not None for entry in entries for key, value in block_of(entry).items()
    )


def _checked(
    document: Document, tables: TableReader, provenance: Provenance, *, arrays: bool, to_solve: bool
) -> tuple[Case, bool]:
    """Return the case, and whether it lacks what only solving needs.

    Raises:
        InputError: holds every fault that was found, in reading order.
    """
    written = document.values.get("zones")
    zones = block_of(written)
    sites = {
        name: site["zone"]
        for name, entry in block_of(document.values.get("sites")).items()
        for site in [block_of(entry)]
        if isinstance(site.get("zone"), str) and site["zone"] in zones
    }
    given = {
        name: frozenset(key for key, value in block_of(zone).items() if value is not None)
        for name, zone in zones.items()
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


def block_of(value: Any) -> Mapping[str, Any]:
    """Return a block of keys; an empty one where the value is none."""
    return value if isinstance(value, dict) else {}


def _grid(time: Any, reading: Reading) -> TimeGrid | None:
    """Return the axis, or None where the time block is at fault; the check of the case tells the fault."""
    try:
        return Time.model_validate(time, context=reading).grid
    except ValidationError:
        return None
