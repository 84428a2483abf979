"""The tables of a run that are handed on: flat, one row per thing, names with their unit at the end.

A number has a column of its own type. Where a column would hold numbers and words, there are two: `value` and `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from carbonmatch.components import SALES_COMPONENTS
from carbonmatch.report.provenance import run_sha256
from carbonmatch.report.run_tables import RunTables
from carbonmatch.report.tables.columns import heading, heading_of_key
from carbonmatch.report.tables.load import COLUMNS as LOAD_COLUMNS
from carbonmatch.report.tables.load import load_rows
from carbonmatch.report.tables.monthly import monthly_table
from carbonmatch.runfolder import RunFolder
from carbonmatch.units import PRIMAL_TOLERANCE

_OWN_TABLE: Final = frozenset({"contracts", "eligibility", "storage", "grid", "frameworks", "certificates"})
"""Parts of the summary that have a table of their own, or are for the certificates alone."""


@dataclass(frozen=True)
class FlatTable:
    """A table that is handed on: its name, what it holds, and who builds it (None where the run has no such thing)."""

    name: str
    holds: str
    build: Callable[[RunFolder, RunTables], pd.DataFrame | None]


def summary_items(summary: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every number and word of a summary that stands in no table of its own, with its key; no lists."""

    def walk(entries: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        for key, value in entries.items():
            if isinstance(value, Mapping):
                yield from walk(value, (*path, key))
            elif not isinstance(value, list):
                yield (*path, key), value

    own = {key: value for key, value in summary.items() if key not in _OWN_TABLE}
    if own.get("load"):  # its totals; sites and placements have a table of their own
        own["load"] = {key: value for key, value in own["load"].items() if not isinstance(value, Mapping)}
    yield from walk(own, ())


def summary_table(run: RunFolder) -> pd.DataFrame:
    """Return the summary, one row per key."""
    currency = run.summary.get("currency") or ""
    rows = [
        {"key": ".".join(path), **value_and_text(value), "unit": _written_unit(heading_of_key(path, currency).unit)}
        for path, value in summary_items(run.summary)
    ]
    return _typed(rows, ["key", "value", "text", "unit"])


def _written_unit(unit: str) -> str:
    """Return the unit of a number as it is written: shares are written in 0..1, a stamp names UTC itself."""
    return {"%": "share of 1", "UTC": ""}.get(unit, unit)


def value_and_text(value: Any) -> dict[str, Any]:
    """Return a value in the two columns that may hold it."""
    if isinstance(value, bool):
        return {"value": None, "text": str(value).lower()}
    if isinstance(value, int | float):
        return {"value": value, "text": None}
    return {"value": None, "text": None if value is None else str(value)}


def entries_table(entries: Mapping[str, Mapping[str, Any]], name: str, currency: str) -> pd.DataFrame:
    """Return one row per entry of a part of the summary, its name first; what no entry knows is left out."""
    rows = [{name: key, **entry} for key, entry in entries.items()]
    columns = [
        column
        for column in dict.fromkeys(key for row in rows for key in row)
        if any(row.get(column) is not None and not isinstance(row[column], Mapping) for row in rows)
    ]
    return _typed(rows, columns or [name], currency)


def eligibility_frame(run: RunFolder) -> pd.DataFrame | None:
    """Return which claims each contract counts for, and why not, one row per contract and claim."""
    rows = [
        {"contract": name, "claim": claim, **told}
        for name, claims in (run.summary.get("eligibility") or {}).items()
        for claim, told in claims.items()
    ]
    return _typed(rows, ["contract", "claim", "counts", "deliverable_share", "why_not"]) if rows else None


def bill_table(run: RunFolder) -> pd.DataFrame | None:
    """Return what tariffs bill: peaks by charge and month, amounts by component; None where no site has a tariff."""
    rows: list[dict[str, Any]] = []
    for name, site in (run.summary.get("grid") or {}).items():
        for charge, months in (site.get("billed_peak_mw") or {}).items():
            peaks = [{"month": month, "billed_peak_mw": peak} for month, peak in months.items()]
            rows += [{"site": name, "charge": charge, **peak} for peak in peaks]
        charges = (site.get("charges") or {}).items()
        rows += [{"site": name, "charge": component, "amount": amount} for component, amount in charges]
    columns = ("site", "charge", "month", "billed_peak_mw", "amount")
    return _typed(rows, columns, run.summary.get("currency") or "") if rows else None


def load_table(run: RunFolder) -> pd.DataFrame | None:
    """Return planned and served load, and what was moved, given up and placed; None where none may be changed."""
    rows = load_rows(run.summary)
    return _typed(rows, LOAD_COLUMNS, run.summary.get("currency") or "") if rows else None


def cost_table(run: RunFolder) -> pd.DataFrame | None:
    """Return cost by component; then gross, sales and net. None where the run knows no cost."""
    cost, load = run.summary.get("cost"), run.summary["load_mwh"]
    if cost is None:
        return None
    rows = [("component", key, amount) for key, amount in cost["components"].items() if key not in SALES_COMPONENTS]
    rows += [("total", "total_gross", cost["total"]), ("component", "surplus_sales", -cost["sales"])]
    rows += [("total", "net_of_sales", cost["net_of_sales"])]
    return _typed(
        [
            {
                "row": row,
                "component": key,
                "amount": amount,
                "currency": run.summary["currency"],
                "per_mwh_load": amount / load if load > 0.0 else None,
            }
            for row, key, amount in rows
        ],
        ["row", "component", "amount", "currency", "per_mwh_load"],
    )


def scores_table(run: RunFolder) -> pd.DataFrame:
    """Return every score of the portfolio (zone empty), then of every zone."""
    zones = {"": run.summary["scores"], **{name: zone["scores"] for name, zone in run.summary["zones"].items()}}
    rows = [
        {"zone": zone, "score": key, **value_and_text(value), "unit": _written_unit(heading(key, "").unit)}
        for zone, scores in zones.items()
        for key, value in scores.items()
    ]
    return _typed(rows, ["zone", "score", "value", "text", "unit"])


SCOPE2_COLUMNS: Final = (
    "rules",
    "row",
    "method",
    "zone",
    "tier",
    "instrument",
    "mwh",
    "factor_g_per_kwh",
    "emissions_t",
    "source",
    "vintage",
    "granularity",
    "deliverability",
    "note",
)


def scope2_table(run: RunFolder) -> pd.DataFrame | None:
    """Return Scope 2 under every set of rules, one row per method, tier and instrument, and a total per method."""
    profiles = run.summary.get("scope2")
    if not profiles:
        return None
    rows: list[dict[str, Any]] = []
    changed = (run.summary.get("load") or {}).get("note")
    for rules, statement in profiles.items():
        for method in dict.fromkeys(line["method"] for line in statement["lines"]):
            lines = [line for line in statement["lines"] if line["method"] == method]
            rows += [{"rules": rules, "row": "line", **line, "note": ""} for line in lines]
            total = _scope2_total(rules, method, statement, [line["mwh"] for line in lines])
            rows.append({**total, "note": f"{total['note']} {changed}" if changed else total["note"]})
    return _typed(rows, SCOPE2_COLUMNS)


def _scope2_total(rules: str, method: str, statement: Mapping[str, Any], mwh: Sequence[float]) -> dict[str, Any]:
    load, total = statement["load_mwh"], sum(mwh)
    count = "1 line is" if len(mwh) == 1 else f"{len(mwh)} lines add up to"
    note = f"{count} the load of {load:,.3f} MWh"
    if abs(total - load) > PRIMAL_TOLERANCE * load:
        note += f" but for {total - load:,.3f} MWh"
    emitted = statement.get(f"{method}_t")
    if emitted is None:
        note += "; emissions are not known, for some line has no factor"
    note += f". {statement['title']}: {statement['status']}"
    blank = dict.fromkeys(("zone", "tier", "instrument", "source", "vintage", "granularity", "deliverability"), "")
    return {
        "rules": rules,
        "row": "total",
        "method": method,
        **blank,
        "mwh": total,
        "factor_g_per_kwh": None,
        "emissions_t": emitted,
        "note": note,
    }


def frameworks_table(run: RunFolder) -> pd.DataFrame | None:
    """Return the fields of every reporting framework, one row per field."""
    columns = ("framework", "title", "version", "id", "label", "zone", "value", "text", "unit", "note")
    rows = [
        {
            **{key: framework.get(key, "") for key in ("framework", "title", "version")},
            **{key: field.get(key, "") for key in ("id", "label", "zone", "unit", "note")},
            **value_and_text(field.get("value")),
        }
        for framework in run.summary.get("frameworks") or []
        for field in framework["fields"]
    ]
    return _typed(rows, columns) if rows else None


def assumptions_table(run: RunFolder) -> pd.DataFrame | None:
    """Return what the case states, key by key, with the source that it names."""
    known = run.manifest.get("assumptions")
    return _typed(known, ["key", "value", "source"], texts=True) if known else None


def with_run(frame: pd.DataFrame, run: RunFolder) -> pd.DataFrame:
    """Return a table whose rows name their case and their run: for a file that is sent on alone."""
    return frame.assign(case=run.summary["case"], run_sha256=run_sha256(run))


def _typed(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], currency: str = "", *, texts: bool = False
) -> pd.DataFrame:
    """Return rows as a frame; a column is of numbers, of yes and no, or of text, known or not."""
    frame = {}
    for name in columns:
        cells = [row.get(name) for row in rows]
        known = [cell for cell in cells if cell is not None]
        numeric = name == "value" or heading(name, currency).kind not in {"text", "stamp", "month", "day"}
        if not texts and known and all(isinstance(cell, bool) for cell in known):
            frame[name] = pd.Series(cells, dtype="boolean")
        elif not texts and numeric:
            frame[name] = pd.Series(cells, dtype="float64")
        else:
            frame[name] = pd.Series([None if cell is None else str(cell) for cell in cells], dtype="string")
    return pd.DataFrame(frame)


def _part(key: str, name: str) -> Callable[[RunFolder, RunTables], pd.DataFrame | None]:
    def build(run: RunFolder, _: RunTables) -> pd.DataFrame | None:
        entries = run.summary.get(key)
        return entries_table(entries, name, run.summary.get("currency") or "") if entries else None

    return build


def _if_any(frame: pd.DataFrame) -> pd.DataFrame | None:
    return frame if len(frame) else None


FLAT_TABLES: Final = (
    FlatTable(
        "summary", "every number of summary.json that has no table of its own", lambda run, _: summary_table(run)
    ),
    FlatTable("contracts", "one row per contract: size, volumes, cost", _part("contracts", "contract")),
    FlatTable(
        "eligibility", "which claims each contract counts for, and why not", lambda run, _: eligibility_frame(run)
    ),
    FlatTable("storage", "one row per storage: size, flows, cost", _part("storage", "storage")),
    FlatTable("grid", "one row per site: load, retail supply, firm capacity", _part("grid", "site")),
    FlatTable("bill", "what the tariff of each site bills: peaks by month, amounts", lambda run, _: bill_table(run)),
    FlatTable("load", "load that may be changed: by site, then by entry", lambda run, _: load_table(run)),
    FlatTable("cost", "cost by component, gross and net of sales", lambda run, _: cost_table(run)),
    FlatTable("scores", "scores of the portfolio (zone empty) and of every zone", lambda run, _: scores_table(run)),
    FlatTable("scope2", "Scope 2 line by line, under every set of rules", lambda run, _: scope2_table(run)),
    FlatTable("frameworks", "fields of reporting frameworks", lambda run, _: frameworks_table(run)),
    FlatTable("assumptions", "what the case states, with its sources", lambda run, _: assumptions_table(run)),
    FlatTable("monthly", "the ledger, per zone and local month", lambda run, tables: monthly_table(run, tables.hourly)),
    FlatTable("hourly", "the ledger, per zone and step", lambda _, tables: tables.hourly),
    FlatTable("hourly_contracts", "generation, per contract and step", lambda _, tables: tables.contracts),
    FlatTable("hourly_storage", "charge and discharge, per storage and step", lambda _, tables: tables.storage),
    FlatTable("hourly_load", "planned and served load, per site and step", lambda _, tables: _if_any(tables.load)),
    FlatTable(
        "hourly_load_entries",
        "what was moved, given up or placed, per entry and step",
        lambda _, tables: _if_any(tables.load_entries),
    ),
    FlatTable("claims", "which generation met which load, one row per claim", lambda _, tables: tables.claims),
    FlatTable("links", "which generation each discharge drew on, one row per link", lambda _, tables: tables.links),
)
"""In the order in which a reader meets them."""
