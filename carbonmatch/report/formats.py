"""The formats of a report: what `carbonmatch report --format` knows, and who writes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from carbonmatch import runfolder
from carbonmatch.runfolder import FolderKind

if TYPE_CHECKING:
    from carbonmatch.report.source import Source
    from carbonmatch.report.study import Study

Writer = Callable[["Source", Path], None]
"""Writes what a report is made from to a path that does not exist yet."""


@dataclass(frozen=True)
class Format:
    """A format: its name, where it stands in a run folder, what it is for, and who writes it.

    file     path of the file, or of the folder, below the run folder
    folder   what the folder holds; None where the format is one file
    study    who writes it of a study; None where a study has no such thing
    """

    name: str
    file: str
    help: str
    write: Writer
    folder: FolderKind | None = None
    study: Callable[[Study, Path], None] | None = None

    @property
    def suffix(self) -> str:
        """The ending of its file; empty where it is a folder."""
        return "" if self.folder else Path(self.file).suffix


# Each writer imports what it needs when it is called: a workbook must not make `--help` slow.


def _html(source: Source, path: Path) -> None:
    from carbonmatch.report.page import render_page  # noqa: PLC0415

    text = render_page(source.run, source.tables, baselines=source.baselines, sweep=source.sweep)
    path.write_text(text, encoding="utf-8", newline="\n")


def _xlsx(source: Source, path: Path) -> None:
    from carbonmatch.report.workbook import write_workbook  # noqa: PLC0415

    write_workbook(source.run, source.tables, path)


def _csv(source: Source, path: Path) -> None:
    from carbonmatch.report.tables import write_tables  # noqa: PLC0415

    write_tables(source.run, source.tables, path, ".csv")


def _parquet(source: Source, path: Path) -> None:
    from carbonmatch.report.tables import write_tables  # noqa: PLC0415

    write_tables(source.run, source.tables, path, ".parquet")


def _json(source: Source, path: Path) -> None:
    from carbonmatch.report.tables import write_document  # noqa: PLC0415

    write_document(source.run, source.tables, path)


def _scope2(source: Source, path: Path) -> None:
    from carbonmatch.report.tables import write_scope2  # noqa: PLC0415

    write_scope2(source.run, path)


def _frameworks(source: Source, path: Path) -> None:
    from carbonmatch.report.tables import write_frameworks  # noqa: PLC0415

    write_frameworks(source.run, path)


def _granular_certificates(source: Source, path: Path) -> None:
    from carbonmatch.report.certificates import write_granular_certificates  # noqa: PLC0415

    write_granular_certificates(source.run, source.tables, path)


def _study_html(study: Study, path: Path) -> None:
    from carbonmatch.report.study.render import write_page  # noqa: PLC0415

    write_page(study, path)


def _study_xlsx(study: Study, path: Path) -> None:
    from carbonmatch.report.study.workbook import write_workbook  # noqa: PLC0415

    write_workbook(study, path)


def _audit(source: Source, path: Path) -> None:
    from carbonmatch.report.audit import write_bundle  # noqa: PLC0415

    write_bundle(source.run, source.tables, path)


_ALL: Final = (
    Format(
        "html",
        runfolder.PAGE,
        "a page for a browser, complete in itself: the answer, pictures, proof",
        _html,
        study=_study_html,
    ),
    Format(
        "xlsx",
        runfolder.WORKBOOK,
        "a workbook for Excel: every number, one sheet per subject",
        _xlsx,
        study=_study_xlsx,
    ),
    Format("csv", runfolder.CSV_TABLES, "a folder of tables in CSV", _csv, runfolder.CSV_TABLES_KIND),
    Format("parquet", runfolder.PARQUET_TABLES, "the same in Parquet", _parquet, runfolder.PARQUET_TABLES_KIND),
    Format("json", runfolder.REPORT_JSON, "one document: summary, manifest, months", _json),
    Format("scope2", runfolder.SCOPE2_TABLE, "Scope 2 line by line, under both sets of rules (CSV)", _scope2),
    Format("frameworks", runfolder.FRAMEWORKS_TABLE, "fields of reporting frameworks (CSV)", _frameworks),
    Format(
        "granular-certificates",
        runfolder.CERTIFICATES,
        "certificates of every hour with EnergyTag's fields (JSON, CSV, JSON Schema)",
        _granular_certificates,
        runfolder.CERTIFICATES_KIND,
    ),
    Format("audit", runfolder.AUDIT, "all of it with its inputs, for `carbonmatch verify` (zip)", _audit),
)

FORMATS: Final[Mapping[str, Format]] = {form.name: form for form in _ALL}
"""Every format by its name, in the order in which help tells them."""

DEFAULT_FORMAT: Final = "html"
