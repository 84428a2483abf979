"""What an offer is worth to a portfolio, from the prices that the model found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records import ContractTerms, FloatArray, ShadowPrices


def worth_per_mwh(contract: ContractTerms, prices: ShadowPrices) -> FloatArray:
    """Return what one more MWh of a contract's generation is worth in each step [currency/MWh].

    energy_value[t] + claim_share[t] * attribute_value[t]

    Behind the meter of a site the energy is worth what it saves there: retail energy, adders and peaks.
    A plant with a storage beside it gives that something to charge, and takes up the connection of both: what one more
    MWh for the one is worth comes on top, what one more MWh through the other is worth is taken off. So is what one
    more MWh that may be taken as it is used is worth, where the contract is taken so.
    Under a contract for difference the reference price stands in for the energy value: nothing is delivered. Where a
    shape is delivered, generation is worth its claim alone: see `worth_of_shape`.
    """
    energy = prices.energy_value_of(contract.zone, contract.site)
    if not contract.physical or contract.shape_mwh_per_mw is not None:
        energy = contract.received_per_mwh
    claim = contract.claimable_mwh(prices.attribute_value_per_mwh[contract.zone])
    worth: FloatArray = energy + claim
    if contract.consumed and prices.consumed_limit_value_per_mwh is not None:
        worth = worth - prices.consumed_limit_value_per_mwh[contract.zone]
    pairing = prices.pairing.get(contract.name)
    return worth if pairing is None else worth + pairing.charge_per_mwh - pairing.connection_per_mwh


def worth_of_connection(contract: ContractTerms, prices: ShadowPrices) -> float:
    """Return what the connection that comes with one MW is worth over the horizon [currency/MW]; else 0."""
    pairing = prices.pairing.get(contract.name)
    return 0.0 if pairing is None else pairing.connection_per_mw


def worth_of_shape(contract: ContractTerms, prices: ShadowPrices) -> float:
    """Return what the energy that one MW delivers by its shape is worth over the horizon [currency/MW]; else 0."""
    if contract.yearly and contract.eligible and prices.yearly_claim_value_per_mwh is not None:
        return float(prices.yearly_claim_value_per_mwh[contract.zone] * contract.yearly_mwh(1.0).sum())
    if contract.shape_mwh_per_mw is None or not contract.physical:
        return 0.0
    return float((contract.shape_mwh_per_mw * prices.energy_value_per_mwh[contract.zone]).sum())


def saved_per_mwh(contract: ContractTerms) -> FloatArray:
    """Return what is not paid for a MWh that is not generated; (steps,) [currency/MWh].

    price - compensation + fees + basis; the reference price that is then not received is part of its worth
    """
    saved: FloatArray = contract.paid_per_generated_mwh + contract.received_per_mwh
    return saved


def capture_value_per_mwh(
    contract: ContractTerms, generation_mwh: FloatArray, prices: ShadowPrices, least_generation_mwh: float
) -> float | None:
    """Return the worth of a contract's profile, per MWh and comparable with its price [currency/MWh].

    sum_t profile[t] * worth[t] / sum_t profile[t]
    (sum_t profile[t] * worth[t] + shape[t] * energy_value[t]) / sum_t shape[t]      where a shape is delivered, per MW

    The profile is what the contract generates; for an offer left out (less than `least_generation_mwh`) it is what it
    would generate, and None where that would be a decision (a dispatched contract has no profile of its own).

    An offer whose strike is below this value belongs in the portfolio; one in it, at a size that no limit holds, has a
    capture value equal to what it costs.
    """
    profile = generation_mwh
    if generation_mwh.sum() < least_generation_mwh:
        if (contract.least_mwh_per_mw < contract.available_mwh_per_mw).any():
            return None
        profile = contract.available_mwh_per_mw
    return _capture(contract, profile, prices)


def _capture(contract: ContractTerms, profile_mwh: FloatArray, prices: ShadowPrices) -> float | None:
    worth, shape = worth_per_mwh(contract, prices), contract.shape_mwh_per_mw
    if shape is None:
        return mean_worth(profile_mwh, worth)
    available, generated = float(contract.available_mwh_per_mw.sum()), float(profile_mwh.sum())
    claims = 0.0 if generated <= 0.0 else float((profile_mwh * worth).sum()) * available / generated
    delivered = float(shape.sum())
    return (claims + worth_of_shape(contract, prices)) / delivered if delivered > 0.0 else None


def mean_worth(profile_mwh: FloatArray, worth: FloatArray) -> float | None:
    """Return the mean worth of a profile by MWh; None where it generates nothing."""
    total = float(profile_mwh.sum())
    return float((profile_mwh * worth).sum()) / total if total > 0.0 else None


def best_profile(contract: ContractTerms, worth: FloatArray) -> FloatArray:
    """Return what one MW would generate at given worths of an MWh: what it must, and more where that pays [MWh/MW].

    A MWh that is there and not generated saves the price less the compensation that is due for it, and what is on top.
    """
    room = contract.available_mwh_per_mw - contract.least_mwh_per_mw
    return contract.least_mwh_per_mw + np.where(worth > saved_per_mwh(contract), room, 0.0)


def net_worth_per_mw(contract: ContractTerms, prices: ShadowPrices, year_fraction: float) -> float:
    """Return what one more MW would earn over the horizon, its payment taken off [currency/MW].

    sum_t least[t] * (worth[t] - saved[t]) + (available[t] - least[t]) * max(worth[t] - saved[t], 0)
        + worth of the shape, and of a connection that grows with the plant
        - what is paid for one MW whatever it generates

    saved = price - compensation + fees + basis   what is not paid for a MWh that is not generated
    It is minus the reduced cost of the size with its dispatch chosen best: 0 for an offer at a size that no limit
    holds, at most 0 for one left out, at least 0 for one at its limit.
    """
    gain = worth_per_mwh(contract, prices) - saved_per_mwh(contract)
    available, least = contract.available_mwh_per_mw, contract.least_mwh_per_mw
    earned = float((least * gain).sum() + ((available - least) * np.maximum(gain, 0.0)).sum())
    beside = worth_of_shape(contract, prices) + worth_of_connection(contract, prices)
    return earned + beside - contract.paid_per_mw(year_fraction)


def entry_strike_per_mwh(contract: ContractTerms, prices: ShadowPrices, year_fraction: float) -> float | None:
    """Return the strike below which one more MW would earn something [currency/MWh].

    None where it never generates, where the price floats (then no strike is agreed), and where no strike is too high,
    because a connection that comes with it is worth something and what is curtailed costs nothing.

    It solves net_worth_per_mw(strike) = 0. With u = strike * (1 - compensation), the part of the strike that curtailing
    saves, the steps with a choice run where worth, less fees and basis, > u. Sorted by that, the first n of them run
    between two neighbouring worths, where the equation is linear:

    sum least * worth + sum_n room * worth - fee = u * (sum least + sum_n room) + strike * compensation * sum available

    over the steps in which the strike is paid; the others, and the worth of a shape, stand beside as numbers. Net worth
    falls as the strike rises, so exactly one stretch holds its root.
    """
    if contract.floating_price_per_mwh is not None:
        return None
    fee, on_top = contract.fee_per_mw(year_fraction), contract.on_top_per_mwh
    settled = contract.settled > 0.0
    if contract.shape_mwh_per_mw is not None:
        shape = contract.shape_mwh_per_mw
        gain = worth_per_mwh(contract, prices)
        room = contract.available_mwh_per_mw - contract.least_mwh_per_mw
        claims = float((contract.least_mwh_per_mw * gain).sum() + (room * np.maximum(gain, 0.0)).sum())
        paid_for = float(shape[settled].sum())
        earned = claims + worth_of_shape(contract, prices) - float((on_top * shape).sum()) - fee
        return earned / paid_for if paid_for > 0.0 else None
    worth = worth_per_mwh(contract, prices) - on_top
    beside = _earned_unpaid(contract, worth, ~settled) + worth_of_connection(contract, prices) - fee
    return _root(contract, worth, settled, beside)


def _earned_unpaid(contract: ContractTerms, worth: FloatArray, steps: NDArray[np.bool_]) -> float:
    """Return what one MW earns in the steps in which no strike is paid [currency/MW]."""
    least, gain = contract.least_mwh_per_mw[steps], worth[steps]
    room = contract.available_mwh_per_mw[steps] - least
    return float((least * gain).sum() + (room * np.maximum(gain, 0.0)).sum())


def _root(contract: ContractTerms, worth: FloatArray, settled: NDArray[np.bool_], beside: float) -> float | None:
    """Solve for the strike: see `entry_strike_per_mwh`; `beside` is what one MW earns whatever the strike is."""
    available, least = contract.available_mwh_per_mw[settled], contract.least_mwh_per_mw[settled]
    worth = worth[settled]
    total = float(available.sum())
    if total <= 0.0:
        return None
    room = available - least
    if contract.compensation == 1.0:  # curtailing saves nothing: what is worth less than nothing is left
        return (float((least * worth).sum() + (room * np.maximum(worth, 0.0)).sum()) + beside) / total
    saved_share = 1.0 - contract.compensation
    choice = np.flatnonzero(room > 0.0)
    order = choice[np.argsort(-worth[choice], kind="stable")]
    steps_worth = worth[order]
    # (n + 1,): with the first n steps of choice running
    earned = float((least * worth).sum()) + beside + np.concatenate([[0.0], np.cumsum(room[order] * steps_worth)])
    paid = np.concatenate([[0.0], np.cumsum(room[order])])
    paid += float(least.sum()) + contract.compensation / saved_share * total
    # Net worth at u = the worth of each step, which the steps before it pay for; it grows along the order.
    at_steps = earned[:-1] - steps_worth * paid[:-1]
    running = int(np.argmax(at_steps > 0.0)) if (at_steps > 0.0).any() else len(order)
    if paid[running] <= 0.0:  # it earns something whatever the strike is: a connection that costs nothing
        return None
    return float(earned[running] / paid[running]) / saved_share


@dataclass(frozen=True)
class OfferWorth:
    """What a contract is worth at given prices, and what it would have to cost.

    capture_value_per_mwh     mean worth of what it generates; of what it would generate, where it is left out
    net_worth_per_mw_year     what one more MW would earn in a year, its payment taken off
    entry_strike_per_mwh      strike at which one more MW earns nothing; None where its price floats
    entry_fee_per_mw_year     capacity fee at which it does, at its strike; None where it has none
    All but the first are None where a volume is agreed.
    """

    capture_value_per_mwh: float | None
    net_worth_per_mw_year: float | None
    entry_strike_per_mwh: float | None
    entry_fee_per_mw_year: float | None


def offer_worth(
    contract: ContractTerms, generation_mwh: FloatArray | None, prices: ShadowPrices, year_fraction: float
) -> OfferWorth:
    """Value a contract at given prices; `generation_mwh` is None where it generates nothing.

    Where a volume is agreed, a MWh counts for the band or for take-or-pay beside its hour, and prices of hours do not
    tell what one more MW would earn.
    """
    worth = worth_per_mwh(contract, prices)
    profile = best_profile(contract, worth) if generation_mwh is None else generation_mwh
    capture = _capture(contract, profile, prices)
    if contract.volume is not None:
        return OfferWorth(None if generation_mwh is None else capture, None, None, None)
    net = net_worth_per_mw(contract, prices, year_fraction) / year_fraction
    return OfferWorth(
        capture_value_per_mwh=capture,
        net_worth_per_mw_year=net,
        entry_strike_per_mwh=entry_strike_per_mwh(contract, prices, year_fraction),
        entry_fee_per_mw_year=contract.capacity_fee_per_mw_year + net / contract.in_force_share
        if contract.dispatchable
        else None,
    )
