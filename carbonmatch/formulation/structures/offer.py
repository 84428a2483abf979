"""From a contract of the case to the terms that the model knows: what is common to all structures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from carbonmatch.case import Contract, Zone
from carbonmatch.formulation.structures.clean_firm import clean_firm
from carbonmatch.formulation.structures.hourly_certificates import hourly_certificates
from carbonmatch.formulation.structures.pay_as_produced import pay_as_produced
from carbonmatch.formulation.structures.plant import Offer
from carbonmatch.formulation.structures.price import priced
from carbonmatch.formulation.structures.virtual import virtual
from carbonmatch.records import ContractTerms

OFFERS: Final[Mapping[str, Callable[[Any, Zone, float], Offer]]] = {
    "pay_as_produced": pay_as_produced,
    "virtual": virtual,
    "clean_firm": clean_firm,
    "hourly_certificates": hourly_certificates,
}
"""By structure: what one MW of a contract offers and costs, from (contract, zone, hours per step)."""


def contract_terms(contract: Contract, zone_number: int, zones: Mapping[str, Zone], hours: float) -> ContractTerms:
    """Return a contract as the model sees it; `zones` of the case, `hours` of a step.

    What is existing has one size. Outside an outage the plant offers what its structure says.
    """
    existing = contract.existing_mw is not None
    least_mw, most_mw = contract.min_mw, contract.max_mw
    offer = priced(OFFERS[contract.structure](contract, zones[contract.zone], hours), contract, zones)
    size_mw = offer.size_mw if contract.existing_mw is None else contract.existing_mw
    if size_mw is not None:
        least_mw = most_mw = size_mw
    eligible = contract.technology.carbon_free
    return ContractTerms(
        name=contract.name,
        zone=zone_number,
        technology=contract.technology.value,
        structure=contract.structure,
        physical=contract.physical,
        eligible=eligible,
        existing=existing,
        min_mw=least_mw,
        max_mw=math.inf if most_mw is None else most_mw,
        available_mwh_per_mw=offer.available_mwh_per_mw,
        least_mwh_per_mw=np.minimum(offer.least_mwh_per_mw, offer.available_mwh_per_mw),
        strike_per_mwh=offer.strike_per_mwh,
        compensation=offer.compensation,
        reference_price_per_mwh=offer.reference_price_per_mwh,
        capacity_fee_per_mw_year=offer.capacity_fee_per_mw_year,
        dispatchable=contract.dispatchable,
        floating_price_per_mwh=offer.floating_price_per_mwh,
        unsettled=offer.unsettled,
        fees_per_mwh=offer.fees_per_mwh,
        shape_mwh_per_mw=offer.shape_mwh_per_mw,
        claim_share=offer.claim_share,
        basis_per_mwh=offer.basis_per_mwh,
        first_year_strike_per_mwh=offer.first_year_strike_per_mwh,
    )
