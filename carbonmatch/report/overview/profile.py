"""The load of a case as text: what each site uses, what it is made of, and what of it may be changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from carbonmatch.report.numbers import UNKNOWN, Quantity, energy, number, power, share
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row, Summary

Site = Mapping[str, Any]

MACHINES_BY_NAME: Final = frozenset({"overhead", "machines"})
"""Classes whose names say that they are machines, as `carbonmatch.load` calls them: its import is slow."""

_TERAWATT_HOUR: Final = 1e6
"""Yearly energy is told in TWh from here on [MWh]: 500 MW at 90 % is 3.94 TWh."""


def load_overview(summary: Summary) -> Overview:
    """Return the page on the load of a case (`load.json`)."""
    return Overview(
        title=f"{summary['case']}: load",
        facts=tuple(_facts(summary)),
        tables=tuple(table for table in _tables(summary) if table.rows or table.note),
    )


def yearly_energy(load_mwh: float) -> Quantity:
    """TWh from a million MWh up, else as energy of a period."""
    return Quantity("TWh", _TERAWATT_HOUR, 2) if load_mwh >= _TERAWATT_HOUR else energy(load_mwh)


def power_of(summary: Summary) -> Quantity:
    """MW with digits for the peak of all sites."""
    return power(summary["all_sites"]["peak_mw"])


def local_text(stamp: str, summary: Summary) -> str:
    """Write a UTC stamp of a summary on the clock of its case."""
    moment = datetime.fromisoformat(stamp).astimezone(ZoneInfo(summary["period"]["timezone"]))
    return f"{moment:%Y-%m-%d %H:%M}"


def pue_text(value: float | None) -> str:
    """Write a power usage effectiveness."""
    return UNKNOWN if value is None else number(value, 3)


def machines_text(name: str) -> str:
    """Name what reaches the machines of a class, which is less than the site draws for it."""
    return name if name in MACHINES_BY_NAME else f"{name}, machines"


def rest_text(cooling: object, losses: object) -> str:
    """Name what is neither machines nor known cooling and losses."""
    return "cooling and losses" if cooling is None and losses is None else "other"


def how_text(kind: str, part: Mapping[str, Any]) -> str:
    """Say how a part of a load may be changed."""
    if kind == "curtailable":
        told = "may be given up"
        if part["event_hours"] is not None:
            told += f", events of {part['event_hours']:g} h"
        if part["events_per_year"] is not None:
            told += f", {part['events_per_year']:g} a year"
        return told
    ways = []
    if part["window_hours"] is not None:
        ways.append(f"within {part['window_hours']:g} h")
    if part["latency_group"] is not None:
        ways.append(f"among the sites of {part['latency_group']}")
    return f"may be moved {', or '.join(ways)}"


def _facts(summary: Summary) -> Iterator[tuple[str, str]]:
    period, together = summary["period"], summary["all_sites"]
    hours = number(period["steps"] * period["hours_per_step"], 0)
    yield (
        "period",
        f"{period['start_local'][:10]} to {period['end_local'][:10]}, {period['timezone']}: {hours} h",
    )
    mw = power_of(summary)
    yearly = yearly_energy(together["load_mwh_per_year"])
    yield (
        "load",
        f"{yearly.with_unit(together['load_mwh_per_year'])} a year; {mw.with_unit(together['mean_mw'])} on average, "
        f"{mw.with_unit(together['peak_mw'])} at most",
    )
    if abs(period["year_fraction"] - 1.0) > 1e-9:
        yield "a year", f"the period is {period['year_fraction']:.3g} of a year; energy is extended to a whole one"


def _tables(summary: Summary) -> Iterator[OverviewTable]:
    sites = summary["sites"]
    yield site_table(summary)
    for name, site in sites.items():
        yield part_table(summary, site, f"What it is made of{_of(name, sites)}")
    yield changeable_table(summary)


def _of(name: str, sites: Iterable[str]) -> str:
    return f": {name}" if len(list(sites)) > 1 else ""


def site_table(summary: Summary) -> OverviewTable:
    """Return one row per site, and one for all of them where there are several."""
    sites, together = summary["sites"], summary["all_sites"]
    mw, yearly = power_of(summary), yearly_energy(together["load_mwh_per_year"])

    def row(name: str, zone: str, total: Site) -> Row:
        pue = total.get("pue") or {}
        return (
            name,
            zone,
            yearly.text(total["load_mwh_per_year"]),
            mw.text(total["mean_mw"]),
            mw.text(total["peak_mw"]),
            local_text(total["peak_at_utc"], summary),
            share(total["load_factor"]),
            mw.text(total.get("nameplate_mw")),
            pue_text(pue.get("mean")),
            pue_text(pue.get("highest")),
        )

    rows = [row(name, site["zone"], site) for name, site in sites.items()]
    if len(rows) > 1:
        rows.append(row("all sites", "", together))
    known = Column("site", numeric=False), Column("zone", numeric=False)
    columns = (
        *known,
        Column("a year", yearly.unit),
        Column("mean", mw.unit),
        Column("peak", mw.unit),
        Column("first peak", numeric=False),
        Column("load factor"),
        Column("nameplate", mw.unit),
        Column("mean PUE"),
        Column("highest PUE"),
    )
    metered = [name for name, site in sites.items() if site["metered"]]
    note = f"What the meter saw, for the case plans no load: {', '.join(metered)}." if metered else ""
    return _without_empty("Load", columns, rows, note, strong=frozenset({len(sites)} if len(sites) > 1 else ()))


def part_table(summary: Summary, site: Site, title: str) -> OverviewTable:
    """Return the parts of a load: machines by class, cooling, losses; else its classes. No rows where it has none."""
    mw, yearly = power_of(summary), yearly_energy(site["load_mwh_per_year"])
    years, total = summary["period"]["year_fraction"], site["load_mwh"]
    hours = summary["period"]["steps"] * summary["period"]["hours_per_step"]
    machines = {machines_text(name): entry["it_mwh"] for name, entry in site["classes"].items()}
    parts: dict[str, float | None] = dict(machines)
    if site["it_mwh"] is None:
        parts = {name: entry["load_mwh"] for name, entry in site["classes"].items()}
    else:
        if not machines:
            parts = {"machines": site["it_mwh"]}
        parts |= {
            "cooling": site["cooling_mwh"],
            "losses of the power chain": site["losses_mwh"],
            rest_text(site["cooling_mwh"], site["losses_mwh"]): site["other_mwh"] or None,
        }
    rows = [
        (name, yearly.text(mwh / years), mw.text(mwh / hours), share(mwh / total if total else None))
        for name, mwh in parts.items()
        if mwh is not None
    ]
    if rows:
        rows.append(("total", yearly.text(total / years), mw.text(total / hours), share(1.0 if total else None)))
    return OverviewTable(
        title,
        (Column("part", numeric=False), Column("a year", yearly.unit), Column("mean", mw.unit), Column("share")),
        tuple(rows),
        strong=frozenset({len(rows) - 1} if rows else ()),
    )


def changeable_table(summary: Summary) -> OverviewTable:
    """Return what of the load may be moved and given up."""
    mw, yearly = power_of(summary), yearly_energy(summary["all_sites"]["load_mwh_per_year"])
    years = summary["period"]["year_fraction"]
    rows = [
        (
            f"{site}, {name}",
            how_text(kind, part),
            part["of"] or "all that may wait",
            share(part["share"]),
            mw.text(part["mean_mw"]),
            mw.text(part["peak_mw"]),
            yearly.text(part["mwh"] / years),
            share(part["share_of_load"]),
        )
        for site, figures in summary["sites"].items()
        for kind in ("flexible", "curtailable")
        for name, part in figures[kind].items()
    ]
    return OverviewTable(
        "What may be changed",
        (
            Column("entry", numeric=False),
            Column("how", numeric=False),
            Column("of", numeric=False),
            Column("share of that"),
            Column("mean", mw.unit),
            Column("most", mw.unit),
            Column("a year", yearly.unit),
            Column("share of load"),
        ),
        tuple(rows),
    )


def _without_empty(
    title: str, columns: tuple[Column, ...], rows: list[Row], note: str, *, strong: frozenset[int]
) -> OverviewTable:
    """Return a table without the columns that no row has anything to say in."""
    kept = [i for i in range(len(columns)) if any(row[i] not in (UNKNOWN, "") for row in rows)]
    cells = tuple(tuple(row[i] for i in kept) for row in rows)
    return OverviewTable(title, tuple(columns[i] for i in kept), cells, strong=strong, note=note)
