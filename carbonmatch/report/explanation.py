"""An explanation as a folder: one JSON document, and its tables as CSV."""

from __future__ import annotations

from pathlib import Path

from carbonmatch import runfolder
from carbonmatch.report.tables.files import for_spreadsheets
from carbonmatch.study import Explanation
from carbonmatch.tables import write_table


def write_explanation(explanation: Explanation, path: Path, *, force: bool = False) -> None:
    """Write an explanation to a folder, whole or not at all. Where its numbers come from stands in `explain.json`.

    Raises:
        InputError: the folder holds something already and `force` is not given, or it cannot be written.
    """
    with runfolder.new_run_folder(path, force=force, kind=runfolder.EXPLANATION_KIND) as folder:
        runfolder.write_json(folder / runfolder.EXPLANATION, explanation.summary)
        for name, frame in explanation.tables.items():
            write_table(for_spreadsheets(frame), folder / f"{name}.csv")
