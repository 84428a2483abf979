"""Retail supply with a share of carbon-free energy: part of every MWh that is taken is a claim."""

from __future__ import annotations

import numpy as np

from carbonmatch.case import RetailSupplyContract, Zone
from carbonmatch.formulation.structures.plant import Offer, delivered_share


def retail_supply(contract: RetailSupplyContract, _zone: Zone, hours: float) -> Offer:
    """Return one MW of supply of which a share is carbon-free.

    paid = sum_t strike * taken[t] + capacity_fee * year_fraction * contracted_mw         [currency]
    claimable[t] = cfe_share[t] * taken[t]                                                [MWh per step]

    0 <= taken[t] <= loss_factor * h * contracted_mw: a supplier answers for it, not a plant. A guaranteed share is
    settled after the fact, on metered energy, and is no part of this.
    """
    available = delivered_share(contract, hours)
    return Offer(
        available_mwh_per_mw=available,
        least_mwh_per_mw=np.zeros_like(available),
        strike_per_mwh=contract.strike_per_mwh,
        compensation=0.0,
        capacity_fee_per_mw_year=contract.capacity_fee_per_mw_year,
        claim_share=contract.cfe_share,
        consumed=True,
    )
