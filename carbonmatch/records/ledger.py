"""Ledger: who used what when."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class ZoneLedger:
    """The accounts of one zone [MWh per step], recomputed from flows by code that does not know the model.

    contracted_mwh             net carbon-free energy offered to the load: generation + clean discharge - clean charge
    matched_mwh                min(contracted, load); what is left of the load is unmatched, of the contracted is excess
    matched_from_storage_mwh   the part of matched that came out of storage
    """

    name: str
    load_mwh: FloatArray
    generation_mwh: FloatArray
    curtailed_mwh: FloatArray
    clean_charge_mwh: FloatArray
    clean_discharge_mwh: FloatArray
    grey_charge_mwh: FloatArray
    grey_discharge_mwh: FloatArray
    contracted_mwh: FloatArray
    matched_mwh: FloatArray
    matched_from_storage_mwh: FloatArray
    unmatched_mwh: FloatArray
    excess_mwh: FloatArray
    sold_mwh: FloatArray
    retail_supply_mwh: FloatArray
    metered_import_mwh: FloatArray
    grid_cfe_share: FloatArray | None
    carbon_intensity_g_per_kwh: FloatArray | None


@dataclass(frozen=True)
class ContractLedger:
    """Where the generation of one contract went, step by step [MWh per step].

    generation = matched + stored + excess; what a zone stores or has in excess in a step is shared among its contracts
    pro rata to their generation in that step.
    """

    name: str
    zone: str
    generation_mwh: FloatArray
    curtailed_mwh: FloatArray
    matched_mwh: FloatArray
    stored_mwh: FloatArray
    excess_mwh: FloatArray


@dataclass(frozen=True)
class Ledger:
    """The accounts of a run: zones and contracts in the order of the problem. `starts`: start of each step, UTC."""

    starts: pd.DatetimeIndex
    hours_per_step: float
    zones: tuple[ZoneLedger, ...]
    contracts: tuple[ContractLedger, ...]
