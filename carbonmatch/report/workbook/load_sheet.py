"""Load that may be changed, in a workbook: totals, sites and entries, and the months of every site with a check."""

from __future__ import annotations

from typing import Final

import pandas as pd

from carbonmatch.report.tables.columns import Heading, heading
from carbonmatch.report.tables.monthly import local_starts
from carbonmatch.report.workbook.sheet import Sheet, Styles
from carbonmatch.runfolder import RunFolder

TOTALS: Final = ("planned_mwh", "placed_mwh", "served_mwh", "moved_mwh", "sent_mwh", "curtailed_mwh")
FLOWS: Final = (
    *("planned_mwh", "placed_mwh", "moved_out_mwh", "moved_in_mwh", "sent_mwh", "received_mwh", "curtailed_mwh"),
    "served_mwh",
)
_FIRST_FLOW: Final = 2
"""Columns before the flows of a month: the site and the month."""


def write_load(styles: Styles, run: RunFolder, table: pd.DataFrame, rows: pd.DataFrame) -> Sheet:
    """Write what became of the load; the check of every month stays alive beside it.

    table   one row per site and entry;  rows   `load.parquet`
    """
    summary, currency = run.summary, run.summary.get("currency") or ""
    sheet = Sheet(styles, "Load", summary["case"])
    sheet.title(f"{summary['case']}: load, planned and served")
    sheet.line("served = planned + placed - moved out + moved in - sent + received - given up (curtailed)")
    sheet.row += 1
    sheet.heads([Heading("All sites"), Heading("Energy", "MWh", "amount")])
    for key in TOTALS:
        sheet.cell(0, heading(key, currency).title, "text")
        sheet.cell(1, summary["load"][key], "amount")
        sheet.row += 1
    sheet.row += 1
    sheet.line("Sites and what may be changed of their load", bold=True)
    known = table.dropna(axis="columns", how="all")
    sheet.table(known, {name: heading(name, currency) for name in known.columns})
    sheet.row += 1
    sheet.line("By site and month", bold=True)
    month = local_starts(rows, summary["period"]["timezone"]).dt.strftime("%Y-%m").rename("month")
    months = rows.groupby([rows["site"], month], sort=False)[list(FLOWS)].sum().reset_index()
    cells = sheet.table(months, {name: heading(name, currency) for name in months.columns})
    column = _FIRST_FLOW + len(FLOWS)
    for row, (_, told) in zip(cells, months.iterrows(), strict=True):
        plan, placed, out, back, sent, received, lost, served = (f"{letter}{row + 1}" for letter in "CDEFGHIJ")
        off = (
            told["planned_mwh"] + told["placed_mwh"] - told["moved_out_mwh"] + told["moved_in_mwh"]
            - told["sent_mwh"] + told["received_mwh"] - told["curtailed_mwh"] - told["served_mwh"]
        )  # fmt: skip
        sheet.row = row
        formula = f"=ROUND({plan}+{placed}-{out}+{back}-{sent}+{received}-{lost}-{served},3)"
        sheet.formula(column, formula, round(float(off), 3) + 0.0, "amount", largest=0.0)
    sheet.row = cells.start - 1
    sheet.cell(column, "check: difference", "text", bold=True)
    sheet.row = cells.stop
    return sheet
