"""Granular certificates of a run, in whole watt-hours: what is issued per device and interval, and what becomes of it.

1 certificate = 1 Wh. The certificates of a contract in an interval are its generation, rounded down, and are cancelled
for the load of the same interval, or for a charge of storage, or held for what stays in stock, or left over. What a
storage discharges is issued anew. Energy that cannot carry a certificate is listed, so that everything adds up to the
ledger: matched = certified directly + certified out of storage + not certified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.not_certified import not_certified_accounts
from carbonmatch.accounting.certificates.run_flows import Axis, RunFlows, numbers
from carbonmatch.accounting.certificates.storage_allocation import LEAST_LEFT_IN_STOCK_MWH, StorageMeter, allocate
from carbonmatch.accounting.certificates.watt_hours import taken_wh, whole_wh
from carbonmatch.records import UNTRACED, FloatArray, IntArray, totals

USES: Final = ("matched", "storage", "in stock", "excess")
"""What becomes of certificates: cancelled for load, cancelled for a charge, held for stock at the end, left over."""


@dataclass(frozen=True)
class Certificates:
    """The certificates of a run, one frame per kind of record; devices and steps by number, energy in Wh.

    contracts, storage, zones   names by number;  starts   start of each step, UTC
    efficiency   of each storage, discharged / charged; NaN where it does not discharge

    bundles         id, is_storage, device, step, use (number in USES), quantity, range_start, range_end, origin (the
                    contract), allocation (number of its record, or -1), factor (Wh generated for a Wh of it)
    charges, discharges   id, device, step, energy
    allocations     id, device, depth (number of storages passed before), charge_step, discharge_step, contract,
                    cancelled_wh, issued_wh, and the certificates by bundle and number: gc, gc_start, gc_end, sdgc,
                    sdgc_start, sdgc_end; 0 where there is none
    not_certified   zone, contract, device, production_step, charge_step, discharge_step (-1: does not apply),
                    discharged_wh, matched_wh, reason
    matched         zone, matched_wh, direct_wh, from_storage_wh, not_certified_wh
    """

    contracts: tuple[str, ...]
    storage: tuple[str, ...]
    zones: tuple[str, ...]
    starts: pd.DatetimeIndex
    efficiency: FloatArray
    bundles: pd.DataFrame
    charges: pd.DataFrame
    discharges: pd.DataFrame
    allocations: pd.DataFrame
    not_certified: pd.DataFrame
    matched: pd.DataFrame


def certify(flows: RunFlows) -> Certificates:
    """Return the certificates of a run."""
    axis = Axis.of(flows)
    generation = axis.by_contract("claimable_mwh")
    without = np.array([i for i, name in enumerate(axis.contracts) if name in flows.without], dtype=np.int64)
    issued = whole_wh(generation)
    issued[without] = 0
    meter = _meter(axis)
    links = _links(flows, axis)
    rows = allocate(links, meter, issued, without, _share_matched(flows, axis, links))

    certified = rows[rows["reason"] == ""]
    direct_rows = certified[certified["depth"] == 0]
    cell = direct_rows["contract"].to_numpy() * len(axis.starts) + direct_rows["charge_step"].to_numpy()
    cancelled = totals(cell, direct_rows["cancelled_wh"].to_numpy(), issued.size).astype(np.int64)
    drawn_mwh = totals(cell, direct_rows["charged_mwh"].to_numpy(), issued.size)
    parts = _parts(axis, issued, cancelled.reshape(issued.shape), drawn_mwh.reshape(issued.shape))

    not_certified, matched = not_certified_accounts(axis, meter, rows, parts[USES.index("matched")], without)
    certified = certified[(certified["cancelled_wh"] > 0) | (certified["issued_wh"] > 0)]
    bundles = _numbered(pd.concat([_of_generation(parts), _of_discharge(certified)], ignore_index=True))
    charges = _records(meter.charge_wh, first=1)
    return Certificates(
        contracts=axis.contracts,
        storage=axis.storage,
        zones=axis.zones,
        starts=axis.starts,
        efficiency=_efficiency(rows, len(axis.storage)),
        bundles=bundles,
        charges=charges,
        discharges=_records(meter.discharge_wh, first=len(charges) + 1),
        allocations=_allocations(certified, bundles),
        not_certified=not_certified,
        matched=matched,
    )


def _meter(axis: Axis) -> StorageMeter:
    """Return charge and discharge net of what a storage does both ways in the same step, as its meter sees it."""
    clean_charge, clean_discharge = axis.by_storage("clean_charge_mwh"), axis.by_storage("clean_discharge_mwh")
    grey_charge, grey_discharge = axis.by_storage("grey_charge_mwh"), axis.by_storage("grey_discharge_mwh")
    through = np.minimum(clean_charge, clean_discharge)
    grey_through = np.minimum(grey_charge, grey_discharge)
    return StorageMeter(
        charge_wh=whole_wh(clean_charge - through + grey_charge - grey_through),
        discharge_wh=whole_wh(clean_discharge - through + grey_discharge - grey_through),
        clean_charge_mwh=clean_charge - through,
        grey_charge_mwh=grey_charge - grey_through,
        grey_discharge_mwh=grey_discharge - grey_through,
    )


def _links(flows: RunFlows, axis: Axis) -> pd.DataFrame:
    storage = numbers(flows.links["storage"], axis.storage)
    return pd.DataFrame(
        {
            "zone": axis.zone_of_storage[storage] if len(storage) else storage,
            "storage": storage,
            "contract": numbers(flows.links["contract"], axis.contracts),
            "production_step": axis.steps(flows.links["production_start_utc"]),
            "charge_step": axis.steps(flows.links["charge_start_utc"]),
            "discharge_step": axis.steps(flows.links["discharge_start_utc"]),
            **{
                name: flows.links[name].to_numpy(dtype=float)
                for name in ("production_mwh", "charged_mwh", "discharged_mwh")
            },
        }
    )


def _share_matched(flows: RunFlows, axis: Axis, links: pd.DataFrame) -> FloatArray:
    """Return the share of clean discharge that met load (zones, steps): all storages of a zone have the same."""
    shape = (len(axis.zones), len(axis.starts))
    stored = flows.claims[flows.claims["storage"] != ""]
    known = links[links["contract"] != UNTRACED]
    claimed, discharged = np.zeros(shape), np.zeros(shape)
    np.add.at(
        claimed, (numbers(stored["zone"], axis.zones), axis.steps(stored["interval_start_utc"])), stored["matched_mwh"]
    )
    np.add.at(discharged, (known["zone"], known["discharge_step"]), known["discharged_mwh"])
    share = np.divide(claimed, discharged, out=np.zeros(shape), where=discharged > 0.0)
    return np.minimum(share, 1.0)


def _parts(axis: Axis, issued: IntArray, cancelled: IntArray, drawn_mwh: FloatArray) -> IntArray:
    """Return the certificates of generation by use (uses, contracts, steps), which add up to what is issued.

    cancelled   for a charge;  drawn_mwh   the same before rounding
    """
    direct, excess = axis.by_contract("matched_mwh"), axis.by_contract("excess_mwh")
    in_stock = axis.by_contract("stored_mwh") - drawn_mwh
    in_stock = np.where(in_stock > LEAST_LEFT_IN_STOCK_MWH, in_stock, 0.0)
    parts = np.zeros((len(USES), *issued.shape), dtype=np.int64)
    for i in range(len(issued)):
        left = issued[i] - cancelled[i]
        matched = taken_wh(left, direct[i], in_stock[i] + excess[i])
        held = taken_wh(left - matched, in_stock[i], excess[i])
        parts[:, i] = matched, cancelled[i], held, left - matched - held
    return parts


def _of_generation(parts: IntArray) -> pd.DataFrame:
    use, contract, step = np.nonzero(parts)
    return pd.DataFrame(
        {
            "is_storage": False,
            "device": contract,
            "step": step,
            "use": use,
            "quantity": parts[use, contract, step],
            "origin": contract,
            "allocation": -1,
            "factor": 1.0,
        }
    )


def _of_discharge(certified: pd.DataFrame) -> pd.DataFrame:
    """Return what is issued on discharge; `factor` is the generation behind a Wh of it."""
    number = pd.Series(np.arange(len(certified)), index=certified.index)
    left = certified["issued_wh"] - certified["matched_wh"] - certified["onward_wh"]
    kinds = ((USES.index("matched"), "matched_wh"), (USES.index("storage"), "onward_wh"), (USES.index("excess"), ""))
    frames = [
        pd.DataFrame(
            {
                "is_storage": True,
                "device": certified["storage"],
                "step": certified["discharge_step"],
                "use": use,
                "quantity": left if not column else certified[column],
                "origin": certified["contract"],
                "allocation": number,
                "factor": certified["production_mwh"] / certified["discharged_mwh"],
            }
        )
        for use, column in kinds
    ]
    found = pd.concat(frames, ignore_index=True)
    return found[found["quantity"] > 0]


def _numbered(bundles: pd.DataFrame) -> pd.DataFrame:
    """Number the bundles, and the certificates of each device from 1 on, in the order of time and use."""
    order = ["is_storage", "device", "step", "allocation", "use"]
    bundles = bundles.sort_values(order, kind="stable", ignore_index=True)
    range_end = bundles.groupby(["is_storage", "device"])["quantity"].cumsum()
    return bundles.assign(
        range_start=range_end - bundles["quantity"] + 1, range_end=range_end, id=np.arange(1, len(bundles) + 1)
    )


def _records(wh: IntArray, first: int) -> pd.DataFrame:
    """Return one record per storage and step in which something flows, numbered from `first` on."""
    device, step = np.nonzero(wh)
    number = first + np.arange(len(step))
    return pd.DataFrame({"device": device, "step": step, "energy": wh[device, step], "id": number})


def _allocations(certified: pd.DataFrame, bundles: pd.DataFrame) -> pd.DataFrame:
    """Return the allocations, each with the certificates that it cancels and issues, one after the other."""
    number = pd.Series(np.arange(len(certified)), index=certified.index)
    made = certified.assign(number=number, source_number=certified["source"].map(number).fillna(-1).astype(np.int64))
    of_storage = bundles[bundles["is_storage"]].groupby("allocation")
    sdgc = of_storage.agg(sdgc=("id", "first"), sdgc_start=("range_start", "min"), sdgc_end=("range_end", "max"))
    made = made.merge(sdgc, left_on="number", right_index=True, how="left")

    pools = bundles[bundles["use"] == USES.index("storage")]
    keys = ["from_storage", "pool", "pool_step"]
    pools = pd.DataFrame(
        {
            "from_storage": pools["is_storage"],
            "pool": np.where(pools["is_storage"], pools["allocation"], pools["device"]),
            "pool_step": pools["step"],
            "gc": pools["id"],
            "first": pools["range_start"],
        }
    )
    made["from_storage"] = made["source_number"] >= 0
    made["pool"] = np.where(made["from_storage"], made["source_number"], made["contract"])
    made["pool_step"] = made["charge_step"]
    made = made.merge(pools, on=keys, how="left").sort_values("number", ignore_index=True)
    so_far = made.groupby(keys)["cancelled_wh"].cumsum()
    cancels = made["cancelled_wh"] > 0
    made["gc_start"] = (made["first"] + so_far - made["cancelled_wh"]).where(cancels)
    made["gc_end"] = (made["first"] + so_far - 1).where(cancels)
    made["gc"] = made["gc"].where(cancels)
    columns = ["gc", "gc_start", "gc_end", "sdgc", "sdgc_start", "sdgc_end"]
    whole = made[columns].fillna(0).astype(np.int64)
    kept = made[["storage", "depth", "charge_step", "discharge_step", "contract", "cancelled_wh", "issued_wh"]]
    return pd.concat([kept.rename(columns={"storage": "device"}), whole], axis=1).assign(id=made["number"] + 1)


def _efficiency(rows: pd.DataFrame, count: int) -> FloatArray:
    return rows.groupby("storage")["efficiency"].first().reindex(range(count)).to_numpy(dtype=float)
