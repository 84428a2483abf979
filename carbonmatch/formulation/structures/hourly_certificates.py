"""Hourly certificates: claims of an hour, without the energy."""

from __future__ import annotations

import numpy as np

from carbonmatch.case import HourlyCertificatesContract, Zone, demanded
from carbonmatch.formulation.structures.plant import Offer


def hourly_certificates(contract: HourlyCertificatesContract, _zone: Zone, hours: float) -> Offer:
    """Return claims that are bought hour by hour, as many as are wanted of those on offer.

    paid[t] = price[t] * bought[t]                       [currency]
    0 <= bought[t] <= offered_mw[t] * h                  [MWh per step]

    Its size is the largest offer of an hour, and no choice: bought[t] is what it "generates". Nothing is delivered, and
    no price of energy is received.
    """
    offered = demanded(contract.offered_mw)
    most = float(offered.max())
    return Offer(
        available_mwh_per_mw=np.zeros_like(offered) if most == 0.0 else offered / most * hours,
        least_mwh_per_mw=np.zeros_like(offered),
        strike_per_mwh=contract.strike_per_mwh,
        compensation=0.0,
        size_mw=most,
    )
