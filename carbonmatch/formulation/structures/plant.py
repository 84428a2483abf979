"""What one MW of an offer gives and costs, before it is known how much of it is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonmatch.case import Contract, Curtailment, Zone
from carbonmatch.records import FloatArray


@dataclass(frozen=True)
class Offer:
    """One MW of a contract; the fields are those of `ContractTerms`, arrays are (steps,).

    size_mw   the one size that it has, where the case names no limits
    """

    available_mwh_per_mw: FloatArray
    least_mwh_per_mw: FloatArray
    strike_per_mwh: float | None
    compensation: float = 1.0
    reference_price_per_mwh: FloatArray | None = None
    capacity_fee_per_mw_year: float = 0.0
    floating_price_per_mwh: FloatArray | None = None
    unsettled: NDArray[np.bool_] | None = None
    fees_per_mwh: float = 0.0
    shape_mwh_per_mw: FloatArray | None = None
    claim_share: FloatArray | None = None
    basis_per_mwh: FloatArray | None = None
    first_year_strike_per_mwh: float | None = None
    yearly: bool = False
    consumed: bool = False
    size_mw: float | None = None


def delivered_share(contract: Contract, hours: float) -> FloatArray:
    """Return what reaches the meter of one MW that runs at full output, in every step [MWh/MW].

    (1 - out) * loss_factor * h                          out: 1 in an outage, else 0
    """
    share: FloatArray = (1.0 - contract.outages) * contract.loss_factor * hours
    return share


def least_generation(available_mwh_per_mw: FloatArray, curtailment: Curtailment | None, zone: Zone) -> FloatArray:
    """Return what one MW must generate: all that is available, nothing where the buyer may curtail [MWh/MW]."""
    if curtailment is None:
        return available_mwh_per_mw
    limit, spot_price = curtailment.when_spot_price_at_most_per_mwh, zone.spot_price_per_mwh
    if limit is None or spot_price is None:
        return np.zeros_like(available_mwh_per_mw)
    return np.where(spot_price <= limit, 0.0, available_mwh_per_mw)
