"""The runs that a run is compared with: what the same load costs with another target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.accounting import Premium, emissions_by_the_hour_t, premium_over
from carbonmatch.report.numbers import UNKNOWN, Units, given_share, money, number, share
from carbonmatch.report.overview import Column, OverviewTable, target_text
from carbonmatch.runfolder import RunFolder

_WORDS: Final = {"annual": "annual matching", "monthly": "monthly matching", "none": "no target"}


@dataclass(frozen=True)
class Baseline:
    """A run to compare with: its target in words, its cost, and what this run costs more."""

    word: str
    summary: Mapping[str, Any]
    net: float
    over: Premium

    @property
    def premium(self) -> float | None:
        """What this run costs more per MWh of load; None where the two do not compare."""
        return self.over.per_mwh_load

    @property
    def why_not(self) -> str:
        """Why the two do not compare."""
        return self.over.why_not


def read_baselines(summary: Mapping[str, Any], runs: Sequence[RunFolder]) -> tuple[Baseline, ...]:
    """Return the plans among these runs as baselines of a plan; a run with meters alone has no cost to compare."""
    if summary.get("cost") is None:
        return ()
    return tuple(_baseline(summary, run.summary) for run in runs if run.summary.get("cost") is not None)


def _baseline(summary: Mapping[str, Any], other: Mapping[str, Any]) -> Baseline:
    target = other["target"]
    word = _word(target, other["currency"])
    net = other["cost"]["net_of_sales_per_mwh_load"]
    return Baseline(word, other, net, premium_over(summary, other))


def _word(target: Mapping[str, Any], currency: str) -> str:
    """Name a run by what it was asked for."""
    budget = target.get("budget_per_year")
    if budget is not None:
        return f"a budget of {money(budget, currency).with_unit(budget)} a year"
    names = {"carbon_cap_t_per_year": "a carbon cap", "carbon_price_per_t": "a carbon price"}
    carbon = " and ".join(name for key, name in names.items() if target.get(key) is not None)
    if target["matching"] == "none":
        return carbon or _WORDS["none"]
    word = _WORDS.get(target["matching"]) or f"{given_share(target['cfe'])} hour by hour"
    return f"{word} with {carbon}" if carbon else word


def baseline_table(summary: Mapping[str, Any], baselines: Sequence[Baseline], units: Units) -> OverviewTable:
    """Return this run and its baselines, one row each; without rows where there are no baselines."""
    columns = (
        Column("run", numeric=False),
        Column("target", numeric=False),
        Column("net of sales", units.price.unit),
        Column("premium of this run", units.price.unit),
        Column("gross", units.price.unit),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("market-based emissions, by the hour", "t CO2"),
        Column("premium per tonne less", f"{summary['currency']}/t"),
    )
    rows = [_row("this run", summary, UNKNOWN, UNKNOWN, units)]
    for baseline in baselines:
        premium = UNKNOWN if baseline.premium is None else units.price.text(baseline.premium)
        rows.append(_row(baseline.word, baseline.summary, premium, _per_tonne(baseline), units))
    apart = [f"{b.word} is not compared: {b.why_not}." for b in baselines if b.why_not]
    note = " ".join(["Costs per MWh of load; emissions by the draft revision of Scope 2, hour by hour.", *apart])
    strong = frozenset({0})
    return OverviewTable(
        "This run and others", columns, tuple(rows) if baselines else (), strong, note if baselines else ""
    )


def _per_tonne(baseline: Baseline) -> str:
    """Write what each tonne costs that this run emits less than a baseline; a dash where it emits no less."""
    per_tonne = baseline.over.per_tonne_avoided
    return UNKNOWN if per_tonne is None else number(per_tonne, 1)


def _row(word: str, summary: Mapping[str, Any], premium: str, per_tonne: str, units: Units) -> tuple[str, ...]:
    scores, emitted = summary["scores"], emissions_by_the_hour_t(summary)
    return (
        word,
        target_text(summary["target"]),
        units.price.text(summary["cost"]["net_of_sales_per_mwh_load"]),
        premium,
        units.price.text(summary["cost"]["per_mwh_load"]),
        share(scores["hourly_matched_share"]),
        share(scores["cfe_score"]),
        share(scores["annual_volumetric_share"]),
        UNKNOWN if emitted is None else number(emitted, 0),
        per_tonne,
    )
