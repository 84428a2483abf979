"""A small case of meters, four hours with every number in sight."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from small_cases import merged

from carbonmatch.case import Case, case_from_mapping

FOUR_HOURS: dict[str, Any] = {
    "name": "four-hours",
    "currency": "EUR",
    "time": {"start": "2018-01-01T00:00", "end": "2018-01-01T04:00", "timezone": "UTC"},
    "zones": {"Z": {"carbon_intensity_g_per_kwh": [500, 400, 300, 200], "residual_mix_g_per_kwh": 600}},
    "sites": {"s": {"zone": "Z", "metered_load_mw": [10.0, 10.0, 10.0, 10.0]}},
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "pay_as_produced",
            "metered_generation_mw": [0.0, 16.0, 14.0, 0.0],
        }
    },
}

BATTERY: dict[str, Any] = {
    "storage": {
        "battery": {
            "zone": "Z",
            "round_trip_efficiency": 0.8,
            "metered_charge_mw": [0.0, 5.0, 4.0, 0.0],
            "metered_discharge_mw": [0.0, 0.0, 0.0, 7.2],
        }
    }
}


def a_metered_case(*changes: Mapping[str, Any]) -> Case:
    """Return the four hours with changes laid over them."""
    mapping = FOUR_HOURS
    for change in changes:
        mapping = merged(mapping, change)
    return case_from_mapping(mapping, Path(), purpose="match")
