"""What it costs: components up to gross, down to net; other targets beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.components import SALES_COMPONENTS, component_words
from carbonmatch.report.numbers import UNKNOWN, Units, given_share, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.figure import Figure, Key, Mark, Panel, Scale, Shape, Tick, polyline

_WIDTH: Final = 1000


@dataclass(frozen=True)
class Bar:
    """A row of a chart of bars: from where to where, in per cent of the axis; `zero` is where nothing is."""

    label: str
    left: float
    width: float
    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class BarChart:
    """Rows of bars that are a table too: each has its label, its bar and its numbers."""

    name: str
    title: str
    caption: str
    columns: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    zero: float
    head: str = "component"


@dataclass(frozen=True)
class Step:
    """A step of the way from nothing to net: its label, amount, and from where to where it leads [currency]."""

    label: str
    amount: float
    start: float
    end: float
    kind: str


def steps(cost: Mapping[str, Any], least: float) -> list[Step]:
    """Return the steps from nothing over the components to gross, and over sales to net.

    least   amounts below it are not shown, and their step is left out
    """
    found, level = [], 0.0
    for key, amount in cost["components"].items():
        if key in SALES_COMPONENTS:
            continue
        if abs(amount) >= least:
            found.append(Step(component_words(key), amount, level, level + amount, "part"))
        level += amount
    total, net = cost["total"], cost["net_of_sales"]
    found.append(Step("total gross", total, 0.0, total, "total"))
    if abs(cost["sales"]) >= least:
        found.append(Step("sales of excess", -cost["sales"], total, net, "sale"))
    found.append(Step("net of sales", net, 0.0, net, "total"))
    return found


def waterfall(summary: Mapping[str, Any], units: Units) -> BarChart:
    """Return the steps as a chart of bars, per MWh of load and in full."""
    cost, load_mwh = summary["cost"], summary["load_mwh"]
    visible = 10.0**-units.money.decimals * units.money.divisor / 2.0
    way = steps(cost, visible)
    ends = [end for step in way for end in (step.start, step.end)]
    scale = Scale(min(0.0, *ends), max(0.0, *ends) or 1.0, ())
    bars = tuple(
        Bar(
            step.label,
            scale.percent(min(step.start, step.end)),
            scale.percent(max(step.start, step.end)) - scale.percent(min(step.start, step.end)),
            step.kind,
            (
                units.price.text(step.amount / load_mwh),
                units.money.text(step.amount),
                share(step.amount / cost["total"]) if cost["total"] else UNKNOWN,
            ),
        )
        for step in way
    )
    parts = [step for step in way if step.kind == "part"]
    largest = max(parts, key=lambda step: step.amount, default=None)
    caption = "Nothing costs anything in this case."
    if largest is not None and cost["total"]:
        caption = (
            f"The largest part is {largest.label} with {share(largest.amount / cost['total'])} of gross cost; "
            + (
                f"sales of excess take {units.price.with_unit(cost['sales'] / load_mwh)} of load off it."
                if abs(cost["sales"]) >= visible
                else "nothing is sold."
            )
        )
    return BarChart(
        name="waterfall",
        title="From the parts of cost to gross and net",
        caption=caption,
        columns=(
            ("per MWh of load", units.price.unit),
            ("in the period", units.money.unit),
            ("of gross", ""),
        ),
        bars=bars,
        zero=scale.percent(0.0),
    )


# --- the frontier of a sweep ------------------------------------------------------------------------------------------


def frontier_points(sweep: Mapping[str, Any] | None, summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the points of a sweep that are met; none where it is told in another currency."""
    if sweep is None or sweep["currency"] != summary["currency"]:
        return []
    return [point for point in sweep["points"] if point.get("cost_net_of_sales_per_mwh_load") is not None]


def frontier_figure(points: Sequence[Mapping[str, Any]], summary: Mapping[str, Any], units: Units) -> Figure:
    """Return cost over the target."""
    targets = [float(point["target_cfe"]) for point in points]
    net = [float(point["cost_net_of_sales_per_mwh_load"]) for point in points]
    gross = [float(point["cost_per_mwh_load"]) for point in points]
    low, high = min(targets), max(targets)
    spread = max(high - low, 1e-9)
    scale = Scale.over(0.0, max(gross + net))

    def place(target: float) -> float:
        return 4.0 + 92.0 * (target - low) / spread if high > low else 50.0

    marks = [Mark(place(t), scale.percent(value), slot="accent") for t, value in zip(targets, net, strict=True)]
    target = summary["target"]
    here = summary["cost"]["net_of_sales_per_mwh_load"]
    told = ""
    if target["matching"] == "hourly" and low <= target["cfe"] <= high:
        marks.append(Mark(place(target["cfe"]), scale.percent(here), "this run"))
        asked = given_share(target["cfe"]) if target.get("best_cfe") is None else share(target["cfe"])
        told = f" This run, at {asked}, costs {units.price.with_unit(here)}."
    every = max(1, -(-len(targets) // 8))
    return Figure(
        name="frontier",
        title="Cost of load over the target",
        caption=(
            f"Net of sales, the cost goes from {units.price.text(net[0])} at {given_share(targets[0])} to "
            f"{units.price.with_unit(net[-1])} at {given_share(targets[-1])}.{told}"
        ),
        legend=(Key("net of sales", "accent", "line"), Key("gross", "ink", "dash")),
        panels=(
            Panel(
                unit=units.price.unit,
                ticks=scale.labels(),
                shapes=(
                    Shape(_curve(targets, gross, scale, place), "ink", "dash"),
                    Shape(_curve(targets, net, scale, place), "accent", "line"),
                ),
                width=_WIDTH,
                marks=tuple(marks),
            ),
        ),
        ticks=tuple(
            Tick(place(t), given_share(t), minor=(i // every) % 2 == 1) for i, t in enumerate(targets) if i % every == 0
        ),
        unit="target",
    )


def _curve(targets: Sequence[float], values: Sequence[float], scale: Scale, place: Any) -> str:
    return polyline([(place(t), scale.percent(v)) for t, v in zip(targets, values, strict=True)], _WIDTH)


def frontier_table(sweep: Mapping[str, Any], points: Sequence[Mapping[str, Any]], units: Units) -> OverviewTable:
    """Return the points of a sweep, one row each."""
    premiums = [key for key in points[0] if key.endswith("_green_premium_per_mwh")]
    columns = (
        Column("target", numeric=False),
        Column("net of sales", units.price.unit),
        Column("gross", units.price.unit),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        *(
            Column(
                "green premium" + (f", {key.removesuffix('_green_premium_per_mwh')}" if len(premiums) > 1 else ""),
                units.price.unit,
            )
            for key in premiums
        ),
    )
    rows = tuple(
        (
            given_share(point["target_cfe"]),
            units.price.text(point["cost_net_of_sales_per_mwh_load"]),
            units.price.text(point["cost_per_mwh_load"]),
            share(point["hourly_matched_share"]),
            share(point["cfe_score"]),
            share(point["annual_volumetric_share"]),
            *(units.price.text(point[key]) for key in premiums),
        )
        for point in points
    )
    missed = [f"{given_share(p['target_cfe'])} is not met: {p['error']}." for p in sweep["points"] if p.get("error")]
    note = "The green premium is what one more MWh that counts towards the target costs."
    return OverviewTable("Frontier", columns, rows, note=" ".join([note, *missed]))
