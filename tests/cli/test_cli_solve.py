"""`carbonmatch solve`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import carbonmatch.study.solver as study_solver
from carbonmatch import read_run
from carbonmatch.errors import SolverError, VerificationError

FILES = [
    "claims.parquet",
    "contracts.parquet",
    "hourly.parquet",
    "links.parquet",
    "manifest.json",
    "optimum.parquet",
    "report.html",
    "solver.log",
    "storage.parquet",
    "summary.json",
]


def test_solve_prints_tables_and_writes_a_run_folder(run, case):
    ended = run("solve", case)
    assert ended.code == 0
    for words in ("two-days", "Portfolio", "Storage", "Grid", "Cost", "Scores", "Scope 2", "60.0 %"):
        assert words in ended.out
    assert ended.out.endswith("\nWritten to runs/two-days; report.html in it shows all of this and more\n")
    folder = Path("runs/two-days")
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert read_run(folder).summary["verified"] is True
    assert len(pd.read_parquet(folder / "hourly.parquet")) == 48


def test_progress_goes_to_stderr_one_plain_line_per_stage(run, case):
    ended = run("solve", case)
    stages = [line.split(" s  ")[1] for line in ended.err.splitlines()]
    assert stages[0] == "reading the case"
    assert "solving with HiGHS hipo" in stages
    assert stages[-1] == "done"
    assert not any(stage in ended.out for stage in stages[:-1])


def test_json_is_the_summary_and_nothing_else(run, case):
    ended = run("solve", case, "--json", "--out", "run")
    assert ended.code == 0
    assert ended.out == Path("run/summary.json").read_text()
    assert json.loads(ended.out)["case"] == "two-days"
    assert "Written to run" in ended.err


def test_a_scenario_names_the_run_folder_and_a_setting_comes_last(run, case):
    ended = run("solve", case, "--scenario", "cheap", "--set", "currency=CHF", "--json")
    assert ended.code == 0
    summary = json.loads(Path("runs/two-days-cheap/summary.json").read_text())
    assert summary["target"]["matching"] == "none"
    assert summary["currency"] == "CHF"


def test_an_existing_run_is_replaced_with_force_only(run, case):
    assert run("solve", case, "--out", "run").code == 0
    before = Path("run/summary.json").read_bytes()
    refused = run("solve", case, "--out", "run", "--set", "target.cfe=0.5")
    assert refused.code == 2
    assert "--force" in refused.err
    assert "solving" not in refused.err
    assert Path("run/summary.json").read_bytes() == before
    assert run("solve", case, "--out", "run", "--set", "target.cfe=0.5", "--force").code == 0
    assert json.loads(Path("run/summary.json").read_text())["target"]["cfe"] == 0.5
    assert sorted(path.name for path in Path("run").iterdir()) == FILES


def test_two_runs_give_the_same_bytes(run, case):
    for folder in ("one", "two"):
        assert run("solve", case, "--out", folder).code == 0
    for name in FILES:
        if name.endswith((".parquet", "summary.json")):
            assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name
    manifests = [json.loads(Path(folder, "manifest.json").read_text()) for folder in ("one", "two")]
    for manifest in manifests:
        del manifest["wall_seconds"]
        for attempt in manifest["solver"]["runs"]:
            del attempt["seconds"]
    assert manifests[0] == manifests[1]


def test_warnings_are_marked_and_on_stderr(run, case):
    free = ["--set", "storage.battery.power_cost_per_mw_year=0", "--set", "storage.battery.energy_cost_per_mwh_year=0"]
    ended = run("solve", case, *free, "--set", "contracts.pv.max_mw=30", "--json")
    assert ended.code == 0
    told = [line for line in ended.err.splitlines() if line.startswith("warning: ")]
    assert any("battery" in line for line in told)
    assert any("pv is taken up to its limit of 30 MW" in line for line in told)
    assert len(told) == len(set(told)) == len(json.loads(ended.out)["warnings"])


def test_faults_of_the_case_are_counted_one_per_line(run, case):
    ended = run("solve", case, "--set", "target.cfe=90", "--set", "contracts.pv.strike=1", "--set", "zones.DE=")
    assert ended.code == 2
    lines = [line for line in ended.err.splitlines() if not line.endswith("reading the case")]
    assert lines[0] == f"error: {len(lines) - 1} faults in {case}"
    assert len(lines) > 2
    assert all(line.startswith("  ") for line in lines[1:])
    assert not Path("runs").exists()


def test_one_fault_is_one_fault(run, case):
    assert f"error: 1 fault in {case}" in run("solve", case, "--set", "target.cfe=90").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["solve", "absent.yaml"], "absent.yaml"),
        (["solve"], "CASE"),
        (["solve", "case.yaml", "--solver", "higs"], "did you mean 'highs'"),
        (["solve", "case.yaml", "--solver", "xpress"], "not found on this machine"),
        (["solve", "case.yaml", "--threads", "0"], "--threads"),
        (["solve", "case.yaml", "--scenario", "chaep"], "did you mean 'cheap'"),
        (["solve", "case.yaml", "--out", "case.yaml"], "is a file"),
        (["solve", "case.yaml", "--unknown"], "--unknown"),
    ],
)
def test_what_cannot_be_used_ends_with_2(run, case, words, told):
    ended = run(*words)
    assert ended.code == 2
    assert told in ended.err
    assert ended.out == ""


def test_infeasible_ends_with_3(run, case):
    ended = run("solve", case, "--set", "target.cfe=1.0", "--set", "storage={}", "--set", "contracts.wind.max_mw=0")
    assert (ended.code, ended.out) == (3, "")
    assert "error: No portfolio within the limits" in ended.err


def test_unbounded_ends_with_4(run, case):
    ended = run(
        *("solve", case, "--set", "surplus={price: {index: spot}}"),
        *("--set", "contracts.pv.strike_per_mwh=1", "--set", "contracts.pv.max_mw=null"),
    )
    assert (ended.code, ended.out) == (4, "")
    assert "contracts.pv sells for 40.00 EUR/MWh on average, above its all-in price of 1.00" in ended.err
    assert "give contracts.pv.max_mw or surplus.max_share" in ended.err


def test_a_time_limit_ends_with_5(run, case):
    ended = run("solve", case, "--time-limit", "1e-9")
    assert (ended.code, ended.out) == (5, "")
    assert "--time-limit" in ended.err


@pytest.mark.parametrize(("stage", "error"), [("solve_compiled", SolverError), ("prove", VerificationError)])
def test_solver_and_verification_failures_end_with_6_and_7(run, case, monkeypatch, stage, error):
    def fail(*_args, **_options):
        raise error("something is off")

    monkeypatch.setattr(study_solver, stage, fail)
    ended = run("solve", case)
    assert (ended.code, ended.out) == (error.exit_code, "")
    assert "error: something is off" in ended.err
    assert "Traceback" not in ended.err
    assert not Path("runs").exists()


def test_a_bug_shows_its_traceback(case, monkeypatch):
    from carbonmatch.cli import main

    def fail(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(study_solver, "problem_from_case", fail)
    with pytest.raises(ZeroDivisionError):
        main(["solve", str(case)])


def test_a_cross_check_is_told_and_kept(run, case):
    ended = run("solve", case, "--out", "twice", "--cross-check")
    assert "clarabel finds the same cost (to " in ended.out
    summary, manifest = (json.loads(Path("twice", f"{name}.json").read_text()) for name in ("summary", "manifest"))
    assert summary["certificate"]["cross_check"] == manifest["solver"]["cross_check"]
    assert summary["certificate"]["cross_check"]["engine"] == "clarabel"
    assert [each["engine"] for each in manifest["solver"]["runs"]] == ["highs-hipo", "clarabel"]
    assert manifest["solver"]["engine"] == "highs-hipo"
    alone = run("solve", case, "--out", "once", "--json")
    assert json.loads(alone.out)["certificate"]["cross_check"] is None
