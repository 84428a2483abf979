"""Load that may be changed, on the command line: two days of a flat load under a little sun, some of it moved to it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

MOVED = [
    *("--set", 'sites.berlin.flexible={"batch": {"share": 0.4, "cost_per_mwh": 1}}'),
    *("--set", 'sites.berlin.curtailable={"slow": {"share": 0.05, "price_per_mwh": 45}}'),
]


def test_the_first_screen_says_what_was_moved_and_given_up(run, case):
    ended = run("solve", case, *MOVED, "--out", "moved")
    assert ended.code == 0
    (line,) = [line for line in ended.out.splitlines() if line.startswith("load changed")]
    told = json.loads(Path("moved", "summary.json").read_text())["load"]
    assert f"moved {told['moved_mwh']:.1f} MWh" in line or f"moved {told['moved_mwh']:.0f} MWh" in line
    assert "within the day" in line
    assert told["moved_mwh"] > 10.0
    assert (told["curtailed_mwh"] > 1e-3) == ("given up" in line)
    assert "load moved in time" in ended.out
    assert {"load.parquet", "load_entries.parquet"} <= {path.name for path in Path("moved").iterdir()}


def test_a_case_without_it_says_nothing_of_it(run, case):
    ended = run("solve", case, "--out", "still")
    assert "load changed" not in ended.out
    assert not list(Path("still").glob("load*.parquet"))


def test_reports_are_written_and_the_bundle_agrees(run, case):
    assert run("solve", case, *MOVED, "--out", "moved").code == 0
    assert run("report", "moved", "--format", "csv", "--format", "audit", "--format", "xlsx").code == 0
    load = pd.read_csv("moved/tables/csv/load.csv")
    assert load["row"].tolist() == ["site", "flexible", "curtailable"]
    ended = run("verify", "moved/audit.zip")
    assert ended.code == 0
    assert "load_entries.parquet says what was recomputed" in ended.out


def test_two_runs_are_set_side_by_side(run, case):
    assert run("solve", case, *MOVED, "--out", "runs/moved").code == 0
    assert run("solve", case, "--out", "runs/still").code == 0
    ended = run("compare", "runs/still", "runs/moved", "--baseline", "still", "--out", "beside")
    assert ended.code == 0
    assert "\nLoad\n" in ended.out
    record = json.loads(Path("beside/comparison.json").read_text())
    (moved,) = [row for row in record["scenarios"] if row["scenario"] == "moved"]
    assert moved["premium_over_still_per_mwh_load"] < 0.0
    assert moved["cost_load_shifting"] > 0.0
    assert moved["asked_load_mwh"] == 480.0


def test_a_sweep_tells_it_point_by_point(run, case):
    ended = run("sweep", case, *MOVED, "--cfe", "0.3,0.5", "--jobs", 1, "--no-baselines", "--out", "points")
    assert ended.code == 0
    points = json.loads(Path("points/sweep.json").read_text())["points"]
    assert all(point["moved_load_mwh"] > 0.0 for point in points)
    assert "moved in time" in Path("points/report.html").read_text(encoding="utf-8")
