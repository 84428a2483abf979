"""The page and the workbook on a study, written into its folder: whole or not at all, and again as often as wanted."""

from __future__ import annotations

from pathlib import Path

from carbonmatch.report.delivery import write_report
from carbonmatch.report.study.record import read_study


def write_study_page(folder: Path) -> Path:
    """Write the page on a study beside its record, and return where it stands.

    Raises:
        InputError: the folder holds no study, or a damaged one, or cannot be written.
    """
    return _written(folder, "html")


def write_study_workbook(folder: Path) -> Path:
    """Write the workbook on a study beside its record, and return where it stands.

    Raises:
        InputError: the folder holds no study, or a damaged one, or cannot be written.
    """
    return _written(folder, "xlsx")


def _written(folder: Path, form: str) -> Path:
    read_study(folder)  # what is no study is told as that, and not written as a run
    (path,) = write_report(folder, [form], force=True)
    return path
