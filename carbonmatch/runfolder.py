"""A run on disk: written whole or not at all, and read back.

summary.json        what a script reads
hourly.parquet      the ledger of every zone, hour by hour
contracts.parquet   where the generation of every contract went, hour by hour
storage.parquet     charge, discharge and stored energy of every storage, hour by hour
claims.parquet      which generation met which load, one row per claim
links.parquet       which generation each discharge of a storage drew on, one row per link
load.parquet        planned and served load of every site, hour by hour; only where load may be changed
load_entries.parquet   what was moved, given up and placed, entry by entry and hour by hour; beside load.parquet
manifest.json       hashes of all inputs, versions, engine runs, times, sizes
optimum.parquet     the solver's answer, number by number: with the case it proves the cost without a solver
budget.parquet      the solver's answer to what a budget buys; only where the case has a budget
solver.log          what the solver said

A report on the run may stand beside these; see `REPORT_FILES`.

A study (a sweep, a comparison, ...) holds `<study>.json` and `<study>.csv`, one row per point, a page, a workbook, and
a run folder for each point under `points`.
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
LOAD: Final = "load.parquet"
LOAD_ENTRIES: Final = "load_entries.parquet"
OPTIMUM: Final = "optimum.parquet"
BUDGET: Final = "budget.parquet"
RECONCILIATION: Final = "reconciliation.parquet"
MANIFEST: Final = "manifest.json"
SOLVER_LOG: Final = "solver.log"


POINTS: Final = "points"
LOCK: Final = ".lock"


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
EXPLANATION: Final = "explain.json"
EXPLANATION_TABLES: Final = ("prices", "contracts", "storage", "limits", "weeks")
PROVENANCE: Final = "provenance.json"
LOAD_SUMMARY: Final = "load.json"
LOAD_PAGE: Final = "load.html"
TABLES_README: Final = "README.txt"
TABLE_NAMES: Final = (
    *("summary", "contracts", "eligibility", "storage", "grid", "bill", "load", "cost", "scores"),
    *("scope2", "frameworks", "assumptions"),
    *("monthly", "hourly", "hourly_contracts", "hourly_storage", "hourly_load", "hourly_load_entries"),
    *("claims", "links"),
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
        *(LOAD, LOAD_ENTRIES),  # of a plan that may change its load
        BUDGET,  # of a plan for a budget
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

EXPLANATION_KIND: Final = FolderKind(
    "price explanation",
    frozenset({EXPLANATION}),
    frozenset({EXPLANATION, *(f"{name}.csv" for name in EXPLANATION_TABLES)}),
)

LOAD_KIND: Final = FolderKind(
    "load of a case",
    frozenset({LOAD_SUMMARY, LOAD_PAGE}),
    frozenset({LOAD_SUMMARY, LOAD_PAGE, "load.csv", "load.parquet", PROVENANCE}),
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


@dataclass(frozen=True)
class StudyKind(FolderKind):
    """A folder with many runs: what was found in all of them, and each of them under `points`.

    stem   name of its own files
    """

    stem: str

    @classmethod
    def of(cls, stem: str, name: str | None = None) -> StudyKind:
        """Return the folder that a study writes; it is called like its files unless it has another name."""
        own = {f"{stem}.json", f"{stem}.csv", PAGE, WORKBOOK, f"{DRAFTS}*", f"{DRAFTS}*/**/*"}
        files = {*own, POINTS, *(f"{POINTS}/*/{file}" for file in _RUN_FILES)}
        return cls(name or stem, frozenset({f"{stem}.json"}), frozenset(files), stem)

    @property
    def record(self) -> str:
        """The file that holds all that was found."""
        return f"{self.stem}.json"

    @property
    def table(self) -> str:
        """The file with one row per point."""
        return f"{self.stem}.csv"


SWEEP_KIND: Final = StudyKind.of("sweep")
COMPARISON_KIND: Final = StudyKind.of("comparison")
YEARS_KIND: Final = StudyKind.of("years", "study of weather years")
GROWTH_KIND: Final = StudyKind.of("growth", "plan over years")
STRESS_KIND: Final = StudyKind.of("stress", "stress test")
STUDY_KINDS: Final = (SWEEP_KIND, COMPARISON_KIND, YEARS_KIND, GROWTH_KIND, STRESS_KIND)


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


@contextmanager
def study_folder(path: Path, kind: StudyKind, *, force: bool = False) -> Iterator[Path]:
    """Give a folder beside `path` to gather runs in, and rename it to `path` once the block has ended well.

    What is interrupted stays, under the name of `unfinished`, for the same study to go on from. What stood at `path`
    stays as it was until then.

    Raises:
        InputError: the folder cannot be written, or another process is gathering there now.
    """
    check_writable(path, force=force, kind=kind)
    draft = unfinished(path)
    (draft / POINTS).mkdir(parents=True, exist_ok=True)
    with _locked(draft / LOCK, path):
        try:
            yield draft
            (draft / LOCK).unlink()
            _put_in_place(draft, path)
        finally:
            if draft.exists() and not any((draft / POINTS).iterdir()):
                shutil.rmtree(draft)


def unfinished(path: Path) -> Path:
    """Return where the study that is to be written to `path` gathers its runs."""
    return path.parent / f".{path.name}.unfinished"


@contextmanager
def _locked(file: Path, path: Path) -> Iterator[None]:
    """Keep a second process out; the system frees the lock when this one ends, however it ends."""
    with file.open("w") as handle:
        try:
            import fcntl  # noqa: PLC0415 - where there is none, two at a time are the user's to avoid
        except ImportError:
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            what = "is being written by another carbonmatch now; wait for it, or name another --out"
            raise InputError([Fault(str(path), what)]) from error
        yield


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
    for kind in STUDY_KINDS:
        if (path / kind.record).is_file():
            points = sorted(str(point) for point in (path / POINTS).glob("*"))
            named = f"; name one of its points: {listed(points, 4)}" if points else " without points"
            raise InputError([Fault(str(path), f"is a {kind.name}{named}")])
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
