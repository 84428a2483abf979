"""What an offer's energy costs, whatever its structure: strike or floating price, fees, basis, and what is received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carbonmatch.case import Contract, FloatingPrice, VirtualContract, Zone, demanded
from carbonmatch.formulation.structures.plant import Offer
from carbonmatch.records import FloatArray


def priced(offer: Offer, contract: Contract, zones: Mapping[str, Zone]) -> Offer:
    """Return an offer with all that is paid and received per MWh.

    strike = first year's strike * level            where a tenor is given; see `level`
    price[t] = min(max(index[t] + margin[t], floor), cap)            where it floats; see `floating_price`
    fees = sleeve_fee + balancing_fee;  basis[t] = spot[zone, t] - settlement_price[t]            physical contracts
    reference_price[t] = settlement_price[t], else spot[zone, t]                                   virtual contracts

    All in currency/MWh; spot and settlement_price as in `settlement_price`.
    """
    strike, first = contract.strike_per_mwh, None
    if strike is not None and contract.tenor_years is not None:
        first, strike = strike, strike * level_of(contract)
    offer = replace(
        offer,
        strike_per_mwh=strike,
        first_year_strike_per_mwh=first,
        floating_price_per_mwh=_floating(contract, zones),
        fees_per_mwh=contract.sleeve_fee_per_mwh + contract.balancing_fee_per_mwh,
    )
    settled_at = settlement_price(contract, zones)
    if contract.physical:
        return offer if settled_at is None else replace(offer, basis_per_mwh=_spot(zones, contract.zone) - settled_at)
    if not isinstance(contract, VirtualContract):
        return offer
    reference = _spot(zones, contract.zone) if settled_at is None else settled_at
    return replace(offer, reference_price_per_mwh=reference, unsettled=unsettled(contract, reference))


def level_of(contract: Contract) -> float:
    """Return the levelised strike of a contract by its strike of the first year."""
    years, escalation = int(demanded(contract.tenor_years)), contract.escalation
    return 1.0 if escalation is None else level(years, escalation, demanded(contract.discount_rate))


def level(years: int, escalation: float, discount_rate: float) -> float:
    """Return the one price for all years that is worth as much as a price that starts at 1 and escalates.

    sum_k (1 + e)^k / (1 + d)^(k + 1) / sum_k 1 / (1 + d)^(k + 1)        k = 0 .. years - 1

    Equal MWh in every year; paid at the end of each. Capacity fees are not escalated: they are given as they count.
    """
    k = np.arange(years)
    weights = (1.0 + discount_rate) ** -(k + 1.0)
    return float(((1.0 + escalation) ** k * weights).sum() / weights.sum())


def settlement_price(contract: Contract, zones: Mapping[str, Zone]) -> FloatArray | None:
    """Return the price at the place where a contract settles, (steps,) [currency/MWh]; None where that is its zone."""
    if contract.settlement_zone is not None:
        return _spot(zones, contract.settlement_zone)
    return contract.settlement_price_per_mwh


def floating_price(price: FloatingPrice, spot_price: FloatArray | None) -> FloatArray:
    """Return a price that floats in every step [currency/MWh].

    price[t] = min(max(index[t] + margin[t], floor), cap)

    spot_price   where the contract settles: the index, unless that is a series of its own
    """
    index = demanded(spot_price) if isinstance(price.index, str) else price.index
    low = -np.inf if price.floor_per_mwh is None else price.floor_per_mwh
    high = np.inf if price.cap_per_mwh is None else price.cap_per_mwh
    return np.minimum(np.maximum(index + price.margin_per_mwh, low), high)


def unsettled(contract: VirtualContract, reference_price: FloatArray) -> NDArray[np.bool_] | None:
    """Return where neither price is paid: reference_price[t] < 0, where the contract does not settle below zero."""
    return None if contract.settles_below_zero else reference_price < 0.0


def _floating(contract: Contract, zones: Mapping[str, Zone]) -> FloatArray | None:
    if contract.price is None:
        return None
    settled_at = settlement_price(contract, zones)
    return floating_price(contract.price, zones[contract.zone].spot_price_per_mwh if settled_at is None else settled_at)


def _spot(zones: Mapping[str, Zone], name: str) -> FloatArray:
    return demanded(zones[name].spot_price_per_mwh)
