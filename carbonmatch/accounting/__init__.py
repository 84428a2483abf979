"""Who used what when, what it cost and what may be claimed: pure functions on arrays that do not know the model."""

from __future__ import annotations

from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.ledger import build_ledger, flows_of
from carbonmatch.accounting.proof import prove
from carbonmatch.accounting.summary import summarise

__all__ = ["build_ledger", "facts_from_case", "flows_of", "prove", "summarise"]
