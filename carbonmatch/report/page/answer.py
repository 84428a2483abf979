"""The answer first: one sentence, the numbers that decide, and what is bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview import (
    OverviewTable,
    budget_text,
    eligibility_table,
    growth_year_text,
    limit_facts,
    score_table,
    search_gap,
    target_text,
    weather_year_text,
)
from carbonmatch.report.overview.bill import bill_table
from carbonmatch.report.overview.guarantee import guarantee_tables
from carbonmatch.report.overview.load import load_facts
from carbonmatch.report.page import colours
from carbonmatch.report.page.baselines import Baseline
from carbonmatch.report.page.dispatch import LEAST_SHARE
from carbonmatch.report.page.portfolio import (
    built,
    contract_table,
    grid_table,
    storage_table,
    taken,
    zone_table,
)
from carbonmatch.report.page.wall_clock import span_text

_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a bar from 0 to 100 %: its colour, its share in per cent and its name."""

    slot: str
    percent: float
    text: str


@dataclass(frozen=True)
class BigNumber:
    """A number that decides: what it is, its value and unit, a sentence on it, and its parts where it has some."""

    label: str
    value: str
    unit: str
    note: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The head of the page."""

    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    verified: str | None
    not_verified: str | None
    numbers: tuple[BigNumber, ...]
    warnings: tuple[str, ...]
    tables: tuple[OverviewTable, ...]


def answer(summary: Summary, units: Units, baselines: Sequence[Baseline]) -> Answer:
    """Return the head of the page."""
    return Answer(
        title=summary["case"],
        sentence=_sentence(summary, units),
        facts=_facts(summary, units),
        verified=_verified(summary),
        not_verified=None if summary.get("verified") else "Not verified: its accounts were not proved.",
        numbers=(*_score_numbers(summary), *_money_numbers(summary, units, baselines)),
        warnings=tuple(summary.get("warnings") or ()),
        tables=tuple(
            table
            for table in (
                contract_table(summary, units),
                eligibility_table(summary),
                *guarantee_tables(summary, units),
                storage_table(summary, units),
                grid_table(summary, units),
                bill_table(summary, units),
                zone_table(summary, units),
                score_table(summary, units),
            )
            if table is not None and (table.rows or table.note)
        ),
    )


def counted(count: int, noun: str) -> str:
    """Write how many there are: four contracts, one storage."""
    word = _WORDS[count] if count < len(_WORDS) else f"{count}"
    return f"{word} {noun}" + ("" if count == 1 else "s")


def _sentence(summary: Summary, units: Units) -> str:
    contracts, storages = len(taken(summary, units)), len(built(summary, units))
    with_storage = f" and {counted(storages, 'storage')}" if storages else ""
    matched = share(summary["scores"]["hourly_matched_share"])
    who = f"{counted(contracts, 'contract')}{with_storage}".capitalize()
    verb = "meets" if contracts + storages == 1 else "meet"
    text = f"{who} {verb} {matched} of the load with carbon-free energy of the same hour"
    if not contracts:
        text = f"Without any contract, {matched} of the load is matched with carbon-free energy of the same hour"
    cost = summary.get("cost")
    if cost is None:
        return f"{text}, as metered; the grid supplies the rest."
    net = units.price.with_unit(cost["net_of_sales_per_mwh_load"])
    if summary["target"]["grid_credit"]:
        text += f"; with the grid's own mix the CFE score is {share(summary['scores']['cfe_score'])}"
    if summary["target"].get("budget_per_year") is not None:
        return f"{text}, at {net} of load net of sales: the best that {budget_text(summary)} can buy."
    least = (
        "the least cost of operating the sizes that are given"
        if summary.get("sizes_held")
        else "the least cost that this case allows"
    )
    return f"{text}, at {net} of load net of sales: {least}."


def _facts(summary: Summary, units: Units) -> tuple[tuple[str, str], ...]:
    period = summary["period"]
    peak_mw = sum(site["peak_mw"] for site in summary["grid"].values())
    facts = [
        ("Period", period_text(period)),
        ("Load", f"{units.energy.with_unit(summary['load_mwh'])}, peak {units.power.with_unit(peak_mw)}"),
        *((label.capitalize(), text) for label, text in load_facts(summary, units)),
    ]
    if summary.get("target"):
        held = "; sizes held, only the operation is chosen" if summary.get("sizes_held") else ""
        facts.append(("Target", target_text(summary["target"]) + held))
        facts += [(label.capitalize(), text) for label, text in limit_facts(summary)]
        if year := summary.get("weather_year"):
            facts.append(("Weather year", weather_year_text(year)))
        if year := summary.get("growth_year"):
            facts.append(("Year", growth_year_text(year)))
    else:
        facts.append(("Kind", "metered: what was generated and used, accounted for; nothing is optimised"))
    return tuple(facts)


def period_text(period: Summary) -> str:
    """Write a period: its days, its hours and the clock that it goes by."""
    start, end = (datetime.fromisoformat(period[key]) for key in ("start_local", "end_local"))
    hours = period["steps"] * period["hours_per_step"]
    whole_days = (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    if whole_days:
        last = datetime.fromordinal(end.toordinal() - 1)
        span = span_text(start.date(), last.date())
    else:
        span = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    minutes = round(60 * period["hours_per_step"])
    step = "" if minutes == 60 else f" in steps of {minutes} min"
    return f"{span}, {number(hours, 0)} h{step}, clock of {period['timezone']}"


def _verified(summary: Summary) -> str | None:
    if not summary.get("verified"):
        return None
    certificate = summary.get("certificate")
    if certificate is None:
        return "Verified: the accounts agree with the meters"
    best = "score proved best for the budget, " if (summary.get("target") or {}).get("best_cfe") is not None else ""
    gap = f"a gap of {certificate['gap']:.0e}"
    if search := certificate.get("integer"):
        gap = f"a gap of {search_gap(search):.0e} over all whole numbers"
    return f"Verified: accounts agree, {best}least cost proved to {gap}"


def _score_numbers(summary: Summary) -> tuple[BigNumber, ...]:
    scores = summary["scores"]
    from_storage = sum(zone["matched_from_storage_mwh"] for zone in summary["zones"].values()) / summary["load_mwh"]
    matched = scores["hourly_matched_share"]
    direct = matched - from_storage
    cfe, from_grid = scores["cfe_score"], scores["cfe_score_from_grid"]
    hourly = BigNumber(
        "Hourly matched share",
        *_split(share(matched)),
        "of load met by contracted energy of the same hour"
        + (f": {share(direct)} directly, {share(from_storage)} from storage" if from_storage > LEAST_SHARE else ""),
        (
            Part("direct", 100.0 * direct, "directly"),
            Part(colours.STORAGE, 100.0 * from_storage, "from storage"),
        ),
    )
    if cfe is None:
        note = "Not known: it needs the carbon-free share of the grid in every zone"
        return hourly, BigNumber("CFE score", UNKNOWN, "", note)
    credit = BigNumber(
        "CFE score",
        *_split(share(cfe)),
        f"{share(scores['cfe_score_from_contracts'])} by contracts and {share(from_grid)} by the grid's own mix",
        (
            Part("direct", 100.0 * scores["cfe_score_from_contracts"], "by contracts"),
            Part(colours.GRID_CLEAN, 100.0 * from_grid, "by the mix of the grid"),
        ),
    )
    return hourly, credit


def _split(text: str) -> tuple[str, str]:
    value, _, unit = text.partition(" ")
    return value, unit


def _money_numbers(summary: Summary, units: Units, baselines: Sequence[Baseline]) -> tuple[BigNumber, ...]:
    cost = summary.get("cost")
    if cost is None:
        return ()
    net = BigNumber(
        "Cost net of sales",
        units.price.text(cost["net_of_sales_per_mwh_load"]),
        units.price.unit,
        f"per MWh of load; {units.money.with_unit(cost['net_of_sales'])} in the period",
    )
    gross = BigNumber(
        "Cost gross",
        units.price.text(cost["per_mwh_load"]),
        units.price.unit,
        f"per MWh of load; {units.money.with_unit(cost['total'])} before {_sales(cost, units)}",
    )
    return net, gross, *(_premium(baseline, units) for baseline in baselines if baseline.premium is not None)


def _sales(cost: Mapping[str, Any], units: Units) -> str:
    return f"{units.money.with_unit(cost['sales'])} of sales" if cost["sales"] else "sales, of which there are none"


def _premium(baseline: Baseline, units: Units) -> BigNumber:
    premium = baseline.premium or 0.0
    sign = "+" if premium > 0.0 else ""
    return BigNumber(
        f"Premium over {baseline.word}",
        sign + units.price.text(premium),
        units.price.unit,
        f"net of sales, against {units.price.with_unit(baseline.net)} with {baseline.word} on the same load",
    )


# --- what is bought ---------------------------------------------------------------------------------------------------
