"""`carbonmatch load`: tables, JSON, a folder; of cases that are not complete enough to be solved, too."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

FILES = {"load.csv", "load.parquet", "load.json", "load.html", "provenance.json"}

BARE = """\
name: bare
currency: EUR
time: {start: 2018-01-01, end: 2019-01-01, timezone: Europe/Berlin}
zones: {DE: {}}
sites:
  campus: {zone: DE, load: {ai_factory: {contracted_mw: 500, utilisation: 0.9}}}
  works:
    zone: DE
    load:
      factory:
        base_mw: 2
        shifts: {early: {mw: 6, days: weekday, hours: [6, 14]}, late: {mw: 4, days: weekday, hours: [14, 22]}}
scenarios:
  half: {sites.campus.load.ai_factory.utilisation: 0.45}
weather_years:
  mild: {weight: 1, set: {}}
  hot: {weight: 1, set: {sites.campus.load.ai_factory.utilisation: 0.95}}
"""


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Write a case of sites and zones, without contracts, prices or a target."""
    path = tmp_path / "bare.yaml"
    path.write_text(BARE)
    monkeypatch.chdir(tmp_path)
    return path


def told(run, *words):
    ended = run("load", *words, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_a_flat_load_is_shown(run, case):
    ended = run("load", case)
    assert ended.code == 0, ended.err
    assert "two-days: load" in ended.out
    assert "87.6 GWh a year; 10.0 MW on average, 10.0 MW at most" in ended.out
    assert "berlin  DE" in ended.out
    assert "reading the case" in ended.err
    assert not list(Path().glob("*/load.json"))


def test_a_series_is_shown(run, case):
    summary = told(run, case, "--set", "sites.berlin.load={file: sun.csv, column: capacity_factor, scale: 20}")
    site = summary["sites"]["berlin"]
    # Twice a day 0.2, 0.4, 0.6, 0.8, 1, 0.8, ... 0.2 of 20 MW: 100 MWh a day.
    assert site["load_mwh"] == pytest.approx(200.0)
    assert (site["peak_mw"], site["peak_at_utc"]) == (20.0, "2018-01-01T12:00:00+00:00")


def test_sites_and_zones_suffice(run, bare):
    summary = told(run, bare)
    assert summary["sites"]["campus"]["load_mwh"] == pytest.approx(3.942e6)  # 500 MW at 90 %
    works = summary["sites"]["works"]
    # 261 weekdays in 2018, eight hours of each shift.
    assert works["load_mwh"] == pytest.approx(2 * 8760 + 261 * 8 * (6 + 4))
    assert works["peak_mw"] == 8.0
    assert {name: part["mean_mw"] for name, part in works["classes"].items()} == {
        "base": pytest.approx(2.0),
        "early": pytest.approx(261 * 8 * 6 / 8760),
        "late": pytest.approx(261 * 8 * 4 / 8760),
    }
    assert run("solve", bare).code == 2


def test_tables_name_parts_and_all_sites(run, bare):
    ended = run("load", bare)
    assert "3.94" in ended.out
    assert "all sites" in ended.out
    assert "What it is made of: works" in ended.out
    assert "early" in ended.out
    assert "What it is made of: campus" not in ended.out


def test_one_site_a_scenario_and_a_year(run, bare):
    assert list(told(run, bare, "--site", "works")["sites"]) == ["works"]
    half = told(run, bare, "--scenario", "half", "--site", "campus")
    assert half["sites"]["campus"]["mean_mw"] == pytest.approx(225.0)
    hot = told(run, bare, "--year", "hot", "--site", "campus")
    assert hot["sites"]["campus"]["mean_mw"] == pytest.approx(475.0)
    ended = run("load", bare)
    assert (
        "weather_years: the case names several years, and this is its load without them; --year takes one" in ended.err
    )


def test_faults_end_with_2_and_their_cure(run, bare):
    ended = run("load", bare, "--site", "work")
    assert (ended.code, ended.out) == (2, "")
    assert "there is no site 'work'; did you mean 'works'? (sites: campus, works)" in ended.err
    ended = run("load", bare, "--set", "sites.works.load.factory.shifts.early.mw=-1")
    assert (ended.code, ended.out) == (2, "")
    assert "sites.works.load.factory.shifts.early.mw" in ended.err


def test_what_a_meter_saw_is_shown_where_no_load_is_planned(run, bare):
    bare.write_text(BARE.replace("load: {ai_factory: {contracted_mw: 500, utilisation: 0.9}}", "metered_load_mw: 7"))
    ended = run("load", bare, "--site", "campus", "--set", "scenarios=null", "--set", "weather_years=null")
    assert ended.code == 2  # scenarios cannot be changed by a setting
    text = bare.read_text()
    bare.write_text(text[: text.index("scenarios:")])
    ended = run("load", bare, "--site", "campus")
    assert ended.code == 0, ended.err
    assert "61.3 GWh a year" in ended.out
    assert "What the meter saw, for the case plans no load: campus." in ended.out


def test_a_folder_holds_tables_figures_page_and_where_they_come_from(run, bare):
    ended = run("load", bare, "--out", "out")
    assert ended.code == 0, ended.err
    assert ended.out.endswith("Written to out; load.html in it shows all of this and more\n")
    folder = Path("out")
    assert {path.name for path in folder.iterdir()} == FILES
    hourly = pd.read_parquet(folder / "load.parquet")
    assert len(hourly) == 2 * 8760
    assert hourly.columns[:4].tolist() == ["interval_start_utc", "site", "zone", "total_mw"]
    written = pd.read_csv(folder / "load.csv")
    assert written["total_mw"].tolist() == hourly["total_mw"].tolist()
    assert written["interval_start_utc"][0] == "2017-12-31T23:00:00Z"
    summary = json.loads((folder / "load.json").read_text())
    assert summary == told(run, bare)
    assert hourly["total_mw"].sum() == pytest.approx(summary["all_sites"]["load_mwh"], rel=1e-12)
    origin = json.loads((folder / "provenance.json").read_text())
    assert origin["case"]["sha256"] == hashlib.sha256(bare.read_bytes()).hexdigest()
    assert origin["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("load.csv", "load.parquet", "load.json")
    }
    assert origin["versions"]["carbonmatch"]
    assert "sites.works.load.factory.base_mw" in {entry["key"] for entry in origin["assumptions"]}


def test_the_same_case_gives_the_same_bytes(run, bare):
    assert run("load", bare, "--out", "one").code == run("load", bare, "--out", "two").code == 0
    for name in FILES:
        assert (Path("one") / name).read_bytes() == (Path("two") / name).read_bytes()


def test_nothing_is_overwritten_and_nothing_half_is_left(run, bare):
    assert run("load", bare, "--out", "out").code == 0
    ended = run("load", bare, "--out", "out", "--site", "works")
    assert ended.code == 2
    assert "holds a load of a case already; add --force to replace it, or name another --out" in ended.err
    assert run("load", bare, "--out", "out", "--site", "works", "--force").code == 0
    assert list(json.loads(Path("out/load.json").read_text())["sites"]) == ["works"]
    Path("out/notes.txt").write_text("mine")
    assert "holds files beside the load of a case (notes.txt)" in run("load", bare, "--out", "out", "--force").err
    assert run("load", bare, "--out", "new", "--set", "sites.works.load.factory.base_mw=-1").code == 2
    assert not Path("new").exists()
    Path("other").mkdir()
    Path("other/a.txt").write_text("mine")
    assert "holds other files and no load of a case" in run("load", bare, "--out", "other").err
    ended = run("report", "out", "--format", "html")
    assert ended.code == 2
    assert "is no run folder" in ended.err


def test_a_load_above_its_connection_is_told(run, case):
    ended = run("load", case, "--set", "sites.berlin.grid.connection_mw=8")
    assert ended.code == 0
    assert "warning: sites.berlin.grid.connection_mw: is 8 MW, and the load is above it in 48 of 48 steps" in ended.err


def test_what_may_be_changed_is_shown(run, case):
    flexible = "sites.berlin.flexible={late: {share: 0.2, window_hours: 12}}"
    curtailable = "sites.berlin.curtailable={off: {share: 0.1, price_per_mwh: 900, event_hours: 3, events_per_year: 8}}"
    ended = run("load", case, "--set", flexible, "--set", curtailable)
    assert ended.code == 0, ended.err
    assert "may be moved within 12 h" in ended.out
    assert "may be given up, events of 3 h, 8 a year" in ended.out
    assert "20.0 %" in ended.out
