"""The audit bundle: a run with all that it was made from, in one file, and its verification without a solver."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any, Final

from carbonmatch import __version__, runfolder
from carbonmatch.errors import CarbonMatchError, Fault, InputError
from carbonmatch.report.run_tables import RunTables, read_run_tables
from carbonmatch.report.tables import write_tables
from carbonmatch.runfolder import RunFolder, read_run
from carbonmatch.study import Check, files_of_run, verify_run

INDEX: Final = "bundle.json"
README: Final = "README.txt"
RUN: Final = "run"
CSV: Final = "tables"
CASE: Final = "inputs/case.yaml"
TABLES: Final = "inputs/tables"

FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The stamp of every file in a bundle, so that the same run gives the same bytes."""

MOST_BYTES: Final = 4 * 2**30
"""A bundle that unpacks to more than this, 4 GiB, is damaged or not meant well: a year of ten zones takes some 0.1."""

UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for a file that is no zip, for damaged and missing bytes, and for compression or a password that
no bundle has."""

_WORDS: Final = """This is the audit bundle of one run of carbonmatch {version}: {case}.

run/            the run folder: summary.json, the hourly ledger and the tables beside it, the solver's answer and log
tables/         the same numbers as CSV, for reading
inputs/         the case file and the tables that it was made from, byte for byte
bundle.json     the SHA-256 of every file here

Verify it without a solver:

    pip install carbonmatch=={version}
    carbonmatch verify {name}

The case is read and modelled anew; the solver's answer must prove itself the cheapest in that model, the accounts must
add up, and every number of the summary and of the tables must be what comes out of them. What does not agree is named.
A hash proves nothing by itself to someone who can replace this whole file: compare its own SHA-256 with the one that
you were given by another way.
"""


@dataclass(frozen=True)
class Verification:
    """What came of verifying a bundle.

    sha256   of the bundle itself
    """

    case: str
    version: str
    sha256: str
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything does."""
        return all(check.agrees for check in self.checks)


def write_bundle(run: RunFolder, tables: RunTables, path: Path) -> None:
    """Write the audit bundle of a run.

    Raises:
        InputError: the case or a table is no longer there, or no longer what the run was made from.
    """
    case_file, sources = files_of_run(run)
    files = [run.path / name for name in sorted(runfolder.RECORD)]
    content = {f"{RUN}/{file.name}": file.read_bytes() for file in files if file.exists()}
    content |= {f"{CSV}/{name}": text for name, text in _csv_tables(run, tables).items()}
    content[CASE] = case_file.read_bytes()
    told = []
    for number, (written, file) in enumerate(sources.items(), start=1):
        name = f"{TABLES}/{number:02d}-{PurePosixPath(written).name}"
        content[name] = file.read_bytes()
        told.append({"path": written, "file": name})
    words = _WORDS.format(version=__version__, case=run.summary["case"], name=path.name)
    content[README] = words.encode()
    index = {
        "carbonmatch": __version__,
        "case": run.summary["case"],
        "case_file": CASE,
        "tables": told,
        "files": {name: told_of(data) for name, data in content.items()},
    }
    content[INDEX] = runfolder.to_json(index).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content[name])


def told_of(data: bytes) -> dict[str, Any]:
    """Return what the list says of a file."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _csv_tables(run: RunFolder, tables: RunTables) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="carbonmatch-") as name:
        folder = Path(name) / CSV
        write_tables(run, tables, folder, ".csv")
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def verify_bundle(path: Path, on_progress: Callable[[str], None] | None = None) -> Verification:
    """Recompute an audit bundle without a solver and say what does not agree.

    Raises:
        InputError: the file is missing, or is no bundle.
    """
    with _unpacked(path) as (folder, index):
        checks = [Check("every file is the one that the bundle lists", tuple(_file_faults(folder, index)))]
        tables = {table["path"]: folder / _safe(table["file"], path) for table in index["tables"]}
        case_file = folder / _safe(index["case_file"], path)
        try:
            run = read_run(folder / RUN)
        except InputError as error:
            told = (str(fault).replace(f"{folder}/", "") for fault in error.faults)
            checks.append(Check("the run can be read", tuple(told)))
        else:
            checks += verify_run(run, case_file, tables, on_progress)
            checks.append(Check("the tables in CSV say what the run says", tuple(_csv_faults(run, folder / CSV))))
    return Verification(
        case=str(index["case"]),
        version=str(index["carbonmatch"]),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        checks=tuple(checks),
    )


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    with tempfile.TemporaryDirectory(prefix="carbonmatch-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                    raise InputError([Fault(str(path), "unpacks to more than 4 GiB; it is no bundle of carbonmatch")])
                for entry in archive.infolist():
                    _safe(entry.filename, path)
                archive.extractall(folder)
        except FileNotFoundError as error:
            raise InputError([Fault(str(path), "does not exist; name an audit bundle (audit.zip)")]) from error
        except IsADirectoryError as error:
            what = "is a folder; write its bundle with `carbonmatch report RUN --format audit`, and verify that"
            raise InputError([Fault(str(path), what)]) from error
        except OSError as error:
            raise InputError([Fault(str(path), f"cannot be unpacked: {error.strerror or error}")]) from error
        except UNREADABLE as error:
            raise InputError([Fault(str(path), "is no readable zip file: damaged, or cut short")]) from error
        yield folder, _index(folder / INDEX, path)


def _index(file: Path, path: Path) -> dict[str, Any]:
    try:
        index: Any = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        what = f"is no audit bundle (there is no {INDEX} in it); write one with `carbonmatch report RUN --format audit`"
        raise InputError([Fault(str(path), what)]) from error
    except ValueError as error:
        raise InputError([Fault(str(path), f"is damaged: {INDEX} is no JSON")]) from error
    wanted = {"carbonmatch": str, "case": str, "case_file": str, "tables": list, "files": dict}
    whole = isinstance(index, dict) and all(isinstance(index.get(key), kind) for key, kind in wanted.items())
    if not whole or not all(_names(table, "path", "file") for table in index["tables"]):
        raise InputError([Fault(str(path), f"is damaged: {INDEX} does not name the case, its tables and all files")])
    found: dict[str, Any] = index
    return found


def _names(entry: object, *keys: str) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in keys)


def _safe(name: object, path: Path) -> str:
    """Refuse a name that leads out of the bundle."""
    text = str(name)
    if PurePosixPath(text).is_absolute() or ".." in PurePosixPath(text).parts or "\\" in text or ":" in text:
        raise InputError([Fault(str(path), f"holds a file named {text!r}, which leads out of it; do not trust it")])
    return text


def _csv_faults(run: RunFolder, folder: Path) -> Iterator[str]:
    """Write the tables once more from the run, and name the first line of each that differs."""
    try:
        again = _csv_tables(run, read_run_tables(run.path))
    except (CarbonMatchError, KeyError, TypeError, ValueError) as error:
        yield f"they cannot be written from the run: {error}"
        return
    for name, expected in again.items():
        told = (folder / name).read_bytes() if (folder / name).is_file() else b""
        if told == expected:
            continue
        pairs = zip_longest(told.decode(errors="replace").splitlines(), expected.decode().splitlines(), fillvalue="")
        number, there, here = next((n, a, b) for n, (a, b) in enumerate([*pairs, ("", "(line ends)")], 1) if a != b)
        yield f"{CSV}/{name}, line {number:,} is {there!r}, recomputed {here!r}"


def _file_faults(folder: Path, index: Mapping[str, Any]) -> Iterator[str]:
    listed: Mapping[str, Any] = index["files"]
    there = {str(file.relative_to(folder).as_posix()) for file in folder.rglob("*") if file.is_file()} - {INDEX}
    for name in sorted(there | listed.keys()):
        if name not in there:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not in the list"
        elif listed[name] != told_of((folder / name).read_bytes()):
            yield f"{name} has been changed: its SHA-256 is not the one in the list"
