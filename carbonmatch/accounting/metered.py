"""The summary of a metered period: the keys of a plan's, None where only an optimiser has an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from carbonmatch.accounting.agreed import flow_summary, guarantee_summary
from carbonmatch.accounting.compute import compute_summary
from carbonmatch.accounting.grid_summary import site_summary
from carbonmatch.accounting.meters import Metered
from carbonmatch.accounting.site_scores import with_site_scores
from carbonmatch.accounting.summary import (
    accounts_summary,
    data_quality,
    in_order,
    instrument_summary,
    series_quality,
    volume_summary,
)
from carbonmatch.records import UNTRACED, Facts, FloatArray, Ledger, totals
from carbonmatch.units import LEAST_METERED_MWH

EFFICIENCY_LOWER_BY: Final = 0.02
"""A measured efficiency that is lower than the one of the case by more than this is told."""


@dataclass(frozen=True)
class StoredFlows:
    """Charge and discharge of one storage at its meter, by what they were made of [MWh per step]."""

    clean_charge_mwh: FloatArray
    clean_discharge_mwh: FloatArray
    grey_charge_mwh: FloatArray
    grey_discharge_mwh: FloatArray


def stored_flows(ledger: Ledger, b: int) -> StoredFlows:
    """Return what of a storage's metered flows is carbon-free.

    What a zone charges from the grid in a step is shared among its storages by their charge; what is discharged is grey
    as far as its links lead to no contract.
    """
    account = ledger.storage[b]
    steps = len(ledger.starts)
    zone = next(zone for zone in ledger.zones if zone.name == account.zone)
    charge = zone.clean_charge_mwh + zone.grey_charge_mwh
    grey_share = np.divide(zone.grey_charge_mwh, charge, out=np.zeros_like(charge), where=charge > 0.0)
    unknown = (ledger.links.storage == b) & (ledger.links.contract == UNTRACED)
    grey = totals(ledger.links.discharge_step[unknown], ledger.links.discharged_mwh[unknown], steps)
    grey = np.minimum(grey, account.discharge_mwh)
    return StoredFlows(
        clean_charge_mwh=account.charge_mwh * (1.0 - grey_share),
        clean_discharge_mwh=account.discharge_mwh - grey,
        grey_charge_mwh=account.charge_mwh * grey_share,
        grey_discharge_mwh=grey,
    )


def summarise_metered(metered: Metered, ledger: Ledger, facts: Facts) -> dict[str, Any]:
    """Return the summary of a metered period whose accounts have been proved, as it is written to `summary.json`."""
    problem, flows = metered.problem, metered.flows
    return in_order(
        {
            **accounts_summary(problem, ledger, facts, {}),
            "kind": "metered",
            "status": "metered",
            "data_quality": [*data_quality(facts), *_metered_quality(ledger)],
            "contracts": {
                contract.name: {
                    "zone": account.zone,
                    **instrument_summary(contract, instrument),
                    "contracted_mw": None,
                    "max_mw": None,
                    "strike_per_mwh": None,
                    "available_mwh": None,
                    **volume_summary(account),
                    **flow_summary(contract, account),
                    **guarantee_summary(instrument, account, metered=True),
                    "cost": None,
                    "cost_per_mwh": None,
                    "capture_value_per_mwh": None,
                }
                for contract, account, instrument in zip(
                    problem.contracts, ledger.contracts, facts.instruments, strict=True
                )
            },
            "storage": {storage.name: _storage(ledger, b) for b, storage in enumerate(problem.storage)},
            "grid": with_site_scores(
                {
                    site.name: {
                        **site_summary(problem, s, flows.retail_supply_mwh[s], site.load_mwh),
                        "firm_capacity_mw": None,
                    }
                    for s, site in enumerate(problem.sites)
                },
                problem,
                ledger,
            ),
            "warnings": [*metered.warnings, *_filled(metered), *_storage_warnings(ledger, facts)],
            **compute_summary(problem, ledger, facts),
        }
    )


def _metered_quality(ledger: Ledger) -> list[dict[str, Any]]:
    """Return how generation and storage are known: what has no meter is left out of the accounts."""
    generated = [
        series_quality("generation", account.name, account.zone, "meter", float(account.generation_mwh.sum()))
        for account in ledger.contracts
    ]
    stored = [
        series_quality("discharge", account.name, account.zone, "meter", float(account.discharge_mwh.sum()))
        for account in ledger.storage
    ]
    return [*generated, *stored]


def _storage(ledger: Ledger, b: int) -> dict[str, Any]:
    account, stored = ledger.storage[b], stored_flows(ledger, b)
    mine = ledger.links.storage == b
    return {
        "zone": account.zone,
        "power_mw": None,
        "energy_mwh": None,
        "duration_hours": None,
        "max_power_mw": None,
        "charge_mwh": float(account.charge_mwh.sum()),
        "discharge_mwh": float(account.discharge_mwh.sum()),
        "grey_charge_mwh": float(stored.grey_charge_mwh.sum()),
        "grey_discharge_mwh": float(stored.grey_discharge_mwh.sum()),
        "losses_mwh": float((ledger.links.charged_mwh - ledger.links.discharged_mwh)[mine].sum()),
        "full_cycles": None,
        "tracing": account.tracing,
        "efficiency": account.efficiency,
        "opening_stock_mwh": account.opening_mwh * account.efficiency,
        "cost": None,
    }


def _filled(metered: Metered) -> list[str]:
    return [f"{note}." for note in metered.case.provenance.filled]


def _storage_warnings(ledger: Ledger, facts: Facts) -> list[str]:
    """Say what a storage gave that is not claimed, and where its efficiency is not the one of the case."""
    told = []
    links = ledger.links
    for b, (account, known) in enumerate(zip(ledger.storage, facts.storage, strict=True)):
        unknown = (links.storage == b) & (links.contract == UNTRACED)
        before = unknown & (links.charge_step == UNTRACED)
        opening, grid = (float(links.discharged_mwh[part].sum()) for part in (before, unknown & ~before))
        if opening > LEAST_METERED_MWH:
            told.append(
                f"{account.name} gave {opening:,.3f} MWh that were in it before the period: where they came from is "
                "not known, and they are not claimed."
            )
        if grid > LEAST_METERED_MWH:
            told.append(
                f"{account.name} gave {grid:,.3f} MWh that it had charged beyond the carbon-free energy of the hour: "
                "they came from the grid, and are not claimed."
            )
        if account.efficiency < known.efficiency_limit - EFFICIENCY_LOWER_BY:
            told.append(
                f"{account.name} gave back {account.efficiency:.3f} of what it charged, the case says "
                f"{known.efficiency_limit:g}: its claims carry the larger loss."
            )
    return told
