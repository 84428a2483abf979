"""The frontier of a sweep: what each target costs, and what is bought for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from carbonmatch.report.numbers import Units, given_share, share
from carbonmatch.report.overview.table import Column, Overview, OverviewTable

if TYPE_CHECKING:
    from carbonmatch.study import Point, Sweep


def frontier(sweep: Sweep) -> Overview:
    """Return the page on a sweep: cost over score, then the sizes behind it."""
    solved = [point.summary for point in sweep.points if point.summary is not None]
    missed = tuple((given_share(point.cfe), str(point.error)) for point in sweep.points if point.summary is None)
    facts = [("targets", f"{len(sweep.points)}, of which {len(solved)} are met")]
    tables = []
    if solved:
        units = Units.of(solved[0])
        facts.append(("verified", "yes: every point, like a run of its own"))
        tables += [_cost_table(sweep, units), _size_table(sweep.points, units)]
    if missed:
        tables.append(OverviewTable("Not met", (Column("target", numeric=False), Column("why", numeric=False)), missed))
    return Overview(title=sweep.case, facts=tuple(facts), tables=tuple(tables))


def _cost_table(sweep: Sweep, units: Units) -> OverviewTable:
    unit = units.price.unit
    zones = list(
        next(p.summary for p in sweep.points if p.summary is not None)["shadow_prices"]["green_premium_per_mwh"]
    )
    shared = any(point.shared_with is not None for point in sweep.points)
    columns = (
        Column("target", numeric=False),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("net of sales", unit),
        Column("gross", unit),
        *(Column("premium at the margin" + (f", {zone}" if len(zones) > 1 else ""), unit) for zone in zones),
        *([Column("same as", numeric=False)] if shared else []),
    )
    rows = tuple(
        (
            given_share(point.cfe),
            share(point.summary["scores"]["hourly_matched_share"]),
            share(point.summary["scores"]["cfe_score"]),
            share(point.summary["scores"]["annual_volumetric_share"]),
            units.price.text(point.summary["cost"]["net_of_sales_per_mwh_load"]),
            units.price.text(point.summary["cost"]["per_mwh_load"]),
            *(units.price.text(point.summary["shadow_prices"]["green_premium_per_mwh"][zone]) for zone in zones),
            *(["" if point.shared_with is None else given_share(point.shared_with)] if shared else []),
        )
        for point in sweep.points
        if point.summary is not None
    )
    note = "Costs per MWh of load. The premium at the margin is what one more MWh that counts towards the target costs."
    return OverviewTable("Frontier", columns, rows, note=note)


def _size_table(points: Sequence[Point], units: Units) -> OverviewTable:
    summaries = [(point.cfe, point.summary) for point in points if point.summary is not None]
    first = summaries[0][1]
    columns = [Column("target", numeric=False)]
    columns += [Column(name, units.power.unit) for name in first["contracts"]]
    for name in first["storage"]:
        columns += [Column(name, units.power.unit), Column(name, units.stored.unit)]
    columns += [Column(f"firm grid supply, {name}", units.power.unit) for name in first["grid"]]
    return OverviewTable("Sizes", tuple(columns), tuple(_sizes(cfe, summary, units) for cfe, summary in summaries))


def _sizes(cfe: float, summary: dict[str, Any], units: Units) -> tuple[str, ...]:
    cells = [given_share(cfe)]
    cells += [units.power.text(contract["contracted_mw"]) for contract in summary["contracts"].values()]
    for storage in summary["storage"].values():
        cells += [units.power.text(storage["power_mw"]), units.stored.text(storage["energy_mwh"])]
    cells += [units.power.text(site["firm_capacity_mw"]) for site in summary["grid"].values()]
    return tuple(cells)
