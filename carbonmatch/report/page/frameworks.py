"""The fields that reporting frameworks ask for, one table each; and the reconciliation of plan and meters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.numbers import Units, number, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.listing import Field, listing, said

_SHARE: Final = "share"


@dataclass(frozen=True)
class Framework:
    """One framework: its title with its version, a sentence on it, and its fields."""

    key: str
    title: str
    note: str
    table: OverviewTable


def frameworks(summary: Mapping[str, Any]) -> tuple[Framework, ...]:
    """Return the frameworks of a run, as its summary has them."""
    return tuple(_framework(entry) for entry in summary.get("frameworks") or ())


def _framework(entry: Mapping[str, Any]) -> Framework:
    fields = [
        {
            "id": field["id"],
            "label": field["label"],
            "zone": field.get("zone") or None,
            "value": _value(field),
            "unit": _unit(field),
            "note": field.get("note") or None,
        }
        for field in entry["fields"]
    ]
    table = listing(
        entry["title"],
        (
            Field.words("field", "id"),
            Field.words("what it is", "label"),
            Field.words("zone", "zone"),
            Field(Column("value"), "value", str),
            Field.words("unit", "unit"),
            Field.words("note", "note"),
        ),
        fields,
    )
    version = entry.get("version") or ""
    title = entry["title"] if not version or version in entry["title"] else f"{entry['title']}, {version}"
    return Framework(entry["framework"].replace("_", "-"), title, entry.get("note") or "", table)


def _value(field: Mapping[str, Any]) -> str:
    """Write the value of a field with the digits that its size asks for; shares in per cent."""
    value, unit = field.get("value"), field.get("unit") or ""
    if value is None:
        return "not known"
    if not isinstance(value, float):
        return said(value)
    if unit.startswith(_SHARE):
        return share(value)
    if not unit:
        return said(value)
    size = abs(value)
    return number(value, 0 if size >= 1000.0 or size == 0.0 else 1 if size >= 10.0 else 3)


def _unit(field: Mapping[str, Any]) -> str | None:
    """Return the unit of a field, where there is a value; a share is written in per cent and keeps what it is of."""
    unit = (field.get("unit") or "").removeprefix(_SHARE).strip()
    return None if not unit or field.get("value") is None else unit


@dataclass(frozen=True)
class Reconciliation:
    """How the plan turned out: in a sentence, and by cause."""

    sentence: str
    table: OverviewTable


def reconciliation(summary: Mapping[str, Any], units: Units) -> Reconciliation | None:
    """Return what kept the actual share from the planned one; None for a run that has no plan to answer for."""
    found = summary.get("reconciliation")
    if not found:
        return None
    plan, actual = found.get("plan_matched_share"), found.get("actual_matched_share")
    sentence = f"The plan matched {share(plan)} of the load; the meters say {share(actual)}."
    if plan is not None and actual is not None:
        sentence += f" The difference of {number(100.0 * (actual - plan), 1)} percentage points comes from:"
    entries = [{**cause, "cause": cause["cause"].replace("_", " ")} for cause in found.get("causes") or ()]
    table = listing(
        "Plan and actual, by cause",
        (
            Field.words("cause", "cause"),
            Field.of("matched, actual less plan", "matched_mwh", units.energy),
            Field.of("unmatched, actual less plan", "unmatched_mwh", units.energy),
        ),
        entries,
        note=f"Plan: {found['plan']}." if found.get("plan") else "",
    )
    return Reconciliation(sentence, table)
