"""What an offer is worth to a portfolio, from the prices that the model found."""

from __future__ import annotations

from carbonmatch.records import ContractTerms, FloatArray, ShadowPrices


def capture_value_per_mwh(
    contract: ContractTerms, generation_mwh: FloatArray, prices: ShadowPrices, least_generation_mwh: float
) -> float | None:
    """Return the worth of a contract's profile, per MWh and comparable with its strike [currency/MWh].

    sum_t profile[t] * (energy_value[t] + attribute_value[t]) / sum_t profile[t]

    A virtual contract delivers no energy: the reference price that it receives stands in for the energy value. The
    profile is what the contract generates; for an offer left out (less than `least_generation_mwh`) it is what it would
    generate, and None where that would be a decision (a dispatched contract has no profile of its own).

    An offer whose strike is below this value belongs in the portfolio; one in it, at a size that no limit holds, has a
    capture value equal to what it costs.
    """
    worth = prices.attribute_value_per_mwh[contract.zone]
    energy = prices.energy_value_per_mwh[contract.zone]
    if contract.reference_price_per_mwh is not None:
        energy = contract.reference_price_per_mwh
    profile = generation_mwh
    if generation_mwh.sum() < least_generation_mwh:
        if (contract.least_mwh_per_mw < contract.available_mwh_per_mw).any():
            return None
        profile = contract.available_mwh_per_mw
    total = float(profile.sum())
    return float((profile * (energy + worth)).sum()) / total if total > 0.0 else None
