"""The first page on a run: its tables as text in cells, built from the summary. Whoever shows them adds the looks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from carbonmatch.components import SALES_COMPONENTS, component_words
from carbonmatch.report.numbers import UNKNOWN, Units, given_share, number, share
from carbonmatch.report.offer import asked_per_mwh, asked_text, size_of_choice
from carbonmatch.report.overview.bill import bill_table
from carbonmatch.report.overview.compute import compute_tables
from carbonmatch.report.overview.eligibility import counts_in_part, eligibility_table
from carbonmatch.report.overview.guarantee import guarantee_tables
from carbonmatch.report.overview.limits import limit_facts
from carbonmatch.report.overview.load import load_facts
from carbonmatch.report.overview.metered import metered_tables
from carbonmatch.report.overview.payment import storage_note
from carbonmatch.report.overview.placement import placement_table, placements_of
from carbonmatch.report.overview.reconciliation import reconciliation_tables
from carbonmatch.report.overview.scope2 import scope2_table
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row, Summary
from carbonmatch.report.structures import STRUCTURE_WORDS, any_delivered, generated_word
from carbonmatch.wording import PERIODS, listed

NOT_TAKEN: Final = "not taken"


def overview(summary: Summary) -> Overview:
    """Return the first page on a run."""
    units = Units.of(summary)
    if summary.get("kind") == "metered":
        first = [
            *metered_tables(summary, units),
            *_eligibility(summary),
            score_table(summary, units),
            scope2_table(summary),
            *compute_tables(summary, units),
        ]
        return _page(summary, units, [*first, *reconciliation_tables(summary, units)])
    tables = [
        portfolio_table(summary, units),
        left_out_table(summary, units),
        *guarantee_tables(summary, units),
        *_eligibility(summary),
        storage_table(summary, units),
        grid_table(summary, units),
        placement_table(placements_of(summary), units, summary["currency"]),
        bill_table(summary, units),
        cost_table(summary, units),
        score_table(summary, units),
        scope2_table(summary),
        *compute_tables(summary, units),
    ]
    return _page(summary, units, tables)


def _eligibility(summary: Summary) -> list[OverviewTable]:
    table = eligibility_table(summary) if counts_in_part(summary) else None
    return [] if table is None else [table]


def _page(summary: Summary, units: Units, tables: list[OverviewTable]) -> Overview:
    return Overview(
        title=summary["case"],
        facts=tuple(_facts(summary, units)),
        tables=tuple(table for table in tables if table.rows or table.note),
    )


def _facts(summary: Summary, units: Units) -> list[tuple[str, str]]:
    period, scores = summary["period"], summary["scores"]
    hours = period["steps"] * period["hours_per_step"]
    start, end = (datetime.fromisoformat(period[key]) for key in ("start_local", "end_local"))
    peak_mw = sum(site["peak_mw"] for site in summary["grid"].values())
    held = "; sizes held, only the operation is chosen" if summary.get("sizes_held") else ""
    operation = summary.get("operation")
    target = summary["target"] if operation is None else operation["target"]
    asked = [] if target is None else [("target", target_text(target) + held)]
    if operation is not None:
        asked = [("target", target_text(target)), ("operation", operation_text(operation))]
    year, growth_year = summary.get("weather_year"), summary.get("growth_year")
    return [
        *([] if growth_year is None else [("year", growth_year_text(growth_year))]),
        *([] if year is None else [("weather year", weather_year_text(year))]),
        ("period", f"{_day(start)} to {_day(end)}, {period['timezone']}: {number(hours, 0)} h"),
        ("load", f"{units.energy.with_unit(summary['load_mwh'])}, peak {units.power.with_unit(peak_mw)}"),
        *load_facts(summary, units),
        *asked,
        *limit_facts(summary),
        ("reached", f"{share(scores['hourly_matched_share'])} of load matched hour by hour"),
        *_cost(summary, units),
        ("verified", proof_text(summary) if summary["verified"] else "no"),
    ]


def weather_year_text(year: Summary) -> str:
    """Say which weather year a run is of, and whether its sizes were chosen for it alone."""
    if year["weight"] is None:
        return f"{year['name']}, by itself"
    return f"{year['name']}, {share(year['weight'])} of the mean; sizes are those for all weather years together"


def growth_year_text(year: Summary) -> str:
    """Say which year of growth a run is of, and whether its sizes are those of the plan."""
    through = "" if str(year["through"]) == year["name"] else f", stands for the years to {year['through']}"
    sizes = "sizes are those of the plan over all years" if year["in_plan"] else "by itself"
    return f"{year['name']}{through}; {sizes}"


def _cost(summary: Summary, units: Units) -> list[tuple[str, str]]:
    cost = summary["cost"]
    if cost is None:
        return []
    net, gross = cost["net_of_sales_per_mwh_load"], cost["per_mwh_load"]
    return [("cost", f"{units.price.with_unit(net)} of load net of sales, {units.price.text(gross)} gross")]


def proof_text(summary: Summary) -> str:
    """Say what proves the numbers."""
    certificate = summary["certificate"]
    if certificate is None:
        return "yes: what was metered adds up in every step"
    best = (summary.get("target") or {}).get("best_cfe") is not None
    proved = "score is proved best for the budget, its cost least" if best else "cost is proved least"
    gap = f"gap {certificate['gap']:.0e}"
    if search := certificate.get("integer"):
        gap = f"gap {search_gap(search):.0e} over all whole numbers, {certificate['gap']:.0e} with them held"
    proof = f"yes: accounts agree, {proved} ({gap})"
    if second := certificate.get("cross_check"):
        proof += f", {second['engine']} finds the same cost (to {second['difference']:.0e})"
    return proof


def search_gap(search: Summary) -> float:
    """Return the gap of a search for whole numbers; none is below nothing, but for the last digits of two sums."""
    return max(0.0, float(search["gap"]))


def _day(moment: datetime) -> str:
    """Return a date, with the time where it is not midnight."""
    return f"{moment:%Y-%m-%d}" if (moment.hour, moment.minute) == (0, 0) else f"{moment:%Y-%m-%d %H:%M}"


def operation_text(operation: Summary) -> str:
    """Return in words how a portfolio was operated without foresight, and what that costs in score."""
    known = {
        "persistence": "every hour expected as it was a day before",
        "forecast": "on the forecasts of the case",
        "perfect": "on perfect forecasts",
    }[operation["foresight"]]
    points = 100.0 * operation["score_change"]
    beside = "as the plan" if abs(points) < 0.005 else f"{points:+.2f} points against the plan's"
    than = "" if abs(points) < 0.005 else f" {share(operation['plan_score'])}"
    return (
        f"day by day, {operation['window_hours']:g} h ahead, {known}: {share(operation['score'])}, {beside}{than}; "
        f"{number(operation['left_mwh'], 1)} MWh more in store at the end than at the start"
    )


def target_text(target: Summary) -> str:
    """Return the target in words."""
    cap, price = target.get("carbon_cap_t_per_year"), target.get("carbon_price_per_t")
    carbon = "" if cap is None else f", at most {number(cap, 0)} t CO2e a year"
    carbon += "" if price is None else f", carbon at {price:,g} a tonne"
    if target["matching"] == "none":
        return f"none{carbon}" if carbon else "none: least cost alone"
    best = target.get("best_cfe")
    asked = given_share(target["cfe"]) if best is None else f"best for the budget, {share(best)}"
    text = f"{asked} of load {PERIODS[target['matching']]}"
    if target["grid_credit"]:
        text += ", the grid's own carbon-free share counts"
    if target["scope"] == "zone":
        text += ", each zone by itself"
    if target.get("zone_floors"):
        floors = (f"{given_share(floor)} in {zone}" for zone, floor in target["zone_floors"].items())
        text += f", at least {listed(list(floors))}"
    if target.get("of_mean"):
        text += ", met by the mean of the weather years"
    return text + carbon


def portfolio_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the contracts that are taken: size, volumes, what an MWh costs and what it is worth here."""
    contracts = summary["contracts"]
    found = {name: contract for name, contract in contracts.items() if _taken(contract, units)}
    by_shape = any_delivered(found)
    rows = tuple(
        (
            name,
            _technology(contract),
            units.power.text(contract["contracted_mw"]),
            units.energy.text(contract["generation_mwh"]),
            *([units.energy.text(contract.get("delivered_mwh", contract["generation_mwh"]))] if by_shape else []),
            units.energy.text(contract["matched_mwh"]),
            units.energy.text(contract["matched_from_storage_mwh"]),
            units.energy.text(contract["excess_mwh"]),
            asked_text(contract, units),
            units.price.text(contract["capture_value_per_mwh"]),
        )
        for name, contract in found.items()
    )
    none = "No contract is taken." if contracts else "The case offers no contracts."
    return OverviewTable(
        "Portfolio",
        (
            Column("contract", numeric=False),
            Column("technology", numeric=False),
            Column("size", units.power.unit),
            Column(generated_word(found), units.energy.unit),
            *([Column("delivered", units.energy.unit)] if by_shape else []),
            Column("matched directly", units.energy.unit),
            Column("matched via storage", units.energy.unit),
            Column("excess", units.energy.unit),
            Column("strike", units.price.unit),
            Column("capture value", units.price.unit),
        ),
        rows,
        note="" if rows else none,
    )


def left_out_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the offers that are not taken, with what their profile would be worth against what they ask."""
    rows = tuple(
        (
            name,
            _technology(contract),
            asked_text(contract, units),
            units.price.text(value),
            UNKNOWN if value is None or asked is None else units.price.text(asked - value),
        )
        for name, contract in summary["contracts"].items()
        if not _taken(contract, units)
        for value, asked in [(contract["capture_value_per_mwh"], asked_per_mwh(contract))]
    )
    return OverviewTable(
        "Offers not taken",
        (
            Column("contract", numeric=False),
            Column("technology", numeric=False),
            Column("strike", units.price.unit),
            Column("capture value", units.price.unit),
            Column("too dear by", units.price.unit),
        ),
        rows,
    )


def _taken(contract: Summary, units: Units) -> bool:
    size = size_of_choice(contract)
    return bool(contract["generation_mwh"] > units.nothing_mw if size is None else size >= units.nothing_mw)


def _technology(contract: Summary) -> str:
    words = [contract["technology"].replace("_", " ")]
    if contract["structure"] in STRUCTURE_WORDS and contract["structure"] != "clean_firm":
        words.append(STRUCTURE_WORDS[contract["structure"]])
    if contract["existing"]:
        words.append("existing")
    return ", ".join(words)


def storage_table(summary: Summary, units: Units) -> OverviewTable:
    """Return every storage: size, use and cost."""
    rows = []
    for name, storage in summary["storage"].items():
        if storage["power_mw"] < units.nothing_mw:
            rows.append((name, NOT_TAKEN, *[UNKNOWN] * 5))
            continue
        hours, cycles = storage["duration_hours"], storage["full_cycles"]
        rows.append(
            (
                name,
                units.power.text(storage["power_mw"]),
                units.stored.text(storage["energy_mwh"]),
                UNKNOWN if hours is None else number(hours, 1),
                UNKNOWN if cycles is None else number(cycles, 1),
                units.energy.text(storage["discharge_mwh"]),
                units.money.text(storage["cost"]),
            )
        )
    return OverviewTable(
        "Storage",
        (
            Column("storage", numeric=False),
            Column("power", units.power.unit),
            Column("energy", units.stored.unit),
            Column("duration", "h"),
            Column("full cycles"),
            Column("discharged", units.energy.unit),
            Column("cost", units.money.unit),
        ),
        tuple(rows),
        note=storage_note(summary, units),
    )


def grid_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what every site buys from the grid beside its contracts; and what passes its meter, where that differs."""
    metered = any("metered_export_mwh" in site for site in summary["grid"].values())
    scored = any("hourly_matched_share" in site for site in summary["grid"].values())
    rows = tuple(
        (
            name,
            *([units.energy.text(site.get("load_mwh", site["metered_import_mwh"]))] if metered else []),
            units.energy.text(site["metered_import_mwh"]),
            units.power.text(site["peak_mw"]),
            units.energy.text(site["retail_supply_mwh"]),
            units.power.text(site["firm_capacity_mw"]),
            *([units.energy.text(site.get("metered_export_mwh", 0.0))] if metered else []),
            *([share(site.get("hourly_matched_share"))] if scored else []),
        )
        for name, site in summary["grid"].items()
    )
    return OverviewTable(
        "Grid",
        (
            Column("site", numeric=False),
            Column("load", units.energy.unit),
            *([Column("import", units.energy.unit)] if metered else []),
            Column("peak import" if metered else "peak load", units.power.unit),
            Column("retail supply", units.energy.unit),
            Column("firm capacity", units.power.unit),
            *([Column("export", units.energy.unit)] if metered else []),
            *([Column("matched")] if scored else []),
        ),
        rows,
    )


def cost_table(summary: Summary, units: Units) -> OverviewTable:
    """Return cost by component, then gross, sales and net; components without an amount are left out."""
    cost, load_mwh = summary["cost"], summary["load_mwh"]

    def row(label: str, amount: float) -> Row:
        return label, units.money.text(amount), units.price.text(amount / load_mwh)

    visible = 10.0**-units.money.decimals * units.money.divisor / 2.0
    rows = [
        row(component_words(key), amount)
        for key, amount in cost["components"].items()
        if key not in SALES_COMPONENTS and abs(amount) >= visible
    ]
    gross = len(rows)
    rows += [
        row("total gross", cost["total"]),
        row("sales of excess", -cost["sales"]),
        row("net of sales", cost["net_of_sales"]),
    ]
    return OverviewTable(
        "Cost",
        (
            Column("component", numeric=False),
            Column("amount", units.money.unit),
            Column("per MWh of load", units.price.unit),
        ),
        tuple(rows),
        strong=frozenset({gross, gross + 2}),
    )


def score_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the scores side by side, each with what it counts, so that none is taken for another."""
    scores, period = summary["scores"], summary["period"]
    hours = number(period["steps"] * period["hours_per_step"], 0)
    worst_hour = datetime.fromisoformat(scores["worst_hour_utc"])
    from_storage = sum(zone["matched_from_storage_mwh"] for zone in summary["zones"].values()) / summary["load_mwh"]
    split = "needs grid_cfe_share in every zone of the case"
    if scores["cfe_score"] is not None:
        split = (
            f"{share(scores['cfe_score_from_contracts'])} contracts + "
            f"{share(scores['cfe_score_from_grid'])} mix of the grid"
        )
    return OverviewTable(
        "Scores",
        (Column("score", numeric=False), Column("value"), Column("what it counts", numeric=False)),
        (
            (
                "hourly matched share",
                share(scores["hourly_matched_share"]),
                f"load met in the same hour, {share(from_storage)} by storage",
            ),
            ("CFE score", share(scores["cfe_score"]), split),
            (
                "annual volumetric share",
                share(scores["annual_volumetric_share"]),
                "annual: totals alone, blind to the hour",
            ),
            (
                "hours fully matched",
                share(scores["fully_matched_hours_share"]),
                f"{number(scores['fully_matched_hours'], 0)} of {hours} h",
            ),
            ("worst month", share(scores["worst_month_share"]), scores["worst_month"]),
            ("worst hour", share(scores["worst_hour_share"]), f"{worst_hour:%Y-%m-%d %H:%M} UTC"),
            ("longest gap", f"{number(scores['longest_gap_hours'], 0)} h", "in a row with load left unmatched"),
        ),
    )
