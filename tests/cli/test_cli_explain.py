"""`carbonmatch explain`: of a case, of a run, as tables, as JSON, as a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

TABLES = {"prices.csv", "contracts.csv", "storage.csv", "limits.csv", "weeks.csv"}


@pytest.fixture
def explained(run):
    """Return the explanation of a path as `--json` prints it."""

    def call(path, *words):
        ended = run("explain", path, "--jobs", 1, "--json", *words)
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    return call


@pytest.fixture
def solved(run, case):
    """Solve the case into the run folder `first`, its wind made cheap enough to be taken."""
    ended = run("solve", case, "--out", "first", "--set", "contracts.wind.strike_per_mwh=90", "--scenario", "high")
    assert ended.code == 2  # there is no such scenario
    ended = run("solve", case, "--out", "first", "--set", "contracts.wind.strike_per_mwh=90")
    assert ended.code == 0, ended.err
    return Path("first")


def test_a_case_is_solved_and_told_as_tables(run, case):
    ended = run("explain", case, "--jobs", 1)
    assert ended.code == 0, ended.err
    for title in (
        "Price of carbon-free energy by hour and month [EUR/MWh]",
        "Contracts taken",
        "Contracts left out",
        "Storage taken",
        "Limits that bind",
        "Firm grid supply",
        "Weeks that set the cost",
    ):
        assert title in ended.out
    assert "target's price" in ended.out
    assert "leaves" in ended.out
    assert "without contracts.pv" in ended.err
    assert not Path("runs").exists()


def test_a_run_says_what_its_case_says(explained, case, solved):
    words = ("--set", "contracts.wind.strike_per_mwh=90")
    of_case, of_run = explained(case, *words), explained(solved)
    assert of_run["provenance"]["run"] == "first"
    assert of_case["provenance"]["run"] is None
    assert of_run["provenance"]["case"] == of_case["provenance"]["case"]
    for content in (of_case, of_run):
        del content["provenance"]
    assert of_run == of_case


def test_a_run_is_not_solved_again_without_exit_prices(run, explained, solved):
    ended = run("explain", solved, "--no-exit-prices", "--json")
    assert ended.code == 0
    assert "solving" not in ended.err
    found = json.loads(ended.out)
    assert found["contracts"]["wind"]["exit"] is None
    assert found["contracts"]["wind"]["no_exit_because"] == "not asked for"
    assert explained(solved)["contracts"]["wind"]["exit"]["saved_per_year"] > 0


def test_prices_are_measured_where_that_is_asked_for(run, explained, solved):
    ended = run("explain", solved, "--no-exit-prices", "--check-prices", "--jobs", 1)
    assert ended.code == 0
    assert "Prices measured by solving beside the limit" in ended.out
    assert "target.cfe relaxed by 0.1 points" in ended.err
    (target,) = [entry for entry in explained(solved, "--check-prices")["limits"] if entry["key"] == "target.cfe"]
    assert target["measured"]["step"] == 0.001


def test_a_folder_holds_the_document_and_its_tables(run, case, solved):
    ended = run("explain", solved, "--jobs", 1, "--out", "explained")
    assert ended.code == 0
    assert "Written to explained" in ended.out
    folder = Path("explained")
    assert {file.name for file in folder.iterdir()} == {"explain.json", *TABLES}
    content = json.loads((folder / "explain.json").read_text())
    contracts = pd.read_csv(folder / "contracts.csv").set_index("contract")
    assert contracts.loc["wind", "exit_saved_per_year"] == content["contracts"]["wind"]["exit"]["saved_per_year"]
    assert len(pd.read_csv(folder / "prices.csv")) == 24
    assert len(pd.read_csv(folder / "weeks.csv")) == len(content["weeks"]["DE"])
    # nothing is overwritten unless that is asked for
    ended = run("explain", solved, "--jobs", 1, "--out", "explained")
    assert ended.code == 2
    assert "explained: holds a price explanation already; add --force" in ended.err
    assert run("explain", solved, "--jobs", 1, "--no-exit-prices", "--out", "explained", "--force").code == 0
    assert run("explain", solved, "--jobs", 1, "--out", case.parent / "first").code == 2


def test_settings_are_the_runs_own(run, solved):
    ended = run("explain", solved, "--set", "target.cfe=0.9", "--scenario", "cheap")
    assert ended.code == 2
    assert "name the case file to use --set and --scenario" in ended.err


def test_inputs_that_are_gone_or_changed_are_told(run, case, solved):
    table = case.parent / "sun.csv"
    table.write_text(table.read_text().replace("0.2", "0.3"))
    ended = run("explain", solved)
    assert ended.code == 2
    assert "sun.csv: has been changed since the run was made from it" in ended.err
    case.unlink()
    ended = run("explain", solved)
    assert "case.yaml: does not exist; the run was made from it" in ended.err


def test_an_answer_that_is_no_optimum_is_not_explained(run, case, solved):
    from carbonmatch.tables import write_table

    vectors = pd.read_parquet(solved / "optimum.parquet")
    write_table(vectors.assign(number=vectors["number"] * 1.01), solved / "optimum.parquet")
    ended = run("explain", solved)
    assert ended.code == 7
    assert "does not prove itself optimal" in ended.err
    assert case.exists()


def test_what_is_no_plan_is_not_explained(run, case):
    ended = run("explain", case.parent)
    assert ended.code == 2
    assert "is no run folder" in ended.err
    metered = ["--set", "sites.berlin.metered_load_mw=10", "--set", "contracts.pv.metered_generation_mw=2"]
    assert run("match", case, "--out", "metered", *metered).code == 0
    ended = run("explain", "metered")
    assert ended.code == 2
    assert "metered: is a metered run, and prices are a plan's to know" in ended.err


def test_with_sizes_held_nothing_enters_or_leaves(run, explained, case, solved):
    held = run("solve", case, "--fix", solved, "--set", "contracts.wind.strike_per_mwh=90", "--out", "second")
    assert held.code == 0, held.err
    found = explained("second")
    assert found["sizes_held"] is True
    assert found["contracts"]["wind"]["no_exit_because"] == "sizes are held: nothing can enter or leave"
    keys = {entry["key"] for entry in found["limits"]}
    assert {"contracts.wind.contracted_mw", "storage.battery.power_mw", "storage.battery.energy_mwh"} <= keys
    ended = run("explain", "second")
    assert ended.code == 0
    assert "held size of wind" in ended.out


def test_a_run_for_a_budget_is_explained_at_the_share_that_it_buys(run, explained, case):
    budget = ("--set", "target.cfe=null", "--set", "target.budget_per_year=6000000")
    assert run("solve", case, *budget, "--out", "bought").code == 0
    found = explained("bought", "--no-exit-prices")
    (target,) = [entry for entry in found["limits"] if entry["key"] == "target.cfe"]
    assert target["binds"]
    assert target["value"] == found["target"]["cfe"] < found["target"]["best_cfe"]
    # what a point of the target costs is what a million buys of it, the other way round
    per_million = found["shadow_prices"]["cfe_per_million"]
    assert 1e6 / (100 * target["saved_per_step_year"]) == pytest.approx(per_million, rel=1e-3)
    ended = run("explain", "bought", "--no-exit-prices")
    assert "6.00 million EUR a year: best score" in ended.out
    assert explained(case, *budget, "--no-exit-prices")["limits"] == found["limits"]


@pytest.mark.parametrize("years", ["every", "expectation"])
def test_a_weather_year_is_explained_with_what_all_of_them_decided(run, explained, case, years):
    weather = "weather_years:\n  mild: {}\n  dear: {set: {zones.DE.spot_price_per_mwh: 90}}\n"
    case.write_text(case.read_text() + weather)
    ended = run("solve", case, "--out", "both", "--set", f"target.years={years}")
    assert ended.code == 0, ended.err
    found = explained("both/points/dear")
    assert found["sizes_held"] is True
    assert found["contracts"]["pv"]["at"] == "held"
    assert found["contracts"]["pv"]["no_exit_because"] == "sizes are held: nothing can enter or leave"
    (target,) = [entry for entry in found["limits"] if entry["key"] == "target.cfe"]
    assert target["level"] >= target["value"] - 1e-6
    assert run("explain", "both/points/dear", "--check-prices", "--jobs", 1).code == 0
    # all years together are no run, and the case is of no single year
    ended = run("explain", "both")
    assert ended.code == 2
    assert "points" in ended.err
    ended = run("explain", case)
    assert ended.code == 2
    assert "weather_years" in ended.err


def test_a_case_that_cannot_be_met_ends_with_its_code(run, case):
    ended = run("explain", case, "--set", "target.cfe=1", "--set", "contracts.wind.max_mw=1", "--set",
                "storage.battery.max_power_mw=0", "--out", "explained")  # fmt: skip
    assert ended.code == 3
    assert not Path("explained").exists()


def test_a_scenario_without_a_target_is_told_as_one(run, case):
    ended = run("explain", case, "--scenario", "cheap", "--jobs", 1)
    assert ended.code == 0
    assert "there is no target" in ended.out
