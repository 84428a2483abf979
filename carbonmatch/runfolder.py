"""A run on disk: written whole or not at all, and read back.

summary.json        what a script reads
hourly.parquet      the ledger of every zone, hour by hour
contracts.parquet   where the generation of every contract went, hour by hour
storage.parquet     charge, discharge and stored energy of every storage, hour by hour
claims.parquet      which generation met which load, one row per claim
links.parquet       which generation each discharge of a storage drew on, one row per link
manifest.json       hashes of all inputs, versions, engine runs, times, sizes
optimum.parquet     the solver's answer, number by number: with the case it proves the cost without a solver
solver.log          what the solver said

A report on the run may stand beside these; see `REPORT_FILES`.

A sweep holds `sweep.json` and `sweep.csv`, one row per point, and a run folder for each of them under `points`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from carbonmatch.errors import Fault, InputError
from carbonmatch.wording import listed

SUMMARY: Final = "summary.json"
HOURLY: Final = "hourly.parquet"
CONTRACTS: Final = "contracts.parquet"
STORAGE: Final = "storage.parquet"
CLAIMS: Final = "claims.parquet"
LINKS: Final = "links.parquet"
OPTIMUM: Final = "optimum.parquet"
RECONCILIATION: Final = "reconciliation.parquet"
MANIFEST: Final = "manifest.json"
SOLVER_LOG: Final = "solver.log"


SWEEP: Final = "sweep.json"
SWEEP_TABLE: Final = "sweep.csv"
POINTS: Final = "points"


PAGE: Final = "report.html"
WORKBOOK: Final = "workbook.xlsx"
CSV_TABLES: Final = "tables/csv"
PARQUET_TABLES: Final = "tables/parquet"
REPORT_JSON: Final = "report.json"
SCOPE2_TABLE: Final = "scope2.csv"
FRAMEWORKS_TABLE: Final = "frameworks.csv"
AUDIT: Final = "audit.zip"
CERTIFICATES: Final = "granular-certificates"
CERTIFICATES_DOCUMENT: Final = "granular-certificates.json"
CERTIFICATES_SCHEMA: Final = "granular-certificates.schema.json"
CERTIFICATE_TABLES: Final = (
    "bundles",
    "storage_charge_records",
    "storage_discharge_records",
    "allocations",
    "not_certified",
)
PROVENANCE: Final = "provenance.json"
TABLES_README: Final = "README.txt"
TABLE_NAMES: Final = (
    *("summary", "contracts", "storage", "grid", "cost", "scores", "scope2", "frameworks", "assumptions"),
    *("monthly", "hourly", "hourly_contracts", "hourly_storage", "claims", "links"),
)
"""The tables of the formats csv and parquet."""


@dataclass(frozen=True)
class FolderKind:
    """What a command writes: its name, the files that tell it from other folders, and all files that it may hold.

    What else stands in such a folder is not ours to delete. `*` in a path stands for one folder.
    """

    name: str
    marks: frozenset[str]
    files: frozenset[str]

    def strangers(self, path: Path) -> list[str]:
        """Return what stands in a folder beside the files of its kind."""
        ours = {file for pattern in self.files for file in path.glob(pattern)}
        ours |= {folder for file in ours for folder in file.parents if folder != path and folder.is_relative_to(path)}
        return sorted(str(entry.relative_to(path)) for entry in path.rglob("*") if entry not in ours)


RECORD: Final = frozenset(
    {
        *(SUMMARY, HOURLY, CONTRACTS, STORAGE, CLAIMS, LINKS, MANIFEST),
        *(OPTIMUM, SOLVER_LOG),  # of a plan
        RECONCILIATION,  # of a metered period that was set against a plan
    }
)
"""What a run wrote itself; reports made from it may stand beside."""


def _tables_kind(suffix: str) -> FolderKind:
    files = {PROVENANCE, TABLES_README, *(f"{name}{suffix}" for name in TABLE_NAMES)}
    return FolderKind("set of tables", frozenset({PROVENANCE, TABLES_README}), frozenset(files))


CSV_TABLES_KIND: Final = _tables_kind(".csv")
PARQUET_TABLES_KIND: Final = _tables_kind(".parquet")
CERTIFICATES_KIND: Final = FolderKind(
    "set of granular certificates",
    frozenset({CERTIFICATES_DOCUMENT, CERTIFICATES_SCHEMA}),
    frozenset(
        {CERTIFICATES_DOCUMENT, CERTIFICATES_SCHEMA, PROVENANCE, *(f"{name}.csv" for name in CERTIFICATE_TABLES)}
    ),
)

REPORT_FILES: Final = frozenset(
    {
        *(PAGE, WORKBOOK, REPORT_JSON, SCOPE2_TABLE, FRAMEWORKS_TABLE, AUDIT),
        *(f"{CSV_TABLES}/{name}" for name in CSV_TABLES_KIND.files),
        *(f"{PARQUET_TABLES}/{name}" for name in PARQUET_TABLES_KIND.files),
        *(f"{CERTIFICATES}/{name}" for name in CERTIFICATES_KIND.files),
    }
)
"""What `carbonmatch report` writes into a run folder: it goes when the run goes."""

DRAFTS: Final = ".report-"
"""How the folders begin in which reports are drafted; one stays behind only where the machine stopped dead."""

_RUN_FILES: Final = RECORD | REPORT_FILES | {f"{DRAFTS}*", f"{DRAFTS}*/**/*"}
RUN_KIND: Final = FolderKind("run", frozenset({SUMMARY, MANIFEST}), _RUN_FILES)
SWEEP_KIND: Final = FolderKind(
    "sweep", frozenset({SWEEP}), frozenset({SWEEP, SWEEP_TABLE, *(f"{POINTS}/*/{name}" for name in _RUN_FILES)})
)


@dataclass(frozen=True)
class RunFolder:
    """A finished run: where it stands, its summary and its manifest."""

    path: Path
    summary: dict[str, Any]
    manifest: dict[str, Any]


def check_writable(path: Path, *, force: bool, kind: FolderKind = RUN_KIND) -> None:
    """Refuse a folder that cannot become one of this kind, before any work is done.

    Raises:
        InputError: it holds one and `force` is not given, or it holds something else, or it cannot be written.
    """
    if Path.cwd().is_relative_to(path.absolute()):
        raise InputError([Fault(str(path), "is where you are; name a new folder with --out, such as --out run")])
    if path.exists():
        if not path.is_dir():
            raise InputError(
                [Fault(str(path), f"is a file; a {kind.name} is written to a folder. Name another one with --out")]
            )
        names = {entry.name for entry in path.iterdir()}
        if names and not kind.marks <= names:
            raise InputError(
                [Fault(str(path), f"holds other files and no {kind.name}; name another folder with --out")]
            )
        if names and not force:
            what = f"holds a {kind.name} already; add --force to replace it, or name another --out"
            raise InputError([Fault(str(path), what)])
        if strangers := kind.strangers(path):
            what = f"holds files beside the {kind.name} ({listed(strangers)}): move them, or name another --out"
            raise InputError([Fault(str(path), what)])
    parent = next(p for p in path.absolute().parents if p.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise InputError([Fault(str(path), f"cannot be written: {parent} is not a folder that you may write to")])


@contextmanager
def new_run_folder(path: Path, *, force: bool = False, kind: FolderKind = RUN_KIND) -> Iterator[Path]:
    """Give a folder beside `path` to write to, and rename it to `path` once the block has ended well.

    A run that fails or is interrupted leaves nothing behind, and what stood at `path` stays as it was.
    """
    check_writable(path, force=force, kind=kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield draft
        draft.chmod(0o755)
        _put_in_place(draft, path)
    finally:
        if draft.exists():
            shutil.rmtree(draft)


def _put_in_place(draft: Path, path: Path) -> None:
    """Rename a finished draft to `path`; what stood there is deleted only once that has worked."""
    if not path.exists():
        draft.rename(path)
        return
    before = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        path.rename(before / "run")
        draft.rename(path)
    except BaseException:
        if (before / "run").exists():
            (before / "run").rename(path)
        before.rmdir()  # never more than an empty folder: if the run cannot be put back, it stays where it is
        raise
    shutil.rmtree(before)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON that a person can read; the same content gives the same bytes."""
    path.write_text(to_json(content), encoding="utf-8")


def to_json(content: Mapping[str, Any]) -> str:
    """Return a mapping as indented JSON; numbers that JSON has no word for are refused."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_run(path: Path) -> RunFolder:
    """Read a run folder back.

    Raises:
        InputError: the folder is missing, is not a run, or its summary or manifest is damaged.
    """
    if not path.is_dir():
        raise InputError([Fault(str(path), "is no folder; name the folder that `carbonmatch solve --out` wrote")])
    if (path / SWEEP).is_file():
        points = sorted(str(point) for point in (path / POINTS).glob("*"))
        what = f"is a sweep; name one of its points: {listed(points, 4)}" if points else "is a sweep without points"
        raise InputError([Fault(str(path), what)])
    if not any((path / name).exists() for name in (SUMMARY, MANIFEST)):
        what = f"is no run folder (there is no {SUMMARY} in it); name one that solve or match wrote"
        raise InputError([Fault(str(path), what)])
    content: dict[str, dict[str, Any]] = {}
    faults = []
    for name in (SUMMARY, MANIFEST):
        try:
            read = json.loads((path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            faults.append(Fault(str(path), f"has no {name}; something was taken out of the run: make it again"))
        except (json.JSONDecodeError, UnicodeDecodeError):
            faults.append(Fault(str(path / name), "is damaged (no JSON); make the run again"))
        else:
            if isinstance(read, dict):
                content[name] = read
            else:
                faults.append(Fault(str(path / name), "is damaged (no JSON object); make the run again"))
    if faults:
        raise InputError(faults)
    return RunFolder(path, content[SUMMARY], content[MANIFEST])
