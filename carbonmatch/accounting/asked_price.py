"""What an offer asks on average for a MWh, where that is more than one strike."""

from __future__ import annotations

from typing import Any

from carbonmatch.records import ContractTerms, FloatArray


def asked_prices(contract: ContractTerms, generation_mwh: FloatArray, least_generation_mwh: float) -> dict[str, Any]:
    """Return what the summary of a contract says of its price beside the strike; nothing where that is all.

    first_year_strike_per_mwh   what the strike is levelised from, where it has a tenor
    mean_price_per_mwh          what is paid per MWh, fees and basis too, before what is received: where its price
                                floats, something comes on top, or is not settled in some steps; see `mean_price`
    """
    told: dict[str, Any] = {}
    if contract.first_year_strike_per_mwh is not None:
        told["first_year_strike_per_mwh"] = contract.first_year_strike_per_mwh
    on_top = contract.fees_per_mwh != 0.0 or contract.basis_per_mwh is not None
    if contract.floating_price_per_mwh is not None or contract.unsettled is not None or on_top:
        told["mean_price_per_mwh"] = mean_price(contract, generation_mwh, least_generation_mwh)
    return told


def mean_price(contract: ContractTerms, generation_mwh: FloatArray, least_generation_mwh: float = 0.0) -> float | None:
    """Return the mean of what a MWh costs, by its own profile [currency/MWh].

    sum_t profile[t] * (price[t] + fees + basis[t]) / sum_t profile[t]

    The profile is what is delivered by shape, else what it generates; of an offer left out (no more than
    `least_generation_mwh`) what it could. None where there is none.
    """
    profile = generation_mwh
    if contract.shape_mwh_per_mw is not None:
        profile = contract.shape_mwh_per_mw
    elif generation_mwh.sum() <= least_generation_mwh:
        profile = contract.available_mwh_per_mw
    total = float(profile.sum())
    paid = (contract.price_per_mwh + contract.on_top_per_mwh) * profile
    return float(paid.sum()) / total if total > 0.0 else None
