"""What an offer is worth to a portfolio, from the prices that the model found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbonmatch.records import ContractTerms, FloatArray, ShadowPrices


def worth_per_mwh(contract: ContractTerms, prices: ShadowPrices) -> FloatArray:
    """Return what one more MWh of a contract's generation is worth in each step [currency/MWh].

    energy_value[t] + attribute_value[t]

    A virtual contract delivers no energy: the reference price that it receives stands in for the energy value. What is
    not eligible carries no claim.
    """
    energy = prices.energy_value_per_mwh[contract.zone]
    if contract.reference_price_per_mwh is not None:
        energy = contract.reference_price_per_mwh
    claim = prices.attribute_value_per_mwh[contract.zone] if contract.eligible else np.zeros_like(energy)
    worth: FloatArray = energy + claim
    return worth


def capture_value_per_mwh(
    contract: ContractTerms, generation_mwh: FloatArray, prices: ShadowPrices, least_generation_mwh: float
) -> float | None:
    """Return the worth of a contract's profile, per MWh and comparable with its strike [currency/MWh].

    sum_t profile[t] * worth[t] / sum_t profile[t]

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
    return mean_worth(profile, worth_per_mwh(contract, prices))


def mean_worth(profile_mwh: FloatArray, worth: FloatArray) -> float | None:
    """Return the mean worth of a profile by MWh; None where it generates nothing."""
    total = float(profile_mwh.sum())
    return float((profile_mwh * worth).sum()) / total if total > 0.0 else None


def best_profile(contract: ContractTerms, worth: FloatArray) -> FloatArray:
    """Return what one MW would generate at given worths of an MWh: what it must, and more where that pays [MWh/MW].

    A MWh that is there and not generated saves the strike less the compensation that is due for it.
    """
    room = contract.available_mwh_per_mw - contract.least_mwh_per_mw
    saved = contract.strike_per_mwh * (1.0 - contract.compensation)
    return contract.least_mwh_per_mw + np.where(worth > saved, room, 0.0)


def net_worth_per_mw(contract: ContractTerms, worth: FloatArray, year_fraction: float) -> float:
    """Return what one more MW would earn over the horizon, its payment taken off [currency/MW].

    sum_t least[t] * (worth[t] - saved) + (available[t] - least[t]) * max(worth[t] - saved, 0)
        - strike * compensation * sum_t available[t] - capacity_fee * year_fraction

    saved = strike * (1 - compensation)   what is not paid for a MWh that is not generated
    It is minus the reduced cost of the size with its dispatch chosen best: 0 for an offer at a size that no limit
    holds, at most 0 for one left out, at least 0 for one at its limit.
    """
    saved = contract.strike_per_mwh * (1.0 - contract.compensation)
    available, least = contract.available_mwh_per_mw, contract.least_mwh_per_mw
    earned = float((least * (worth - saved)).sum() + ((available - least) * np.maximum(worth - saved, 0.0)).sum())
    paid = contract.strike_per_mwh * contract.compensation * float(available.sum())
    return earned - paid - contract.capacity_fee_per_mw_year * year_fraction


def entry_strike_per_mwh(contract: ContractTerms, worth: FloatArray, year_fraction: float) -> float | None:
    """Return the strike below which one more MW would earn something [currency/MWh]; None if it never generates.

    It solves net_worth_per_mw(strike) = 0. With u = strike * (1 - compensation), the part of the strike that curtailing
    saves, the steps with a choice run where worth > u. Sorted by worth, the first n of them run between two
    neighbouring worths, where the equation is linear:

    sum least * worth + sum_n room * worth - fee = u * (sum least + sum_n room) + strike * compensation * sum available

    Net worth falls as the strike rises, so exactly one stretch holds its root.
    """
    available, least = contract.available_mwh_per_mw, contract.least_mwh_per_mw
    total = float(available.sum())
    if total <= 0.0:
        return None
    room = available - least
    fee = contract.capacity_fee_per_mw_year * year_fraction
    if contract.compensation == 1.0:  # curtailing saves nothing: what is worth less than nothing is left
        return (float((least * worth).sum() + (room * np.maximum(worth, 0.0)).sum()) - fee) / total
    saved_share = 1.0 - contract.compensation
    choice = np.flatnonzero(room > 0.0)
    order = choice[np.argsort(-worth[choice], kind="stable")]
    steps_worth = worth[order]
    # (n + 1,): with the first n steps of choice running
    earned = float((least * worth).sum()) - fee + np.concatenate([[0.0], np.cumsum(room[order] * steps_worth)])
    paid = np.concatenate([[0.0], np.cumsum(room[order])])
    paid += float(least.sum()) + contract.compensation / saved_share * total
    # Net worth at u = the worth of each step, which the steps before it pay for; it grows along the order.
    at_steps = earned[:-1] - steps_worth * paid[:-1]
    running = int(np.argmax(at_steps > 0.0)) if (at_steps > 0.0).any() else len(order)
    return float(earned[running] / paid[running]) / saved_share


@dataclass(frozen=True)
class OfferWorth:
    """What a contract is worth at given prices, and what it would have to cost.

    capture_value_per_mwh     mean worth of what it generates; of what it would generate, where it is left out
    net_worth_per_mw_year     what one more MW would earn in a year, its payment taken off
    entry_strike_per_mwh      strike at which one more MW earns nothing
    entry_fee_per_mw_year     capacity fee at which it does, at its strike; None where it has none
    """

    capture_value_per_mwh: float | None
    net_worth_per_mw_year: float
    entry_strike_per_mwh: float | None
    entry_fee_per_mw_year: float | None


def offer_worth(
    contract: ContractTerms, generation_mwh: FloatArray | None, prices: ShadowPrices, year_fraction: float
) -> OfferWorth:
    """Value a contract at given prices; `generation_mwh` is None where it generates nothing."""
    worth = worth_per_mwh(contract, prices)
    profile = best_profile(contract, worth) if generation_mwh is None else generation_mwh
    net = net_worth_per_mw(contract, worth, year_fraction) / year_fraction
    return OfferWorth(
        capture_value_per_mwh=mean_worth(profile, worth),
        net_worth_per_mw_year=net,
        entry_strike_per_mwh=entry_strike_per_mwh(contract, worth, year_fraction),
        entry_fee_per_mw_year=contract.capacity_fee_per_mw_year + net if contract.dispatchable else None,
    )
