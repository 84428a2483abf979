"""Shapes, energy taken as it is used, volumes and dates of contracts, a second time: for `reference.py`.

Other than in the project, what is delivered, claimed and taken has columns of its own in every step, volumes are
counted in MWh of each period by the clock of pandas, and take-or-pay is what is paid, not what is unused:

    due[p] >= strike * taken[p],  due[p] >= strike * share * volume[p]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SHAPED = {"baseload", "shaped"}
TAKEN = {"pay_as_consumed", "retail_supply"}
PERIODS = {"year": "Y", "quarter": "Q", "month": "M"}


@dataclass(frozen=True)
class Delivered:
    """Columns per step: what a contract delivers, what of it is claimed, and those of it that are taken as used."""

    delivered: NDArray[np.int64]
    claimed: NDArray[np.int64]
    taken: list[NDArray[np.int64]]


def add(matrix: Any, size: NDArray[np.int64], contract: Mapping[str, Any], market: Any, price: FloatArray) -> Delivered:
    """Add the flows of a contract of these structures, and what is paid for them; `size` is its column."""
    axis = market.axis
    steps = len(axis.starts)
    local = axis.starts.tz_convert(axis.timezone)
    inside = np.ones(steps)
    if contract.get("start") is not None:
        inside[local < pd.Timestamp(str(contract["start"]), tz=axis.timezone)] = 0.0
    if contract.get("end") is not None:
        inside[local >= pd.Timestamp(str(contract["end"]), tz=axis.timezone)] = 0.0
    delivered, claimed = matrix.columns(steps), matrix.columns(steps)
    if contract["structure"] in SHAPED:
        shape = _shape(contract.get("shape"), local, market) * axis.hours * inside
        matrix.each([(delivered, 1.0), (size, -shape)], 0.0, 0.0, steps)
        matrix.pay(delivered, price)
        own = shape
        if not contract.get("hourly_certificates", False):
            own = _read(contract["capacity_factor"], market) * contract.get("loss_factor", 1.0) * axis.hours * inside
        matrix.each([(claimed, 1.0), (size, -own)], 0.0, 0.0, steps)
        return Delivered(delivered, claimed, [])

    most = _read(contract.get("availability", 1.0), market) * contract.get("loss_factor", 1.0) * axis.hours * inside
    idle = matrix.columns(steps)
    matrix.each([(delivered, 1.0), (idle, 1.0), (size, -most)], 0.0, 0.0, steps)
    share = _read(contract.get("cfe_share", 1.0), market)
    matrix.each([(claimed, 1.0), (delivered, -share)], 0.0, 0.0, steps)
    matrix.pay(size, contract.get("capacity_fee_per_mw_year", 0.0) * axis.year_fraction * inside.mean())
    _add_volume(matrix, contract, local, _Taken(size, delivered, price, axis.year_fraction * inside / steps))
    return Delivered(delivered, claimed, [delivered])


@dataclass(frozen=True)
class _Taken:
    """Columns of size and of what is taken, its price, and the part of a year in each step, 0 outside the dates."""

    size: NDArray[np.int64]
    taken: NDArray[np.int64]
    price: FloatArray
    year_share: FloatArray


def _add_volume(matrix: Any, contract: Mapping[str, Any], local: pd.DatetimeIndex, flow: _Taken) -> None:
    """Add the band of volume and what is due."""
    size, taken, price = flow.size, flow.taken, flow.price
    volume = contract.get("volume_mwh_per_mw_year", 0.0) * flow.year_share
    if contract.get("least_volume_share"):
        matrix.total([(taken, 1.0), (size, -contract["least_volume_share"] * volume.sum())], 0.0, math.inf)
    if contract.get("most_volume_share") is not None:
        matrix.total([(taken, 1.0), (size, -contract["most_volume_share"] * volume.sum())], -math.inf, 0.0)
    pay = contract.get("take_or_pay")
    if pay is None:
        matrix.pay(taken, price)
        return
    periods = local.tz_localize(None).to_period(PERIODS[pay.get("period", "year")])
    for period in periods.unique():
        within = periods == period
        due = matrix.columns(1)
        matrix.pay(due, 1.0)
        matrix.total([(due, 1.0), (taken[within], -price[within])], 0.0, math.inf)
        owed = contract["strike_per_mwh"] * pay["share"] * volume[within].sum()
        matrix.total([(due, 1.0), (size, -owed)], 0.0, math.inf)


def _shape(written: Any, local: pd.DatetimeIndex, market: Any) -> FloatArray:
    if written is None:
        return np.ones(len(local))
    if not isinstance(written, Mapping) or "file" in written:
        return _read(written, market)
    monthly, daily = written.get("monthly", [1.0] * 12), written.get("daily", [1.0] * 24)
    return np.array([monthly[stamp.month - 1] * daily[stamp.hour] for stamp in local])


def _read(value: Any, market: Any) -> FloatArray:
    if isinstance(value, Mapping):
        table = pd.read_csv(market.folder / value["file"])
        stamps = pd.to_datetime(table["timestamp_utc"], utc=True)
        found = pd.Series(table[value["column"]].to_numpy(dtype=float), index=stamps)
        return found.loc[market.axis.starts].to_numpy(dtype=float)
    return np.broadcast_to(np.asarray(value, dtype=float), market.spot.shape).copy()
