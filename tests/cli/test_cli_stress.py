"""`carbonmatch stress`: tables, JSON, run folders that can be verified, and an end that is no error."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from carbonmatch import runfolder

QUICK = ("--jobs", "1")


@pytest.fixture
def stressed(run, case):
    """Return the outcome of a stress test of the case, in the folder `runs/two-days-stress`."""
    ended = run("stress", case, *QUICK)
    assert ended.code == 0, ended.err
    return ended


def test_a_missed_target_is_a_row_and_no_error(stressed):
    assert "The plan's 60.0 % falls to 0.0 % in the worst case: pv out in January 2018." in stressed.out
    assert "The target is met in 3 of 7" in stressed.out  # both prices; persistence, for both days are the same
    _, table = stressed.out.split("Stress test\n")
    rows = [line for line in table.splitlines() if "missed" in line or " met " in line]
    assert rows[0].startswith("pv out in January 2018")
    assert "Written to runs/two-days-stress; report.html" in stressed.out


def test_the_folder_holds_the_record_the_table_and_a_run_of_every_case(stressed):
    folder = Path("runs/two-days-stress")
    record = json.loads((folder / "stress.json").read_text())
    table = pd.read_csv(folder / "stress.csv")
    assert [point["stress"] for point in record["points"]] == list(table["stress"])
    assert record["points"][0]["reached_share"] == pytest.approx(0.6)
    settings = {point["stress"]: point["settings"] for point in record["points"]}
    assert settings["load-up"] == ['sites.berlin.load={"flat_mw": 11.0}']
    assert record["words"] in " ".join(stressed.out.split())
    assert record["operation"] == {"foresight": "persistence", "window_hours": 48.0}
    points = {path.name for path in (folder / runfolder.POINTS).iterdir()}
    assert points == set(table["stress"])
    assert table["reached_share"].iloc[1:].is_monotonic_increasing


def test_json_goes_to_stdout_and_is_the_record(run, case):
    ended = run("stress", case, "--json", "--out", "here", *QUICK)
    assert ended.code == 0
    assert json.loads(ended.out) == json.loads(Path("here/stress.json").read_text())
    assert "Written to here" in ended.err


def test_a_run_gives_the_table_of_its_case(run, case, stressed):
    assert run("solve", case, "--out", "plan").code == 0
    ended = run("stress", "plan", *QUICK)
    assert ended.code == 0
    tables = [pd.read_csv(f"runs/{name}/stress.csv") for name in ("two-days-stress", "plan-stress")]
    pd.testing.assert_frame_equal(*tables)
    assert "portfolio  of plan, sizes held" in ended.out
    assert not Path("runs/plan-stress/points/plan").exists()


@pytest.mark.parametrize("point", ["no-foresight", "load-up", "pv-out", "battery-out", "prices-down"])
def test_every_case_can_be_reported_and_verified_like_any_run(run, stressed, point):
    folder = Path("runs/two-days-stress/points") / point
    ended = run("report", folder, "--format", "audit")
    assert ended.code == 0, ended.err
    ended = run("verify", folder / "audit.zip")
    assert ended.code == 0, ended.out
    assert "NO " not in ended.out
    assert ("the operation is within the limits of the case" in ended.out) is (point == "no-foresight")
    ended = run("report", folder, "--format", "html")
    assert ended.code == 0, ended.err


def test_an_operation_that_was_tampered_with_does_not_verify(run, case):
    assert run("stress", case, "--shock", "foresight", "--out", "here", *QUICK).code == 0
    folder = Path("here/points/no-foresight")
    summary = json.loads((folder / "summary.json").read_text())
    for change, told in (
        ({"score": 0.99}, "operation.score is 0.99"),
        ({"opening_mwh": {"battery": {"clean": 5.0}}}, "does not prove itself optimal"),
        ({"opening_mwh": {}}, "does not say what each storage held at the start"),
        ({"foresight": "luck"}, "does not say how the portfolio was operated"),
        ({"window_hours": "long"}, "does not say how the portfolio was operated"),
    ):
        operation = {**summary["operation"], **change}
        (folder / "summary.json").write_text(json.dumps({**summary, "operation": operation}))
        assert run("report", folder, "--format", "audit", "--force").code == 0
        ended = run("verify", folder / "audit.zip")
        assert ended.code == 7
        assert told in ended.out
        assert "Traceback" not in ended.err


def test_a_reach_that_was_tampered_with_does_not_verify(run, case):
    assert run("stress", case, "--shock", "load", "--out", "here", *QUICK).code == 0
    folder = Path("here/points/load-up")
    summary = json.loads((folder / "summary.json").read_text())
    for change in ({"cfe": 2.0}, {"lifted": ["surplus"]}, {"lifted": None}, {"best_cfe": "all"}):
        reach = {**summary["reach"], **change}
        (folder / "summary.json").write_text(json.dumps({**summary, "reach": reach}))
        assert run("report", folder, "--format", "audit", "--force").code == 0
        ended = run("verify", folder / "audit.zip")
        assert ended.code == 7
        assert "does not say what was asked in the place of the target" in ended.out


def test_single_shocks_and_what_an_operator_knows_can_be_chosen(run, case):
    words = ("--shock", "foresight", "--foresight", "perfect", "--window", "24")
    ended = run("stress", case, *words, "--out", "here", *QUICK)
    assert ended.code == 0, ended.err
    assert "no foresight (perfect forecasts, 24 h)" in ended.out
    operation = json.loads(Path("here/points/no-foresight/summary.json").read_text())["operation"]
    assert (operation["foresight"], operation["window_hours"]) == ("perfect", 24.0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--shock", "prize"), "is not known; did you mean 'prices'"),
        (("--window", "6"), "a window is a day or longer"),
        (("--set", "target.cfe=1.5"), "target.cfe"),
        (("--scenario", "none"), "there is no scenario 'none'"),
    ],
)
def test_what_is_wrong_is_told_with_exit_code_2(run, case, words, told):
    ended = run("stress", case, *words, *QUICK)
    assert ended.code == 2
    assert told in ended.err
    assert not Path("runs").exists()


def test_a_run_takes_no_settings(run, case):
    assert run("solve", case, "--out", "plan").code == 0
    ended = run("stress", "plan", "--set", "target.cfe=0.5", *QUICK)
    assert ended.code == 2
    assert "plan: is a run, which has its case with all settings" in ended.err


def test_a_case_without_a_portfolio_ends_as_its_solve_does(run, case):
    ended = run("stress", case, "--set", "contracts.pv.max_mw=0", "--set", "contracts.wind.max_mw=0", *QUICK)
    assert ended.code == 3
    assert not Path("runs/two-days-stress").exists()


def test_a_folder_that_is_a_stress_test_is_told_as_one(run, stressed):
    ended = run("report", "runs/two-days-stress/points", "--format", "audit")
    assert ended.code == 2
    ended = run("stress", "runs/two-days-stress", *QUICK)
    assert ended.code == 2
    assert "is a stress test; name one of its points" in ended.err
