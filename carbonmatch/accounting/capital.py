"""What a portfolio binds: what is due to sellers whatever is used, and what storage takes to build."""

from __future__ import annotations

from typing import Any

import numpy as np

from carbonmatch.records import ContractTerms, Facts, Problem, Solution, StoragePayment, StorageTerms
from carbonmatch.units import KW_PER_MW


def due_whatever_is_used(contract: ContractTerms, contracted_mw: float, year_fraction: float) -> float:
    """Return what is due under a contract over the horizon if the buyer uses as little of it as he may [currency].

    sum_t (price + fees + basis) * least + compensation * (available - least)         [per MW], without a shape
    sum_t (price + fees + basis) * shape                                              [per MW], where a shape is
    + capacity_fee * year_fraction * in_force                                         [per MW]
    + strike * sum_p max(paid_share * volume[p] - sum_(t in p) least, 0)              [per MW], under take-or-pay

    least, available   [MWh/MW] what one MW must generate, and what it can. A plant that cannot be curtailed generates
                       what it can: all of it is due. One that may be dispatched need not run above its must-run

    Before what a contract for difference pays back: it is what the seller is owed in a year of this weather.
    """
    price = contract.price_per_mwh + contract.on_top_per_mwh
    fee = contract.fee_per_mw(year_fraction)
    if contract.shape_mwh_per_mw is not None:
        return contracted_mw * (float((price * contract.shape_mwh_per_mw).sum()) + fee)
    least, spare = contract.least_mwh_per_mw, contract.available_mwh_per_mw - contract.least_mwh_per_mw
    due = float((price * least + contract.compensation_per_mwh * spare).sum()) + fee
    if contract.volume is not None:
        unused = [
            max(contract.volume.paid_mwh_per_mw(steps) - float(least[steps].sum()), 0.0)
            for steps in contract.volume.settled.values()
        ]
        due += (contract.strike_per_mwh or 0.0) * sum(unused)
    return contracted_mw * due


def capital_of(payment: StoragePayment | None, power_mw: float, energy_mwh: float) -> float | None:
    """Return what an owned storage takes to build [currency]; None where it is not known: it is someone else's.

    1000 * (power_capex_per_kw * power_mw + energy_capex_per_kwh * energy_mwh)
    """
    if payment is None or payment.terms != "owned":
        return None
    per_kw, per_kwh = (payment.figures[key] for key in ("power_capex_per_kw", "energy_capex_per_kwh"))
    return KW_PER_MW * (per_kw * power_mw + per_kwh * energy_mwh)


def paid_for_size(storage: StorageTerms, power_mw: float, energy_mwh: float) -> float:
    """Return what the size of a storage costs in a year: its annuity, toll or yearly cost [currency/year]."""
    return storage.power_cost_per_mw_year * power_mw + storage.energy_cost_per_mwh_year * energy_mwh


def capital_summary(problem: Problem, solution: Solution, facts: Facts, nothing_mw: float) -> dict[str, Any]:
    """Return what the portfolio binds, in sizes and in money.

    contracted_mw             of all contracts that bring energy or hourly claims
    contracts_due_per_year    what is due to sellers in a year of this weather, whatever is used
    contracts_paid_per_year   what the plan pays under its contracts in a year, net of what contracts for difference
                              pay back
    storage_capital           what owned storage takes to build; None where some is taken, and none of it is owned
    storage_paid_per_year     what the size of all storage costs in a year: annuities, tolls, yearly costs
    not_owned                 storage that is taken and not owned, whose capital is not known

    nothing_mw   a size below it is not taken
    """
    years = problem.time.year_fraction
    power, energy = (solution.power_mw.tolist(), solution.energy_mwh.tolist())
    sizes = list(zip(problem.storage, facts.storage, power, energy, strict=True))
    capital = [capital_of(known.payment, mw, mwh) for _, known, mw, mwh in sizes]
    taken = [mw >= nothing_mw for mw in power]
    owned = [amount for amount in capital if amount is not None]
    not_owned = [
        terms.name
        for (terms, *_), amount, is_taken in zip(sizes, capital, taken, strict=True)
        if amount is None and is_taken
    ]
    contracts = list(zip(problem.contracts, solution.contracted_mw.tolist(), strict=True))
    return {
        "contracted_mw": float(np.sum([mw for contract, mw in contracts if not contract.yearly])),
        "contracts_due_per_year": float(sum(due_whatever_is_used(c, mw, years) for c, mw in contracts)) / years,
        "contracts_paid_per_year": float(sum(solution.contract_cost.values())) / years,
        "storage_power_mw": float(np.sum(power)),
        "storage_energy_mwh": float(np.sum(energy)),
        "storage_capital": None if not_owned and not any(owned) else float(sum(owned)),
        "storage_paid_per_year": float(sum(paid_for_size(terms, mw, mwh) for terms, _, mw, mwh in sizes)),
        "not_owned": not_owned,
    }
