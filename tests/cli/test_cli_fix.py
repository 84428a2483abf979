"""`carbonmatch solve --fix`: the sizes of a run held, its operation chosen again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def first(run, case):
    """Return the summary of a run in the folder `first`."""
    assert run("solve", case, "--out", "first").code == 0
    return json.loads(Path("first/summary.json").read_text())


def solved(run, case, *words):
    ended = run("solve", case, "--json", "--force", "--out", "second", *words)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_the_sizes_of_a_run_meet_its_target_again_at_the_same_cost(run, case, first):
    second = solved(run, case, "--fix", "first")
    assert second["sizes_held"] is True
    assert first["sizes_held"] is False
    for name, contract in first["contracts"].items():
        assert second["contracts"][name]["contracted_mw"] == contract["contracted_mw"]
    for name, storage in first["storage"].items():
        assert second["storage"][name]["power_mw"] == storage["power_mw"]
        assert second["storage"][name]["energy_mwh"] == storage["energy_mwh"]
    # Both are optimal to 1e-6 of gross cost.
    assert second["cost"]["net_of_sales"] == pytest.approx(first["cost"]["net_of_sales"], rel=2e-6)
    assert second["warnings"] == []


def test_the_manifest_names_the_run(run, case, first):
    solved(run, case, "--fix", "first")
    held = json.loads(Path("second/manifest.json").read_text())["sizes_held"]
    assert held["path"] == "first/summary.json"
    assert len(held["sha256"]) == 64


def test_sizes_edited_by_hand_are_held_beyond_the_limits_of_the_offers(run, case, first):
    sizes = {
        "contracts": {"pv": {"contracted_mw": 40}, "wind": {"contracted_mw": 0}},
        "storage": {"battery": {"power_mw": 20, "energy_mwh": 150}},
    }
    Path("sizes.json").write_text(json.dumps(sizes))
    second = solved(run, case, "--fix", "sizes.json", "--set", "contracts.pv.max_mw=20")
    assert second["contracts"]["pv"]["contracted_mw"] == 40.0
    assert second["storage"]["battery"]["energy_mwh"] == 150.0
    assert second["cost"]["net_of_sales"] > first["cost"]["net_of_sales"]


def test_sizes_that_miss_the_target_end_with_3_and_the_way_to_see_their_score(run, case, first):
    ended = run("solve", case, "--fix", "first", "--set", "target.cfe=0.9", "--out", "second")
    assert (ended.code, ended.out) == (3, "")
    assert "The sizes of first/summary.json do not meet the hourly target of 0.9" in ended.err
    assert "--set target.matching=none" in ended.err
    reached = solved(run, case, "--fix", "first", "--set", "target.matching=none")
    assert reached["scores"]["hourly_matched_share"] < 0.9


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"contracts": {"pvv": {"contracted_mw": 1}}}', "did you mean 'pv'"),
        ('{"contracts": {"pv": {"contracted_mw": -1}, "wind": {}}}', "contracts.pv.contracted_mw: is -1; a size is"),
        ('{"contracts": {"pv": {"contracted_mw": true}, "wind": {}}}', "contracts.wind.contracted_mw: is missing"),
        ('{"contracts": {"pv": {"contracted_mw": NaN}}}', "is NaN"),
        ('{"contracts": [1]}', "is not a block of names"),
        ('{"storage": {}}', "storage.battery: is missing; give power_mw and energy_mwh"),
        ("[]", "is not a block of names"),
        ("{", "is no JSON"),
    ],
)
def test_what_is_wrong_with_the_sizes_is_told(run, case, content, told):
    Path("sizes.json").write_text(content)
    ended = run("solve", case, "--fix", "sizes.json")
    assert ended.code == 2
    assert told in ended.err
    assert "sizes.json" in ended.err


def test_a_run_that_is_not_there_is_told(run, case):
    ended = run("solve", case, "--fix", "nowhere")
    assert ended.code == 2
    assert "nowhere: does not exist" in ended.err
