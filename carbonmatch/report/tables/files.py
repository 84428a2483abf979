"""The tables of a run as files: a folder of CSV or Parquet, single CSV files, and one JSON document.

Each says where its numbers came from: a folder by `README.txt` and `provenance.json`, a single CSV file by two columns
(the case, and the hash of the summary), the document by its first part.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.errors import Fault, InputError
from carbonmatch.report.provenance import provenance
from carbonmatch.report.run_tables import RunTables
from carbonmatch.report.tables.flat import FLAT_TABLES, frameworks_table, scope2_table, with_run
from carbonmatch.report.tables.monthly import monthly_table
from carbonmatch.runfolder import RunFolder
from carbonmatch.tables import write_table

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"


def write_tables(run: RunFolder, tables: RunTables, path: Path, suffix: str) -> None:
    """Write every table that a run has as a file of its own, with a list of them and of where they came from.

    suffix   `.csv` or `.parquet`
    """
    path.mkdir()
    written: dict[str, dict[str, Any]] = {}
    lines: list[str] = []
    for table in FLAT_TABLES:
        frame = table.build(run, tables)
        if frame is None:
            continue
        file = path / f"{table.name}{suffix}"
        write_table(for_spreadsheets(frame) if suffix == ".csv" else frame, file)
        written[file.name] = {"rows": len(frame), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        lines.append(f"{file.name:<26} {table.holds} ({len(frame):,} row{'' if len(frame) == 1 else 's'})")
    runfolder.write_json(path / runfolder.PROVENANCE, {**provenance(run), "tables": written})
    text = _readme(run, lines, csv=suffix == ".csv")
    (path / runfolder.TABLES_README).write_text(text, encoding="utf-8", newline="\n")


def _readme(run: RunFolder, lines: list[str], *, csv: bool) -> str:
    origin = provenance(run)
    currency = f" Money is in {origin['currency']}." if origin["currency"] else ""
    words = [
        f"Tables of the run {origin['case']}, {origin['period_start']} to {origin['period_end']}.",
        f"SHA-256 of its summary.json: {origin['run_sha256']}",
        f"All files that the numbers came from, by their hashes: {runfolder.PROVENANCE}",
        "",
        *lines,
        "",
        f"Names end in their unit (_mwh, _mw, _per_mwh, _kg, _t).{currency} Shares are of 1.",
        f"Stamps are in UTC and name the start of a step; months are those of {origin['timezone']}.",
        "What is not known is empty.",
    ]
    if csv:
        words += [
            "Decimals have a point, columns are separated by commas, letters are UTF-8. Text that begins with",
            "= + - or @ has an apostrophe before it, so that a spreadsheet does not take it for a formula.",
        ]
    return "\n".join(words) + "\n"


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table for CSV: text that a spreadsheet would take for a formula is guarded, yes and no are words."""
    changed: dict[str, Any] = {}
    for name in frame.columns:
        values = frame[name]
        if isinstance(values.dtype, pd.BooleanDtype):
            changed[name] = values.map({True: "true", False: "false"}).astype("string")
        elif pd.api.types.is_string_dtype(values.dtype):
            text = values.astype("string").str
            risky = text.startswith(_FORMULA_SIGNS).fillna(value=False).to_numpy(bool)
            if risky.any():
                changed[name] = values.where(~risky, _GUARD + values.astype("string"))
    return frame.assign(**changed)


def write_document(run: RunFolder, tables: RunTables, path: Path) -> None:
    """Write one JSON document: where it came from, the summary, the manifest, and the months."""
    months = monthly_table(run, tables.hourly)
    rows = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in months.to_dict(orient="records")
    ]
    content = {"provenance": provenance(run), "summary": run.summary, "manifest": run.manifest, "monthly": rows}
    runfolder.write_json(path, content)


def write_scope2(run: RunFolder, path: Path) -> None:
    """Write Scope 2 line by line as CSV.

    Raises:
        InputError: the run does not account for Scope 2 line by line.
    """
    _write_alone(run, scope2_table(run), path, "account of Scope 2 line by line")


def write_frameworks(run: RunFolder, path: Path) -> None:
    """Write the fields of reporting frameworks as CSV.

    Raises:
        InputError: the run has none.
    """
    _write_alone(run, frameworks_table(run), path, "fields of reporting frameworks")


def _write_alone(run: RunFolder, frame: pd.DataFrame | None, path: Path, what: str) -> None:
    if frame is None:
        cure = "an older carbonmatch wrote it; run the case again"
        raise InputError([Fault(str(run.path / runfolder.SUMMARY), f"has no {what}: {cure}")])
    write_table(for_spreadsheets(with_run(frame, run)), path)
