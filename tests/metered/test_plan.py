"""A plan that was solved, set against meters."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from small_cases import QUICK

import carbonmatch as cm
from carbonmatch.accounting.reconcile import CAUSES

CASE = """\
name: plan-and-actual
currency: EUR
time: {start: 2018-03-24, end: 2018-04-02, timezone: Europe/Berlin}
zones:
  DE: {spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400}
sites:
  works:
    zone: DE
    load: {flat_mw: 10}
    grid: {energy: {flat_per_mwh: 80}}
    metered_load_mw: {file: meters.csv, column: load_kwh, scale: 0.001}
contracts:
  sun:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 45
    capacity_factor: {file: sun.csv, column: share}
    metered_generation_mw: {file: meters.csv, column: sun_kwh, scale: 0.001}
  wind:
    technology: onshore_wind
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 70
    capacity_factor: {file: sun.csv, column: wind}
    metered_generation_mw: {file: meters.csv, column: wind_kwh, scale: 0.001}
  spare:
    technology: hydro
    zone: DE
    structure: clean_firm
    strike_per_mwh: 900
storage:
  battery:
    zone: DE
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.85
    metered_charge_mw: {file: meters.csv, column: charge_kwh, scale: 0.001}
    metered_discharge_mw: {file: meters.csv, column: discharge_kwh, scale: 0.001}
target: {matching: hourly, cfe: 0.8}
"""
STARTS = pd.date_range("2018-03-24", "2018-04-02", freq="h", tz="Europe/Berlin", inclusive="left").tz_convert("UTC")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Solve the plan once; its own flows are the meters, until a test writes others."""
    path = tmp_path_factory.mktemp("plan")
    hour = np.arange(len(STARTS))
    profile = pd.DataFrame(
        {
            "timestamp_utc": STARTS.strftime("%Y-%m-%dT%H:%MZ"),
            "share": np.maximum(0.0, np.sin((hour % 24 - 6) / 12 * np.pi)).round(6),
            "wind": (0.3 + 0.25 * np.sin(hour / 17)).round(6),
        }
    )
    profile.to_csv(path / "sun.csv", index=False)
    (path / "case.yaml").write_text(CASE)
    write_meters(path, load_kwh=np.full(len(STARTS), 1.0))
    cm.solve(cm.load_case(path / "case.yaml"), QUICK, out=path / "plan")
    return path


def planned(folder):
    contracts = pd.read_parquet(folder / "plan" / "contracts.parquet").pivot(
        index="interval_start_utc", columns="contract", values="generation_mwh"
    )
    storage = pd.read_parquet(folder / "plan" / "storage.parquet")
    return {
        "load_kwh": np.full(len(STARTS), 10_000.0),
        "sun_kwh": contracts["sun"].to_numpy() * 1000,
        "wind_kwh": contracts["wind"].to_numpy() * 1000,
        "charge_kwh": storage["clean_charge_mwh"].to_numpy() * 1000,
        "discharge_kwh": storage["clean_discharge_mwh"].to_numpy() * 1000,
    }


def write_meters(folder, **columns):
    nothing = np.zeros(len(STARTS))
    names = ("load_kwh", "sun_kwh", "wind_kwh", "charge_kwh", "discharge_kwh")
    values = {name: np.maximum(columns.get(name, nothing), 0.0) for name in names}
    frame = pd.DataFrame({"timestamp_utc": STARTS.strftime("%Y-%m-%dT%H:%MZ"), **values})
    frame.to_csv(folder / "meters.csv", index=False)


def matched(folder, *settings, **options):
    case = cm.load_case(folder / "case.yaml", settings=settings)
    return cm.match(case, plan=folder / "plan", **options)


def faults(folder, *settings, plan="plan"):
    with pytest.raises(cm.InputError) as caught:
        cm.match(cm.load_case(folder / "case.yaml", settings=settings), plan=folder / plan)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_the_plans_own_flows_as_meters_give_the_plans_scores_but_for_the_stock_it_began_with(folder):
    write_meters(folder, **planned(folder))
    result = matched(folder)
    plan = json.loads((folder / "plan" / "summary.json").read_text())
    storage = result.ledger.storage[0]
    # A plan is a cycle: its stock at the start is that of the end, and is claimed. Of meters it is not known.
    opening = min(storage.opening_mwh * storage.efficiency, plan["storage"]["battery"]["discharge_mwh"])
    short = plan["zones"]["DE"]["matched_mwh"] - result.summary["zones"]["DE"]["matched_mwh"]
    assert opening > 1.0  # the plan does begin with a stock, or this test would show nothing
    assert short == pytest.approx(opening, abs=1e-3)
    assert result.scores["hourly_matched_share"] == pytest.approx(
        plan["scores"]["hourly_matched_share"] - opening / plan["load_mwh"], abs=1e-6
    )
    for name in ("sun", "wind"):
        for key in ("generation_mwh", "matched_mwh", "stored_mwh", "excess_mwh"):
            assert result.summary["contracts"][name][key] == pytest.approx(plan["contracts"][name][key], abs=1e-3), key
    causes = {cause["cause"]: cause["matched_mwh"] for cause in result.summary["reconciliation"]["causes"]}
    assert causes == pytest.approx({"load": 0, "generation": 0, "storage": -opening}, abs=1e-3)


def test_other_meters_reconcile_hour_by_hour_and_in_total(folder):
    flows, random = planned(folder), np.random.default_rng(11)
    for name in flows:
        flows[name] = flows[name] * random.uniform(0.6, 1.3, len(STARTS))
    write_meters(folder, **flows)
    result = matched(folder)
    rows, found = result.reconciliation, result.summary["reconciliation"]
    parts = rows[[f"matched_change_by_{cause}_mwh" for cause in CAUSES]]
    assert len(rows) == len(STARTS)
    assert_allclose(parts.sum(axis=1), rows.actual_matched_mwh - rows.plan_matched_mwh, atol=1e-9)
    assert_allclose(rows.actual_matched_mwh, result.hourly.matched_mwh, atol=1e-9)
    plan = pd.read_parquet(folder / "plan" / "hourly.parquet")
    assert_allclose(rows.plan_matched_mwh, plan.matched_mwh, atol=1e-6)
    assert_allclose(rows.plan_unmatched_mwh, plan.unmatched_mwh, atol=1e-6)
    assert (np.abs(parts) > 0.1).any().all()  # every cause has a part in it
    changes = [cause["matched_mwh"] for cause in found["causes"]]
    assert sum(changes) == pytest.approx(found["actual_matched_mwh"] - found["plan_matched_mwh"])
    assert found["actual_matched_share"] == pytest.approx(result.scores["hourly_matched_share"])
    for entry in found["contracts"]:
        assert entry["actual_generation_mwh"] == pytest.approx(flows[f"{entry['contract']}_kwh"].sum() / 1000)
    assert [entry["month"] for entry in found["months"]] == ["2018-03", "2018-04"]
    assert sum(entry["matched_change_mwh"] for entry in found["months"]) == pytest.approx(found["matched_change_mwh"])
    worst = found["hours_furthest_behind"]
    assert worst[0]["matched_change_mwh"] == pytest.approx(rows.matched_change_mwh.min())
    assert len(worst) == 10


def test_of_a_longer_plan_the_hours_of_the_period_are_taken(folder):
    write_meters(folder, **planned(folder))
    result = matched(folder, "time.start=2018-04-01", "time.end=2018-04-02")
    plan = pd.read_parquet(folder / "plan" / "hourly.parquet").iloc[-24:]
    assert_allclose(result.reconciliation.plan_matched_mwh, plan.matched_mwh, atol=1e-6)
    assert result.summary["reconciliation"]["plan_load_mwh"] == 240
    assert result.summary["reconciliation"]["plan_period"] == "2018-03-24 00:00 to 2018-04-01 23:00"


def test_the_plan_is_known_by_its_path_and_hashes(folder):
    write_meters(folder, **planned(folder))
    result = matched(folder, out=folder / "actual", force=True)
    manifest = json.loads((folder / "actual" / "manifest.json").read_text())
    assert manifest["plan"]["path"] == str(folder / "plan")
    for name, told in manifest["plan"]["sha256"].items():
        assert told == hashlib.sha256((folder / "plan" / name).read_bytes()).hexdigest()
    assert "solver" not in manifest
    assert "pyomo" not in manifest["versions"]
    assert set(manifest["versions"]) >= {"python", "carbonmatch", "numpy"}
    written = pd.read_parquet(folder / "actual" / "reconciliation.parquet")
    pd.testing.assert_frame_equal(written, result.reconciliation, check_dtype=False)


# --- a plan that does not fit -----------------------------------------------------------------------------------------


def test_a_contract_without_a_meter_that_the_plan_does_not_take_needs_none(folder):
    write_meters(folder, **planned(folder))
    warnings = matched(folder).summary["warnings"]
    assert any(told.startswith("spare has no metered_generation_mw") for told in warnings)


def test_a_contract_that_the_plan_takes_needs_a_meter(folder):
    (fault,) = faults(folder, "contracts.wind.metered_generation_mw=null")
    assert fault.startswith("plan: contracts.wind: the plan takes it, and it has no meter here")
    assert "give contracts.wind.metered_generation_mw, 0 if it did not run" in fault


def test_a_contract_that_the_plan_does_not_know_is_told_with_the_nearest(folder):
    wind = (folder / "case.yaml").read_text()
    (folder / "renamed.yaml").write_text(wind.replace("  wind:\n", "  wynd:\n"))
    with pytest.raises(cm.InputError) as caught:
        cm.match(folder / "renamed.yaml", plan=folder / "plan")
    stranger, lacking = map(str, caught.value.faults)
    assert "contracts.wynd: has a meter, and the plan has no contract of that name; did you mean 'wind'?" in stranger
    assert "contracts.wind: the plan takes it, and it has no meter here; did you mean 'wynd'?" in lacking


def test_a_zone_that_the_plan_does_not_know_is_told_with_the_nearest(folder):
    text = (folder / "case.yaml").read_text()
    (folder / "moved.yaml").write_text(text.replace("DE:", "DE1:").replace("zone: DE", "zone: DE1"))
    with pytest.raises(cm.InputError) as caught:
        cm.match(folder / "moved.yaml", plan=folder / "plan")
    first, second = map(str, caught.value.faults)
    assert "zones.DE1: the plan has no zone of that name; did you mean 'DE'? (it has DE)" in first
    assert "zones.DE: is in the plan, and the case has no load there; did you mean 'DE1'?" in second


def test_other_steps_are_told_with_both_periods(folder):
    (fault,) = faults(
        folder,
        *("time.start=2018-03-23", "time.end=2018-03-26"),
        *(
            "sites.works.metered_load_mw=1",
            "contracts.sun.metered_generation_mw=1",
            "contracts.wind.metered_generation_mw=1",
        ),
        *("contracts.sun.capacity_factor=0.5", "contracts.wind.capacity_factor=0.5"),
        *("storage.battery.metered_charge_mw=0", "storage.battery.metered_discharge_mw=0"),
    )
    assert "covers 2018-03-24 00:00 to 2018-04-01 23:00, the meters 2018-03-23 00:00 to 2018-03-25 23:00" in fault
    assert "24 of 71 steps are not in the plan, the first at 2018-03-23 00:00 Europe/Berlin" in fault


def test_steps_of_another_length_are_told(folder):
    (fault,) = faults(
        folder,
        *("time.step=30min", "sites.works.metered_load_mw=1"),
        *("contracts.sun.metered_generation_mw=1", "contracts.wind.metered_generation_mw=1"),
        *("contracts.sun.capacity_factor=0.5", "contracts.wind.capacity_factor=0.5"),
        *("storage.battery.metered_charge_mw=0", "storage.battery.metered_discharge_mw=0"),
    )
    assert "has steps of 1.0 h, the meters are read in steps of 0.5 h" in fault


def test_a_storage_of_the_plan_without_a_meter_is_told(folder):
    write_meters(folder, **planned(folder))
    settings = ("storage.battery.metered_charge_mw=null", "storage.battery.metered_discharge_mw=null")
    result = matched(folder, *settings)
    assert any(told.startswith("battery is in the plan and has no meter") for told in result.summary["warnings"])
    causes = {cause["cause"]: cause["matched_mwh"] for cause in result.summary["reconciliation"]["causes"]}
    assert causes["storage"] < -10


def test_a_metered_run_is_no_plan_and_neither_is_any_folder(folder):
    write_meters(folder, **planned(folder))
    matched(folder, out=folder / "actual", force=True)
    assert faults(folder, plan="actual") == [
        "actual: is a metered run, not a plan; name the run folder of a `carbonmatch solve`"
    ]
    assert "is no folder" in faults(folder, plan="nowhere")[0]


def test_a_plan_whose_ledger_was_changed_is_refused(folder, tmp_path):
    write_meters(folder, **planned(folder))
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (folder / "plan").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    rows = pd.read_parquet(copy / "hourly.parquet")
    rows.assign(matched_mwh=rows.matched_mwh * 1.1).to_parquet(copy / "hourly.parquet")
    assert "is damaged: matched does not follow" in faults(folder, plan=Path(copy))[0]
    rows.drop(columns="charge_mwh").to_parquet(copy / "hourly.parquet")
    assert "has no column charge_mwh" in faults(folder, plan=Path(copy))[0]
    rows.iloc[:0].to_parquet(copy / "hourly.parquet")
    assert "is damaged: it has no rows" in faults(folder, plan=Path(copy))[0]


def test_a_plan_without_contracts_and_storage_is_a_plan(folder, tmp_path):
    # all load is unmatched in the plan, and still is: 10 MWh in each of 215 hours
    text = CASE.partition("contracts:")[0] + "target: {matching: none}\n"
    (folder / "bare.yaml").write_text(text)
    write_meters(folder, **planned(folder))
    cm.solve(cm.load_case(folder / "bare.yaml"), QUICK, out=tmp_path / "bare")
    result = cm.match(folder / "bare.yaml", plan=tmp_path / "bare")
    found = result.summary["reconciliation"]
    assert (found["contracts"], found["matched_change_mwh"]) == ([], 0)
    assert found["plan_unmatched_mwh"] == found["actual_unmatched_mwh"] == 10 * len(STARTS)
