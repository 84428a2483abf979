"""The page on a sweep: cost over what was varied, what is bought for it, and where a target begins to cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, given_share, share
from carbonmatch.report.overview.compute import compared_tables
from carbonmatch.report.overview.placement import placed_sites, placements_of
from carbonmatch.report.overview.table import Column, Overview, OverviewTable

if TYPE_CHECKING:
    from carbonmatch.accounting import Premium
    from carbonmatch.study import Axis, Frontier, Outcome, Point, Sweep

CFE: Final = "target.cfe"

BASELINE_WORDS: Final = {"annual-100": "annual matching, 100 %", "no-target": "no target"}


def sweep_overview(sweep: Sweep) -> Overview:
    """Return the page on a sweep."""
    solved = [point.summary for point in sweep.points if point.summary is not None]
    missed = tuple((label_of(point, sweep.axes), str(point.error)) for point in sweep.points if point.summary is None)
    facts = [("points", f"{len(sweep.points)}, of which {len(solved)} are met")]
    tables = []
    if solved:
        units = Units.of(solved[0])
        facts.append(("verified", "yes: every point, like a run of its own"))
        for frontier in sweep.frontiers:
            facts += _said(frontier, units)
        tables += [_cost_table(sweep, units), *_grid(sweep, units), _size_table(sweep, units), *_compute_tables(sweep)]
    if sweep.baselines and solved:
        tables.append(_baseline_table(sweep.baselines, Units.of(solved[0])))
    if missed:
        tables.append(OverviewTable("Not met", (Column("point", numeric=False), Column("why", numeric=False)), missed))
    return Overview(title=sweep.case, facts=tuple(facts), tables=tuple(tables))


def label_of(point: Point, axes: Sequence[Axis]) -> str:
    """Return the values of a point in words."""
    return ", ".join(value_text(axis.key, point.values[axis.key]) for axis in axes)


def value_text(key: str, value: Any) -> str:
    """Write a value that a key of the case takes."""
    if key == CFE:
        return given_share(float(value))
    return f"{value:,.12g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _said(frontier: Frontier, units: Units) -> Iterator[tuple[str, str]]:
    """Yield what the shape of a frontier says, in words."""
    held = ", ".join(f"{key} {value_text(key, value)}" for key, value in frontier.held.items())
    place = f" ({held})" if held else ""
    if frontier.free_up_to is not None:
        yield (
            f"free{place}",
            f"up to {share(frontier.free_up_to)}: the cheapest portfolio reaches it without a target",
        )
    if frontier.knee is not None:
        yield f"knee{place}", f"at {given_share(frontier.knee)}: {_slopes_at_knee(frontier, units)}"
    elif frontier.places:
        yield f"knee{place}", "none: cost rises evenly over these targets"
    if frontier.not_as_proved:
        yield f"doubtful{place}", "; ".join(frontier.not_as_proved)
    elif len(frontier.places) > 1:
        yield f"checked{place}", "cost never falls, the curve is convex, slopes agree with the prices at the margin"


def _slopes_at_knee(frontier: Frontier, units: Units) -> str:
    """Say what a percentage point costs before the knee and after it."""
    index = next(i for i, place in enumerate(frontier.places) if place.cfe == frontier.knee)
    before, after = frontier.places[index - 1].slope_per_mwh, frontier.places[index].slope_per_mwh
    told = [
        f"{units.price.text(slope / 100.0)} {where}"
        for slope, where in ((before, "before it"), (after, "after it"))
        if slope is not None
    ]
    return f"a percentage point of target costs {', '.join(told)} ({units.price.unit} of load)"


def _cost_table(sweep: Sweep, units: Units) -> OverviewTable:
    unit = units.price.unit
    zones = list(
        next(p.summary for p in sweep.points if p.summary is not None)["shadow_prices"]["green_premium_per_mwh"]
    )
    shared = any(point.shared_with is not None for point in sweep.points)
    over = [found.name for found in sweep.baselines if found.summary is not None]
    slopes = {place.cfe: place.slope_per_mwh for place in sweep.frontiers[0].places} if _one_frontier(sweep) else {}
    columns = (
        *(Column(key_text(axis.key), numeric=False) for axis in sweep.axes),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("net of sales", unit),
        Column("gross", unit),
        *(Column(f"premium over {BASELINE_WORDS[name].split(',')[0]}", unit) for name in over),
        *(Column("premium at the margin" + (f", {zone}" if len(zones) > 1 else ""), unit) for zone in zones),
        *([Column("slope to the next point", unit)] if slopes else []),
        *([Column("same as", numeric=False)] if shared else []),
    )
    labels = {point.name: label_of(point, sweep.axes) for point in sweep.points}
    rows = tuple(
        (
            *(value_text(axis.key, point.values[axis.key]) for axis in sweep.axes),
            share(point.summary["scores"]["hourly_matched_share"]),
            share(point.summary["scores"]["cfe_score"]),
            share(point.summary["scores"]["annual_volumetric_share"]),
            units.price.text(point.summary["cost"]["net_of_sales_per_mwh_load"]),
            units.price.text(point.summary["cost"]["per_mwh_load"]),
            *(_premium(point.premiums.get(name), units) for name in over),
            *(units.price.text(point.summary["shadow_prices"]["green_premium_per_mwh"][zone]) for zone in zones),
            *([units.price.text(slopes.get(point.cfe or 0.0))] if slopes else []),
            *(["" if point.shared_with is None else labels[point.shared_with]] if shared else []),
        )
        for point in sweep.points
        if point.summary is not None
    )
    knee = sweep.frontiers[0].knee if _one_frontier(sweep) else None
    met = [point for point in sweep.points if point.summary is not None]
    strong = frozenset(i for i, point in enumerate(met) if knee is not None and point.cfe == knee)
    note = (
        "Costs and premiums per MWh of load. The premium at the margin is what one more MWh that counts towards the "
        "target costs; the slope is what it costs on the way to the next point."
    )
    return OverviewTable("Frontier" if sweep.frontiers else "Cost", columns, rows, strong, note=note)


def _one_frontier(sweep: Sweep) -> bool:
    return len(sweep.axes) == 1 and len(sweep.frontiers) == 1


def key_text(key: str) -> str:
    """Write what is varied."""
    return "target" if key == CFE else key


def _premium(premium: Premium | None, units: Units) -> str:
    return UNKNOWN if premium is None else units.price.text(premium.per_mwh_load)


def _grid(sweep: Sweep, units: Units) -> Iterator[OverviewTable]:
    """Yield cost with one key down and the other across, where two keys vary."""
    if len(sweep.axes) < 2:
        return
    down, across = sweep.axes
    found = {tuple(point.values.values()): point.summary for point in sweep.points}

    def cell(first: Any, second: Any) -> str:
        summary = found[first, second]
        return UNKNOWN if summary is None else units.price.text(summary["cost"]["net_of_sales_per_mwh_load"])

    columns = (
        Column(key_text(down.key), numeric=False),
        *(Column(value_text(across.key, value), units.price.unit) for value in across.values),
    )
    rows = tuple(
        (value_text(down.key, first), *(cell(first, second) for second in across.values)) for first in down.values
    )
    yield OverviewTable(f"Cost net of sales, {key_text(across.key)} across", columns, rows)


def _size_table(sweep: Sweep, units: Units) -> OverviewTable:
    solved = [(point, point.summary) for point in sweep.points if point.summary is not None]
    first = solved[0][1]
    columns = [Column(key_text(axis.key), numeric=False) for axis in sweep.axes]
    columns += [Column(name, units.power.unit) for name in first["contracts"]]
    for name in first["storage"]:
        columns += [Column(name, units.power.unit), Column(name, units.stored.unit)]
    columns += [Column(f"firm grid supply, {name}", units.power.unit) for name in first["grid"]]
    placed = placed_sites(summary for _, summary in solved)
    columns += [Column(f"{name}, {site}", units.power.unit) for name, site in placed]
    rows = tuple(
        (
            *(value_text(axis.key, point.values[axis.key]) for axis in sweep.axes),
            *_sizes(summary, units),
            *(_placed(summary, name, site, units) for name, site in placed),
        )
        for point, summary in solved
    )
    return OverviewTable("Sizes", tuple(columns), rows)


def _compute_tables(sweep: Sweep) -> Iterator[OverviewTable]:
    heads = [Column(key_text(axis.key), numeric=False) for axis in sweep.axes]
    compared = [
        (tuple(value_text(axis.key, point.values[axis.key]) for axis in sweep.axes), point.summary, point.premiums)
        for point in sweep.points
        if point.summary is not None
    ]
    words = {name: word.split(",")[0] for name, word in BASELINE_WORDS.items()}
    return compared_tables(heads, compared, sweep.currency, words)


def _sizes(summary: dict[str, Any], units: Units) -> tuple[str, ...]:
    cells = [units.power.text(contract["contracted_mw"]) for contract in summary["contracts"].values()]
    for storage in summary["storage"].values():
        cells += [units.power.text(storage["power_mw"]), units.stored.text(storage["energy_mwh"])]
    cells += [units.power.text(site["firm_capacity_mw"]) for site in summary["grid"].values()]
    return tuple(cells)


def _placed(summary: dict[str, Any], name: str, site: str, units: Units) -> str:
    """Return what of a placement stands at a site; one that is no candidate in this point has none."""
    entry = placements_of(summary).get(name, {}).get(site)
    return UNKNOWN if entry is None else units.power.text(entry["placed_mw"])


def _baseline_table(baselines: Sequence[Outcome], units: Units) -> OverviewTable:
    unit = units.price.unit
    columns = (
        Column("baseline", numeric=False),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("net of sales", unit),
        Column("gross", unit),
    )
    rows = tuple(
        (
            BASELINE_WORDS[found.name],
            share(found.summary["scores"]["hourly_matched_share"]),
            share(found.summary["scores"]["cfe_score"]),
            share(found.summary["scores"]["annual_volumetric_share"]),
            units.price.text(found.summary["cost"]["net_of_sales_per_mwh_load"]),
            units.price.text(found.summary["cost"]["per_mwh_load"]),
        )
        for found in baselines
        if found.summary is not None
    )
    why = [f"{BASELINE_WORDS[found.name]}: {found.error}" for found in baselines if found.summary is None]
    return OverviewTable("Baselines", columns, rows, note=" ".join(why))
