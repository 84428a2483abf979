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
    per_mwh_load        [currency/MWh]
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
        per_mwh_load=summary["cost"]["net_of_sales_per_mwh_load"] - baseline["cost"]["net_of_sales_per_mwh_load"],
        per_tonne_avoided=None if avoided is None or avoided < LEAST_TONNES else amount / avoided,
    )


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
    if not _same_load(summary.get("load_mwh"), other.get("load_mwh")):
        return "its load is another one"
    return "its period is another one" if other.get("period") != summary.get("period") else ""


def _same_load(load_mwh: float | None, other_mwh: float | None) -> bool:
    """Tell whether as much is used: work that was only moved adds to the same load but for what a solver leaves."""
    if load_mwh is None or other_mwh is None:
        return load_mwh == other_mwh
    return math.isclose(load_mwh, other_mwh, rel_tol=SAME_LOAD)
