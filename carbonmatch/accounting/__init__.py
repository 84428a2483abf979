"""Who used what when, what it cost and what may be claimed: pure functions on arrays that do not know the model."""

from __future__ import annotations

from carbonmatch.accounting.ledger import build_ledger
from carbonmatch.accounting.proof import prove
from carbonmatch.accounting.summary import summarise

__all__ = ["build_ledger", "prove", "summarise"]
