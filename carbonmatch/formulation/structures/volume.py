"""The volume that a buyer agreed to take, as arrays."""

from __future__ import annotations

import math

import numpy as np

from carbonmatch.case import Contract, TakenContract
from carbonmatch.records import IntArray, VolumeTerms
from carbonmatch.timegrid import TimeGrid


def volume_terms(contract: Contract, grid: TimeGrid) -> VolumeTerms | None:
    """Return the volume of a contract; None where it asks nothing of the buyer.

    volume[t] = volume_mwh_per_mw_year * year_fraction / steps where the contract is in force, else 0  [MWh/MW per step]
    """
    if not isinstance(contract, TakenContract) or contract.volume_mwh_per_mw_year is None:
        return None
    pay = contract.take_or_pay
    most = math.inf if contract.most_volume_share is None else contract.most_volume_share
    paid = 0.0 if pay is None else pay.share
    if contract.least_volume_share == 0.0 and paid == 0.0 and math.isinf(most):
        return None
    per_step = contract.volume_mwh_per_mw_year * grid.year_fraction / grid.steps
    return VolumeTerms(
        mwh_per_mw=per_step * contract.in_force,
        least_share=contract.least_volume_share,
        most_share=most,
        paid_share=paid,
        period_of_step=_periods("year" if pay is None else pay.period, grid),
    )


def _periods(period: str, grid: TimeGrid) -> IntArray:
    """Return the number of each step's settlement period, on the local calendar, from 0."""
    local = grid.local_index
    year, month = local.year.to_numpy(np.int64), local.month.to_numpy(np.int64)
    numbers = {"year": year, "quarter": year * 4 + (month - 1) // 3, "month": year * 12 + month - 1}[period]
    from_first: IntArray = numbers - numbers[0]
    return from_first
