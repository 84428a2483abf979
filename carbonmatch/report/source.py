"""What a report is made from: a run, its tables, and what it is set beside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonmatch import runfolder
from carbonmatch.accounting import why_not_comparable
from carbonmatch.errors import Fault, InputError
from carbonmatch.report.run_tables import RunTables, read_run_tables
from carbonmatch.runfolder import RunFolder, read_run
from carbonmatch.wording import listed


@dataclass(frozen=True)
class Source:
    """A run and its tables.

    baselines   other runs of the same load, whose cost the run's is told against
    sweep       the content of `sweep.json`, where the run is a point of a sweep
    """

    run: RunFolder
    tables: RunTables
    baselines: tuple[RunFolder, ...] = ()
    sweep: Mapping[str, Any] | None = None


def read_source(path: Path, baselines: Sequence[Path] = ()) -> Source:
    """Return a run and its tables, seen to hold what every report needs.

    Raises:
        InputError: the folder is no run, was written by an older carbonmatch, or is damaged; a baseline is no run, or
            none that the run can be set beside.
    """
    run = read_run(path)
    _check_summary(run)
    _check_files(run)
    tables = read_run_tables(path)
    _check_columns(run, tables)
    beside = tuple(_baseline(other, run) for other in baselines)
    return Source(run, tables, beside, _sweep_of(path))


_CURE = "an older carbonmatch wrote it, or something was taken out; run the case again"


def _check_files(run: RunFolder) -> None:
    files = [runfolder.HOURLY, runfolder.CONTRACTS, runfolder.STORAGE, runfolder.CLAIMS, runfolder.LINKS]
    if run.summary.get("load"):
        files += [runfolder.LOAD, runfolder.LOAD_ENTRIES]
    if missing := [name for name in files if not (run.path / name).is_file()]:
        raise InputError([Fault(str(run.path), f"has no {listed(missing)}: {_CURE}")])


def _check_summary(run: RunFolder) -> None:
    period = run.summary.get("period")
    lacks = [key for key in ("case", "period", "load_mwh", "scores", "zones") if run.summary.get(key) is None]
    if isinstance(period, dict):
        lacks += [f"period.{key}" for key in ("timezone", "start_local", "end_local") if key not in period]
    if lacks:
        raise InputError([Fault(str(run.path / runfolder.SUMMARY), f"has no {listed(lacks)}: {_CURE}")])


def _check_columns(run: RunFolder, tables: RunTables) -> None:
    faults = [
        Fault(str(run.path / name), f"has no column {listed(absent)}: {_CURE}")
        for name, frame, wanted in (
            (runfolder.HOURLY, tables.hourly, ("interval_start_utc", "zone", "load_mwh", "matched_mwh")),
            (runfolder.CONTRACTS, tables.contracts, ("interval_start_utc", "contract", "zone")),
        )
        if (absent := [column for column in wanted if column not in frame.columns])
    ]
    if faults:
        raise InputError(faults)


def _baseline(path: Path, run: RunFolder) -> RunFolder:
    """Return a run that another can be set beside: of the same currency, period and load."""
    other = read_run(path)
    _check_summary(other)
    if other.summary.get("cost") is None:
        what = "has no cost (it was matched, not solved); name a run of `carbonmatch solve`"
        raise InputError([Fault(str(path), what)])
    if why := why_not_comparable(run.summary, other.summary):
        what = f"is no baseline of {run.path}: {why}, so that costs cannot be told against each other"
        raise InputError([Fault(str(path), what)])
    return other


def _sweep_of(path: Path) -> Mapping[str, Any] | None:
    """Return the sweep over targets that a run is a point of; None where it is none."""
    point = path.absolute()
    file = point.parents[1] / runfolder.SWEEP_KIND.record if len(point.parents) > 1 else None
    if file is None or point.parent.name != runfolder.POINTS or not file.is_file():
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError([Fault(str(file), "is damaged (no JSON); run `carbonmatch sweep` again")]) from error
    varied = [axis.get("key") for axis in content.get("axes", [])] if isinstance(content, dict) else []
    return content if varied == ["target.cfe"] else None
