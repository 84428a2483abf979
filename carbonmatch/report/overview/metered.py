"""Tables of a metered run: what its contracts, storage and sites did, and how that is known."""

from __future__ import annotations

from carbonmatch.report.numbers import UNKNOWN, Units, number
from carbonmatch.report.overview.guarantee import guarantee_tables
from carbonmatch.report.overview.table import Column, OverviewTable, Summary
from carbonmatch.report.structures import STRUCTURE_WORDS, generated_word


def metered_tables(summary: Summary, units: Units) -> list[OverviewTable]:
    """Return what a metered run has in place of sizes and cost."""
    supply = guarantee_tables(summary, units)
    return [_contracts(summary, units), *supply, _storage(summary, units), _sites(summary, units)]


def _contracts(summary: Summary, units: Units) -> OverviewTable:
    rows = tuple(
        (
            name,
            ", ".join((contract["technology"].replace("_", " "), *_words(contract["structure"]))),
            units.energy.text(contract["generation_mwh"]),
            units.energy.text(contract["matched_mwh"]),
            units.energy.text(contract["matched_from_storage_mwh"]),
            units.energy.text(contract["excess_mwh"]),
        )
        for name, contract in summary["contracts"].items()
    )
    return OverviewTable(
        "Metered generation",
        (
            Column("contract", numeric=False),
            Column("technology", numeric=False),
            Column(generated_word(summary["contracts"]), units.energy.unit),
            Column("matched directly", units.energy.unit),
            Column("matched via storage", units.energy.unit),
            Column("excess", units.energy.unit),
        ),
        rows,
        note="" if rows else "No contract has a meter.",
    )


def _words(structure: str) -> tuple[str, ...]:
    return (STRUCTURE_WORDS[structure],) if structure in STRUCTURE_WORDS and structure != "clean_firm" else ()


def _storage(summary: Summary, units: Units) -> OverviewTable:
    rows = tuple(
        (
            name,
            units.energy.text(storage["charge_mwh"]),
            units.energy.text(storage["grey_charge_mwh"]),
            units.energy.text(storage["discharge_mwh"]),
            units.energy.text(storage["grey_discharge_mwh"]),
            number(storage["efficiency"], 3),
        )
        for name, storage in summary["storage"].items()
    )
    return OverviewTable(
        "Metered storage",
        (
            Column("storage", numeric=False),
            Column("charged", units.energy.unit),
            Column("of it from the grid", units.energy.unit),
            Column("discharged", units.energy.unit),
            Column("of it not claimed", units.energy.unit),
            Column("efficiency"),
        ),
        rows,
    )


def _sites(summary: Summary, units: Units) -> OverviewTable:
    known = [entry for entry in summary["data_quality"] if entry["series"] == "load"]
    tiers = {entry["name"]: entry["tier"].replace("_", " ") for entry in known}
    rows = tuple(
        (
            name,
            tiers.get(name, UNKNOWN),
            units.energy.text(site["metered_import_mwh"]),
            units.power.text(site["peak_mw"]),
            units.energy.text(site["retail_supply_mwh"]),
        )
        for name, site in summary["grid"].items()
    )
    return OverviewTable(
        "Load",
        (
            Column("site", numeric=False),
            Column("known by", numeric=False),
            Column("load", units.energy.unit),
            Column("peak load", units.power.unit),
            Column("retail supply", units.energy.unit),
        ),
        rows,
    )
