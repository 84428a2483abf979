"""The frozen records that pass between the stages: Problem, Optimum, Solution, Ledger.

Power is in MW, energy in MWh per step, money in the currency of the case, shares in 0..1. Flows are non-negative and
the direction is in the name. Arrays over time have shape (steps,), stacked ones (entities, steps) in the order of the
problem.
"""

from __future__ import annotations

from carbonmatch.records.age import AgeTest, age_test, anniversary, full_years
from carbonmatch.records.array import FloatArray, IntArray, totals
from carbonmatch.records.carbon import CarbonTerms, mix_of_unclaimed, served_by_standard_supply
from carbonmatch.records.choice import ChoiceTerms
from carbonmatch.records.contract import ContractTerms
from carbonmatch.records.facts import (
    SAME_ZONE,
    ComputeFacts,
    DataTier,
    Device,
    Embodied,
    Factor,
    Facts,
    Granularity,
    Guarantee,
    Instrument,
    Registry,
    SiteFacts,
    StorageFacts,
    StoragePayment,
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
from carbonmatch.records.optimum import Certificate, CrossCheck, EngineRun, Optimum, WholeNumbers
from carbonmatch.records.pairing import PairingPrices, PairingTerms
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
    target_groups,
    target_periods,
)
from carbonmatch.records.several_years import (
    GrowthOffer,
    GrowthProblem,
    SeveralYears,
    SigningTerms,
    YearsProblem,
    YearTerms,
)
from carbonmatch.records.site_load import (
    CandidateTerms,
    CurtailableTerms,
    FlexibleTerms,
    LatencyGroup,
    LoadChanges,
    PlacementTerms,
)
from carbonmatch.records.solution import ShadowPrices, Solution
from carbonmatch.records.tariff import (
    CoincidentPeak,
    DemandCharge,
    Subscription,
    Tariff,
    billed_peaks_mw,
    excess_mwh,
)
from carbonmatch.records.volume import VolumeTerms

__all__ = [
    "DIRECT",
    "SAME_ZONE",
    "UNTRACED",
    "AgeTest",
    "Budget",
    "CandidateTerms",
    "CarbonTerms",
    "Certificate",
    "ChoiceTerms",
    "Claims",
    "CoincidentPeak",
    "ComputeFacts",
    "ContractLedger",
    "ContractTerms",
    "CrossCheck",
    "CurtailableTerms",
    "DataTier",
    "DemandCharge",
    "Device",
    "Embodied",
    "EngineRun",
    "Factor",
    "Facts",
    "FlexibleTerms",
    "FloatArray",
    "Flows",
    "Granularity",
    "GrowthOffer",
    "GrowthProblem",
    "Guarantee",
    "Instrument",
    "IntArray",
    "LatencyGroup",
    "Ledger",
    "LimitPrices",
    "Links",
    "LoadChanges",
    "Matching",
    "Optimum",
    "PairingPrices",
    "PairingTerms",
    "PlacementTerms",
    "PoolTerms",
    "Problem",
    "Registry",
    "Schedule",
    "SeveralYears",
    "ShadowPrices",
    "SigningTerms",
    "SiteFacts",
    "SiteTerms",
    "Solution",
    "StorageFacts",
    "StorageLedger",
    "StoragePayment",
    "StorageTerms",
    "Subscription",
    "TargetTerms",
    "Tariff",
    "TimeTerms",
    "Tracing",
    "VolumeTerms",
    "WholeNumbers",
    "Worth",
    "Yardstick",
    "YearTerms",
    "YearsProblem",
    "ZoneFacts",
    "ZoneLedger",
    "ZoneTerms",
    "age_test",
    "anniversary",
    "billed_peaks_mw",
    "excess_mwh",
    "full_years",
    "mix_of_unclaimed",
    "served_by_standard_supply",
    "target_groups",
    "target_periods",
    "totals",
]
