"""Ledger: who used what when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from carbonmatch.records.array import FloatArray, IntArray
from carbonmatch.records.facts import Tracing

UNTRACED: Final = -1
"""Stands for a contract or a step where the origin of energy is not known: the grid, or stock of before the period."""

DIRECT: Final = -1
"""Stands for a storage where a claim went through none."""


@dataclass(frozen=True)
class Flows:
    """What flowed, solved or metered: all that the accounts are made of [MWh per step].

    delivered_mwh   of contracts, to the load or to be sold
    yearly_certificates_mwh   bought without energy, spread over the steps; None where there are none
    Arrays are (contracts, steps), (storage, steps), (sites, steps) and (zones, steps) in the order of the problem.
    Charge and discharge are at the terminals; the clean ones are of energy that may be carbon-free: where it is not,
    because it came out of the grid, the ledger finds out.
    metered_import_mwh, metered_export_mwh   None where nothing stands behind a meter: the load is imported
    cyclic   the stock at the start is the stock at the end, as in a plan; a metered period starts with what came before
    """

    generation_mwh: FloatArray
    curtailed_mwh: FloatArray
    delivered_mwh: FloatArray
    clean_charge_mwh: FloatArray
    clean_discharge_mwh: FloatArray
    grey_charge_mwh: FloatArray
    grey_discharge_mwh: FloatArray
    retail_supply_mwh: FloatArray
    sold_mwh: FloatArray
    cyclic: bool
    yearly_certificates_mwh: FloatArray | None = None
    metered_import_mwh: FloatArray | None = None
    metered_export_mwh: FloatArray | None = None


@dataclass(frozen=True)
class ZoneLedger:
    """The accounts of one zone [MWh per step], recomputed from flows by code that does not know the model.

    generation_mwh             of its contracts, as far as it is a claim here
    clean_charge_mwh, clean_discharge_mwh   net of what a storage charges and discharges in the same step, as its meter
                               sees it; charge from the grid, and what comes out of it, is grey
    contracted_mwh             net carbon-free energy offered to the load: generation + clean discharge - clean charge
    matched_mwh                min(contracted, load); what is left of the load is unmatched, of the contracted is excess
    matched_from_storage_mwh   the part of matched that came out of storage
    metered_import_mwh         what passed the meters of its sites: the load where nothing stands behind them
    metered_export_mwh         what left through them; None where nothing stands behind any meter of the case
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
    metered_export_mwh: FloatArray | None = None
    yearly_certificates_mwh: FloatArray | None = None

    @property
    def yearly_volume_mwh(self) -> float:
        """Claims of the period as a whole: what is contracted, and certificates of the year [MWh]."""
        bought = 0.0 if self.yearly_certificates_mwh is None else float(self.yearly_certificates_mwh.sum())
        return float(self.contracted_mwh.sum()) + bought


@dataclass(frozen=True)
class ContractLedger:
    """Where the generation of one contract went, step by step [MWh per step].

    claimable = matched + stored + excess, and available = generation + curtailed; what a zone stores or has in excess
    in a step is shared among its contracts pro rata to what they can claim in that step. What a storage beside a plant
    charges is of that plant alone; it shares in the rest with what it has left.
    delivered_mwh    to the load, or to be sold;  claimable_mwh   the part of generation that is a claim in its zone
    certified_mwh    the part that is a claim of the year, whatever the target counts and wherever it is deliverable
    matched_from_storage_mwh   what of it met load later, in the step of that load: not part of the sum above
    """

    name: str
    zone: str
    generation_mwh: FloatArray
    curtailed_mwh: FloatArray
    delivered_mwh: FloatArray
    claimable_mwh: FloatArray
    certified_mwh: FloatArray
    matched_mwh: FloatArray
    matched_from_storage_mwh: FloatArray
    stored_mwh: FloatArray
    excess_mwh: FloatArray


@dataclass(frozen=True)
class StorageLedger:
    """How the energy in one storage was traced.

    charge_mwh, discharge_mwh   net, at the terminals [MWh per step]
    efficiency                  discharged / charged over the period: a discharge draws on discharged / efficiency
    opening_mwh                 stock at the start, in MWh charged
    """

    name: str
    zone: str
    tracing: Tracing
    charge_mwh: FloatArray
    discharge_mwh: FloatArray
    efficiency: float
    opening_mwh: float


@dataclass(frozen=True)
class Links:
    """Which generation each discharge of a storage drew on, one entry per link; steps and entities by number.

    production_mwh   generation that went in, before the losses of this storage and of those that it passed before
    charged_mwh      what this storage took up for it;  discharged_mwh = efficiency * charged_mwh
    contract, production_step   UNTRACED where the energy came from the grid or was in stock before
    A charge lies before its discharge. In a plan, whose stock at the start is that of the end, one that lies after it
    stands for the same charge a period earlier.
    """

    storage: IntArray
    contract: IntArray
    production_step: IntArray
    charge_step: IntArray
    discharge_step: IntArray
    production_mwh: FloatArray
    charged_mwh: FloatArray
    discharged_mwh: FloatArray


@dataclass(frozen=True)
class Claims:
    """Which generation met which load, one entry per claim; steps and entities by number.

    storage          DIRECT where the generation met the load in its own step
    matched_mwh      load that was met;  production_mwh   generation cancelled for it: the losses of storage on top
    """

    step: IntArray
    contract: IntArray
    storage: IntArray
    production_step: IntArray
    matched_mwh: FloatArray
    production_mwh: FloatArray


@dataclass(frozen=True)
class Ledger:
    """The accounts of a run: entities in the order of the problem. `starts`: start of each step, UTC."""

    starts: pd.DatetimeIndex
    hours_per_step: float
    zones: tuple[ZoneLedger, ...]
    contracts: tuple[ContractLedger, ...]
    storage: tuple[StorageLedger, ...]
    links: Links
    claims: Claims
