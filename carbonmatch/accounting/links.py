"""Links: from what a storage drew back to the generation that it came from, through other storages where need be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.tracing import opening_stock_mwh, trace
from carbonmatch.records import UNTRACED, FloatArray, Links, StorageFacts

MOST_STORAGES_PASSED: Final = 20
"""Energy handed from storage to storage more often than this is not followed any further."""

LEAST_LINK_MWH: Final = 1e-9
"""Links below this, one thousandth of a watt-hour, are rounding."""

_GENERATION: Final = -1
"""Stands for the storage that energy came out of, where it came out of a plant."""

_FREE: Final = -1
"""Stands for all storage that stands beside no plant: they charge from the same mix."""


@dataclass(frozen=True)
class StorageFlows:
    """What one zone generates and moves through storage; charge and discharge exclude each other in a step.

    generation_mwh             (contracts, steps) of eligible contracts;  contracts   their numbers
    charge_mwh, discharge_mwh  (storage, steps) at the terminals;  storage   their numbers
    beside                     {row of a storage: row of the contract whose plant it stands beside, and charges from};
                               None where that does not count
    """

    generation_mwh: FloatArray
    charge_mwh: FloatArray
    discharge_mwh: FloatArray
    contracts: Sequence[int]
    storage: Sequence[int]
    facts: Sequence[StorageFacts]
    cyclic: bool
    beside: Mapping[int, int | None] = field(default_factory=dict)

    @cached_property
    def charge_of_plants_mwh(self) -> FloatArray:
        """What the storage beside each plant takes of its generation, (contracts, steps); 0 without one."""
        taken = np.zeros_like(self.generation_mwh)
        for k, i in self.beside.items():
            if i is not None:
                taken[i] = np.minimum(self.charge_mwh[k], self.generation_mwh[i])
        return taken

    def taken_beside_mwh(self, k: int) -> FloatArray:
        """What a storage takes of the plant that it stands beside (steps,); 0 where that does not count."""
        i = self.beside[k]
        nothing: FloatArray = np.zeros_like(self.charge_mwh[k])
        return nothing if i is None else self.charge_of_plants_mwh[i]

    @cached_property
    def free_generation_mwh(self) -> FloatArray:
        """What is generated and not taken by the storage beside its plant, (contracts, steps)."""
        free: FloatArray = self.generation_mwh - self.charge_of_plants_mwh
        return free

    @cached_property
    def free_charge_mwh(self) -> FloatArray:
        """What is charged by storage that stands beside no plant (steps,)."""
        free = [k for k in range(len(self.charge_mwh)) if k not in self.beside]
        charge: FloatArray = self.charge_mwh[free].sum(axis=0)
        return charge

    @cached_property
    def charge_from_generation_mwh(self) -> FloatArray:
        """What plants charge of that: generation goes into storage first (steps,)."""
        least: FloatArray = np.minimum(self.free_charge_mwh, self.free_generation_mwh.sum(axis=0))
        return least

    @cached_property
    def charge_from_storage_mwh(self) -> FloatArray:
        """What other storages charge in the same step (steps,)."""
        left = self.free_charge_mwh - self.charge_from_generation_mwh
        least: FloatArray = np.minimum(left, self.discharge_mwh.sum(axis=0))
        return least

    @cached_property
    def charge_from_grid_mwh(self) -> FloatArray:
        """What is charged beyond all carbon-free energy, or by a storage beyond what its plant generates (steps,)."""
        left = self.free_charge_mwh - self.charge_from_generation_mwh - self.charge_from_storage_mwh
        beyond: FloatArray = np.maximum(left, 0.0)
        for k in self.beside:
            beyond = beyond + (self.charge_mwh[k] - self.taken_beside_mwh(k))
        return beyond


@dataclass(frozen=True)
class Traced:
    """What tracing one storage rests on; see StorageLedger."""

    efficiency: float
    opening_mwh: float


def links_of(flows: StorageFlows) -> tuple[Links, list[Traced]]:
    """Return the links of all storages of a zone, and what each storage's tracing rests on."""
    drawn: list[pd.DataFrame] = []
    traced: list[Traced] = []
    for k, facts in enumerate(flows.facts):
        charge, discharge = flows.charge_mwh[k], flows.discharge_mwh[k]
        efficiency = efficiency_of(charge, discharge, facts.efficiency_limit, cyclic=flows.cyclic)
        draws = discharge / efficiency
        found = trace(charge, draws, facts.tracing, cyclic=flows.cyclic)
        drawn.append(
            pd.DataFrame(
                {
                    "storage": k,
                    "charge_step": found.charge_step,
                    "discharge_step": found.discharge_step,
                    "charged_mwh": found.charged_mwh,
                    "discharged_mwh": found.charged_mwh * efficiency,
                }
            )
        )
        traced.append(Traced(efficiency, opening_stock_mwh(charge, draws)))
    if not drawn:
        return _links(_NO_ROWS, flows), traced
    return _links(_origins(pd.concat(drawn, ignore_index=True), flows), flows), traced


def efficiency_of(charge: FloatArray, discharge: FloatArray, limit: float, *, cyclic: bool) -> float:
    """Return discharged / charged over the period, which all discharges are held to.

    A metered period may start fuller than it ends: then it is never above the efficiency that the case gives. It may
    also end fuller than it started: what was charged and not given back is stock as far as the storage has shown that
    it can hold it, by its deepest discharge, and loss beyond that.
    """
    charged, discharged = float(charge.sum()), float(discharge.sum())
    if charged <= 0.0 or discharged <= 0.0:
        return limit
    if cyclic:
        return discharged / charged
    given_back = charged - deepest_discharge_mwh(charge, discharge / limit)
    return min(limit, discharged / given_back) if given_back > 0.0 else limit


def deepest_discharge_mwh(charge: FloatArray, drawn: FloatArray) -> float:
    """Return the deepest fall of the stock from any step to any later one [MWh charged]: as much it can hold."""
    stock = np.concatenate([[0.0], np.cumsum(charge - drawn)])
    return float((np.maximum.accumulate(stock) - stock).max())


_NO_ROWS: Final = pd.DataFrame(
    {
        **{
            name: np.array([], dtype=np.int64)
            for name in ("storage", "charge_step", "discharge_step", "contract", "production_step")
        },
        **{name: np.array([], dtype=float) for name in ("charged_mwh", "discharged_mwh", "production_mwh")},
    }
)


def _origins(draws: pd.DataFrame, flows: StorageFlows) -> pd.DataFrame:
    """Split every draw by where its charge came from, until all of it came out of a plant or the grid."""
    sources = _sources_of_charge(flows)
    group = np.array([k if k in flows.beside else _FREE for k in range(len(flows.storage))], dtype=np.int64)
    own = draws[["storage", "discharge_step", "charge_step", "charged_mwh", "discharged_mwh"]]
    shares = own.assign(
        share=own["charged_mwh"] / own.groupby(["storage", "discharge_step"])["charged_mwh"].transform("sum"),
        gain=own["charged_mwh"] / own["discharged_mwh"],
    )
    before = shares.rename(columns={"storage": "source", "discharge_step": "origin_step", "charge_step": "earlier"})
    before = before[["source", "origin_step", "earlier", "share", "gain"]]
    done = [
        draws[draws["charge_step"] == UNTRACED].assign(
            contract=UNTRACED, production_step=UNTRACED, production_mwh=lambda rows: rows["charged_mwh"]
        )
    ]
    # `origin` is the storage whose charge is looked into; `origin_step` the step that it was charged in.
    open_rows = draws[draws["charge_step"] != UNTRACED].assign(
        origin=lambda rows: rows["storage"],
        origin_step=lambda rows: rows["charge_step"],
        production_mwh=lambda rows: rows["charged_mwh"],
    )
    for _ in range(MOST_STORAGES_PASSED):
        charged = open_rows.assign(group=lambda rows: group[rows["origin"].to_numpy(dtype=np.int64)])
        split = charged.merge(sources, left_on=["group", "origin_step"], right_on=["group", "step"])
        split = split.drop(columns=["step", "group"])
        for name in ("charged_mwh", "discharged_mwh", "production_mwh"):
            split[name] = split[name] * split["part"]
        split = split.drop(columns="part")
        from_plant = split["source"] == _GENERATION
        done.append(split[from_plant].assign(production_step=_step_of_origin))
        passed = split[~from_plant].merge(before, on=["source", "origin_step"])
        if passed.empty:
            break
        for name in ("charged_mwh", "discharged_mwh"):
            passed[name] = passed[name] * passed["share"]
        passed["production_mwh"] = passed["production_mwh"] * passed["share"] * passed["gain"]
        passed = passed.assign(origin=passed["source"], origin_step=passed["earlier"])
        passed = passed.drop(columns=["source", "contract", "share", "gain", "earlier"])
        unknown = (passed["origin_step"] == UNTRACED) | (passed["charged_mwh"] <= LEAST_LINK_MWH)
        done.append(passed[unknown].assign(contract=UNTRACED, production_step=UNTRACED))
        open_rows = passed[~unknown]
    else:
        done.append(open_rows.assign(contract=UNTRACED, production_step=UNTRACED))
    return pd.concat([part[list(_NO_ROWS.columns)] for part in done if not part.empty] or [_NO_ROWS])


def _step_of_origin(rows: pd.DataFrame) -> pd.Series:
    """Return the step of the generation; unknown where the energy came from the grid."""
    step: pd.Series = rows["origin_step"].where(rows["contract"] != UNTRACED, UNTRACED)
    return step


def _sources_of_charge(flows: StorageFlows) -> pd.DataFrame:
    """Return where what is charged in a step came from: group of storage, step, source, contract, part of it."""
    charge = flows.free_charge_mwh
    generation = flows.free_generation_mwh.sum(axis=0)
    discharge = flows.discharge_mwh.sum(axis=0)
    rows: list[pd.DataFrame] = []

    def add(source: int, contract: int, amount: FloatArray, charged: FloatArray = charge, group: int = _FREE) -> None:
        steps = np.flatnonzero(charged > 0.0)
        part = amount[steps] / charged[steps]
        rows.append(pd.DataFrame({"group": group, "step": steps, "source": source, "contract": contract, "part": part}))

    plants = np.divide(flows.charge_from_generation_mwh, generation, out=np.zeros_like(charge), where=generation > 0.0)
    for i, own in zip(flows.contracts, flows.free_generation_mwh, strict=True):
        add(_GENERATION, i, own * plants)
    others = np.divide(flows.charge_from_storage_mwh, discharge, out=np.zeros_like(charge), where=discharge > 0.0)
    for k, own in enumerate(flows.discharge_mwh):
        add(k, UNTRACED, own * others)
    grid = flows.free_charge_mwh - flows.charge_from_generation_mwh - flows.charge_from_storage_mwh
    add(_GENERATION, UNTRACED, np.maximum(grid, 0.0))
    for k, plant in flows.beside.items():
        charged, taken = flows.charge_mwh[k], flows.taken_beside_mwh(k)
        add(_GENERATION, UNTRACED if plant is None else flows.contracts[plant], taken, charged, k)
        add(_GENERATION, UNTRACED, charged - taken, charged, k)
    sources = pd.concat(rows, ignore_index=True)
    return sources[sources["part"] > 0.0]


def _links(rows: pd.DataFrame, flows: StorageFlows) -> Links:
    rows = rows[rows["charged_mwh"] > LEAST_LINK_MWH]
    keys = ["storage", "discharge_step", "charge_step", "production_step", "contract"]
    merged = rows.groupby(keys, as_index=False, sort=True)[["production_mwh", "charged_mwh", "discharged_mwh"]].sum()
    number = np.array(list(flows.storage) or [0], dtype=np.int64)
    return Links(
        storage=number[merged["storage"].to_numpy(dtype=np.int64)],
        contract=merged["contract"].to_numpy(dtype=np.int64),
        production_step=merged["production_step"].to_numpy(dtype=np.int64),
        charge_step=merged["charge_step"].to_numpy(dtype=np.int64),
        discharge_step=merged["discharge_step"].to_numpy(dtype=np.int64),
        production_mwh=merged["production_mwh"].to_numpy(dtype=float),
        charged_mwh=merged["charged_mwh"].to_numpy(dtype=float),
        discharged_mwh=merged["discharged_mwh"].to_numpy(dtype=float),
    )
