"""What a contract costs per MWh, a second time: written from the maths alone, for `reference.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Prices:
    """Per step: what a MWh generated costs, all told, and of what a share is owed for one that is curtailed."""

    generated: FloatArray
    owed: FloatArray


def of(contract: Mapping[str, Any], market: Any) -> Prices:
    """Return the prices of a contract; `market` as in `reference.py`.

    The energy of a physical contract is sold where it is delivered, and bought again where it is used.
    """
    there, elsewhere = market.spot, True
    if contract.get("settlement_zone") is not None:
        there = market.spots[contract["settlement_zone"]]
    elif contract.get("settlement_price_per_mwh") is not None:
        there = _series(contract["settlement_price_per_mwh"], market)
    else:
        elsewhere = False
    floats = contract.get("price") is not None
    if floats:
        terms = contract["price"]
        index = there if isinstance(terms["index"], str) else _series(terms["index"], market)
        wished = index + _series(terms.get("margin_per_mwh", 0.0), market)
        highest = np.inf if terms.get("cap_per_mwh") is None else terms["cap_per_mwh"]
        lowest = -np.inf if terms.get("floor_per_mwh") is None else terms["floor_per_mwh"]
        price = np.array([min(max(each, lowest), highest) for each in wished])
    else:
        price = np.full(len(there), contract["strike_per_mwh"] * _mean_of_tenor(contract))
    if contract["structure"] == "virtual":
        settled = np.ones(len(there)) if contract.get("settles_below_zero", True) else (there >= 0.0) * 1.0
        owed = np.maximum(price, 0.0) if floats else price
        return Prices((price - there) * settled, owed * settled)
    fees = contract.get("sleeve_fee_per_mwh", 0.0) + contract.get("balancing_fee_per_mwh", 0.0)
    bought_again = market.spot - there if elsewhere else 0.0
    return Prices(price + fees + bought_again, np.maximum(price, 0.0) if floats else price)


def _mean_of_tenor(contract: Mapping[str, Any]) -> float:
    years, growth = contract.get("tenor_years"), contract.get("escalation")
    if years is None or growth is None:
        return 1.0
    worth = [1.0 / (1.0 + contract["discount_rate"]) ** (year + 1) for year in range(int(years))]
    return sum(w * (1.0 + growth) ** year for year, w in enumerate(worth)) / sum(worth)


def _series(value: Any, market: Any) -> FloatArray:
    if isinstance(value, Mapping):
        table = pd.read_csv(market.folder / value["file"])
        stamps = pd.to_datetime(table["timestamp_utc"], utc=True)
        found = pd.Series(table[value["column"]].to_numpy(dtype=float), index=stamps)
        return found.loc[market.axis.starts].to_numpy(dtype=float)
    return np.broadcast_to(np.asarray(value, dtype=float), market.spot.shape).copy()
