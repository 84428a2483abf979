"""The workbook, read back: numbers are numbers, sums are those of the summary, and text stays text."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from run_by_hand import FORMULA, LONG, MANIFEST, SUMMARY, metered, write_run_by_hand

from carbonmatch.errors import InputError
from carbonmatch.report.source import read_source
from carbonmatch.report.workbook import ledger_sheets
from carbonmatch.report.workbook.book import write_workbook
from carbonmatch.report.workbook.sheet import number_format, plain_value
from carbonmatch.tables import write_table

PLAN_SHEETS = [
    *("Summary", "Portfolio", "Cost", "Scores", "Scope 2", "Frameworks"),
    *("Monthly", "Hourly", "Assumptions", "Provenance"),
]
NUMBER = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+(e[+-]?[0-9]+)?", re.IGNORECASE)


def written(folder, summary=None, manifest=None, name="run"):
    """Write the run and its workbook; return the path of the workbook."""
    run = write_run_by_hand(folder / name, summary, manifest)
    path = folder / f"{name}.xlsx"
    source = read_source(run)
    write_workbook(source.run, source.tables, path)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return written(tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def values(path):
    """Give the workbook with the values of its formulas, as a spreadsheet shows them before it calculates."""
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def formulas(path):
    return openpyxl.load_workbook(path)


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def row_of(sheet, *names):
    (found,) = [row for row in rows(sheet) if row[: len(names)] == list(names)]
    return found


def column(sheet, heading):
    """Return the cells below a heading in the first row."""
    head, *cells = rows(sheet)
    return [row[head.index(heading)] for row in cells]


def test_a_plan_has_every_sheet(values):
    assert values.sheetnames == PLAN_SHEETS


def test_a_metered_run_has_no_cost_and_no_sizes(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path, metered()), data_only=True)
    assert book.sheetnames == [name for name in PLAN_SHEETS if name not in {"Cost", "Frameworks"}]
    headings = [cell for row in rows(book["Portfolio"]) for cell in row]
    assert "Generation [MWh]" in headings
    assert "Contracted [MW]" not in headings
    assert "Strike [CHF/MWh]" not in headings
    assert row_of(book["Scores"], "load")[1:3] == [-1.0, 2.0]


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_months_are_those_of_the_local_clock(values):
    # In Berlin the hour that begins at 23:00 UTC on 31 January is the first of February.
    sheet = values["Monthly"]
    assert row_of(sheet, "north", datetime(2018, 1, 1))[2:5] == [10.0, 9.0, 8.0]
    assert row_of(sheet, "north", datetime(2018, 2, 1))[2:5] == [50.0, 40.0, 35.0]
    assert row_of(sheet, "south", datetime(2018, 2, 1))[2:5] == [10.0, 11.0, 10.0]


def test_prices_are_not_summed_over_a_month(values):
    assert not [head for head in rows(values["Monthly"])[0] if head and "CHF" in head]


@pytest.mark.parametrize("zone", ["north", "south"])
def test_sums_of_the_months_are_those_of_the_summary(values, zone):
    told = SUMMARY["zones"][zone]
    wanted = [told["load_mwh"], told["generation_mwh"], told["matched_mwh"]]
    sheet = values["Monthly"]
    assert row_of(sheet, zone, "sum of the months")[2:5] == pytest.approx(wanted, abs=1e-6)
    assert row_of(sheet, zone, "summary.json")[2:5] == pytest.approx(wanted, abs=1e-6)
    assert row_of(sheet, zone, "check: difference")[2:5] == [0.0, 0.0, 0.0]


def test_a_sum_that_is_not_the_summary_shows_in_the_check(tmp_path):
    summary = copy.deepcopy(SUMMARY)
    summary["zones"]["north"]["load_mwh"] = 61.5  # 60 in the table
    book = openpyxl.load_workbook(written(tmp_path, summary), data_only=True)
    assert row_of(book["Monthly"], "north", "check: difference")[2] == -1.5


def test_live_sums_add_the_rows_of_their_zone_and_hold_that_value(values, formulas):
    live, shown = formulas["Monthly"], values["Monthly"]
    for zone in ("north", "south"):
        cell = next(row[2] for row in live.iter_rows() if (row[0].value, row[1].value) == (zone, "sum of the months"))
        first, last = re.fullmatch(r"=SUM\((C\d+):(C\d+)\)", cell.value).groups()
        added = [shown.cell(row, 3).value for row in range(int(first[1:]), int(last[1:]) + 1)]
        zones = [shown.cell(row, 1).value for row in range(int(first[1:]), int(last[1:]) + 1)]
        assert set(zones) == {zone}
        assert sum(added) == shown[cell.coordinate].value == sum(SUMMARY["zones"][zone][k] for k in ["load_mwh"])


def test_hourly_adds_up_to_the_summary_and_has_the_contracts_beside(values):
    sheet = values["Hourly"]
    zones = column(sheet, "Zone")
    for zone, told in SUMMARY["zones"].items():
        for heading, key in (("Load [MWh]", "load_mwh"), ("Matched [MWh]", "matched_mwh")):
            cells = [value for value, at in zip(column(sheet, heading), zones, strict=True) if at == zone]
            assert sum(cells) == pytest.approx(told[key], abs=1e-6)
    # in the rows of its own zone only
    assert column(sheet, "wind: generation [MWh]") == [9.0, 25.0, 15.0, None, None, None]
    assert column(sheet, "sun: matched [MWh]") == [None, None, None, 0.0, 5.0, 5.0]


def test_cost_is_that_of_the_summary_and_its_check_is_nil(values, formulas):
    sheet = values["Cost"]
    for label, amount in (("total gross", 3000.5), ("surplus sales", -1000.25), ("net of sales", 2000.25)):
        assert row_of(sheet, label)[1:3] == pytest.approx([amount, amount / 75.0], abs=1e-6)
    assert row_of(sheet, "check: components less net of sales")[1] == 0.0
    formula = row_of(formulas["Cost"], "check: components less net of sales")[1]
    signs = re.fullmatch(r"=ROUND\((B\d+)\+(B\d+)\+(B\d+)-(B\d+),2\)", formula).groups()
    *parts, net = [sheet[cell].value for cell in signs]
    assert sum(parts) == net == 2000.25


def test_summary_scores_and_scope2_are_those_of_the_summary(values):
    assert row_of(values["Summary"], "CFE")[1] == 0.7
    assert row_of(values["Summary"], "north: Matched")[1:4] == [43.0, "MWh", "zones.north.matched_mwh"]
    assert row_of(values["Summary"], "CFE score", None)[2] == "not known"
    assert row_of(values["Scores"], "Hourly matched share")[2:5] == pytest.approx([53 / 75, 43 / 60, 10 / 15])
    assert row_of(values["Scope 2"], "Market-based")[2] == 11.0
    total = row_of(values["Scope 2"], "ghgp_2015", "total", "market_based")
    assert total[6] == pytest.approx(75.0, abs=1e-6)
    assert total[8] == 11.0


def test_columns_that_are_not_known_are_left_out_and_it_is_said(values):
    assert not [head for head in rows(values["Hourly"])[0] if "Residual" in head]
    assert any("residual_mix_g_per_kwh" in str(row[0]) for row in rows(values["Provenance"]))


def test_many_contracts_do_not_stand_beside_the_ledger(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_sheets, "MOST_CONTRACT_COLUMNS", 3)  # two contracts with two flows each
    book = openpyxl.load_workbook(written(tmp_path))
    assert not [head for head in rows(book["Hourly"])[0] if "wind" in head]
    assert any("contracts.parquet" in str(row[0]) for row in rows(book["Provenance"]))


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_sheets, "MOST_ROWS", 6)  # six rows and the headings
    with pytest.raises(InputError, match="--format parquet"):
        written(tmp_path)


@pytest.mark.parametrize(
    ("largest", "shown"),
    [(0.5, "#,##0.0000"), (100.0, "#,##0.000"), (12_345.0, "#,##0.0"), (876_000.0, "#,##0"), (9e7, "#,##0")],
)
def test_amounts_have_six_digits_at_their_largest(largest, shown):
    assert number_format("amount", largest) == shown


def test_a_run_without_contracts_has_a_workbook_too(tmp_path):
    summary = copy.deepcopy(SUMMARY) | {"contracts": {}}
    run = write_run_by_hand(tmp_path / "run", summary)
    # as the writer leaves it: no columns of numbers, for there are none
    write_table(pd.DataFrame(columns=["interval_start_utc", "contract", "zone"]), run / "contracts.parquet")
    source = read_source(run)
    write_workbook(source.run, source.tables, tmp_path / "run.xlsx")
    assert openpyxl.load_workbook(tmp_path / "run.xlsx").sheetnames == PLAN_SHEETS


# --- types ------------------------------------------------------------------------------------------------------------


def test_no_text_looks_like_a_number(values):
    found = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in values
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and NUMBER.fullmatch(cell.value)
    ]
    # Numbers of clauses and years of versions are names, 007 is one too, and +1 is a note.
    assert {value for _, _, value in found} == {"1.10", "1.2", "1.3", "2025", "007", "+1"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("48", 48.0),
        ("-0.5", -0.5),
        ("1e-4", 1e-4),
        ("007", "007"),
        ("1h", "1h"),
        ("2018-01-31", datetime(2018, 1, 31)),
        ("2018-02", datetime(2018, 2, 1)),
        ("2018-13-01", "2018-13-01"),
        ("1234567890123456789", "1234567890123456789"),
        ("1e999", "1e999"),
        ("", ""),
    ],
)
def test_what_is_written_as_a_number_or_a_date_is_one(text, value):
    assert plain_value(text)[0] == value


def test_stamps_are_dates_on_both_clocks(values):
    sheet = values["Hourly"]
    assert column(sheet, "Start [UTC]")[:3] == [
        datetime(2018, 1, 31, 22),
        datetime(2018, 1, 31, 23),
        datetime(2018, 2, 1),
    ]
    assert column(sheet, "Start, local [Europe/Berlin]")[0] == datetime(2018, 1, 31, 23)
    assert row_of(values["Scores"], "Worst hour")[2] == datetime(2018, 1, 31, 22)
    assert row_of(values["Assumptions"], "time.start")[1] == datetime(2018, 1, 31)


def test_every_formula_is_one_of_ours(formulas):
    found = {
        (sheet.title, re.sub(r"[A-Z]+\d+", "x", str(cell.value)))
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert found == {
        ("Cost", "=ROUND(x+x+x-x,2)"),
        ("Monthly", "=SUM(x:x)"),
        ("Monthly", "=ROUND(x-x,6)"),
    }


def test_text_that_begins_like_a_formula_stays_text_even_when_it_is_edited(path):
    sheet = openpyxl.load_workbook(path)["Assumptions"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_text_that_no_cell_can_hold_is_cut_and_says_so(values):
    cell = row_of(values["Assumptions"], "time.start")[2]
    assert len(cell) == 32_767
    assert cell.startswith("xxx")
    assert cell.endswith(f"... (cut here: {len(LONG):,} letters, whole in the run folder)")


@pytest.mark.parametrize("text", ["half a letter \ud800", "bell \x07", "\U0001f600" * 20_000])
def test_letters_that_xml_has_not_do_no_harm(tmp_path, text):
    summary = copy.deepcopy(SUMMARY)
    summary["warnings"] = [text]
    openpyxl.load_workbook(written(tmp_path, summary))


# --- looks ------------------------------------------------------------------------------------------------------------


def test_headings_stay_in_sight_and_long_sheets_can_be_filtered(formulas):
    assert {sheet.title: sheet.freeze_panes for sheet in formulas} == dict.fromkeys(PLAN_SHEETS, "A2") | {
        "Monthly": "C2",
        "Hourly": "D2",
    }
    filtered = {sheet.title for sheet in formulas if sheet.auto_filter.ref}
    assert filtered == {"Frameworks", "Monthly", "Hourly", "Assumptions"}
    assert formulas["Hourly"].auto_filter.ref.endswith("7")  # the headings and six rows
    assert formulas["Monthly"].auto_filter.ref.endswith("5")  # the sums below are not filtered away


def test_every_sheet_is_ready_for_paper(formulas):
    for sheet in formulas:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"


def test_columns_are_as_wide_as_their_numbers(formulas):
    for sheet in formulas:
        for cells in sheet.iter_cols():
            width = sheet.column_dimensions[cells[0].column_letter].width
            longest = max((len(f"{c.value:,.2f}") for c in cells if isinstance(c.value, int | float)), default=0)
            assert width >= longest, (sheet.title, cells[0].coordinate)


def test_properties_name_the_case_and_the_run(formulas):
    assert formulas.properties.title.startswith("by-hand")
    assert re.search(r"[0-9a-f]{64}", formulas.properties.description)


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes_whatever_time_it_took(tmp_path, path):
    slower = copy.deepcopy(MANIFEST)
    slower["wall_seconds"]["solving"] = slower["solver"]["runs"][0]["seconds"] = 99.0
    assert written(tmp_path, manifest=slower).read_bytes() == path.read_bytes()


@pytest.fixture(scope="module")
def comma_locale(tmp_path_factory):
    """Give the environment of a language that writes decimals with a comma."""
    if shutil.which("localedef") is None:
        pytest.skip("no localedef on this machine")
    folder = tmp_path_factory.mktemp("locale")
    subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"], capture_output=True, check=False
    )
    if not (folder / "de_DE.UTF-8").exists():
        pytest.skip("no sources of locales on this machine")
    return {"LOCPATH": str(folder), "LC_ALL": "de_DE.UTF-8"}


def test_a_language_with_a_decimal_comma_gives_the_same_bytes(tmp_path, path, comma_locale):
    run = write_run_by_hand(tmp_path / "run")
    code = """if True:
        import locale, sys
        from pathlib import Path
        locale.setlocale(locale.LC_ALL, "")
        assert locale.format_string("%.1f", 0.5) == "0,5"
        from carbonmatch.report.delivery import write_report
        write_report(Path(sys.argv[1]), ["xlsx", "csv"], Path(sys.argv[2]))
    """
    ended = subprocess.run(
        [sys.executable, "-c", code, run, tmp_path / "out"],
        env=comma_locale | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "out" / "workbook.xlsx").read_bytes() == path.read_bytes()
    assert "3000.5" in (tmp_path / "out" / "tables" / "csv" / "cost.csv").read_text()


def test_numbers_are_stored_with_a_point(path):
    with zipfile.ZipFile(path) as book:
        stored = re.findall(r"<v>([^<]*)</v>", book.read("xl/worksheets/sheet8.xml").decode())
    assert "0.25" in stored
    assert all(float(number) is not None for number in stored)
