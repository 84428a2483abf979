"""Pay as produced: the buyer takes and pays what the plant generates."""

from __future__ import annotations

from carbonmatch.case import PayAsProducedContract, VirtualContract, Zone, demanded
from carbonmatch.formulation.structures.plant import Offer, delivered_share, least_generation


def pay_as_produced(contract: PayAsProducedContract | VirtualContract, zone: Zone, hours: float) -> Offer:
    """Return one MW of a plant whose output is taken as it comes.

    paid[t] = price[t] * (generation[t] + compensation * curtailed[t])        [currency]; see `price`

    All that is available is generated, save what may be curtailed.
    """
    available = demanded(contract.capacity_factor) * delivered_share(contract, hours)
    return Offer(
        available_mwh_per_mw=available,
        least_mwh_per_mw=least_generation(available, contract.curtailment, zone),
        strike_per_mwh=contract.strike_per_mwh,
        compensation=1.0 if contract.curtailment is None else contract.curtailment.compensation,
    )
