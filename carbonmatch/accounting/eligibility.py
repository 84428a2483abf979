"""Which claims each contract counts for, and why not: one table, from the same rules as the accounts."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np

from carbonmatch.accounting.frameworks import re100
from carbonmatch.records import ContractLedger, ContractTerms, Facts, FloatArray, Instrument, Ledger, Problem, age_test

CLAIMS: Final = ("target", "carbon_free", "renewable", "re100", "ghgp_2015", "ghgp_revision_draft")
"""What a contract may count for, in the order of the table."""


def eligibility_summary(problem: Problem, ledger: Ledger, facts: Facts) -> dict[str, Any]:
    """Return, per contract and claim, `{counts, why_not, deliverable_share}`.

    target                the target of the case, hour by hour in the zone of its load
    carbon_free, renewable   its technology alone
    re100                 renewable, and within the limit of age without the exemption
    ghgp_2015             the guidance in force: claims of the year
    ghgp_revision_draft   the draft revision: claims of the hour that are deliverable; those that the target counts
    deliverable_share     share of its MWh that it can bring to the zone of the load; None where it knows no hours

    Where some of its MWh count, `counts` is true and `why_not` says what keeps the others from it.
    """
    local = problem.time.starts.tz_convert(problem.time.timezone)
    last_day = local[-1].date()
    return {
        contract.name: _of_contract(contract, account, instrument, last_day)
        for contract, account, instrument in zip(problem.contracts, ledger.contracts, facts.instruments, strict=True)
    }


def _of_contract(
    contract: ContractTerms, account: ContractLedger, instrument: Instrument, last_day: date
) -> dict[str, Any]:
    kind = instrument.technology
    carbon_free = "" if instrument.carbon_free else f"{kind} is not carbon-free."
    renewable = "" if instrument.renewable else f"{kind} is not renewable."
    by_hour = _by_hour(contract, account, instrument, carbon_free)
    return {
        "target": by_hour,
        "carbon_free": _told(carbon_free),
        "renewable": _told(renewable),
        "re100": _told(renewable or _too_old(instrument.commissioned, last_day)),
        "ghgp_2015": _told(carbon_free),
        "ghgp_revision_draft": by_hour,
    }


def _told(why_not: str, *, counts: bool | None = None, deliverable_share: float | None = None) -> dict[str, Any]:
    return {
        "counts": not why_not if counts is None else counts,
        "why_not": why_not,
        "deliverable_share": deliverable_share,
    }


def _by_hour(
    contract: ContractTerms, account: ContractLedger, instrument: Instrument, carbon_free: str
) -> dict[str, Any]:
    share = deliverable_share_of_mwh(contract, account.generation_mwh)
    if not contract.eligible:
        return _told(instrument.not_eligible or carbon_free, counts=False, deliverable_share=share)
    if share is None or share == 1.0:
        return _told("", deliverable_share=share)
    place = f"Of {instrument.deliverability}"
    if share == 0.0:
        return _told(f"{place}: it generates in none of them.", counts=False, deliverable_share=share)
    return _told(f"{place}: what it generates in other hours is not deliverable.", counts=True, deliverable_share=share)


def deliverable_share_of_mwh(contract: ContractTerms, generation_mwh: FloatArray) -> float | None:
    """Return what share of its generation, or else of what it offers, is deliverable to the load, 0..1."""
    if contract.deliverable_share is None:
        return 1.0
    offered = np.nan_to_num(contract.available_mwh_per_mw)
    weights = generation_mwh if generation_mwh.sum() > 0.0 else offered
    return float(np.average(contract.deliverable_share, weights=weights)) if weights.sum() > 0.0 else None


def _too_old(commissioned: date | None, last_day: date) -> str:
    limit = re100.AGE_LIMIT_YEARS
    exempt = f"It counts within the exempt {re100.EXEMPT_SHARE:.0%} of consumption alone."
    result = age_test(commissioned, last_day, limit)
    if result == "not known":
        return f"The case gives no date of commissioning. {exempt}"
    return (
        f"Commissioned on {commissioned}, more than {limit} years before {last_day}. {exempt}"
        if result == "older"
        else ""
    )
