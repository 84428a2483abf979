"""The weeks that set the cost of a plan, as a table and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview.table import Column, OverviewTable, Summary

DEAREST: Final = 5
"""Weeks that are told one by one."""

EMPTY: Final = 0.01
"""Storage with less than this share of its energy left is empty."""

Week = Mapping[str, Any]


def weeks_table(summary: Summary, zone: str, units: Units, where: str) -> OverviewTable:
    """Return the dearest weeks of a zone; nothing where no claim and no firm capacity is worth anything."""
    weeks = summary["weeks"][zone]
    told = sorted((week for week in weeks if week["cost_share"] is not None), key=lambda week: week["rank"])[:DEAREST]
    rows = tuple(
        (
            week["monday"],
            share(week["cost_share"]),
            units.price.text(week["attribute_value_per_mwh"]),
            units.price.text(week["energy_value_per_mwh"]),
            units.energy.text(week["unmatched_mwh"]),
            number(week["longest_gap_hours"], 0),
            _times(week["wind_share"]),
            _times(week["solar_share"]),
            UNKNOWN if week["dark_still_hours"] is None else number(week["dark_still_hours"], 0),
            share(week["least_stored_share"]),
        )
        for week in told
    )
    return OverviewTable(
        f"Weeks that set the cost{where}",
        (
            Column("week from", numeric=False),
            Column("share of cost"),
            Column("clean", units.price.unit),
            Column("energy", units.price.unit),
            Column("unmatched", units.energy.unit),
            Column("longest gap", "h"),
            Column("wind", "of mean"),
            Column("sun", "of mean"),
            Column("dark and still", "h"),
            Column("storage at least"),
        ),
        rows,
        note=weeks_text(weeks, summary["firm_capacity"]) if rows else "",
    )


def weeks_text(weeks: Sequence[Week], firm: Mapping[str, Any]) -> str:
    """Say which weeks set the cost, and what they were like."""
    ranked = sorted(weeks, key=lambda week: week["rank"])
    dearest = ranked[:DEAREST]
    charged = any(site["charge_per_mw_year"] > 0.0 for site in firm.values())
    counted = "the value of clean load (price * load)" + (" and of the charge for firm grid supply" if charged else "")
    text = f"Share of {counted}."
    if len(weeks) > DEAREST:
        held = sum(week["cost_share"] for week in dearest)
        text += f" The {DEAREST} dearest of {len(weeks)} weeks hold {share(held)} of it"
        lulls = sum(1 for week in dearest if week["dark_still"])
        text += f", and {_count(lulls)} of them {'is' if lulls == 1 else 'are'} dark and still." if lulls else "."
    first = ranked[0]
    like = [words for words in (_weather(first), _gap(first), _stored(first), _firm(first, weeks)) if words]
    text += f" The dearest, from {_day(first['monday'])}, holds {share(first['cost_share'])}"
    return f"{text}: {', '.join(like)}." if like else f"{text}."


def _weather(week: Week) -> str:
    parts = [
        f"{what} at {_times(week[key])} of its mean"
        for what, key in (("wind", "wind_share"), ("sun", "solar_share"))
        if week[key] is not None
    ]
    text = " and ".join(parts)
    hours = week["dark_still_hours"]
    return f"{text} with {number(hours, 0)} h of less than half of both" if hours else text


def _gap(week: Week) -> str:
    gap = week["longest_gap_hours"]
    return f"{number(gap, 0)} h in a row not fully matched" if gap > 0.0 else ""


def _stored(week: Week) -> str:
    least = week["least_stored_share"]
    return "storage runs empty" if least is not None and least < EMPTY else ""


def _firm(week: Week, weeks: Sequence[Week]) -> str:
    total = sum(other["firm_capacity_cost"] for other in weeks)
    part = week["firm_capacity_cost"] / total if total > 0.0 else 0.0
    return f"and it sets {share(part)} of the charge for firm grid supply" if part >= 0.005 else ""


def _count(number_of: int) -> str:
    return ("none", "one", "two", "three", "four", "five")[number_of]


def _times(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, 2)


def _day(monday: str) -> str:
    day = date.fromisoformat(monday)
    return f"{day.day} {day:%B} {day.year}"
