"""The page on a stress test: what the portfolio still matches and what it then costs, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonmatch.report.numbers import UNKNOWN, Units, given_share, share
from carbonmatch.report.overview.run import target_text
from carbonmatch.report.overview.table import Column, Overview, OverviewTable

if TYPE_CHECKING:
    from carbonmatch.study import Stress, Stressed


def stress_overview(stress: Stress) -> Overview:
    """Return the page on a stress test."""
    units = Units.of(stress.plan)
    missed = [case for case in stress.cases if case.summary is not None and not case.met]
    lost = tuple((case.shock.words, str(case.error)) for case in stress.cases if case.summary is None)
    held = sum(case.met for case in stress.cases)
    facts = [
        ("target", target_text(stress.plan["target"])),
        ("held", "sizes of the plan; operation is chosen anew in every case, with foresight of that case"),
        ("met", f"in {held} of {len(stress.cases)} cases"),
    ]
    if missed and stress.asked is not None:
        worst = missed[0]
        facts.append(
            ("worst", f"{given_share(stress.asked)} asked for fall to {share(worst.reached)}: {worst.shock.words}")
        )
    tables = [_table(stress, units)]
    if lost:
        columns = (Column("case", numeric=False), Column("why", numeric=False))
        tables.append(OverviewTable("Not operated", columns, lost))
    return Overview(title=f"{stress.case}: stress test", facts=tuple(facts), tables=tuple(tables))


def _table(stress: Stress, units: Units) -> OverviewTable:
    price = units.price.unit
    columns = (
        Column("case", numeric=False),
        Column("target", numeric=False),
        Column("reached"),
        Column("change", "points"),
        Column("unmatched", units.energy.unit),
        Column("worst month"),
        Column("worst month", numeric=False),
        Column("net of sales", price),
        Column("change", price),
        Column("gross", price),
    )
    plan = stress.cases and stress.plan
    planned = _reached(stress.plan)
    rows = [("as planned", "", *_cells(stress.plan, planned, stress.plan, units))] if plan else []
    rows += [
        (case.shock.words, "met" if case.met else "missed", *_cells(case.summary, planned, stress.plan, units, case))
        for case in stress.cases
        if case.summary is not None
    ]
    note = "Worst first. Costs per MWh of load. Where the target is out of reach: the best share that the sizes reach."
    return OverviewTable("Cases", columns, tuple(rows), frozenset({0}), note)


def _reached(summary: dict[str, Any]) -> float:
    target, scores = summary["target"], summary["scores"]
    if target["matching"] in {"annual", "monthly"}:
        return float(scores["annual_volumetric_share"])
    return float(scores["cfe_score"] if target["grid_credit"] else scores["hourly_matched_share"])


def _cells(
    summary: dict[str, Any], planned: float, plan: dict[str, Any], units: Units, case: Stressed | None = None
) -> tuple[str, ...]:
    reached = _reached(summary)
    cost = summary["cost"]["net_of_sales_per_mwh_load"]
    more = cost - plan["cost"]["net_of_sales_per_mwh_load"]
    return (
        share(reached),
        UNKNOWN if case is None else f"{100.0 * (reached - planned):+.1f}",
        units.energy.text(sum(zone["unmatched_mwh"] for zone in summary["zones"].values())),
        share(summary["scores"]["worst_month_share"]),
        summary["scores"]["worst_month"],
        units.price.text(cost),
        UNKNOWN if case is None else f"{more:+.2f}",
        units.price.text(summary["cost"]["per_mwh_load"]),
    )
