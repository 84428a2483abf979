"""Scope 2, the frameworks and the certificates count the load that was served, and say what was done to it."""

from __future__ import annotations

import pandas as pd
import pytest
from metered.by_meter import a_metered_case
from report.changed_load import FIXED, changed_load_case
from small_cases import QUICK, merged

import carbonmatch as cm
from carbonmatch.accounting.load_told import CONSUMPTION, load_note
from carbonmatch.report.delivery import write_report

MOVED = "moved to other hours"
GIVEN_UP = "given up"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told") / "run"
    return cm.solve(changed_load_case(), QUICK, out=folder), folder


def value(summary, framework, identifier, zone=""):
    (found,) = [each for each in summary["frameworks"] if each["framework"] == framework]
    (field,) = [f for f in found["fields"] if f["id"] == identifier and f["zone"] == zone and not f["instrument"]]
    return field["value"]


def test_scope_2_lines_add_up_to_the_served_load_of_every_zone(run):
    result, _ = run
    for statement in result.summary["scope2"].values():
        for method in ("location_based", "market_based"):
            for zone, told in result.summary["zones"].items():
                lines = [ln for ln in statement["lines"] if ln["zone"] == zone and ln["method"] == method]
                assert sum(ln["mwh"] for ln in lines) == pytest.approx(told["load_mwh"], abs=1e-6)
    planned = result.problem.zones[0].load_mwh.sum()
    assert abs(result.summary["zones"]["Y"]["load_mwh"] - planned) > 1.0, "nothing tested: served as planned"


def test_the_suppliers_factor_meets_the_served_load_of_its_site():
    # two sites of one zone, one of them with a supplier's factor: what is left is shared by what each of them used
    both = {"sites": {"osl": {"zone": "Y"}}, "contracts": {"wind": {"zone": "Y"}}, "zones": {"Z": ...}}
    summary = cm.solve(changed_load_case(changes=both), QUICK).summary
    lines = [ln for ln in summary["scope2"]["ghgp_2015"]["lines"] if ln["method"] == "market_based"]
    claimed = sum(ln["mwh"] for ln in lines if ln["instrument"])
    (supplier,) = [ln["mwh"] for ln in lines if ln["tier"] == "supplier"]
    served = {name: site["served_mwh"] for name, site in summary["load"]["sites"].items()}
    assert abs(served["fra"] - summary["load"]["sites"]["fra"]["planned_mwh"]) > 1.0, (
        "served as planned: nothing tested"
    )
    left = summary["load_mwh"] - claimed
    assert supplier == pytest.approx(left * served["fra"] / summary["load_mwh"])
    assert sum(ln["mwh"] for ln in lines) == pytest.approx(summary["load_mwh"])


def test_location_based_emissions_are_served_load_at_the_grid_average(run):
    result, _ = run
    served = {name: zone["load_mwh"] for name, zone in result.summary["zones"].items()}
    # 400 g/kWh in Y and 300 g/kWh in Z, in every hour
    expected = 0.4 * served["Y"] + 0.3 * served["Z"]
    assert result.summary["emissions"]["scope2_location_based_t"] == pytest.approx(expected)
    assert result.summary["scope2"]["ghgp_2015"]["location_based_t"] == pytest.approx(expected)


def test_frameworks_ask_for_the_served_load(run):
    summary = run[0].summary
    served = summary["load"]["served_mwh"]
    assert served == pytest.approx(summary["load_mwh"])
    assert value(summary, "re100", "consumption_mwh") == pytest.approx(served)
    assert value(summary, "esrs", "E1-5_01") == pytest.approx(served)
    in_zones = [value(summary, "cdp", "7.30.16/purchased_electricity", zone) for zone in ("Y", "Z")]
    assert sum(in_zones) == pytest.approx(served)
    matched = sum(zone["matched_mwh"] for zone in summary["zones"].values())
    assert value(summary, "sbti", "hourly_matched_share") == pytest.approx(matched / served)


def test_every_statement_says_what_was_done_to_the_load(run):
    summary = run[0].summary
    for told in summary["frameworks"]:
        assert MOVED in told["note"]
        assert GIVEN_UP in told["note"]
    for told in summary["scope2"].values():
        assert sum(MOVED in note for note in told["notes"]) == 1
    noted = {f["id"] for told in summary["frameworks"] for f in told["fields"] if MOVED in f["note"]}
    assert noted == CONSUMPTION
    assert {data["series"]: data["mwh"] for data in summary["data_quality"]}["load"] == pytest.approx(
        summary["load"]["sites"]["osl"]["served_mwh"]
    )


def test_tables_that_are_sent_on_alone_say_it_too(run):
    scope2, frameworks = write_report(run[1], ["scope2", "frameworks"])
    totals = pd.read_csv(scope2).query("row == 'total'")
    assert totals["note"].str.contains(MOVED).all()
    fields = pd.read_csv(frameworks).set_index("id")["note"]
    assert fields.loc[sorted(CONSUMPTION)].str.contains(MOVED).all()


def test_certificates_are_of_the_served_load(run):
    result, folder = run
    (written,) = write_report(folder, ["granular-certificates"])
    bundles = pd.read_csv(written / "bundles.csv")
    matched = sum(zone["matched_mwh"] for zone in result.summary["zones"].values())
    cancelled = bundles.loc[bundles["use"] == "matched", "bundle_quantity"].sum()
    # a certificate is one Wh; less than one is carried on from hour to hour, by device
    assert cancelled / 1e6 == pytest.approx(matched, abs=1e-3)
    hourly = result.hourly.groupby("interval_start_utc")[["load_mwh", "matched_mwh"]].sum()
    assert (hourly["matched_mwh"] <= hourly["load_mwh"] + 1e-6).all()


def test_a_run_that_changes_no_load_has_no_such_note():
    summary = cm.solve(changed_load_case(changes=FIXED), QUICK).summary
    assert "load" not in summary
    assert not any("served" in told["note"] for told in summary["frameworks"])


def test_what_was_metered_is_what_was_used_whatever_a_plan_may_change():
    free = {"flexible": {"batch": {"share": 0.2}}, "curtailable": {"slow": {"share": 0.1, "price_per_mwh": 5}}}
    assert cm.match(a_metered_case({"sites": {"s": free}})).summary == cm.match(a_metered_case()).summary


def test_the_note_is_a_sentence_with_what_was_done():
    told = {"served_mwh": 1000.0, "moved_mwh": 21.0, "sent_mwh": 0.2, "curtailed_mwh": 4.0, "placed_mwh": 0.0}
    assert load_note(told) == (
        "Load is the load that was served, 1,000 MWh; the plan changed it: 21 MWh (2.1 %) moved to other hours, "
        "4 MWh (0.4 %) given up."
    )
    left = {**told, "moved_mwh": 0.0, "curtailed_mwh": 0.0}
    assert load_note(left).endswith("; the plan may change it, and left it as it is.")


def test_what_is_asked_of_no_one_is_not_compared():
    fixed = cm.solve(changed_load_case(changes=FIXED), QUICK).summary
    free = cm.solve(changed_load_case(changes={"placements": ...}), QUICK).summary
    placed = cm.solve(changed_load_case(), QUICK).summary
    premium = cm.accounting.premium_over(free, fixed)
    saved = free["cost"]["net_of_sales"] - fixed["cost"]["net_of_sales"]
    assert saved < 0.0
    assert premium.amount == pytest.approx(saved)
    assert premium.per_mwh_load == pytest.approx(saved / fixed["load_mwh"]), "per MWh asked for, given up or not"
    assert free["load_mwh"] < fixed["load_mwh"] - 1.0
    assert cm.accounting.premium_over(placed, fixed).why_not == "its load is another one"
    more = merged(FIXED, {"sites": {"osl": {"load": [20.001] * 72}}})
    other = cm.solve(changed_load_case(changes=more), QUICK).summary
    assert cm.accounting.premium_over(free, other).why_not == "its load is another one"
