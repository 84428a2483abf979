"""Load that was changed, in the run folder, in the tables that are handed on, and in the audit bundle."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report.changed_load import FIXED, changed_load_mapping, write_changed_load
from small_cases import QUICK, a_case

import carbonmatch as cm
from carbonmatch.components import LOAD_COMPONENTS
from carbonmatch.report.audit import verify_bundle
from carbonmatch.report.delivery import write_report
from carbonmatch.runfolder import read_run
from carbonmatch.study import verify_run
from carbonmatch.tables import write_table

FLOWS = ["placed_mwh", "moved_out_mwh", "moved_in_mwh", "sent_mwh", "received_mwh", "curtailed_mwh"]


@pytest.fixture(scope="module")
def case_file(tmp_path_factory):
    return write_changed_load(tmp_path_factory.mktemp("changed"))


@pytest.fixture(scope="module")
def solved_run(case_file):
    folder = case_file.parent / "run"
    return cm.solve(cm.load_case(case_file), QUICK, out=folder), folder


@pytest.fixture
def run(solved_run, tmp_path):
    return shutil.copytree(solved_run[1], tmp_path / "run")


def test_served_load_is_recomputed_from_the_planned_one(solved_run):
    load = pd.read_parquet(solved_run[1] / "load.parquet")
    entries = pd.read_parquet(solved_run[1] / "load_entries.parquet")
    asked = changed_load_mapping()["sites"]
    assert load.loc[load["site"] == "fra", "planned_mwh"].tolist() == pytest.approx(asked["fra"]["load"])
    signs = {"placed_mwh": 1, "moved_in_mwh": 1, "received_mwh": 1}
    served = load["planned_mwh"] + sum(signs.get(name, -1) * load[name] for name in FLOWS)
    np.testing.assert_allclose(load["served_mwh"], served, atol=1e-6)
    by_site = entries.groupby(["site", "interval_start_utc"])[FLOWS].sum()
    np.testing.assert_allclose(by_site, load.set_index(["site", "interval_start_utc"])[FLOWS].sort_index(), atol=1e-9)
    for name in FLOWS:
        assert load[name].sum() > 1.0, f"nothing tested: no {name}"


def test_the_page_on_reports_names_what_the_tables_have(solved_run):
    text = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    section = text.split("**Load that a plan changed.**")[1].split("\n## ")[0]
    result, _ = solved_run
    columns = {*result.hourly.columns, *result.load.columns, *result.load_entries.columns}
    stems = columns | {name.removesuffix("_mwh") for name in columns}
    (equation,) = re.findall(r"`(served = [^`]*)`", section)
    told = {*re.findall(r"`(\w+_(?:mwh|utc|group))`", section), *re.findall(r"[a-z_]+", equation)}
    assert {"planned_load_mwh", "window_start_utc", "latency_group", "moved_out", "served"} <= told
    assert told <= stems


def test_nothing_is_lost_in_a_window_or_between_sites(solved_run):
    entries = pd.read_parquet(solved_run[1] / "load_entries.parquet")
    windows = entries.groupby(["site", "entry", "window_start_utc"])[["moved_out_mwh", "moved_in_mwh"]].sum()
    assert len(windows) == 3, "three local days of the one entry that is moved in time"
    assert {stamp.hour for stamp in windows.index.get_level_values("window_start_utc")} == {23}, "local midnight"
    np.testing.assert_allclose(windows["moved_out_mwh"], windows["moved_in_mwh"], atol=1e-6)
    group = (
        entries[entries["latency_group"] == "near"].groupby("interval_start_utc")[["sent_mwh", "received_mwh"]].sum()
    )
    np.testing.assert_allclose(group["sent_mwh"], group["received_mwh"], atol=1e-6)
    both = np.minimum(entries["moved_out_mwh"], entries["moved_in_mwh"])
    assert both.max() == 0.0, "nothing is moved out of a step and into the same one"


def test_the_ledger_has_planned_load_beside_what_was_served(solved_run):
    hourly = pd.read_parquet(solved_run[1] / "hourly.parquet")
    load = pd.read_parquet(solved_run[1] / "load.parquet")
    told = load.groupby(["zone", "interval_start_utc"])[["served_mwh", "planned_mwh"]].sum()
    ledger = hourly.set_index(["zone", "interval_start_utc"]).sort_index()
    np.testing.assert_allclose(ledger["load_mwh"], told["served_mwh"], atol=1e-9)
    np.testing.assert_allclose(ledger["planned_load_mwh"], told["planned_mwh"], atol=1e-9)


def test_placements_that_are_held_are_part_of_the_plan(run, case_file, tmp_path):
    held = cm.solve(cm.load_case(case_file), QUICK, fix=run, out=tmp_path / "held")
    before, after = (cm.read_run(folder).summary["load"] for folder in (run, tmp_path / "held"))
    assert after["planned_mwh"] == pytest.approx(before["planned_mwh"] + before["placed_mwh"])
    assert after["placed_mwh"] == 0.0
    assert cm.accounting.asked_load_mwh(held.summary) == pytest.approx(4320 + 5 * 72)
    told = after["placements"]["hall"]
    assert {site: each["placed_mw"] for site, each in told.items()} == pytest.approx({"fra": 2.0, "osl": 3.0})
    assert set(held.load_entries["kind"]) == {"flexible", "curtailable"}
    assert not faults_of(tmp_path / "held", case_file)


def test_a_case_of_held_placements_alone_has_tables_too(tmp_path):
    (tmp_path / "case").mkdir()
    path = write_changed_load(tmp_path / "case", changes={"sites": FIXED["sites"], "latency_groups": ...})
    case = cm.load_case(path)
    cm.solve(case, QUICK, out=tmp_path / "first")
    held = cm.solve(case, QUICK, fix=tmp_path / "first", out=tmp_path / "held")
    assert len(held.load_entries) == 0
    assert len(held.load) == 2 * 72
    assert not faults_of(tmp_path / "held", path)
    written = write_report(tmp_path / "held", ["html", "csv", "xlsx", "audit"])
    assert pd.read_csv(written[1] / "load.csv")["placed_mw"].sum() == pytest.approx(5.0)
    assert not (written[1] / "hourly_load_entries.csv").exists()
    page = written[0].read_text(encoding="utf-8")
    assert "Where load was placed" in page
    assert verify_bundle(written[3]).agrees


def test_a_case_that_changes_no_load_has_none_of_this(tmp_path):
    result = cm.solve(a_case(), QUICK, out=tmp_path / "run")
    assert result.load is None
    assert result.load_entries is None
    assert "planned_load_mwh" not in result.hourly.columns
    assert not list((tmp_path / "run").glob("load*"))
    assert "load" not in result.summary


def test_the_summary_adds_up(solved_run):
    told = solved_run[0].summary["load"]
    cost = solved_run[0].summary["cost"]["components"]
    assert told["served_mwh"] == pytest.approx(told["planned_mwh"] + told["placed_mwh"] - told["curtailed_mwh"])
    assert told["served_mwh"] == pytest.approx(solved_run[0].summary["load_mwh"])
    fra, osl = told["sites"]["fra"], told["sites"]["osl"]
    batch, web, slow = fra["flexible"]["batch"], osl["flexible"]["web"], fra["curtailable"]["slow"]
    assert batch["window_hours"] == 24.0
    assert "moved_mwh" not in web, "it is not moved in time"
    assert batch["shifting_cost"] == pytest.approx(1.5 * batch["moved_mwh"])
    assert batch["shifting_cost"] == pytest.approx(cost["load_shifting"])
    assert batch["moving_cost"] + web["moving_cost"] == pytest.approx(cost["load_moves"])
    assert slow["cost"] == pytest.approx(cost["load_curtailment"])
    assert sum(each["cost"] for each in told["placements"]["hall"].values()) == pytest.approx(cost["load_placement"])
    assert fra["served_mwh"] == pytest.approx(
        fra["planned_mwh"] + fra["placed_mwh"] - batch["sent_mwh"] + batch["received_mwh"] - slow["curtailed_mwh"]
    )


def test_the_tables_that_are_handed_on(run):
    csv, parquet = write_report(run, ["csv", "parquet"])
    table = pd.read_parquet(parquet / "load.parquet")
    assert table["row"].tolist() == ["site", "flexible", "curtailable", "placement", "site", "flexible", "placement"]
    told = json.loads((run / "summary.json").read_text())["load"]
    batch = table[table["entry"] == "batch"].iloc[0]
    assert batch["cost_per_mwh"] == pytest.approx(batch["cost"] / (batch["moved_mwh"] + batch["sent_mwh"]))
    assert batch["served_load_share"] == pytest.approx(
        (batch["moved_mwh"] + batch["sent_mwh"]) / told["sites"]["fra"]["served_mwh"]
    )
    assert table["cost"].sum() == pytest.approx(
        sum(pd.read_csv(csv / "cost.csv").set_index("component").loc[list(LOAD_COMPONENTS), "amount"])
    )
    assert len(pd.read_csv(csv / "hourly_load.csv")) == 2 * 72
    assert len(pd.read_csv(csv / "hourly_load_entries.csv")) == 5 * 72
    months = pd.read_csv(csv / "monthly.csv")
    assert months["planned_load_mwh"].sum() == pytest.approx(told["planned_mwh"])
    summary = pd.read_csv(csv / "summary.csv")["key"].tolist()
    assert "load.moved_mwh" in summary
    assert not any(key.startswith("load.sites") for key in summary)
    origin = json.loads((csv / "provenance.json").read_text())
    assert {"load.parquet", "load_entries.parquet"} <= origin["run_files"].keys()


def test_the_bundle_is_verified_without_a_solver(run, case_file, monkeypatch):
    (bundle,) = write_report(run, ["audit"])
    monkeypatch.setattr("carbonmatch.solving.solve.ENGINES", {})
    found = verify_bundle(bundle)
    assert found.agrees, [fault for check in found.checks for fault in check.faults]
    whats = [check.what for check in found.checks]
    assert {"load.parquet says what was recomputed", "load_entries.parquet says what was recomputed"} <= set(whats)


def faults_of(folder, case_file):
    found = verify_run(read_run(folder), case_file, {"series.csv": case_file.parent / "series.csv"})
    return [fault for check in found if not check.agrees for fault in (check.what, *check.faults)]


@pytest.mark.parametrize(("table", "column"), [("load", "served_mwh"), ("load_entries", "moved_in_mwh")])
def test_a_changed_number_is_named(run, case_file, table, column):
    frame = pd.read_parquet(run / f"{table}.parquet")
    frame.loc[7, column] += 0.5
    write_table(frame, run / f"{table}.parquet")
    what, fault = faults_of(run, case_file)
    assert what == f"{table}.parquet says what was recomputed"
    assert fault.startswith(f"{column}, row 8 (2018-01-15 06:00 UTC) is ")


def test_a_table_that_was_taken_out_is_missed(run, case_file):
    (run / "load.parquet").unlink()
    assert any("load.parquet" in fault and "does not exist" in fault for fault in faults_of(run, case_file))
    with pytest.raises(cm.InputError, match=r"has no load\.parquet: an older carbonmatch wrote it, or something was"):
        write_report(run, ["csv"])


def test_a_table_that_no_run_of_this_case_has_is_named(tmp_path, run):
    path = write_changed_load(tmp_path, changes=FIXED)
    cm.solve(cm.load_case(path), QUICK, out=tmp_path / "fixed")
    shutil.copy(run / "load.parquet", tmp_path / "fixed")
    assert faults_of(tmp_path / "fixed", path) == [
        "load.parquet says what was recomputed",
        "no load of this case may be changed",
    ]
