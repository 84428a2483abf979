"""Changed load where a person looks: the section of the page, the first screen, the workbook, a page on a study."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from report.changed_load import FIXED, changed_load_case
from report.test_page_browser import CLIPPED, CONTRASTS, OVERLAPS
from small_cases import QUICK, a_case, merged

import carbonmatch as cm
from carbonmatch.components import COST_COMPONENTS, LOAD_COMPONENTS, component_words
from carbonmatch.report import overview
from carbonmatch.report.delivery import write_report
from carbonmatch.report.numbers import Units
from carbonmatch.report.overview.load import load_facts, load_sentences, within
from carbonmatch.report.page import render_page
from carbonmatch.report.page.dispatch import dispatches
from carbonmatch.report.page.figure import Scale
from carbonmatch.report.page.load import changed_load, load_section
from carbonmatch.report.page.render import build_page
from carbonmatch.report.page.weeks import legend
from carbonmatch.report.source import read_source

FOUR_HOURS = {
    "time": {"end": "2018-01-01T04:00"},
    "zones": {"Z": {"spot_price_per_mwh": [20.0, 20.0, 60.0, 60.0], "carbon_intensity_g_per_kwh": 500}},
    "sites": {"s": {"load": [10.0] * 4, "flexible": {"batch": {"share": 0.3, "cost_per_mwh": 2}}}},
    "contracts": {"sun": {"capacity_factor": [0.0] * 4}},
}
"""10 MW at 30, 30, 70 and 70 EUR/MWh: 3 MWh go from each of the last two hours to the first two, for 2 EUR/MWh."""


def written(folder, case):
    cm.solve(case, QUICK, out=folder)
    source = read_source(folder)
    return source.run, source.tables


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """Three weeks and some days of two sites."""
    return written(tmp_path_factory.mktemp("weeks") / "run", changed_load_case(24))


@pytest.fixture(scope="module")
def four_hours(tmp_path_factory):
    return written(tmp_path_factory.mktemp("four") / "run", a_case(FOUR_HOURS))


@pytest.fixture(scope="module")
def fixed(tmp_path_factory):
    return written(tmp_path_factory.mktemp("fixed") / "run", changed_load_case(3, FIXED))


def test_work_that_stays_where_it_is_has_no_figures(tmp_path):
    """Moving costs more than it saves; the served load is the planned one but for what a solver leaves."""
    batch = {"share": 0.3, "cost_per_mwh": 99}
    case = a_case(merged(FOUR_HOURS, {"sites": {"s": {"flexible": {"batch": batch}}}}))
    run, tables = written(tmp_path / "run", case)
    section = load_section(run.summary, tables.load, dispatches(run.summary, tables), ["z"], Units.of(run.summary))
    assert section.zones == ()
    assert section.sentences[0] == "40.0 MWh were served: 40.0 MWh as planned."


def test_a_level_line_has_an_axis():
    """Two loads that differ by what a solver leaves once had an axis of steps that all were the same number."""
    labels = Scale.near(100.0, 100.0 * (1.0 + 1e-12)).labels()
    assert labels[0].text == "0"
    assert len({label.text for label in labels}) == len(labels)


def table_of(tables, title):
    (found,) = [table for table in tables if table.title == title]
    return [dict(zip([column.title for column in found.columns], row, strict=True)) for row in found.rows]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_four_hours_are_told_in_words(four_hours):
    run, _ = four_hours
    units = Units.of(run.summary)
    assert load_facts(run.summary, units) == [("load changed", "moved 6.0 MWh (15.0 % of load) within the day")]
    assert load_sentences(run.summary, units) == [
        "40.0 MWh were served: 40.0 MWh as planned.",
        "Moved 6.0 MWh (15.0 % of load) within the day; nothing of it is lost: what leaves a step or a site arrives in "
        "another one.",
    ]


def test_four_hours_are_told_in_tables(four_hours):
    run, tables = four_hours
    page = build_page(run, tables).load
    (batch,) = table_of(page.tables, "What was moved and given up")
    assert batch["moved in time"] == "6.000"
    assert batch["of the load of its site"] == "15.0 %"
    assert batch["cost"] == "12.00"  # 6 MWh at 2 EUR/MWh
    assert batch["per MWh changed"] == "2.00"
    assert batch["may be"] == "moved within the day"
    (site,) = table_of(page.tables, "Planned and served load")
    assert (site["planned peak"], site["served peak"], site["change"]) == ("10.0", "13.0", "0.0 %")


def test_four_hours_are_drawn(four_hours):
    run, tables = four_hours
    (zone,) = dispatches(run.summary, tables)
    assert zone.planned_mw.tolist() == pytest.approx([10.0] * 4)
    assert zone.load_mw.tolist() == pytest.approx([13.0, 13.0, 7.0, 7.0])
    changed = changed_load(tables.load, zone)
    assert changed.changes_mw["moved_in_mwh"].tolist() == pytest.approx([3.0, 3.0, 0.0, 0.0])
    assert changed.changes_mw["moved_out_mwh"].tolist() == pytest.approx([0.0, 0.0, 3.0, 3.0])
    (shown,) = build_page(run, tables).load.zones
    assert [key.text for key in shown.legend] == [
        *("served load", "planned load", "moved here from another hour", "moved to another hour"),
    ]
    (week,) = shown.weeks
    assert week.readouts[0] == ("Mon 2018-01-01 00:00: planned 10.0, served 13.0 MW (3.0 moved here from another hour)")
    assert week.caption == (
        "Planned 40.0 MWh, served 40.0 MWh: 6.0 MWh moved here from another hour, 6.0 MWh moved to another hour."
    )
    # 4 steps, 10 units each, below: a stack from zero in the middle of an axis from -4 to 4 MW
    added, taken, zero = (shape.path for shape in week.panels[1].shapes)
    assert added == "M0 500V125h20V500h20V500z"
    assert taken == "M0 500V500h20V875h20V500z"
    assert zero == "M0 500H40"
    assert "most is added from 00:00 to 01:00 (3.0 MW)" in shown.day.caption
    assert "most is taken away from 02:00 to 03:00 (3.0 MW)" in shown.day.caption


def test_quarter_hours_are_read_off_by_the_hour(tmp_path):
    quarter = {
        **FOUR_HOURS,
        "time": {"end": "2018-01-01T01:00", "step": "15min"},
        "zones": {"Z": {"spot_price_per_mwh": [20.0, 20.0, 60.0, 60.0], "carbon_intensity_g_per_kwh": 500}},
    }
    run, tables = written(tmp_path / "run", a_case(quarter))
    (shown,) = build_page(run, tables).load.zones
    assert len(shown.weeks[0].readouts) == 1
    assert shown.weeks[0].readouts[0].startswith("Mon 2018-01-01 00:00: planned 10.0, served 10.0 MW")


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1.0, "within 1 hour"), (6.0, "within 6 hours"), (24.0, "within the day"), (48, "within 2 days")],
)
def test_windows_are_told_in_words(hours, words):
    assert within(hours) == words


# --- all ways ---------------------------------------------------------------------------------------------------------


def test_the_section_stands_between_matching_and_cost_and_only_where_load_may_be_changed(weeks, fixed):
    anchors = [anchor for anchor, _ in build_page(*weeks).contents]
    assert anchors[1:4] == ["matching", "load", "cost"]
    assert build_page(*fixed).load is None
    assert 'id="load"' not in render_page(*fixed)
    assert not any("planned" in key.text for zone in dispatches(fixed[0].summary, fixed[1]) for key in legend(zone))


def test_the_same_run_gives_the_same_page(weeks):
    assert render_page(*weeks) == render_page(*weeks)


def test_every_zone_shows_the_weeks_of_the_page_above(weeks):
    page = build_page(*weeks)
    for matching, load in zip(page.matching, page.load.zones, strict=True):
        assert [week.title.split(":")[0] for week in matching.weeks] == [week.title for week in load.weeks]
        assert len(load.weeks) == 3


def test_the_tables_say_what_the_summary_says(weeks):
    run, tables = weeks
    told = run.summary["load"]
    page = build_page(run, tables).load
    moved = {row["part of the load"]: row for row in table_of(page.tables, "What was moved and given up")}
    assert float(moved["batch"]["sent"].replace(",", "")) == pytest.approx(
        told["sites"]["fra"]["flexible"]["batch"]["sent_mwh"], abs=0.06
    )
    assert moved["web"]["may be"] == "sent, group near"
    assert moved["batch"]["may be"] == "moved within the day and sent, group near"
    assert moved["slow"]["per MWh changed"] == "84.00"
    placed = {row["site"]: row for row in table_of(page.tables, "Where load was placed")}
    assert {site: row["placed"] for site, row in placed.items()} == {"fra": "2.0", "osl": "3.0"}
    months = table_of(page.tables, "Net sent to other sites, by month")
    assert [row["month"] for row in months] == ["2018-01", "2018-02", "in the period"]
    for row in months:
        assert float(row["fra"].replace(",", "")) == pytest.approx(-float(row["osl"].replace(",", "")), abs=0.1)


def test_a_site_that_sends_nothing_is_not_in_the_table_of_moves(weeks):
    run, tables = weeks
    alone = tables.load.assign(sent_mwh=0.0, received_mwh=0.0)
    section = load_section(run.summary, alone, dispatches(run.summary, tables), ["a", "b"], Units.of(run.summary))
    assert "Net sent to other sites, by month" not in [table.title for table in section.tables]


def test_the_answer_and_the_first_screen_tell_it_in_two_lines(weeks):
    facts = dict(overview(weeks[0].summary).facts)
    assert facts["load placed"] == "hall: 2.0 MW at fra, 3.0 MW at osl"
    assert re.fullmatch(
        r"moved [\d,]+ MWh \([\d.]+ % of load\) within the day; moved [\d,]+ MWh \([\d.]+ % of load\) to other sites; "
        r"given up \d+ MWh \([\d.]+ % of load\)",
        facts["load changed"],
    )
    page = dict(build_page(*weeks).answer.facts)
    assert page["Load changed"] == facts["load changed"]
    assert page["Load placed"] == facts["load placed"]


def test_load_that_may_be_changed_and_was_not_is_said_to_be_as_planned():
    dear = {
        **FOUR_HOURS,
        "sites": {"s": {"load": [10.0] * 4, "flexible": {"batch": {"share": 0.3, "cost_per_mwh": 50}}}},
    }
    summary = cm.solve(a_case(dear), QUICK).summary
    assert load_facts(summary, Units.of(summary)) == [("load changed", "nothing: it is served as planned")]


def test_the_terminal_shows_it(weeks, capsys):
    from carbonmatch.cli.render import show

    show(overview(weeks[0].summary))
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(("load changed", "load placed")) for line in lines) == 2
    assert any(line.startswith("load given up") for line in lines)


def test_components_are_called_by_words_everywhere(weeks):
    page = render_page(*weeks)
    assert component_words("load_curtailment") in page
    assert "load curtailment" not in page
    assert len({component_words(component) for component in COST_COMPONENTS}) == len(COST_COMPONENTS)
    assert component_words("grid_energy") == "grid energy"


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(weeks, tmp_path_factory):
    path = tmp_path_factory.mktemp("load-page") / "report.html"
    path.write_text(render_page(*weeks), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_collides_and_nothing_is_cut(visit, file, width):
    with visit(file, width=width) as seen:
        assert seen.complaints == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(visit, file, scheme):
    with visit(file, scheme=scheme) as seen:
        _, weak = seen.page.evaluate(CONTRASTS)
        assert weak == []


def test_values_are_read_off_and_the_reader_draws_the_planned_load(visit, file):
    with visit(file) as seen:
        chart = seen.page.locator("#zone1-load1 .chart")
        chart.focus()
        seen.page.keyboard.press("Home")
        assert "planned" in seen.page.locator("#zone1-load1 .readout").inner_text()
        assert seen.page.locator("#zone1-reader path.dash").count() == 1


def test_without_javascript_all_of_it_is_there(visit, file):
    with visit(file, script=False) as seen:
        section = seen.page.locator("#load")
        assert section.locator("figure").count() == 2 * 4
        assert section.locator("table").count() == 4
        assert all(figure.bounding_box()["height"] > 60 for figure in section.locator("figure svg").all())


def test_paper_is_wide_enough(visit, file):
    with visit(file) as seen:
        seen.page.emulate_media(media="print")
        seen.page.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 688
        assert seen.page.evaluate(OVERLAPS) == []


# --- the workbook -----------------------------------------------------------------------------------------------------


def test_the_workbook_has_a_sheet_on_it_whose_checks_are_nil(weeks):
    run, tables = weeks
    (path,) = write_report(run.path, ["xlsx"])
    values = openpyxl.load_workbook(path, data_only=True)
    assert values.sheetnames[1:4] == ["Portfolio", "Load", "Cost"]
    rows = [[cell.value for cell in row] for row in values["Load"].iter_rows()]
    told = run.summary["load"]
    first = {row[0]: row[1] for row in rows[5:11]}
    assert first["Served"] == pytest.approx(told["served_mwh"])
    assert first["Curtailed"] == pytest.approx(told["curtailed_mwh"])
    heads = next(i for i, row in enumerate(rows) if row[0] == "Site" and row[1] == "Month")
    months = [row for row in rows[heads + 1 :] if row[0]]
    assert len(months) == 2 * 2
    assert rows[heads][10] == "check: difference"
    assert [row[10] for row in months] == [0.0] * 4
    formulas = openpyxl.load_workbook(path)["Load"]
    for i, row in enumerate(months, start=heads + 2):
        assert formulas.cell(i, 11).value == f"=ROUND(C{i}+D{i}-E{i}+F{i}-G{i}+H{i}-I{i}-J{i},3)"
        plan, placed, out, back, sent, received, lost, served = row[2:10]
        assert plan + placed - out + back - sent + received - lost == pytest.approx(served, abs=1e-6)
    by_site = tables.load.groupby("site")["served_mwh"].sum()
    assert sum(row[9] for row in months if row[0] == "osl") == pytest.approx(by_site["osl"])


def test_a_damaged_month_shows_in_its_check(weeks, tmp_path):
    from carbonmatch.report.workbook.book import write_workbook

    run, tables = weeks
    load = tables.load.copy()
    load.loc[3, "served_mwh"] += 2.5
    write_workbook(run, replace(tables, load=load), tmp_path / "off.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "off.xlsx", data_only=True)["Load"]
    assert -2.5 in [row[10].value for row in sheet.iter_rows()]


def test_a_workbook_without_changed_load_has_no_such_sheet(fixed):
    (path,) = write_report(fixed[0].path, ["xlsx"])
    assert "Load" not in openpyxl.load_workbook(path).sheetnames


# --- side by side -----------------------------------------------------------------------------------------------------


def test_two_runs_are_compared_one_with_flexibility_and_one_without(weeks, tmp_path):
    still = cm.solve(changed_load_case(3, FIXED), QUICK, out=tmp_path / "still").summary
    free = cm.solve(changed_load_case(3, {"placements": ...}), QUICK, out=tmp_path / "free").summary
    folders = [tmp_path / "free", tmp_path / "still"]
    found = cm.compare(folders, baseline="still", jobs=1, out=tmp_path / "beside")
    row = found.table.set_index("scenario").loc["free"]
    saved = free["cost"]["net_of_sales"] - still["cost"]["net_of_sales"]
    assert row["premium_over_still_per_mwh_load"] == pytest.approx(saved / still["load_mwh"])
    assert row["premium_over_still_per_mwh_load"] < -1.0
    assert row["asked_load_mwh"] == pytest.approx(still["load_mwh"])
    for component in LOAD_COMPONENTS[:3]:
        assert row[f"cost_{component}"] == pytest.approx(free["cost"]["components"][component])
        assert np.isnan(found.table.set_index("scenario").loc["still", f"cost_{component}"])
    page, book = (tmp_path / "beside" / name for name in ("report.html", "workbook.xlsx"))
    write_report(tmp_path / "beside", ["html", "xlsx"], force=True)
    text = page.read_text(encoding="utf-8")
    for words in ("load moved in time", "load given up", "planned load", "served load"):
        assert words in text
    cells = {cell.value for sheet in openpyxl.load_workbook(book) for row in sheet.iter_rows() for cell in row}
    assert {"Load given up [MWh]", "Load given up [EUR]", "Planned load [MWh]"} <= cells


def test_a_comparison_without_changed_load_does_not_speak_of_it(tmp_path, fixed):
    cm.solve(changed_load_case(3, FIXED), QUICK, out=tmp_path / "other")
    found = cm.compare([fixed[0].path, tmp_path / "other"], jobs=1)
    assert not [name for name in found.table.columns if name.endswith("_load_mwh")]
    assert isinstance(found.table, pd.DataFrame)
