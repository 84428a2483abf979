"""Load that may be changed: planned and served, week by week and over the day; what was moved, given up and placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.report.numbers import Units, energy, energy_text, money, number, share, whole
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.overview.load import load_sentences, within
from carbonmatch.report.page.dispatch import Dispatch
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, area, line
from carbonmatch.report.page.listing import Field, listing
from carbonmatch.report.page.wall_clock import WEEKDAYS, WallClock, span_text
from carbonmatch.report.page.weeks import Week, chosen_weeks, day_lines, step_ticks
from carbonmatch.report.tables.load import load_rows
from carbonmatch.timegrid import FloatArray

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class _Way:
    """A way in which load is changed: its column, what it is called, how it is drawn, and whether it adds to load."""

    column: str
    text: str
    slot: str
    style: str
    adds: bool


_WAYS: Final = (
    _Way("moved_in_mwh", "moved here from another hour", "blue", "fill", adds=True),
    _Way("received_mwh", "received from other sites", "green", "fill", adds=True),
    _Way("moved_out_mwh", "moved to another hour", "blue", "pale", adds=False),
    _Way("sent_mwh", "sent to other sites", "green", "pale", adds=False),
    _Way("curtailed_mwh", "given up", "vermilion", "fill", adds=False),
)
"""In the order in which they are stacked away from zero."""

LEAST_TOLD: Final = 5e-4
"""What is less than this share of the planned load of a week or an hour is not told of it."""

_SERVED: Final = Key("served load", "ink", "line")
_PLANNED: Final = Key("planned load", "ink", "dash")


@dataclass(frozen=True, eq=False)
class ChangedLoad:
    """The load of a zone in every step [MW]: planned with what is placed, served, and what was done to it by column."""

    zone: str
    clock: WallClock
    planned_mw: FloatArray
    served_mw: FloatArray
    changes_mw: Mapping[str, FloatArray]

    def ways(self) -> list[_Way]:
        """Return the ways in which this load was changed anywhere."""
        least = 1e-6 * float(self.planned_mw.sum())
        return [way for way in _WAYS if float(self.changes_mw[way.column].sum()) > least]


@dataclass(frozen=True)
class ZoneLoad:
    """What is shown of the load of one zone."""

    zone: str
    legend: tuple[Key, ...]
    weeks: tuple[Figure, ...]
    day: Figure


@dataclass(frozen=True)
class Load:
    """The section on load."""

    sentences: tuple[str, ...]
    zones: tuple[ZoneLoad, ...]
    tables: tuple[OverviewTable, ...]


def load_section(
    summary: Summary, rows: pd.DataFrame, zones: Sequence[Dispatch], keys: Sequence[str], units: Units
) -> Load | None:
    """Return the section; None where no load may be changed. A zone whose load was left as planned has no figures.

    rows   `load.parquet`;  zones   the dispatch of every zone;  keys   what the figures of each are named after
    """
    if not summary.get("load") or not len(rows):
        return None
    varied = set(rows.loc[rows["site"].isin(list(summary["load"]["sites"])), "zone"])
    found = [
        (changed_load(rows, dispatch), dispatch, key)
        for dispatch, key in zip(zones, keys, strict=True)
        if dispatch.zone in varied
    ]
    return Load(
        sentences=tuple(load_sentences(summary, units)),
        zones=tuple(
            _zone(changed, chosen_weeks(dispatch), units, key) for changed, dispatch, key in found if changed.ways()
        ),
        tables=tuple(
            table
            for table in (
                site_table(summary),
                entry_table(summary),
                placement_table(summary, units),
                moves_table(summary, rows),
            )
            if table.rows
        ),
    )


def changed_load(rows: pd.DataFrame, dispatch: Dispatch) -> ChangedLoad:
    """Return planned and served load of the sites of a zone together, and what was done to it."""
    columns = ["planned_mwh", "placed_mwh", "served_mwh", *(way.column for way in _WAYS)]
    of_zone = rows[rows["zone"] == dispatch.zone].groupby("interval_start_utc")[columns].sum()
    mw = {name: np.asarray(of_zone[name], dtype=float) / dispatch.clock.hours_per_step for name in columns}
    return ChangedLoad(
        zone=dispatch.zone,
        clock=dispatch.clock,
        planned_mw=mw["planned_mwh"] + mw["placed_mwh"],
        served_mw=mw["served_mwh"],
        changes_mw={way.column: np.maximum(mw[way.column], 0.0) for way in _WAYS},
    )


def _zone(changed: ChangedLoad, weeks: Sequence[Week], units: Units, key: str) -> ZoneLoad:
    return ZoneLoad(
        zone=changed.zone,
        legend=(_SERVED, _PLANNED, *(Key(way.text, way.slot, way.style) for way in changed.ways())),
        weeks=tuple(_week(changed, week, units, f"{key}-load{i + 1}") for i, week in enumerate(weeks)),
        day=_day(changed, units, f"{key}-load-day"),
    )


# --- weeks ------------------------------------------------------------------------------------------------------------


def _week(changed: ChangedLoad, week: Week, units: Units, name: str) -> Figure:
    """Return a week: planned and served load, and below them what is added above zero and taken away below it."""
    window, steps = slice(week.first, week.last), week.last - week.first
    planned, served = changed.planned_mw[window], changed.served_mw[window]
    scale = Scale.near(float(min(planned.min(), served.min())), float(max(planned.max(), served.max())), 4)
    local = changed.clock.local
    days = local[week.first].date(), local[week.last - 1].date()
    width = steps * UNITS_PER_STEP
    return Figure(
        name=name,
        title=f"{week.word}, {span_text(*days)}",
        caption=_week_caption(changed, window),
        legend=(),
        panels=(
            Panel(
                "MW",
                scale.labels(),
                (Shape(line(planned, scale), "ink", "dash"), Shape(line(served, scale), "ink", "line")),
                width,
                rem=8.0,
            ),
            _changes_panel(changed, window, width),
        ),
        ticks=step_ticks(changed.clock, week.first, week.last),
        readouts=_readouts(changed, week, units),
        lines_at=day_lines(changed.clock, week.first, week.last),
    )


def _changes_panel(changed: ChangedLoad, window: slice, width: int) -> Panel:
    ends = changed_extent(changed)
    scale = Scale.over(*ends, count=4)
    shapes: list[Shape] = []
    for adds in (True, False):
        level = np.zeros(window.stop - window.start)
        stack = []
        for way in (way for way in changed.ways() if way.adds is adds):
            level = level + (1.0 if adds else -1.0) * changed.changes_mw[way.column][window]
            stack.append(Shape(area(level, scale), way.slot, way.style))
        shapes += reversed(stack)
    zero = scale.y(np.zeros(1))[0]
    return Panel("MW changed", scale.labels(), (*shapes, Shape(f"M0 {zero}H{width}", "ink", "hair")), width, rem=8.0)


def changed_extent(changed: ChangedLoad) -> tuple[float, float]:
    """Return the most that is taken away and added in any step [MW]: the same axis for all weeks."""
    nothing = np.zeros(len(changed.served_mw))
    added = sum((changed.changes_mw[way.column] for way in _WAYS if way.adds), nothing)
    taken = sum((changed.changes_mw[way.column] for way in _WAYS if not way.adds), nothing)
    return -float(taken.max()), float(added.max())


def _week_caption(changed: ChangedLoad, window: slice) -> str:
    hours = changed.clock.hours_per_step
    planned, served = (float(mw[window].sum()) * hours for mw in (changed.planned_mw, changed.served_mw))
    told = [
        f"{energy_text(mwh)} {way.text}"
        for way in changed.ways()
        if (mwh := float(changed.changes_mw[way.column][window].sum()) * hours) >= LEAST_TOLD * planned
    ]
    what = f": {', '.join(told)}" if told else ", and nothing of it is changed"
    return f"Planned {energy_text(planned)}, served {energy_text(served)}{what}."


def _readouts(changed: ChangedLoad, week: Week, units: Units) -> tuple[str, ...]:
    """Return what the pointer reads: one text an hour, or a step where that is longer."""
    per_entry = max(1, round(1.0 / changed.clock.hours_per_step))
    firsts = np.arange(week.first, week.last, per_entry)
    counts = np.diff([*firsts, week.last])

    def means(values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(values[: week.last], firsts) / counts)

    planned, served = means(changed.planned_mw), means(changed.served_mw)
    ways = [(way, means(changed.changes_mw[way.column])) for way in changed.ways()]
    texts = []
    for i, first in enumerate(firsts.tolist()):
        at = changed.clock.local[first]
        parts = [f"{units.power.text(mw[i])} {way.text}" for way, mw in ways if mw[i] > LEAST_TOLD * planned[i]]
        done = f" ({', '.join(parts)})" if parts else ""
        texts.append(
            f"{WEEKDAYS[at.weekday()]} {at:%Y-%m-%d %H:%M}: planned {units.power.text(planned[i])}, "
            f"served {units.power.with_unit(served[i])}{done}"
        )
    return tuple(texts)


# --- the average day --------------------------------------------------------------------------------------------------


def _day(changed: ChangedLoad, units: Units, name: str) -> Figure:
    """Return mean planned and served load by hour of the local day."""
    cells = changed.clock.hours.astype(np.int64)
    steps = np.bincount(cells, minlength=24)
    hours = np.flatnonzero(steps)

    def means(values: FloatArray) -> FloatArray:
        return np.asarray((np.bincount(cells, weights=values, minlength=24) / np.maximum(steps, 1))[hours])

    planned, served = means(changed.planned_mw), means(changed.served_mw)
    scale = Scale.near(float(min(planned.min(), served.min())), float(max(planned.max(), served.max())), 4)
    names = [f"{hour:02d}:00 to {hour + 1:02d}:00" for hour in hours.tolist()]
    every = 1 if len(hours) < 9 else 3
    return Figure(
        name=name,
        title="The average day: planned and served load",
        caption=_day_caption(served - planned, names, units),
        legend=(_SERVED, _PLANNED),
        panels=(
            Panel(
                "MW",
                scale.labels(),
                (Shape(line(planned, scale), "ink", "dash"), Shape(line(served, scale), "ink", "line")),
                len(hours) * UNITS_PER_STEP,
                rem=9.0,
            ),
        ),
        ticks=tuple(
            Tick(100.0 * (i + 0.5) / len(hours), f"{hour:02d}", minor=i % (2 * every) != 0)
            for i, hour in enumerate(hours.tolist())
            if i % every == 0
        ),
        unit="hour of day, local time",
        readouts=tuple(
            f"{who}: planned {units.power.text(a)}, served {units.power.with_unit(b)}"
            for who, a, b in zip(names, planned, served, strict=True)
        ),
    )


def _day_caption(change: FloatArray, names: Sequence[str], units: Units) -> str:
    most, least = int(change.argmax()), int(change.argmin())
    texts = []
    if change[most] >= units.nothing_mw:
        texts.append(f"most is added from {names[most]} ({units.power.with_unit(float(change[most]))})")
    if -change[least] >= units.nothing_mw:
        texts.append(f"most is taken away from {names[least]} ({units.power.with_unit(float(-change[least]))})")
    return f"On average {', '.join(texts)}." if texts else "On average the load of no hour is changed."


# --- tables -----------------------------------------------------------------------------------------------------------


def site_table(summary: Summary) -> OverviewTable:
    """Return planned and served load of every site where it may be changed, with the peaks of both."""
    sites = summary["load"]["sites"]
    quantity = energy(max((max(site["planned_mwh"], site["served_mwh"]) for site in sites.values()), default=0.0))
    entries = [
        {**site, "name": name, "change": _over(site["served_mwh"] - asked, asked)}
        for name, site in sites.items()
        for asked in [site["planned_mwh"] + site.get("placed_mwh", 0.0)]
    ]
    beside = "Change and planned peak are told with what is placed. " if summary["load"].get("placements") else ""
    return listing(
        "Planned and served load",
        (
            Field.words("site", "name"),
            Field.of("planned", "planned_mwh", quantity),
            Field.of("placed here", "placed_mwh", quantity),
            Field.of("served", "served_mwh", quantity),
            Field(Column("change"), "change", share),
            Field(Column("planned peak", "MW"), "planned_peak_mw", lambda mw: number(mw, 1)),
            Field(Column("served peak", "MW"), "served_peak_mw", lambda mw: number(mw, 1)),
        ),
        entries,
        note=f"{beside}Load that is moved in time alone changes the peak, and not the sum.",
    )


def entry_table(summary: Summary) -> OverviewTable:
    """Return what was moved and given up of every part of the load, and what that cost."""
    rows = [row for row in load_rows(summary) if row["row"] in {"flexible", "curtailable"}]
    ways = ("moved_mwh", "sent_mwh", "received_mwh", "curtailed_mwh")
    quantity = energy(max((row.get(key, 0.0) for row in rows for key in ways), default=0.0))
    amount = money(max((row["cost"] for row in rows), default=0.0), summary["currency"])
    price = Units.of(summary).price
    return listing(
        "What was moved and given up",
        (
            Field.words("part of the load", "entry"),
            Field.words("site", "site"),
            Field.of("moved in time", "moved_mwh", quantity),
            Field.of("sent", "sent_mwh", quantity),
            Field.of("received", "received_mwh", quantity),
            Field.of("given up", "curtailed_mwh", quantity),
            Field(Column("of the load of its site"), "served_load_share", share),
            Field.of("cost", "cost", amount),
            Field.of("per MWh changed", "cost_per_mwh", price),
            Field.words("may be", "way"),
        ),
        [{**row, "way": _way(row)} for row in rows],
        note="A MWh is changed where it is moved to another step, sent to another site, or given up.",
    )


def _way(row: Mapping[str, Any]) -> str:
    if row["row"] == "curtailable":
        return "given up"
    ways = [f"moved {within(row['window_hours'])}"] if "window_hours" in row else []
    return " and ".join([*ways, *([f"sent, group {row['latency_group']}"] if "latency_group" in row else [])])


def placement_table(summary: Summary, units: Units) -> OverviewTable:
    """Return where MW were placed, with their load and what standing there costs."""
    rows = [row for row in load_rows(summary) if row["row"] == "placement"]
    quantity = energy(max((row["placed_mwh"] for row in rows), default=0.0))
    amount = money(max((row["cost"] for row in rows), default=0.0), summary["currency"])
    return listing(
        "Where load was placed",
        (
            Field.words("placement", "entry"),
            Field.words("site", "site"),
            Field.of("placed", "placed_mw", units.power),
            Field.of("its load", "placed_mwh", quantity),
            Field.of("cost of standing there", "cost", amount),
            Field(Column("one MW more there", f"{summary['currency']}/year"), "next_cost_per_mw_year", whole),
            Field(Column("more than the least", f"{summary['currency']}/year"), "added_cost_per_mw_year", whole),
        ),
        sorted(rows, key=lambda row: list(summary["load"]["placements"]).index(row["entry"])),
        note="One MW more is told by the prices of the optimum. Where it would cost less than the "
        "least, the site is full: room for one more would save as much."
        if any(row.get("next_cost_per_mw_year") is not None for row in rows)
        else "",
    )


def moves_table(summary: Summary, rows: pd.DataFrame) -> OverviewTable:
    """Return what every site sent to others on balance, month by month; below zero it received."""
    net = rows["sent_mwh"] - rows["received_mwh"]
    month = rows["interval_start_utc"].dt.tz_convert(summary["period"]["timezone"]).dt.strftime("%Y-%m")
    by_month = net.groupby([month, rows["site"]], sort=False).sum().unstack()
    sites = [site for site in dict.fromkeys(rows["site"]) if rows.loc[rows["site"] == site, _MOVES].to_numpy().any()]
    quantity = energy(float(by_month.abs().to_numpy().max()))
    cells = [(str(name), *(quantity.text(float(row[site])) for site in sites)) for name, row in by_month.iterrows()]
    total = ("in the period", *(quantity.text(float(by_month[site].sum())) for site in sites))
    return OverviewTable(
        "Net sent to other sites, by month",
        (Column("month", numeric=False), *(Column(site, quantity.unit) for site in sites)),
        (*cells, *([total] if len(cells) > 1 else [])) if sites else (),
        strong=frozenset({len(cells)} if len(cells) > 1 else ()),
        note="Below zero, a site received more than it sent.",
    )


_MOVES: Final = ["sent_mwh", "received_mwh"]


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None
