"""Allocation: which certificates are cancelled for a charge, and what is issued for them on discharge [Wh].

A link of the ledger says that a discharge drew on generation of an earlier step. It becomes an allocation: certificates
of the charging step are cancelled, and cancelled * efficiency are issued in the step of the discharge. A storage that
was charged out of another one draws on what was issued on that discharge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.watt_hours import backed_wh, capped_wh, shared_wh, taken_wh
from carbonmatch.records import UNTRACED, FloatArray, IntArray, totals
from carbonmatch.units import WH_PER_MWH

FROM_PLANT: Final = -1
"""Stands for the allocation that another one draws on, where it draws on generation."""

NOT_FOUND: Final = -2
"""Stands for it where the discharge that charged a storage is not among the links."""

LEAST_LEFT_IN_STOCK_MWH: Final = 1e-6
"""Charge below this, one watt-hour in a step, that no discharge draws on is rounding of the links."""


class Reason(StrEnum):
    """Why energy carries no certificate."""

    UNKNOWN_ORIGIN = "origin not known: in stock before the period, or charged from the grid"
    CHARGED_LATER = "charged after it was discharged: a plan is a cycle, which starts with the stock that it ends with"
    NO_CERTIFICATES = "the contract comes without certificates"
    SOURCE_NOT_CERTIFIED = "charged out of another storage, on a discharge that carries no certificate"
    FROM_GRID = "charged from the grid"
    ROUNDING = "rounding to whole watt-hours"


@dataclass(frozen=True)
class StorageMeter:
    """What the meters of all storages saw, (storage, steps).

    charge_wh, discharge_wh   whole watt-hours;  clean_charge_mwh, grey_charge_mwh, grey_discharge_mwh   before rounding
    """

    charge_wh: IntArray
    discharge_wh: IntArray
    clean_charge_mwh: FloatArray
    grey_charge_mwh: FloatArray
    grey_discharge_mwh: FloatArray


def allocate(
    links: pd.DataFrame, meter: StorageMeter, issued_wh: IntArray, without: IntArray, share_matched: FloatArray
) -> pd.DataFrame:
    """Return the links as allocations, with whole watt-hours.

    links           columns of the records Links and `zone`, all by number
    issued_wh       certificates of generation (contracts, steps);  without   contracts that come without
    share_matched   share of the clean discharge that met load (zones, steps)

    Adds the columns: source (row of the allocation that it draws on, FROM_PLANT for generation), depth (number of
    storages passed before), efficiency, discharged_wh (its part of the discharge, certified or not), cancelled_wh,
    issued_wh, matched_wh and onward_wh (parts of issued_wh: what met load, and what was cancelled for the charge of
    another storage), matched_mwh and reason ("" where it is certified).
    """
    rows = _with_sources(links)
    rows = rows.sort_values(["storage", "discharge_step", "charge_step", "contract", "production_step"], kind="stable")
    rows["efficiency"] = _efficiency(rows)
    rows["matched_mwh"] = rows["discharged_mwh"] * share_matched[rows["zone"], rows["discharge_step"]]
    rows.loc[rows["contract"] == UNTRACED, "matched_mwh"] = 0.0
    rows["reason"] = _reasons(rows, without)
    rows["cancelled_wh"] = _part_of_charge(rows, meter)
    rows.loc[meter.discharge_wh[rows["storage"], rows["discharge_step"]] == 0, "cancelled_wh"] = 0
    rows["discharged_wh"] = _part_of_discharge(rows, meter)
    rows["issued_wh"] = 0
    for depth in sorted(rows.loc[rows["reason"] == "", "depth"].unique()):
        _issue(rows, int(depth), issued_wh)
    certified = rows[(rows["reason"] == "") & (rows["source"] != FROM_PLANT)]
    onward = certified.groupby("source")[["cancelled_wh", "charged_mwh"]].sum().reindex(rows.index, fill_value=0)
    rows["onward_wh"] = onward["cancelled_wh"].astype(np.int64)
    rows["matched_wh"] = _matched(rows, onward["charged_mwh"].to_numpy(dtype=float))
    return rows


def _with_sources(links: pd.DataFrame) -> pd.DataFrame:
    """Number the links, and split those charged out of other storages by the discharges that these charged with."""
    known = links["contract"] != UNTRACED
    from_plant = ~known | (links["production_step"] == links["charge_step"])
    done = links[from_plant].assign(source=FROM_PLANT, depth=0).reset_index(drop=True)
    waiting = links[~from_plant].assign(depth=0)
    origin = ["zone", "contract", "production_step"]
    while not waiting.empty:
        charged = pd.MultiIndex.from_frame(waiting[[*origin, "charge_step"]])
        unsplit = pd.MultiIndex.from_frame(waiting[[*origin, "discharge_step"]])
        ready = ~charged.isin(unsplit)
        if not ready.any():
            break
        before = done[done["contract"] != UNTRACED].reset_index(names="source_row")
        before = before[[*origin, "discharge_step", "source_row", "depth", "discharged_mwh"]]
        before = before.rename(columns={"discharge_step": "charge_step", "discharged_mwh": "weight"})
        before["weight"] /= before.groupby([*origin, "charge_step"])["weight"].transform("sum")
        split = waiting[ready].drop(columns="depth").merge(before, on=[*origin, "charge_step"], how="left")
        split["weight"] = split["weight"].fillna(1.0)
        for name in ("production_mwh", "charged_mwh", "discharged_mwh"):
            split[name] *= split["weight"]
        split["source"] = split["source_row"].fillna(NOT_FOUND).astype(np.int64)
        split["depth"] = split["depth"].fillna(0).astype(np.int64) + 1
        done = pd.concat([done, split[done.columns]], ignore_index=True)
        waiting = waiting[~ready]
    lost = waiting.assign(source=NOT_FOUND, depth=1)
    return pd.concat([done, lost[done.columns]], ignore_index=True)


def _efficiency(rows: pd.DataFrame) -> pd.Series:
    sums = rows.groupby("storage")[["charged_mwh", "discharged_mwh"]].transform("sum")
    return sums["discharged_mwh"] / sums["charged_mwh"]


def _reasons(rows: pd.DataFrame, without: IntArray) -> pd.Series:
    """Say why links cannot be certified, and those that draw on them."""
    reason = pd.Series("", index=rows.index, dtype=object)
    reason[rows["contract"].isin(without)] = Reason.NO_CERTIFICATES
    reason[rows["charge_step"] >= rows["discharge_step"]] = Reason.CHARGED_LATER
    reason[rows["contract"] == UNTRACED] = Reason.UNKNOWN_ORIGIN
    chained = rows["source"] != FROM_PLANT
    while True:
        source = reason.reindex(rows.loc[chained, "source"], fill_value=Reason.SOURCE_NOT_CERTIFIED)
        broken = rows.index[chained][(source != "").to_numpy()]
        broken = broken[reason[broken] == ""]
        if broken.empty:
            return reason
        reason[broken] = Reason.SOURCE_NOT_CERTIFIED


def _part_of_charge(rows: pd.DataFrame, meter: StorageMeter) -> IntArray:
    """Return each row's whole watt-hours of its charge; what is still in stock at the end keeps its part."""
    known = rows["charge_step"].to_numpy() != UNTRACED
    step = np.where(known, rows["charge_step"], 0)
    cell = rows["storage"].to_numpy() * meter.charge_wh.shape[1] + step
    charged = np.where(known, rows["charged_mwh"], 0.0)
    linked = totals(cell, charged, meter.charge_wh.size)
    stays = meter.clean_charge_mwh.ravel() - linked
    total = linked + np.where(stays > LEAST_LEFT_IN_STOCK_MWH, stays, 0.0) + meter.grey_charge_mwh.ravel()
    share = np.divide(charged, total[cell], out=np.zeros(len(rows)), where=total[cell] > 0.0)
    return shared_wh(meter.charge_wh.ravel(), cell, share)


def _part_of_discharge(rows: pd.DataFrame, meter: StorageMeter) -> IntArray:
    """Return each row's whole watt-hours of its discharge, shared by what it cancels, so that none goes without."""
    cell = rows["storage"].to_numpy() * meter.discharge_wh.shape[1] + rows["discharge_step"].to_numpy()
    known = rows["charge_step"].to_numpy() != UNTRACED
    weight = np.where(known, rows["cancelled_wh"] / WH_PER_MWH, rows["charged_mwh"])
    linked = totals(cell, weight, meter.discharge_wh.size)
    clean = totals(cell, rows["discharged_mwh"].to_numpy(), meter.discharge_wh.size)
    discharge = clean + meter.grey_discharge_mwh.ravel()
    share = np.divide(weight, linked[cell], out=np.zeros(len(rows)), where=linked[cell] > 0.0)
    share *= np.divide(clean, discharge, out=np.zeros_like(clean), where=discharge > 0.0)[cell]
    return shared_wh(meter.discharge_wh.ravel(), cell, share)


def _issue(rows: pd.DataFrame, depth: int, issued_wh: IntArray) -> None:
    """Fill in what the certified allocations of one depth cancel and issue."""
    here = rows[(rows["depth"] == depth) & (rows["reason"] == "")]
    if depth == 0:
        limit = issued_wh.ravel()
        group = here["contract"].to_numpy() * issued_wh.shape[1] + here["charge_step"].to_numpy()
    else:
        limit = rows["issued_wh"].sort_index().to_numpy()
        group = here["source"].to_numpy()
    may_cancel = capped_wh(here["cancelled_wh"].to_numpy(), limit, group)
    for place in here.reset_index().groupby("storage").indices.values():
        own = here.iloc[place]
        wanted = own["discharged_wh"].to_numpy()
        issued, cancelled = backed_wh(wanted, may_cancel[place], float(own["efficiency"].iloc[0]))
        rows.loc[own.index, "issued_wh"] = issued
        rows.loc[own.index, "cancelled_wh"] = cancelled


def _matched(rows: pd.DataFrame, onward_mwh: FloatArray) -> IntArray:
    """Return what met load of the certificates issued on discharge."""
    matched = np.zeros(len(rows), dtype=np.int64)
    certified = (rows["reason"] == "").to_numpy()
    rest = rows["discharged_mwh"].to_numpy() - rows["matched_mwh"].to_numpy() - onward_mwh
    for place in rows.reset_index().groupby("storage").indices.values():
        own = place[certified[place]]
        whole = (rows["issued_wh"] - rows["onward_wh"]).to_numpy()[own]
        wanted = rows["matched_mwh"].to_numpy()[own]
        matched[own] = taken_wh(whole, wanted, rest[own])
    return matched
