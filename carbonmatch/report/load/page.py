"""The page on the load of a case: how much, when, what for, and what of it may be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from carbonmatch.accounting import SiteProfile
from carbonmatch.report.load.figures import LEAST_SPREAD_OF_PUE, curve_figure, pue_figure, year_figure
from carbonmatch.report.load.seasons import typical_weeks, week_figure
from carbonmatch.report.load.stack import layers_by_site, layers_of, lines_of
from carbonmatch.report.numbers import Quantity, number, share
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.overview.profile import (
    changeable_table,
    local_text,
    part_table,
    power_of,
    pue_text,
    site_table,
    yearly_energy,
)
from carbonmatch.report.page.answer import BigNumber, counted
from carbonmatch.report.page.evidence import assumption_table, input_table, version_table
from carbonmatch.report.page.figure import Figure, Scale
from carbonmatch.report.page.listing import Field, listing
from carbonmatch.report.page.template import render
from carbonmatch.report.page.wall_clock import MONTHS, WallClock, span_text
from carbonmatch.report.study.page import Answer, Block, Evidence, Page, Pair, Section, blocks, sections
from carbonmatch.study import Loads

IS_NOT: Final = (
    "It is no measurement where the load is built: it follows from the figures of the case, with their sources below.",
    "It is no plan: nothing is optimised, and what may be moved or given up stands where it was.",
    "One year of weather is one sample; a hotter summer asks for more cooling.",
)


def render_loads(loads: Loads) -> str:
    """Return the page as HTML: one file that asks for nothing else, the same bytes for the same load."""
    return render("study.html.j2", load_page(loads), str(loads.provenance["versions"]["carbonmatch"]))


def load_page(loads: Loads) -> Page:
    """Return what the page tells, before it is put into words of HTML."""
    summary = loads.summary
    return Page(
        answer=Answer(
            overline="The load, hour by hour",
            title=summary["case"],
            sentence=_sentence(summary),
            facts=tuple(_facts(summary)),
            verified=None,
            numbers=tuple(_numbers(summary)),
            warnings=loads.warnings,
            tables=tuple(_answer_tables(summary)),
        ),
        sections=sections(*_sections(loads)),
        evidence=Evidence(
            sentences=("Load is the mean over each step, at the meter of the site. Nothing was solved.",),
            tables=(
                assumption_table({"assumptions": _assumptions(loads)}),
                input_table(loads.provenance),
                version_table(loads.provenance),
            ),
            is_not=IS_NOT,
        ),
        made_from="the load of a case. The same case gives the same page",
    )


def _assumptions(loads: Loads) -> list[Mapping[str, Any]]:
    """Return the values of the case that its load follows from."""
    sites = tuple(f"sites.{name}." for name in loads.summary["sites"])
    known = [entry for entry in loads.provenance["assumptions"] if entry["key"].startswith(("time.", *sites))]
    return [entry for entry in known if ".grid." not in entry["key"]]


# --- the answer -------------------------------------------------------------------------------------------------------


def _sentence(summary: Mapping[str, Any]) -> str:
    together, mw = summary["all_sites"], power_of(summary)
    yearly = yearly_energy(together["load_mwh_per_year"])
    names = list(summary["sites"])
    who = f"The site {names[0]} uses" if len(names) == 1 else f"{counted(len(names), 'site').capitalize()} use"
    told = f"{who} {yearly.with_unit(together['load_mwh_per_year'])} a year: {mw.with_unit(together['mean_mw'])}"
    if together["peak_mw"] - together["least_mw"] <= 1e-6 * together["peak_mw"]:
        return f"{told}, the same in every hour."
    return f"{told} on average, between {mw.text(together['least_mw'])} and {mw.with_unit(together['peak_mw'])}."


def _facts(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    period = summary["period"]
    first = date.fromisoformat(period["start_local"][:10])
    last = date.fromisoformat(period["end_local"][:10])
    if period["end_local"][11:16] == "00:00":
        last -= timedelta(days=1)
    hours = number(period["steps"] * period["hours_per_step"], 0)
    yield "Period", f"{span_text(first, last)}, {hours} h, clock of {period['timezone']}"
    for name, site in summary["sites"].items():
        yield f"Zone of {name}", site["zone"]
    if abs(period["year_fraction"] - 1.0) > 1e-9:
        yield "A year", f"the period is {period['year_fraction']:.3g} of a year; energy is extended to a whole one"


def _numbers(summary: Mapping[str, Any]) -> Iterator[BigNumber]:
    together, mw = summary["all_sites"], power_of(summary)
    yearly = yearly_energy(together["load_mwh_per_year"])
    hours = summary["period"]["steps"] * summary["period"]["hours_per_step"]
    yield BigNumber(
        "Energy a year",
        yearly.text(together["load_mwh_per_year"]),
        yearly.unit,
        f"{mw.with_unit(together['mean_mw'])} on average over {number(hours, 0)} h",
    )
    yield BigNumber(
        "Peak",
        mw.text(together["peak_mw"]),
        mw.unit,
        f"first on {local_text(together['peak_at_utc'], summary)}; {mw.with_unit(together['least_mw'])} at least",
    )
    if together["load_factor"] is not None:
        value, unit = share(together["load_factor"]).split(" ")
        yield BigNumber("Load factor", value, unit, "mean load over peak load")
    sites = list(summary["sites"].values())
    if len(sites) == 1 and (pue := sites[0]["pue"]) is not None:
        note = f"{pue_text(pue['highest'])} at most, on {local_text(pue['highest_at_utc'], summary)}"
        if pue["highest"] - pue["lowest"] < LEAST_SPREAD_OF_PUE:
            note = "the same in every hour"
        yield BigNumber("Mean PUE", pue_text(pue["mean"]), "", note)
    if len(sites) == 1 and sites[0]["it_share_of_nameplate"] is not None:
        value, unit = share(sites[0]["it_share_of_nameplate"]).split(" ")
        nameplate = mw.with_unit(sites[0]["nameplate_mw"])
        yield BigNumber("Use of the machines", value, unit, f"of a nameplate of up to {nameplate}")
    if changed := _changeable_share(summary):
        value, unit = share(changed).split(" ")
        yield BigNumber("May be moved", value, unit, "of the load, hour by hour")


def _changeable_share(summary: Mapping[str, Any]) -> float:
    total = summary["all_sites"]["load_mwh"]
    moved = sum(part["mwh"] for site in summary["sites"].values() for part in site["flexible"].values())
    return float(moved / total) if total else 0.0


def _answer_tables(summary: Mapping[str, Any]) -> Iterator[OverviewTable]:
    if len(summary["sites"]) > 1:
        yield site_table(summary)
    changed = changeable_table(summary)
    if changed.rows:
        yield changed


# --- the sections -----------------------------------------------------------------------------------------------------


def _sections(loads: Loads) -> Iterator[Section]:
    clock = WallClock(loads.grid.local_index, loads.grid.hours_per_step)
    several = len(loads.profiles) > 1
    mw = power_of(loads.summary)
    if several:
        together = year_figure(layers_by_site(loads.profiles), clock, mw, "all-year", "All sites through the period")
        yield Section("all", "All sites", "", (together,))
    for i, site in enumerate(loads.profiles):
        key = f"site{i + 1}"
        yield Section(key, site.name if several else "The load", "", _blocks(site, loads, clock, key))


def _blocks(site: SiteProfile, loads: Loads, clock: WallClock, key: str) -> tuple[Block, ...]:
    layers, mw = layers_of(site), power_of(loads.summary)
    summary = loads.summary["sites"][site.name]
    always = float(np.ptp(site.load.total_mw)) <= 1e-6 * float(site.load.total_mw.max())
    year = year_figure(layers, clock, mw, f"{key}-year", "The load through the period")
    pue = pue_figure(site, clock, f"{key}-pue")
    curve = None if always else curve_figure(site, clock.hours_per_step, mw, f"{key}-curve")
    return blocks(
        year,
        None if always and not lines_of(site) else _weeks(site, clock, mw, key),
        *_beside(pue, curve),
        part_table(loads.summary, summary, "What it is made of"),
        month_table(loads.summary, site.name),
    )


def _beside(*figures: Figure | None) -> list[Block]:
    there = tuple(figure for figure in figures if figure is not None)
    return [Pair(there)] if len(there) == 2 else list(there)


def _weeks(site: SiteProfile, clock: WallClock, mw: Quantity, key: str) -> Block | None:
    layers = layers_of(site)
    lines = lines_of(site)
    weeks = typical_weeks(layers, clock, lines)
    if not weeks:
        return None
    scale = Scale.over(0.0, max(float(np.sum(week.means, axis=0).max()) for week in weeks))
    figures = tuple(
        week_figure(week, layers, lines, scale, mw=mw, name=f"{key}-week{i + 1}") for i, week in enumerate(weeks)
    )
    return figures[0] if len(figures) == 1 else Pair(figures)


def month_table(summary: Mapping[str, Any], name: str) -> OverviewTable:
    """Return the months of a site."""
    site, mw = summary["sites"][name], power_of(summary)
    month_mwh = yearly_energy(max(month["load_mwh"] for month in site["months"]))
    return listing(
        "Months",
        (
            Field.words("month", "month"),
            Field.of("load", "load_mwh", month_mwh),
            Field.of("machines", "it_mwh", month_mwh),
            Field.of("cooling", "cooling_mwh", month_mwh),
            Field.of("losses", "losses_mwh", month_mwh),
            Field.of("mean", "mean_mw", mw),
            Field.of("peak", "peak_mw", mw),
            Field.of("least", "least_mw", mw),
            Field.of("load factor", "load_factor", Quantity("%", 0.01, 1)),
            Field.of("PUE", "pue", Quantity("", 1.0, 3)),
        ),
        [{**month, "month": _month_text(month["month"])} for month in site["months"]],
    )


def _month_text(month: str) -> str:
    year, number_of_month = month.split("-")
    return f"{MONTHS[int(number_of_month) - 1]}\u00a0{year}"
