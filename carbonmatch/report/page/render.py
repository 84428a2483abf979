"""The page as one file: its sections in their order, filled into the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from carbonmatch.report.numbers import Units
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.page import cost, evidence, worth
from carbonmatch.report.page.answer import Answer, answer
from carbonmatch.report.page.baselines import baseline_table, read_baselines
from carbonmatch.report.page.compute import Compute, compute_section
from carbonmatch.report.page.dispatch import Dispatch, dispatches
from carbonmatch.report.page.duration import duration_figure
from carbonmatch.report.page.emissions import Emissions, emissions
from carbonmatch.report.page.figure import Figure, Key
from carbonmatch.report.page.frameworks import Frameworks, frameworks
from carbonmatch.report.page.heat import DayPicture, HeatMap, day_picture, heat_map
from carbonmatch.report.page.listing import units_of
from carbonmatch.report.page.load import Load, load_section
from carbonmatch.report.page.plan_and_actual import Reconciliation, reconciliation
from carbonmatch.report.page.reader import reader_data
from carbonmatch.report.page.template import as_json, render
from carbonmatch.report.page.weeks import chosen_weeks, legend, tallest_mw, week_figure
from carbonmatch.report.run_tables import RunTables
from carbonmatch.runfolder import RunFolder


@dataclass(frozen=True)
class ZoneMatching:
    """What is shown of the matching of one zone."""

    zone: str
    key: str
    heat: HeatMap
    picture: DayPicture | None
    duration: Figure
    legend: tuple[Key, ...]
    weeks: tuple[Figure, ...]
    reader: Markup


@dataclass(frozen=True)
class Cost:
    """What it costs."""

    waterfall: cost.BarChart
    baselines: OverviewTable
    frontier: Figure | None
    frontier_table: OverviewTable | None


@dataclass(frozen=True)
class Worth:
    """What carbon-free energy is worth."""

    prices: OverviewTable
    figures: tuple[tuple[str, tuple[Figure, ...]], ...]
    capture: cost.BarChart | None


@dataclass(frozen=True)
class Evidence:
    """Why it can be believed."""

    assumptions: OverviewTable
    certificate: evidence.Certificate | None
    inputs: OverviewTable
    versions: OverviewTable
    is_not: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """All sections of a page, in their order; None for one that the run has nothing for."""

    answer: Answer
    matching: tuple[ZoneMatching, ...]
    load: Load | None
    cost: Cost | None
    worth: Worth | None
    emissions: Emissions
    compute: Compute | None
    frameworks: Frameworks | None
    reconciliation: Reconciliation | None
    evidence: Evidence

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Anchor and heading of each section that is there."""
        sections = (
            ("answer", "The answer", True),
            ("matching", "Matching, hour by hour", True),
            ("load", "Load", self.load),
            ("cost", "Cost", self.cost),
            ("worth", "Price of carbon-free energy", self.worth),
            ("emissions", "Emissions", True),
            ("compute", "Cost and carbon of compute", self.compute),
            ("frameworks", "Reporting frameworks", self.frameworks),
            ("reconciliation", "Plan and actual", self.reconciliation),
            ("evidence", "Assumptions and proof", True),
        )
        return [(anchor, heading) for anchor, heading, there in sections if there]


def render_page(
    run: RunFolder,
    tables: RunTables,
    *,
    baselines: Sequence[RunFolder] = (),
    sweep: Mapping[str, Any] | None = None,
) -> str:
    """Return the page on a run as HTML: one file that asks for nothing else, the same bytes for the same run.

    baselines   runs of the same load with other targets; what this run costs more is told for each
    sweep       the content of a `sweep.json`; its points become the frontier
    """
    page = build_page(run, tables, baselines=baselines, sweep=sweep)
    return render("report.html.j2", page, (run.manifest.get("versions") or {}).get("carbonmatch") or "")


def build_page(
    run: RunFolder, tables: RunTables, *, baselines: Sequence[RunFolder] = (), sweep: Mapping[str, Any] | None = None
) -> Page:
    """Return what the page tells, before it is put into words of HTML."""
    summary, units = run.summary, units_of(run.summary)
    compared = read_baselines(summary, baselines)
    is_plan = summary.get("cost") is not None
    found = dispatches(summary, tables)
    keys = [f"zone{i + 1}" for i in range(len(found))]
    return Page(
        answer=answer(summary, units, compared),
        matching=tuple(_matching(dispatch, summary, units, key) for dispatch, key in zip(found, keys, strict=True)),
        load=load_section(summary, tables.load, found, keys, units),
        cost=_cost(summary, units, baseline_table(summary, compared, units), sweep) if is_plan else None,
        worth=_worth(summary, units, tables) if is_plan and summary.get("shadow_prices") else None,
        emissions=emissions(summary, units),
        compute=compute_section(summary, units, compared),
        frameworks=frameworks(summary, units),
        reconciliation=reconciliation(summary, units),
        evidence=Evidence(
            assumptions=evidence.assumption_table(run.manifest),
            certificate=evidence.certificate(summary, units),
            inputs=evidence.input_table(run.manifest),
            versions=evidence.version_table(run.manifest),
            is_not=evidence.WHAT_IT_IS_NOT if is_plan else evidence.METERED_IS_NOT,
        ),
    )


def _matching(dispatch: Dispatch, summary: Mapping[str, Any], units: Units, key: str) -> ZoneMatching:
    weeks = chosen_weeks(dispatch)
    tallest = tallest_mw(dispatch, weeks)
    scores = summary["zones"][dispatch.zone]["scores"]
    return ZoneMatching(
        zone=dispatch.zone,
        key=key,
        heat=heat_map(dispatch, f"{key}-heat"),
        picture=day_picture(dispatch, f"{key}-days", scores["fully_matched_hours_share"]),
        duration=duration_figure(dispatch, units, f"{key}-duration"),
        legend=legend(dispatch),
        weeks=tuple(week_figure(dispatch, week, units, f"{key}-week{i + 1}", tallest) for i, week in enumerate(weeks)),
        reader=as_json(reader_data(dispatch, weeks)),
    )


def _cost(summary: Mapping[str, Any], units: Units, table: OverviewTable, sweep: Mapping[str, Any] | None) -> Cost:
    points = cost.frontier_points(sweep, summary)
    return Cost(
        waterfall=cost.waterfall(summary, units),
        baselines=table,
        frontier=cost.frontier_figure(points, summary, units) if len(points) > 1 else None,
        frontier_table=cost.frontier_table(sweep, points, units) if points and sweep else None,
    )


def _worth(summary: Mapping[str, Any], units: Units, tables: RunTables) -> Worth:
    zones = list(summary["zones"]) if worth.has_prices(tables.hourly) else []
    return Worth(
        prices=worth.price_table(summary, units),
        figures=tuple(
            (zone, tuple(worth.price_figures(summary, tables.hourly, zone, units, f"price{i + 1}")))
            for i, zone in enumerate(zones)
        ),
        capture=worth.capture_chart(summary, units),
    )
