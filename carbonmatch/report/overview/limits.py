"""What a run may spend and emit: the budget with what it buys, the carbon cap with its worth, the carbon price."""

from __future__ import annotations

from typing import Final

from carbonmatch.report.numbers import money, number, share
from carbonmatch.report.overview.table import Summary

LEAST_WORTH_PER_T: Final = 0.005
"""A cap worth less a tonne than two decimals show does not bind."""

UNSPENT_SHARE: Final = 1e-4
"""What is left of a budget above this share of it is told, where more money adds nothing that can be seen."""

LEAST_POINTS: Final = 0.005
"""Percentage points that two decimals do not show."""


def limit_facts(summary: Summary) -> list[tuple[str, str]]:
    """Return what of these the target of a plan names, each with what came of it."""
    target = summary.get("target") or {}
    facts = []
    if target.get("budget_per_year") is not None:
        facts.append(("budget", _budget(summary)))
    if target.get("carbon_cap_t_per_year") is not None:
        facts.append(("carbon cap", _carbon_cap(summary)))
    if target.get("carbon_price_per_t") is not None:
        price, emitted = target["carbon_price_per_t"], summary["scope2"]["ghgp_revision_draft"]["market_based_t"]
        facts.append(("carbon price", f"{price:,g} {summary['currency']}/t CO2e on {number(emitted, 0)} t"))
    return facts


def budget_text(summary: Summary) -> str:
    """Write a budget."""
    per_year = summary["target"]["budget_per_year"]
    return f"{money(per_year, summary['currency']).with_unit(per_year)} a year"


def _budget(summary: Summary) -> str:
    per_year = summary["target"]["budget_per_year"]
    spent = summary["cost"]["net_of_sales"] / summary["period"]["year_fraction"]
    text = f"{budget_text(summary)}: best score {share(summary['target']['best_cfe'])}"
    points = 100.0 * (summary["shadow_prices"].get("cfe_per_million") or 0.0)
    if points < LEAST_POINTS and per_year - spent > UNSPENT_SHARE * abs(per_year):
        return f"{text}, for {money(per_year, summary['currency']).text(spent)} of it; more money buys no more"
    added = "less than 0.01" if points < LEAST_POINTS else number(points, 2)
    return f"{text}; one more million a year would add {added} points"


def _carbon_cap(summary: Summary) -> str:
    text = f"{number(summary['target']['carbon_cap_t_per_year'], 0)} t CO2e a year"
    worth = summary["shadow_prices"].get("carbon_cap_value_per_t")
    if worth is None:
        return f"{text}: nothing but claims may emit"
    if worth < LEAST_WORTH_PER_T:
        return f"{text}: does not bind"
    return f"{text}: worth {number(worth, 2)} {summary['currency']}/t at the margin"
