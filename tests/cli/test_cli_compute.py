"""A case that states its compute, through every command."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

STATED = """\
    compute: {tokens_per_mwh: 2.0e+9, cost_per_year: 8.0e+7, it_mw: 8}
"""
CLASSES = """\
    load:
      ai_factory:
        nameplate_mw: 10
        classes: {training: {share: 0.5}, inference: {share: 0.5}}
    compute: {tokens_per_it_mwh: 2.0e+9, of: inference, cost_per_year: 8.0e+7}
"""
YEARS = """\
weather_years:
  clear: {weight: 3}
  dull:
    set: {contracts.pv.capacity_factor.scale: 0.5, zones.DE.spot_price_per_mwh: 60}
"""


@pytest.fixture
def compute(case):
    """Return the case of two winter days, 480 MWh of load, with the compute of its site."""
    text = case.read_text()
    case.write_text(text.replace("    load: {flat_mw: 10}\n", "    load: {flat_mw: 10}\n" + STATED))
    return case


def summary_of(folder):
    return json.loads(Path(folder, "summary.json").read_text())


def test_a_case_without_compute_tells_nothing_of_it(run, case):
    ended = run("solve", case)
    assert ended.code == 0, ended.err
    assert "million tokens" not in ended.out
    assert "compute" not in summary_of("runs/two-days")


def test_a_run_tells_cost_and_carbon_per_million_tokens(run, compute):
    ended = run("solve", compute)
    assert ended.code == 0, ended.err
    for title in ("Cost of energy per million tokens", "Carbon per million tokens", "Bound per MW of IT"):
        assert title in ended.out
    assert "The premium is not known: a run knows no baseline" in ended.out
    summary = summary_of("runs/two-days")
    told = summary["compute"]
    assert told["million_tokens"] == pytest.approx(480.0 * 2000.0)
    net = told["cost"]["net_of_sales_per_million_tokens"]
    assert net * told["million_tokens"] == pytest.approx(summary["cost"]["net_of_sales"])
    assert told["portfolio"]["storage_capital"] is None  # its yearly costs alone are known


def test_the_page_and_the_workbook_tell_it(run, compute):
    assert run("solve", compute, "--scenario", "cheap", "--out", "cheap").code == 0
    assert run("solve", compute, "--out", "plan").code == 0
    page = Path("plan/report.html").read_text()
    assert "Cost and carbon of compute" in page
    assert "not known: no baseline that compares is given" in page
    assert run("report", "plan", "--baseline", "cheap", "--force").code == 0
    page = Path("plan/report.html").read_text()
    assert "not known: no baseline that compares is given" not in page
    assert "premium over no target" in page
    assert run("report", "plan", "--format", "xlsx", "--format", "csv").code == 0
    told = pd.read_csv("plan/tables/csv/summary.csv").set_index("key")
    summary = summary_of("plan")["compute"]
    net = summary["cost"]["net_of_sales_per_million_tokens"]
    for key, value, unit in (
        ("cost.net_of_sales_per_million_tokens", net, "EUR/million tokens"),
        ("portfolio.contracted_mw_per_it_mw", summary["portfolio"]["contracted_mw_per_it_mw"], "MW/MW"),
        ("sites.berlin.tokens_per_mwh", 2e9, "tokens/MWh"),
        ("sites.berlin.million_tokens", summary["million_tokens"], "million tokens"),
    ):
        row = told.loc[f"compute.{key}"]
        assert (row["value"], row["unit"]) == (pytest.approx(value), unit)
    sheet = pd.read_excel("plan/workbook.xlsx", sheet_name="Summary", header=None)
    assert "compute.cost.net_of_sales_per_million_tokens" in set(sheet[3])
    assert "Compute, energy: Net of sales, per million tokens" in set(sheet[0])


def test_an_audit_recomputes_it(run, compute):
    assert run("solve", compute, "--out", "plan").code == 0
    assert run("report", "plan", "--format", "audit").code == 0
    assert run("verify", "plan/audit.zip").code == 0
    told = summary_of("plan")
    told["compute"]["million_tokens"] += 1.0
    Path("plan/summary.json").write_text(json.dumps(told))
    assert run("report", "plan", "--format", "audit", "--force").code == 0
    ended = run("verify", "plan/audit.zip")
    assert ended.code == 7
    assert "compute.million_tokens" in ended.out + ended.err


def test_sizes_that_are_held_tell_it_too(run, compute):
    assert run("solve", compute, "--out", "plan").code == 0
    assert run("solve", compute, "--fix", "plan", "--out", "held").code == 0
    held, plan = summary_of("held")["compute"], summary_of("plan")["compute"]
    assert held["cost"]["per_million_tokens"] == pytest.approx(plan["cost"]["per_million_tokens"])


def test_comparisons_have_its_columns_and_premiums(run, compute):
    ended = run("compare", compute, "--jobs", 1, "--out", "beside")
    assert ended.code == 0, ended.err
    assert "Per million tokens" in ended.out
    assert "Of compute cost, and per MW of IT" in ended.out
    rows = {row["scenario"]: row for row in json.loads(Path("beside/comparison.json").read_text())["scenarios"]}
    net = "compute_net_of_sales_per_million_tokens"
    premium = rows["two-days"]["premium_over_annual_100_per_million_tokens"]
    assert premium == pytest.approx(rows["two-days"][net] - rows["annual-100"][net])
    assert rows["annual-100"].get("premium_over_annual_100_per_million_tokens") is None
    spent = 8e7 * 2 / 365
    share = rows["two-days"]["premium_over_no_target_share_of_compute_cost"]
    assert share == pytest.approx(rows["two-days"]["premium_over_no_target_cost"] / spent)
    assert "Cost and carbon of compute" in Path("beside/report.html").read_text()
    assert run("report", "beside", "--format", "xlsx").code == 0
    sheet = pd.read_excel("beside/workbook.xlsx", sheet_name="Compute", header=None)
    assert sheet.shape[0] >= 4


def test_tokens_can_be_swept_and_cost_less_each(run, compute):
    key = "sites.berlin.compute.tokens_per_mwh"
    ended = run("sweep", compute, "--vary", f"{key}=1e9,2e9,4e9", "--jobs", 1, "--out", "swept")
    assert ended.code == 0, ended.err
    assert "Per million tokens" in ended.out
    points = json.loads(Path("swept/sweep.json").read_text())["points"]
    net = [point["compute_net_of_sales_per_million_tokens"] for point in points]
    assert net == pytest.approx([net[0], net[0] / 2, net[0] / 4])
    assert "Cost and carbon of compute" in Path("swept/report.html").read_text()


def test_weather_years_tell_the_mean_over_all_tokens(run, compute):
    compute.write_text(compute.read_text() + YEARS)
    ended = run("solve", compute, "--out", "years")
    assert ended.code == 0, ended.err
    assert "Energy per million tokens" in ended.out
    told = json.loads(Path("years/years.json").read_text())
    mean = told["compute"]
    net = mean["net_of_sales_per_million_tokens"] * mean["million_tokens"]
    assert net == pytest.approx(told["cost"]["net_of_sales"])
    years = [year["compute_net_of_sales_per_million_tokens"] for year in told["years"].values()]
    assert min(years) <= mean["net_of_sales_per_million_tokens"] <= max(years)


def test_other_commands_go_on(run, compute):
    assert run("validate", compute).code == 0
    assert run("solve", compute, "--out", "plan").code == 0
    assert run("explain", "plan").code == 0
    assert run("stress", "plan", "--jobs", 1, "--out", "stressed").code == 0
    rows = json.loads(Path("stressed/stress.json").read_text())["points"]
    assert all(row["compute_million_tokens"] > 0.0 for row in rows)
    assert run("diagnose", compute, "--set", "contracts.pv.max_mw=1").code == 0


def test_a_metered_period_has_tokens_and_carbon_and_no_cost(run, compute):
    text = compute.read_text().replace("    zone: DE\n    load:", "    zone: DE\n    metered_load_mw: 5\n    load:")
    compute.write_text(text)
    ended = run("match", compute, "--out", "actual")
    assert ended.code == 0, ended.err
    assert "Carbon per million tokens" in ended.out
    assert "Cost of energy per million tokens" not in ended.out
    told = summary_of("actual")["compute"]
    assert told["million_tokens"] == pytest.approx(240.0 * 2000.0)
    assert told["cost"] is None
    assert told["portfolio"] is None


def test_one_class_of_a_fleet_makes_the_tokens(run, case):
    text = case.read_text()
    case.write_text(text.replace("    load: {flat_mw: 10}\n", CLASSES))
    ended = run("solve", case, "--out", "plan")
    assert ended.code == 0, ended.err
    told = summary_of("plan")["compute"]
    assert told["it_mw"] == pytest.approx(11.2)  # the racks, and 12 % of network, storage and CPU nodes
    assert 0.0 < told["token_load_share"] < 1.0
    assert told["sites"]["berlin"]["tokens_counted_at"] == "machines"
    # What reaches the machines is less than what is drawn for them.
    assert told["million_tokens"] < told["token_load_mwh"] * 2000.0
    cost = told["cost"]
    whole = cost["per_million_tokens"] * told["million_tokens"] + cost["total_of_other_load"]
    assert whole == pytest.approx(summary_of("plan")["cost"]["total"])
    assert run("stress", "plan", "--shock", "load", "--jobs", 1, "--out", "stressed").code == 0


def test_what_inference_gives_up_makes_no_tokens(run, case):
    text = case.read_text()
    curtailable = "    curtailable: {peak: {share: 0.5, of: inference, price_per_mwh: 0}}\n"
    case.write_text(text.replace("    load: {flat_mw: 10}\n", CLASSES + curtailable))
    assert run("solve", case, "--set", "sites.berlin.curtailable={}", "--out", "whole").code == 0
    ended = run("solve", case, "--out", "less")
    assert ended.code == 0, ended.err
    whole, less = summary_of("whole")["compute"], summary_of("less")["compute"]
    for rules, statement in summary_of("less")["scope2"].items():
        for method in ("location_based", "market_based"):
            covered = sum(line["mwh"] for line in statement["lines"] if line["method"] == method)
            assert covered == pytest.approx(summary_of("less")["load_mwh"]), (rules, method)
    given_up = summary_of("less")["load"]["sites"]["berlin"]["curtailable"]["peak"]["curtailed_mwh"]
    assert given_up > 0.0
    assert whole["token_load_mwh"] - less["token_load_mwh"] == pytest.approx(given_up)
    assert less["million_tokens"] == pytest.approx(
        whole["million_tokens"] * less["token_load_mwh"] / whole["token_load_mwh"], rel=1e-3
    )


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("{tokens_per_mwh: 0, it_mw: 8}", "compute.tokens_per_mwh: is 0; a number above 0 is wanted"),
        (
            "{tokens_per_mwh: 1, cost_per_year: -5, it_mw: 8}",
            "compute.cost_per_year: is -5; a number above 0 is wanted",
        ),
    ],
)
def test_a_bad_figure_ends_with_2(run, case, stated, told):
    text = case.read_text()
    case.write_text(text.replace("    load: {flat_mw: 10}\n", f"    load: {{flat_mw: 10}}\n    compute: {stated}\n"))
    ended = run("solve", case)
    assert ended.code == 2
    assert told in ended.err
