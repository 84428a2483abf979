"""The page as one file: its sections in their order, filled into the template."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from carbonmatch.report.numbers import Units
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.page import cost, evidence, worth
from carbonmatch.report.page.answer import Answer, answer
from carbonmatch.report.page.baselines import baseline_table, read_baselines
from carbonmatch.report.page.colours import gradient
from carbonmatch.report.page.dispatch import Dispatch, dispatches
from carbonmatch.report.page.duration import duration_figure
from carbonmatch.report.page.emissions import Emissions, emissions
from carbonmatch.report.page.figure import Figure, Key
from carbonmatch.report.page.frameworks import Frameworks, frameworks
from carbonmatch.report.page.heat import DayPicture, HeatMap, day_picture, heat_map
from carbonmatch.report.page.listing import units_of
from carbonmatch.report.page.plan_and_actual import Reconciliation, reconciliation
from carbonmatch.report.page.reader import reader_data
from carbonmatch.report.page.weeks import chosen_weeks, legend, tallest_mw, week_figure
from carbonmatch.report.run_tables import RunTables
from carbonmatch.runfolder import RunFolder

_TEMPLATES: Final = "templates"
_MINUS: Final = re.compile(r"(?<![\w.\-])-(?=[0-9])")
_NAMED: Final = re.compile(r"`([^`\n]+)`")
_LONG_WORD: Final = re.compile(r"[^\s<>]{16,}")
_BEFORE_UNIT: Final = re.compile(r"(?<=[0-9]) (?=(?:%|h|s|t|MW|MWh|GWh|[A-Z]{3}/MWh)(?![\w]))")


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
    cost: Cost | None
    worth: Worth | None
    emissions: Emissions
    frameworks: Frameworks | None
    reconciliation: Reconciliation | None
    evidence: Evidence

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Anchor and heading of each section that is there."""
        sections = (
            ("answer", "The answer", True),
            ("matching", "Matching, hour by hour", True),
            ("cost", "Cost", self.cost),
            ("worth", "Price of carbon-free energy", self.worth),
            ("emissions", "Emissions", True),
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
    environment = _environment()
    script = _file("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return environment.get_template("report.html.j2").render(
        page=page,
        version=(run.manifest.get("versions") or {}).get("carbonmatch") or "",
        style=Markup(_file("report.css").replace("GRADIENT", gradient())),
        script=Markup(script),
        script_digest=digest,
    )


def build_page(
    run: RunFolder, tables: RunTables, *, baselines: Sequence[RunFolder] = (), sweep: Mapping[str, Any] | None = None
) -> Page:
    """Return what the page tells, before it is put into words of HTML."""
    summary, units = run.summary, units_of(run.summary)
    compared = read_baselines(summary, baselines)
    is_plan = summary.get("cost") is not None
    return Page(
        answer=answer(summary, units, compared),
        matching=tuple(
            _matching(dispatch, summary, units, i) for i, dispatch in enumerate(dispatches(summary, tables))
        ),
        cost=_cost(summary, units, baseline_table(summary, compared, units), sweep) if is_plan else None,
        worth=_worth(summary, units, tables) if is_plan and summary.get("shadow_prices") else None,
        emissions=emissions(summary, units),
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


def _matching(dispatch: Dispatch, summary: Mapping[str, Any], units: Units, number: int) -> ZoneMatching:
    key = f"zone{number + 1}"
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
        reader=_json(reader_data(dispatch, weeks)),
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


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("carbonmatch.report.page", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tidy"] = tidy
    environment.filters["cell"] = cell
    environment.filters["json"] = _json
    environment.filters["pct"] = lambda value: f"{value:.3f}".rstrip("0").rstrip(".")
    return environment


def tidy(text: str) -> str:
    """Set text as a printer would: a true minus, a dash for what is not known, and no break between number and unit."""
    if text == "-":
        return "\u2013"
    quoted = _NAMED.sub("\u201c\\1\u201d", text)
    return _BEFORE_UNIT.sub("\u00a0", _MINUS.sub("\u2212", quoted)).replace("CO2", "CO\u2082")


def cell(text: str) -> Markup:
    """Set text of a table: as `tidy` does, and long names may break after their own signs."""
    return Markup(_LONG_WORD.sub(lambda word: re.sub(r"([_/])(?=\w)", r"\1<wbr>", word[0]), str(escape(tidy(text)))))


def _json(content: Any) -> Markup:
    """Return content as JSON that may stand inside HTML, in a script or in an attribute."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _file(name: str) -> str:
    return (files("carbonmatch.report.page") / _TEMPLATES / name).read_text(encoding="utf-8")
