"""What the user writes, checked: `load_case` and `case_from_mapping` give a `Case`, or every fault at once."""

from carbonmatch.case.block import demanded
from carbonmatch.case.changed import with_series
from carbonmatch.case.checking import Purpose
from carbonmatch.case.contracts import (
    BaseloadContract,
    CleanFirmContract,
    Contract,
    Curtailment,
    DeliveredContract,
    FloatingPrice,
    HourlyCertificatesContract,
    PayAsConsumedContract,
    PayAsProducedContract,
    RetailSupplyContract,
    ShapedContract,
    TakenContract,
    VirtualContract,
    YearlyCertificatesContract,
)
from carbonmatch.case.flexibility import Candidate, Curtailable, Flexible, LatencyGroup, Placement
from carbonmatch.case.grid import Grid
from carbonmatch.case.growth import Growth
from carbonmatch.case.price import EnergyPrice
from carbonmatch.case.provenance import Override, Provenance
from carbonmatch.case.reading import (
    case_from_mapping,
    check_case,
    growth_from_mapping,
    growth_year_names,
    load_case,
    load_growth,
    load_variants,
    load_years,
    settings_of,
    weather_year_names,
    years_from_mapping,
    years_named,
)
from carbonmatch.case.scaling import outage_setting, scaled_settings
from carbonmatch.case.schema import Case
from carbonmatch.case.site import Site, above_connection
from carbonmatch.case.storage import Storage
from carbonmatch.case.stress import StressTest
from carbonmatch.case.target import Surplus, Target
from carbonmatch.case.technology import Technology
from carbonmatch.case.template import template_names, write_template
from carbonmatch.case.variant import Variant
from carbonmatch.case.vintages import tenor_of
from carbonmatch.case.zone import Zone

__all__ = [
    "BaseloadContract",
    "Candidate",
    "Case",
    "CleanFirmContract",
    "Contract",
    "Curtailable",
    "Curtailment",
    "DeliveredContract",
    "EnergyPrice",
    "Flexible",
    "FloatingPrice",
    "Grid",
    "Growth",
    "HourlyCertificatesContract",
    "LatencyGroup",
    "Override",
    "PayAsConsumedContract",
    "PayAsProducedContract",
    "Placement",
    "Provenance",
    "Purpose",
    "RetailSupplyContract",
    "ShapedContract",
    "Site",
    "Storage",
    "StressTest",
    "Surplus",
    "TakenContract",
    "Target",
    "Technology",
    "Variant",
    "VirtualContract",
    "YearlyCertificatesContract",
    "Zone",
    "above_connection",
    "case_from_mapping",
    "check_case",
    "demanded",
    "growth_from_mapping",
    "growth_year_names",
    "load_case",
    "load_growth",
    "load_variants",
    "load_years",
    "outage_setting",
    "scaled_settings",
    "settings_of",
    "template_names",
    "tenor_of",
    "weather_year_names",
    "with_series",
    "write_template",
    "years_from_mapping",
    "years_named",
]
