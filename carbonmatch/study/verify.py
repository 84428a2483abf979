"""A run computed once more from its inputs and the solver's answer, without a solver, and compared number by number."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import Balance, reconciliation_frame, reconciliation_summary
from carbonmatch.case import Case
from carbonmatch.errors import CarbonMatchError, VerificationError
from carbonmatch.runfolder import RunFolder
from carbonmatch.study.match import balance_of, match_case
from carbonmatch.study.recompute import at, case_of_run, entries, recomputed
from carbonmatch.study.result import Matched, Result
from carbonmatch.study.stages import Stages
from carbonmatch.tables import read_frame

NUMBER_TOLERANCE: Final = 1e-6
"""Numbers agree to this: in MWh, in currency, in shares, and as a share of numbers above one. Another processor rounds
the last of sixteen digits otherwise, and sums of a year carry that on to some 1e-9."""

MOST_DIFFERENCES_TOLD: Final = 5
"""Differences of one file that are told one by one."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and what does not agree there; agreed where that is nothing."""

    what: str
    faults: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether it holds."""
        return not self.faults


def verify_run(
    run: RunFolder,
    case_file: Path,
    tables: Mapping[str, Path],
    on_progress: Callable[[str], None] | None = None,
) -> list[Check]:
    """Recompute a run and compare everything that it says.

    case_file   the case that it was made from;  tables   its tables, by the path as the case writes it

    The case is read and modelled anew. The solver's answer must prove itself optimal in that model (certificate), its
    accounts must add up (proof), and the summary and every table of the run must say what these say. A metered run has
    no solver's answer: its accounts are made anew from the meters. The plan that it was set against is not looked into;
    what it foresaw is taken as the run's own reconciliation has it, and the rest of that must follow.
    """
    stages = Stages(on_progress)
    checks: list[Check] = []
    try:
        with stages("reading the case"):
            case = case_of_run(run, case_file, tables)
    except CarbonMatchError as error:
        return [Check("the case can be read", tuple(str(error).splitlines()))]
    checks.append(Check("case and tables are those of the run", tuple(_inputs(run, case))))
    metered = run.summary.get("kind") == "metered"
    what = "the accounts are those of the meters" if metered else _claim_of(run)
    result: Matched | Result
    try:
        result = _rematched(run, case, stages) if metered else recomputed(run, case, stages)
    except CarbonMatchError as error:
        return [*checks, Check(what, tuple(str(error).splitlines()))]
    checks.append(Check(f"{what}, and {'they' if metered else 'its accounts'} add up"))
    expected = json.loads(runfolder.to_json(result.summary))
    if isinstance(result, Result):
        expected["certificate"]["cross_check"] = at(run.summary, "certificate", "cross_check")
    checks.append(Check(f"{runfolder.SUMMARY} says what was recomputed", _told(_differences(run.summary, expected))))
    with stages("comparing the tables"):
        for name, frame in (
            (runfolder.HOURLY, result.hourly),
            (runfolder.CONTRACTS, result.contracts_hourly),
            (runfolder.STORAGE, result.storage_hourly),
            (runfolder.CLAIMS, result.claims),
            (runfolder.LINKS, result.links),
        ):
            checks.append(Check(f"{name} says what was recomputed", _table_faults(run.path / name, frame)))
        checks += _load_checks(run, result)
        if isinstance(result, Matched) and result.reconciliation is not None:
            name = runfolder.RECONCILIATION
            faults = _table_faults(run.path / name, result.reconciliation)
            checks.append(Check(f"{name} says what was recomputed", faults))
    return checks


def _load_checks(run: RunFolder, result: Matched | Result) -> Iterator[Check]:
    """Compare the tables of load that was changed; where none may be, there are none."""
    frames = (None, None) if isinstance(result, Matched) else (result.load, result.load_entries)
    for name, frame in zip((runfolder.LOAD, runfolder.LOAD_ENTRIES), frames, strict=True):
        if frame is not None:
            yield Check(f"{name} says what was recomputed", _table_faults(run.path / name, frame))
        elif (run.path / name).exists():
            yield Check(f"{name} says what was recomputed", ("no load of this case may be changed",))


def _claim_of(run: RunFolder) -> str:
    if run.summary.get("operation") is not None:
        return "the operation is within the limits of the case, the rest is an optimum"
    if at(run.summary, "target", "budget_per_year") is None:
        return "the solver's answer is an optimum of the case"
    return "the budget buys no larger share, the solver's answer is an optimum of the case"


def _inputs(run: RunFolder, case: Case) -> Iterator[str]:
    """Compare the hashes of what was read with those that the run was made from."""
    if case.provenance.sha256 != at(run.manifest, "case", "sha256"):
        yield f"the case file is not the one of the run: sha256 {case.provenance.sha256}"
    told = entries(run.manifest.get("tables"), "path", "sha256")
    known = {str(table["path"]): table["sha256"] for table in told}
    found = {table.path: table.sha256 for table in case.provenance.tables}
    for path in sorted(known.keys() | found.keys()):
        if known.get(path) != found.get(path):
            yield f"{path} is not the table of the run: sha256 {found.get(path)}, the run says {known.get(path)}"


def _rematched(run: RunFolder, case: Case, stages: Stages) -> Matched:
    """Make the accounts of a metered run anew, and set them against what its reconciliation says of the plan."""
    with stages("accounting and verifying"):
        result = match_case(case)
    told = run.summary.get("reconciliation")
    if not isinstance(told, Mapping):
        return result
    zones, steps = [zone.name for zone in result.ledger.zones], len(result.ledger.starts)
    rows = read_frame(run.path / runfolder.RECONCILIATION)
    wanted = ("plan_load_mwh", "plan_generation_mwh", "plan_storage_net_mwh")
    if len(rows) != len(zones) * steps or not set(wanted) <= set(rows.columns):
        raise VerificationError(f"{runfolder.RECONCILIATION} is not of the zones and steps of this run")
    plan = Balance(*(rows[name].to_numpy(dtype=float).reshape(len(zones), steps) for name in wanted))
    frame = reconciliation_frame(result.ledger.starts, zones, plan, balance_of(result.ledger))
    time = result.problem.time
    contracts = [entry for entry in told.get("contracts") or [] if isinstance(entry, Mapping)]
    foreseen = {str(entry.get("contract")): float(entry.get("plan_generation_mwh") or 0.0) for entry in contracts}
    generated = {account.name: float(account.generation_mwh.sum()) for account in result.ledger.contracts}
    if foreseen.keys() != generated.keys():
        raise VerificationError("the reconciliation is not of the contracts of this run")
    months = [time.month_labels[month] for month in time.month_of_step]
    found = {**told, **reconciliation_summary(frame, months, foreseen, generated)}
    warnings = [*result.summary["warnings"], *(told.get("warnings") or [])]
    return replace(
        result, summary={**result.summary, "reconciliation": found, "warnings": warnings}, reconciliation=frame
    )


def _differences(told: Any, expected: Any, place: str = "") -> Iterator[str]:
    """Yield every place where two JSON values differ."""
    if isinstance(told, Mapping) and isinstance(expected, Mapping):
        for key in dict.fromkeys([*expected, *told]):
            inner = f"{place}.{key}" if place else key
            if key not in told:
                yield f"{inner} is missing"
            elif key not in expected:
                yield f"{inner} is not part of a run"
            else:
                yield from _differences(told[key], expected[key], inner)
    elif isinstance(told, list) and isinstance(expected, list) and len(told) == len(expected):
        for number, (a, b) in enumerate(zip(told, expected, strict=True)):
            yield from _differences(a, b, f"{place}[{number}]")
    elif not _agree(told, expected):
        yield f"{place} is {json.dumps(told)}, recomputed {json.dumps(expected)}"


def _agree(told: Any, expected: Any) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (told, expected))
    if numbers:
        return math.isclose(told, expected, rel_tol=NUMBER_TOLERANCE, abs_tol=NUMBER_TOLERANCE)
    return bool(told == expected and type(told) is type(expected))


def _table_faults(path: Path, expected: pd.DataFrame) -> tuple[str, ...]:
    try:
        told = read_frame(path)
    except CarbonMatchError as error:
        return tuple(str(error).splitlines())
    if list(told.columns) != list(expected.columns):
        return (f"the columns are {', '.join(told.columns)}; recomputed {', '.join(expected.columns)}",)
    if len(told) != len(expected):
        return (f"there are {len(told):,} rows, recomputed {len(expected):,}",)
    return _told(fault for column in expected for fault in _column_faults(told, expected, str(column)))


def _column_faults(told: pd.DataFrame, expected: pd.DataFrame, column: str) -> Iterator[str]:
    mine, theirs = expected[column], told[column]
    if pd.api.types.is_float_dtype(mine) and pd.api.types.is_float_dtype(theirs):
        close = np.isclose(theirs, mine, rtol=NUMBER_TOLERANCE, atol=NUMBER_TOLERANCE, equal_nan=True)
    else:
        close = ((theirs.astype(str) == mine.astype(str)) | (theirs.isna() & mine.isna())).to_numpy()
    wrong = np.flatnonzero(~close)
    if wrong.size:
        row = int(wrong[0])
        stamps = [expected.iloc[row][str(name)] for name in expected if str(name).endswith("_utc")]
        when = f" ({stamps[0]:%Y-%m-%d %H:%M} UTC)" if stamps and pd.notna(stamps[0]) else ""
        more = f", and {wrong.size - 1:,} more" if wrong.size > 1 else ""
        yield f"{column}, row {row + 1:,}{when} is {theirs.iloc[row]}, recomputed {mine.iloc[row]}{more}"


def _told(differences: Iterator[str]) -> tuple[str, ...]:
    """Return the differences, cut short where there are many."""
    found = list(differences)
    more = len(found) - MOST_DIFFERENCES_TOLD
    return tuple([*found[:MOST_DIFFERENCES_TOLD], *([f"and {more:,} more"] if more > 0 else [])])
