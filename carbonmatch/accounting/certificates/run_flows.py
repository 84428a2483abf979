"""The tables of a run by number: contracts, storages, zones and steps, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carbonmatch.records import FloatArray, IntArray


@dataclass(frozen=True)
class RunFlows:
    """The tables of a run (`carbonmatch.runfolder`) that certificates are made of.

    without   contracts whose generation comes without certificates
    """

    hourly: pd.DataFrame
    contracts: pd.DataFrame
    storage: pd.DataFrame
    claims: pd.DataFrame
    links: pd.DataFrame
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Axis:
    """The names and steps of a run, by number, and its tables as arrays."""

    contracts: tuple[str, ...]
    storage: tuple[str, ...]
    zones: tuple[str, ...]
    starts: pd.DatetimeIndex
    flows: RunFlows

    @classmethod
    def of(cls, flows: RunFlows) -> Axis:
        """Return the axis of a run; entities in the order in which its tables name them."""
        return cls(
            tuple(flows.contracts["contract"].unique()),
            tuple(flows.storage["storage"].unique()),
            tuple(flows.hourly["zone"].unique()),
            pd.DatetimeIndex(flows.hourly["interval_start_utc"].unique()).sort_values(),
            flows,
        )

    def by_contract(self, column: str) -> FloatArray:
        """Return a column of the contracts (contracts, steps)."""
        return self._square(self.flows.contracts, "contract", self.contracts, column)

    def by_storage(self, column: str) -> FloatArray:
        """Return a column of the storages (storage, steps)."""
        return self._square(self.flows.storage, "storage", self.storage, column)

    def by_zone(self, column: str) -> FloatArray:
        """Return a column of the zones (zones, steps)."""
        return self._square(self.flows.hourly, "zone", self.zones, column)

    def steps(self, stamps: pd.Series) -> IntArray:
        """Return stamps as numbers of steps; no stamp is UNTRACED."""
        return self.starts.get_indexer(pd.DatetimeIndex(stamps)).astype(np.int64)

    @property
    def zone_of_contract(self) -> IntArray:
        """The zone of each contract."""
        return self._zone_of(self.flows.contracts, "contract", self.contracts)

    @property
    def zone_of_storage(self) -> IntArray:
        """The zone of each storage."""
        return self._zone_of(self.flows.storage, "storage", self.storage)

    def _zone_of(self, frame: pd.DataFrame, key: str, names: tuple[str, ...]) -> IntArray:
        zones = frame.drop_duplicates(key).set_index(key)["zone"]
        return numbers(zones.reindex(list(names)), self.zones)

    def _square(self, frame: pd.DataFrame, key: str, names: tuple[str, ...], column: str) -> FloatArray:
        result = np.zeros((len(names), len(self.starts)))
        if len(frame):
            result[numbers(frame[key], names), self.steps(frame["interval_start_utc"])] = frame[column]
        return result


def numbers(values: pd.Series, names: tuple[str, ...]) -> IntArray:
    """Return names as numbers; one that is not among them is UNTRACED."""
    return pd.Index(names, dtype=object).get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
