"""Baseload and shaped delivery: what is delivered and paid is a shape, what is claimed is what the plant generates."""

from __future__ import annotations

from carbonmatch.case import BaseloadContract, ShapedContract, Zone, demanded
from carbonmatch.formulation.structures.plant import Offer, delivered_share
from carbonmatch.records import FloatArray


def shaped(contract: BaseloadContract | ShapedContract, _zone: Zone, hours: float) -> Offer:
    """Return one MW of mean power, delivered by a shape.

    paid[t] = strike * shape[t] * h * contracted_mw                         [currency]
    delivered[t] = shape[t] * h * contracted_mw                             [MWh per step], at the buyer's meter
    claimable[t] = capacity_factor[t] * loss_factor * h * contracted_mw     [MWh per step]

    shape   1 in every step of a baseload contract, with the mean 1 of a shaped one
    The seller owes the shape: an outage of the plant takes away claims, and no energy; losses are the seller's too.
    With hourly certificates each MWh delivered comes with a claim of its hour: claimable[t] = delivered[t].
    """
    shape: FloatArray = contract.shape_factors * hours
    if contract.hourly_certificates:  # what is generated is what is delivered: one flow for both ledgers
        return Offer(available_mwh_per_mw=shape, least_mwh_per_mw=shape, strike_per_mwh=contract.strike_per_mwh)
    generated = demanded(contract.capacity_factor) * delivered_share(contract, hours)
    return Offer(
        available_mwh_per_mw=generated,
        least_mwh_per_mw=generated,
        strike_per_mwh=contract.strike_per_mwh,
        shape_mwh_per_mw=shape,
    )
