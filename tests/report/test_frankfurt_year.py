"""The Frankfurt year as it is handed on: its page in a real browser, its files adding up, its bundle verified."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from report.test_page_browser import CLIPPED, CONTRASTS, OVERLAPS, big

import carbonmatch as cm
from carbonmatch.report.numbers import number, share

ROOT = Path(__file__).parents[2]
MOST_BYTES = 6_000_000
FORMATS = ["html", "xlsx", "granular-certificates", "audit"]

pytestmark = pytest.mark.year


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the run folder of the year, with its reports."""
    place = tmp_path_factory.mktemp("frankfurt")
    shutil.copytree(ROOT / "models", place / "models")
    shutil.copytree(ROOT / "data", place / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        case = cm.load_case("models/ai-factory-frankfurt.yaml")
        cm.solve(case, cm.SolveOptions(solver="clarabel"), out="run")
        cm.write_report(Path("run"), FORMATS)
    return place / "run"


@pytest.fixture(scope="module")
def summary(run):
    return json.loads((run / "summary.json").read_text())


def test_the_page_is_small_and_shows_the_numbers_of_the_year(visit, run, summary):
    page = run / "report.html"
    assert page.stat().st_size < MOST_BYTES
    with visit(page) as seen:
        assert big(seen.page, "Hourly matched share") == share(summary["scores"]["hourly_matched_share"])
        net = number(summary["cost"]["net_of_sales_per_mwh_load"], 2)
        assert big(seen.page, "Cost net of sales") == f"{net} EUR/MWh"
        draft = summary["scope2"]["ghgp_revision_draft"]["market_based_t"]
        assert number(draft, 0) in seen.page.locator("#emissions").inner_text()
        assert [url for url in seen.requests if not url.startswith("data:")] == [page.as_uri()]
        assert seen.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_page_is_whole_wide_narrow_and_dark(visit, run, width, scheme):
    with visit(run / "report.html", width=width, scheme=scheme) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.evaluate(CLIPPED) == []
        checked, faint = seen.page.evaluate(CONTRASTS)
        assert checked > 500
        assert faint == []


def test_certificates_of_the_year_add_up_to_the_ledger_in_watt_hours(run):
    hourly = pd.read_parquet(run / "hourly.parquet")
    totals = json.loads((run / "granular-certificates/granular-certificates.json").read_text())["totals"]
    (matched,) = totals["matched"]
    assert matched["matched"] == matched["direct"] + matched["from_storage"] + matched["not_certified"]
    assert matched["matched"] == pytest.approx(hourly["matched_mwh"].sum() * 1e6, abs=2)
    generated = pd.read_parquet(run / "contracts.parquet").groupby("contract")["generation_mwh"].sum() * 1e6
    for device in totals["certificates"]:
        if not device["is_storage"]:
            assert device["issued"] == pytest.approx(generated[device["device_id"]], abs=1)


def test_the_workbook_of_the_year_says_what_the_ledger_says(run, summary):
    hourly = pd.read_excel(run / "workbook.xlsx", sheet_name="Hourly")
    assert len(hourly) == 8760
    assert hourly["Matched [MWh]"].sum() == pytest.approx(summary["zones"]["DE"]["matched_mwh"], rel=1e-9)
    assert hourly["Load [MWh]"].sum() == pytest.approx(summary["load_mwh"], rel=1e-9)


def test_the_bundle_of_the_year_is_verified_without_a_solver(run):
    found = cm.verify(run / "audit.zip")
    assert found.agrees, [check for check in found.checks if not check.agrees]
