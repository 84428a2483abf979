"""The workbook on a run: every number of the summary and of the hourly tables, one sheet per subject, for Excel."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter

from carbonmatch.components import component_words
from carbonmatch.report.provenance import provenance
from carbonmatch.report.run_tables import RunTables
from carbonmatch.report.tables.columns import Heading, heading, heading_of_key
from carbonmatch.report.tables.flat import (
    assumptions_table,
    cost_table,
    eligibility_frame,
    entries_table,
    frameworks_table,
    load_table,
    scope2_table,
    summary_items,
)
from carbonmatch.report.workbook.ledger_sheets import hourly_frame, write_hourly, write_monthly
from carbonmatch.report.workbook.load_sheet import write_load
from carbonmatch.report.workbook.sheet import Sheet, Styles, plain_value
from carbonmatch.runfolder import RunFolder
from carbonmatch.units import MONEY_TOLERANCE

CREATED: Final = datetime(2000, 1, 1)
"""The date in the properties: always the same, so that the same run gives the same bytes."""

HEADLINE: Final[tuple[tuple[str, ...], ...]] = (
    ("load_mwh",),
    ("scores", "hourly_matched_share"),
    ("scores", "cfe_score"),
    ("scores", "annual_volumetric_share"),
    ("cost", "net_of_sales_per_mwh_load"),
    ("cost", "net_of_sales"),
    ("emissions", "scope2_location_based_t"),
    ("scope2", "ghgp_2015", "market_based_t"),
    ("scope2", "ghgp_revision_draft", "market_based_t"),
    ("compute", "cost", "net_of_sales_per_million_tokens"),
    ("compute", "cost", "net_of_sales_share_of_compute_cost"),
    ("compute", "emissions", "ghgp_revision_draft", "market_based_g_per_million_tokens"),
    ("compute", "portfolio", "contracted_mw_per_it_mw"),
    ("compute", "portfolio", "storage_energy_mwh_per_it_mw"),
)
"""What a reader looks for first."""


SCOPE2_FIGURES: Final = (
    *("load_mwh", "location_based_t", "market_based_t"),
    *("claimed_mwh", "claimed_share", "excess_not_claimed_mwh"),
)
"""Of every set of rules, side by side."""


def write_workbook(run: RunFolder, tables: RunTables, path: Path) -> None:
    """Write the workbook on a run; the same run gives the same bytes.

    Raises:
        InputError: the hourly ledger has more rows than a sheet can hold.
    """
    hourly = hourly_frame(run, tables)
    memory = io.BytesIO()
    case = str(run.summary["case"])
    with xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False}) as book:
        styles = Styles(book)
        _properties(book, run)
        sheets = [_summary_sheet(styles, run), _portfolio_sheet(styles, run)]
        if (load := load_table(run)) is not None:
            sheets.append(write_load(styles, run, load, tables.load))
        if (cost := cost_table(run)) is not None:
            sheets.append(_cost_sheet(styles, run, cost))
        sheets += [_scores_sheet(styles, run), _scope2_sheet(styles, run)]
        if (frameworks := frameworks_table(run)) is not None:
            sheets.append(_frameworks_sheet(styles, case, frameworks))
        sheets += [write_monthly(styles, run, tables.hourly), write_hourly(styles, case, hourly)]
        sheets += [_assumptions_sheet(styles, run), _provenance_sheet(styles, run, hourly.left_out)]
        for sheet in sheets:
            sheet.close()
    path.write_bytes(memory.getvalue())


def _properties(book: Any, run: RunFolder) -> None:
    summary, origin = run.summary, provenance(run)
    book.set_properties(
        {
            "title": f"{summary['case']}: hourly matching with carbon-free energy",
            "subject": f"{origin['period_start']} to {origin['period_end']}, {origin['timezone']}",
            "author": "carbonmatch",
            "comments": f"Run {origin['run_sha256']} (SHA-256 of its summary.json)",
            "created": CREATED,
        }
    )


def _headings(frame: pd.DataFrame, currency: str) -> dict[str, Heading]:
    return {name: heading(name, currency) for name in frame.columns}


def _currency(run: RunFolder) -> str:
    return run.summary.get("currency") or ""


def _unit_beside(told: Heading) -> str:
    """Return the unit for a cell of its own; a share carries its sign in the number."""
    return "" if told.kind == "share" else told.unit


def _value_at(summary: Mapping[str, Any], path: Iterable[str]) -> Any:
    found: Any = summary
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _summary_sheet(styles: Styles, run: RunFolder) -> Sheet:
    summary, currency = run.summary, _currency(run)
    sheet = Sheet(styles, "Summary", summary["case"])
    sheet.title(f"{summary['case']}: summary")
    made = "actual meters and generation" if summary.get("kind") == "metered" else "a plan of least cost"
    sheet.line(f"Kind of run: {made}. Verified: {'yes' if summary.get('verified') else 'no'}.")
    sheet.row += 1
    columns = [Heading("Item"), Heading("Value", kind="amount"), Heading("Unit"), Heading("Key in summary.json")]
    sheet.line("In short", bold=True)
    sheet.heads(columns)
    for path in HEADLINE:
        if (value := _value_at(summary, path)) is not None:
            title = _rules_title(summary, path) or heading_of_key(path, currency).title
            _key_row(sheet, title, path, value, currency)
    warnings = summary.get("warnings") or []
    if warnings:
        sheet.row += 1
        sheet.line("What a reader should know", bold=True)
        for warning in warnings:
            sheet.line(warning)
    sheet.row += 1
    sheet.line("Every figure that has no sheet of its own", bold=True)
    sheet.heads(columns)
    for path, value in summary_items(summary):
        _key_row(sheet, heading_of_key(path, currency).title, path, value, currency)
    return sheet


def _rules_title(summary: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """Return the name of a Scope 2 figure with the rules that it follows."""
    if path[0] != "scope2":
        return ""
    return f"Scope 2, market-based: {_value_at(summary, (*path[:-1], 'title')) or path[1]}"


def _key_row(sheet: Sheet, title: str, path: tuple[str, ...], value: Any, currency: str) -> None:
    told = heading_of_key(path, currency)
    sheet.cell(0, title, "text")
    sheet.cell(1, value, told.kind)
    sheet.cell(2, _unit_beside(told) if value is not None else "not known", "text")
    sheet.cell(3, ".".join(path), "text")
    sheet.row += 1


def _portfolio_sheet(styles: Styles, run: RunFolder) -> Sheet:
    summary, currency = run.summary, _currency(run)
    sheet = Sheet(styles, "Portfolio", summary["case"])
    sheet.title(f"{summary['case']}: portfolio")
    for key, name, title in (
        ("contracts", "contract", "Contracts"),
        ("storage", "storage", "Storage"),
        ("grid", "site", "Sites and their supply from the grid"),
    ):
        sheet.line(title, bold=True)
        if entries := summary.get(key):
            frame = entries_table(entries, name, currency)
            sheet.table(frame, _headings(frame, currency))
        else:
            sheet.line("none")
        sheet.row += 1
    if (counting := eligibility_frame(run)) is not None:
        sheet.line("What counts for which claims", bold=True)
        words = counting["counts"].map({True: "yes", False: "no"})
        shown = counting.assign(counts=words, claim=counting["claim"].str.replace("_", " "))
        sheet.table(shown, _headings(shown, currency))
    return sheet


def _cost_sheet(styles: Styles, run: RunFolder, frame: pd.DataFrame) -> Sheet:
    summary, currency = run.summary, _currency(run)
    sheet = Sheet(styles, "Cost", summary["case"])
    sheet.title(f"{summary['case']}: cost over the period")
    cost = summary["cost"]
    largest = max(abs(cost["total"]), abs(cost["net_of_sales"]))
    shown = frame.drop(columns=["row", "currency"]).assign(
        component=[component_words(str(name)) for name in frame["component"]]
    )
    rows = sheet.table(shown, _headings(shown, currency))
    parts = [row for row, kind in zip(rows, frame["row"], strict=True) if kind == "component"]
    cells = "+".join(f"B{row + 1}" for row in parts)
    net = rows.stop  # the last row, counted from 1
    check = sum(summary["cost"]["components"].values()) - cost["net_of_sales"]
    sheet.cell(0, "check: components less net of sales", "text", bold=True)
    sheet.formula(1, f"=ROUND({cells}-B{net},2)", _cents(check, largest), "price", largest=largest)
    sheet.row += 2
    for key, name, title in (("contracts", "contract", "By contract"), ("storage", "storage", "By storage")):
        entries = {each: {"cost": entry["cost"]} for each, entry in summary[key].items() if entry["cost"] is not None}
        if entries:
            sheet.line(title, bold=True)
            block = entries_table(entries, name, currency)
            sheet.table(block, _headings(block, currency))
            sheet.row += 1
    return sheet


def _cents(difference: float, largest: float) -> float:
    """Return a difference in cents; what is the noise of a sum is none."""
    return 0.0 if abs(difference) <= MONEY_TOLERANCE * largest else round(difference, 2)


def _scores_sheet(styles: Styles, run: RunFolder) -> Sheet:
    summary = run.summary
    sheet = Sheet(styles, "Scores", summary["case"])
    sheet.title(f"{summary['case']}: scores")
    zones = {"Portfolio": summary["scores"], **{name: zone["scores"] for name, zone in summary["zones"].items()}}
    sheet.heads([Heading("Score"), Heading("Unit"), *(Heading(name, kind="amount") for name in zones)])
    for key in summary["scores"]:
        told = heading(key, "")
        sheet.cell(0, told.title, "text")
        sheet.cell(1, _unit_beside(told), "text")
        for column, scores in enumerate(zones.values(), start=2):
            sheet.cell(column, scores.get(key), told.kind)
        sheet.row += 1
    reconciliation = summary.get("reconciliation")
    if reconciliation:
        sheet.row += 1
        sheet.line("Against the plan", bold=True)
        for key, value in reconciliation.items():
            if not isinstance(value, list | dict):
                sheet.cell(0, heading(key, "").title, "text")
                sheet.cell(2, value, heading(key, "").kind)
                sheet.row += 1
        _list_block(sheet, reconciliation.get("causes") or [], "")
    return sheet


def _list_block(sheet: Sheet, entries: list[dict[str, Any]], currency: str) -> None:
    """Write a list of a summary as a table, whose first column names the row."""
    if not entries:
        return
    name = next(iter(entries[0]))
    frame = entries_table({str(i): entry for i, entry in enumerate(entries)}, "number", currency)
    frame = frame.drop(columns="number")
    if name in frame.columns:
        sheet.table(frame, _headings(frame, currency))


def _scope2_sheet(styles: Styles, run: RunFolder) -> Sheet:
    summary = run.summary
    sheet = Sheet(styles, "Scope 2", summary["case"])
    sheet.title(f"{summary['case']}: Scope 2 emissions of the electricity consumed")
    profiles = summary.get("scope2") or {}
    if profiles:
        sheet.heads([Heading("Figure"), Heading("Unit"), *(Heading(rules, kind="amount") for rules in profiles)])
        for key in SCOPE2_FIGURES:
            told = heading(key, "")
            sheet.cell(0, told.title, "text")
            sheet.cell(1, _unit_beside(told), "text")
            for column, statement in enumerate(profiles.values(), start=2):
                sheet.cell(column, statement.get(key), told.kind)
            sheet.row += 1
        sheet.row += 1
    for rules, statement in profiles.items():
        sheet.line(f"{rules}: {statement['title']}. {statement['status']}")
        for note in statement.get("notes") or []:
            sheet.line(f"{rules}: {note}")
    sheet.row += 1
    frame = scope2_table(run)
    if frame is None:
        sheet.line("Not known: the run was written before Scope 2 was accounted for line by line.")
        _figures(sheet, {"emissions": summary.get("emissions") or {}})
    else:
        sheet.line("Line by line", bold=True)
        sheet.table(frame.assign(vintage=[_vintage(text) for text in frame["vintage"]]), _headings(frame, ""))
    sheet.row += 1
    _statements_apart(sheet, summary)
    return sheet


def _vintage(text: Any) -> Any:
    """Return a year as a number, and other words as they are."""
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) == 4 else text


def _statements_apart(sheet: Sheet, summary: Mapping[str, Any]) -> None:
    """Write what stands beside the inventory and is never netted with it."""
    avoided = summary.get("avoided_emissions")
    if avoided:
        sheet.line("Avoided emissions: outside Scope 2, never subtracted from it", bold=True)
        _figures(sheet, {"avoided_emissions": avoided})
        sheet.line(" ".join(text for text in (avoided.get("note"), avoided.get("source")) if text))
        sheet.row += 1
    embodied = summary.get("embodied_emissions")
    if embodied:
        sheet.line("Embodied emissions: outside Scope 2, never added to it", bold=True)
        _figures(sheet, {"embodied_emissions": embodied})
        sheet.line(embodied.get("note") or "")
        _list_block(sheet, embodied.get("lines") or [], "")
        sheet.row += 1
    if quality := summary.get("data_quality"):
        sheet.line("How each series is known", bold=True)
        _list_block(sheet, quality, "")


def _figures(sheet: Sheet, part: Mapping[str, Any]) -> None:
    """Write the numbers of a part of the summary, with their units."""
    for path, value in summary_items(part):
        if isinstance(value, int | float):
            told = heading_of_key(path, "")
            sheet.cell(0, told.title, "text")
            sheet.cell(1, _unit_beside(told), "text")
            sheet.cell(2, value, told.kind)
            sheet.row += 1


def _frameworks_sheet(styles: Styles, case: str, frame: pd.DataFrame) -> Sheet:
    sheet = Sheet(styles, "Frameworks", case)
    words = {"true": "yes", "false": "no"}
    value = [
        words.get(text, text) if pd.isna(number) else number
        for number, text in zip(frame["value"], frame["text"], strict=True)
    ]
    shown = frame.drop(columns="text").assign(value=pd.Series(value, dtype=object))
    headings = _headings(shown, "") | {"value": Heading("Value", kind="amount")}
    sheet.table(shown, headings, alone=True)
    # Numbers of clauses and versions are names: 1.10 is not 1.1.
    sheet.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return sheet


def _assumptions_sheet(styles: Styles, run: RunFolder) -> Sheet:
    sheet = Sheet(styles, "Assumptions", run.summary["case"])
    frame = assumptions_table(run)
    if frame is None:
        sheet.title(f"{run.summary['case']}: assumptions")
        sheet.line("Not known: the manifest of the run does not list what the case states.")
        return sheet
    top = sheet.row
    sheet.table(frame.iloc[:0], _headings(frame, ""), alone=True)
    for key, value, source in frame.itertuples(index=False):
        sheet.cell(0, key, "text")
        plain, kind = plain_value(value) if isinstance(value, str) else (value, "text")
        sheet.cell(1, plain, kind)
        sheet.cell(2, source, "text")
        sheet.row += 1
    sheet.sheet.autofilter(top, 0, sheet.row - 1, 2)
    return sheet


def _provenance_sheet(styles: Styles, run: RunFolder, left_out: list[str]) -> Sheet:
    sheet = Sheet(styles, "Provenance", run.summary["case"])
    sheet.title(f"{run.summary['case']}: where these numbers came from")
    sheet.line("Every number is taken from the run folder that is named here by the hashes of its files.")
    sheet.row += 1
    sheet.heads([Heading("What"), Heading("Value")])
    for path, value in _leaves(provenance(run), ()):
        plain, kind = plain_value(value) if isinstance(value, str) else (value, heading(path[-1], "").kind)
        sheet.cell(0, ": ".join(part.replace("_", " ") for part in path), "text")
        sheet.cell(1, plain, kind)
        sheet.row += 1
    for sentence in left_out:
        sheet.line(sentence)
    return sheet


def _leaves(value: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from _leaves(part, (*path, str(number)))
    elif value is not None:
        yield path, value
