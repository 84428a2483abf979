"""The load of a case on disk, written whole or not at all.

load.csv, load.parquet   the load by site and step
load.json                the same in figures
load.html                a page with pictures
provenance.json          the case and its tables by hash, every value with its source, versions, hashes of these files
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from carbonmatch import runfolder
from carbonmatch.report.load.page import render_loads
from carbonmatch.report.tables.files import for_spreadsheets
from carbonmatch.study import Loads
from carbonmatch.tables import write_table

CSV: Final = "load.csv"
PARQUET: Final = "load.parquet"


def write_loads(loads: Loads, path: Path, *, force: bool = False) -> None:
    """Write the load of a case to a folder. The same case gives the same bytes.

    Raises:
        InputError: the folder holds something already and `force` is not given, or it cannot be written.
    """
    with runfolder.new_run_folder(path, force=force, kind=runfolder.LOAD_KIND) as folder:
        write_table(loads.hourly, folder / PARQUET)
        write_table(for_spreadsheets(loads.hourly), folder / CSV)
        runfolder.write_json(folder / runfolder.LOAD_SUMMARY, loads.summary)
        hashes = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in (CSV, PARQUET, runfolder.LOAD_SUMMARY)
        }
        runfolder.write_json(folder / runfolder.PROVENANCE, {**loads.provenance, "files": hashes})
        (folder / runfolder.LOAD_PAGE).write_text(render_loads(loads), encoding="utf-8")
