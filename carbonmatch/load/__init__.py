"""Hourly load of a site from what stands in it: arrays in, arrays out."""

from carbonmatch.load.cooling import AirCooling, Chiller, Cooling, DirectToChip
from carbonmatch.load.facility import Facility, FacilityLoad
from carbonmatch.load.power_chain import UPS_CURVES, PowerChain, UpsCurve
from carbonmatch.load.site_load import SiteLoad
from carbonmatch.load.weather import Weather, wet_bulb_c

__all__ = [
    "UPS_CURVES",
    "AirCooling",
    "Chiller",
    "Cooling",
    "DirectToChip",
    "Facility",
    "FacilityLoad",
    "PowerChain",
    "SiteLoad",
    "UpsCurve",
    "Weather",
    "wet_bulb_c",
]
