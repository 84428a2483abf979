"""Pay as consumed: the buyer takes what is used, at most so much in a step, and pays for that."""

from __future__ import annotations

import numpy as np

from carbonmatch.case import PayAsConsumedContract, Zone
from carbonmatch.formulation.structures.plant import Offer, delivered_share


def pay_as_consumed(contract: PayAsConsumedContract, _zone: Zone, hours: float) -> Offer:
    """Return one MW of an envelope, of which any part is taken as it is used.

    paid = sum_t strike * taken[t] + capacity_fee * year_fraction * contracted_mw         [currency]

    0 <= taken[t] <= availability[t] * loss_factor * h * contracted_mw                    [MWh per step]
    """
    available = contract.availability * delivered_share(contract, hours)
    return Offer(
        available_mwh_per_mw=available,
        least_mwh_per_mw=np.zeros_like(available),
        strike_per_mwh=contract.strike_per_mwh,
        compensation=0.0,
        capacity_fee_per_mw_year=contract.capacity_fee_per_mw_year,
        consumed=True,
    )
