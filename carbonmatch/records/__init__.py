"""The frozen records that pass between the stages: Problem, Optimum, Solution, Ledger.

Power is in MW, energy in MWh per step, money in the currency of the case, shares in 0..1. Flows are non-negative and
the direction is in the name. Arrays over time have shape (steps,), stacked ones (entities, steps) in the order of the
problem.
"""

from __future__ import annotations

from carbonmatch.records.array import FloatArray, IntArray, totals
from carbonmatch.records.carbon import CarbonTerms, mix_of_unclaimed, served_by_standard_supply
from carbonmatch.records.contract import ContractTerms
from carbonmatch.records.facts import (
    DataTier,
    Device,
    Embodied,
    Factor,
    Facts,
    Granularity,
    Instrument,
    Registry,
    SiteFacts,
    StorageFacts,
    Tracing,
    ZoneFacts,
)
from carbonmatch.records.ledger import (
    DIRECT,
    UNTRACED,
    Claims,
    ContractLedger,
    Flows,
    Ledger,
    Links,
    StorageLedger,
    ZoneLedger,
)
from carbonmatch.records.limits import LimitPrices
from carbonmatch.records.operation import Schedule, Worth
from carbonmatch.records.optimum import Certificate, CrossCheck, EngineRun, Optimum
from carbonmatch.records.problem import (
    Budget,
    Matching,
    PoolTerms,
    Problem,
    SiteTerms,
    StorageTerms,
    TargetTerms,
    TimeTerms,
    Yardstick,
    ZoneTerms,
)
from carbonmatch.records.solution import SALES_COMPONENTS, ShadowPrices, Solution
from carbonmatch.records.tariff import (
    CoincidentPeak,
    DemandCharge,
    Subscription,
    Tariff,
    billed_peaks_mw,
    excess_mwh,
)
from carbonmatch.records.weather_years import YearsProblem, YearTerms

__all__ = [
    "DIRECT",
    "SALES_COMPONENTS",
    "UNTRACED",
    "Budget",
    "CarbonTerms",
    "Certificate",
    "Claims",
    "CoincidentPeak",
    "ContractLedger",
    "ContractTerms",
    "CrossCheck",
    "DataTier",
    "DemandCharge",
    "Device",
    "Embodied",
    "EngineRun",
    "Factor",
    "Facts",
    "FloatArray",
    "Flows",
    "Granularity",
    "Instrument",
    "IntArray",
    "Ledger",
    "LimitPrices",
    "Links",
    "Matching",
    "Optimum",
    "PoolTerms",
    "Problem",
    "Registry",
    "Schedule",
    "ShadowPrices",
    "SiteFacts",
    "SiteTerms",
    "Solution",
    "StorageFacts",
    "StorageLedger",
    "StorageTerms",
    "Subscription",
    "TargetTerms",
    "Tariff",
    "TimeTerms",
    "Tracing",
    "Worth",
    "Yardstick",
    "YearTerms",
    "YearsProblem",
    "ZoneFacts",
    "ZoneLedger",
    "ZoneTerms",
    "billed_peaks_mw",
    "excess_mwh",
    "mix_of_unclaimed",
    "served_by_standard_supply",
    "totals",
]
