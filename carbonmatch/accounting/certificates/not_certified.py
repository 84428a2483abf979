"""What carries no certificate, and why; with it, certificates add up to the matched energy of the ledger [Wh]."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.run_flows import Axis
from carbonmatch.accounting.certificates.storage_allocation import Reason, StorageMeter
from carbonmatch.accounting.certificates.watt_hours import whole_wh
from carbonmatch.records import UNTRACED, IntArray


def not_certified_accounts(
    axis: Axis, meter: StorageMeter, rows: pd.DataFrame, direct_wh: IntArray, without: IntArray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what carries no certificate and why, and per zone what the matched energy is made of."""
    refused = rows[rows["reason"] != ""]
    refused = refused.assign(matched_wh=0)
    for _, own in refused.groupby("zone"):
        refused.loc[own.index, "matched_wh"] = whole_wh(own["matched_mwh"].to_numpy())
    lost = rows[rows["reason"] == ""].assign(reason=Reason.ROUNDING, matched_wh=0)
    lost["discharged_wh"] -= lost["issued_wh"]
    parts = [
        refused,
        lost[lost["discharged_wh"] > 0],
        _unlinked(meter, rows, axis.zone_of_storage),
        _without(axis, without),
    ]
    listed = pd.concat([_row_of_none(part) for part in parts], ignore_index=True)
    listed = listed[(listed["discharged_wh"] > 0) | (listed["matched_wh"] > 0)]

    count = len(axis.zones)
    sums = {
        "matched_wh": whole_wh(axis.by_zone("matched_mwh")).sum(axis=1),
        "direct_wh": _sum_by(axis.zone_of_contract, direct_wh.sum(axis=1), count),
        "from_storage_wh": _sum_by(rows["zone"].to_numpy(), rows["matched_wh"].to_numpy(), count),
    }
    told = _sum_by(listed["zone"].to_numpy(), listed["matched_wh"].to_numpy(), count)
    sums["not_certified_wh"] = sums["matched_wh"] - sums["direct_wh"] - sums["from_storage_wh"]
    rounding = pd.DataFrame(
        {"zone": range(count), "matched_wh": sums["not_certified_wh"] - told, "reason": str(Reason.ROUNDING)}
    )
    listed = pd.concat([listed, _row_of_none(rounding[rounding["matched_wh"] != 0])], ignore_index=True)
    listed = listed.sort_values(["zone", "device", "discharge_step", "charge_step", "contract"], kind="stable")
    return listed.reset_index(drop=True), pd.DataFrame({"zone": range(count), **sums})


def _unlinked(meter: StorageMeter, rows: pd.DataFrame, zone_of_storage: IntArray) -> pd.DataFrame:
    """Return what storages discharge beyond their links: out of the pool that was charged from the grid."""
    linked = np.zeros_like(meter.discharge_wh)
    np.add.at(linked, (rows["storage"], rows["discharge_step"]), rows["discharged_wh"])
    storage, step = np.nonzero(meter.discharge_wh - linked)
    grey = meter.grey_discharge_mwh[storage, step] > 0.0
    return pd.DataFrame(
        {
            "zone": zone_of_storage[storage],
            "storage": storage,
            "discharge_step": step,
            "discharged_wh": (meter.discharge_wh - linked)[storage, step],
            "reason": np.where(grey, str(Reason.FROM_GRID), str(Reason.ROUNDING)),
        }
    )


def _without(axis: Axis, without: IntArray) -> pd.DataFrame:
    """Return what contracts without certificates matched directly, one row for each."""
    direct = whole_wh(axis.by_contract("matched_mwh"))[without].sum(axis=1)
    return pd.DataFrame(
        {
            "zone": axis.zone_of_contract[without],
            "contract": without,
            "matched_wh": direct,
            "reason": str(Reason.NO_CERTIFICATES),
        }
    )


def _row_of_none(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with all columns of what is not certified; what does not apply is UNTRACED, energy 0."""
    rows = rows.rename(columns={"storage": "device"})
    whole = {"zone": UNTRACED, "contract": UNTRACED, "device": UNTRACED}
    whole |= {"production_step": UNTRACED, "charge_step": UNTRACED, "discharge_step": UNTRACED}
    whole |= {"discharged_wh": 0, "matched_wh": 0}
    filled = {name: rows.get(name, value) for name, value in whole.items()}
    return pd.DataFrame({**filled, "reason": rows["reason"]}, index=rows.index).astype(dict.fromkeys(whole, np.int64))


def _sum_by(number: IntArray, values: IntArray, count: int) -> IntArray:
    result = np.zeros(count, dtype=np.int64)
    np.add.at(result, number, values)
    return result
