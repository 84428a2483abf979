"""The page on several weather years: one portfolio, what it comes to in the mean, and every year, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from carbonmatch.report.numbers import Units, number, share
from carbonmatch.report.overview.compute import per_million_tokens
from carbonmatch.report.overview.placement import placement_table, placements_of
from carbonmatch.report.overview.run import (
    cost_table,
    grid_table,
    left_out_table,
    portfolio_table,
    proof_text,
    storage_table,
    target_text,
)
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Summary


def years_overview(summary: Summary) -> Overview:
    """Return the page on the weather years of a case, from `years.json`."""
    units = Units.of(summary)
    tables = [
        year_table(summary, units),
        portfolio_table(summary, units),
        left_out_table(summary, units),
        storage_table(summary, units),
        grid_table(summary, units),
        placement_table(placements_of(summary), units, summary["currency"]),
        cost_table(summary, units),
        *token_years_table(summary),
    ]
    return Overview(
        title=summary["case"],
        facts=tuple(_facts(summary, units)),
        tables=tuple(table for table in tables if table.rows or table.note),
    )


def token_years_table(summary: Summary) -> Iterator[OverviewTable]:
    """Yield what a million tokens cost in every year, and in the mean; nothing where the case states no compute."""
    compute, years = summary.get("compute"), summary["years"]
    if compute is None:
        return
    keys = ("compute_gross_per_million_tokens", "compute_net_of_sales_per_million_tokens")
    by_year = {name: [years[name][key] for key in keys] for name in summary["worst_years"]}
    mean = [compute["per_million_tokens"], compute["net_of_sales_per_million_tokens"]]
    price = per_million_tokens([*(value for row in by_year.values() for value in row), *mean], summary["currency"])
    rows = [(name, *map(price.text, amounts)) for name, amounts in {**by_year, "mean": mean}.items()]
    columns = (Column("year", numeric=False), Column("gross", price.unit), Column("net of sales", price.unit))
    yield OverviewTable("Energy per million tokens", columns, tuple(rows), strong=frozenset({len(by_year)}))


def _facts(summary: Summary, units: Units) -> list[tuple[str, str]]:
    years, cost = summary["years"], summary["cost"]
    worst = summary["worst_years"][0]
    net, gross = cost["net_of_sales_per_mwh_load"], cost["per_mwh_load"]
    held = "; sizes held, only the operation is chosen" if summary["sizes_held"] else ""
    return [
        ("weather years", f"{len(years)}, one portfolio for all of them; amounts are the mean of a year"),
        ("load", f"{units.energy.with_unit(summary['load_mwh'])} a year"),
        ("target", f"{target_text(summary['target'])}{_by_whom(summary['target'])}{held}"),
        (
            "reached",
            f"{share(summary['scores']['hourly_matched_share'])} of load matched hour by hour in the mean, "
            f"{share(years[worst]['hourly_matched_share'])} in the worst year, {worst}",
        ),
        ("cost", f"{units.price.with_unit(net)} of load net of sales in the mean, {units.price.text(gross)} gross"),
        ("verified", proof_text(summary) + "; every year like a run of its own"),
    ]


def _by_whom(target: Summary) -> str:
    if target["matching"] == "none":
        return ""
    return ", in every year" if target["years"] == "every" else ", by the mean of the years"


def year_table(summary: Summary, units: Units) -> OverviewTable:
    """Return every year in one row, the worst one first."""
    years = summary["years"]
    columns = (
        Column("year", numeric=False),
        Column("weight"),
        Column("load", units.energy.unit),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("excess over load"),
        Column("peak retail supply", units.power.unit),
        Column("net of sales", units.price.unit),
        Column("gross", units.price.unit),
    )
    rows = tuple(
        (
            name,
            f"{number(100.0 * year['weight'], 1)} %",
            units.energy.text(year["load_mwh"]),
            share(year["hourly_matched_share"]),
            share(year["cfe_score"]),
            share(year["annual_volumetric_share"]),
            share(year["excess_share"]),
            units.power.text(year["peak_retail_supply_mw"]),
            units.price.text(year["cost_net_of_sales_per_mwh_load"]),
            units.price.text(year["cost_per_mwh_load"]),
        )
        for name in summary["worst_years"]
        for year in [years[name]]
    )
    mean = (
        "mean",
        "",
        units.energy.text(summary["load_mwh"]),
        *(share(summary["scores"][key]) for key in ("hourly_matched_share", "cfe_score", "annual_volumetric_share")),
        share(summary["excess_share"]),
        "",
        units.price.text(summary["cost"]["net_of_sales_per_mwh_load"]),
        units.price.text(summary["cost"]["per_mwh_load"]),
    )
    return OverviewTable("Weather years, the worst first", columns, (*rows, mean), strong=frozenset({len(rows)}))
