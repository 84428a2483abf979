"""Hourly load of a site from what stands in it: arrays in, arrays out."""

from carbonmatch.load.ai_factory import (
    DEFAULT_PUE,
    MACHINES,
    OVERHEAD,
    OVERHEAD_SHARE,
    UTILISATION,
    ByPue,
    ByWeather,
    ai_factory_load,
    contracted_load,
)
from carbonmatch.load.calendar import Clock, fleet_clock, say_step
from carbonmatch.load.cooling import AirCooling, Chiller, Cooling, DirectToChip
from carbonmatch.load.facility import Facility, FacilityLoad
from carbonmatch.load.factory import BASE, WEEKDAYS, Shift, factory_load, growth_factor
from carbonmatch.load.fleet import Tranche, first_above, fleet_nameplate_mw
from carbonmatch.load.interruptions import Interruptions, mean_time_to_failure_hours
from carbonmatch.load.maintenance import HallRota, PlannedOutage, share_out
from carbonmatch.load.power_chain import UPS_CURVES, PowerChain, UpsCurve
from carbonmatch.load.site_load import SiteLoad
from carbonmatch.load.weather import Weather, wet_bulb_c
from carbonmatch.load.work import (
    BUSIEST_HOUR,
    HOURS_OF_DAY,
    KINDS,
    DailyShape,
    KindOfWork,
    WorkClass,
    cosine_day,
    swing,
)

__all__ = [
    "BASE",
    "BUSIEST_HOUR",
    "DEFAULT_PUE",
    "HOURS_OF_DAY",
    "KINDS",
    "MACHINES",
    "OVERHEAD",
    "OVERHEAD_SHARE",
    "UPS_CURVES",
    "UTILISATION",
    "WEEKDAYS",
    "AirCooling",
    "ByPue",
    "ByWeather",
    "Chiller",
    "Clock",
    "Cooling",
    "DailyShape",
    "DirectToChip",
    "Facility",
    "FacilityLoad",
    "HallRota",
    "Interruptions",
    "KindOfWork",
    "PlannedOutage",
    "PowerChain",
    "Shift",
    "SiteLoad",
    "Tranche",
    "UpsCurve",
    "Weather",
    "WorkClass",
    "ai_factory_load",
    "contracted_load",
    "cosine_day",
    "factory_load",
    "first_above",
    "fleet_clock",
    "fleet_nameplate_mw",
    "growth_factor",
    "mean_time_to_failure_hours",
    "say_step",
    "share_out",
    "swing",
    "wet_bulb_c",
]
