"""Virtual contract: a contract for difference. The claim moves, the energy does not."""

from __future__ import annotations

from carbonmatch.case import VirtualContract, Zone
from carbonmatch.formulation.structures.pay_as_produced import pay_as_produced
from carbonmatch.formulation.structures.plant import Offer


def virtual(contract: VirtualContract, zone: Zone, hours: float) -> Offer:
    """Return one MW of a plant that settles against a reference price; nothing is delivered.

    paid[t] = price[t] * (generation[t] + compensation * curtailed[t]) - reference_price[t] * generation[t]   [currency]

    reference_price   spot price of the zone, or the price where it settles; see `price`, which adds it
    Nothing is paid in steps that are not settled (reference_price[t] < 0 under the clause): generation there is claimed
    like any other, and costs and earns nothing.
    """
    return pay_as_produced(contract, zone, hours)
