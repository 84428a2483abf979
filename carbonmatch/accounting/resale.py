"""Building for resale: offers that earn by being sold, whatever the load and its target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.accounting.value import best_profile, net_worth_per_mw, worth_per_mwh
from carbonmatch.records import ContractTerms, FloatArray, Problem, ShadowPrices, Solution

LEAST_SHARE: Final = 1e-3
"""Share of load that is sold at a gain unsaid: 0.1 %."""


@dataclass(frozen=True)
class Resale:
    """What a MWh of an offer brings when it is sold, and what it costs, all in [currency/MWh].

    earned_per_mw   over the horizon, of one MW that is sold altogether [currency/MW]
    """

    value_per_mwh: float
    price_per_mwh: float
    earned_per_mw: float


def resale_of(contract: ContractTerms, problem: Problem) -> Resale | None:
    """Return what one MW of an offer is worth if all of it is sold; None where it has no energy.

    value = sum_t profile[t] * sale_price[t] / sum_t profile[t]; of a contract for difference its reference price
    price = value - earned / sum_t profile[t], with every fee and payment in it

    The profile is what pays best at these prices. Claims are worth nothing here: the load and its target are left out.
    """
    prices = _prices_of_sale(problem)
    earned = net_worth_per_mw(contract, prices, problem.time.year_fraction)
    worth = worth_per_mwh(contract, prices)
    profile = best_profile(contract, worth) if contract.shape_mwh_per_mw is None else contract.shape_mwh_per_mw
    if contract.shape_mwh_per_mw is not None:
        worth = problem.zones[contract.zone].sale_price_per_mwh if contract.physical else np.zeros_like(worth)
    energy = float(profile.sum())
    if energy <= 0.0:
        return None
    value = float((profile * worth).sum()) / energy
    return Resale(value, value - earned / energy, earned)


def _prices_of_sale(problem: Problem) -> ShadowPrices:
    sale = np.array([zone.sale_price_per_mwh for zone in problem.zones])
    nothing = np.zeros(len(problem.zones))
    return ShadowPrices(sale, np.zeros_like(sale), nothing, 0.0)


def foreseen_resale(problem: Problem) -> list[str]:
    """Return the offers of a case that earn by being sold at any size: what can be said before it is solved."""
    told = []
    for contract in problem.contracts:
        found = resale_of(contract, problem) if _may_be_resold(contract) else None
        if found is None or not found.value_per_mwh > found.price_per_mwh:
            continue
        limited = math.isfinite(problem.target.max_surplus_share) and _adds_to_surplus(contract)
        bounded = limited or math.isfinite(contract.max_mw)
        then = (
            "it is bought for resale as far as its limits let it"
            if bounded
            else f"the cost of the case falls without limit; give {bounds_of(contract)}"
        )
        told.append(
            f"contracts.{contract.name}: what it generates sells for {found.value_per_mwh:,.2f} {problem.currency}/MWh "
            f"on average, above its all-in price of {found.price_per_mwh:,.2f}: {then}"
        )
    return told


def resold_for_gain(problem: Problem, solution: Solution) -> list[str]:
    """Return the contracts of a plan that are partly bought to be sold: what is sold brings more than it costs.

    sold[c,t] = sold[z,t] * delivered[c,t] / (sum of delivered in the zone + what storage adds), for physical contracts
    sold[c,t] = max(excess[z,t] - unmatched[z,t], 0) * claimable[c,t] / sum of claimable          for virtual ones

    All-in price: what is paid for a contract over what it generates; under a contract for difference before what is
    received.
    """
    told = []
    least = LEAST_SHARE * problem.total_load_mwh
    for i, contract in enumerate(problem.contracts):
        sold, price = _sold(problem, solution, i), _sale_price(problem, contract)
        mwh = float(sold.sum())
        if not _may_be_resold(contract) or mwh <= least:
            continue
        generation = solution.generation_mwh[i]
        energy = solution.delivered_mwh[i] if contract.physical else generation
        received = float((contract.received_per_mwh * generation).sum())
        all_in = (solution.contract_cost[contract.name] + received) / float(energy.sum())
        value = float((sold * price).sum()) / mwh
        if value > all_in:
            where = "sold" if contract.physical else "beyond the load"
            told.append(
                f"{contract.name} is bought for resale: {mwh:,.0f} MWh of it are {where}, and bring {value:,.2f} "
                f"{problem.currency}/MWh, above its all-in price of {all_in:,.2f}, which earns "
                f"{mwh * (value - all_in):,.0f} {problem.currency}. It is bounded by {bounds_of(contract)}."
            )
    return told


def bounds_of(contract: ContractTerms) -> str:
    """Return the keys that bound what of an offer is bought to be sold: what is no claim adds to no surplus."""
    size = f"contracts.{contract.name}.max_mw"
    return f"{size} or surplus.max_share" if _adds_to_surplus(contract) else size


def _adds_to_surplus(contract: ContractTerms) -> bool:
    return bool(contract.claimable_mwh(contract.available_mwh_per_mw).any())


def _may_be_resold(contract: ContractTerms) -> bool:
    """Tell whether more of an offer can be signed, and sold in its zone: not what is used on site or taken as used."""
    a_choice = not contract.existing and contract.min_mw < contract.max_mw
    return a_choice and contract.site is None and not contract.consumed


def _sale_price(problem: Problem, contract: ContractTerms) -> FloatArray:
    return problem.zones[contract.zone].sale_price_per_mwh if contract.physical else contract.received_per_mwh


def _sold(problem: Problem, solution: Solution, i: int) -> FloatArray:
    z = problem.contracts[i].zone
    members = [k for k, contract in enumerate(problem.contracts) if contract.zone == z and contract.site is None]
    if problem.contracts[i].physical:
        mine, what = solution.delivered_mwh[i], solution.sold_mwh[z]
        together = solution.delivered_mwh[members].sum(axis=0) + np.maximum(solution.storage_net_delivery_mwh[z], 0.0)
    else:
        claimable = {k: problem.contracts[k].claimable_mwh(solution.generation_mwh[k]) for k in members}
        mine, what = claimable[i], np.maximum(solution.excess_mwh[z] - solution.unmatched_mwh[z], 0.0)
        together = np.sum(list(claimable.values()), axis=0)
    share = np.divide(mine, together, out=np.zeros_like(mine), where=together > 0.0)
    sold: FloatArray = what * np.minimum(share, 1.0)
    return sold
