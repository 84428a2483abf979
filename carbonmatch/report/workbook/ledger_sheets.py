"""The ledger in a workbook: one row per zone and step with the contracts beside it, and the same by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from carbonmatch.errors import Fault, InputError
from carbonmatch.report.run_tables import RunTables
from carbonmatch.report.tables.columns import Heading, heading
from carbonmatch.report.tables.monthly import is_summed, local_starts, monthly_table
from carbonmatch.report.workbook.sheet import A3, Sheet, Styles
from carbonmatch.runfolder import RunFolder

MOST_ROWS: Final = 1_048_576
"""What a sheet of Excel can hold, the headings among them."""

MOST_CONTRACT_COLUMNS: Final = 60
"""More columns of contracts than this beside the ledger, and nobody finds anything."""


@dataclass(frozen=True, eq=False)
class HourlyFrame:
    """The table of the sheet Hourly: cells, headings, and what is said about columns that it leaves out."""

    frame: pd.DataFrame
    headings: dict[str, Heading]
    left_out: list[str]


def hourly_frame(run: RunFolder, tables: RunTables) -> HourlyFrame:
    """Return the ledger with both clocks, and the generation of each contract in the rows of its zone.

    Raises:
        InputError: there are more rows than a sheet can hold.
    """
    hourly, currency = tables.hourly, run.summary.get("currency") or ""
    if len(hourly) + 1 > MOST_ROWS:
        what = (
            f"has {len(hourly):,} rows of hourly data, and a sheet of a workbook holds {MOST_ROWS - 1:,}; "
            "ask for --format csv or --format parquet"
        )
        raise InputError([Fault(str(run.path), what)])
    timezone = run.summary["period"]["timezone"]
    unknown = [name for name in hourly.columns if hourly[name].isna().all()] if len(hourly) else []
    left_out = [f"Not in Hourly, because the case gives no values: {', '.join(unknown)}."] if unknown else []
    frame = hourly.drop(columns=unknown)
    frame.insert(1, "interval_start_local", local_starts(hourly, timezone))
    headings = {name: heading(name, currency) for name in frame.columns}
    headings["interval_start_utc"] = Heading("Start", "UTC", "stamp")
    headings["interval_start_local"] = Heading("Start, local", timezone, "stamp")
    beside, beside_headings = _contract_columns(hourly, tables.contracts)
    if beside.shape[1] > MOST_CONTRACT_COLUMNS:
        left_out.append(
            "Contracts are too many to stand beside the ledger in Hourly: see contracts.parquet of the run."
        )
        return HourlyFrame(frame, headings, left_out)
    return HourlyFrame(pd.concat([frame, beside], axis=1), headings | beside_headings, left_out)


def _contract_columns(hourly: pd.DataFrame, contracts: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Heading]]:
    """Return where the generation of each contract went, in the rows of the ledger; empty in rows of other zones."""
    columns: dict[str, np.typing.NDArray[np.float64]] = {}
    headings: dict[str, Heading] = {}
    flows = [name for name in contracts.columns if name.endswith("_mwh")]
    rows = pd.MultiIndex.from_frame(hourly[["zone", "interval_start_utc"]])
    for contract, account in contracts.groupby("contract", sort=False):
        place = rows.get_indexer(pd.MultiIndex.from_frame(account[["zone", "interval_start_utc"]]))
        for name in flows:
            cells = np.full(len(hourly), np.nan)
            cells[place[place >= 0]] = account[name].to_numpy()[place >= 0]
            columns[f"{contract}.{name}"] = cells
            told = heading(name, "")
            headings[f"{contract}.{name}"] = Heading(f"{contract}: {told.title.lower()}", told.unit, told.kind)
    return pd.DataFrame(columns, index=hourly.index), headings


def write_hourly(styles: Styles, case: str, hourly: HourlyFrame) -> Sheet:
    """Write the ledger, step by step."""
    sheet = Sheet(styles, "Hourly", case, paper=A3)
    sheet.table(hourly.frame, hourly.headings, alone=True)
    sheet.sheet.freeze_panes(1, 3)
    sheet.sheet.repeat_columns(0, 2)
    return sheet


def write_monthly(styles: Styles, run: RunFolder, hourly: pd.DataFrame) -> Sheet:
    """Write the months, with sums that stay alive below them, set against the totals of the summary."""
    currency = run.summary.get("currency") or ""
    sheet = Sheet(styles, "Monthly", run.summary["case"], paper=A3)
    months = monthly_table(run, hourly)
    months = months.drop(columns=[name for name in months.columns if months[name].isna().all()])
    headings = {name: heading(name, currency) for name in months.columns}
    sheet.table(months, headings, alone=True)
    sheet.sheet.freeze_panes(1, 2)
    sheet.sheet.repeat_columns(0, 1)
    first = 1
    for zone, part in months.groupby("zone", sort=False):
        _totals(sheet, str(zone), part, (first + 1, first + len(part)), run.summary["zones"].get(zone, {}))
        first += len(part)
    return sheet


def _totals(sheet: Sheet, zone: str, part: pd.DataFrame, rows: tuple[int, int], told: dict[str, float]) -> None:
    """Write the sums of one zone, its totals by the summary, and the difference, below the table.

    rows   the first and the last row of the zone, counted from 1
    """
    sums = {name: float(part[name].sum()) for name in part.columns if is_summed(name)}
    sheet.row += 1
    sheet.cell(0, zone, "text", bold=True)
    sheet.cell(1, "sum of the months", "text", bold=True)
    total = sheet.row + 1
    place = {name: (i, xl_col_to_name(i)) for i, name in enumerate(part.columns)}
    for name, value in sums.items():
        i, letters = place[name]
        formula = f"=SUM({letters}{rows[0]}:{letters}{rows[1]})"
        sheet.formula(i, formula, value, heading(name, "").kind, largest=abs(value))
    sheet.row += 1
    sheet.cell(0, zone, "text")
    sheet.cell(1, "summary.json", "text")
    known = {name: told[name] for name in sums if told.get(name) is not None}
    for name, value in known.items():
        sheet.cell(place[name][0], value, heading(name, "").kind)
    sheet.row += 1
    sheet.cell(0, zone, "text")
    sheet.cell(1, "check: difference", "text")
    for name, value in known.items():
        i, letters = place[name]
        difference = round(sums[name] - value, 6) + 0.0
        sheet.formula(i, f"=ROUND({letters}{total}-{letters}{total + 1},6)", difference, "amount", largest=0.0)
    sheet.row += 1
