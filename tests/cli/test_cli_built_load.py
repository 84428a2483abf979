"""A load that is built goes through every command like one that is given."""

from __future__ import annotations

import json

import pytest

BUILT = """load:
      ai_factory:
        tranches:
          first: {generation: gb200_nvl72, racks: 50}
          second: {generation: gb300_nvl72, racks: 30, arrives: 2018-01-02}
        classes:
          training: {share: 0.6, interruptions: {accelerators: 16384}}
          inference: {share: 0.4, users: {Europe/Berlin: 0.5, America/New_York: 0.5}}
        weather:
          dry_bulb_c: {file: weather.csv, column: t}
          relative_humidity: {file: weather.csv, column: h, scale: 0.01}
"""
YEARS = """weather_years:
  hot: {set: {sites.berlin.load.ai_factory.weather.dry_bulb_c: 35}}
  cold: {set: {sites.berlin.load.ai_factory.weather.dry_bulb_c: 0}}
"""
STRESS = """stress:
  delayed: {set: {sites.berlin.load.ai_factory.tranches.second.racks: 0}, words: the second hall is late}
"""
LOAD = "sites.berlin.load.ai_factory"


@pytest.fixture
def built(case):
    rows = [f"2018-01-0{1 + hour // 24}T{hour % 24:02d}:00:00Z,{hour % 24},{90 - hour}" for hour in range(48)]
    (case.parent / "weather.csv").write_text("\n".join(["timestamp_utc,t,h", *rows]) + "\n")
    case.write_text(case.read_text().replace("load: {flat_mw: 10}\n", BUILT))
    return case


def load_mwh(run, case, out, *words):
    ended = run("solve", case, "--out", out, "--json", *words)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)["load_mwh"]


def test_a_built_load_is_solved_changed_and_verified(run, built, tmp_path):
    usual = load_mwh(run, built, "runs/usual")
    # first hall 6.6 MW of racks and 0.79 of overhead for 48 h, second 4.26 and 0.51 for 24 h, at 0.8 of it
    assert 300 < usual < 500
    fewer = load_mwh(run, built, "runs/fewer", "--set", f"{LOAD}.tranches.first.racks=25")
    assert fewer < 0.75 * usual
    assert load_mwh(run, built, "runs/twice", "--set", f"{LOAD}.scale=2") == pytest.approx(2 * usual)
    assert run("report", "runs/usual", "--format", "audit").code == 0
    verified = run("verify", "runs/usual/audit.zip")
    assert verified.code == 0, verified.err
    assert "Everything agrees" in verified.out


def test_contracted_power_is_swept(run, case):
    case.write_text(case.read_text().replace("{flat_mw: 10}", "{ai_factory: {contracted_mw: 10}}"))
    ended = run(
        *("sweep", case, "--vary", f"{LOAD}.contracted_mw=10,20", "--no-baselines", "--jobs", 1),
        *("--out", "runs/sweep", "--json"),
    )
    assert ended.code == 0, ended.err
    assert [point["load_mwh"] for point in json.loads(ended.out)["points"]] == pytest.approx([432.0, 864.0])


def test_a_built_load_is_stressed(run, built):
    built.write_text(built.read_text() + STRESS)
    usual = load_mwh(run, built, "runs/usual")
    ended = run("stress", "runs/usual", "--shock", "load", "--shock", "own", "--jobs", 1, "--out", "runs/st", "--json")
    assert ended.code == 0, ended.err
    cases = {point["stress"]: point for point in json.loads(ended.out)["points"]}
    assert cases["load-up"]["load_mwh"] == pytest.approx(1.1 * usual)
    assert cases["delayed"]["load_mwh"] < 0.85 * usual


def test_a_built_load_follows_the_weather_of_years(run, built):
    built.write_text(built.read_text() + YEARS)
    ended = run("solve", built, "--out", "runs/years", "--json")
    assert ended.code == 0, ended.err
    hot, cold = (
        json.loads((built.parent / "runs/years/points" / year / "summary.json").read_text())["load_mwh"]
        for year in ("hot", "cold")
    )
    assert hot > 1.02 * cold


def test_what_was_metered_takes_the_place_of_a_built_load(run, built):
    built.write_text(
        built.read_text().replace("    zone: DE\n    load:", "    zone: DE\n    metered_load_mw: 7\n    load:")
    )
    ended = run("match", built, "--out", "runs/match", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["load_mwh"] == pytest.approx(7 * 48)


def test_faults_of_a_built_load_name_line_and_key(run, built):
    ended = run("validate", built, "--set", f"{LOAD}.classes.training.share=0.7")
    assert ended.code == 2
    assert f"{LOAD}.classes: the shares of the classes add to 1.1" in ended.err
    built.write_text(built.read_text().replace("gb300_nvl72", "gb400_nvl72"))
    ended = run("validate", built)
    assert ended.code == 2
    assert f"case.yaml, line 13: {LOAD}.tranches.second.generation: is 'gb400_nvl72', which is not in" in ended.err
