"""`carbonmatch compare` and `cm.compare`: scenarios, cases and runs side by side, with their premiums."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import carbonmatch as cm


def test_a_case_is_set_beside_its_scenarios_and_the_baselines_it_lacks(run, case):
    ended = run("compare", case, "--jobs", 1, "--out", "beside")
    assert ended.code == 0
    written = json.loads(Path("beside", "comparison.json").read_text())["scenarios"]
    assert [(each["scenario"], each["baseline"]) for each in written] == [
        ("two-days", None),
        ("cheap", "no-target"),
        ("annual-100", "annual-100"),
    ]
    assert written[1]["changes"] == {"target.matching": "none"}
    for heading in ("What differs", "Premium", "Cost by component", "Scope 2 emissions", "Sizes, change from two-days"):
        assert heading in ended.out
    assert "hourly over annual" in ended.out
    assert "Written to beside" in ended.out
    for each in written:
        assert cm.read_run(Path("beside", "points", each["scenario"])).summary["verified"] is True


def test_premiums_are_what_single_solves_say(case):
    found = {each.name: each for each in cm.compare([case], jobs=1).scenarios}
    hourly = cm.solve(cm.load_case(case)).summary
    annual = cm.solve(cm.load_case(case, settings=["target.matching=annual", "target.cfe=1.0"])).summary
    premium = found["two-days"].premiums["annual-100"]
    assert premium.amount == pytest.approx(hourly["cost"]["net_of_sales"] - annual["cost"]["net_of_sales"], rel=1e-6)
    assert premium.per_mwh_load == pytest.approx(premium.amount / 480.0)  # 10 MW for 48 h
    assert premium.share == pytest.approx(premium.amount / annual["cost"]["net_of_sales"], rel=1e-6)
    emitted = [s["scope2"]["ghgp_revision_draft"]["market_based_t"] for s in (annual, hourly)]
    assert premium.per_tonne_avoided == pytest.approx(premium.amount / (emitted[0] - emitted[1]), rel=1e-6)
    assert found["two-days"].premiums["no-target"].amount > premium.amount
    assert "no-target" not in found["cheap"].premiums
    assert found["annual-100"].premiums.keys() == {"no-target"}


def test_one_baseline_can_be_named(run, case):
    ended = run("compare", case, "--jobs", 1, "--baseline", "cheap", "--out", "over")
    assert ended.code == 0
    written = {each["scenario"]: each for each in json.loads(Path("over", "comparison.json").read_text())["scenarios"]}
    assert written.keys() == {"two-days", "cheap"}
    assert written["two-days"]["premium_over_cheap_cost"] > 0
    assert written["cheap"]["premium_over_cheap_cost"] is None
    unknown = run("compare", case, "--baseline", "cheep")
    assert unknown.code == 2
    assert "is none of two-days, cheap; did you mean 'cheap'?" in unknown.err


def test_runs_are_compared_as_they_are(run, case):
    assert run("solve", case, "--out", "runs/at-60").code == 0
    assert run("solve", case, "--set", "target.cfe=0.7", "--out", "runs/at-70").code == 0
    assert run("solve", case, "--scenario", "cheap", "--out", "runs/cheap").code == 0
    ended = run("compare", "runs/at-60", "runs/at-70", "runs/cheap", "--out", "beside")
    assert ended.code == 0
    written = {
        each["scenario"]: each for each in json.loads(Path("beside", "comparison.json").read_text())["scenarios"]
    }
    assert written["at-70"]["changes"] == {"target.cfe": 0.7}
    assert written["cheap"]["baseline"] == "no-target"
    summaries = {name: cm.read_run(Path("runs", name)).summary for name in written}
    for name, row in written.items():
        assert row["cost_net_of_sales"] == summaries[name]["cost"]["net_of_sales"]
    more = summaries["at-70"]["cost"]["net_of_sales"] - summaries["cheap"]["cost"]["net_of_sales"]
    assert written["at-70"]["premium_over_no_target_cost"] == pytest.approx(more)
    assert list(Path("beside", "points").iterdir()) == []  # nothing was solved


def test_cases_of_two_currencies_are_told_apart(run, case):
    text = case.read_text()
    Path("swiss.yaml").write_text(text.replace("currency: EUR", "currency: CHF").replace("two-days", "swiss"))
    ended = run("compare", case, "swiss.yaml", "--jobs", 1, "--out", "both")
    assert ended.code == 0
    assert "EUR/MWh" in ended.out
    assert "CHF/MWh" in ended.out
    table = pd.read_csv(Path("both", "comparison.csv"))
    assert table["scenario"].tolist() == [
        *("two-days", "two-days-annual-100", "two-days-no-target"),
        *("swiss", "swiss-annual-100", "swiss-no-target"),
    ]
    premiums = table.set_index("scenario")["premium_over_no_target_cost"]
    assert premiums["two-days"] == pytest.approx(premiums["swiss"])


def test_a_scenario_that_cannot_be_met_is_a_row_with_its_reason(run, case):
    held = ["--set", "contracts.wind.max_mw=0", "--set", "contracts.pv.max_mw=10"]
    ended = run("compare", case, *held, "--jobs", 1, "--out", "some")
    assert ended.code == 0
    assert "3, of which 1 are met" in ended.out
    assert "Not met" in ended.out
    written = json.loads(Path("some", "comparison.json").read_text())["scenarios"]
    assert ["error" in each and each["error"] is not None for each in written] == [True, False, True]
    unmet = ["--scenario", "cheap", "--set", "target.matching=hourly", "--no-baselines"]
    none = run("compare", case, *held, *unmet, "--jobs", 1)
    assert none.code == 3
    assert "No scenario was met." in none.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["missing.yaml"], "does not exist"),
        (["case.yaml", "--scenario", "cheep"], "did you mean 'cheap'"),
        (["case.yaml", "--set", "target.cfee=1"], "did you mean 'cfe'"),
        (["case.yaml", "--out", "case.yaml"], "is a file"),
        (["."], "is no run folder"),
        ([], "CASE|RUN"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(run, case, words, told):
    before = sorted(path.name for path in Path().iterdir())
    ended = run("compare", *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_the_same_name_twice_is_told_apart(case):
    found = cm.compare([case, case], baselines=False, jobs=1)
    assert [each.name for each in found.scenarios] == ["two-days", "two-days-2"]
    assert found.scenarios[0].summary == found.scenarios[1].summary


def test_json_goes_to_stdout(run, case):
    ended = run("compare", case, "--no-baselines", "--jobs", 1, "--json", "--out", "beside")
    assert json.loads(ended.out) == json.loads(Path("beside", "comparison.json").read_text())
