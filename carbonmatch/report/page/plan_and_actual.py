"""Plan and actual: how a plan turned out, what changed it, and where it shows most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonmatch.report.numbers import UNKNOWN, Units, share
from carbonmatch.report.overview import OverviewTable, reconciliation_tables
from carbonmatch.report.page.cost import Bar, BarChart
from carbonmatch.report.page.figure import Scale


@dataclass(frozen=True)
class Reconciliation:
    """How the plan turned out: in a sentence, step by step from plan to actual, and in tables."""

    sentence: str
    chart: BarChart
    tables: tuple[OverviewTable, ...]


def reconciliation(summary: Mapping[str, Any], units: Units) -> Reconciliation | None:
    """Return what led from the planned to the actual match; None for a run that has no plan to answer for."""
    found = summary.get("reconciliation")
    if not found:
        return None
    plan, actual = found["plan_matched_share"], found["actual_matched_share"]
    sentence = f"The plan matched {share(plan)} of its load; the meters say {share(actual)} of theirs."
    tables = tuple(table for table in reconciliation_tables(summary, units) if table.rows)
    return Reconciliation(sentence, _chart(found, units), tables)


def _chart(found: Mapping[str, Any], units: Units) -> BarChart:
    """Return the steps from what the plan matched, cause by cause, to what was matched."""
    planned, actual = found["plan_matched_mwh"], found["actual_matched_mwh"]
    way, level = [("matched in the plan", planned, 0.0, planned, "total")], planned
    for cause in found["causes"]:
        change = cause["matched_mwh"]
        way.append((f"by {cause['cause']}", change, level, level + change, "part" if change >= 0.0 else "sale"))
        level += change
    way.append(("matched as metered", actual, 0.0, actual, "total"))
    scale = Scale(0.0, max(planned, actual, *(end for *_, end, _ in way)) or 1.0, ())
    bars = tuple(
        Bar(
            label,
            scale.percent(max(min(start, end), 0.0)),
            scale.percent(max(start, end)) - scale.percent(max(min(start, end), 0.0)),
            kind,
            (units.energy.text(amount), share(amount / planned) if planned > 0.0 else UNKNOWN),
        )
        for label, amount, start, end, kind in way
    )
    largest = max(found["causes"], key=lambda cause: abs(cause["matched_mwh"]))
    change = largest["matched_mwh"]
    more = f"{'more' if change >= 0.0 else 'less'} was matched"
    caption = (
        f"{largest['cause'].capitalize()} made the largest difference: "
        f"{units.energy.with_unit(abs(change))} {more}. Each cause has the mean of its part over all orders in which "
        "the plan can be replaced by what was metered, so that they add up."
    )
    return BarChart(
        name="plan-and-actual",
        title="From the plan to what was metered",
        caption=caption,
        columns=(("energy", units.energy.unit), ("of the plan", "")),
        bars=bars,
        zero=scale.percent(0.0),
        head="step",
    )
