"""Scope 2 on the first page: both methods, under both sets of rules."""

from __future__ import annotations

from carbonmatch.report.numbers import UNKNOWN, number
from carbonmatch.report.overview.table import Column, OverviewTable, Summary
from carbonmatch.units import KG_PER_TONNE


def scope2_table(summary: Summary) -> OverviewTable:
    """Return Scope 2 emissions by method, under both sets of rules."""
    by_year, by_hour = (summary["scope2"][rules] for rules in ("ghgp_2015", "ghgp_revision_draft"))
    rows = (
        ("location-based", by_year["location_based_t"], "the grid average of each hour"),
        ("market-based", by_year["market_based_t"], "claims by the year: guidance of 2015, in force"),
        ("market-based", by_hour["market_based_t"], "claims by the hour: draft revision, nothing binds yet"),
    )
    load = summary["load_mwh"]
    unknown = any(total is None for _, total, _ in rows)
    return OverviewTable(
        "Scope 2 emissions",
        (
            Column("method", numeric=False),
            Column("emissions", "t CO2"),
            Column("per MWh of load", "kg"),
            Column("counted by", numeric=False),
        ),
        tuple(
            (
                method,
                UNKNOWN if total is None else tonnes(total),
                UNKNOWN if total is None or load == 0.0 else number(KG_PER_TONNE * total / load, 1),
                rule,
            )
            for method, total, rule in rows
        ),
        note="A dash where the case gives no factor, such as carbon_intensity_g_per_kwh." if unknown else "",
    )


def tonnes(amount: float) -> str:
    """Write an amount of emissions, in whole tonnes from a thousand up."""
    return number(amount, 0 if abs(amount) >= 1000.0 else 1)
