"""Retail supply with claims: the share that is carbon-free, and the one that the supplier answers for."""

from __future__ import annotations

from carbonmatch.report.numbers import Units, share
from carbonmatch.report.overview.table import Column, OverviewTable, Summary


def guarantee_tables(summary: Summary, units: Units) -> list[OverviewTable]:
    """Return the carbon-free shares of retail supply, and what is due where a guaranteed one is missed."""
    supply = {name: contract for name, contract in summary["contracts"].items() if "cfe_share" in contract}
    if not supply:
        return []
    rows = []
    for name, contract in supply.items():
        guarantee = contract["guarantee"] or {}
        rows.append(
            (
                name,
                units.energy.text(contract["generation_mwh"]),
                share(contract["cfe_share"]),
                share(guarantee.get("share")),
                units.energy.text(guarantee.get("shortfall_mwh")),
                units.money.text(guarantee.get("penalty")),
            )
        )
    metered = summary["kind"] == "metered"
    table = OverviewTable(
        "Carbon-free share of supply",
        (
            Column("contract", numeric=False),
            Column("supplied", units.energy.unit),
            Column("carbon-free" if metered else "carbon-free, expected"),
            Column("guaranteed"),
            Column("short by", units.energy.unit),
            Column("penalty due", units.money.unit),
        ),
        tuple(rows),
        note="" if metered else "A guarantee is settled on metered energy, after the fact: a plan has no penalty.",
    )
    return [table]
