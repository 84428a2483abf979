"""Which of a contract's claims count: the rule of the target, and the limits between neighbouring zones."""

from __future__ import annotations

from dataclasses import replace

from carbonmatch.case import Case, Contract
from carbonmatch.records import ContractTerms


def as_it_counts(terms: ContractTerms, contract: Contract, case: Case) -> ContractTerms:
    """Return a contract with what of it counts towards the target of the case.

    claimable[t] = claim_share[t] * deliverable_share[t] * generation[t], 0 where the target does not count it

    Energy and money are left as they are: what does not count is delivered, sold and paid all the same.
    """
    return replace(
        terms,
        eligible=terms.eligible and not case.why_not_eligible(contract),
        deliverable_share=case.deliverable_share(contract),
    )
