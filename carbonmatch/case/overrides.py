"""Changes of single values: the scenarios, weather years and years of growth of a case, and `--set key=value`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from carbonmatch.case.changeable import fault_of_override_key
from carbonmatch.case.document import Document, KeyPath, Position, parse_value
from carbonmatch.case.provenance import Override
from carbonmatch.case.schema import Case
from carbonmatch.case.weather_year import BLOCKS_OF_NAMES
from carbonmatch.errors import Fault
from carbonmatch.wording import listed, nearest

_AFTER_THE_LAST_LINE = 1_000_000_000


def apply_scenario(document: Document, scenario: str) -> list[Override]:
    """Apply a named scenario of the case; faults are noted in the document."""
    changes = _named(document, ("scenarios",), scenario, "scenario")
    return _apply(document, ("scenarios", scenario), changes, f"scenario {scenario}")


def apply_weather_year(document: Document, year: str) -> list[Override]:
    """Apply a named weather year of the case; faults are noted in the document."""
    entry = _named(document, ("weather_years",), year, "weather year")
    changes = entry.get("set") if isinstance(entry, dict) else None
    if isinstance(changes, dict):
        changes = {key: value for key, value in changes.items() if _changes_what_is_there(document, key)}
    return _apply(document, ("weather_years", year, "set"), changes, f"weather year {year}")


def apply_growth_year(document: Document, year: str) -> list[Override]:
    """Apply a year of growth: what it sets, and which existing contracts are in force; faults are noted."""
    entry = _named(document, ("growth", "years"), year, "year of growth")
    changes = entry.get("set") if isinstance(entry, dict) else None
    if isinstance(changes, dict):
        changes = {key: value for key, value in changes.items() if _changes_what_is_there(document, key)}
    origin = f"year {year}"
    applied = _apply(document, ("growth", "years", year, "set"), changes, origin)
    signing = document.at(("growth", "contracts"))
    for name, terms in signing.items() if isinstance(signing, dict) else ():
        start, end = (terms.get(key) if isinstance(terms, dict) else None for key in ("start", "end"))
        existing = document.at(("contracts", name, "existing_mw")) is not None
        over = (isinstance(start, int) and int(year) < start) or (isinstance(end, int) and int(year) >= end)
        if existing and over and year.isdigit():
            key, position = f"contracts.{name}.existing_mw", document.position(("growth", "contracts", name))
            if _put(document, key, 0.0, _marked(position, origin), document.place(("contracts", name))):
                applied.append(Override(key, 0.0, origin))
    return applied


def _changes_what_is_there(document: Document, key: str) -> bool:
    """Tell whether a key of a year leads to an entry that the case has; the check of the block tells of others.

    A slip of the pen would else be one more zone, which no site is in and no one misses.
    """
    block, *rest = key.split(".")
    entries = document.values.get(block)
    if rest and isinstance(entries, dict) and block in (*BLOCKS_OF_NAMES, "storage"):
        return rest[0] in entries
    return block not in ("weather_years", "growth")


def _named(document: Document, block: KeyPath, name: str, noun: str) -> Any:
    """Return the entry of a block; None where it is not there, which is a fault."""
    entries = document.at(block)
    known = list(entries) if isinstance(entries, dict) else []
    if name in known and isinstance(entries, dict):
        return entries[name]
    listing = f" (the case has {listed(known)})" if known else " (the case has none)"
    what = f"there is no {noun} {name!r}{nearest(name, known)}{listing}"
    document.faults.append((document.position(block), Fault(document.place(block), what)))
    return None


def _apply(document: Document, block: KeyPath, changes: Any, origin: str) -> list[Override]:
    """Lay changes by dotted key over the case; what is no block is told by the check of the block itself."""
    applied = []
    for key, value in changes.items() if isinstance(changes, dict) else ():
        path: KeyPath = (*block, key)
        below = {
            known[len(path) :]: _marked(where, origin)
            for known, where in document.positions.items()
            if known[: len(path)] == path and known != path
        }
        position = _marked(document.position(path), origin)
        if _put(document, key, copy.deepcopy(value), position, document.place(path)):
            document.positions.update({(*_split(key), *rest): place for rest, place in below.items()})
            applied.append(Override(key, value, origin))
    return applied


def apply_settings(document: Document, settings: Sequence[str]) -> list[Override]:
    """Apply `key=value` settings in their order; faults are noted in the document."""
    applied = []
    for number, setting in enumerate(settings):
        key, sign, text = setting.partition("=")
        key = key.strip()
        position = Position(_AFTER_THE_LAST_LINE + number, f"--set {setting}", _split(key))
        if not sign or not key:
            what = "is not of the form key=value, such as target.cfe=0.95"
            document.faults.append((position, Fault(position.label, what)))
            continue
        try:
            value = parse_value(text)
        except ValueError as error:
            document.faults.append((position, Fault(position.label, f"{text!r} {error}")))
            continue
        if _put(document, key, value, position, position.label):
            applied.append(Override(key, value, "--set"))
    return applied


def _marked(position: Position, origin: str) -> Position:
    """Say beside the line which scenario or weather year the value is from."""
    return replace(position, label=f"{position.label} ({origin})".strip())


def _split(key: str) -> KeyPath:
    return tuple(key.split("."))


def _put(document: Document, key: str, value: Any, position: Position, place: str) -> bool:
    path = _split(key)
    what = fault_of_override_key(key, Case.model_fields)
    if what is None:
        try:
            document.put(path, value, position)
        except ValueError as error:
            what = str(error)
    if what is not None:
        document.faults.append((position, Fault(place, what)))
    return what is None
