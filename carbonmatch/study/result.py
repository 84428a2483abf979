"""What one run found, with pandas views on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from carbonmatch.accounting.emissions import location_based_t
from carbonmatch.accounting.score import credited_grid_cfe
from carbonmatch.records import Ledger, Optimum, Problem, Solution, ZoneLedger
from carbonmatch.units import KG_PER_TONNE


@dataclass(frozen=True)
class Result:
    """A verified run.

    summary     every number that is reported, as in `summary.json`
    manifest    inputs, versions, engine runs, times, as in `manifest.json`
    problem, solution, ledger, optimum   the records behind them
    """

    summary: dict[str, Any]
    manifest: dict[str, Any]
    problem: Problem
    solution: Solution
    ledger: Ledger
    optimum: Optimum

    @property
    def cost(self) -> pd.Series[float]:
        """Cost components over the horizon [currency]; they add to the cost net of sales."""
        return pd.Series(self.summary["cost"]["components"], name="cost")

    @property
    def scores(self) -> pd.Series[Any]:
        """Scores of the portfolio."""
        return pd.Series(self.summary["scores"], name="score")

    @property
    def contracts(self) -> pd.DataFrame:
        """One row per contract: size, volumes, cost, worth."""
        return _rows(self.summary["contracts"], "contract")

    @property
    def storage(self) -> pd.DataFrame:
        """One row per storage: size, flows, cost."""
        return _rows(self.summary["storage"], "storage")

    @property
    def grid(self) -> pd.DataFrame:
        """One row per site: import, retail supply, firm capacity."""
        return _rows(self.summary["grid"], "site")

    @cached_property
    def hourly(self) -> pd.DataFrame:
        """The ledger, one row per zone and step, MWh per step (the table `hourly.parquet`)."""
        prices = self.solution.shadow_prices
        frames = [
            _zone_frame(self.ledger.starts, zone).assign(
                energy_value_per_mwh=prices.energy_value_per_mwh[z],
                attribute_value_per_mwh=prices.attribute_value_per_mwh[z],
            )
            for z, zone in enumerate(self.ledger.zones)
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def contracts_hourly(self) -> pd.DataFrame:
        """Where the generation of each contract went, one row per contract and step (`contracts.parquet`)."""
        frames = [
            pd.DataFrame(
                {
                    "interval_start_utc": self.ledger.starts,
                    "contract": account.name,
                    "zone": account.zone,
                    "generation_mwh": account.generation_mwh,
                    "curtailed_mwh": account.curtailed_mwh,
                    "matched_mwh": account.matched_mwh,
                    "stored_mwh": account.stored_mwh,
                    "excess_mwh": account.excess_mwh,
                }
            )
            for account in self.ledger.contracts
        ]
        return _concat(frames, ["interval_start_utc", "contract", "zone"])

    @cached_property
    def storage_hourly(self) -> pd.DataFrame:
        """Charge, discharge and stored energy, one row per storage and step (`storage.parquet`)."""
        s = self.solution
        frames = [
            pd.DataFrame(
                {
                    "interval_start_utc": self.ledger.starts,
                    "storage": storage.name,
                    "zone": self.problem.zones[storage.zone].name,
                    "clean_charge_mwh": s.clean_charge_mwh[b],
                    "clean_discharge_mwh": s.clean_discharge_mwh[b],
                    "clean_state_of_charge_mwh": s.clean_state_of_charge_mwh[b],
                    "grey_charge_mwh": s.grey_charge_mwh[b],
                    "grey_discharge_mwh": s.grey_discharge_mwh[b],
                    "grey_state_of_charge_mwh": s.grey_state_of_charge_mwh[b],
                }
            )
            for b, storage in enumerate(self.problem.storage)
        ]
        return _concat(frames, ["interval_start_utc", "storage", "zone"])


def _zone_frame(starts: pd.DatetimeIndex, zone: ZoneLedger) -> pd.DataFrame:
    unknown = np.full(len(starts), np.nan)
    credited, emitted = credited_grid_cfe(zone), location_based_t(zone)
    charge = zone.clean_charge_mwh + zone.grey_charge_mwh
    discharge = zone.clean_discharge_mwh + zone.grey_discharge_mwh
    return pd.DataFrame(
        {
            "interval_start_utc": starts,
            "zone": zone.name,
            "load_mwh": zone.load_mwh,
            "generation_mwh": zone.generation_mwh,
            "contracted_mwh": zone.contracted_mwh,
            "matched_mwh": zone.matched_mwh,
            "matched_from_storage_mwh": zone.matched_from_storage_mwh,
            "unmatched_mwh": zone.unmatched_mwh,
            "excess_mwh": zone.excess_mwh,
            "curtailed_mwh": zone.curtailed_mwh,
            "charge_mwh": charge,
            "discharge_mwh": discharge,
            "grey_discharge_mwh": zone.grey_discharge_mwh,
            "sold_mwh": zone.sold_mwh,
            "retail_supply_mwh": zone.retail_supply_mwh,
            "metered_import_mwh": zone.metered_import_mwh,
            "grid_cfe_share": unknown if zone.grid_cfe_share is None else zone.grid_cfe_share,
            "credited_grid_cfe_mwh": unknown if credited is None else credited,
            "carbon_intensity_g_per_kwh": unknown
            if zone.carbon_intensity_g_per_kwh is None
            else zone.carbon_intensity_g_per_kwh,
            "location_based_kg": unknown if emitted is None else emitted * KG_PER_TONNE,
        }
    )


def _rows(entries: Mapping[str, Mapping[str, Any]], name: str) -> pd.DataFrame:
    return pd.DataFrame(list(entries.values()), index=pd.Index(list(entries), name=name))


def _concat(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
