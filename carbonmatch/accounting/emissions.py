"""Emissions of the electricity that the meter saw."""

from __future__ import annotations

from carbonmatch.records import FloatArray, ZoneLedger
from carbonmatch.units import G_PER_KWH_TO_T_PER_MWH


def location_based_t(zone: ZoneLedger) -> FloatArray | None:
    """Return scope 2 emissions by the location-based method [t CO2-eq per step]; None without a carbon intensity.

    metered_import * average carbon intensity of the grid       GHG Protocol Scope 2 Guidance (2015), chapter 6

    Contracts do not lower it: they have no place in this method.
    """
    if zone.carbon_intensity_g_per_kwh is None:
        return None
    return zone.metered_import_mwh * zone.carbon_intensity_g_per_kwh * G_PER_KWH_TO_T_PER_MWH
