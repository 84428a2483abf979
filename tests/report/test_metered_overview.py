"""The first page on a metered run, from a summary with round numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import carbonmatch as cm
from carbonmatch.accounting.reconcile import Balance, reconciliation_frame, reconciliation_summary
from carbonmatch.case import case_from_mapping
from carbonmatch.report import overview

CASE: dict[str, Any] = {
    "name": "four-hours",
    "currency": "EUR",
    "time": {"start": "2018-01-01T00:00", "end": "2018-01-01T04:00"},
    "zones": {"Z": {"carbon_intensity_g_per_kwh": 500}},
    "sites": {"s": {"zone": "Z", "metered_load_mw": 100.0}},
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "virtual",
            "metered_generation_mw": [0.0, 160.0, 140.0, 0.0],
        }
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "round_trip_efficiency": 0.8,
            "metered_charge_mw": [50.0, 0.0, 40.0, 0.0],
            "metered_discharge_mw": [0.0, 0.0, 0.0, 72.0],
        }
    },
}


@pytest.fixture
def result():
    return cm.match(case_from_mapping(CASE, Path(), purpose="match"))


def table(page, title):
    (found,) = [table for table in page.tables if table.title == title]
    return found


def test_the_page_tells_what_was_metered_and_nothing_of_money(result):
    page = overview(result.summary)
    assert [label for label, _ in page.facts] == ["period", "load", "reached", "verified"]
    assert dict(page.facts)["reached"] == "58.0 % of load matched hour by hour"  # 100 + 100 + 32 of 400
    assert dict(page.facts)["verified"] == "yes: what was metered adds up in every step"
    titles = [table.title for table in page.tables]
    assert titles == ["Metered generation", "Metered storage", "Load", "Scores", "Scope 2 emissions"]


def test_every_table_has_its_numbers(result):
    page = overview(result.summary)
    # of 300 generated 100 + 100 are matched at once, 40 stored (32 come out), 60 left over
    (sun,) = table(page, "Metered generation").rows
    assert sun == ("sun", "solar, virtual", "300.0", "200.0", "32.0", "60.0")
    # 50 of 90 charged came from the grid at night: 40 of the 72 discharged are not claimed
    (battery,) = table(page, "Metered storage").rows
    assert battery == ("battery", "90.0", "50.0", "72.0", "40.0", "0.800")
    (site,) = table(page, "Load").rows
    assert site == ("s", "meter", "400.0", "100.0", "400.0")
    location, in_force, draft = (row[:3] for row in table(page, "Scope 2 emissions").rows)
    # 400 at 0.5. 2015: 300 - 8 of losses = 292 claimed of 400, 108 at 0.5. Draft: 232 claimed, 168 at 0.91
    assert location == ("location-based", "200.0", "500.0")
    assert in_force == ("market-based", "54.0", "135.0")
    assert draft == ("market-based", "152.9", "382.2")


def test_without_contracts_and_storage_the_page_says_so(result):
    summary = {**result.summary, "contracts": {}, "storage": {}}
    page = overview(summary)
    assert table(page, "Metered generation").note == "No contract has a meter."
    assert "Metered storage" not in [table.title for table in page.tables]


def reconciled(result, months):
    zone = result.ledger.zones[0]
    actual = Balance(
        zone.load_mwh[None], zone.generation_mwh[None], (zone.clean_discharge_mwh - zone.clean_charge_mwh)[None]
    )
    plan = replace(actual, generation_mwh=actual.generation_mwh + 50.0)
    frame = reconciliation_frame(result.ledger.starts, ["Z"], plan, actual)
    found = reconciliation_summary(frame, months, {"sun": 500.0, "new": 0.0}, {"sun": 300.0, "new": 1.0})
    told = {"plan": "runs/plan", "plan_period": "2018-01-01 to 2018-12-31", **found}
    return overview({**result.summary, "reconciliation": told})


def test_plan_and_actual_stand_side_by_side(result):
    # the plan has 50 more in every hour: matched 50 100 100 82 of 400 instead of 0 100 100 32
    page = reconciled(result, ["2018-01"] * 4)
    totals = table(page, "Plan and actual")
    assert totals.rows == (
        ("load", "400.0", "400.0", "0.0"),
        ("generation", "500.0", "300.0", "-200.0"),
        ("matched", "332.0", "232.0", "-100.0"),
        ("unmatched", "68.0", "168.0", "100.0"),
        ("matched share", "83.0 %", "58.0 %", "-25.0 points"),
    )
    assert totals.note == "Plan: runs/plan, 2018-01-01 to 2018-12-31"
    assert table(page, "What made the difference").rows == (
        ("load", "0.0", "0.0"),
        ("generation", "-100.0", "100.0"),
        ("storage", "0.0", "0.0"),
        ("total", "-100.0", "100.0"),
    )
    assert table(page, "Generation against plan").rows == (
        ("sun", "500.0", "300.0", "-200.0", "-40.0 %"),
        ("new", "0.0", "1.0", "1.0", "-"),
    )
    hours = [row[0] for row in table(page, "Where matched differs most").rows]
    assert hours == ["2018-01-01 00:00 UTC, Z", "2018-01-01 03:00 UTC, Z"]


def test_months_are_shown_where_there_are_several(result):
    page = reconciled(result, ["2018-01", "2018-01", "2018-02", "2018-02"])
    assert [row[0] for row in table(page, "Where matched differs most").rows][:2] == ["2018-01", "2018-02"]
