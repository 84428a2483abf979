"""Lots, least sizes and variants from the command line: what is printed, how it ends, what a bundle proves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LOTS = (
    *("--set", "contracts.pv.lot_mw=7", "--set", "contracts.wind.max_mw=50", "--set", "contracts.wind.variant_of=v"),
    *("--set", "storage.battery.max_power_mw=100", "--set", "storage.battery.variant_of=v"),
)


@pytest.fixture
def solved(run, case):
    """Return how a solve ended whose run is in the folder `lots`."""
    ended = run("solve", case, *LOTS, "--out", "lots")
    assert ended.code == 0, ended.err
    return ended


def test_validate_tells_how_many_decisions_there_are(run, case):
    ended = run("validate", case, *LOTS)
    assert ended.code == 0
    keys = "contracts.pv.lot_mw, contracts.wind.variant_of, storage.battery.variant_of"
    assert f"3 whole-number decisions ({keys})" in ended.err
    assert "mixed-integer" in ended.err


def test_faults_name_the_key_and_the_cure(run, case):
    ended = run("validate", case, "--set", "contracts.pv.lot_mw=2000", "--set", "contracts.wind.or_nothing=true")
    assert ended.code == 2
    assert "is 2000, above max_mw, which is 1000: not one lot fits in; lower lot_mw or raise max_mw" in ended.err
    assert "is true, and max_mw is missing; give max_mw" in ended.err


def test_a_run_tells_what_it_proved_and_what_that_took(solved):
    assert "over all whole numbers" in solved.out
    assert "with them held" in solved.out
    assert "Whole numbers took" in solved.err
    summary = json.loads(Path("lots/summary.json").read_text())
    search = summary["certificate"]["integer"]
    assert list(search) == [
        *("decisions", "bound", "gap", "gap_absolute", "gap_asked", "integrality_residual", "solver", "nodes"),
    ]
    assert search["decisions"] == 3
    assert search["gap"] <= search["gap_asked"] == 1e-4
    lots = summary["contracts"]["pv"]["contracted_mw"] / 7
    assert lots == pytest.approx(round(lots), abs=1e-6)
    assert summary["storage"]["battery"]["power_mw"] * summary["contracts"]["wind"]["contracted_mw"] == pytest.approx(0)
    told = json.loads(Path("lots/manifest.json").read_text())["solver"]["whole_numbers"]
    assert set(told) == {"programmes", "seconds", "seconds_with_all_held"}
    page = Path("lots/report.html").read_text()
    assert "with these whole numbers" in page
    assert "With other whole numbers none costs less than" in page


def test_the_same_run_again_gives_the_same_bytes(run, case, solved):
    run("solve", case, *LOTS, "--out", "again")
    for name in ("summary.json", "optimum.parquet"):
        assert Path("again", name).read_bytes() == Path("lots", name).read_bytes()


def test_a_gap_of_ones_own(run, case):
    ended = run("solve", case, *LOTS, "--mip-gap", "0.2", "--out", "wide", "--json")
    assert json.loads(ended.out)["certificate"]["integer"]["gap_asked"] == 0.2
    assert run("solve", case, *LOTS, "--mip-gap", "-1", "--out", "no").code == 2


def test_out_of_time_is_a_limit_and_writes_nothing(run, case):
    ended = run("solve", case, *LOTS, "--time-limit", "0", "--out", "none")
    assert ended.code == 5
    assert "No portfolio of whole numbers was found yet" in ended.err
    assert not Path("none").exists()


def test_a_bundle_proves_the_run_at_its_whole_numbers(run, solved):
    assert run("report", "lots", "--format", "audit").code == 0
    ended = run("verify", "lots/audit.zip")
    assert ended.code == 0, ended.out + ended.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"bound": 1.0}, "is not within 0.0001 of the bound 1.00"),
        ({"solver": None}, "does not tell how its whole numbers were searched for"),
        ({"nodes": "many"}, "does not tell how its whole numbers were searched for"),
    ],
)
def test_a_bound_that_the_cost_is_not_within_is_found(run, solved, change, told):
    summary = json.loads(Path("lots/summary.json").read_text())
    summary["certificate"]["integer"] |= change
    Path("lots/summary.json").write_text(json.dumps(summary))
    ended = run("explain", "lots", "--no-exit-prices")
    assert ended.code == 7
    assert told in ended.err


def test_a_run_is_held_explained_stressed_and_swept(run, case, solved):
    held = run("solve", case, *LOTS, "--fix", "lots", "--out", "held", "--json")
    assert held.code == 0, held.err
    assert "integer" not in json.loads(held.out)["certificate"]
    explained = run("explain", "lots", "--no-exit-prices")
    assert explained.code == 0, explained.err
    assert "with the whole numbers held" in explained.err
    stressed = run("stress", "lots", "--shock", "load", "--out", "stressed")
    assert stressed.code == 0, stressed.err
    swept = run("sweep", case, *LOTS, "--cfe", "0.2:0.6:0.4", "--jobs", "1", "--no-baselines", "--out", "swept")
    assert swept.code == 0, swept.err


def test_sizes_that_are_no_lots_may_be_held(run, case, solved):
    sizes = {
        "contracts": {"pv": {"contracted_mw": 50}, "wind": {"contracted_mw": 1}},
        "storage": {"battery": {"power_mw": 12, "energy_mwh": 100}},
    }
    Path("sizes.json").write_text(json.dumps(sizes))
    ended = run("solve", case, *LOTS, "--set", "target.matching=none", "--fix", "sizes.json", "--out", "held", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["contracts"]["pv"]["contracted_mw"] == pytest.approx(50)


def test_diagnose_names_the_whole_sizes(run, case):
    few = (
        *("--set", "contracts.pv.min_mw=900", "--set", "contracts.pv.or_nothing=true"),
        *("--set", "contracts.wind.max_mw=0", "--set", "storage.battery.max_power_mw=0", "--set", "target.cfe=0.2"),
    )
    ended = run("diagnose", case, *few)
    assert ended.code == 0, ended.err
    assert "Whole numbers in the way" in ended.out
    assert "It is enough to free contracts.pv alone." in " ".join(ended.out.split())
    failed = run("solve", case, *few, "--out", "none")
    assert failed.code == 3
    assert "With sizes of any kind it could be met: contracts.pv.or_nothing stands in the way." in failed.err


def test_weather_years_share_the_whole_sizes(run, case):
    with case.open("a") as file:
        file.write(
            "weather_years:\n  calm: {weight: 1, set: {contracts.wind.capacity_factor: 0.2}}\n  windy: {weight: 1}\n"
        )
    ended = run("solve", case, *LOTS, "--out", "years", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    lots = told["contracts"]["pv"]["contracted_mw"] / 7
    assert lots == pytest.approx(round(lots), abs=1e-6)
    assert told["certificate"]["integer"]["gap"] <= 1e-4
    for year in ("calm", "windy"):
        run_of_year = json.loads(Path("years/points", year, "summary.json").read_text())
        assert run_of_year["contracts"]["pv"]["contracted_mw"] == pytest.approx(7 * round(lots), abs=1e-6)


def test_a_solver_that_reads_the_model_is_refused(run, case):
    ended = run("solve", case, *LOTS, "--solver", "appsi_highs", "--out", "none")
    assert ended.code == 2
    assert "take --solver highs or clarabel" in ended.err
