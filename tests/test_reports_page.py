"""docs/reports.md is true: its commands run as they are typed, and what they write adds up from file to file."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from carbonmatch.cli import main
from carbonmatch.report.formats import FORMATS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
AGREE = {"rel": 1e-6, "abs": 1e-6}

pytestmark = pytest.mark.slow  # a plan, its baseline and a sweep of a week, in every format


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the commands of the page were typed, on a case of one week."""
    place = tmp_path_factory.mktemp("reports")
    (commands,) = re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    typed = ["carbonmatch init my-case", *commands.strip().splitlines()]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for command in typed:
            program, *words = shlex.split(command, comments=True)
            assert program == "carbonmatch"
            with pytest.raises(SystemExit) as ending:
                main(words)
            assert not ending.value.code, command
            if words[0] == "init":
                case = Path("my-case/case.yaml")
                case.write_text(case.read_text().replace("end: 2019-01-01", "end: 2018-01-08"))
    return place


@pytest.fixture(scope="module")
def summary(folder):
    return json.loads((folder / "runs/plan/summary.json").read_text())


def test_every_format_is_on_the_page_and_every_file_was_written(folder):
    assert {code for code in re.findall(r"`([\w-]+)`", PAGE) if code in FORMATS} == set(FORMATS)
    for name in ("report.html", "scope2.csv", "frameworks.csv", "granular-certificates/bundles.csv", "audit.zip"):
        assert (folder / "runs/plan" / name).exists()
    assert (folder / "handed-on/workbook.xlsx").exists()
    assert (folder / "handed-on/tables/csv/hourly.csv").exists()


def test_claims_add_up_to_the_ledger_and_the_ledger_to_the_summary(folder, summary):
    hourly = pd.read_parquet(folder / "runs/plan/hourly.parquet").set_index("interval_start_utc")
    claims = pd.read_parquet(folder / "runs/plan/claims.parquet")
    by_step = claims.groupby("interval_start_utc")["matched_mwh"].sum().reindex(hourly.index, fill_value=0.0)
    assert (by_step - hourly["matched_mwh"]).abs().max() < 1e-6
    assert (hourly["matched_mwh"] + hourly["unmatched_mwh"] - hourly["load_mwh"]).abs().max() < 1e-6
    matched = float(hourly["matched_mwh"].sum())
    assert matched == pytest.approx(summary["zones"]["DE"]["matched_mwh"], **AGREE)
    assert matched / summary["load_mwh"] == pytest.approx(summary["scores"]["hourly_matched_share"], **AGREE)
    contracts = summary["contracts"].values()
    assert matched == pytest.approx(sum(c["matched_mwh"] + c["matched_from_storage_mwh"] for c in contracts), **AGREE)


def test_scope2_and_frameworks_follow_from_the_ledger(folder, summary):
    hourly = pd.read_parquet(folder / "runs/plan/hourly.parquet")
    for statement in summary["scope2"].values():
        for method in ("location_based", "market_based"):
            lines = [line for line in statement["lines"] if line["method"] == method]
            assert sum(line["mwh"] for line in lines) == pytest.approx(summary["load_mwh"], **AGREE)
            assert sum(line["emissions_t"] for line in lines) == pytest.approx(statement[f"{method}_t"], **AGREE)
    draft = summary["scope2"]["ghgp_revision_draft"]
    assert draft["market_based_t"] == pytest.approx(hourly["market_based_kg"].sum() / 1000, **AGREE)
    assert draft["location_based_t"] == pytest.approx(hourly["location_based_kg"].sum() / 1000, **AGREE)
    assert draft["claimed_mwh"] == pytest.approx(hourly["matched_mwh"].sum(), **AGREE)
    fields = {
        (statement["framework"], field["id"]): field["value"]
        for statement in summary["frameworks"]
        for field in statement["fields"]
        if field["zone"] == ""
    }
    assert fields["sbti", "hourly_matched_share"] == pytest.approx(summary["scores"]["hourly_matched_share"], **AGREE)
    claimed = summary["scope2"]["ghgp_2015"]["claimed_mwh"]
    assert fields["re100", "renewable_claimed_mwh"] == pytest.approx(claimed, **AGREE)


def test_the_tables_say_what_the_summary_says(folder, summary):
    scope2 = pd.read_csv(folder / "runs/plan/scope2.csv")
    draft = summary["scope2"]["ghgp_revision_draft"]["market_based_t"]
    told = scope2.select_dtypes("number").to_numpy()
    assert (abs(told - draft) < 1e-6 * max(1.0, draft)).any()
    csv = pd.read_csv(folder / "handed-on/tables/csv/hourly.csv")
    assert csv["matched_mwh"].sum() == pytest.approx(summary["zones"]["DE"]["matched_mwh"], **AGREE)
    book = openpyxl.load_workbook(folder / "handed-on/workbook.xlsx", data_only=True)
    rows = [[cell.value for cell in row] for row in book["Hourly"].iter_rows()]
    place = rows[0].index("Matched [MWh]")
    assert sum(row[place] for row in rows[1:]) == pytest.approx(summary["zones"]["DE"]["matched_mwh"], **AGREE)


def test_certificates_are_those_of_the_ledger_in_watt_hours(folder, summary):
    document = json.loads((folder / "runs/plan/granular-certificates/granular-certificates.json").read_text())
    assert document["basis"].startswith("plan")
    (matched,) = document["totals"]["matched"]
    assert matched["matched"] == matched["direct"] + matched["from_storage"] + matched["not_certified"]
    assert matched["matched"] == pytest.approx(summary["zones"]["DE"]["matched_mwh"] * 1e6, abs=2)
    generated = {name: int(c["generation_mwh"] * 1e6 + 1e-3) for name, c in summary["contracts"].items()}
    issued = {c["device_id"]: c["issued"] for c in document["totals"]["certificates"] if not c["is_storage"]}
    for name, wh in generated.items():
        assert issued.get(name, 0) == pytest.approx(wh, abs=1)


def test_the_page_says_what_the_summary_says(folder, summary):
    text = re.sub(r"<[^>]+>", "", (folder / "runs/plan/report.html").read_text(encoding="utf-8"))
    cost = summary["cost"]
    assert f"{cost['net_of_sales_per_mwh_load']:.2f}" in text
    assert f"{cost['per_mwh_load']:.2f}" in text
    annual = json.loads((folder / "runs/annual/summary.json").read_text())["cost"]["net_of_sales_per_mwh_load"]
    assert "Premium over annual matching" in text
    assert f"{cost['net_of_sales_per_mwh_load'] - annual:.2f}" in text


def test_the_page_and_the_workbook_of_the_study_say_what_its_record_says(folder):
    points = json.loads((folder / "runs/targets/sweep.json").read_text())["points"]
    text = re.sub(r"<[^>]+>", "", (folder / "runs/targets/report.html").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(folder / "runs/targets/workbook.xlsx", data_only=True)
    rows = [[cell.value for cell in row] for row in book["Points"].iter_rows()]
    place = rows[0].index("Cost net of sales, per MWh of load [EUR/MWh]")
    for row, point in zip(rows[1:], points, strict=True):
        assert f"{point['cost_net_of_sales_per_mwh_load']:.2f}" in text
        assert row[place] == pytest.approx(point["cost_net_of_sales_per_mwh_load"], rel=1e-12)
    assert f"{points[-1]['premium_over_annual_100_per_mwh_load']:.2f}".lstrip("-") in text
