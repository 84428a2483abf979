"""A made case whose load is moved, given up and placed: some weeks of two data centres in two zones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from small_cases import a_case, merged

from carbonmatch.case import Case

FIXED: dict[str, Any] = {
    "sites": {"fra": {"flexible": ..., "curtailable": ...}, "osl": {"flexible": ...}},
    "latency_groups": ...,
    "placements": ...,
}
"""The changes after which nothing of the load may be changed."""


def changed_load_case(days: int = 3, changes: Mapping[str, Any] | None = None) -> Case:
    """Return the case, with changes laid over it."""
    return a_case(changes, changed_load_mapping(days))


def changed_load_mapping(days: int = 3) -> dict[str, Any]:
    """Return two sites with everything that may be changed of a load: one under a sun, one in a windier zone."""
    hours = range(24 * days)
    cloud = [0.35 + 0.65 * abs(math.sin(1.7 * (t // 24))) for t in hours]
    sun = [cloud[t] * max(0.0, math.sin(math.pi * (t % 24 - 6) / 12)) for t in hours]
    wind = [0.45 + 0.4 * math.sin(t / 17.0) * math.cos(t / 5.0) for t in hours]
    spot = [50.0 + 25.0 * math.cos(2 * math.pi * (t % 24 - 19) / 24) - 30.0 * s for t, s in enumerate(sun)]
    offer = {"structure": "pay_as_produced", "max_mw": 80}
    entry = {"share": 0.2, "max_increase_share": 0.3, "cost_per_mwh": 1.5}
    return {
        "name": "two-data-centres",
        "currency": "EUR",
        "time": {
            "start": "2018-01-15T00:00",
            "end": f"{date(2018, 1, 15) + timedelta(days)}T00:00",
            "timezone": "Europe/Berlin",
        },
        "zones": {
            "Y": {"spot_price_per_mwh": spot, "carbon_intensity_g_per_kwh": 400, "residual_mix_g_per_kwh": 600},
            "Z": {"spot_price_per_mwh": [p - 6 for p in spot], "carbon_intensity_g_per_kwh": 300},
        },
        "sites": {
            "fra": {
                "zone": "Y",
                "load": [40.0 + 4.0 * math.sin(2 * math.pi * (t % 24 - 9) / 24) for t in hours],
                "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}},
                "supplier_emission_factor_g_per_kwh": 350,
                "flexible": {"batch": {**entry, "latency_group": "near"}},
                "curtailable": {"slow": {"share": 0.1, "price_per_mwh": 84, "event_hours": 3}},
            },
            "osl": {
                "zone": "Z",
                "load": [20.0] * len(hours),
                "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}},
                "flexible": {"web": {"share": 0.5, "window_hours": None, "latency_group": "near"}},
            },
        },
        "latency_groups": {"near": {"cost_per_mwh": 2, "max_mw": 6}},
        "placements": {"hall": {"mw": 5, "candidates": {"fra": {}, "osl": {"max_mw": 3, "cost_per_mw_year": 2000}}}},
        "contracts": {
            "sun": {"technology": "solar", "zone": "Y", "strike_per_mwh": 44, "capacity_factor": sun, **offer},
            "wind": {"technology": "onshore_wind", "zone": "Z", "strike_per_mwh": 52, "capacity_factor": wind, **offer},
        },
        "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
        "target": {"matching": "hourly", "cfe": 0.5},
    }


def write_changed_load(folder: Path, days: int = 3, changes: Mapping[str, Any] | None = None) -> Path:
    """Write the case, with changes laid over it, and its table; return the file of the case."""
    mapping, columns = merged(changed_load_mapping(days), changes or {}), {}

    def filed(value: Any, name: str) -> Any:
        if isinstance(value, list):
            columns[name] = value
            return {"file": "series.csv", "column": name}
        if isinstance(value, dict):
            return {key: filed(each, f"{name}.{key}" if name else key) for key, each in value.items()}
        return value

    case = filed(mapping, "")
    index = pd.date_range("2018-01-15", periods=24 * days, freq="h", tz="Europe/Berlin").tz_convert("UTC")
    pd.DataFrame({"timestamp": index, **columns}).to_csv(folder / "series.csv", index=False)
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump(case), encoding="utf-8")
    return path
