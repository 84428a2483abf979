"""Who used what when, what it cost and what may be claimed: pure functions on arrays that do not know the model."""

from __future__ import annotations

from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.ledger import build_ledger, flows_of
from carbonmatch.accounting.metered import StoredFlows, stored_flows, summarise_metered
from carbonmatch.accounting.meters import Metered, read_meters
from carbonmatch.accounting.premium import Premium, emissions_by_the_hour_t, premium_over, why_not_comparable
from carbonmatch.accounting.proof import prove, prove_accounts, prove_carbon
from carbonmatch.accounting.reconcile import Balance, reconciliation_frame, reconciliation_summary
from carbonmatch.accounting.summary import limits_reached, summarise

__all__ = [
    "Balance",
    "Metered",
    "Premium",
    "StoredFlows",
    "build_ledger",
    "emissions_by_the_hour_t",
    "facts_from_case",
    "flows_of",
    "limits_reached",
    "premium_over",
    "prove",
    "prove_accounts",
    "prove_carbon",
    "read_meters",
    "reconciliation_frame",
    "reconciliation_summary",
    "stored_flows",
    "summarise",
    "summarise_metered",
    "why_not_comparable",
]
