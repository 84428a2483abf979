"""The audit bundle of a metered run is verified from its meters, and its reconciliation from what the plan foresaw."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import carbonmatch as cm
from carbonmatch.runfolder import read_run
from carbonmatch.study import verify_run

CASE = """\
name: bundle
currency: EUR
time: {start: 2018-01-01T00:00, end: 2018-01-01T04:00}
zones:
  Z: {spot_price_per_mwh: 40}
sites:
  s: {zone: Z, load: {flat_mw: 10}, grid: {energy: {flat_per_mwh: 80}}, metered_load_mw: {file: m.csv, column: load}}
contracts:
  sun:
    technology: solar
    zone: Z
    structure: pay_as_produced
    strike_per_mwh: 40
    capacity_factor: 0.5
    max_mw: 12
    metered_generation_mw: {file: m.csv, column: sun}
target: {matching: none}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "case.yaml").write_text(CASE)
    stamps = pd.date_range("2018-01-01", periods=4, freq="h").strftime("%Y-%m-%dT%H:%MZ")
    meters = pd.DataFrame({"time": stamps, "load": [9.0, 10, 11, 12], "sun": [0.0, 12, 8, 1]})
    meters.to_csv(tmp_path / "m.csv", index=False)
    cm.solve(cm.load_case(tmp_path / "case.yaml"), cm.SolveOptions(solver=("simplex",)), out=tmp_path / "plan")
    cm.match(tmp_path / "case.yaml", plan=tmp_path / "plan", out=tmp_path / "run")
    return tmp_path


def faults(folder):
    checks = verify_run(read_run(folder / "run"), folder / "case.yaml", {"m.csv": folder / "m.csv"})
    return [fault for check in checks for fault in check.faults]


def test_a_metered_run_is_verified_without_its_plan(folder):
    for file in (folder / "plan").iterdir():
        file.unlink()
    checks = verify_run(read_run(folder / "run"), folder / "case.yaml", {"m.csv": folder / "m.csv"})
    assert all(check.agrees for check in checks), checks
    told = [check.what for check in checks]
    assert "the accounts are those of the meters, and they add up" in told
    assert "reconciliation.parquet says what was recomputed" in told


def test_another_score_is_found_out(folder):
    path = folder / "run" / "summary.json"
    summary = json.loads(path.read_text())
    summary["scores"]["hourly_matched_share"] = 0.9
    path.write_text(json.dumps(summary))
    assert any("scores.hourly_matched_share is 0.9, recomputed" in fault for fault in faults(folder))


def test_another_cause_is_found_out(folder):
    path = folder / "run" / "reconciliation.parquet"
    rows = pd.read_parquet(path)
    change = rows.matched_change_by_load_mwh.to_numpy() + np.array([0.0, 1, 0, 0])
    rows.assign(matched_change_by_load_mwh=change).to_parquet(path)
    assert any(fault.startswith("matched_change_by_load_mwh, row 2") for fault in faults(folder))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda rows: rows.iloc[:3], "is not of the zones and steps of this run"),
        (lambda rows: rows.drop(columns="plan_load_mwh"), "is not of the zones and steps of this run"),
    ],
)
def test_a_reconciliation_of_other_steps_is_found_out(folder, spoil, told):
    path = folder / "run" / "reconciliation.parquet"
    spoil(pd.read_parquet(path)).to_parquet(path)
    assert any(told in fault for fault in faults(folder))


def test_a_reconciliation_of_other_contracts_is_found_out(folder):
    path = folder / "run" / "summary.json"
    summary = json.loads(path.read_text())
    summary["reconciliation"]["contracts"][0]["contract"] = "moon"
    path.write_text(json.dumps(summary))
    assert any("is not of the contracts of this run" in fault for fault in faults(folder))
