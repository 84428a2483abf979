"""The accounts of what really happened: metered load, generation and storage of a past period; nothing is optimised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import (
    Balance,
    Metered,
    build_ledger,
    facts_from_case,
    prove_accounts,
    read_meters,
    reconciliation_frame,
    reconciliation_summary,
    summarise_metered,
)
from carbonmatch.case import Case, load_case
from carbonmatch.records import FloatArray, Ledger, ZoneLedger
from carbonmatch.study.plan import Plan, read_plan
from carbonmatch.study.provenance import inputs_of, rounded, versions_of
from carbonmatch.study.result import Matched
from carbonmatch.study.run import write_accounts
from carbonmatch.study.stages import Stages
from carbonmatch.tables import write_table

LIBRARIES: Final = ("numpy", "pandas", "pyarrow")
"""Whose versions decide the numbers: nothing is solved here."""


def match_case(
    case: Case | Path | str,
    *,
    out: Path | str | None = None,
    plan: Path | str | None = None,
    force: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> Matched:
    """Account for the metered series of a case and verify the accounts; write a run folder where `out` names one.

    case   a checked case, or the path of its file
    plan   run folder of a solve that the metered period is set against, hour by hour and by cause

    Raises:
        InputError: nothing is metered, `out` cannot be written, or the plan is of other steps, zones or contracts.
        VerificationError: the accounts do not add up; nothing is written.
    """
    if out is not None:
        runfolder.check_writable(Path(out), force=force)
    if not isinstance(case, Case):
        case = load_case(case, purpose="match")
    stages = Stages(on_progress)
    stages.seconds["reading the case"] = case.provenance.seconds
    with stages("reading the meters"):
        metered = read_meters(case)
    foreseen = None
    if plan is not None:
        with stages("reading the plan"):
            foreseen = read_plan(Path(plan), metered)
    with stages("accounting and verifying"):
        facts = facts_from_case(metered.case)
        ledger = build_ledger(metered.problem, metered.flows, facts)
        prove_accounts(metered.problem, ledger)
        summary = summarise_metered(metered, ledger, facts)
        frame = None if foreseen is None else _against(foreseen, metered, ledger, summary)
    origin = {
        **inputs_of(case),
        "plan": None if foreseen is None else {"path": foreseen.path, "sha256": foreseen.hashes},
        **versions_of(LIBRARIES),
        "wall_seconds": rounded(stages.seconds),
    }
    result = Matched(summary, origin, metered.problem, facts, ledger, frame)
    if out is not None:
        _write(result, Path(out), force=force, stages=stages)
    return result


def _against(plan: Plan, metered: Metered, ledger: Ledger, summary: dict[str, Any]) -> pd.DataFrame:
    """Set what was metered against the plan; the summary is told the totals."""
    time = metered.problem.time
    frame = reconciliation_frame(time.starts, [zone.name for zone in ledger.zones], plan.balance, balance_of(ledger))
    generated = {account.name: float(account.generation_mwh.sum()) for account in ledger.contracts}
    summary["reconciliation"] = {
        "plan": plan.path,
        "plan_case": plan.case,
        "plan_period": plan.period,
        "plan_sha256": plan.hashes,
        "warnings": list(plan.warnings),
        **reconciliation_summary(
            frame, [time.month_labels[month] for month in time.month_of_step], plan.generation_mwh, generated
        ),
    }
    summary["warnings"] += plan.warnings
    return frame


def balance_of(ledger: Ledger) -> Balance:
    """Return what a ledger had in every zone and step."""

    def stacked(of: Callable[[ZoneLedger], FloatArray]) -> FloatArray:
        return np.stack([of(zone) for zone in ledger.zones])

    return Balance(
        load_mwh=stacked(lambda zone: zone.load_mwh),
        generation_mwh=stacked(lambda zone: zone.generation_mwh),
        storage_mwh=stacked(lambda zone: zone.clean_discharge_mwh - zone.clean_charge_mwh),
    )


def _write(result: Matched, path: Path, *, force: bool, stages: Stages) -> None:
    """Write a run folder, whole or not at all."""
    with runfolder.new_run_folder(path, force=force) as folder:
        with stages("writing the run folder"):
            write_accounts(result, folder)
            if result.reconciliation is not None:
                write_table(result.reconciliation, folder / runfolder.RECONCILIATION)
        runfolder.write_json(folder / runfolder.MANIFEST, {**result.manifest, "wall_seconds": rounded(stages.seconds)})
        runfolder.write_json(folder / runfolder.SUMMARY, result.summary)
