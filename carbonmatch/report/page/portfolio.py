"""What is bought: the tables of contracts, storage, grid supply and zones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonmatch.report.numbers import Units, number, share
from carbonmatch.report.offer import asked_per_mwh, asked_text, size_of_choice
from carbonmatch.report.overview import (
    Column,
    OverviewTable,
)
from carbonmatch.report.overview.payment import storage_note
from carbonmatch.report.page.dispatch import LEAST_SHARE
from carbonmatch.report.page.listing import Field, listing
from carbonmatch.report.structures import STRUCTURE_WORDS, any_delivered, generated_word

Summary = Mapping[str, Any]


def taken(summary: Summary, units: Units) -> dict[str, Any]:
    """Return the contracts that are taken: of a size that counts, or, where there are only meters, that generated."""
    return {
        name: contract
        for name, contract in (summary.get("contracts") or {}).items()
        if _counts(size_of_choice(contract), contract["generation_mwh"], summary, units)
    }


def not_taken(summary: Summary, units: Units) -> frozenset[str]:
    """Return the contracts that are offered and not taken: what the engine leaves of them is no purchase."""
    return frozenset(summary.get("contracts") or ()) - taken(summary, units).keys()


def built(summary: Summary, units: Units) -> dict[str, Any]:
    """Return the storages that are built, or that ran."""
    return {
        name: storage
        for name, storage in summary["storage"].items()
        if _counts(storage.get("power_mw"), storage["discharge_mwh"], summary, units)
    }


def _counts(size_mw: float | None, mwh: float, summary: Summary, units: Units) -> bool:
    return bool(mwh > LEAST_SHARE * summary["load_mwh"] if size_mw is None else size_mw >= units.nothing_mw)


def technology(contract: Mapping[str, Any]) -> str:
    """Write what a contract is."""
    words = [contract["technology"].replace("_", " ")]
    if contract.get("structure") in STRUCTURE_WORDS:
        words.append(STRUCTURE_WORDS[contract["structure"]])
    if contract.get("existing"):
        words.append("existing")
    return ", ".join(words)


def contract_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the contracts that are taken: size, volumes, what an MWh costs and what it is worth here."""
    found = taken(summary, units)
    several = len(summary["zones"]) > 1
    curtailed = any(contract.get("curtailed_mwh") for contract in found.values())
    stored, by_shape = bool(built(summary, units)), any_delivered(found)
    entries = [
        {
            **({"delivered_mwh": contract["generation_mwh"]} if by_shape else {}),
            **contract,
            "name": name,
            "what": technology(contract),
            "strike": None if asked_per_mwh(contract) is None else asked_text(contract, units),
            "zone": contract["zone"] if several else None,
            **({} if curtailed else {"curtailed_mwh": None}),
            **({} if stored else {"matched_from_storage_mwh": None, "stored_mwh": None}),
        }
        for name, contract in found.items()
    ]
    left = [name for name in summary["contracts"] if name not in found]
    note = f"Offered and not taken: {', '.join(left)}." if left else ""
    if not found:
        note = note or "The case has no contracts."
    return listing(
        "Contracts",
        (
            Field.words("contract", "name"),
            Field.words("technology", "what"),
            Field.words("zone", "zone"),
            Field.words("commissioned", "commissioned"),
            Field.of("size", "contracted_mw", units.power),
            Field.of(generated_word(found), "generation_mwh", units.energy),
            Field.of("delivered", "delivered_mwh", units.energy),
            Field.of("carbon-free", "claimable_mwh", units.energy),
            Field.of("matched directly", "matched_mwh", units.energy),
            Field.of("matched via storage", "matched_from_storage_mwh", units.energy),
            Field.of("stored", "stored_mwh", units.energy),
            Field.of("excess", "excess_mwh", units.energy),
            Field.of("curtailed", "curtailed_mwh", units.energy),
            Field(Column("strike", units.price.unit), "strike", str),
            Field.of("cost", "cost", units.money),
        ),
        entries,
        note=note,
    )


def storage_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the storages that are built: size, use and cost."""
    found = built(summary, units)
    several = len(summary["zones"]) > 1
    entries = [
        {**storage, "name": name, "zone": storage["zone"] if several else None} for name, storage in found.items()
    ]
    left = [name for name in summary["storage"] if name not in found]
    offered = f"Offered and not built: {', '.join(left)}." if left else ""
    note = " ".join(part for part in (storage_note(summary, units), offered) if part)
    return listing(
        "Storage",
        (
            Field.words("storage", "name"),
            Field.words("zone", "zone"),
            Field.of("power", "power_mw", units.power),
            Field.of("energy", "energy_mwh", units.stored),
            Field(Column("duration", "h"), "duration_hours", lambda hours: number(hours, 1)),
            Field(Column("full cycles"), "full_cycles", lambda cycles: number(cycles, 1)),
            Field.of("charged", "charge_mwh", units.energy),
            Field.of("discharged", "discharge_mwh", units.energy),
            Field.of("cost", "cost", units.money),
        ),
        entries,
        note=note,
    )


def grid_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what every site draws and buys from the grid."""
    several = len(summary["zones"]) > 1
    metered = any("metered_export_mwh" in site for site in summary["grid"].values())
    entries = [
        {
            **{"load_mwh": site["metered_import_mwh"], "metered_export_mwh": None, "onsite_generation_mwh": None},
            **site,
            "name": name,
            "zone": site["zone"] if several else None,
        }
        for name, site in summary["grid"].items()
    ]
    through_the_meter = (
        Field.of("metered import", "metered_import_mwh", units.energy),
        Field.of("metered export", "metered_export_mwh", units.energy),
        Field.of("generated on site", "onsite_generation_mwh", units.energy),
    )
    return listing(
        "Load and grid supply" if summary.get("kind") == "metered" else "Firm grid supply",
        (
            Field.words("site", "name"),
            Field.words("zone", "zone"),
            Field.of("load", "load_mwh", units.energy),
            *(through_the_meter if metered else ()),
            Field.of("peak import" if metered else "peak load", "peak_mw", units.power),
            Field.of("bought at retail", "retail_supply_mwh", units.energy),
            Field.of("peak bought", "peak_retail_supply_mw", units.power),
            Field.of("firm capacity", "firm_capacity_mw", units.power),
            Field(Column("hourly matched share"), "hourly_matched_share", share),
            Field(Column("CFE score"), "cfe_score", share),
        ),
        entries,
    )


def zone_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the zones side by side, never netted; empty where there is only one."""
    entries = [
        {**zone, "name": name, "share": zone["scores"]["hourly_matched_share"], "cfe": zone["scores"]["cfe_score"]}
        for name, zone in summary["zones"].items()
    ]
    return listing(
        "Zones",
        (
            Field.words("zone", "name"),
            Field.of("load", "load_mwh", units.energy),
            Field.of("matched", "matched_mwh", units.energy),
            Field.of("unmatched", "unmatched_mwh", units.energy),
            Field.of("excess", "excess_mwh", units.energy),
            Field(Column("hourly matched share"), "share", share),
            Field(Column("CFE score"), "cfe", share),
        ),
        entries if len(entries) > 1 else [],
    )
