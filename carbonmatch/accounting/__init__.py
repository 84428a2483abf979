"""Who used what when, what it cost and what may be claimed: pure functions on arrays that do not know the model."""

from __future__ import annotations

from carbonmatch.accounting.asked_price import asked_prices
from carbonmatch.accounting.clean_price import clean_prices, prices_frame
from carbonmatch.accounting.compute import token_premium
from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.ledger import build_ledger, flows_of
from carbonmatch.accounting.limits import Limit, limits_of, target_parts
from carbonmatch.accounting.load import prove_load
from carbonmatch.accounting.load_told import placed_mwh, tell_load
from carbonmatch.accounting.metered import StoredFlows, stored_flows, summarise_metered
from carbonmatch.accounting.meters import Metered, read_meters
from carbonmatch.accounting.payment import payments
from carbonmatch.accounting.premium import (
    Premium,
    asked_load_mwh,
    emissions_by_the_hour_t,
    premium_over,
    why_not_comparable,
)
from carbonmatch.accounting.profile import SiteProfile, profile_frame, profile_summary, site_profiles
from carbonmatch.accounting.proof import model_score, prove, prove_accounts, prove_carbon, target_faults
from carbonmatch.accounting.reconcile import Balance, reconciliation_frame, reconciliation_summary
from carbonmatch.accounting.resale import bounds_of, foreseen_resale, resale_of
from carbonmatch.accounting.summary import summarise
from carbonmatch.accounting.value import (
    OfferWorth,
    best_profile,
    net_worth_per_mw,
    offer_worth,
    saved_per_mwh,
    worth_per_mwh,
)
from carbonmatch.accounting.warnings import limits_reached
from carbonmatch.accounting.weeks import weeks_of

__all__ = [
    "Balance",
    "Limit",
    "Metered",
    "OfferWorth",
    "Premium",
    "SiteProfile",
    "StoredFlows",
    "asked_load_mwh",
    "asked_prices",
    "best_profile",
    "bounds_of",
    "build_ledger",
    "clean_prices",
    "emissions_by_the_hour_t",
    "facts_from_case",
    "flows_of",
    "foreseen_resale",
    "limits_of",
    "limits_reached",
    "model_score",
    "net_worth_per_mw",
    "offer_worth",
    "payments",
    "placed_mwh",
    "premium_over",
    "prices_frame",
    "profile_frame",
    "profile_summary",
    "prove",
    "prove_accounts",
    "prove_carbon",
    "prove_load",
    "read_meters",
    "reconciliation_frame",
    "reconciliation_summary",
    "resale_of",
    "saved_per_mwh",
    "site_profiles",
    "stored_flows",
    "summarise",
    "summarise_metered",
    "target_faults",
    "target_parts",
    "tell_load",
    "token_premium",
    "weeks_of",
    "why_not_comparable",
    "worth_per_mwh",
]
