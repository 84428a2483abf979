"""What storage costs by its terms, and what ties it to a plant, for the reference: written anew from the statement.

Months are counted without clock changes: the cases that are tolled here lie in none.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def storage_costs(offer: Mapping[str, Any], axis: Any) -> tuple[tuple[float, float], float]:
    """Return what a MW and a MWh of a storage cost over the axis, and a discharged MWh; investments year by year."""
    per_mwh = offer.get("discharge_cost_per_mwh", 0.0) + offer.get("degradation_cost_per_mwh", 0.0)
    if "owned" in offer:
        terms = offer["owned"]
        rate, life = terms["discount_rate"], terms["life_years"]
        worth = sum((1.0 + rate) ** -year for year in range(1, life + 1))  # of one paid at the end of every year
        power, energy = (
            terms.get(capex, 0.0) / worth + terms.get(fixed, 0.0)
            for capex, fixed in (
                ("power_capex_per_kw", "fixed_om_per_kw_year"),
                ("energy_capex_per_kwh", "fixed_om_per_kwh_year"),
            )
        )
        of_sizes = (1000.0 * power * axis.year_fraction, 1000.0 * energy * axis.year_fraction)
        return of_sizes, per_mwh + terms.get("variable_om_per_mwh", 0.0)
    if "tolled" in offer:
        terms = offer["tolled"]
        months = [calendar.monthrange(m // 12, m % 12 + 1)[1] * 24 for m in (axis.month - 1).tolist()]
        fee = terms["fee_per_kw_month"] * sum(axis.hours / hours for hours in months)
        return (1000.0 * fee, 0.0), per_mwh + terms.get("variable_fee_per_mwh", 0.0)
    year = axis.year_fraction
    return (offer["power_cost_per_mw_year"] * year, offer["energy_cost_per_mwh_year"] * year), per_mwh


def add_pair(
    model: Any, offer: Mapping[str, Any], axis: Any, charges: list[IntArray], discharges: list[IntArray]
) -> None:
    """Let a storage charge from its plant alone; both share a connection, told at the plant."""
    matrix, steps, partner = model.matrix, len(axis.starts), offer["paired_with"]
    generation, loss_factor = model.plants[partner]
    matrix.each([(generation, -1.0), *((charge, 1.0) for charge in charges)], -math.inf, 0.0, steps)
    net = [(generation, 1.0), *((d, 1.0) for d in discharges), *((c, -1.0) for c in charges)]
    hours = axis.hours * loss_factor
    if "connection_mw" in offer:
        matrix.each(net, -math.inf, hours * offer["connection_mw"], steps)
    elif "connection_share" in offer:
        plant = np.array([model.sizes[f"MW of contract {partner}"]])
        matrix.each([*net, (plant, -hours * offer["connection_share"])], -math.inf, 0.0, steps)
