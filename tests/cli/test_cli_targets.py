"""Budget, carbon cap and carbon price from the command line: what is printed, how it ends, and what a bundle proves."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from carbonmatch import runfolder
from carbonmatch.tables import write_table

FOR_MONEY = ("--set", "target.cfe=null", "--set", "target.budget_per_year=6000000")
MIX = ("--set", "zones.DE.fossil_mix_g_per_kwh=800")


@pytest.fixture
def bought(run, case):
    """Return the summary of a run for a budget, in the folder `bought`."""
    ended = run("solve", case, *FOR_MONEY, "--out", "bought", "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_a_run_for_a_budget_says_so_and_keeps_the_search(run, case, bought):
    assert bought["target"]["budget_per_year"] == 6e6
    assert bought["target"]["cfe"] == pytest.approx(bought["target"]["best_cfe"], abs=1e-5)
    year = bought["period"]["year_fraction"]
    assert bought["cost"]["net_of_sales"] == pytest.approx(6e6 * year, rel=1e-4)
    manifest = json.loads(Path("bought/manifest.json").read_text())
    assert manifest["budget"]["best_cfe"] == bought["target"]["best_cfe"]
    assert Path("bought", runfolder.BUDGET).is_file()
    assert Path("bought", runfolder.SOLVER_LOG).read_text().count("== solving with") == 2
    assert "finding what the budget buys" in manifest["wall_seconds"]
    shown = run("solve", case, *FOR_MONEY, "--out", "again").out
    assert "6.00 million EUR a year: best score" in shown


def test_the_same_run_again_gives_the_same_bytes(run, case, bought):
    run("solve", case, *FOR_MONEY, "--out", "again")
    for name in (runfolder.SUMMARY, runfolder.BUDGET, runfolder.OPTIMUM):
        assert Path("again", name).read_bytes() == Path("bought", name).read_bytes()


def test_a_run_without_a_budget_keeps_no_search(run, case):
    run("solve", case, "--out", "plain")
    assert not Path("plain", runfolder.BUDGET).exists()
    assert "budget" not in json.loads(Path("plain/manifest.json").read_text())


def test_a_bundle_proves_without_a_solver_that_the_budget_buys_no_more(run, bought):
    assert run("report", "bought", "--format", "audit").code == 0
    ended = run("verify", "bought/audit.zip")
    assert ended.code == 0, ended.out
    assert (
        "yes  the budget buys no larger share, the solver's answer is an optimum of the case, and its accounts"
        in ended.out
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [("dual", "does not prove itself optimal"), ("value", "does not prove itself optimal")],
)
def test_a_search_that_was_tampered_with_is_refused(run, bought, part, words):
    file = Path("bought", runfolder.BUDGET)
    vectors = pd.read_parquet(file)
    vectors.loc[vectors["vector"] == part, "number"] *= 0.99
    write_table(vectors, file)
    run("report", "bought", "--format", "audit")
    ended = run("verify", "bought/audit.zip")
    assert ended.code == 7
    assert words in ended.out


@pytest.mark.parametrize("asked", [0.3, "most", True])
def test_another_share_than_the_one_that_was_found_is_refused(run, bought, asked):
    summary = {**bought, "target": {**bought["target"], "cfe": asked}}
    Path("bought", runfolder.SUMMARY).write_text(json.dumps(summary))
    run("report", "bought", "--format", "audit")
    ended = run("verify", "bought/audit.zip")
    assert ended.code == 7
    assert ("and the run asks for 0.3" if asked == 0.3 else "does not say which share the run asked for") in ended.out


def test_a_bundle_without_its_search_is_refused(run, bought):
    run("report", "bought", "--format", "audit")
    with zipfile.ZipFile("bought/audit.zip") as whole, zipfile.ZipFile("cut.zip", "w") as cut:
        for name in whole.namelist():
            if not name.endswith(runfolder.BUDGET):
                cut.writestr(name, whole.read(name))
    ended = run("verify", "cut.zip")
    assert ended.code == 7
    assert f"run/{runfolder.BUDGET} is missing" in ended.out


def test_a_budget_that_is_too_small_ends_with_the_least_cost(run, case):
    ended = run("solve", case, "--set", "target.budget_per_year=100000", "--out", "run")
    assert ended.code == 3
    assert "A budget of 100,000 EUR a year does not cover the least cost of this case" in ended.err
    assert not Path("run").exists()


def test_a_budget_that_does_not_buy_the_share_asked_for_says_what_it_buys(run, case):
    ended = run("solve", case, "--set", "target.budget_per_year=6000000", "--set", "target.cfe=0.9")
    assert ended.code == 3
    assert "and target.cfe asks for 90.00 % at least" in ended.err


def test_the_time_limit_is_for_both_searches(run, case):
    ended = run("solve", case, *FOR_MONEY, "--time-limit", "0")
    assert ended.code == 5
    assert "The time limit of 0 s was reached" in ended.err


def test_a_sweep_over_shares_says_what_to_do_with_a_budget(run, case):
    ended = run("sweep", case, "--cfe", "0.3:0.4:0.1", "--set", "target.budget_per_year=6000000")
    assert ended.code == 2
    assert "target.budget_per_year is given, and asks for the best share whatever target.cfe is" in ended.err


def test_held_sizes_that_miss_a_cap_are_told_what_they_miss(run, case, bought):
    ended = run(
        "solve", case, "--fix", "bought", *MIX, "--set", "target.carbon_cap_t_per_year=1", "--set", "target.cfe=0.1"
    )
    assert ended.code == 3
    assert (
        "cannot be operated within the surplus limit of 0.5 and the carbon cap of 1 t a year, whatever the target. "
        "--set surplus.max_share=null --set target.carbon_cap_t_per_year=null lifts them." in ended.err
    )


def test_a_cap_and_a_price_stand_in_summary_tables_and_bundle(run, case):
    settings = (*MIX, "--set", "target.carbon_cap_t_per_year=40000", "--set", "target.carbon_price_per_t=20")
    ended = run("solve", case, *settings, "--set", "target.matching=none", "--out", "run", "--json")
    assert ended.code == 0, ended.err
    summary = json.loads(ended.out)
    emitted = summary["scope2"]["ghgp_revision_draft"]["market_based_t"]
    assert emitted == pytest.approx(40_000 * 48 / 8760, rel=1e-6)
    assert summary["cost"]["components"]["carbon_price"] == pytest.approx(20 * emitted, rel=1e-6)
    assert summary["shadow_prices"]["carbon_cap_value_per_t"] > 0
    assert run("report", "run", "--format", "audit", "--format", "csv").code == 0
    table = Path("run/tables/csv/cost.csv").read_text()
    assert "component,carbon_price," in table
    assert run("verify", "run/audit.zip").code == 0


@pytest.mark.parametrize(
    ("key", "values", "beside"),
    [
        ("budget_per_year", ("5500000", "6000000", "7000000"), ("--set", "target.cfe=null")),
        ("carbon_price_per_t", ("0", "40", "200"), (*MIX, "--set", "target.matching=none")),
        ("carbon_cap_t_per_year", ("0", "20000", "40000"), (*MIX, "--set", "target.cfe=0.2")),
    ],
)
def test_a_sweep_over_one_of_these_finds_what_each_value_alone_finds(run, case, key, values, beside):
    ended = run("sweep", case, "--vary", f"target.{key}={','.join(values)}", *beside, "--out", "sweep", "--jobs", "1")
    assert ended.code == 0, ended.err
    summaries = [json.loads(path.read_text()) for path in Path("sweep").glob("points/*/summary.json")]
    points = {found["target"][key]: found for found in summaries if key in found["target"]}
    for value in values:
        alone = json.loads(run("solve", case, "--set", f"target.{key}={value}", *beside, "--json", "--force").out)
        found = points[float(value)]
        assert found["cost"]["net_of_sales"] == pytest.approx(alone["cost"]["net_of_sales"], rel=1e-6)
        assert found["target"]["cfe"] == pytest.approx(alone["target"]["cfe"], abs=1e-5)
        assert found["scores"]["hourly_matched_share"] == pytest.approx(
            alone["scores"]["hourly_matched_share"], abs=1e-5
        )


def test_baselines_of_a_sweep_know_neither_budget_nor_cap(run, case):
    settings = (*MIX, "--set", "target.cfe=null", "--set", "target.carbon_cap_t_per_year=50000")
    ended = run(
        "sweep", case, "--vary", "target.budget_per_year=6000000,7000000", *settings, "--jobs", 1, "--out", "sweep"
    )
    assert ended.code == 0, ended.err
    for name in ("no-target", "annual-100"):
        target = json.loads(Path("sweep/points", name, "summary.json").read_text())["target"]
        assert not {"budget_per_year", "carbon_cap_t_per_year"} & target.keys()
