"""What one run costs more than another of the same load, and what is had for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SAME_LOAD: Final = 1e-6
"""Loads that differ by a smaller share are the same: rows of the model may be off by as much."""

LEAST_TONNES: Final = 1.0
"""Of a difference below this, a cost per tonne would be noise."""


@dataclass(frozen=True)
class Premium:
    """The cost of a run, net of sales, over that of a baseline; None where there is none to tell.

    amount              [currency over the horizon]
    share               of the baseline's cost; None where that is not above zero
    per_mwh_load        [currency/MWh]; where a plan gave up a part of its load, per MWh of what was asked for: what is
                        given up has its price in the cost, and is not to make the rest look dearer
    per_tonne_avoided   [currency/t CO2e]: the amount over the market-based emissions, counted by the hour, that the run
                        has less than the baseline; None where it has no less
    why_not             why the two do not compare
    """

    amount: float | None = None
    share: float | None = None
    per_mwh_load: float | None = None
    per_tonne_avoided: float | None = None
    why_not: str = ""


def premium_over(summary: Mapping[str, Any], baseline: Mapping[str, Any]) -> Premium:
    """Return the premium of one run over another, both by their summaries."""
    if why_not := why_not_comparable(summary, baseline):
        return Premium(why_not=why_not)
    cost, other = summary["cost"]["net_of_sales"], baseline["cost"]["net_of_sales"]
    amount = cost - other
    emitted, emitted_there = emissions_by_the_hour_t(summary), emissions_by_the_hour_t(baseline)
    avoided = None if emitted is None or emitted_there is None else emitted_there - emitted
    return Premium(
        amount=amount,
        share=amount / other if other > 0.0 else None,
        per_mwh_load=_per_mwh(summary, baseline),
        per_tonne_avoided=None if avoided is None or avoided < LEAST_TONNES else amount / avoided,
    )


def asked_load_mwh(summary: Mapping[str, Any]) -> float:
    """Return the load that was asked for: as planned, with what was placed, before any of it was given up [MWh]."""
    told = summary.get("load") or {}
    if "planned_mwh" not in told:  # none may be changed, or weather years: their mean tells placements alone
        return float(summary["load_mwh"])
    return float(told["planned_mwh"] + told["placed_mwh"])


def _per_mwh(summary: Mapping[str, Any], baseline: Mapping[str, Any]) -> float:
    if summary.get("load") or baseline.get("load"):
        amount: float = summary["cost"]["net_of_sales"] - baseline["cost"]["net_of_sales"]
        return amount / asked_load_mwh(summary)
    per_mwh: float = summary["cost"]["net_of_sales_per_mwh_load"] - baseline["cost"]["net_of_sales_per_mwh_load"]
    return per_mwh


def _same_load(summary: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two runs were asked for the same load: one of them may move it, or give up a part."""
    if summary.get("load_mwh") is None or other.get("load_mwh") is None:
        return bool(summary.get("load_mwh") == other.get("load_mwh"))
    return math.isclose(asked_load_mwh(summary), asked_load_mwh(other), rel_tol=SAME_LOAD)


def emissions_by_the_hour_t(summary: Mapping[str, Any]) -> float | None:
    """Return the market-based emissions of a run, claims counted by the hour [t CO2e]; None if not known."""
    emitted: float | None = (summary.get("scope2") or {}).get("ghgp_revision_draft", {}).get("market_based_t")
    return emitted


def why_not_comparable(summary: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return why the costs of two runs cannot be told against each other; nothing where they can."""
    if summary.get("cost") is None or other.get("cost") is None:
        return "it has no cost (it was matched, not solved)"
    if other.get("currency") != summary.get("currency"):
        return f"its currency is {other.get('currency')}"
    if not _same_load(summary, other):
        return "its load is another one"
    return "" if other.get("period") == summary.get("period") else "its period is another one"
