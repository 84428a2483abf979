"""What reporting frameworks ask for, each with its answer and its fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from carbonmatch.report.numbers import Units, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.headline import headline
from carbonmatch.report.page.listing import Field, listing, said, sized
from carbonmatch.report.page.portfolio import not_taken

_SHARE: Final = "share"
_ALL_ZONES: Final = "all zones"
_NOT_KNOWN: Final = "not known"
_SHARED: Final = "The same for every contract:"
_ITS_ZONE: Final = "its zone"
_LONG: Final = 24
"""Letters of a text that is told below its table, since it would take the room of the numbers."""

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class FieldTable:
    """A table of fields with what its columns are called by the framework, and lines that hold for all of it."""

    table: OverviewTable
    identifiers: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Framework:
    """One framework: its title and version, its answer in one line, a sentence on it, and its fields."""

    key: str
    title: str
    version: str
    answer: str
    note: str
    tables: tuple[FieldTable, ...]


@dataclass(frozen=True)
class Frameworks:
    """All frameworks of a run, with what is to be known of its zones."""

    zones: str
    all: tuple[Framework, ...]


def frameworks(summary: Mapping[str, Any], units: Units) -> Frameworks | None:
    """Return the frameworks of a run, as its summary has them; None where it has none."""
    entries = summary.get("frameworks") or ()
    if not entries:
        return None
    left_out = not_taken(summary, units)
    zones = list(dict.fromkeys(f["zone"] for entry in entries for f in entry["fields"] if f.get("zone")))
    told = f"There is one zone, {zones[0]}: totals are those of the zone." if len(zones) == 1 else ""
    return Frameworks(told, tuple(_framework(entry, zones, left_out) for entry in entries))


def _framework(entry: Entry, zones: Sequence[str], left_out: Collection[str]) -> Framework:
    fields = [field for field in entry["fields"] if field.get("instrument") not in left_out]
    together = [field for field in fields if not field.get("instrument")]
    by_contract = [field for field in fields if field.get("instrument")]
    tables = [_of_zones(together, zones)] if together else []
    for _, question in groupby(by_contract, key=_question):
        tables.append(_of_contracts(list(question), several=len(zones) > 1))
    return Framework(
        key=entry["framework"].replace("_", "-"),
        title=entry["title"],
        version=entry.get("version") or "",
        answer=headline(entry["framework"], fields),
        note=entry.get("note") or "",
        tables=tuple(tables),
    )


# --- fields of all zones and of each ----------------------------------------------------------------------------------


def _of_zones(fields: Sequence[Entry], zones: Sequence[str]) -> FieldTable:
    """Return one row for each field, with a column for each zone where zones differ."""
    by_id: dict[str, dict[str, Entry]] = {}
    for field in fields:
        by_id.setdefault(field["id"], {})[field.get("zone") or ""] = field
    places = [place for place in ("", *zones) if any(place in found for found in by_id.values())]
    if len(zones) < 2 and all(len({value_text(f) for f in found.values()}) == 1 for found in by_id.values()):
        places = []
    texts = {i: found for i, found in by_id.items() if all(_is_long(f) for f in found.values())}
    notes = {i: _note_of_zones(found) for i, found in by_id.items() if i not in texts}
    marks = _marks(list(notes.values()))
    entries = []
    for identifier, note in notes.items():
        found = by_id[identifier]
        first = next(iter(found.values()))
        entries.append(
            {
                "id": identifier,
                "label": first["label"],
                "value": value_text(first),
                "unit": _unit(first, *found.values()),
                "note": f"({marks[note]})" if note in marks else note,
                **{f"at {place}": value_text(found[place]) for place in places if place in found},
            }
        )
    values = [Field(Column(place or _ALL_ZONES), f"at {place}", str) for place in places]
    table = listing(
        "Fields",
        (
            Field.words("field", "id"),
            Field.words("what it is", "label"),
            *(values or [Field(Column("value"), "value", str)]),
            Field.words("unit", "unit"),
            Field.words("note", "note"),
        ),
        entries,
        empty="",
    )
    lines = [f"({mark}) {note}" for note, mark in marks.items()]
    lines += [_line(field, field["label"]) for found in texts.values() for field in found.values()]
    return FieldTable(table, lines=tuple(lines))


def _line(field: Entry, label: str) -> str:
    """Write a field as a line: its name, what it is, its value and the note on it."""
    unit = _unit(field)
    unit = f" {unit}" if unit and not unit.startswith("year") else ""
    zone = f" ({field['zone']})" if field.get("zone") and not field.get("instrument") else ""
    note = _note(field)
    return f"{field['id']}{zone}, {_lower(label)}: {value_text(field)}{unit}." + (f" {note}" if note else "")


def _note_of_zones(found: Mapping[str, Entry]) -> str:
    """Return the note on a field; each zone by name where it has one of its own."""
    notes: dict[str, list[str]] = {}
    for place, field in found.items():
        if note := _note(field):
            notes.setdefault(note, []).append(place or _ALL_ZONES)
    if len(notes) < 2:
        return next(iter(notes), "")
    return " ".join(f"{', '.join(places)}: {note}" for note, places in notes.items())


def _marks(notes: Sequence[str]) -> dict[str, int]:
    """Return numbers for the notes that stand more than once."""
    again = dict.fromkeys(note for note in notes if note and notes.count(note) > 1)
    return {note: i + 1 for i, note in enumerate(again)}


# --- fields of contracts ----------------------------------------------------------------------------------------------


def _question(field: Entry) -> str:
    return str(field["id"].rpartition("/")[0])


def _of_contracts(fields: Sequence[Entry], *, several: bool) -> FieldTable:
    """Return one row for each contract and a column for each field; what all contracts share is told below it."""
    contracts: dict[str, dict[str, Entry]] = {}
    for field in fields:
        contracts.setdefault(field["instrument"], {})[field["id"]] = field
    labels = {field["id"]: field["label"].removesuffix(f": {field['instrument']}") for field in fields}
    question = _question(fields[0])
    head = _common_head(list(labels.values())) if question else ""
    columns, shared, notes = [], [], []
    for identifier, label in labels.items():
        found = [cells[identifier] for cells in contracts.values() if identifier in cells]
        title = label.removeprefix(f"{head}, ") if head else label
        if _told_below(found, len(contracts)):
            shared.append(_line(found[0], title))
            continue
        if several and all(field.get("value") == field.get("zone") for field in found):
            shared.append(_line({**found[0], "value": _ITS_ZONE}, title))
            continue
        columns.append((identifier, _lower(title), found))
        for note in dict.fromkeys(filter(None, map(_note, found))):
            whose = [field["instrument"] for field in found if _note(field) == note]
            of = "" if len(whose) == len(contracts) else f" of {', '.join(whose)}"
            notes.append(f"{identifier}{of}: {note}")
    if shared and len(contracts) > 1:
        shared.insert(0, _SHARED)
    entries: list[dict[str, Any]] = [
        {
            "name": name,
            "zone": next(iter(cells.values())).get("zone") if several else None,
            **{identifier: value_text(cell) for identifier, cell in cells.items()},
        }
        for name, cells in contracts.items()
    ]
    shown = [
        Field(Column(title, _unit(*found) or "", numeric=any(_is_number(f) for f in found)), identifier, str)
        for identifier, title, found in columns
    ]
    if several:
        shown.insert(0, Field.words("zone", "zone"))
    title = f"{question}: {_lower(head)}, by contract" if question and head else f"{question} by contract".strip()
    table = listing(title[:1].upper() + title[1:], (Field.words("contract", "name"), *shown), entries, empty="")
    return FieldTable(
        table,
        identifiers=("", *(("",) if several else ()), *(identifier for identifier, _, _ in columns)),
        lines=(*notes, *shared),
    )


def _told_below(found: Sequence[Entry], contracts: int) -> bool:
    """Whether a field goes below the table: text that is the same for every contract, or is known of none."""
    same = len({(value_text(f), _note(f)) for f in found}) == 1 and len(found) == contracts
    if not same or _is_number(found[0]):
        return False
    return contracts > 1 or found[0].get("value") is None or _is_long(found[0])


def _common_head(labels: Sequence[str]) -> str:
    heads = {label.partition(", ")[0] for label in labels}
    return heads.pop() if len(heads) == 1 and all(", " in label for label in labels) else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _is_long(field: Entry) -> bool:
    return isinstance(field.get("value"), str) and len(value_text(field)) > _LONG


def _is_number(field: Entry) -> bool:
    value = field.get("value")
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- values -----------------------------------------------------------------------------------------------------------


def value_text(field: Entry) -> str:
    """Write the value of a field with the digits that its size asks for; shares in per cent."""
    value, unit = field.get("value"), field.get("unit") or ""
    if value is None:
        return _NOT_KNOWN
    if unit == "year" or field["id"].endswith("/technology"):
        return str(value).replace("_", " ")
    if not isinstance(value, float):
        return said(value)
    if unit.startswith(_SHARE):
        return share(value)
    if not unit:
        return said(value)
    return sized(value)


def _note(field: Entry) -> str:
    """Return the note on a field; that it is not known is said by its value already."""
    note = field.get("note") or ""
    bare = note.removeprefix("Not known: ")
    return bare[:1].upper() + bare[1:] if field.get("value") is None else note


def _unit(*fields: Entry) -> str | None:
    """Return the unit of a field, where there is a value; a share is written in per cent and keeps what it is of."""
    for field in fields:
        unit = (field.get("unit") or "").removeprefix(_SHARE).strip()
        if unit and field.get("value") is not None:
            return unit
    return None
