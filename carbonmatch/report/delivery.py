"""Reports written to their place: all that are asked for or none, and nothing overwritten unasked."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from carbonmatch import runfolder
from carbonmatch.errors import Fault, InputError
from carbonmatch.report.formats import DEFAULT_FORMAT, FORMATS, Format
from carbonmatch.report.source import Source, read_source
from carbonmatch.report.study import Study, read_study, study_kind_of
from carbonmatch.runfolder import StudyKind, check_writable
from carbonmatch.wording import listed, nearest

_SUFFIXES: Final = frozenset({".csv", ".htm", ".html", ".json", ".ods", ".parquet", ".pdf", ".xls", ".xlsx", ".zip"})
"""Endings that name a file; a folder may have other points in its name."""


def write_report(
    run_path: Path,
    formats: Sequence[str],
    out: Path | None = None,
    *,
    baselines: Sequence[Path] = (),
    force: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write a run, or a study, in one or several formats, and return where each of them stands.

    out         a folder that gets the reports under the names that they have in a run folder (where they go unless told
                otherwise), or, for one format of one file, that file
    baselines   runs of the same load, such as the one that matches by the year: the page tells the premium over them
    force       replace what an earlier report left there

    Raises:
        InputError: a format is not known or none of a study, the run or the study cannot be read, or a place cannot be
            written or is taken.
    """
    told = on_progress or (lambda _: None)
    chosen = known_formats(formats)
    kind = study_kind_of(run_path)
    if kind is not None:
        _check_formats_of_study(run_path, kind, chosen, baselines)
    targets = places(run_path, chosen, out)
    told(f"reading the {'run' if kind is None else kind.name}")
    source = read_source(run_path, baselines) if kind is None else read_study(run_path)
    _check_places(targets, force=force)
    base = _folder_above(next(iter(targets.values()))) if out is not None else run_path
    try:
        draft = Path(tempfile.mkdtemp(prefix=runfolder.DRAFTS, dir=base))
    except OSError as error:
        raise InputError([_unwritable(base, error)]) from error
    try:
        drafts: list[tuple[Path, Path]] = []
        for number, (form, target) in enumerate(targets.items()):
            told(f"writing {target.name}")
            beside = draft / f"{number}" / target.name
            beside.parent.mkdir()
            _write(form, source, beside, target)
            drafts.append((beside, target))
        _put_in_place(drafts, draft)
    except OSError as error:
        raise InputError([_unwritable(base, error)]) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return list(targets.values())


def _check_formats_of_study(path: Path, kind: StudyKind, formats: Sequence[Format], baselines: Sequence[Path]) -> None:
    """Refuse what is made of a single run.

    Raises:
        InputError: as said; it names points of the study, which are runs.
    """
    faults = []
    points = sorted(str(point) for point in (path / runfolder.POINTS).glob("[!.]*"))
    cure = f"; for these name one of its points: {listed(points, 4)}" if points else ""
    written = [form.name for form in FORMATS.values() if form.study is not None]
    if kind == runfolder.GROWTH_KIND:  # its numbers are in growth.csv, and its years have workbooks of their own
        written = [DEFAULT_FORMAT]
    if others := [form.name for form in formats if form.name not in written]:
        whole = " or ".join(written)
        faults.append(Fault(str(path), f"is a {kind.name}, which is written as {whole}, not as {listed(others)}{cure}"))
    if baselines:
        faults.append(Fault("--baseline", f"is set beside a single run, and {path} is a {kind.name}"))
    if faults:
        raise InputError(faults)


def _write(form: Format, source: Source | Study, beside: Path, target: Path) -> None:
    """Write one format to its draft; what goes wrong is told of the place that it is meant for."""
    try:
        if isinstance(source, Source):
            form.write(source, beside)
        elif form.study is not None:
            form.study(source, beside)
    except OSError as error:
        raise InputError([_unwritable(target, error)]) from error
    except InputError as error:
        faults = [Fault(fault.where.replace(str(beside), str(target)), fault.what) for fault in error.faults]
        raise InputError(faults) from error


def known_formats(names: Sequence[str]) -> list[Format]:
    """Return formats by name, each once.

    Raises:
        InputError: a name is not known; every one is told, with the nearest.
    """
    faults = [
        Fault("--format", f"{name!r} is not known{nearest(name, FORMATS)}; there are {listed(FORMATS)}")
        for name in names
        if name not in FORMATS
    ]
    if faults:
        raise InputError(faults)
    return [FORMATS[name] for name in dict.fromkeys(names)]


def places(run_path: Path, formats: Sequence[Format], out: Path | None) -> dict[Format, Path]:
    """Return where each format goes.

    Raises:
        InputError: `out` has the ending of a file, and what is asked for does not go into such a file.
    """
    suffix = "" if out is None or out.is_dir() else out.suffix.lower()
    if out is not None and suffix in _SUFFIXES:
        if len(formats) == 1 and formats[0].suffix == suffix:
            return {formats[0]: out}
        asked = listed(form.name for form in formats)
        cure = f"end it in {formats[0].suffix}" if len(formats) == 1 and formats[0].suffix else "name a folder"
        raise InputError([Fault(str(out), f"is the name of a {suffix} file, and {asked} is not one; {cure}")])
    if out is not None and out.exists() and not out.is_dir():
        raise InputError([Fault(str(out), "is a file; name a folder with --out")])
    return {form: (run_path if out is None else out) / form.file for form in formats}


def _check_places(targets: dict[Format, Path], *, force: bool) -> None:
    """Refuse places that are taken or cannot be written, all at once, before any work is done.

    Raises:
        InputError: as said.
    """
    faults: list[Fault] = []
    for form, target in targets.items():
        if form.folder is not None:
            try:
                check_writable(target, force=force, kind=form.folder)
            except InputError as error:
                faults += error.faults
        elif target.is_dir():
            faults.append(Fault(str(target), f"is a folder; {form.name} is one file. Name another with --out"))
        elif target.exists() and not force:
            faults.append(Fault(str(target), "is there already; add --force to replace it, or name another --out"))
        else:
            above = _folder_above(target)
            if not os.access(above, os.W_OK):
                what = f"cannot be written: {above} is not a folder that you may write to. Name another with --out"
                faults.append(Fault(str(target), what))
    if faults:
        raise InputError(faults)


def _folder_above(target: Path) -> Path:
    """Return the nearest folder above a path that exists.

    Raises:
        InputError: what stands there is a file.
    """
    above = next(parent for parent in target.absolute().parents if parent.exists())
    if not above.is_dir():
        raise InputError([Fault(str(target), f"cannot be written: {above} is a file")])
    return above


def _put_in_place(drafts: Sequence[tuple[Path, Path]], aside: Path) -> None:
    """Rename all drafts to their places; if one cannot be, what was there before stands there again."""
    done: list[tuple[Path, Path | None]] = []
    made: list[Path] = []
    try:
        for number, (beside, target) in enumerate(drafts):
            made += [folder for folder in target.parents if not folder.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            before = aside / f"before-{number}" if target.exists() else None
            if before is not None:
                target.rename(before)
            done.append((target, before))
            beside.rename(target)
    except BaseException:
        for target, before in reversed(done):
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
            if before is not None:
                before.rename(target)
        for folder in sorted(made, reverse=True):  # what is deepest first; a folder that is not empty stays
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _unwritable(place: Path, error: OSError) -> Fault:
    return Fault(str(place), f"cannot be written: {error.strerror or error}. Name another place with --out")
