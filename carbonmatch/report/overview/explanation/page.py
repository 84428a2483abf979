"""The page on what an optimum says about prices: hours, offers, limits and weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from carbonmatch.report.numbers import Units, money, number, share, whole
from carbonmatch.report.overview.explanation.limits import firm_table, limit_words, limits_table, measured_table
from carbonmatch.report.overview.explanation.offers import (
    left_out_table,
    storage_left_out_table,
    storage_taken_table,
    taken_table,
)
from carbonmatch.report.overview.explanation.weeks import weeks_table
from carbonmatch.report.overview.limits import limit_facts
from carbonmatch.report.overview.placement import placement_table
from carbonmatch.report.overview.run import target_text
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row, Summary

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def explanation_page(summary: Summary) -> Overview:
    """Return the page on an explanation (`explain.json`)."""
    units = Units.of(summary)
    tables: list[OverviewTable] = []
    several = len(summary["prices"]) > 1
    for zone, prices in summary["prices"].items():
        tables.append(price_table(prices, units, f", {zone}" if several else ""))
    tables += [
        taken_table(summary, units),
        left_out_table(summary, units),
        storage_taken_table(summary, units),
        storage_left_out_table(summary, units),
        limits_table(summary, units),
        measured_table(summary),
        firm_table(summary, units),
        placement_table(summary.get("placements") or {}, units, summary["currency"]),
    ]
    tables += [weeks_table(summary, zone, units, f", {zone}" if several else "") for zone in summary["weeks"]]
    return Overview(
        title=f"{summary['case']}: what it is worth",
        facts=tuple(_facts(summary, units)),
        tables=tuple(table for table in tables if table.rows or table.note),
    )


# --- what a reader must know first ------------------------------------------------------------------------------------


def _facts(summary: Summary, units: Units) -> Iterable[tuple[str, str]]:
    held = "; sizes held" if summary["sizes_held"] else ""
    yield "target", target_text(summary["target"]) + held
    net = summary["cost"]["net_of_sales_per_mwh_load"]
    yield "cost", f"{units.price.with_unit(net)} of load net of sales"
    yield from limit_facts(summary)
    yield from _target_facts(summary, units)
    yield "prices", _uniqueness_text(summary)
    years = summary["period"]["year_fraction"]
    if abs(years - 1.0) > 1e-9:
        yield "a year", f"amounts per year are those of the period, {years:.3g} of a year, extended to a whole one"


def _target_facts(summary: Summary, units: Units) -> Iterable[tuple[str, str]]:
    parts = [limit for limit in summary["limits"] if limit["key"].startswith("target.cfe")]
    binding = [limit for limit in parts if limit["binds"]]
    if not parts:
        yield "target's price", "there is no target"
    elif not binding:
        yield "target's price", "nothing: the cheapest portfolio reaches more than is asked"
    elif any(limit["saved_per_step_year"] is None for limit in binding):
        highest = max(prices["highest_attribute_value_per_mwh"] for prices in summary["prices"].values())
        yield (
            "target's price",
            f"no single one: every hour must be met. The dearest claim is worth {units.price.with_unit(highest)}, so "
            "much the first MWh left unmatched would save",
        )
    else:
        total = sum(limit["saved_per_step_year"] for limit in binding)
        text = f"one percentage point less saves {_year(total, summary)} a year"
        if len(parts) == 1:
            text += f": {units.price.with_unit(binding[0]['per_mwh'])} for the last MWh that counts"
        yield "target's price", text


def _uniqueness_text(summary: Summary) -> str:
    shares = summary["uniqueness"]["hours_share"].values()
    claims, energy = ([zone[kind] for zone in shares] for kind in ("attribute", "energy"))
    if None in claims:
        return "one set of those that prove this optimum; whether there are others was not found out"
    if min(*claims, *energy) == 1.0:
        text = "proved to be the only ones that this optimum has, in every hour"
    else:
        text = f"those of claims are proved to be the only ones in {_of_hours(min(claims))}, "
        text += f"those of energy in {_of_hours(min(energy))}; elsewhere there may be others as well"
    ranges = [
        (limit, limit["lowest_price"], limit["highest_price"])
        for limit in summary["limits"]
        if limit["price_is_unique"] is False and limit["lowest_price"] is not None
    ]
    for limit, low, high in ranges:
        words, per = limit_words(limit["key"]), "t" if limit["step_unit"] == "t" else "MWh"
        if high is None:
            text += f". Not unique: the price of the {words}, any from {number(low, 2)} per {per} upwards is as good"
        elif high - low > 0.01 * high:
            span = f"{number(low, 2)} to {number(high, 2)} per {per}"
            text += f". Not unique: the price of the {words}, any from {span} is as good"
        else:
            text += f". Not proved to be the only one: the price of the {words}; --check-prices measures it"
    return text


def _year(amount: float, summary: Summary) -> str:
    return money(amount, summary["currency"]).with_unit(amount)


def _of_hours(part: float) -> str:
    return "every hour" if part == 1.0 else f"{share(part)} of the hours"


# --- prices -----------------------------------------------------------------------------------------------------------


def price_table(prices: Mapping[str, Any], units: Units, where: str) -> OverviewTable:
    """Return the price of carbon-free energy by hour of the day and month."""
    months, by_month = prices["months"], prices["by_month"]["attribute_value_per_mwh"]
    table, by_hour = prices["attribute_value_per_mwh"], prices["by_hour"]["attribute_value_per_mwh"]
    rows: list[Row] = [
        (f"{hour:02d}", *(whole(row[hour]) for row in table), whole(by_hour[hour]))
        for hour in prices["hours"]
        if by_hour[hour] is not None
    ]
    mean = prices["mean"]["attribute_value_per_mwh"]
    rows.append(("mean", *map(whole, by_month), whole(mean)))
    return OverviewTable(
        f"Price of carbon-free energy by hour and month{where} [{units.price.unit}]",
        (Column("hour", numeric=False), *(Column(MONTHS[month - 1]) for month in months), Column("mean")),
        tuple(rows),
        strong=frozenset({len(rows) - 1}),
        note=_price_note(prices, units),
    )


def _price_note(prices: Mapping[str, Any], units: Units) -> str:
    energy = units.price.with_unit(prices["mean"]["energy_value_per_mwh"])
    text = (
        "What one more MWh of claim is worth, local time, means weighted by load. The energy itself is worth "
        f"{energy} on top, on average, with the firm supply that it spares."
    )
    at_premium, nothing = prices["hours_at_the_premium_share"], prices["hours_worth_nothing_share"]
    if at_premium is not None:
        premium = units.price.with_unit(prices["green_premium_per_mwh"])
        text += f" In {share(at_premium)} of the hours it is at its ceiling, the price of the target of {premium};"
        text += f" in {share(nothing)} it is worth nothing."
    else:
        text += f" In {share(nothing)} of the hours it is worth nothing."
    half = next((part for part in prices["concentration"] if part["share_of_value"] == 0.5), None)
    if half is not None:
        text += f" Half of its value (price * load) falls in {share(half['share_of_hours'])} of the hours."
    return text
