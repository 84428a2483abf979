"""The page on a plan over years: what to sign when, the sizes and the cost of every year, their present value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonmatch.components import component_words
from carbonmatch.report.numbers import (
    NOTHING_SHARE,
    UNKNOWN,
    Quantity,
    Units,
    energy,
    given_share,
    money,
    number,
    power,
    price,
    share,
    stored_energy,
)
from carbonmatch.report.overview.run import proof_text, target_text
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row, Summary

SIZES = {
    "contracts": (("contracted_mw", "MW"),),
    "storage": (("power_mw", "MW"), ("energy_mwh", "MWh")),
}
"""What is signed, by block of the record: key and unit."""


def growth_overview(summary: Summary) -> Overview:
    """Return the page on a plan over years, from `growth.json`."""
    units = growth_units(summary)
    tables = [
        signed_table(summary, units),
        sizes_table(summary, units),
        year_table(summary, units),
        cost_table(summary, units),
    ]
    return Overview(
        summary["case"], tuple(growth_facts(summary, units)), tuple(table for table in tables if table.rows)
    )


def growth_units(summary: Summary) -> Units:
    """Return the units of a plan: by its largest year."""
    years = summary["years"].values()
    peak_mw = max(year["peak_load_mw"] for year in years)
    return Units(
        power=power(peak_mw),
        stored=stored_energy(peak_mw),
        energy=energy(max(year["load_mwh"] for year in years)),
        money=money(max(abs(year["cost_total_per_year"]) for year in years), summary["currency"]),
        price=price(summary["currency"]),
        nothing_mw=NOTHING_SHARE * peak_mw,
    )


def growth_facts(summary: Summary, units: Units) -> Iterator[tuple[str, str]]:
    """Yield what a plan is and comes to, in words."""
    years, cost = summary["years"], summary["cost"]
    present = money(abs(cost["present_value_net_of_sales"]), summary["currency"])
    targets = list(dict.fromkeys(target_text(year["target"]) for year in years.values()))
    first, last = next(iter(years.values())), list(years.values())[-1]
    yield "years", f"{summary['first_year']} to {summary['last_year']}, {len(years)} of them planned"
    yield (
        "load",
        f"{units.energy.with_unit(first['load_mwh'])} in the first year, {units.energy.with_unit(last['load_mwh'])} in "
        "the last",
    )
    yield "target", targets[0] if len(targets) == 1 else f"{targets[0]} in the first year, {targets[-1]} in the last"
    yield (
        "present value",
        f"{present.with_unit(cost['present_value_net_of_sales'])} net of sales, at "
        f"{given_share(summary['discount_rate'])} a year, as of {summary['first_year']}",
    )
    yield (
        "levelised",
        f"{units.price.with_unit(cost['levelised_net_of_sales_per_mwh_load'])} of load net of sales, "
        f"{units.price.text(cost['levelised_total_per_mwh_load'])} gross",
    )
    yield "verified", proof_text(summary) + "; every year like a run of its own"


def year_name(name: str, year: Mapping[str, Any]) -> str:
    """Return a year as a head of a column, with the years that it stands for."""
    return name if str(year["through"]) == name else f"{name}-{str(year['through'])[2:]}"


def year_columns(summary: Summary) -> tuple[Column, ...]:
    """Return a column for every year."""
    return tuple(Column(year_name(name, year)) for name, year in summary["years"].items())


def signed_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what is signed of every offer in every year, on which price, and until when it is in force."""
    rows: list[Row] = []
    for block, sizes in SIZES.items():
        for name, offer in summary[block].items():
            for key, unit in sizes:
                amounts = {year: told.get(key, 0.0) for year, told in offer["signings"].items()}
                if max(amounts.values(), default=0.0) > units.nothing_mw:
                    rows.append((name, unit, *(_size(amounts.get(year), units, unit) for year in summary["years"])))
                    rows += _details(summary, (name, offer), amounts, units, unit)
    columns = (Column("offer", numeric=False), Column("", numeric=False), *year_columns(summary))
    note = (
        f"In force to the end of the plan, {summary['last_year']}, or beyond, unless said."
        if rows
        else "Nothing is signed."
    )
    return OverviewTable("Signed in the year", columns, tuple(rows), note=note)


def _details(
    summary: Summary, named: tuple[str, Summary], amounts: Mapping[str, float], units: Units, unit: str
) -> Iterator[Row]:
    """Yield the strike at which, and the year to which, is signed what is signed in a year."""
    name, offer = named
    taken = [year for year, amount in amounts.items() if amount > units.nothing_mw]
    if unit == "MWh":
        return
    if any(offer["signings"][year].get("strike_per_mwh") is not None for year in taken):
        strikes = {year: offer["signings"][year].get("strike_per_mwh") for year in taken}
        yield (
            f"{name}, strike",
            units.price.unit,
            *(_given(strikes.get(year), units.price) for year in summary["years"]),
        )
    if all(_to(summary, offer["signings"][year]) == "end" for year in taken):
        return
    yield (
        f"{name}, in force to",
        "",
        *(_to(summary, offer["signings"][year]) if year in taken else UNKNOWN for year in summary["years"]),
    )


def _to(summary: Summary, signing: Summary) -> str:
    return "end" if signing["in_force_to"] == summary["last_year"] else str(signing["in_force_to"])


def _given(value: float | None, quantity: Quantity) -> str:
    return UNKNOWN if value is None else quantity.text(value)


def _size(amount: float | None, units: Units, unit: str) -> str:
    if amount is None or amount <= units.nothing_mw:
        return UNKNOWN
    return (units.power if unit == "MW" else units.stored).text(amount)


def sizes_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what is in force of every offer in every year, and the firm supply reserved."""
    rows: list[Row] = []
    for block, sizes in SIZES.items():
        for name, offer in summary[block].items():
            for key, unit in sizes:
                amounts = [offer["years"][year].get(key) for year in summary["years"]]
                if any((amount or 0.0) > units.nothing_mw for amount in amounts):
                    rows.append((name, unit, *(_size(amount, units, unit) for amount in amounts)))
    firm = [year["firm_capacity_mw"] for year in summary["years"].values()]
    if max(firm) > units.nothing_mw:
        rows.append(("firm grid supply", "MW", *(_size(amount, units, "MW") for amount in firm)))
    columns = (Column("in force", numeric=False), Column("", numeric=False), *year_columns(summary))
    return OverviewTable("Sizes by year", columns, tuple(rows))


def year_table(summary: Summary, units: Units) -> OverviewTable:
    """Return every year in one column: load, target, scores, emissions."""
    years = list(summary["years"].values())
    tonnes = [year["scope2_market_based_by_the_hour_t"] for year in years]
    located = [year["scope2_location_based_t"] for year in years]
    rows: list[Row] = [
        ("load", units.energy.unit, *(units.energy.text(year["load_mwh"]) for year in years)),
        ("peak load", "MW", *(units.power.text(year["peak_load_mw"]) for year in years)),
        ("target", "", *(_target(year["target"]) for year in years)),
        ("hourly matched share", "", *(share(year["hourly_matched_share"]) for year in years)),
        ("CFE score", "", *(share(year["cfe_score"]) for year in years)),
        ("annual volumetric share", "", *(share(year["annual_volumetric_share"]) for year in years)),
        ("excess over load", "", *(share(year["excess_share"]) for year in years)),
        ("market-based by the hour", "t CO2", *(_tonnes(each) for each in tonnes)),
        ("location-based", "t CO2", *(_tonnes(each) for each in located)),
    ]
    for zone in years[0]["green_premium_per_mwh"]:
        premiums = [year["green_premium_per_mwh"].get(zone) for year in years]
        if any(premium is not None for premium in premiums):
            rows.append((f"green premium, {zone}", units.price.unit, *(_given(each, units.price) for each in premiums)))
    columns = (Column("", numeric=False), Column("", numeric=False), *year_columns(summary))
    known = tuple(row for row in rows if set(row[2:]) != {UNKNOWN})
    return OverviewTable("Scores and emissions by year", columns, known)


def _target(target: Summary) -> str:
    return UNKNOWN if target["matching"] == "none" else given_share(target["cfe"])


def _tonnes(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, 0)


def cost_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what every year costs, by component, as it is paid, and the present value of it all."""
    years, cost = list(summary["years"].values()), summary["cost"]
    unit = f"{units.money.unit}/year"
    rows: list[Row] = []
    for component, present in cost["components"].items():
        amounts = [year["components_per_year"].get(component, 0.0) for year in years]
        if any(abs(amount) >= 0.005 * units.money.divisor for amount in [*amounts, present]):
            texts = (units.money.text(amount) for amount in amounts)
            rows.append((component_words(component), unit, *texts, units.money.text(present)))
    first = len(rows)
    net = [year["cost_net_of_sales_per_year"] for year in years]
    rows += [
        ("net of sales", unit, *map(units.money.text, net), units.money.text(cost["present_value_net_of_sales"])),
        (
            "per MWh of load",
            units.price.unit,
            *(units.price.text(year["cost_net_of_sales_per_mwh_load"]) for year in years),
            units.price.text(cost["levelised_net_of_sales_per_mwh_load"]),
        ),
    ]
    heads = (Column("cost", numeric=False), Column("", numeric=False))
    rate, first_year = given_share(summary["discount_rate"]), summary["first_year"]
    note = (
        f"Years as they are paid; the last column as of {first_year}, at {rate} a year, over all years that a year "
        "stands for. Its price is levelised: present value over load counted down alike."
    )
    return OverviewTable(
        "Cost",
        (*heads, *year_columns(summary), Column("present value")),
        tuple(rows),
        strong=frozenset({first, first + 1}),
        note=note,
    )
