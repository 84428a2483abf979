"""What one run found, with pandas views on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from carbonmatch.accounting import stored_flows
from carbonmatch.records import Facts, Ledger, Optimum, Problem, Solution
from carbonmatch.study.frames import claims_frame, concat, contracts_frame, links_frame, vectors_frame, zone_frame
from carbonmatch.study.load_frames import load_entries_frame, load_frame


@dataclass(frozen=True)
class Accounts:
    """The proved accounts of a plan or of a metered period, with views on them.

    summary     every number that is reported, as in `summary.json`
    manifest    inputs, versions, times, as in `manifest.json`
    problem, facts, ledger   the records behind them
    """

    summary: dict[str, Any]
    manifest: dict[str, Any]
    problem: Problem
    facts: Facts
    ledger: Ledger

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
    def claims(self) -> pd.DataFrame:
        """Which generation met which load, one row per claim (`claims.parquet`)."""
        return claims_frame(self.ledger)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Which generation each discharge of a storage drew on, one row per link (`links.parquet`)."""
        return links_frame(self.ledger)

    @cached_property
    def contracts_hourly(self) -> pd.DataFrame:
        """Where the generation of each contract went, one row per contract and step (`contracts.parquet`)."""
        return contracts_frame(self.ledger)


@dataclass(frozen=True)
class Result(Accounts):
    """A verified plan; the records here are those that only a plan has.

    bought   the search for what a budget buys; None without a budget
    """

    solution: Solution
    optimum: Optimum
    bought: Optimum | None = None

    @property
    def cost(self) -> pd.Series[float]:
        """Cost components over the horizon [currency]; they add to the cost net of sales."""
        return pd.Series(self.summary["cost"]["components"], name="cost")

    @cached_property
    def hourly(self) -> pd.DataFrame:
        """The ledger, one row per zone and step, MWh per step (the table `hourly.parquet`)."""
        prices = self.solution.shadow_prices
        changed = self.solution.load_changes is not None
        frames = [
            zone_frame(self.ledger, self.facts, z, self.problem.zones[z].load_mwh if changed else None).assign(
                energy_value_per_mwh=prices.energy_value_per_mwh[z],
                attribute_value_per_mwh=prices.attribute_value_per_mwh[z],
            )
            for z in range(len(self.ledger.zones))
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def load(self) -> pd.DataFrame | None:
        """Planned and served load, one row per site and step (`load.parquet`); None where load may not be changed."""
        changes = self.solution.load_changes
        return None if changes is None else load_frame(self.problem, changes)

    @cached_property
    def load_entries(self) -> pd.DataFrame | None:
        """What was moved, given up and placed, one row per entry and step (`load_entries.parquet`); None as `load`."""
        changes = self.solution.load_changes
        return None if changes is None else load_entries_frame(self.problem, changes)

    @property
    def vectors(self) -> pd.DataFrame:
        """The solver's answer: values of the columns, then duals of the rows (`optimum.parquet`)."""
        return vectors_frame(self.optimum)

    @cached_property
    def contracts_hourly(self) -> pd.DataFrame:
        """Where the generation of every contract went, and what was paid, step by step (`contracts.parquet`)."""
        return contracts_frame(self.ledger, self.problem, self.solution)

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
        return concat(frames, ["interval_start_utc", "storage", "zone"])


@dataclass(frozen=True)
class Matched(Accounts):
    """The verified accounts of a metered period.

    reconciliation   plan and actual, one row per zone and step (`reconciliation.parquet`); None without a plan
    """

    reconciliation: pd.DataFrame | None

    @cached_property
    def hourly(self) -> pd.DataFrame:
        """The ledger, one row per zone and step, MWh per step (`hourly.parquet`); prices are a plan's to know."""
        frames = [
            zone_frame(self.ledger, self.facts, z).assign(
                energy_value_per_mwh=np.nan,
                attribute_value_per_mwh=np.nan,
            )
            for z in range(len(self.ledger.zones))
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def storage_hourly(self) -> pd.DataFrame:
        """Charge and discharge, one row per storage and step (`storage.parquet`); what it holds is not metered."""
        frames = []
        for b, storage in enumerate(self.ledger.storage):
            flows = stored_flows(self.ledger, b)
            frames.append(
                pd.DataFrame(
                    {
                        "interval_start_utc": self.ledger.starts,
                        "storage": storage.name,
                        "zone": storage.zone,
                        "clean_charge_mwh": flows.clean_charge_mwh,
                        "clean_discharge_mwh": flows.clean_discharge_mwh,
                        "clean_state_of_charge_mwh": np.nan,
                        "grey_charge_mwh": flows.grey_charge_mwh,
                        "grey_discharge_mwh": flows.grey_discharge_mwh,
                        "grey_state_of_charge_mwh": np.nan,
                    }
                )
            )
        return concat(frames, ["interval_start_utc", "storage", "zone"])


def _rows(entries: Mapping[str, Mapping[str, Any]], name: str) -> pd.DataFrame:
    return pd.DataFrame(list(entries.values()), index=pd.Index(list(entries), name=name))
