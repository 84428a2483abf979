"""Clean firm supply: it runs when it is wanted, between must-run and availability."""

from __future__ import annotations

import numpy as np

from carbonmatch.case import CleanFirmContract, Zone
from carbonmatch.formulation.structures.plant import Offer, delivered_share


def clean_firm(contract: CleanFirmContract, _zone: Zone, hours: float) -> Offer:
    """Return one MW of a plant that is dispatched; only its output is paid, and a fee per MW.

    paid = sum_t price * generation[t] + capacity_fee * year_fraction * contracted_mw       [currency]

    must_run * MW * h <= generation[t] <= availability[t] * MW * h          [MWh per step], as far as it is available
    """
    available = contract.availability * delivered_share(contract, hours)
    return Offer(
        available_mwh_per_mw=available,
        least_mwh_per_mw=np.minimum(contract.must_run_share * contract.loss_factor * hours, available),
        strike_per_mwh=contract.strike_per_mwh,
        compensation=0.0,
        capacity_fee_per_mw_year=contract.capacity_fee_per_mw_year,
    )
