"""Tables that set a metered period against its plan: what changed, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview.table import Column, OverviewTable, Row, Summary

MONTHS_SHOWN: Final = 3
HOURS_SHOWN: Final = 3
"""The months that changed most and the hours furthest behind the plan are shown; `summary.json` holds more."""


def reconciliation_tables(summary: Summary, units: Units) -> list[OverviewTable]:
    """Return plan against actual; nothing where the run was not set against a plan."""
    found = summary["reconciliation"]
    if found is None:
        return []
    return [_totals(found, units), _causes(found, units), _contracts(found, units), _times(found, units)]


def _totals(found: Summary, units: Units) -> OverviewTable:
    def row(label: str, key: str) -> Row:
        plan, actual = found[f"plan_{key}"], found[f"actual_{key}"]
        return label, units.energy.text(plan), units.energy.text(actual), units.energy.text(actual - plan)

    shares = found["plan_matched_share"], found["actual_matched_share"]
    points = f"{number(100.0 * (shares[1] - shares[0]), 1)} points"
    return OverviewTable(
        "Plan and actual",
        (
            Column("", numeric=False),
            Column("plan", units.energy.unit),
            Column("actual", units.energy.unit),
            Column("change", units.energy.unit),
        ),
        (
            row("load", "load_mwh"),
            row("generation", "generation_mwh"),
            row("matched", "matched_mwh"),
            row("unmatched", "unmatched_mwh"),
            ("matched share", share(shares[0]), share(shares[1]), points),
        ),
        note=f"Plan: {found['plan']}, {found['plan_period']}",
    )


def _causes(found: Summary, units: Units) -> OverviewTable:
    rows = [
        (cause["cause"], units.energy.text(cause["matched_mwh"]), units.energy.text(cause["unmatched_mwh"]))
        for cause in found["causes"]
    ]
    unmatched = found["actual_unmatched_mwh"] - found["plan_unmatched_mwh"]
    rows.append(("total", units.energy.text(found["matched_change_mwh"]), units.energy.text(unmatched)))
    return OverviewTable(
        "What made the difference",
        (
            Column("cause", numeric=False),
            Column("matched", units.energy.unit),
            Column("unmatched", units.energy.unit),
        ),
        tuple(rows),
        strong=frozenset({len(rows) - 1}),
    )


def _contracts(found: Summary, units: Units) -> OverviewTable:
    rows = tuple(
        (
            entry["contract"],
            units.energy.text(entry["plan_generation_mwh"]),
            units.energy.text(entry["actual_generation_mwh"]),
            units.energy.text(entry["change_mwh"]),
            UNKNOWN if entry["change_share"] is None else f"{number(100.0 * entry['change_share'], 1)} %",
        )
        for entry in found["contracts"]
    )
    return OverviewTable(
        "Generation against plan",
        (
            Column("contract", numeric=False),
            Column("plan", units.energy.unit),
            Column("actual", units.energy.unit),
            Column("change", units.energy.unit),
            Column("relative change"),
        ),
        rows,
    )


def _times(found: Summary, units: Units) -> OverviewTable:
    """Return the months that changed most, where there are several, and the hours furthest behind the plan."""
    months = sorted(found["months"], key=lambda month: -abs(month["matched_change_mwh"]))[:MONTHS_SHOWN]
    told = [(month["month"], month) for month in months if len(found["months"]) > 1]
    for hour in found["hours_furthest_behind"][:HOURS_SHOWN]:
        start = datetime.fromisoformat(hour["interval_start_utc"])
        told.append((f"{start:%Y-%m-%d %H:%M} UTC, {hour['zone']}", hour))
    rows = tuple(
        (
            when,
            units.energy.text(entry["matched_change_mwh"]),
            *(units.energy.text(cause["matched_mwh"]) for cause in entry["causes"]),
        )
        for when, entry in told
    )
    return OverviewTable(
        "Where matched differs most",
        (
            Column("when", numeric=False),
            Column("change of matched", units.energy.unit),
            Column("by load", units.energy.unit),
            Column("by generation", units.energy.unit),
            Column("by storage", units.energy.unit),
        ),
        rows,
    )
