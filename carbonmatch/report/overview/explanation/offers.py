"""Offers on the page of an explanation: when one that is taken would leave, and one left out would enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from carbonmatch.report.asked_price import asked_text
from carbonmatch.report.numbers import UNKNOWN, Quantity, Units, number, whole, yearly
from carbonmatch.report.overview.table import Column, OverviewTable, Row, Summary

NO_LIMIT: Final = "at any cost"

NOT_ALONE: Final = "not alone"
"""A cost that would have to be below nothing while the others stay."""


VOLUME_AGREED: Final = "a volume is agreed: hourly prices do not tell at which strike it enters or leaves"

AT_MOST: Final = "at most"

AT_MOST_NOTE: Final = (
    "At most: the optimum has other prices as well, from which this may be less. At it or above it the offer is out: "
    "that much is proved."
)


def taken_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the contracts that are taken: what they are worth, when they would leave, what they save."""
    taken = {name: entry for name, entry in summary["contracts"].items() if entry["taken"]}
    exits = [entry["exit"] for entry in taken.values() if entry["exit"]]
    asked = any(entry["no_exit_because"] is None for entry in taken.values())
    saved = _saving(exits, summary)
    # worth something beyond its cost only where a limit holds the size
    earns = {name: _rounded_to_nothing(entry["net_worth_per_mw_year"]) for name, entry in taken.items()}
    held = any(earns.values())
    columns = [
        Column("contract", numeric=False),
        Column("size", units.power.unit),
        Column("strike", units.price.unit),
        Column("capture value", units.price.unit),
        *([Column("one MW more earns", f"{summary['currency']}/year")] if held else []),
    ]
    if asked:
        columns += [
            Column("leaves above", units.price.unit),
            Column("saves", saved.unit),
            Column("saves per MWh", units.price.unit),
        ]
    columns.append(Column("remark", numeric=False))
    rows = []
    for name, entry in taken.items():
        found = entry["exit"] or {}
        cells = [
            name,
            units.power.text(entry["contracted_mw"]),
            asked_text(entry, units),
            units.price.text(entry["capture_value_per_mwh"]),
            *([whole(earns[name])] if held else []),
        ]
        if asked:
            cells += [
                units.price.text(found.get("exit_strike_per_mwh")),
                saved.text(found.get("saved_per_year")),
                units.price.text(found.get("saved_per_mwh")),
            ]
        rows.append((*cells, _remark(entry)))
    note = ""
    if rows and asked:
        note = (
            "Leaves above: the strike from which on the case without the offer would not want it. Saves: what the case "
            "costs more without it. Its size shrinks as its strike rises, and is nothing there."
        )
    return _table("Contracts taken", columns, rows, _with_doubt(note, rows))


def _remark(entry: Mapping[str, Any]) -> str:
    found = entry["exit"]
    if found and found["indispensable"]:
        return "indispensable: without it the target cannot be met"
    if found and found["why_not"]:
        return f"leaving: {found['why_not']}"
    if entry.get("existing"):
        return "already signed"
    words = {"max": "at its largest size", "min": "at its least size", "held": "size held", None: ""}[entry["at"]]
    volume = VOLUME_AGREED if entry.get("net_worth_per_mw_year", 0.0) is None else ""
    doubtful = found and not volume and not found["worth_is_unique"] and not found["is_measured"]
    return "; ".join(part for part in (words, volume, f"leaves: {AT_MOST}" if doubtful else "") if part)


def _with_doubt(note: str, rows: list[Row]) -> str:
    """Return a note that says what `at most` means, where a row says so."""
    return f"{note} {AT_MOST_NOTE}" if any(AT_MOST in row[-1] for row in rows) else note


def left_out_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the offers that are left out: the strike at which each would enter."""
    left = {name: entry for name, entry in summary["contracts"].items() if not entry["taken"]}
    with_fee = any(entry["capacity_fee_per_mw_year"] for entry in left.values())
    fee_unit = f"{summary['currency']}/MW/year"
    columns = [
        Column("offer", numeric=False),
        Column("strike", units.price.unit),
        Column("enters below", units.price.unit),
        Column("too dear by", units.price.unit),
        *([Column("capacity fee", fee_unit), Column("or enters below", fee_unit)] if with_fee else []),
        Column("remark", numeric=False),
    ]
    rows = []
    for name, entry in left.items():
        gap = entry["strike_above_entry_per_mwh"]
        cells = [name, asked_text(entry, units), *(units.price.text(v) for v in (entry["entry_strike_per_mwh"], gap))]
        if with_fee:
            fee, enters = entry["capacity_fee_per_mw_year"], entry["entry_fee_per_mw_year"]
            cells += [whole(fee), UNKNOWN if fee is None else _threshold(enters)]
        doubtful = not entry["worth_is_unique"] and not entry["entry_is_measured"]
        volume = VOLUME_AGREED if entry["net_worth_per_mw_year"] is None else ""
        rows.append((*cells, "held at no size" if entry["at"] == "held" else volume or (AT_MOST if doubtful else "")))
    note = "One condition changes at a time, all else stays as it is." if rows else ""
    return _table("Contracts left out", columns, rows, _with_doubt(note, rows))


# --- storage ----------------------------------------------------------------------------------------------------------


def storage_taken_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the storage that is taken: what it may cost before it leaves, what it saves."""
    taken = {name: entry for name, entry in summary["storage"].items() if entry["taken"]}
    asked = any(entry["no_exit_because"] is None for entry in taken.values())
    saved = _saving([entry["exit"] for entry in taken.values() if entry["exit"]], summary)
    per_mw, per_mwh = (f"{summary['currency']}/{unit}/year" for unit in ("MW", "MWh"))
    columns = [
        Column("storage", numeric=False),
        Column("power", units.power.unit),
        Column("energy", units.stored.unit),
        Column("power cost", per_mw),
        *([Column("leaves above", per_mw)] if asked else []),
        Column("energy cost", per_mwh),
        *([Column("leaves above", per_mwh), Column("saves", saved.unit)] if asked else []),
        Column("remark", numeric=False),
    ]
    rows = []
    for name, entry in taken.items():
        found = entry["exit"] or {}
        cells = [name, units.power.text(entry["power_mw"]), units.stored.text(entry["energy_mwh"])]
        for kind in ("power_cost_per_mw_year", "energy_cost_per_mwh_year"):
            cells.append(whole(entry[kind]))
            if asked:
                cells.append(_threshold(found[f"exit_{kind}"]) if f"exit_{kind}" in found else UNKNOWN)
        if asked:
            cells.append(saved.text(found.get("saved_per_year")))
        rows.append((*cells, _remark(entry)))
    note = "Leaves above: one cost at a time, the other stays as it is." if rows and asked else ""
    return _table("Storage taken", columns, rows, _with_doubt(note, rows))


def storage_left_out_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the storage that is left out: the cost at which it would enter."""
    left = {name: entry for name, entry in summary["storage"].items() if not entry["taken"]}
    per_mw, per_mwh = (f"{summary['currency']}/{unit}/year" for unit in ("MW", "MWh"))
    rows = []
    for name, entry in left.items():
        enters = entry["entry"]
        cells = [name]
        for kind in ("power_cost_per_mw_year", "energy_cost_per_mwh_year"):
            cells += [whole(entry[kind]), _threshold(enters[kind])]
        hours = enters["duration_hours"]
        cells.append(UNKNOWN if hours is None else number(hours, 1))
        rows.append((*cells, "" if entry["worth_is_unique"] else AT_MOST))
    columns = [
        Column("storage", numeric=False),
        Column("power cost", per_mw),
        Column("enters below", per_mw),
        Column("energy cost", per_mwh),
        Column("or enters below", per_mwh),
        Column("with a duration of", "h"),
        Column("remark", numeric=False),
    ]
    note = "One cost at a time, the other stays as it is." if rows else ""
    return _table("Storage left out", columns, rows, _with_doubt(note, rows))


def _threshold(cost: float | None) -> str:
    """Write the cost at which an offer enters or leaves; None: it earns without limit whatever that is."""
    if cost is None:
        return NO_LIMIT
    return whole(cost) if cost >= 0.0 else NOT_ALONE


def _table(title: str, columns: list[Column], rows: list[Row], note: str) -> OverviewTable:
    """Return a table whose last column holds remarks, or without them where there are none."""
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return OverviewTable(title, tuple(columns), tuple(rows), note=note)


def _saving(exits: Iterable[Mapping[str, Any]], summary: Summary) -> Quantity:
    return yearly([found["saved_per_year"] for found in exits if "saved_per_year" in found], summary["currency"])


def _rounded_to_nothing(amount: float | None) -> float | None:
    return 0.0 if amount is not None and abs(amount) < 0.5 else amount
