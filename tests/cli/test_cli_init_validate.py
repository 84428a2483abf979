"""`carbonmatch init` and `carbonmatch validate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carbonmatch.case import template_names


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_init_then_solve(run):
    started = run("init", "mine")
    assert (started.code, started.out) == (0, "mine/case.yaml\n")
    assert "carbonmatch solve mine/case.yaml" in started.err
    solved = run("solve", "mine/case.yaml", "--set", "time.end=2018-01-03")
    assert solved.code == 0
    assert "Written to runs/ai-factory-frankfurt" in solved.out


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_valid(run, name):
    assert run("init", "mine", "--template", name).code == 0
    checked = run("validate", "mine/case.yaml")
    assert checked.code == 0
    assert checked.out.startswith(f"mine/case.yaml is valid: {name}, 8,760 steps, ")


def test_init_overwrites_with_force_only(run):
    assert run("init", "mine").code == 0
    Path("mine/case.yaml").write_text("changed")
    refused = run("init", "mine")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("mine/case.yaml").read_text() == "changed"
    assert run("init", "mine", "--force").code == 0
    assert Path("mine/case.yaml").read_text() != "changed"


def test_an_unknown_template_is_told_with_the_known_ones(run):
    ended = run("init", "mine", "--template", "ai-factory-frankfort")
    assert ended.code == 2
    assert "did you mean 'ai-factory-frankfurt'" in ended.err
    assert not Path("mine").exists()


def test_validate_for_machines(run, case):
    good = run("validate", case, "--json")
    assert good.code == 0
    assert json.loads(good.out) == {"valid": True, "faults": [], "warnings": []}
    bad = run("validate", case, "--json", "--set", "target.cfe=90", "--set", "currency=euro")
    assert bad.code == 2
    report = json.loads(bad.out)
    assert report["valid"] is False
    assert [sorted(fault) for fault in report["faults"]] == [["what", "where"]] * 2


def test_validate_tells_warnings_and_solves_nothing(run, case):
    settings = [
        "--set",
        "storage.battery.power_cost_per_mw_year=0",
        "--set",
        "storage.battery.energy_cost_per_mwh_year=0",
    ]
    ended = run("validate", case, *settings)
    assert ended.code == 0
    assert ended.err.startswith("warning: ")
    assert ended.out == f"{case} is valid: two-days, 48 steps, 1 site, 2 contracts, 1 storage\n"
    assert json.loads(run("validate", case, "--json", *settings).out)["warnings"]
    assert not Path("runs").exists()


def test_validate_applies_a_scenario(run, case):
    assert run("validate", case, "--scenario", "cheap").code == 0
    assert run("validate", case, "--scenario", "dear").code == 2
