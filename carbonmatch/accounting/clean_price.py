"""The price of carbon-free energy: what a claim on it is worth, by hour of the day and month."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.records import FloatArray, IntArray, Ledger, Problem, Solution, ZoneLedger
from carbonmatch.units import NEGLIGIBLE_PRICE

SHARES_OF_VALUE: Final = (0.25, 0.5, 0.8, 0.9)
"""For these shares of the value it is told in how few hours they fall."""

TOP_HOURS: Final = 24
"""Dearest steps that are told one by one."""


def clean_prices(problem: Problem, solution: Solution, ledger: Ledger) -> dict[str, Any]:
    """Return the hourly prices of every zone in tables: {zone: ...}.

    The price of carbon-free energy is the attribute value; the energy value stands beside it. Means are weighted by
    load, plain where there is none. What is told of concentration weighs every step by price * load: what it is worth
    at the margin that its load is clean.
    """
    return {zone.name: _zone_prices(problem, solution, zone, z) for z, zone in enumerate(ledger.zones)}


def value_of_clean_load(problem: Problem, solution: Solution, z: int) -> FloatArray:
    """Return what it is worth in each step that the load of a zone is clean: price * load [currency]."""
    value: FloatArray = solution.shadow_prices.attribute_value_per_mwh[z] * problem.zones[z].load_mwh
    return value


def weight_of_unmatched(problem: Problem, z: int) -> FloatArray:
    """Return what an unmatched MWh of a zone counts in the target: less than one where the grid is credited for it."""
    share = problem.zones[z].grid_cfe_share
    if problem.target.grid_credit and share is not None:
        return 1.0 - share
    return np.ones(problem.time.steps)


def negligible_price(problem: Problem) -> float:
    """Return the price below which carbon-free energy counts as worth nothing [currency/MWh]."""
    return NEGLIGIBLE_PRICE * problem.yardstick.typical_price_per_mwh


def _zone_prices(problem: Problem, solution: Solution, zone: ZoneLedger, z: int) -> dict[str, Any]:
    local = problem.time.starts.tz_convert(problem.time.timezone)
    month, hour = np.asarray(local.month, dtype=np.int64), np.asarray(local.hour, dtype=np.int64)
    attribute = solution.shadow_prices.attribute_value_per_mwh[z]
    energy = solution.shadow_prices.energy_value_per_mwh[z]
    premium = float(solution.shadow_prices.matched_value_per_mwh[z])
    load, cell = zone.load_mwh, (month - 1) * 24 + hour
    months = sorted(set(month.tolist()))
    nothing = negligible_price(problem)

    def table(values: FloatArray) -> list[list[float | None]]:
        means = weighted_means(values, load, cell, 12 * 24).reshape(12, 24)
        return [_or_none(means[number - 1]) for number in months]

    return {
        "months": months,
        "hours": list(range(24)),
        "attribute_value_per_mwh": table(attribute),
        "energy_value_per_mwh": table(energy),
        "steps": np.bincount(cell, minlength=12 * 24).reshape(12, 24)[[m - 1 for m in months]].tolist(),
        "by_hour": {
            "attribute_value_per_mwh": _or_none(weighted_means(attribute, load, hour, 24)),
            "energy_value_per_mwh": _or_none(weighted_means(energy, load, hour, 24)),
        },
        "by_month": {
            "attribute_value_per_mwh": _or_none(weighted_means(attribute, load, month, 13)[months]),
            "energy_value_per_mwh": _or_none(weighted_means(energy, load, month, 13)[months]),
        },
        "mean": {
            "attribute_value_per_mwh": _mean(attribute, load),
            "energy_value_per_mwh": _mean(energy, load),
        },
        "green_premium_per_mwh": premium if math.isfinite(premium) else None,
        "highest_attribute_value_per_mwh": float(attribute.max()),
        "hours_at_the_premium_share": _at_the_premium(problem, z, attribute, premium),
        "hours_worth_nothing_share": float((attribute <= nothing).mean()),
        "value": float((attribute * load).sum()),
        "concentration": concentration(np.where(attribute > nothing, value_of_clean_load(problem, solution, z), 0.0)),
        "top_hours": [
            {
                "start_local": local[t].isoformat(),
                "attribute_value_per_mwh": float(attribute[t]),
                "energy_value_per_mwh": float(energy[t]),
                "load_mwh": float(load[t]),
                "matched_mwh": float(zone.matched_mwh[t]),
                "unmatched_mwh": float(zone.unmatched_mwh[t]),
            }
            for t in np.argsort(-(attribute + energy), kind="stable")[:TOP_HOURS].tolist()
        ],
    }


def _at_the_premium(problem: Problem, z: int, attribute: FloatArray, premium: float) -> float | None:
    """Return the share of steps in which a claim is worth all that the target pays for it; None without a price."""
    nothing = negligible_price(problem)
    if not premium > nothing:
        return None
    return float((attribute >= premium * weight_of_unmatched(problem, z) - nothing).mean())


def concentration(value: FloatArray) -> list[dict[str, float]]:
    """Return in how small a share of the steps given shares of a value fall, the dearest steps first.

    Steps whose value is below zero count as nothing. Empty where there is no value at all.
    """
    ordered = np.sort(np.maximum(value, 0.0))[::-1]
    total = float(ordered.sum())
    if total <= 0.0:
        return []
    reached = np.cumsum(ordered) / total
    return [
        {"share_of_value": share, "share_of_hours": float(np.searchsorted(reached, share) + 1) / len(value)}
        for share in SHARES_OF_VALUE
    ]


def weighted_means(values: FloatArray, weights: FloatArray, cells: IntArray, count: int) -> FloatArray:
    """Return the mean of each cell by weight, plain where a cell has no weight; nan for a cell without steps."""
    steps = np.bincount(cells, minlength=count).astype(float)
    weight = np.bincount(cells, weights=weights, minlength=count)
    heavy = np.bincount(cells, weights=values * weights, minlength=count)
    plain = np.bincount(cells, weights=values, minlength=count)
    top, below = np.where(weight > 0.0, heavy, plain), np.where(weight > 0.0, weight, steps)
    means: FloatArray = np.divide(top, below, out=np.full(count, math.nan), where=below > 0.0)
    return means


def _mean(values: FloatArray, weights: FloatArray) -> float:
    return float(np.average(values, weights=weights if weights.any() else None))


def _or_none(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def prices_frame(prices: dict[str, Any]) -> pd.DataFrame:
    """Return the tables by month and hour as one long table, one row per zone, month and hour."""
    rows = [
        {
            "zone": zone,
            "month": month,
            "hour": hour,
            "attribute_value_per_mwh": of["attribute_value_per_mwh"][m][hour],
            "energy_value_per_mwh": of["energy_value_per_mwh"][m][hour],
            "steps": of["steps"][m][hour],
        }
        for zone, of in prices.items()
        for m, month in enumerate(of["months"])
        for hour in of["hours"]
    ]
    return pd.DataFrame(rows)
