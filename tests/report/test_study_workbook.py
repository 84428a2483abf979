"""The workbook on a study, read back: numbers are those of the record, every heading has its unit."""

from __future__ import annotations

import json
import shutil

import openpyxl
import pytest
from report.made_study import changed, compared, stressed, swept, write_study_workbook

from carbonmatch.report.study import read_study
from carbonmatch.report.study.workbook import write_workbook

TARGETS = [0.3, 0.6, 0.8, 0.95]
STRIKE = "contracts.pv-brandenburg.strike_per_mwh"
SWEEP_SHEETS = [
    *("Overview", "Points", "Cost by component", "Sizes", "Scores and emissions", "Premiums"),
    *("Frontier", "Baselines", "Provenance"),
]
COMPARISON_SHEETS = [
    *("Overview", "Scenarios", "Cost by component", "Sizes", "Scores and emissions", "Premiums"),
    *("Differences", "Provenance"),
]
NO_UNIT = {"Run folder", "Not met because", "Scenario", "Case", "Currency", "From", "Baseline", "Knee"}
NO_UNIT |= {"The target binds", STRIKE}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return a sweep over targets and strikes; two of its points are out of reach."""
    return swept(tmp_path_factory.mktemp("sweep"), TARGETS, vary={STRIKE: [30, 48]})


@pytest.fixture(scope="module")
def book(study):
    path = write_study_workbook(study.folder)
    assert path == study.folder / "workbook.xlsx"
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("compared"), scenarios=["cheap-sun"])


@pytest.fixture(scope="module")
def compared_book(comparison):
    return openpyxl.load_workbook(write_study_workbook(comparison.folder), data_only=True)


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def column(sheet, head):
    found = rows(sheet)
    place = found[0].index(head)
    return [row[place] for row in found[1:]]


def same(cells, values):
    """Tell whether cells are these numbers: a workbook keeps sixteen digits, and no more."""
    known = [(cell, value) for cell, value in zip(cells, values, strict=True) if value is not None]
    unknown = [cell for cell, value in zip(cells, values, strict=True) if value is None]
    return all(cell == pytest.approx(value, rel=1e-14, abs=1e-300) for cell, value in known) and not any(unknown)


def test_the_sheets_stand_in_their_order(book, compared_book):
    assert book.sheetnames == SWEEP_SHEETS
    assert compared_book.sheetnames == COMPARISON_SHEETS


@pytest.mark.parametrize("name", SWEEP_SHEETS[1:-1])
def test_every_heading_of_numbers_has_its_unit(book, name):
    heads = rows(book[name])[0]
    assert [head for head in heads if not head.endswith("]") and head not in NO_UNIT] == []
    assert len(heads) == len(set(heads))


def test_points_have_a_row_each_with_numbers_or_a_reason(book, study):
    sheet = book["Points"]
    assert column(sheet, "Target [%]") == [row["target_cfe"] for row in study.rows]
    assert column(sheet, STRIKE) == [row[STRIKE] for row in study.rows]
    net = column(sheet, "Cost net of sales, per MWh of load [EUR/MWh]")
    premium = column(sheet, "Premium over annual matching, per MWh of load [EUR/MWh]")
    assert same(net, [row["cost_net_of_sales_per_mwh_load"] for row in study.rows])
    assert same(premium, [row["premium_over_annual_100_per_mwh_load"] for row in study.rows])
    assert [bool(reason) for reason in column(sheet, "Not met because")] == [bool(row["error"]) for row in study.rows]
    folders = column(sheet, "Run folder")
    for folder, row in zip(folders, study.rows, strict=True):
        assert folder == (None if row["error"] else f"points/{row['point']}")
        assert row["error"] or (study.folder / folder / "summary.json").is_file()
    assert sum(folder is None for folder in folders) == 2


def test_the_overview_tells_in_short_what_the_page_tells(book, compared_book, study):
    told = {row[0]: row for row in rows(book["Overview"]) if row[0]}
    highest = min(
        (row for row in study.met if row["target_cfe"] == max(each["target_cfe"] for each in study.met)),
        key=lambda row: row["cost_net_of_sales_per_mwh_load"],
    )
    label = f"Least cost at {100 * highest['target_cfe']:g} %"
    assert told[label][1] == pytest.approx(highest["cost_net_of_sales_per_mwh_load"], abs=0.005)
    assert told[label][2] == "EUR/MWh"
    assert told["Premium over no target"][1] == pytest.approx(highest["premium_over_no_target_per_mwh_load"], abs=0.005)
    assert any(str(row[0]).endswith("over annual matching") for row in rows(compared_book["Overview"]))


def test_components_are_the_record_and_add_up_to_net(book, study):
    found = rows(book["Cost by component"])
    heads, cells = found[0], found[1 : 1 + len(study.met)]
    first, net = heads.index("Contracts [EUR]"), heads.index("Cost net of sales [EUR]")
    for cell, row in zip(cells, study.met, strict=True):
        named = [cell[heads.index(f"{title} [EUR]")] for title in ("Grid energy", "Sales of excess", "Cost gross")]
        assert same(named, [row["cost_grid_energy"], -row["cost_sales"], row["cost_total"]])
        assert sum(cell[first:net]) == pytest.approx(cell[net], rel=1e-9)
    assert found[-1][0] == "check: components less net of sales"
    assert found[-1][net] == 0.0


def test_the_check_of_components_is_a_formula_over_all_rows(book, study):
    sheet = openpyxl.load_workbook(study.folder / "workbook.xlsx")["Cost by component"]
    (formula,) = [cell.value for cell in list(sheet.iter_rows())[-1] if str(cell.value).startswith("=")]
    last = 1 + len(study.met)
    assert formula == f"=ROUND(SUM(C2:I{last})-SUM(J2:J{last}),2)"


def test_a_cost_that_is_no_sum_of_its_components_is_seen_in_the_check(study, tmp_path):
    def lose(content):
        content["points"][0]["cost_grid_energy"] += 12.5

    lost = changed(study, tmp_path / "lost", lose)
    found = rows(openpyxl.load_workbook(write_study_workbook(lost.folder), data_only=True)["Cost by component"])
    assert [value for value in found[-1][1:] if value is not None] == [12.5]


def test_sizes_scores_and_premiums_are_the_record(book, study):
    for sheet, head, key in (
        ("Sizes", "pv-brandenburg [MW]", "pv-brandenburg_contracted_mw"),
        ("Sizes", "battery: energy [MWh]", "battery_energy_mwh"),
        ("Sizes", "never-built: power [MW]", "never-built_power_mw"),
        ("Sizes", "berlin: firm grid supply [MW]", "berlin_firm_capacity_mw"),
        ("Scores and emissions", "CFE score [%]", "cfe_score"),
        ("Scores and emissions", "Scope 2, market-based by the hour [t CO2e]", "scope2_market_based_by_the_hour_t"),
        ("Premiums", "Over no target [EUR]", "premium_over_no_target_cost"),
        ("Premiums", "Over no target [%]", "premium_over_no_target_share"),
        ("Premiums", "Over annual matching, per tonne less [EUR/t CO2e]", "premium_over_annual_100_per_t"),
    ):
        assert same(column(book[sheet], head), [row[key] for row in study.met]), head


def test_the_frontier_and_the_baselines_are_the_record(book, study):
    places = [place for frontier in study.content["frontiers"] for place in frontier["places"]]
    sheet = book["Frontier"]
    assert column(sheet, "Target [%]") == [place["cfe"] for place in places]
    slopes = column(sheet, "On the way to the next point, per MWh more [EUR/MWh]")
    assert same(slopes, [p["slope_per_mwh"] for p in places])
    knees = [f["knee"] for f in study.content["frontiers"] for place in f["places"] if place["cfe"] == f["knee"]]
    assert column(sheet, "Knee").count("knee") == len(knees)
    assert column(book["Baselines"], "Baseline") == ["annual matching, 100 %", "no target"]
    net = column(book["Baselines"], "Cost net of sales [EUR]")
    assert same(net, [row["cost_net_of_sales"] for row in study.content["baselines"]])


def test_where_it_comes_from_is_told_by_hashes(book, study):
    told = dict(row[:2] for row in rows(book["Provenance"]) if row[0])
    assert told["case file"] == study.content["case"]["path"]
    assert told["SHA-256 of the case file"] == study.content["case"]["sha256"]
    assert len(told["SHA-256 of sweep.json"]) == 64
    assert told["engine"] == "simplex, ipx"


def test_the_same_study_gives_the_same_bytes_wherever_it_stands(study, tmp_path):
    first, again = tmp_path / "first.xlsx", tmp_path / "again.xlsx"
    write_workbook(study, first)
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(study.folder / "sweep.json", tmp_path / "elsewhere")
    write_workbook(read_study(tmp_path / "elsewhere"), again)
    assert first.read_bytes() == again.read_bytes()


def test_currencies_stand_in_tables_of_their_own(compared_book, comparison):
    cost = rows(compared_book["Cost by component"])
    starts = [i for i, row in enumerate(cost) if row[0] in {"EUR", "GBP"}]
    assert [cost[i][0] for i in starts] == ["EUR", "GBP"]
    for i in starts:
        assert all(f"[{cost[i][0]}" in head for head in cost[i + 1][2:] if head)
        told = {row[0]: row for row in cost[i + 2 : i + 6]}
        place = cost[i + 1].index(f"Cost gross [{cost[i][0]}]")
        for row in comparison.met:
            if row["currency"] == cost[i][0]:
                assert same([told[row["scenario"]][place]], [row["cost_total"]])
    scenarios = rows(compared_book["Scenarios"])
    assert "Cost net of sales [currency of the row]" in scenarios[0]
    assert [row[scenarios[0].index("Currency")] for row in scenarios[1:]] == [
        row["currency"] for row in comparison.rows
    ]


def test_differences_are_from_the_first_scenario_of_the_currency(compared_book, comparison):
    found = rows(compared_book["Differences"])
    assert found[0][0] == "Differences from two-days, in EUR"
    first, *others = [row for row in comparison.met if row["currency"] == "EUR"]
    for cells, row in zip(found[2 : 2 + len(others)], others, strict=True):
        assert cells[0] == row["scenario"]
        place = found[1].index("Cost net of sales [EUR]")
        assert cells[place] == pytest.approx(row["cost_net_of_sales"] - first["cost_net_of_sales"], abs=1e-9)
        place = found[1].index("hydro [MW]")
        assert cells[place] == pytest.approx(row["hydro_contracted_mw"] - first["hydro_contracted_mw"], abs=1e-9)


def test_a_stress_test_has_the_plan_first_and_differences_from_it(tmp_path):
    study = stressed(tmp_path)
    book = openpyxl.load_workbook(write_study_workbook(study.folder), data_only=True)
    assert book.sheetnames == [
        *("Overview", "Cases", "Cost by component", "Sizes", "Scores and emissions", "Differences", "Provenance")
    ]
    sheet = book["Cases"]
    assert column(sheet, "Case") == [row["what"] for row in study.rows]
    assert same(column(sheet, "Share that the target counts [%]"), [row["reached_share"] for row in study.rows])
    changes = [row["change_net_of_sales_per_mwh_load"] for row in study.rows]
    assert same(column(sheet, "Change of cost net of sales [EUR/MWh]"), changes)
    assert column(sheet, "Target met") == ["yes" if row["met"] else "no" for row in study.rows]
    found = rows(book["Differences"])
    assert found[0][0] == "Differences from as planned, in EUR"
    place = found[1].index("Net of sales, per MWh of load [EUR/MWh]")
    assert [row[place] for row in found[2 : 1 + len(study.rows)]] == pytest.approx(changes[1:], abs=1e-9)
    told = dict(row[:2] for row in rows(book["Provenance"]) if row[0])
    assert told["portfolio of"] == str(tmp_path / "two-days.yaml")
    assert "sites.berlin.load" in told["load 10 % higher"]


def test_text_that_begins_like_a_formula_stays_text(comparison, tmp_path):
    def odd(content):
        content["scenarios"][0]["scenario"] = "=1+1"

    study = changed(comparison, tmp_path / "odd", odd)
    sheet = openpyxl.load_workbook(write_study_workbook(study.folder))["Scenarios"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"


def test_a_study_of_which_nothing_is_met_has_its_reasons(study, tmp_path):
    def nothing(content):
        names = {"point", "target_cfe", STRIKE}
        content["points"] = [{key: row[key] for key in names} | {"error": "out of reach"} for row in content["points"]]
        content["frontiers"] = []
        content["baselines"] = [{"point": "no-target", "error": "no answer"}]

    path = write_study_workbook(changed(study, tmp_path / "nothing", nothing).folder)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Overview", "Points", "Baselines", "Provenance"]
    assert set(column(book["Points"], "Not met because")) == {"out of reach"}
    assert "no target is not met: no answer" in [row[0] for row in rows(book["Baselines"])]
    assert json.loads((tmp_path / "nothing" / "sweep.json").read_text())["frontiers"] == []
