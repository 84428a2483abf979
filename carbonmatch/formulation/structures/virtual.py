"""Virtual contract: a contract for difference. The claim moves, the energy does not."""

from __future__ import annotations

from dataclasses import replace

from carbonmatch.case import VirtualContract, Zone
from carbonmatch.formulation.structures.pay_as_produced import pay_as_produced
from carbonmatch.formulation.structures.plant import Offer


def virtual(contract: VirtualContract, zone: Zone, hours: float) -> Offer:
    """Return one MW of a plant that settles against the spot price; nothing is delivered.

    paid[t] = strike * (generation[t] + compensation * curtailed[t]) - spot_price[t] * generation[t]      [currency]
    """
    return replace(pay_as_produced(contract, zone, hours), reference_price_per_mwh=zone.spot_price_per_mwh)
