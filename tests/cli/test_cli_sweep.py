"""`carbonmatch sweep` and `cm.sweep`: the frontier is what single solves find, whatever was reused on the way."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from interruptible import INTERRUPTIBLE

import carbonmatch as cm
from carbonmatch.cli.values import read_targets
from carbonmatch.study import solver as study_solver

MONTHLY = "target.matching=monthly"
ANNUAL = "target.matching=annual"


@pytest.mark.parametrize("settings", [[], [ANNUAL], [MONTHLY], ["target.grid_credit=true"]])
@pytest.mark.parametrize("solver", ["highs", "clarabel"])
def test_every_point_is_what_a_solve_of_its_own_finds(case, settings, solver):
    options = cm.SolveOptions(solver=solver)
    targets = [0.3, 0.5, 0.9, 1.0]
    found = cm.sweep(case, targets, settings=settings, jobs=1, options=options, baselines=False)
    assert [point.cfe for point in found.points] == targets
    for point in found.points:
        alone = cm.solve(cm.load_case(case, settings=[*settings, f"target.cfe={point.cfe}"]), options)
        assert point.summary["target"] == alone.summary["target"]
        if point.shared_with is None:
            assert point.summary == alone.summary  # to the last digit: the engine was given the same matrix
        else:
            assert point.summary["cost"]["total"] == pytest.approx(alone.summary["cost"]["total"], rel=1e-6)


def test_the_model_is_built_once_for_all_targets_that_have_a_row(case, monkeypatch):
    built = []

    def build_model(problem):
        built.append(problem.target.cfe)
        return study_build_model(problem)

    study_build_model = study_solver.build_model
    monkeypatch.setattr(study_solver, "build_model", build_model)
    cm.sweep(case, [0.3, 0.6, 0.9, 1.0], jobs=1, baselines=False)
    assert built == [0.3, 1.0]


def test_targets_that_the_lowest_one_reaches_anyway_are_not_solved_again(case, monkeypatch):
    solved = []

    def solve_compiled(compiled, yardstick, options, proved_infeasible):
        solved.append(compiled)
        return study_solve_compiled(compiled, yardstick, options, proved_infeasible)

    study_solve_compiled = study_solver.solve_compiled
    monkeypatch.setattr(study_solver, "solve_compiled", solve_compiled)
    found = cm.sweep(
        case, [0.05, 0.1, 0.2, 0.3, 0.4], jobs=1, baselines=False
    )  # the price alone brings the score to 0.208
    assert [point.shared_with for point in found.points] == [None, "cfe-0.05", "cfe-0.05", None, None]
    assert len(solved) == 3
    for point in found.points[1:3]:
        assert point.summary["target"]["cfe"] == point.cfe
        assert point.summary["certificate"]["gap"] <= 1e-6
        assert point.summary["shadow_prices"]["green_premium_per_mwh"]["DE"] == pytest.approx(0, abs=1e-3)
        assert point.summary["cost"] == found.points[0].summary["cost"]


def test_a_solver_that_reads_the_model_gets_one_with_the_target_of_each_point(run, case):
    assert run("sweep", case, "--cfe", "0.4,0.6", "--solver", "appsi_highs", "--jobs", 1, "--out", "own").code == 0
    for target in ("0.4", "0.6"):
        runs = cm.read_run(Path("own", "points", f"cfe-{target}")).manifest["solver"]["runs"]
        assert [(each["engine"], each["certified"]) for each in runs] == [("appsi_highs", True)]


def test_cost_rises_along_the_frontier_at_the_slope_that_the_premium_tells(case):
    table = cm.sweep(case, [0.4, 0.45, 0.5, 0.55, 0.6], jobs=1).table
    slope = table["cost_net_of_sales_per_mwh_load"].diff().iloc[1:] / table["target_cfe"].diff().iloc[1:]
    premium = table["DE_green_premium_per_mwh"]
    assert (slope > 0).all()
    for step in range(1, len(table)):  # a convex curve: each chord is as steep as its ends allow
        assert premium[step - 1] - 1e-4 <= slope[step] <= premium[step] + 1e-4


def test_two_processes_write_what_one_writes(run, case):
    targets = "0.05:0.65:0.15"
    assert run("sweep", case, "--cfe", targets, "--jobs", 1, "--out", "one").code == 0
    ended = run("sweep", case, "--cfe", targets, "--jobs", 2, "--out", "two")
    assert ended.code == 0
    assert "7 of 7 done" in ended.err
    files = sorted(str(path.relative_to("one")) for path in Path("one").rglob("*") if path.is_file())
    assert files == sorted(str(path.relative_to("two")) for path in Path("two").rglob("*") if path.is_file())
    for name in files:
        if not name.endswith(("manifest.json", "solver.log")):
            assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name
    for path in Path("two", "points").iterdir():
        assert cm.read_run(path).summary["verified"] is True


@pytest.mark.slow  # four processes
def test_what_the_lowest_target_stands_for_is_taken_from_there_even_where_all_are_solved_at_once(run, case):
    words = ["--cfe", "0.05,0.1,0.15,0.3", "--jobs", 4, "--no-baselines", "--out", "four"]
    assert run("sweep", case, *words).code == 0
    written = json.loads(Path("four", "sweep.json").read_text())["points"]
    assert [point["shared_with"] for point in written] == [None, "cfe-0.05", "cfe-0.05", None]
    assert sorted(path.name for path in Path("four", "points").iterdir()) == [
        "cfe-0.05",
        "cfe-0.1",
        "cfe-0.15",
        "cfe-0.3",
    ]
    lowest, shared = (cm.read_run(Path("four", "points", name)).summary for name in ("cfe-0.05", "cfe-0.1"))
    assert shared["cost"] == lowest["cost"]
    assert (shared["target"]["cfe"], lowest["target"]["cfe"]) == (0.1, 0.05)


def test_the_table_says_where_it_comes_from(run, case):
    dearer = ["--set", "contracts.pv.strike_per_mwh=50"]
    ended = run("sweep", case, "--cfe", "0.5,0.3", *dearer, "--jobs", 1, "--out", "frontier", "--json")
    written = json.loads(ended.out)
    assert written == json.loads(Path("frontier", "sweep.json").read_text())
    assert written["case"]["path"] == str(case)
    assert len(written["case"]["sha256"]) == 64
    assert written["case"]["overrides"] == [{"key": "contracts.pv.strike_per_mwh", "value": 50, "origin": "--set"}]
    table = pd.read_csv(Path("frontier", "sweep.csv"))
    assert table["target_cfe"].tolist() == [0.3, 0.5]
    for row, point in zip(table.to_dict(orient="records"), written["points"], strict=True):
        run_folder = Path("frontier", "points", f"cfe-{point['target_cfe']:g}")
        summary = json.loads((run_folder / "summary.json").read_text())
        assert row["cost_net_of_sales"] == pytest.approx(summary["cost"]["net_of_sales"])
        assert row["pv_contracted_mw"] == pytest.approx(summary["contracts"]["pv"]["contracted_mw"])
        override = json.loads((run_folder / "manifest.json").read_text())["case"]["overrides"][-1]
        assert (override["key"], override["value"]) == ("target.cfe", point["target_cfe"])


def test_a_person_sees_the_frontier_and_the_sizes(run, case):
    ended = run("sweep", case, "--cfe", "0.05,0.1,0.3", "--jobs", 1)
    assert ended.code == 0
    assert "3, of which 3 are met" in ended.out
    for heading in ("Frontier", "Sizes", "same as", "EUR/MWh", "premium at"):
        assert heading in ended.out
    assert "Written to runs" in ended.out


def test_a_target_that_cannot_be_met_is_a_row_with_its_reason(run, case):
    held = ["--set", "contracts.wind.max_mw=0", "--set", "contracts.pv.max_mw=30"]
    ended = run("sweep", case, "--cfe", "0.3,0.9", *held, "--jobs", 1, "--no-baselines", "--out", "some")
    assert ended.code == 0
    assert "2, of which 1 are met" in ended.out
    assert "No portfolio within the limits" in ended.out
    assert sorted(path.name for path in Path("some", "points").iterdir()) == ["cfe-0.3"]
    none = run("sweep", case, "--cfe", "0.8,0.9", *held, "--jobs", 1, "--no-baselines", "--out", "none")
    assert none.code == 3
    assert "No target was met." in none.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cfe", "abc"], "is no range of targets"),
        (["--cfe", "0.9:0.5:0.1"], "is no range of targets"),
        (["--cfe", "0.5:0.9:0"], "is no range of targets"),
        (["--cfe", "0.5:0.9"], "is no range of targets"),
        (["--cfe", "0:1:0.0001"], "is no range of targets"),
        (["--cfe", "0.5,nan"], "is no range of targets"),
        (["--cfe", "0.9,90"], "90 is outside 0..1; write 0.9 for 90 %"),
        (["--cfe", "0.5", "--scenario", "cheap"], "target.matching is none"),
        (["--cfe", "0.5", "--set", "target.cfee=1"], "did you mean 'cfe'"),
        (["--cfe", "0.5", "--solver", "higs"], "did you mean 'highs'"),
        (["--cfe", "0.5", "--out", "case.yaml"], "is a file"),
        ([], "--cfe"),
        (["--vary", "target.cfe"], "is not of the form KEY=VALUES"),
        (["--vary", "target.cfe=0.9:0.5:0.1"], "is no range; write first:last:step"),
        (["--vary", "contracts.pv.strike_per_mhw=40,50"], "did you mean 'strike_per_mwh'"),
        (["--vary", "target.cfe=0.5", "--vary", "target.cfe=0.6"], "varies target.cfe a second time"),
        (["--cfe", "0.5", "--vary", "target.cfe=0.6"], "target.cfe is varied twice"),
        (
            ["--cfe", "0.5", "--vary", "contracts.pv.max_mw=9", "--vary", "contracts.pv.strike_per_mwh=1"],
            "3 keys are varied",
        ),
        (["--cfe", "0.5", "--dask", "tcp://127.0.0.1:9"], "no Dask scheduler answers there"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(run, case, words, told):
    before = sorted(path.name for path in Path().iterdir())
    ended = run("sweep", case, *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_nothing_is_overwritten_without_force_and_nothing_of_others_at_all(run, case):
    words = ["sweep", case, "--cfe", "0.3", "--jobs", 1, "--out", "frontier"]
    assert run(*words).code == 0
    assert "holds a sweep already" in run(*words).err
    assert run(*words, "--force").code == 0
    note = Path("frontier", "points", "cfe-0.3", "note.txt")
    note.write_text("mine")
    ended = run(*words, "--force")
    assert (ended.code, note.read_text()) == (2, "mine")
    assert "points/cfe-0.3/note.txt" in ended.err
    assert "holds other files and no run" in run("solve", case, "--out", "frontier", "--force").err


def test_any_key_can_be_varied(run, case):
    vary = ["--vary", "contracts.pv.strike_per_mwh=40:60:10", "--jobs", 1]
    ended = run("sweep", case, *vary, "--out", "strikes")
    assert ended.code == 0
    assert "contracts.pv.strike_per_mwh" in ended.out
    written = json.loads(Path("strikes", "sweep.json").read_text())
    assert written["axes"] == [{"key": "contracts.pv.strike_per_mwh", "values": [40, 50, 60]}]
    assert written["frontiers"] == []
    assert [found["point"] for found in written["baselines"]] == ["annual-100", "no-target"]
    for point in written["points"]:
        strike = point["contracts.pv.strike_per_mwh"]
        alone = cm.solve(cm.load_case(case, settings=[f"contracts.pv.strike_per_mwh={strike}"])).summary
        summary = cm.read_run(Path("strikes", "points", point["point"])).summary
        assert summary["cost"]["components"] == pytest.approx(alone["cost"]["components"], rel=1e-6, abs=1e-3)
        assert summary["contracts"]["pv"]["strike_per_mwh"] == strike
    costs = [point["cost_net_of_sales"] for point in written["points"]]
    assert costs == sorted(costs)


def test_a_strike_that_varies_does_not_build_the_model_again(case, monkeypatch):
    built = []
    real = study_solver.build_model
    monkeypatch.setattr(study_solver, "build_model", lambda problem: built.append(problem) or real(problem))
    cm.sweep(case, vary={"contracts.pv.strike_per_mwh": [40.0, 50.0, 60.0]}, jobs=1, baselines=False)
    assert len(built) == 1


def test_two_keys_give_every_combination_and_a_frontier_for_each_value(run, case):
    words = ["--cfe", "0.4,0.6,0.7", "--vary", "contracts.pv.strike_per_mwh=40,60", "--no-baselines", "--jobs", 1]
    ended = run("sweep", case, *words, "--out", "both")
    assert ended.code == 0
    assert "Cost net of sales, contracts.pv.strike_per_mwh across" in ended.out
    written = json.loads(Path("both", "sweep.json").read_text())
    assert [(point["target_cfe"], point["contracts.pv.strike_per_mwh"]) for point in written["points"]] == [
        (cfe, strike) for cfe in (0.4, 0.6, 0.7) for strike in (40, 60)
    ]
    assert [frontier["held"] for frontier in written["frontiers"]] == [
        {"contracts.pv.strike_per_mwh": strike} for strike in (40, 60)
    ]
    cheap, dear = written["frontiers"]
    assert [place["cfe"] for place in cheap["places"]] == [0.4, 0.6, 0.7]
    assert all(a["net_per_mwh"] < b["net_per_mwh"] for a, b in zip(cheap["places"], dear["places"], strict=True))
    assert cheap["not_as_proved"] == dear["not_as_proved"] == []


def test_words_can_be_varied_too(case):
    found = cm.sweep(case, vary={"target.matching": ["hourly", "annual"]}, baselines=False, jobs=1)
    assert [point.name for point in found.points] == ["matching-hourly", "matching-annual"]
    assert [point.summary["target"]["matching"] for point in found.points] == ["hourly", "annual"]


def test_the_premium_over_the_baselines_is_told(run, case):
    ended = run("sweep", case, "--cfe", "0.5,0.6", "--jobs", 1, "--out", "frontier")
    assert "premium" in ended.out
    assert "Baselines" in ended.out
    written = json.loads(Path("frontier", "sweep.json").read_text())
    baselines = {found["point"]: found for found in written["baselines"]}
    for point in written["points"]:
        for name, word in (("annual-100", "annual_100"), ("no-target", "no_target")):
            more = point["cost_net_of_sales"] - baselines[name]["cost_net_of_sales"]
            assert point[f"premium_over_{word}_cost"] == pytest.approx(more)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("0.5:1.0:0.1", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ("0:1:0.4", [0.0, 0.4, 0.8]),
        ("1,0.9,0.9", [0.9, 1.0]),
        ("0.7", [0.7]),
    ],
)
def test_targets_are_read_in_decimals(text, targets):
    assert read_targets(text) == targets


@pytest.mark.slow  # three times two processes, one of them stopped half-way
def test_ctrl_c_ends_all_processes_and_the_same_command_goes_on_from_there(run, case):
    words = ["sweep", str(case), "--cfe", "0.3:0.9:0.05", "--no-baselines", "--jobs", "2", "--out", "frontier"]
    sweeping = subprocess.Popen([*INTERRUPTIBLE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert sweeping.stderr is not None
    while "3 of 13 done" not in sweeping.stderr.readline():
        assert sweeping.poll() is None
    sweeping.send_signal(signal.SIGINT)
    out, err = sweeping.communicate(timeout=60)  # the pipe closes only when the last process has ended
    assert sweeping.returncode == 130
    assert out == ""
    assert err.endswith(" points are kept: the same command goes on from there.\n")
    assert "Traceback" not in err
    assert sorted(path.name for path in Path().iterdir()) == [".frontier.unfinished", "case.yaml", "sun.csv"]
    kept = {path.name: path.stat().st_mtime_ns for path in Path(".frontier.unfinished", "points").glob("cfe-*")}
    assert len(kept) >= 3
    ended = run(*words)
    assert ended.code == 0
    assert f"{len(kept)} of 13 are there already" in ended.err
    for name, stamp in kept.items():
        assert Path("frontier", "points", name).stat().st_mtime_ns == stamp
    assert run(*words[:-1], "whole").code == 0
    assert Path("frontier", "sweep.json").read_bytes() == Path("whole", "sweep.json").read_bytes()
    assert sorted(path.name for path in Path().iterdir()) == ["case.yaml", "frontier", "sun.csv", "whole"]
