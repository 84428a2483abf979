"""Reporting frameworks on the page: the answer first, and tables of what differs, in which no field is lost."""

from __future__ import annotations

import copy
import re

import pytest
from report.made_run import made_run

from carbonmatch.report.page.frameworks import frameworks, value_text
from carbonmatch.report.page.headline import headline
from carbonmatch.report.page.listing import units_of


@pytest.fixture(scope="module")
def made():
    return made_run(24 * 30, extras=True)[0].summary


@pytest.fixture
def summary(made):
    return copy.deepcopy(made)


@pytest.fixture(scope="module")
def two_zones():
    return made_run(24 * 30, zones=("DE", "FR"), extras=True)[0].summary


def shown(summary):
    return {framework.key: framework for framework in frameworks(summary, units_of(summary)).all}


def rows_of(table):
    return {row[0]: dict(zip([column.title for column in table.columns], row, strict=True)) for row in table.rows}


def one(*fields, units=None, summary=None, contracts=None):
    """Return the tables of a framework that holds just these fields."""
    entry = {"framework": "x", "title": "X", "fields": list(fields)}
    run = made_run(24)[0].summary | {"frameworks": [entry], "contracts": contracts or {}}
    return frameworks(run, units_of(run)).all[0].tables


def field(identifier, value, **more):
    return {"id": identifier, "label": identifier, "zone": "", "instrument": "", "unit": "", "note": ""} | {
        "value": value,
        **more,
    }


# --- the answer -------------------------------------------------------------------------------------------------------


def test_each_framework_has_its_answer_in_one_line(summary):
    load = summary["load_mwh"]
    answers = {key: framework.answer for key, framework in shown(summary).items()}
    assert (
        answers["sbti"] == "72.5 % of load matched hour by hour; recognition thresholds 50 % met, 75 % and 90 % not met"
    )
    assert answers["re100"] == (
        f"80.0 % renewable by the year; 15.0 % within the age limit (age not known of {0.8 * load:,.0f} MWh)"
    )
    assert answers["cdp"] == (
        f"Scope 2 of {0.4 * load:,.0f} t CO2e location-based and {0.1 * load:,.0f} t CO2e market-based; "
        "purchases under two contracts"
    )
    assert answers["esrs"].startswith("80.0 % of electricity from renewable sources; Scope 2 of ")
    assert answers["un-24-7-compact"] == "CFE score 79.0 %, 72.5 % by contracts alone; there is no threshold to pass"
    assert answers["google-cfe"] == "CFE score 79.0 %: 72.5 % by contracts and 6.5 % by the mix of the grid"


@pytest.mark.parametrize(
    ("met", "told"),
    [
        ((True, True, True), "50 %, 75 % and 90 % met"),
        ((True, True, False), "50 % and 75 % met, 90 % not met"),
        ((False, False, False), "50 %, 75 % and 90 % not met"),
    ],
)
def test_thresholds_are_told_by_what_is_met(summary, met, told):
    fields = summary["frameworks"][0]["fields"]
    for state, until in zip(met, ("now", "2030", "2035"), strict=True):
        for entry in fields:
            if entry["id"] == f"recognition_{until}_met":
                entry["value"] = state
    assert headline("sbti", fields).endswith(f"recognition thresholds {told}")


def test_an_answer_that_is_not_known_is_said_so(summary):
    for framework in summary["frameworks"]:
        for entry in framework["fields"]:
            entry["value"] = None if entry["unit"] not in {""} and "threshold" not in entry["id"] else entry["value"]
    for key, framework in shown(summary).items():
        assert "not known" in framework.answer, key


def test_a_framework_that_the_page_does_not_know_tells_how_much_it_holds():
    assert headline("new", [field("a", 1.0), field("b", None)]) == "Two fields, 1 of them not known"
    assert headline("sbti", [field("a", 1.0)]) == "One field, none of them not known"


# --- zones ------------------------------------------------------------------------------------------------------------


def test_one_zone_that_says_the_same_as_the_total_is_not_repeated(summary):
    found = frameworks(summary, units_of(summary))
    assert found.zones == "There is one zone, DE: totals are those of the zone."
    table = found.all[0].tables[0].table
    assert [column.title for column in table.columns][:3] == ["field", "what it is", "value"]
    assert len(table.rows) == len({row[0] for row in table.rows}) == 7  # three thresholds, the share, three times met


def test_one_zone_that_says_something_else_is_kept():
    (found,) = one(field("a", 1.0, unit="MWh"), field("a", 2.0, unit="MWh", zone="DE"))
    assert rows_of(found.table)["a"] == {
        "field": "a",
        "what it is": "a",
        "all zones": "1.00",
        "DE": "2.00",
        "unit": "MWh",
    }


def test_several_zones_stand_side_by_side(two_zones):
    found = frameworks(two_zones, units_of(two_zones))
    assert found.zones == ""
    row = rows_of(found.all[0].tables[0].table)["hourly_matched_share"]
    assert [row[place] for place in ("all zones", "DE", "FR")] == ["72.5 %"] * 3
    assert rows_of(found.all[0].tables[0].table)["recognition_now_threshold"]["FR"] == ""


# --- contracts --------------------------------------------------------------------------------------------------------


def test_contracts_are_rows_and_what_they_share_is_a_line(summary):
    fields, purchases = shown(summary)["cdp"].tables
    assert "7.30.14/consumed" not in rows_of(fields.table)
    assert purchases.table.title == "7.30.14: low-carbon energy, by contract"
    assert [column.title for column in purchases.table.columns] == ["contract", "technology", "consumed"]
    assert purchases.identifiers == ("", "7.30.14/technology", "7.30.14/consumed")
    consumed = f"{0.4 * summary['load_mwh']:,.0f}"
    assert purchases.table.rows == (("sun", "solar", consumed), ("wind", "onshore wind", consumed))
    assert purchases.lines[0] == "The same for every contract:"
    assert purchases.lines[1].startswith("7.30.14/country, country or area of consumption: DE.")
    assert "7.30.14/sourcing_method, sourcing method: a long way to say that it is bought." in purchases.lines


def test_the_country_of_contracts_in_several_zones_is_not_said_twice(two_zones):
    purchases = shown(two_zones)["cdp"].tables[1]
    assert [column.title for column in purchases.table.columns][:2] == ["contract", "zone"]
    assert any(
        line.startswith("7.30.14/country, country or area of consumption: its zone.") for line in purchases.lines
    )


def test_one_contract_keeps_its_short_texts_and_not_its_long_ones():
    (found,) = one(
        field("q/kind", "solar", instrument="sun"),
        field("q/how", "a text that is too long to stand in a column", instrument="sun"),
        field("q/mwh", 5.0, unit="MWh", instrument="sun"),
    )
    assert [column.title for column in found.table.columns] == ["contract", "q/kind", "q/mwh"]
    assert found.lines == ("q/how, q/how: a text that is too long to stand in a column.",)


def test_notes_on_some_contracts_name_them():
    (found,) = one(
        field("year", 2012, unit="year", instrument="old"),
        field("year", None, unit="year", instrument="new", note="Not known: the case gives no date."),
    )
    assert found.table.rows == (("old", "2012"), ("new", "not known"))
    assert found.lines == ("year of new: The case gives no date.",)


def test_offers_that_are_not_taken_are_no_purchases(summary):
    summary["contracts"]["wind"]["contracted_mw"] = 1e-9
    found = shown(summary)["cdp"]
    assert found.answer.endswith("purchases under one contract")
    assert [row[0] for row in found.tables[1].table.rows] == ["sun"]


def test_no_field_is_lost(summary, two_zones):
    for told in (summary, two_zones):
        for framework, entry in zip(frameworks(told, units_of(told)).all, told["frameworks"], strict=True):
            there = set()
            for table in framework.tables:
                there |= {row[0] for row in table.table.rows} | set(table.identifiers)
                there |= {re.split(r"[ ,:]", line)[0] for line in table.lines}
            assert {f["id"] for f in entry["fields"]} <= there


# --- notes, units and values ------------------------------------------------------------------------------------------


def test_notes_that_repeat_are_said_once_below_the_table(summary):
    fields = shown(summary)["cdp"].tables[0]
    notes = [row[-1] for row in fields.table.rows]
    assert notes == ["", "", "(1)", "(1)"]
    assert fields.lines == ("(1) The case names no plants of the company.",)


def test_columns_with_nothing_in_them_are_left_out(summary):
    (table,) = shown(summary)["google-cfe"].tables
    assert [column.title for column in table.table.columns] == ["field", "what it is", "value"]


def test_long_texts_stand_below_the_numbers(summary):
    (fields,) = shown(summary)["esrs"].tables
    assert "E1-6_19" not in rows_of(fields.table)
    assert fields.lines == ("E1-6_19, types of contractual instruments: energy attribute certificates: sun, wind.",)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, "share", "50.0 %"),
        (0.123, "share of load", "12.3 %"),
        (0.0, "t CO2", "0"),
        (3.5e-10, "MWh", "0"),
        (1.5, "t CO2", "1.50"),
        (12.345, "g/kWh", "12.3"),
        (43_210.9, "MWh", "43,211"),
        (12, "contracts", "12"),
        (2018, "year", "2018"),
        (None, "MWh", "not known"),
        (False, "", "no"),
        ("hourly", "", "hourly"),
        (0.123456789, "", "0.123457"),
    ],
)
def test_fields_are_written_by_their_unit_and_size(value, unit, text):
    assert value_text(field("a", value, unit=unit)) == text


def test_units_stand_where_there_is_a_value_and_shares_keep_what_they_are_of():
    (found,) = one(field("a", 0.5, unit="share of load"), field("b", None, unit="MWh"), field("c", 1.0, unit="MW"))
    assert {key: row["unit"] for key, row in rows_of(found.table).items()} == {"a": "of load", "b": "", "c": "MW"}
