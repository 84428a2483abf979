"""Where MW were placed, and where the next one goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview.table import Column, OverviewTable, Summary

Placed = Mapping[str, Mapping[str, Any]]


def placements_of(summary: Summary) -> Mapping[str, Placed]:
    """Return where every placement of a run stands: {placement: {site: entry}}; empty where it places nothing."""
    placements: Mapping[str, Placed] = (summary.get("load") or {}).get("placements") or {}
    return placements


def placement_table(placements: Mapping[str, Placed], units: Units, currency: str) -> OverviewTable:
    """Return what stands where, what one MW more would cost there in a year, and how much more than at the best site.

    The columns of prices are left out where everything is held.
    """
    entries = [(name, site, entry) for name, sites in placements.items() for site, entry in sites.items()]
    priced = any(entry.get("added_cost_per_mw_year") is not None for _, _, entry in entries)
    rows = tuple(
        (
            f"{name}, {site}",
            units.power.text(entry["placed_mw"]),
            share(entry["placed_mw"] / total) if total > 0.0 else UNKNOWN,
            units.energy.text(entry["load_mwh"]),
            *(_prices(entry) if priced else ()),
        )
        for name, site, entry in entries
        for total in [sum(other["placed_mw"] for other in placements[name].values())]
    )
    unit = f"{currency}/MW/year"
    prices = (Column("next MW costs", unit), Column("more than at the best", unit))
    return OverviewTable(
        "Where MW are placed, and where the next one goes" if priced else "Where MW are placed",
        (
            Column("placement, site", numeric=False),
            Column("placed", units.power.unit),
            Column("of it"),
            Column("load", units.energy.unit),
            *(prices if priced else ()),
        ),
        rows,
        note=(
            "The next MW with its energy, contracts, storage and firm supply. Below zero: the site is full, and one MW "
            "more of room there would save so much."
        )
        if priced
        else "",
    )


def _prices(entry: Mapping[str, Any]) -> tuple[str, str]:
    cost, added = (
        UNKNOWN if entry[key] is None else number(entry[key], 0)
        for key in ("next_cost_per_mw_year", "added_cost_per_mw_year")
    )
    return cost, added


def placed_sites(summaries: Iterable[Summary]) -> list[tuple[str, str]]:
    """Return (placement, site) of every site that a placement has as a candidate in any of several runs."""
    found = ((name, site) for summary in summaries for name, sites in placements_of(summary).items() for site in sites)
    return list(dict.fromkeys(found))
