"""The page on a stress test: what the portfolio reaches in every case, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview.run import target_text
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row, Summary

if TYPE_CHECKING:
    from carbonmatch.study import Stressed, StressTest


def stress_overview(test: StressTest) -> Overview:
    """Return the page on a stress test."""
    units = Units.of(test.plan)
    failed = tuple((case.words, str(case.error)) for case in test.cases if case.summary is None)
    found = [case for case in test.cases if case.summary is not None]
    tables = [_case_table(test, found, units)] if found else []
    if failed:
        columns = (Column("case", numeric=False), Column("why", numeric=False))
        tables.append(OverviewTable("Not solved", columns, failed))
    facts = [
        ("target", target_text(test.plan["target"])),
        ("portfolio", "chosen for the case, sizes held" if test.run is None else f"of {test.run}, sizes held"),
        ("outcome", test.words),
        *_dearest(found, units),
        ("verified", "yes: every case, like a run of its own"),
    ]
    return Overview(title=test.case, facts=tuple(facts), tables=tuple(tables))


def _dearest(found: list[Stressed], units: Units) -> list[tuple[str, str]]:
    """Say in which case cost rises most."""
    if not found:
        return []
    worst = max(found, key=lambda case: case.cost_change_per_mwh_load or 0.0)
    rise = worst.cost_change_per_mwh_load or 0.0
    if rise <= 0.0:
        return []
    return [("dearest", f"{worst.words}: {units.price.text(rise)} {units.price.unit} of load more, net of sales")]


def _case_table(test: StressTest, found: list[Stressed], units: Units) -> OverviewTable:
    unit = units.price.unit
    columns = (
        Column("case", numeric=False),
        Column("score"),
        Column("change", "points"),
        Column("target", numeric=False),
        Column("unmatched", units.energy.unit),
        Column("worst month"),
        Column("matched in it"),
        Column("net of sales", unit),
        Column("change", unit),
    )
    rows = [_row(case, case.summary, units) for case in found if case.summary is not None]
    lifted = sorted(
        {key for case in found if case.summary for key in (case.summary.get("reach") or {}).get("lifted", ())}
    )
    note = "Costs per MWh of load. Where the target is missed, the cost is that of the best score in reach."
    if lifted:
        note += f" Where held sizes break a limit whatever is done, it gave way: {', '.join(lifted)}."
    return OverviewTable("Stress test", columns, (_plan_row(test, units), *rows), strong=frozenset({0}), note=note)


def _plan_row(test: StressTest, units: Units) -> Row:
    return ("the plan", share(test.plan_score), UNKNOWN, "", *_figures(test.plan, units), UNKNOWN)


def _row(case: Stressed, summary: Summary, units: Units) -> Row:
    return (
        case.words,
        share(case.score),
        UNKNOWN if case.score_change is None else _signed(number(100.0 * case.score_change, 1)),
        "" if case.target_met is None else "met" if case.target_met else "missed",
        *_figures(summary, units),
        UNKNOWN if case.cost_change_per_mwh_load is None else _signed(units.price.text(case.cost_change_per_mwh_load)),
    )


def _figures(summary: Summary, units: Units) -> Row:
    scores = summary["scores"]
    return (
        units.energy.text(sum(zone["unmatched_mwh"] for zone in summary["zones"].values())),
        scores["worst_month"],
        share(scores["worst_month_share"]),
        units.price.text(summary["cost"]["net_of_sales_per_mwh_load"]),
    )


def _signed(text: str) -> str:
    return text if text.startswith("-") or not any(digit in text for digit in "123456789") else f"+{text}"
