"""Yearly certificates: claims of a year, without the energy and without an hour."""

from __future__ import annotations

import numpy as np

from carbonmatch.case import YearlyCertificatesContract, Zone
from carbonmatch.formulation.structures.plant import Offer


def yearly_certificates(contract: YearlyCertificatesContract, _zone: Zone, hours: float) -> Offer:
    """Return certificates of the year, bought as a volume.

    paid = price * volume                                [currency], volume = contracted_mw * h * steps [MWh]

    contracted_mw is the mean power that the volume comes to. Nothing is generated or delivered, and no hour is matched:
    in every ledger of hours it is 0.
    """
    nothing = np.zeros(len(contract.in_force))
    return Offer(
        available_mwh_per_mw=nothing,
        least_mwh_per_mw=nothing,
        strike_per_mwh=contract.strike_per_mwh,
        shape_mwh_per_mw=np.full_like(nothing, hours),
        yearly=True,
    )
