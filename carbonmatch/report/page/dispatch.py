"""Who meets the load of a zone, step by step: the layers of a stack, from its ground to the load and above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.report.page import colours
from carbonmatch.report.page.wall_clock import WallClock
from carbonmatch.report.run_tables import RunTables
from carbonmatch.timegrid import FloatArray

LEAST_SHARE: Final = 5e-5
"""A layer below this share of the load (0.005 %) is thinner than a line of a screen, and left out."""

MOST_CONTRACTS: Final = 8
"""Contracts that have a colour of their own; beyond, the largest seven have one and the rest share one."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: its name, its colour, its style, and its height in every step [MW]; stored energy in MWh."""

    name: str
    slot: str
    style: str
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Dispatch:
    """The steps of one zone.

    below      what meets the load: contracts directly, storage, grid; they add up to the load
    above      what is generated beyond it: stored, or excess
    stored     energy in storage at the end of each step [MWh]
    planned_mw   load as it was planned, with what is placed, where it may be changed: load_mw is what was served
    """

    zone: str
    clock: WallClock
    load_mw: FloatArray
    matched_mw: FloatArray
    from_storage_mw: FloatArray
    below: tuple[Layer, ...]
    above: tuple[Layer, ...]
    stored: tuple[Layer, ...]
    planned_mw: FloatArray | None = None

    @cached_property
    def unmatched_mw(self) -> FloatArray:
        """Load that no contracted energy of the same step meets."""
        return np.maximum(self.load_mw - self.matched_mw, 0.0)

    @cached_property
    def height_mw(self) -> FloatArray:
        """Height of the whole stack."""
        return self.load_mw + sum((layer.values for layer in self.above), np.zeros_like(self.load_mw))

    def matched_share(self, first: int, last: int) -> float | None:
        """Return the matched share of the load of some steps; None where there is no load."""
        load = float(self.load_mw[first:last].sum())
        return float(self.matched_mw[first:last].sum()) / load if load > 0.0 else None


def dispatches(summary: Mapping[str, Any], tables: RunTables) -> list[Dispatch]:
    """Return the dispatch of every zone, in the order of the summary."""
    return [_of_zone(zone, summary, tables, _slots(zone, summary)) for zone in summary["zones"]]


def _slots(zone: str, summary: Mapping[str, Any]) -> dict[str, str]:
    """Return the colours of the contracts of a zone, in the order in which they are stacked."""
    contracts = {name: contract for name, contract in summary["contracts"].items() if contract["zone"] == zone}
    names = colours.stacking_order(contracts)
    if len(names) > MOST_CONTRACTS:
        largest = set(sorted(names, key=lambda n: (-contracts[n]["generation_mwh"], n))[: MOST_CONTRACTS - 1])
        names = [name for name in names if name in largest]
    return colours.contract_slots(names, contracts)


def _of_zone(zone: str, summary: Mapping[str, Any], tables: RunTables, slots: Mapping[str, str]) -> Dispatch:
    hours = float(summary["period"]["hours_per_step"])
    rows = tables.hourly[tables.hourly["zone"] == zone].sort_values("interval_start_utc")
    load = _mw(rows, "load_mwh", hours)
    matched = np.minimum(_mw(rows, "matched_mwh", hours), load)
    from_storage = np.minimum(_mw(rows, "matched_from_storage_mwh", hours), matched)
    least = LEAST_SHARE * float(load.sum())

    def kept(layers: list[Layer]) -> tuple[Layer, ...]:
        return tuple(layer for layer in layers if float(layer.values.sum()) > least)

    accounts = _accounts(zone, tables, slots, hours)
    direct = [Layer(name, slot, "fill", account["matched"]) for name, slot, account in accounts]
    stored = sum((account["stored"] for _, _, account in accounts), np.zeros_like(load))
    excess = [Layer(f"{name}, excess", slot, "pale", account["excess"]) for name, slot, account in accounts]
    grid = _grid_layers(rows, summary, np.maximum(load - matched, 0.0), hours)
    return Dispatch(
        zone=zone,
        clock=WallClock.of(rows["interval_start_utc"], summary["period"]["timezone"], hours),
        load_mw=load,
        matched_mw=matched,
        from_storage_mw=from_storage,
        below=kept([*direct, Layer("from storage", colours.STORAGE, "fill", from_storage), *grid]),
        above=kept([Layer("into storage", colours.STORAGE, "pale", stored), *excess]),
        stored=_stored_layers(zone, tables, least * hours),
        planned_mw=_planned(zone, summary, tables.load, hours),
    )


def _planned(zone: str, summary: Mapping[str, Any], rows: pd.DataFrame, hours: float) -> FloatArray | None:
    """Return the planned load of a zone, with what is placed; None where no load of its sites may be changed."""
    varied = list((summary.get("load") or {}).get("sites", ()))
    if not len(rows) or not (rows["site"].isin(varied) & (rows["zone"] == zone)).any():
        return None
    planned = (rows["planned_mwh"] + rows["placed_mwh"])[rows["zone"] == zone]
    summed = planned.groupby(rows["interval_start_utc"]).sum()
    return _positive(summed) / hours


def _grid_layers(rows: pd.DataFrame, summary: Mapping[str, Any], unmatched: FloatArray, hours: float) -> list[Layer]:
    """Return the supply of the grid; its own carbon-free share stands apart where the target counts it."""
    target = summary.get("target")
    credited = _mw(rows, "credited_grid_cfe_mwh", hours) if target and target["grid_credit"] else np.zeros(len(rows))
    credited = np.minimum(credited, unmatched)
    rest = "grid" if not credited.any() else "grid, the rest"
    return [
        Layer("grid, its carbon-free share", colours.GRID_CLEAN, "fill", credited),
        Layer(rest, colours.GRID, "fill", unmatched - credited),
    ]


def _accounts(
    zone: str, tables: RunTables, slots: Mapping[str, str], hours: float
) -> list[tuple[str, str, dict[str, FloatArray]]]:
    """Return name, colour and volumes [MW] of the contracts of a zone; those without a colour are added up."""
    rows = tables.contracts[tables.contracts["zone"] == zone] if len(tables.contracts) else tables.contracts
    of_name: dict[str, dict[str, FloatArray]] = {
        str(name): {
            noun: _mw(account.sort_values("interval_start_utc"), f"{noun}_mwh", hours)
            for noun in ("matched", "stored", "excess")
        }
        for name, account in rows.groupby("contract", sort=False)
    }
    found = [(name, slot, of_name[name]) for name, slot in slots.items() if name in of_name]
    others = [account for name, account in of_name.items() if name not in slots]
    if others:
        summed = {noun: np.sum([account[noun] for account in others], axis=0) for noun in others[0]}
        found.append((f"{len(others)} other contracts", colours.OTHERS, summed))
    return found


def _stored_layers(zone: str, tables: RunTables, least_mwh: float) -> tuple[Layer, ...]:
    rows = tables.storage[tables.storage["zone"] == zone] if len(tables.storage) else tables.storage
    if not len(rows):
        return ()
    sums = rows.groupby("interval_start_utc")[["clean_state_of_charge_mwh", "grey_state_of_charge_mwh"]].sum()
    layers = [
        Layer("contracted energy in storage", colours.STORAGE, "fill", _positive(sums["clean_state_of_charge_mwh"])),
        Layer("grid energy in storage", colours.GRID, "fill", _positive(sums["grey_state_of_charge_mwh"])),
    ]
    return tuple(layer for layer in layers if float(layer.values.sum()) > least_mwh)


def _mw(rows: pd.DataFrame, column: str, hours: float) -> FloatArray:
    """Return a column of MWh per step as MW; noise of solvers below zero is zero, and so is what is not known."""
    return _positive(rows[column]) / hours


def _positive(column: pd.Series[float]) -> FloatArray:
    return np.maximum(np.nan_to_num(column.to_numpy(dtype=float)), 0.0)
