"""`carbonmatch match`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import carbonmatch.study.match as study_match
from carbonmatch import read_run
from carbonmatch.errors import VerificationError

FILES = [
    "claims.parquet",
    "contracts.parquet",
    "hourly.parquet",
    "links.parquet",
    "manifest.json",
    "report.html",
    "storage.parquet",
    "summary.json",
]
METERS = """\
name: metered
currency: EUR
time: {start: 2018-01-01, end: 2018-01-03, timezone: UTC}
zones:
  DE: {carbon_intensity_g_per_kwh: 400, grid_cfe_share: 0.5}
sites:
  berlin: {zone: DE, metered_load_mw: 10}
contracts:
  pv:
    technology: solar
    zone: DE
    structure: pay_as_produced
    metered_generation_mw: {file: sun.csv, column: capacity_factor, scale: 20}
  wind: {technology: onshore_wind, zone: DE, structure: virtual, metered_generation_mw: 3}
storage:
  battery: {zone: DE, round_trip_efficiency: 0.8, metered_charge_mw: 0, metered_discharge_mw: 0}
scenarios:
  windless: {contracts.wind.metered_generation_mw: 0}
"""


@pytest.fixture
def meters(case):
    """Write a case of meters beside the case that is solved."""
    path = case.parent / "meters.yaml"
    path.write_text(METERS)
    return path


def test_match_prints_tables_and_writes_a_run_folder(run, meters):
    ended = run("match", meters)
    assert ended.code == 0, ended.err
    for words in (
        "metered",
        "Metered generation",
        "Metered storage",
        "Load",
        "Scope 2",
        "Scores",
        "adds up in every step",
    ):
        assert words in ended.out
    for words in ("Portfolio", "Cost", "target", "Plan and actual"):
        assert words not in ended.out
    assert ended.out.endswith("\nWritten to runs/metered-metered; report.html in it shows all of this and more\n")
    folder = Path("runs/metered-metered")
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert read_run(folder).summary["verified"] is True


def test_progress_goes_to_stderr(run, meters):
    ended = run("match", meters)
    stages = [line.split(" s  ")[1] for line in ended.err.splitlines()]
    assert stages == [
        "reading the case",
        "reading the meters",
        "accounting and verifying",
        "writing the run folder",
        "reading the run",
        "writing report.html",
        "done",
    ]


def test_json_is_the_summary_and_nothing_else(run, meters):
    ended = run("match", meters, "--json", "--out", "run")
    assert ended.out == Path("run/summary.json").read_text()
    assert json.loads(ended.out)["kind"] == "metered"


def test_settings_and_scenarios_apply(run, meters):
    ended = run("match", meters, "--scenario", "windless", "--set", "sites.berlin.metered_load_mw=5", "--json")
    summary = json.loads(ended.out)
    assert summary["contracts"]["wind"]["generation_mwh"] == 0
    assert summary["load_mwh"] == 5 * 48
    assert Path("runs/metered-windless-metered").is_dir()
    manifest = json.loads(Path("runs/metered-windless-metered/manifest.json").read_text())
    assert manifest["case"]["scenario"] == "windless"


def test_an_existing_run_is_replaced_with_force_only(run, meters):
    assert run("match", meters, "--out", "run").code == 0
    before = Path("run/summary.json").read_bytes()
    refused = run("match", meters, "--out", "run", "--set", "currency=CHF")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("run/summary.json").read_bytes() == before
    assert run("match", meters, "--out", "run", "--set", "currency=CHF", "--force").code == 0
    assert json.loads(Path("run/summary.json").read_text())["currency"] == "CHF"


def test_a_metered_run_takes_the_place_of_a_plan_whole(run, case, meters):
    assert run("solve", case, "--out", "run").code == 0
    assert run("match", meters, "--out", "run", "--force").code == 0
    assert sorted(path.name for path in Path("run").iterdir()) == FILES


def test_two_runs_give_the_same_bytes(run, meters):
    for folder in ("one", "two"):
        assert run("match", meters, "--out", folder).code == 0
    for name in FILES:
        if name != "manifest.json":
            assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name


def test_a_plan_is_set_against_the_meters(run, case):
    meters = (
        "sites.berlin.metered_load_mw=9 contracts.pv.metered_generation_mw=8 contracts.wind.metered_generation_mw=2"
    )
    settings = [word for setting in meters.split() for word in ("--set", setting)]
    assert run("solve", case, "--out", "plan").code == 0
    ended = run("match", case, *settings, "--plan", "plan", "--out", "actual")
    assert ended.code == 0, ended.err
    for words in (
        "Plan and actual",
        "What made the difference",
        "Generation against plan",
        "Where matched differs most",
    ):
        assert words in ended.out
    assert "warning: battery has no metered_charge_mw" in ended.err
    assert "warning: battery is in the plan and has no meter" in ended.err
    assert "reconciliation.parquet" in {path.name for path in Path("actual").iterdir()}
    assert run("match", case, *settings, "--plan", "plan", "--out", "actual", "--force").code == 0


def test_what_is_missing_to_solve_is_told_by_solve_and_by_validate(run, meters):
    solved = run("solve", meters)
    assert (solved.code, solved.out) == (2, "")
    assert f"faults in {meters}" in solved.err
    for key in ("target", "sites.berlin.grid", "contracts.pv.strike_per_mwh", "storage.battery.power_cost_per_mw_year"):
        assert f"{key}: is missing; " in solved.err
    valid = run("validate", meters)
    assert valid.code == 0
    assert valid.out == f"{meters} is valid to match: metered, 48 steps, 1 site, 2 contracts, 1 storage\n"
    assert "To be solved as well, it would need:" in valid.err
    report = json.loads(run("validate", meters, "--json").out)
    assert report["valid"] is True
    assert any(fault["where"].endswith("target") for fault in report["missing_to_solve"])
    swept = run("sweep", meters, "--cfe", "0.5")
    assert swept.code == 2
    assert "sites.berlin.grid: is missing" in swept.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["match"], "CASE"),
        (["match", "absent.yaml"], "absent.yaml"),
        (["match", "case.yaml"], "holds no metered series"),
        (["match", "meters.yaml", "--scenario", "windles"], "did you mean 'windless'"),
        (["match", "meters.yaml", "--out", "case.yaml"], "is a file"),
        (["match", "meters.yaml", "--plan", "nowhere"], "nowhere: is no folder"),
        (["match", "meters.yaml", "--set", "sites.berlin.metered_load_mw=-1"], "a metered power is >= 0 MW"),
        (
            ["match", "meters.yaml", "--set", "storage.battery.metered_charge_mw=null"],
            "metered_charge_mw=null: is missing, and metered_discharge_mw is given",
        ),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(run, meters, words, told):
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert not Path("runs").exists()


@pytest.mark.parametrize("stage", ["prove_accounts", "write_accounts"])
def test_accounts_that_do_not_add_up_end_with_7_and_leave_nothing(run, meters, monkeypatch, stage):
    def fail(*_args):
        raise VerificationError("something is off")

    monkeypatch.setattr(study_match, stage, fail)
    ended = run("match", meters)
    assert (ended.code, ended.out) == (7, "")
    assert "error: something is off" in ended.err
    assert not list(Path().glob("runs/*"))
