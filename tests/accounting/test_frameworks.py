"""Frameworks: shape, identifiers, and fields that add up to ledger and Scope 2, on four hours with storage."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from by_hand import (
    CERTIFICATE,
    a_contract,
    a_problem,
    a_solution,
    a_zone,
    four_hours,
    four_hours_solved,
    steps,
)
from frameworks_by_hand import accounts_of, facts_of, field, two_zones, value

from carbonmatch.accounting import build_ledger, flows_of, summarise
from carbonmatch.accounting.frameworks import framework_statements
from carbonmatch.accounting.frameworks.cdp import SOURCING_METHOD
from carbonmatch.accounting.frameworks.identifiers import frameworks
from carbonmatch.accounting.scope2 import scope2_summary
from carbonmatch.case.contracts import STRUCTURES
from carbonmatch.case.technology import Technology
from carbonmatch.records import Flows

KEYS = ["sbti", "re100", "cdp", "esrs", "un_24_7_compact", "google_cfe"]


def four_hours_accounts(**facts):
    problem = four_hours()
    return accounts_of(problem, four_hours_solved(problem), facts_of(problem, residual=600, **facts))


def statements():
    return four_hours_accounts(commissioned={"sun": date(2015, 6, 1)})[2]


# --- shape ------------------------------------------------------------------------------------------------------------


def test_every_framework_is_told_in_the_order_of_the_data_file():
    assert list(statements()) == KEYS == list(frameworks())


def test_statements_and_fields_have_the_keys_of_the_contract():
    for statement in statements().values():
        assert list(statement) == ["framework", "title", "version", "note", "fields"]
        for entry in statement["fields"]:
            assert list(entry) == ["id", "label", "zone", "instrument", "value", "unit", "note"]


def test_every_identifier_of_the_data_file_is_told_and_no_other():
    for key, statement in statements().items():
        assert {entry["id"] for entry in statement["fields"]} == set(frameworks()[key].fields)


def test_no_field_is_told_twice():
    for told in (statements(), two_zones()):
        for statement in told.values():
            places = [(entry["id"], entry["zone"], entry["instrument"]) for entry in statement["fields"]]
            assert len(places) == len(set(places))


def test_every_field_has_a_label_and_a_note_where_it_is_not_known():
    for statement in statements().values():
        for entry in statement["fields"]:
            assert entry["label"]
            assert entry["value"] is not None or entry["note"]


def test_the_same_accounts_give_the_same_json():
    text = json.dumps(list(statements().values()), allow_nan=False)
    assert text == json.dumps(list(statements().values()), allow_nan=False)
    assert json.loads(text) == list(statements().values())


def test_a_summary_holds_them():
    problem = four_hours()
    solution, facts = four_hours_solved(problem), facts_of(problem)
    ledger = build_ledger(problem, flows_of(solution), facts)
    summary = summarise(problem, solution, ledger, facts, CERTIFICATE)
    assert [statement["framework"] for statement in summary["frameworks"]] == KEYS


def test_an_identifier_that_the_data_file_does_not_know_is_refused():
    with pytest.raises(ValueError, match="E1-5_99 of esrs is not in"):
        frameworks()["esrs"].field("E1-5_99", 1.0)


def test_a_value_that_is_not_known_needs_a_reason():
    with pytest.raises(ValueError, match="no note says why"):
        frameworks()["esrs"].field("E1-5_02", None)


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="is nan"):
        frameworks()["esrs"].field("E1-5_02", math.nan)


def test_the_page_names_every_framework_in_its_version():
    page = (Path(__file__).parents[2] / "docs" / "frameworks.md").read_text(encoding="utf-8")
    for key, known in frameworks().items():
        assert f"| `{key}` | {known.title} | {known.version} |" in page


def test_every_structure_of_a_contract_has_a_sourcing_method():
    assert set(SOURCING_METHOD) == set(STRUCTURES)


# --- adding up --------------------------------------------------------------------------------------------------------


def test_scores_are_those_of_the_ledger():
    # the table in by_hand: 36 of 40 matched, 1.75 of the 4 left carbon-free in the grid
    told = statements()
    for zone in ("", "Z"):
        assert value(told["sbti"], "hourly_matched_share", zone) == pytest.approx(36 / 40, abs=1e-6)
        assert value(told["un_24_7_compact"], "cfe_score", zone) == pytest.approx(37.75 / 40, abs=1e-6)
        assert value(told["google_cfe"], "cfe_score", zone) == pytest.approx(37.75 / 40, abs=1e-6)
        assert value(told["google_cfe"], "cfe_score_from_contracts", zone) == pytest.approx(36 / 40, abs=1e-6)
        assert value(told["google_cfe"], "cfe_score_from_grid", zone) == pytest.approx(1.75 / 40, abs=1e-6)


def test_consumption_is_the_load_of_the_ledger_everywhere():
    ledger, _, told = four_hours_accounts()
    load = ledger.zones[0].load_mwh.sum()
    assert value(told["re100"], "consumption_mwh", "Z") == pytest.approx(load, abs=1e-6)
    assert value(told["cdp"], "7.30.16/purchased_electricity", "Z") == pytest.approx(load, abs=1e-6)
    assert value(told["esrs"], "E1-5_01") == pytest.approx(load, abs=1e-6)


def test_purchases_add_up_to_the_claims_of_scope_2():
    _, scope2, told = four_hours_accounts()
    claimed = scope2["ghgp_2015"]["claimed_mwh"]
    # 42 generated, 1 lost in storage: 41 offered for a load of 40
    assert claimed == pytest.approx(40)
    for statement, identifier in (("cdp", "7.30.14/consumed"), ("cdp", "7.30.17/consumed")):
        parts = [value(told[statement], identifier, "Z", name) for name in ("sun", "wind")]
        assert sum(parts) == pytest.approx(claimed, abs=1e-6)
    parts = [value(told["re100"], "contract_claimed_mwh", "Z", name) for name in ("sun", "wind")]
    assert sum(parts) == pytest.approx(claimed, abs=1e-6)
    assert value(told["re100"], "renewable_claimed_mwh") == pytest.approx(claimed, abs=1e-6)
    assert value(told["esrs"], "E1-5_05") == pytest.approx(claimed, abs=1e-6)


def test_losses_of_storage_are_claimed_by_no_one():
    # 1 MWh is lost in storage; sun made 12 of 16 and 15 of 20 MWh in the hours of charge: three quarters of it
    told = statements()
    assert value(told["cdp"], "7.30.14/consumed", "Z", "sun") == pytest.approx((27 - 0.75) * 40 / 41, abs=1e-6)
    assert value(told["cdp"], "7.30.14/consumed", "Z", "wind") == pytest.approx((15 - 0.25) * 40 / 41, abs=1e-6)


def test_the_energy_mix_adds_up_to_consumption():
    esrs = statements()["esrs"]
    parts = ["E1-5_05", "nuclear_under_contract_mwh", "source_not_stated_mwh", "not_split_mwh"]
    assert sum(value(esrs, part) for part in parts) == pytest.approx(value(esrs, "E1-5_01"), abs=1e-6)


def test_gross_scope_2_is_that_of_the_guidance_in_force():
    _, scope2, told = four_hours_accounts()
    # 10 MWh at 500, 500, 400 and 600 g/kWh
    assert scope2["ghgp_2015"]["location_based_t"] == pytest.approx(20)
    for statement, location, market in (
        ("esrs", "E1-6_09", "E1-6_10"),
        ("cdp", "7.7/location_based", "7.7/market_based"),
    ):
        assert value(told[statement], location) == scope2["ghgp_2015"]["location_based_t"]
        assert value(told[statement], market) == scope2["ghgp_2015"]["market_based_t"]


def test_ages_add_up_to_the_renewable_claims():
    re100 = statements()["re100"]
    ages = ["age_within_limit_mwh", "age_over_limit_mwh", "age_not_known_mwh"]
    for zone in ("", "Z"):
        total = value(re100, "renewable_claimed_mwh", zone)
        assert sum(value(re100, age, zone) for age in ages) == pytest.approx(total, abs=1e-6)


def test_zones_add_up_to_the_whole():
    re100 = two_zones()["re100"]
    units = {key for key, known in frameworks()["re100"].fields.items() if known["unit"] == "MWh"}
    for identifier in sorted(units - {"contract_claimed_mwh"}):
        parts = [value(re100, identifier, zone) for zone in ("A", "B")]
        assert value(re100, identifier) == pytest.approx(sum(parts), abs=1e-6)


# --- data that is missing ---------------------------------------------------------------------------------------------


def bare(**zone):
    problem = a_problem((a_zone("Z", steps(10, 10), **zone),), (a_contract("sun", steps(1, 1)),))
    return accounts_of(problem, a_solution(problem, [steps(10, 4)]))[2]


def test_without_a_grid_share_there_is_no_cfe_score_and_the_zone_is_named():
    told = bare()
    for key in ("un_24_7_compact", "google_cfe"):
        for zone in ("", "Z"):
            entry = field(told[key], "cfe_score", zone)
            assert entry["value"] is None
            assert "no grid_cfe_share in Z" in entry["note"]
    assert value(told["google_cfe"], "cfe_score_from_contracts") is None
    assert value(told["un_24_7_compact"], "hourly_matched_share") == pytest.approx(14 / 20)


def test_one_zone_without_a_grid_share_leaves_the_other_its_score():
    zones = (a_zone("A", steps(10, 10), grid_cfe_share=steps(0.5, 0.5)), a_zone("B", steps(10, 10)))
    problem = a_problem(zones, (a_contract("sun", steps(1, 1)),))
    told = accounts_of(problem, a_solution(problem, [steps(10, 4)]))[2]["google_cfe"]
    assert value(told, "cfe_score") is None
    assert "in B." in field(told, "cfe_score")["note"]
    assert value(told, "cfe_score", "A") == pytest.approx((14 + 3) / 20)
    assert value(told, "cfe_score", "B") is None


def test_without_an_intensity_gross_scope_2_is_not_known():
    told = bare()
    for identifier in ("E1-6_09", "E1-6_10"):
        entry = field(told["esrs"], identifier)
        assert entry["value"] is None
        assert "no emission factor of the grid in Z" in entry["note"]
    assert "no emission factor" in field(told["esrs"], "E1-6_20")["note"]


def test_a_zone_without_load_has_no_shares():
    zones = (a_zone("A", steps(10, 10), grid_cfe_share=steps(0.5, 0.5)), a_zone("B", steps(0, 0)))
    problem = a_problem(zones, (a_contract("sun", steps(1, 1)),))
    told = accounts_of(problem, a_solution(problem, [steps(10, 10)]))[2]
    for key, identifier in (
        ("sbti", "hourly_matched_share"),
        ("sbti", "recognition_now_met"),
        ("re100", "renewable_share_age_tested"),
        ("google_cfe", "cfe_score"),
        ("un_24_7_compact", "hourly_matched_share"),
    ):
        entry = field(told[key], identifier, "B")
        assert entry["value"] is None
        assert "There is no load." in entry["note"]


def test_no_load_at_all_is_told_too():
    problem = a_problem((a_zone("Z", steps(0, 0)),))
    none, zero = np.zeros((0, 2)), np.zeros((1, 2))
    flows, facts = Flows(none, none, none, none, none, none, none, zero, zero, cyclic=True), facts_of(problem)
    ledger = build_ledger(problem, flows, facts)
    statements = framework_statements(problem, ledger, facts, scope2_summary(facts, ledger))
    told = {statement["framework"]: statement for statement in statements}
    for key, identifier in (("esrs", "E1-5_09"), ("esrs", "E1-6_18"), ("re100", "renewable_share")):
        assert value(told[key], identifier) is None
        assert "There is no load." in field(told[key], identifier)["note"]


def test_technologies_that_are_not_renewable_are_those_that_esrs_tells_apart():
    assert {t for t in Technology if not t.renewable} == {Technology.NUCLEAR, Technology.CLEAN_FIRM}
