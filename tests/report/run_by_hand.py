"""A run of two zones and three hours, written by hand: small whole numbers, every kind of text that may do harm.

The hours begin at 22:00, 23:00 and 00:00 UTC around the end of January; in Berlin the second begins February.

zone    load      matched   contract   generation   excess
north   10 20 30  8 20 15   wind       9 25 15      1 5 0
south    5  5  5  0  5  5   sun        0  6  5      0 1 0
"""

from __future__ import annotations

import copy
import json

import pandas as pd

from carbonmatch.tables import write_table

STARTS = pd.DatetimeIndex(["2018-01-31 22:00", "2018-01-31 23:00", "2018-02-01 00:00"], tz="UTC")
LOAD = {"north": [10.0, 20.0, 30.0], "south": [5.0, 5.0, 5.0]}
MATCHED = {"north": [8.0, 20.0, 15.0], "south": [0.0, 5.0, 5.0]}
GENERATION = {"north": [9.0, 25.0, 15.0], "south": [0.0, 6.0, 5.0]}
CONTRACT = {"north": "wind", "south": "sun"}

FORMULA = '=HYPERLINK("http://example.org";"click")'
LONG = "x" * 40_000


def scores(matched, load):
    return {
        "hourly_matched_share": matched / load,
        "cfe_score": None,
        "annual_volumetric_share": 60.0 / 75.0,
        "fully_matched_hours": 1.0,
        "worst_hour_utc": "2018-01-31T22:00:00+00:00",
        "worst_month": "2018-01",
    }


def contract(zone):
    generation, matched = sum(GENERATION[zone]), sum(MATCHED[zone])
    return {
        "zone": zone,
        "technology": "solar" if zone == "south" else "onshore_wind",
        "existing": False,
        "commissioned": None,
        "contracted_mw": 30.0,
        "strike_per_mwh": 48.5,
        "generation_mwh": generation,
        "matched_mwh": matched,
        "excess_mwh": generation - matched,
        "cost": 1234.25,
    }


def line(method, tier, mwh, factor, **more):
    return {
        "method": method,
        "zone": "north",
        "tier": tier,
        "instrument": "",
        "mwh": mwh,
        "factor_g_per_kwh": factor,
        "emissions_t": mwh * factor / 1000.0,
        "source": "a table",
        "vintage": "2018",
        "granularity": "hourly",
        "deliverability": "",
    } | more


# Market-based: 53 MWh at 0 and 22 MWh at 500 g/kWh, together the load of 75 MWh and 11 t.
SCOPE2 = {
    "title": "GHG Protocol",
    "status": "In force.",
    "load_mwh": 75.0,
    "location_based_t": 30.0,
    "market_based_t": 11.0,
    "claimed_mwh": 53.0,
    "claimed_share": 53.0 / 75.0,
    "excess_not_claimed_mwh": 7.0,
    "lines": [
        line("location_based", "grid_average", 75.0, 400.0),
        line("market_based", "contracts", 53.0, 0.0, instrument="wind", source=FORMULA),
        line("market_based", "residual_mix", 22.0, 500.0),
    ],
    "notes": ["-1 is no formula"],
}

SUMMARY = {
    "case": "by-hand",
    "kind": "plan",
    "verified": True,
    "currency": "CHF",
    "period": {
        "start_utc": "2018-01-31T22:00:00+00:00",
        "timezone": "Europe/Berlin",
        "start_local": "2018-01-31T23:00:00+01:00",
        "end_local": "2018-02-01T02:00:00+01:00",
        "steps": 3,
        "hours_per_step": 1.0,
        "year_fraction": 3.0 / 8760.0,
    },
    "load_mwh": 75.0,
    "target": {"matching": "hourly", "cfe": 0.7},
    "cost": {
        "total": 3000.5,
        "sales": 1000.25,
        "net_of_sales": 2000.25,
        "per_mwh_load": 3000.5 / 75.0,
        "net_of_sales_per_mwh_load": 2000.25 / 75.0,
        "components": {"contracts": 2468.5, "grid_energy": 532.0, "surplus_sales": -1000.25},
    },
    "scores": scores(53.0, 75.0),
    "zones": {
        zone: {
            "load_mwh": sum(LOAD[zone]),
            "generation_mwh": sum(GENERATION[zone]),
            "matched_mwh": sum(MATCHED[zone]),
            "scores": scores(sum(MATCHED[zone]), sum(LOAD[zone])),
        }
        for zone in LOAD
    },
    "contracts": {CONTRACT[zone]: contract(zone) for zone in LOAD},
    "storage": {},
    "grid": {"plant": {"zone": "north", "peak_mw": 30.0, "firm_capacity_mw": 15.0}},
    "emissions": {"scope2_location_based_t": 30.0},
    "scope2": {"ghgp_2015": SCOPE2},
    "avoided_emissions": {"avoided_t": 4.5, "by_contract": {"wind": 4.5}, "source": "@SUM(A1)", "note": "+1"},
    "embodied_emissions": None,
    "frameworks": [
        {
            "framework": "re100",
            "title": "RE100",
            "version": "2025",
            "fields": [
                {"id": "1.10", "label": "Use", "zone": "", "value": 75.0, "unit": "MWh", "note": ""},
                {"id": "1.2", "label": "Same market", "zone": "", "value": True, "unit": "", "note": "=1+1"},
                {"id": "1.3", "label": "Age", "zone": "", "value": None, "unit": "", "note": "not known"},
            ],
        }
    ],
    "data_quality": [{"series": "load", "name": "plant", "zone": "north", "tier": "meter", "mwh": 60.0}],
    "certificate": {"gap": 1e-11, "primal_objective": 2000.25},
    "warnings": ["=cmd|' /C calc'!A0"],
}

MANIFEST = {
    "case": {"path": "case.yaml", "sha256": "ab" * 32, "scenario": None, "overrides": []},
    "tables": [{"path": "load.csv", "sha256": "cd" * 32, "rows": 3, "columns": ["load_mw"]}],
    "assumptions": [
        {"key": "contracts.wind.strike_per_mwh", "value": "48.5", "source": FORMULA},
        {"key": "time.start", "value": "2018-01-31", "source": LONG},
        {"key": "time.step", "value": "1h", "source": "007"},
    ],
    "versions": {"carbonmatch": "0.0.0"},
    "solver": {"engine": "highs", "runs": [{"seconds": 1.5}]},
    "wall_seconds": {"solving": 1.5},
}


def metered():
    """Return the summary as `match` would write it: what needs an optimiser is not known."""
    summary = copy.deepcopy(SUMMARY)
    summary |= {"kind": "metered", "cost": None, "target": None, "certificate": None, "frameworks": []}
    for entry in summary["contracts"].values():
        entry |= {"contracted_mw": None, "strike_per_mwh": None, "cost": None}
    summary["reconciliation"] = {
        "plan": "runs/plan",
        "plan_matched_share": 0.8,
        "causes": [{"cause": "load", "matched_mwh": -1.0, "unmatched_mwh": 2.0}],
    }
    return summary


def hourly():
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "interval_start_utc": STARTS,
                    "zone": zone,
                    "load_mwh": LOAD[zone],
                    "generation_mwh": GENERATION[zone],
                    "matched_mwh": MATCHED[zone],
                    "residual_mix_g_per_kwh": [float("nan")] * 3,
                    "grid_cfe_share": [0.25, 0.5, 0.75],
                    "location_based_kg": [400.0 * load for load in LOAD[zone]],
                    "data_tier": "meter",
                    "energy_value_per_mwh": [40.0, 50.0, 60.0],
                }
            )
            for zone in LOAD
        ],
        ignore_index=True,
    )


def contracts():
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "interval_start_utc": STARTS,
                    "contract": CONTRACT[zone],
                    "zone": zone,
                    "generation_mwh": GENERATION[zone],
                    "matched_mwh": MATCHED[zone],
                }
            )
            for zone in LOAD
        ],
        ignore_index=True,
    )


def write_run_by_hand(folder, summary=None, manifest=None):
    """Write the run to a folder and return it."""
    folder.mkdir(parents=True)
    # As ASCII, for a summary may hold letters that UTF-8 has not.
    (folder / "summary.json").write_text(json.dumps(SUMMARY if summary is None else summary))
    (folder / "manifest.json").write_text(json.dumps(MANIFEST if manifest is None else manifest))
    write_table(hourly(), folder / "hourly.parquet")
    write_table(contracts(), folder / "contracts.parquet")
    write_table(pd.DataFrame({"interval_start_utc": STARTS[:0], "storage": []}), folder / "storage.parquet")
    claims = contracts()[["interval_start_utc", "zone", "contract", "matched_mwh"]]
    write_table(claims, folder / "claims.parquet")
    write_table(pd.DataFrame({"storage": [], "discharged_mwh": []}), folder / "links.parquet")
    return folder
