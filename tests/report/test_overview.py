"""The first page on a run: units and digits by size, nothing hidden, nothing cut at any width."""

from __future__ import annotations

import copy
import re

import pytest

from carbonmatch.cli.render import show
from carbonmatch.report import overview
from carbonmatch.report.numbers import energy, given_share, money, number, power, share

SCORES = {
    "hourly_matched_share": 0.9000000013,
    "cfe_score": 0.94027,
    "cfe_score_from_contracts": 0.9000000013,
    "cfe_score_from_grid": 0.04027,
    "annual_volumetric_share": 1.4,
    "fully_matched_hours": 6848.0,
    "fully_matched_hours_share": 0.7817,
    "longest_gap_hours": 67.0,
    "worst_hour_utc": "2018-01-11T14:00:00+00:00",
    "worst_hour_share": 0.40877,
    "worst_month": "2018-02",
    "worst_month_share": 0.83938,
}


def contract(**changes):
    return {
        "technology": "solar",
        "structure": "pay_as_produced",
        "existing": False,
        "contracted_mw": 714.64,
        "strike_per_mwh": 48.0,
        "generation_mwh": 688_379.1,
        "matched_mwh": 261_573.9,
        "matched_from_storage_mwh": 86_426.0,
        "excess_mwh": 325_997.6,
        "capture_value_per_mwh": 48.00000001,
    } | changes


def storage(**changes):
    return {
        "power_mw": 81.93,
        "energy_mwh": 430.04,
        "duration_hours": 5.2486,
        "full_cycles": 312.77,
        "discharge_mwh": 124_731.8,
        "cost": 8_540_505.4,
    } | changes


SUMMARY = {
    "case": "a-factory",
    "verified": True,
    "currency": "CHF",
    "period": {
        "start_utc": "2017-12-31T23:00:00+00:00",
        "timezone": "Europe/Berlin",
        "start_local": "2018-01-01T00:00:00+01:00",
        "end_local": "2019-01-01T00:00:00+01:00",
        "steps": 8760,
        "hours_per_step": 1.0,
        "year_fraction": 1.0,
    },
    "load_mwh": 876_000.0,
    "target": {"matching": "hourly", "cfe": 0.9, "grid_credit": False, "scope": "portfolio"},
    "cost": {
        "total": 91_105_034.8,
        "sales": 17_416_571.2,
        "net_of_sales": 73_688_463.6,
        "per_mwh_load": 104.0012,
        "net_of_sales_per_mwh_load": 84.1193,
        "components": {
            "contracts": 73_920_829.6,
            "existing_contracts": 0.0,
            "storage_capacity": 8_478_140.0,
            "grid_energy": 5_096_321.2,
            "firm_capacity": 3_547_378.0,
            "surplus_sales": -17_416_571.2,
        },
    },
    "scores": SCORES,
    "zones": {"DE": {"matched_from_storage_mwh": 124_731.8}},
    "contracts": {
        "pv-in-a-park-with-a-rather-long-name": contract(),
        "wind-north-sea": contract(
            technology="offshore_wind", contracted_mw=0.049, strike_per_mwh=78.0, capture_value_per_mwh=74.6
        ),
        "geothermal": contract(technology="geothermal", contracted_mw=0.0, capture_value_per_mwh=None),
        "hydro-norway": contract(technology="hydro", structure="virtual", existing=True, contracted_mw=0.051),
    },
    "storage": {
        "battery": storage(),
        "salt": storage(power_mw=5e-6, duration_hours=None, full_cycles=None),
    },
    "grid": {
        "frankfurt": {
            "metered_import_mwh": 876_000.0,
            "retail_supply_mwh": 87_600.0,
            "peak_mw": 100.0,
            "firm_capacity_mw": 59.12,
        }
    },
    "emissions": {"scope2_location_based_t": 439_508.94},
    "scope2": {
        "ghgp_2015": {"location_based_t": 439_508.94, "market_based_t": 0.0},
        "ghgp_revision_draft": {"location_based_t": 439_508.94, "market_based_t": 91_104.4},
    },
    "certificate": {"gap": 5.6e-9},
}


@pytest.fixture
def summary():
    return copy.deepcopy(SUMMARY)


def rows(page, title):
    table = next(table for table in page.tables if table.title == title)
    return {row[0]: list(row[1:]) for row in table.rows}


def facts(summary):
    return dict(overview(summary).facts)


def test_offers_below_a_two_thousandth_of_peak_load_are_not_taken(summary):
    page = overview(summary)
    assert list(rows(page, "Portfolio")) == ["pv-in-a-park-with-a-rather-long-name", "hydro-norway"]
    assert rows(page, "Offers not taken") == {
        "wind-north-sea": ["offshore wind", "78.00", "74.60", "3.40"],
        "geothermal": ["geothermal", "48.00", "-", "-"],
    }
    assert rows(page, "Storage")["salt"] == ["not taken", "-", "-", "-", "-", "-"]


def test_a_contract_is_told_with_its_size_volumes_and_prices(summary):
    portfolio = rows(overview(summary), "Portfolio")
    taken = portfolio["pv-in-a-park-with-a-rather-long-name"]
    assert taken == ["solar", "714.6", "688.4", "261.6", "86.4", "326.0", "48.00", "48.00"]
    assert portfolio["hydro-norway"][0] == "hydro, virtual, existing"


def test_every_numeric_column_has_a_unit(summary):
    for table in overview(summary).tables:
        for column in table.columns:
            unitless = column.title in {"full cycles", "value"}  # cycles count; scores carry their unit in the cell
            assert not column.numeric or column.unit or unitless, column.title


def test_money_is_in_the_currency_of_the_case(summary):
    page = overview(summary)
    units = {column.unit for table in page.tables for column in table.columns}
    assert {"million CHF", "CHF/MWh"} <= units
    assert not any("EUR" in unit for unit in units)


def test_cost_goes_from_components_to_gross_to_net(summary):
    table = next(table for table in overview(summary).tables if table.title == "Cost")
    assert [row[0] for row in table.rows] == [
        *("contracts", "storage capacity", "grid energy", "firm capacity"),
        *("total gross", "sales of excess", "net of sales"),
    ]
    assert table.rows[4] == ("total gross", "91.11", "104.00")
    assert table.rows[5] == ("sales of excess", "-17.42", "-19.88")
    assert table.rows[6] == ("net of sales", "73.69", "84.12")
    assert table.strong == {4, 6}


def test_scores_stand_side_by_side_and_say_what_they_count(summary):
    scores = rows(overview(summary), "Scores")
    assert scores["hourly matched share"] == ["90.0 %", "load met in the same hour, 14.2 % by storage"]
    assert scores["CFE score"] == ["94.0 %", "90.0 % contracts + 4.0 % mix of the grid"]
    assert scores["annual volumetric share"][0] == "140.0 %"
    assert "annual" in scores["annual volumetric share"][1]
    assert scores["hours fully matched"] == ["78.2 %", "6,848 of 8,760 h"]
    assert scores["worst month"] == ["83.9 %", "2018-02"]
    assert scores["longest gap"][0] == "67 h"


def test_what_is_not_known_says_what_it_needs(summary):
    summary["scores"] |= {"cfe_score": None, "cfe_score_from_contracts": None, "cfe_score_from_grid": None}
    summary["scope2"]["ghgp_2015"]["location_based_t"] = None
    page = overview(summary)
    assert rows(page, "Scores")["CFE score"][0] == "-"
    assert "grid_cfe_share" in rows(page, "Scores")["CFE score"][1]
    emissions = next(table for table in page.tables if table.title == "Scope 2 emissions")
    assert emissions.rows[0][1:3] == ("-", "-")
    assert "carbon_intensity_g_per_kwh" in emissions.note


def test_scope2_is_told_under_both_sets_of_rules(summary):
    # 439,508.94 t / 876,000 MWh = 501.7 kg/MWh; 91,104.4 / 876,000 = 104.0
    (table,) = [table for table in overview(summary).tables if table.title == "Scope 2 emissions"]
    assert [row[:3] for row in table.rows] == [
        ("location-based", "439,509", "501.7"),
        ("market-based", "0.0", "0.0"),
        ("market-based", "91,104", "104.0"),
    ]
    assert "draft" in table.rows[2][3]
    assert table.note == ""


def test_a_case_without_offers_has_no_empty_tables(summary):
    summary |= {"contracts": {}, "storage": {}}
    titles = [table.title for table in overview(summary).tables]
    assert titles == ["Portfolio", "Grid", "Cost", "Scores", "Scope 2 emissions"]
    assert overview(summary).tables[0].note == "The case offers no contracts."


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "90 % of load hour by hour"),
        ({"cfe": 0.955}, "95.5 % of load hour by hour"),
        ({"matching": "annual", "cfe": 1.0}, "100 % of load over the year"),
        ({"matching": "monthly"}, "90 % of load in every month"),
        ({"matching": "none"}, "none: least cost alone"),
        ({"grid_credit": True}, "90 % of load hour by hour, the grid's own carbon-free share counts"),
        ({"scope": "zone"}, "90 % of load hour by hour, each zone by itself"),
    ],
)
def test_the_target_in_words(summary, changes, text):
    summary["target"] |= changes
    assert facts(summary)["target"] == text


def test_the_facts_at_the_top(summary):
    assert facts(summary) == {
        "period": "2018-01-01 to 2019-01-01, Europe/Berlin: 8,760 h",
        "load": "876.0 GWh, peak 100.0 MW",
        "target": "90 % of load hour by hour",
        "reached": "90.0 % of load matched hour by hour",
        "cost": "84.12 CHF/MWh of load net of sales, 104.00 gross",
        "verified": "yes: accounts agree, cost is proved least (gap 6e-09)",
    }
    summary |= {"sizes_held": True, "verified": False}
    assert "sizes held" in facts(summary)["target"]
    assert facts(summary)["verified"] == "no"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0.0 %"),
        (0.5, "50.0 %"),
        (0.9994, "99.9 %"),
        (0.99953, "99.95 %"),
        (0.99998, "99.998 %"),
        (1.0 - 1e-9, "100.0 %"),  # solver noise
        (1.0, "100.0 %"),
        (1.0003, "100.03 %"),
        (12.5, "1,250.0 %"),
    ],
)
def test_a_share_is_never_rounded_to_a_full_100_per_cent(value, text):
    assert share(value) == text


def test_digits_follow_the_size():
    assert power(100.0).with_unit(59.123) == "59.1 MW"
    assert power(5.0).with_unit(1.234) == "1.23 MW"
    assert power(0.5).with_unit(0.01234) == "0.0123 MW"
    assert energy(876_000.0).with_unit(87_649.0) == "87.6 GWh"
    assert energy(4_800.0).with_unit(4_320.04) == "4,320.0 MWh"
    assert money(-73e6, "EUR").with_unit(5_096_321.0) == "5.10 million EUR"
    assert money(352_297.0, "EUR").with_unit(717.0) == "0.72 thousand EUR"
    assert money(999.0, "EUR").with_unit(None) == "-"
    assert given_share(0.07) == "7 %"  # 100 * 0.07 is 7.000000000000001
    assert number(-0.004, 2) == "0.00"
    assert number(-0.006, 2) == "-0.01"


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_every_cell_is_whole_at_every_width(summary, monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    page = overview(summary)
    show(page)
    shown = capsys.readouterr().out
    assert shown.isascii()
    joined = re.sub(r"\s", "", shown)
    assert not any(line != line.rstrip() for line in shown.splitlines())
    for table in page.tables:
        assert table.title in shown
        for row in table.rows:
            for number_, column in zip(row, table.columns, strict=True):
                if column.numeric:
                    assert number_ in shown
            for word in re.split(r"[\s-]+", " ".join(row)):
                assert word in joined
    if width >= 80:
        assert max(map(len, shown.splitlines())) <= width


def test_in_a_pipe_nothing_is_folded(summary, monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    show(overview(summary))
    assert "pv-in-a-park-with-a-rather-long-name" in capsys.readouterr().out
