"""Runs made without a solver: a sun, a wind and a battery that follow plain rules, and the summary of them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
from report.made_frameworks import made_frameworks

from carbonmatch.report.run_tables import RunTables
from carbonmatch.runfolder import RunFolder

LOAD_MW = 100.0
BATTERY_MWH = 200.0
BATTERY_MW = 50.0
CYCLE = 0.8  # what a MWh charged gives back

CERTIFICATE = {
    "primal_residual_mwh": 2e-9,
    "primal_residual": 2e-11,
    "dual_residual": 1e-14,
    "gap": 4e-10,
    "primal_objective": 1_000_000.25,
    "dual_objective": 1_000_000.00,
    "cross_check": {"engine": "clarabel", "difference": 3e-9},
}


def made_run(
    steps=8760,
    *,
    start="2023-01-01",
    timezone="Europe/Berlin",
    minutes=60,
    zones=("DE",),
    contracts=("sun", "wind"),
    battery=True,
    intensity=True,
    load=None,
    generation=None,
    metered=False,
    extras=False,
    case="a-factory",
):
    """Return run folder and tables of a made run.

    load         MW in each step, for every zone or by zone, in the place of the made one
    generation   MW in each step by contract, in the place of the made sun and wind
    """
    first = pd.Timestamp(start, tz=timezone)
    index = pd.date_range(first.tz_convert("UTC"), periods=steps, freq=f"{minutes}min")
    hours = minutes / 60.0
    local = index.tz_convert(timezone)
    clock = (local.hour + local.minute / 60.0).to_numpy(dtype=float)
    day = local.day_of_year.to_numpy(dtype=float)
    shapes = {
        "sun": 250.0 * np.maximum(0.0, np.sin(np.pi * (clock - 6) / 12)) * (0.6 - 0.4 * np.cos(2 * np.pi * day / 365)),
        "wind": 70.0 * (1.0 + np.sin(day * 0.9) * np.cos(day * 0.37)) * (0.9 + 0.1 * np.cos(clock)),
    }
    generated = (
        {name: np.full(steps, 10.0) if name not in shapes else shapes[name] for name in contracts}
        if generation is None
        else generation
    )
    asked = np.full(steps, LOAD_MW) + 10.0 * np.sin(2 * np.pi * clock / 24) if load is None else load
    frames = []
    for zone in zones:  # names are of one zone only
        of_zone = asked[zone] if isinstance(asked, dict) else asked
        own = {name if zone == zones[0] else f"{name}-{zone}": mw for name, mw in generated.items()}
        frames.append(_zone(zone, index, hours, of_zone, own, battery=battery, intensity=intensity))
    hourly = pd.concat([frame["hourly"] for frame in frames], ignore_index=True)
    if metered:
        hourly = hourly.drop(columns=["energy_value_per_mwh", "attribute_value_per_mwh"])
    found = {
        "hourly": hourly,
        "contracts": _joined([frame["contracts"] for frame in frames], ["interval_start_utc", "contract", "zone"]),
        "storage": _joined([frame["storage"] for frame in frames], ["interval_start_utc", "storage", "zone"]),
    }
    tables = RunTables(**{field.name: found.get(field.name, pd.DataFrame()) for field in fields(RunTables)})
    summary = _summary(tables, first, local, hours, zones, case=case, intensity=intensity)
    manifest = {
        "case": {"path": "models/a-factory.yaml", "sha256": "ab" * 32, "scenario": None, "overrides": []},
        "tables": [{"path": "data.csv", "sha256": "cd" * 32, "format": "csv", "rows": steps, "columns": ["a"]}],
        "filled": [],
        "sizes_held": None,
        "versions": {"python": "3.11.7", "carbonmatch": "0.2.0"},
        "machine": {"system": "Linux", "processor": "x86_64"},
        "solver": {
            "engine": "highs-hipo",
            "threads": 1,
            "runs": [
                {"engine": "highs-hipo", "status": "Optimal", "certified": True, "iterations": 50, "seconds": 13.5}
            ],
        },
        "size": {"rows": 10, "columns": 20, "nonzeros": 30},
        "wall_seconds": {"solving": 13.5},
    }
    if metered:
        _as_metered(summary)
    if extras:
        add_extras(summary, manifest)
    return RunFolder(Path("run"), summary, manifest), tables


def _joined(frames, columns):
    frames = [frame for part in frames for frame in part]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _zone(zone, index, hours, asked, generated, *, battery, intensity):
    steps, asked = len(index), np.asarray(asked, dtype=float)
    total = np.sum(list(generated.values()), axis=0) if generated else np.zeros(steps)
    direct = np.minimum(total, asked)
    spare, lack = total - direct, asked - direct
    charge, discharge, stored = np.zeros(steps), np.zeros(steps), np.zeros(steps)
    level = 0.0
    for t in range(steps) if battery else ():
        charge[t] = min(BATTERY_MW, spare[t], (BATTERY_MWH - level) / hours)
        discharge[t] = min(BATTERY_MW, lack[t], level * CYCLE / hours)
        level += (charge[t] - discharge[t] / CYCLE) * hours
        stored[t] = level
    matched = direct + discharge
    unmatched = asked - matched
    mwh = {
        "load_mwh": asked,
        "generation_mwh": total,
        "contracted_mwh": total - charge + discharge,
        "matched_mwh": matched,
        "matched_from_storage_mwh": discharge,
        "unmatched_mwh": unmatched,
        "excess_mwh": spare - charge,
        "curtailed_mwh": np.zeros(steps),
        "charge_mwh": charge,
        "discharge_mwh": discharge,
        "grey_discharge_mwh": np.zeros(steps),
        "sold_mwh": spare - charge,
        "retail_supply_mwh": unmatched,
        "metered_import_mwh": asked,
        "credited_grid_cfe_mwh": 0.25 * unmatched,
        "location_based_kg": 400.0 * asked if intensity else np.full(steps, np.nan),
    }
    hourly = pd.DataFrame({"interval_start_utc": index, "zone": zone} | {k: v * hours for k, v in mwh.items()}).assign(
        grid_cfe_share=0.25,
        carbon_intensity_g_per_kwh=400.0 if intensity else np.nan,
        energy_value_per_mwh=40.0,
        attribute_value_per_mwh=np.where(unmatched > 1e-9, 30.0, -1.0),
    )
    accounts = []
    for name, mw in generated.items():
        part = np.divide(mw, total, out=np.zeros(steps), where=total > 0.0) * hours
        accounts.append(
            pd.DataFrame(
                {
                    "interval_start_utc": index,
                    "contract": name,
                    "zone": zone,
                    "generation_mwh": mw * hours,
                    "curtailed_mwh": 0.0,
                    "matched_mwh": part * direct,
                    "stored_mwh": part * charge,
                    "excess_mwh": part * (spare - charge),
                }
            )
        )
    storages = []
    if battery:
        storages.append(
            pd.DataFrame(
                {
                    "interval_start_utc": index,
                    "storage": f"battery-{zone}",
                    "zone": zone,
                    "clean_charge_mwh": charge * hours,
                    "clean_discharge_mwh": discharge * hours,
                    "clean_state_of_charge_mwh": stored,
                    "grey_charge_mwh": 0.0,
                    "grey_discharge_mwh": 0.0,
                    "grey_state_of_charge_mwh": 0.0,
                }
            )
        )
    return {"hourly": hourly, "contracts": accounts, "storage": storages}


def _scores(rows, local, hours):
    load, matched = (rows.groupby("interval_start_utc")[c].sum().to_numpy() for c in ("load_mwh", "matched_mwh"))
    share = matched.sum() / max(load.sum(), 1e-9)
    full = matched >= load * (1 - 1e-5)
    months = local.strftime("%Y-%m")
    by_month = (pd.Series(matched).groupby(months).sum() / pd.Series(load).groupby(months).sum()).fillna(1.0)
    by_step = np.divide(matched, load, out=np.ones(len(load)), where=load > 0.0)
    worst = int(np.argmin(by_step))
    return {
        "hourly_matched_share": share,
        "cfe_score": share + 0.25 * (1 - share),
        "cfe_score_from_contracts": share,
        "cfe_score_from_grid": 0.25 * (1 - share),
        "annual_volumetric_share": rows["contracted_mwh"].sum() / max(load.sum(), 1e-9),
        "annual_volumetric_claim": min(1.0, rows["contracted_mwh"].sum() / max(load.sum(), 1e-9)),
        "fully_matched_hours": full.sum() * hours,
        "fully_matched_hours_share": full.mean(),
        "longest_gap_hours": 7.0,
        "worst_hour_utc": local[worst].tz_convert("UTC").isoformat(),
        "worst_hour_share": by_step[worst],
        "worst_month": by_month.idxmin(),
        "worst_month_share": by_month.min(),
    }


def _summary(tables, first, local, hours, zones, *, case, intensity):
    hourly = tables.hourly
    load_mwh = hourly["load_mwh"].sum()
    retail = hourly["retail_supply_mwh"].sum()
    contracts = {}
    for name, rows in tables.contracts.groupby("contract", sort=False):
        generation = rows["generation_mwh"].sum()
        contracts[str(name)] = {
            "zone": rows["zone"].iloc[0],
            "technology": {"sun": "solar", "wind": "onshore_wind"}.get(str(name).partition("-")[0], "hydro"),
            "structure": "pay_as_produced",
            "existing": False,
            "contracted_mw": rows["generation_mwh"].max() / hours,
            "max_mw": 1000.0,
            "strike_per_mwh": 50.0,
            "generation_mwh": generation,
            "curtailed_mwh": 0.0,
            "matched_mwh": rows["matched_mwh"].sum(),
            "stored_mwh": rows["stored_mwh"].sum(),
            "excess_mwh": rows["excess_mwh"].sum(),
            "cost": 50.0 * generation,
            "cost_per_mwh": 50.0,
            "capture_value_per_mwh": 50.0 if name != "wind" else 57.25,
        }
    paid = sum(contract["cost"] for contract in contracts.values())
    sales = 10.0 * hourly["excess_mwh"].sum()
    components = {
        "contracts": paid,
        "existing_contracts": 0.0,
        "storage_capacity": 12.0 * load_mwh if len(tables.storage) else 0.0,
        "grid_energy": 45.0 * retail,
        "surplus_sales": -sales,
    }
    net = sum(components.values())
    storage = {}
    for name, rows in tables.storage.groupby("storage", sort=False):
        charge, discharge = rows["clean_charge_mwh"].sum(), rows["clean_discharge_mwh"].sum()
        storage[str(name)] = {
            "zone": rows["zone"].iloc[0],
            "power_mw": BATTERY_MW,
            "energy_mwh": BATTERY_MWH,
            "duration_hours": 4.0,
            "max_power_mw": 500.0,
            "charge_mwh": charge,
            "discharge_mwh": discharge,
            "grey_charge_mwh": 0.0,
            "losses_mwh": charge - discharge,
            "full_cycles": 210.0,
            "cost": components["storage_capacity"] / len(zones),
        }
    emitted = 0.4 * load_mwh if intensity else None
    by_zone = {zone: hourly[hourly["zone"] == zone] for zone in zones}
    return {
        "case": case,
        "kind": "plan",
        "status": "optimal",
        "verified": True,
        "currency": "EUR",
        "period": {
            "start_utc": first.tz_convert("UTC").isoformat(),
            "timezone": str(local.tz),
            "start_local": local[0].isoformat(),
            "end_local": (local[-1] + pd.Timedelta(hours=hours)).isoformat(),
            "steps": len(local),
            "hours_per_step": hours,
            "year_fraction": 1.0,
        },
        "load_mwh": load_mwh,
        "target": {"matching": "hourly", "cfe": 0.7, "grid_credit": False, "scope": "portfolio"},
        "cost": {
            "total": net + sales,
            "sales": sales,
            "net_of_sales": net,
            "per_mwh_load": (net + sales) / load_mwh,
            "net_of_sales_per_mwh_load": net / load_mwh,
            "components": components,
        },
        "scores": _scores(hourly, local, hours),
        "zones": {
            zone: {
                key: rows[key].sum()
                for key in ("load_mwh", "generation_mwh", "matched_mwh", "matched_from_storage_mwh", "unmatched_mwh")
            }
            | {key: rows[key].sum() for key in ("excess_mwh", "curtailed_mwh", "sold_mwh")}
            | {"scores": _scores(rows, local, hours)}
            for zone, rows in by_zone.items()
        },
        "contracts": contracts,
        "storage": storage,
        "grid": {
            f"site-{zone}": {
                "zone": zone,
                "metered_import_mwh": rows["load_mwh"].sum(),
                "retail_supply_mwh": rows["retail_supply_mwh"].sum(),
                "peak_mw": rows["load_mwh"].max() / hours,
                "peak_retail_supply_mw": rows["retail_supply_mwh"].max() / hours,
                "firm_capacity_mw": rows["retail_supply_mwh"].max() / hours,
            }
            for zone, rows in by_zone.items()
        },
        "emissions": {"scope2_location_based_t": emitted, "scope2_location_based_t_by_zone": {}},
        "shadow_prices": {
            "green_premium_per_mwh": dict.fromkeys(zones, 86.84),
            "load_weighted_energy_value_per_mwh": dict.fromkeys(zones, 40.0),
            "load_weighted_attribute_value_per_mwh": dict.fromkeys(zones, 12.5),
            "surplus_limit_value_per_mwh": 0.0,
        },
        "certificate": dict(CERTIFICATE),
        "warnings": ["wind is taken up to its limit of 1000 MW."],
        "sizes_held": False,
    }


PARTS = [
    {"cause": "load", "matched_mwh": -100.0, "unmatched_mwh": 100.0},
    {"cause": "generation", "matched_mwh": -900.0, "unmatched_mwh": 900.0},
    {"cause": "storage", "matched_mwh": 500.0, "unmatched_mwh": -500.0},
]


def _as_metered(summary):
    summary |= {"kind": "metered", "cost": None, "shadow_prices": None, "certificate": None, "target": None}
    for contract in summary["contracts"].values():
        contract.update(dict.fromkeys(("contracted_mw", "strike_per_mwh", "capture_value_per_mwh", "cost", "max_mw")))
    for storage in summary["storage"].values():
        storage.update(dict.fromkeys(("power_mw", "energy_mwh", "duration_hours", "full_cycles", "cost")))
    for site in summary["grid"].values():
        site["firm_capacity_mw"] = None
    summary["reconciliation"] = {
        "plan": "runs/plan",
        "plan_period": "2020-01-01 00:00 to 2020-12-31 23:00",
        "plan_matched_share": 0.75,
        "actual_matched_share": 0.7,
        **{f"{side}_{key}_mwh": 10_000.0 for side in ("plan", "actual") for key in ("load", "generation")},
        "plan_matched_mwh": 7_500.0,
        "actual_matched_mwh": 7_000.0,
        "plan_unmatched_mwh": 2_500.0,
        "actual_unmatched_mwh": 3_000.0,
        "matched_change_mwh": -500.0,
        "causes": PARTS,
        "contracts": [
            {
                "contract": "sun",
                "plan_generation_mwh": 6_000.0,
                "actual_generation_mwh": 5_000.0,
                "change_mwh": -1_000.0,
                "change_share": -1 / 6,
            }
        ],
        "months": [{"month": "2020-01", "matched_change_mwh": -500.0, "causes": PARTS}],
        "hours_furthest_behind": [
            {
                "interval_start_utc": "2020-01-01T05:00:00+00:00",
                "zone": "DE",
                "matched_change_mwh": -50.0,
                "causes": PARTS,
            }
        ],
    }


def add_extras(summary, manifest):
    """Add what a run folder may hold beside: Scope 2 by both profiles, frameworks, assumptions, statements."""
    load = summary["load_mwh"]

    def profile(title, status, tiers):
        lines = [
            {
                "method": method,
                "zone": next(iter(summary["zones"])),
                "tier": tier,
                "instrument": instrument,
                "mwh": part * load,
                "factor_g_per_kwh": factor,
                "emissions_t": part * load * factor / 1000.0,
                "source": f"a source of {tier}",
                "vintage": "2023",
                "granularity": "hourly",
                "deliverability": "same zone",
            }
            for method, tier, instrument, part, factor in tiers
        ]
        totals = {
            m: sum(line["emissions_t"] for line in lines if line["method"] == m)
            for m in ("location_based", "market_based")
        }
        return {
            "title": title,
            "status": status,
            "load_mwh": load,
            "location_based_t": totals["location_based"],
            "market_based_t": totals["market_based"],
            "claimed_mwh": 0.7 * load,
            "claimed_share": 0.7,
            "excess_not_claimed_mwh": 1234.5,
            "lines": lines,
            "notes": ["A note on the claims."],
        }

    grid = ("location_based", "grid_average", "", 1.0, 400.0)
    summary["scope2"] = {
        "ghgp_2015": profile(
            "GHG Protocol Scope 2 of 2015",
            "In force since 2015.",
            [grid, ("market_based", "contracts", "sun", 0.7, 0.0), ("market_based", "residual_mix", "", 0.3, 600.0)],
        ),
        "ghgp_revision_draft": profile(
            "GHG Protocol Scope 2, revision",
            "A draft, nothing binds yet.",
            [grid, ("market_based", "contracts", "sun", 0.6, 0.0), ("market_based", "fossil_mix", "", 0.4, 800.0)],
        ),
    }
    summary["avoided_emissions"] = {
        "avoided_t": 4321.0,
        "by_contract": {"sun": 4321.0},
        "source": "marginal_g_per_kwh",
        "note": "Generation times the marginal rate.",
    }
    summary["embodied_emissions"] = {
        "total_t": 99.0,
        "lines": [
            {
                "name": "battery",
                "what": "energy capacity",
                "quantity": 200.0,
                "unit": "MWh",
                "factor": 495.0,
                "factor_unit": "kg/MWh a year",
                "emissions_t": 99.0,
                "source": "an assumption",
            }
        ],
        "note": "Spread over the life of the plant.",
    }
    summary["frameworks"] = made_frameworks(list(summary["zones"]), summary["contracts"], load)
    summary["data_quality"] = [
        {"series": "load", "name": "site-DE", "zone": "DE", "tier": "facility_profile", "mwh": load}
    ]
    manifest["assumptions"] = [
        {"key": f"contracts.sun.value_{i}", "value": f"{i}", "source": "" if i % 2 else "a table of prices, 2024"}
        for i in range(20)
    ]


def sweep_of(summary):
    """Return a sweep of three targets, of which the last is not met."""

    def point(target, net):
        return {
            "target_cfe": target,
            "shared_with_target_cfe": None,
            "error": None,
            "hourly_matched_share": target,
            "cfe_score": None,
            "annual_volumetric_share": 1.1,
            "cost_total": 1.0,
            "cost_net_of_sales": 1.0,
            "cost_per_mwh_load": net + 10.0,
            "cost_net_of_sales_per_mwh_load": net,
            "DE_green_premium_per_mwh": 20.0,
        }

    missed = {key: None for key in point(1.0, 0.0)} | {"target_cfe": 1.0, "error": "no portfolio meets it"}
    return {"currency": summary["currency"], "points": [point(0.5, 55.5), point(0.9, 88.25), missed]}


def baseline_of(run, matching, net_per_mwh):
    """Return the run as a baseline with another target and cost."""
    summary = dict(run.summary)
    summary["target"] = {**summary["target"], "matching": matching, "cfe": 1.0}
    load, gross_per_mwh = summary["load_mwh"], net_per_mwh + 5.0
    summary["cost"] = {
        **summary["cost"],
        **{"net_of_sales": net_per_mwh * load, "net_of_sales_per_mwh_load": net_per_mwh},
        **{"total": gross_per_mwh * load, "per_mwh_load": gross_per_mwh},
    }
    return RunFolder(run.path, summary, run.manifest)
