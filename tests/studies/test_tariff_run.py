"""A run with a tariff: its bill recomputed from the tables alone, and the commands on it."""

from __future__ import annotations

import pandas as pd
import pytest
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.study import solve_case

DAY = [5.0 + (h % 12) / 2 for h in range(48)]
CASE = merged(
    TWO_HOURS,
    {
        "time": {"end": "2018-01-03T00:00"},
        "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 300}},
        "sites": {
            "s": {
                "load": DAY,
                "grid": {
                    "energy": {"index": "spot", "margin_per_mwh": 20},
                    "adders_per_mwh": {"network": 10},
                    "demand_charges": {"peak": {"per_kw_month": 20}, "day": {"per_kw_month": 9, "hours": [8, 20]}},
                    "subscribed": {"mw": 6, "charge_per_mw_year": 9000, "excess_penalty_per_mwh": 25},
                    "export_price": {"flat_per_mwh": 20},
                },
            }
        },
        "contracts": {"sun": {"site": "s", "strike_per_mwh": 35, "capacity_factor": [0, 0.5, 1, 0] * 12, "max_mw": 15}},
        "storage": {
            "cell": {
                "zone": "Z",
                "site": "s",
                "power_cost_per_mw_year": 3000,
                "energy_cost_per_mwh_year": 3000,
                "round_trip_efficiency": 0.81,
                "grid_charging": True,
            }
        },
    },
)


def test_the_bill_follows_from_the_hourly_table_alone(tmp_path):
    result = solve_case(a_case({}, CASE), out=tmp_path / "run")
    hourly = pd.read_parquet(tmp_path / "run" / "hourly.parquet").set_index("interval_start_utc")
    cost, site = result.summary["cost"]["components"], result.summary["grid"]["s"]
    imported, near = hourly["metered_import_mwh"], {"rel": 1e-5, "abs": 1e-2}
    hours, part = imported.index.hour, 48 / 744
    assert cost["grid_adders"] == pytest.approx(10 * imported.sum(), **near)
    day = imported[(hours >= 8) & (hours < 20)].max()
    assert cost["demand_charges"] == pytest.approx(1000 * part * (20 * imported.max() + 9 * day), **near)
    assert site["billed_peak_mw"]["day"]["2018-01"] == pytest.approx(day)
    above = (imported - 6).clip(lower=0).sum()
    assert cost["subscribed_capacity"] == pytest.approx(9000 * 6 * 48 / 8760 + 25 * above, **near)
    assert cost["grid_energy"] == pytest.approx(60 * hourly["retail_supply_mwh"].sum(), **near)
    assert cost["export_sales"] == pytest.approx(-20 * hourly["metered_export_mwh"].sum(), **near)
    assert result.summary["cost"]["sales"] == pytest.approx(-cost["export_sales"] - cost["surplus_sales"])
