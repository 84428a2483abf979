"""From a contract of the case to the terms that the model knows: what is common to all structures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from carbonmatch.case import Contract, YearlyCertificatesContract, Zone
from carbonmatch.formulation.structures.choice import choice_terms, least_of_all
from carbonmatch.formulation.structures.clean_firm import clean_firm
from carbonmatch.formulation.structures.hourly_certificates import hourly_certificates
from carbonmatch.formulation.structures.pay_as_consumed import pay_as_consumed
from carbonmatch.formulation.structures.pay_as_produced import pay_as_produced
from carbonmatch.formulation.structures.plant import Offer
from carbonmatch.formulation.structures.price import priced
from carbonmatch.formulation.structures.retail_supply import retail_supply
from carbonmatch.formulation.structures.shaped import shaped
from carbonmatch.formulation.structures.virtual import virtual
from carbonmatch.formulation.structures.volume import volume_terms
from carbonmatch.formulation.structures.yearly_certificates import yearly_certificates
from carbonmatch.records import ContractTerms, VolumeTerms
from carbonmatch.timegrid import TimeGrid

OFFERS: Final[Mapping[str, Callable[[Any, Zone, float], Offer]]] = {
    "pay_as_produced": pay_as_produced,
    "virtual": virtual,
    "clean_firm": clean_firm,
    "baseload": shaped,
    "shaped": shaped,
    "pay_as_consumed": pay_as_consumed,
    "retail_supply": retail_supply,
    "hourly_certificates": hourly_certificates,
    "yearly_certificates": yearly_certificates,
}
"""By structure: what one MW of a contract offers and costs, from (contract, zone, hours per step)."""


def contract_terms(
    contract: Contract, zone_number: int, zones: Mapping[str, Zone], grid: TimeGrid, peak_import_mw: float
) -> ContractTerms:
    """Return a contract as the model sees it.

    zones            of the case
    peak_import_mw   the most that the sites of its zone draw

    What is existing has one size. Outside an outage the plant offers what its structure says; before the contract
    starts and after it ends there is nothing of it, neither energy nor payment.

    A contract that is taken as it is used, and whose size costs nothing and obliges to nothing, has no size to choose:
    it is held at its limit, and without one at the peak of what is drawn.
    """
    existing, in_force = contract.existing_mw is not None, contract.in_force
    least_mw, most_mw = contract.min_mw, contract.max_mw
    offer = priced(OFFERS[contract.structure](contract, zones[contract.zone], grid.hours_per_step), contract, zones)
    size_mw = offer.size_mw if contract.existing_mw is None else contract.existing_mw
    if size_mw is not None:
        least_mw = most_mw = size_mw
    if isinstance(contract, YearlyCertificatesContract):
        hours_of_year = grid.steps * grid.hours_per_step / grid.year_fraction
        least_mw, most = contract.min_mwh_per_year / hours_of_year, contract.max_mwh_per_year
        most_mw = None if most is None else most / hours_of_year
    volume, choice = volume_terms(contract, grid), choice_terms(contract, least_mw)
    if offer.consumed and not existing and choice is None and not _size_is_a_choice(offer, volume):
        least_mw = most_mw = max(peak_import_mw, least_mw) if most_mw is None else most_mw
    eligible = contract.technology.carbon_free
    return ContractTerms(
        name=contract.name,
        zone=zone_number,
        technology=contract.technology.value,
        structure=contract.structure,
        physical=contract.physical,
        eligible=eligible,
        existing=existing,
        min_mw=least_of_all(contract, least_mw),
        max_mw=math.inf if most_mw is None else most_mw,
        available_mwh_per_mw=offer.available_mwh_per_mw * in_force,
        least_mwh_per_mw=np.minimum(offer.least_mwh_per_mw, offer.available_mwh_per_mw) * in_force,
        strike_per_mwh=offer.strike_per_mwh,
        compensation=offer.compensation,
        reference_price_per_mwh=offer.reference_price_per_mwh,
        capacity_fee_per_mw_year=offer.capacity_fee_per_mw_year,
        dispatchable=contract.dispatchable,
        floating_price_per_mwh=offer.floating_price_per_mwh,
        unsettled=offer.unsettled,
        fees_per_mwh=offer.fees_per_mwh,
        shape_mwh_per_mw=None if offer.shape_mwh_per_mw is None else offer.shape_mwh_per_mw * in_force,
        claim_share=offer.claim_share,
        choice=choice,
        basis_per_mwh=offer.basis_per_mwh,
        first_year_strike_per_mwh=offer.first_year_strike_per_mwh,
        yearly=offer.yearly,
        consumed=offer.consumed,
        volume=volume,
        in_force_share=float(in_force.mean()),
    )


def _size_is_a_choice(offer: Offer, volume: VolumeTerms | None) -> bool:
    """Tell whether the size of what is taken as it is used costs or obliges, so that more is not simply better."""
    obliges = volume is not None and (volume.least_share > 0.0 or volume.paid_share > 0.0)
    return offer.capacity_fee_per_mw_year > 0.0 or obliges
