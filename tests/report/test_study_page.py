"""The page on a study: its numbers are those of the record, its figures stand where the numbers are."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect
from report.made_study import changed, compared, stressed, swept, write_study_page
from report.test_page_browser import CLIPPED, CONTRASTS, OVERLAPS, WIDTHS, plain

from carbonmatch.errors import InputError
from carbonmatch.report.numbers import given_share, number, share
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.page.figure import Scale
from carbonmatch.report.study import read_study, study_kind_of
from carbonmatch.report.study import sweep_figures as draw
from carbonmatch.report.study.across import chosen_ticks
from carbonmatch.report.study.comparison_page import comparison_page
from carbonmatch.report.study.curves import Curve, Level, curve_figure
from carbonmatch.report.study.render import render_study
from carbonmatch.report.study.stacks import BarLabel, Bars, cost_bars, cost_columns, cost_parts, stacked
from carbonmatch.report.study.stress_page import stress_page
from carbonmatch.report.study.sweep import Sweep
from carbonmatch.report.study.sweep_page import sweep_page

TARGETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]
STRIKE = "contracts.pv-brandenburg.strike_per_mwh"
HYDRO = "contracts.hydro.max_mw"
PAGES = ("targets", "two_keys", "strikes", "words", "currencies", "stress")
NET, GROSS = "cost_net_of_sales_per_mwh_load", "cost_per_mwh_load"


@pytest.fixture(scope="module")
def targets(tmp_path_factory):
    """Return a sweep over targets, of which the last two are out of reach."""
    return swept(tmp_path_factory.mktemp("targets"), TARGETS)


@pytest.fixture(scope="module")
def two_keys(tmp_path_factory):
    """Return a sweep over targets and hydro; two of its points are out of reach."""
    wanted = [0.1, 0.5, 0.8, 0.9, 0.95, 1.0]
    return swept(tmp_path_factory.mktemp("two"), wanted, vary={HYDRO: [1, 4, 8]})


@pytest.fixture(scope="module")
def strikes(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("strikes"), vary={STRIKE: [30, 40, 50, 60, 70]})


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("words"), vary={"target.matching": ["hourly", "monthly", "annual"]})


@pytest.fixture(scope="module")
def currencies(tmp_path_factory):
    """Return two cases in two currencies, each with two scenarios and its baselines."""
    return compared(tmp_path_factory.mktemp("compared"), scenarios=["cheap-sun", "a-quarter-more"])


@pytest.fixture(scope="module")
def stress(tmp_path_factory):
    return stressed(tmp_path_factory.mktemp("stress"))


@pytest.fixture(scope="module")
def files(request):
    """Return the pages, written into the folders of their studies."""
    return {name: write_study_page(request.getfixturevalue(name).folder) for name in PAGES}


def table_of(page, title):
    """Return a table of a page, by its title: heads and rows."""
    found = [block for section in page.sections for block in section.blocks]
    for block in [*page.answer.tables, *found, *(m for b in found for m in getattr(b, "members", ()))]:
        if isinstance(block, OverviewTable) and block.title == title:
            return [column.title for column in block.columns], block
    raise AssertionError(title)


def column(page, title, head):
    heads, block = table_of(page, title)
    return [row[heads.index(head)] for row in block.rows]


def values_on(panel, places):
    """Return the numbers that stand at places (per cent from the bottom), by the labels of the axis."""
    ats = [tick.at for tick in panel.ticks]
    labels = [float(tick.text.replace(",", "")) for tick in panel.ticks]
    return np.interp(places, ats, labels)


# --- the numbers are those of the record ------------------------------------------------------------------------------


def test_the_table_of_points_is_the_record(targets):
    page, met = sweep_page(targets), targets.met
    assert column(page, "Points", "target") == [given_share(row["target_cfe"]) for row in met]
    assert column(page, "Points", "net of sales") == [number(row[NET], 2) for row in met]
    assert column(page, "Points", "gross") == [number(row[GROSS], 2) for row in met]
    assert column(page, "Points", "premium at the margin") == [
        number(row["DE_green_premium_per_mwh"], 2) for row in met
    ]
    slopes = [place["slope_per_mwh"] for place in targets.content["frontiers"][0]["places"]]
    told = ["-" if slope is None else number(slope, 2) for slope in slopes]
    assert column(page, "Points", "slope to the next point") == told
    assert column(page, "Sizes", "battery") == [number(row["battery_power_mw"], 1) for row in met]
    assert column(page, "Components", "grid energy") == [number(row["cost_grid_energy"] / 1000, 2) for row in met]
    assert column(page, "Components", "sales") == [number(-row["cost_sales"] / 1000, 2) for row in met]
    assert column(page, "Scores and Scope 2 emissions", "CFE score") == [share(row["cfe_score"]) for row in met]


def test_premiums_of_every_target_are_those_of_the_record(targets):
    page = sweep_page(targets)
    for title, key in (("Over annual matching", "annual_100"), ("Over no target", "no_target")):
        premiums = [row[f"premium_over_{key}_per_mwh_load"] for row in targets.met]
        told = [float(text.replace(",", "")) for text in column(page, title, "of load")]
        assert told == pytest.approx(premiums, abs=0.005)
        assert all(text.startswith("+") == (float(text) > 0) for text in column(page, title, "of load"))


def test_the_headline_tells_the_highest_target_that_is_met_the_knee_and_what_is_free(targets):
    answer = sweep_page(targets).answer
    told = {big.label: big for big in answer.numbers}
    highest, (frontier,) = targets.met[-1], targets.content["frontiers"]
    assert highest["target_cfe"] == 0.9
    assert told["Cost at 90 %"].value == number(highest[NET], 2)
    assert told["Premium over annual matching"].value == f"+{highest['premium_over_annual_100_per_mwh_load']:.2f}"
    assert told["Premium over no target"].value == f"+{highest['premium_over_no_target_per_mwh_load']:.2f}"
    assert f"{told['Knee'].value} %" == given_share(frontier["knee"])
    assert f"{told['Free up to'].value} %" == share(frontier["free_up_to"])
    index = [place["cfe"] for place in frontier["places"]].index(frontier["knee"])
    after = frontier["places"][index]["slope_per_mwh"] / 100
    assert f"{number(after, 2)} after" in told["Knee"].note
    assert answer.sentence.startswith("Meeting 10 % to 90 % of the load hour by hour costs")
    assert ("Points", "11, of which 9 are met") in answer.facts
    assert ("Period", "1 to 2 January 2018, 48 h, clock of UTC") in answer.facts


def test_what_is_not_met_is_told_with_its_reason_and_left_out_of_the_curves(targets):
    page = sweep_page(targets)
    assert column(page, "Not met", "target") == ["95 %", "100 %"]
    assert set(column(page, "Not met", "why")) == {row["error"] for row in targets.missed}
    figure = draw.cost(Sweep.of(targets))
    across = Sweep.of(targets).across
    (strokes,) = [shape.path for shape in figure.panels[0].shapes if shape.style == "bold"]
    assert strokes == "".join(f"M{10 * across.place(value):.0f} 1000V955" for value in (0.95, 1.0))
    assert figure.legend[-1].text == "not met"
    assert max(mark.left for mark in figure.panels[0].marks) == across.place(0.9)
    assert len(figure.readouts) == len(figure.places) == 9


def test_offers_that_no_point_takes_are_named_and_not_drawn(targets):
    heads, sizes = table_of(sweep_page(targets), "Sizes")
    assert sizes.note == "Offered and taken nowhere: never-built."
    assert "never-built" not in heads
    assert not [small for small in draw.sizes(Sweep.of(targets)).figures if "never" in small.figure.title]


def test_doubts_of_the_record_are_told_before_the_numbers(targets, tmp_path):
    def doubt(content):
        content["frontiers"][0]["not_as_proved"] = ["cost falls from 0.1 to 0.2, by 3 per unit of score"]

    page = sweep_page(changed(targets, tmp_path / "doubt", doubt))
    assert page.answer.warnings == ("cost falls from 0.1 to 0.2, by 3 per unit of score.",)
    assert "convex" not in " ".join(page.evidence.sentences)
    assert "convex" in " ".join(sweep_page(targets).evidence.sentences)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_marks_of_cost_stand_at_the_cost_of_their_targets(targets):
    sweep = Sweep.of(targets)
    (panel,) = draw.cost(sweep).panels
    dots = [mark for mark in panel.marks if mark.slot == "accent"]
    assert [dot.left for dot in dots] == [sweep.across.place(row["target_cfe"]) for row in targets.met]
    assert values_on(panel, [dot.bottom for dot in dots]) == pytest.approx([row[NET] for row in targets.met], abs=1e-6)
    (knee,) = [mark for mark in panel.marks if mark.slot == "vermilion"]
    (row,) = [row for row in targets.met if row["target_cfe"] == targets.content["frontiers"][0]["knee"]]
    assert values_on(panel, [knee.bottom]) == pytest.approx([row[NET]], abs=1e-6)
    assert f"knee: {given_share(row['target_cfe'])}" in [label.text for label in panel.labels]
    lines = [shape for shape in panel.shapes if shape.style == "dash" and "L" not in shape.path]
    ups = [100 - int(re.match(r"M0 (\d+)H1000", line.path)[1]) / 10 for line in lines]
    baselines = [row[NET] for row in targets.content["baselines"]]
    assert values_on(panel, ups) == pytest.approx(baselines, abs=0.1)
    named = " ".join(label.text for label in panel.labels)
    for row in targets.content["baselines"]:
        assert f": {row[NET]:.2f}" in named


def test_the_free_stretch_ends_where_the_record_says(targets):
    sweep = Sweep.of(targets)
    (panel,) = draw.cost(sweep).panels
    (wash,) = [shape for shape in panel.shapes if shape.style == "wash"]
    end = sweep.across.place(targets.content["frontiers"][0]["free_up_to"])
    assert wash.path == f"M0 0H{10 * end:.0f}V1000H0z"
    assert "costs nothing up to 25.0 %" in [label.text for label in panel.labels]


def test_slopes_are_steps_between_their_points_and_prices_stand_at_the_points(targets):
    sweep = Sweep.of(targets)
    (figure,) = draw.margins(sweep)
    (panel,) = figure.panels
    places = targets.content["frontiers"][0]["places"]
    steps = re.findall(r"M(\d+) \d+V(\d+)H(\d+)V\d+z", panel.shapes[0].path)
    assert len(steps) == len(places) - 1
    for (begin, top, end), (here, after) in zip(steps, pairwise(places), strict=True):
        assert int(begin) == pytest.approx(10 * sweep.across.place(here["cfe"]), abs=0.51)
        assert int(end) == pytest.approx(10 * sweep.across.place(after["cfe"]), abs=0.51)
        reach = panel.ticks[-1].text.replace(",", "")
        assert values_on(panel, [100 - int(top) / 10])[0] == pytest.approx(
            here["slope_per_mwh"], abs=0.001 * float(reach)
        )
    margins = [place["margin_per_mwh"] for place in places]
    assert values_on(panel, [mark.bottom for mark in panel.marks]) == pytest.approx(margins, abs=1e-6)


def test_small_figures_show_every_size_on_its_own_scale(targets):
    smalls = draw.sizes(Sweep.of(targets)).figures
    titles = [small.figure.title for small in smalls]
    assert titles == [
        *("pv-brandenburg", "wind-brandenburg", "wind-north-sea-far-from-the-coast", "hydro"),
        *("battery, power", "battery, energy", "firm grid supply, berlin"),
    ]
    keys = [f"{name}_contracted_mw" for name in titles[:4]]
    keys += ["battery_power_mw", "battery_energy_mwh", "berlin_firm_capacity_mw"]
    for small, key in zip(smalls, keys, strict=True):
        (panel,) = small.figure.panels
        sizes = [row[key] for row in targets.met]
        assert values_on(panel, [mark.bottom for mark in panel.marks]) == pytest.approx(sizes, abs=1e-6)
        assert panel.unit == ("MWh" if key.endswith("_mwh") else "MW")
        assert number(max(sizes), 1) in small.what
    slots = [small.figure.panels[0].shapes[0].slot for small in smalls]
    assert slots == ["amber", "sky", "blue", "green", "violet", "violet", "stone"]  # solar, winds, hydro, as on a run


def test_stacks_end_at_gross_and_at_sales(targets):
    rows = Sweep.of(targets).rows
    stack = stacked(cost_parts(rows))
    load = np.array([row["load_mwh"] for row in rows.met])
    gross = np.array([row["cost_total"] for row in rows.met]) / load
    sales = np.array([row["cost_sales"] for row in rows.met]) / load
    tops = np.max([end for _, _, end in stack], axis=0)
    lows = np.min([end for _, _, end in stack], axis=0)
    assert tops == pytest.approx(gross, abs=0.02)  # parts that a page shows as nothing are left out
    assert lows == pytest.approx(-sales, abs=1e-9)
    net = draw.parts(Sweep.of(targets)).panels[0].shapes[-1]
    ups = [100 - int(y) / 10 for y in re.findall(r"M-?\d+ (\d+)h", net.path)]
    panel = draw.parts(Sweep.of(targets)).panels[0]
    assert values_on(panel, ups) == pytest.approx([row[NET] for row in rows.met], abs=0.2)


def test_what_earns_money_stands_below_zero_whatever_it_is(targets, tmp_path):
    def earn(content):
        for row in content["points"]:
            if row.get(NET) is not None:
                row["cost_firm_capacity"] = -480.0  # 1 EUR/MWh is earned by it

    rows = Sweep.of(changed(targets, tmp_path / "earn", earn)).rows
    (found,) = [(begin, end) for part, begin, end in stacked(cost_parts(rows)) if part.key.text == "firm capacity"]
    assert found[0] == pytest.approx(0.0)
    assert found[1] == pytest.approx(-1.0)
    figure = cost_columns(rows, [""] * len(rows.met), "", "target")
    assert float(figure.panels[0].ticks[0].text) < 0


@pytest.mark.parametrize(
    ("places", "texts"),
    [
        (np.linspace(4, 96, 11), [f"{5 * i + 50} %" for i in range(11)]),
        (np.linspace(4, 96, 101), [f"{i} %" for i in range(101)]),
        (np.linspace(4, 96, 38), [f"{i} %" for i in range(38)]),
        ([4, 79, 88, 95, 96], ["50 %", "90 %", "95 %", "99 %", "100 %"]),
        (np.linspace(4, 96, 6), [f"{i * 1_000_000:,}" for i in range(6)]),
        ([50.0], ["90 %"]),
        ([4.0, 96.0], ["0.1", "0.2"]),
    ],
    ids=["even", "hundred", "prime", "uneven", "long", "one", "two"],
)
def test_labels_of_an_axis_keep_apart_on_every_page(places, texts):
    def free(ticks, letter):
        return all(
            b.at - a.at >= letter * (len(a.text) + len(b.text)) / 2
            for a, b in pairwise(sorted(ticks, key=lambda t: t.at))
        )

    ticks = chosen_ticks(list(places), texts)
    assert {ticks[0].text, ticks[-1].text} == {texts[0], texts[-1]}
    assert free(ticks, 0.75)
    assert free([tick for tick in ticks if not tick.minor], 2.0)
    assert len(ticks) >= min(3, len(places)) or max(map(len, texts)) > 8
    assert chosen_ticks(list(places), texts, small=True) == tuple(tick for tick in ticks if not tick.minor)


def test_an_axis_for_lines_begins_near_them_and_a_flat_line_has_one_too():
    assert Scale.near(61.4, 129.0, 8).low == 60.0
    assert Scale.near(20.0, 129.0).low == 0.0
    assert Scale.near(50.0, 50.0).low == 0.0
    assert Scale.near(-5.0, 5.0).low < -4.9


def test_lines_that_lie_close_share_a_label_and_no_axis_goes_below_nothing_for_it(targets):
    across = Sweep.of(targets).across
    figure = curve_figure(
        across,
        [Curve("net", "accent", ((0.1, 60.0), (1.0, 1400.0)))],
        name="c",
        title="t",
        caption="",
        unit="EUR/MWh",
        readouts={},
        levels=[Level("one: 58.00", 58.0, "stone"), Level("two: 67.00", 67.0, "rose")],
    )
    (panel,) = figure.panels
    assert [label.text for label in panel.labels] == ["two: 67.00; one: 58.00"]
    assert panel.ticks[0].text == "0"


# --- other sweeps -----------------------------------------------------------------------------------------------------


def test_cells_of_two_keys_are_the_record(two_keys):
    sweep = Sweep.of(two_keys)
    (cells,) = draw.grids(sweep)
    found = {(row["target_cfe"], row[HYDRO]): row for row in two_keys.rows}
    assert cells.columns == ("1", "4", "8")
    assert [name for name, _ in cells.rows] == ["10 %", "50 %", "80 %", "90 %", "95 %", "100 %"]
    knees = {(f["knee"], f["held"][HYDRO]) for f in two_keys.content["frontiers"]}
    for (_, row), target in zip(cells.rows, (0.1, 0.5, 0.8, 0.9, 0.95, 1.0), strict=True):
        for cell, hydro in zip(row, (1, 4, 8), strict=True):
            point = found[target, hydro]
            assert cell.text == ("" if point["error"] else number(point[NET], 2))
            assert cell.strong == ((target, hydro) in knees)
            assert (cell.colour == "") == bool(point["error"])
            assert point["error"] is None or point["error"] in cell.told
    flat = [cell for _, row in cells.rows for cell in row if cell.colour]
    cheapest, dearest = min(flat, key=lambda c: float(c.text)), max(flat, key=lambda c: float(c.text))
    assert (cheapest.colour, dearest.colour) == ("#fdecb0", "#0e2656")  # the ends of the scale
    text = render_study(two_keys)
    assert text.count(">not met<") == len(two_keys.missed) == 2


def test_two_keys_draw_a_line_for_each_value_of_the_other_and_no_stack(two_keys):
    sweep = Sweep.of(two_keys)
    figure = draw.cost(sweep)
    assert [key.text for key in figure.legend] == ["hydro.max_mw 1", "hydro.max_mw 4", "hydro.max_mw 8"]
    assert draw.parts(sweep) is None
    assert draw.margins(sweep) == []
    assert draw.scores(sweep) is None


def test_more_values_than_colours_are_told_in_cells_alone(two_keys, tmp_path):
    def many(content):
        content["axes"][1]["values"] = list(range(1, 9))
        rows = [row for row in content["points"] if row[HYDRO] == 1]
        content["points"] = [row | {HYDRO: value} for row in rows for value in range(1, 9)]

    sweep = Sweep.of(changed(two_keys, tmp_path / "many", many))
    assert draw.cost(sweep) is None
    assert draw.sizes(sweep) is None
    assert len(next(iter(draw.grids(sweep))).columns) == 8


def test_a_sweep_over_another_key_says_which_and_keeps_the_baselines(strikes):
    page, sweep = sweep_page(strikes), Sweep.of(strikes)
    assert page.answer.overline == f"Sweep of {STRIKE}"
    figure = draw.cost(sweep)
    assert figure.title == f"Cost of load over {STRIKE}"
    assert figure.unit == STRIKE
    assert [tick.text for tick in figure.ticks] == ["30", "40", "50", "60", "70"]
    assert len([shape for shape in figure.panels[0].shapes if "L" not in shape.path]) == 2
    least = min(row[NET] for row in strikes.met)
    assert page.answer.numbers[0].label == "Least cost"
    assert page.answer.numbers[0].value == number(least, 2)
    assert ("Target", "60 % of load hour by hour") in page.answer.facts
    assert "margin" not in [section.key for section in page.sections]


def test_baselines_of_another_load_are_no_lines(strikes, tmp_path):
    def more(content):
        for row in content["points"][1:]:
            row["load_mwh"] *= 2

    figure = draw.cost(Sweep.of(changed(strikes, tmp_path / "more", more)))
    assert not [shape for shape in figure.panels[0].shapes if "L" not in shape.path]


def test_values_that_are_words_are_bars(words):
    sweep = Sweep.of(words)
    chart = draw.cost(sweep)
    assert isinstance(chart, Bars)
    assert [row.label for row in chart.rows] == ["hourly", "monthly", "annual"]
    assert [row.cells[2] for row in chart.rows] == [number(row[NET], 2) for row in words.met]
    assert draw.sizes(sweep) is None
    assert "Cost by component" in [section.heading for section in sweep_page(words).sections]


def test_a_budget_is_told_by_the_share_that_it_buys(tmp_path):
    budgets = [1_000_000, 6_000_000, 7_000_000, 12_000_000]
    study = swept(tmp_path, vary={"target.budget_per_year": budgets}, baselines=False)
    assert [row["error"] is None for row in study.rows] == [False, True, True, True]
    page = sweep_page(study)
    best = max(study.met, key=lambda row: row["hourly_matched_share"])
    assert page.answer.numbers[0].label == "Best share"
    assert f"{page.answer.numbers[0].value} %" == share(best["hourly_matched_share"])
    assert page.sections[0].key == "scores"
    assert "the budget buys" in page.answer.sentence
    told = [float(text) for text in column(page, "Points", "a million a year more")]
    assert told == pytest.approx([100 * row["cfe_per_million"] for row in study.met], abs=0.005)


def test_a_sweep_of_which_nothing_is_met_is_a_page_with_the_reasons(targets, tmp_path):
    def nothing(content):
        names = {"point", "target_cfe", "shared_with"}
        content["points"] = [
            {k: row[k] for k in names} | {"error": f"not at {row['target_cfe']}"} for row in content["points"]
        ]
        content["frontiers"] = [{"held": {}, "places": [], "knee": None, "free_up_to": None, "not_as_proved": []}]

    study = changed(targets, tmp_path / "nothing", nothing)
    page = sweep_page(study)
    assert page.sections == ()
    assert page.answer.verified is None
    assert len(column(page, "Not met", "why")) == 11
    assert "not at 0.95" in render_study(study)


def test_one_point_alone_is_told_without_curves(tmp_path):
    study = swept(tmp_path, [0.5], baselines=False)
    page = sweep_page(study)
    assert page.answer.sentence.startswith("Meeting 50 % of the load hour by hour costs")
    assert draw.cost(Sweep.of(study)) is None
    assert [big.label for big in page.answer.numbers] == ["Cost at 50 %"]
    assert "premium" not in [section.key for section in page.sections]


# --- comparisons ------------------------------------------------------------------------------------------------------


def test_currencies_share_no_axis_and_no_table(currencies):
    euros, pounds = currencies.by_currency
    assert [rows.currency for rows in (euros, pounds)] == ["EUR", "GBP"]
    assert len(euros.met) == len(pounds.met) == 5
    page = comparison_page(currencies)
    (cost,) = [section for section in page.sections if section.key == "cost"]
    assert [block.title for block in cost.blocks] == [
        f"{title}, {currency}"
        for currency in ("EUR", "GBP")
        for title in ("What the cost is made of", "Cost", "Cost by component")
    ]
    names = [block.name for section in page.sections for block in section.blocks if isinstance(block, Bars)]
    assert len(names) == len(set(names))
    for block in cost.blocks:
        currency = block.title.rpartition(", ")[2]
        units = (
            [column.unit for column in block.columns]
            if isinstance(block, Bars)
            else [unit for _, unit, _ in block.rows]
        )
        assert all(currency in unit for unit in units)


def test_bars_of_a_comparison_end_where_the_record_says(currencies):
    rows = currencies.by_currency[0]
    chart = cost_bars(rows, [BarLabel(str(row["scenario"])) for row in rows.met], "scenario", "")
    gross = [row[GROSS] for row in rows.met]
    sales = [row["cost_sales"] / row["load_mwh"] for row in rows.met]
    span = max(gross) + max(sales)
    for bar, row in zip(chart.rows, rows.met, strict=True):
        right = max(segment.left + segment.width for segment in bar.segments)
        left = min(segment.left for segment in bar.segments)
        assert (right - chart.zero) * span / 100 == pytest.approx(row[GROSS], abs=0.02)
        assert (chart.zero - left) * span / 100 == pytest.approx(row["cost_sales"] / row["load_mwh"], abs=0.02)
        ((_, net),) = bar.ticks
        assert (net - chart.zero) * span / 100 == pytest.approx(row[NET], abs=1e-6)


def test_differences_are_from_the_first_scenario_of_the_currency(currencies):
    rows = currencies.by_currency[0].met
    page = comparison_page(currencies)
    (table,) = [b for section in page.sections for b in section.blocks if b.title == "Cost, EUR"]
    title, unit, cells = table.rows[0]
    assert (title, unit) == ("net of sales", "EUR/MWh")
    assert [cell.text for cell in cells] == [number(row[NET], 2) for row in rows]
    assert cells[0].change == ""
    for cell, row in zip(cells[1:], rows[1:], strict=True):
        assert float(cell.change) == pytest.approx(row[NET] - rows[0][NET], abs=0.005)
        assert cell.change.startswith("+") == (row[NET] > rows[0][NET])
    (scores,) = [b for section in page.sections for b in section.blocks if b.title == "Scores, EUR"]
    assert scores.rows[0][2][2].change == "+15.0 pp"  # from 60 % to 75 %


def test_premiums_and_changes_of_scenarios_are_told(currencies):
    page = comparison_page(currencies)
    rows = currencies.by_currency[0].met
    told = {big.label: big for big in page.answer.numbers}
    hourly = [row for row in rows if row["target"]["matching"] == "hourly"]
    for row in hourly:
        big = told[f"{row['scenario']} over annual matching"]
        assert float(big.value) == pytest.approx(row["premium_over_annual_100_per_mwh_load"], abs=0.005)
        assert big.unit == "EUR/MWh"
    changes = dict(
        zip(*(column(page, "What is compared", head) for head in ("scenario", "changed in the case")), strict=True)
    )
    assert changes["two-days-cheap-sun"] == f"{STRIKE} = 30"
    assert changes["two-days"] == "as the case has it"
    assert "None" not in " ".join(changes.values())


def test_a_scenario_that_is_not_met_is_told_and_one_without_an_offer_has_a_dash(currencies, tmp_path):
    def change(content):
        content["scenarios"] = [row for row in content["scenarios"] if row["currency"] == "EUR"]
        lost = content["scenarios"][1]
        kept = {"scenario", "case", "origin", "baseline", "changes"}
        content["scenarios"][1] = {k: (v if k in kept else None) for k, v in lost.items()} | {"error": "out of reach"}
        content["scenarios"][2]["hydro_contracted_mw"] = None
        content["scenarios"][0]["hydro_contracted_mw"] = 2.5

    study = changed(currencies, tmp_path / "lost", change)
    page = comparison_page(study)
    assert column(page, "Not met", "scenario") == ["two-days-cheap-sun"]
    (sizes,) = [b for section in page.sections for b in section.blocks if b.title == "Sizes"]
    (hydro,) = [cells for title, _, cells in sizes.rows if title == "hydro"]
    assert (hydro[0].text, hydro[1].text) == ("2.5", "-")
    assert "out of reach" in render_study(study)


# --- stress tests -----------------------------------------------------------------------------------------------------


def blocks_of(page, title):
    (found,) = [b for section in page.sections for b in section.blocks if b.title == title]
    return found


def test_cases_of_a_stress_test_are_the_record_worst_first(stress):
    page, (plan, *cases) = stress_page(stress), stress.met
    chart = blocks_of(page, "Share of load that the target counts")
    assert [row.label for row in chart.rows] == [row["what"] for row in stress.met]
    for bar, row in zip(chart.rows, stress.met, strict=True):
        ((_, asked),) = bar.ticks
        assert asked == pytest.approx(60.0)  # of an axis that ends at 100 %
        assert sum(segment.width for segment in bar.segments) == pytest.approx(100 * row["reached_share"], abs=1e-6)
        assert bar.cells[0] == share(row["reached_share"])
        assert bar.what == ("" if row is plan else "target met" if row["met"] else "target missed")
    assert {row["met"] for row in cases} == {True, False}
    points = [100 * (row["reached_share"] - plan["reached_share"]) for row in cases]
    assert [float(bar.cells[1]) for bar in chart.rows[1:]] == pytest.approx(points, abs=0.05)
    changes = blocks_of(page, "Change of cost from the plan")
    told = [float(bar.cells[1]) for bar in changes.rows[1:]]
    assert told == pytest.approx([row["change_net_of_sales_per_mwh_load"] for row in cases], abs=0.005)
    for bar, row in zip(changes.rows, stress.met, strict=True):
        more = row["change_net_of_sales_per_mwh_load"] or 0.0
        left = [segment.left < changes.zero - 1e-9 for segment in bar.segments]
        assert left == ([] if more == 0.0 else [more < 0])


def test_the_headline_of_a_stress_test_counts_the_cases_that_keep_the_target(stress):
    answer, cases = stress_page(stress).answer, stress.met[1:]
    kept = sum(row["met"] for row in cases)
    told = {big.label: big for big in answer.numbers}
    assert (told["Target kept"].value, told["Target kept"].unit) == (f"{kept}", f"of {len(cases)} cases")
    assert f"{told['Worst share'].value} %" == share(cases[0]["reached_share"])
    assert told["Highest cost"].value == number(max(row[NET] for row in cases), 2)
    assert told["Cost as planned"].value == number(stress.met[0][NET], 2)
    assert answer.sentence.startswith(
        f"The portfolio keeps its target of 60 % in {kept} of {len(cases)} cases. At worst"
    )


def test_a_case_that_cannot_be_operated_is_told_with_its_reason(stress, tmp_path):
    def lose(content):
        row = content["points"][1]
        kept = {"stress", "what", "settings"}
        content["points"][1] = {k: (v if k in kept else None) for k, v in row.items()} | {"met": False, "error": "gone"}

    study = changed(stress, tmp_path / "lost", lose)
    page = stress_page(study)
    assert column(page, "Not operated", "why") == ["gone"]
    assert f"of {len(study.rows) - 1} cases" in page.answer.sentence
    assert len(blocks_of(page, "Change of cost from the plan").rows) == len(study.rows) - 1


def test_a_portfolio_without_a_target_is_told_by_what_it_matches(stress, tmp_path):
    def free(content):
        content["asked_share"] = None

    page = stress_page(changed(stress, tmp_path / "free", free))
    assert "Target kept" not in [big.label for big in page.answer.numbers]
    assert "of load matched" in page.answer.sentence
    assert blocks_of(page, "Share of load that the target counts").rows[0].ticks == ()


# --- reading and writing ----------------------------------------------------------------------------------------------


def test_the_same_study_gives_the_same_bytes_and_asks_for_nothing(targets, currencies, stress):
    for study in (targets, currencies, stress):
        text = render_study(study)
        assert text == render_study(read_study(study.folder))
        assert set(re.findall(r"https?://[^\s\"'<>)]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert not re.findall(r'(?:src|href)="(?!#|data:)', text)
        assert len(text) < 400_000


def test_what_is_no_study_is_told_in_words(targets, tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        write_study_page(tmp_path / "absent")
    with pytest.raises(InputError, match=r"is no study \(there is no sweep.json or comparison.json or"):
        write_study_page(tmp_path)
    point = next((targets.folder / "points").iterdir())
    with pytest.raises(InputError, match="is a single run and no study"):
        write_study_page(point)
    assert not (point / "report.html").exists()
    assert study_kind_of(point) is None
    (tmp_path / "years.json").write_text("{}")
    with pytest.raises(InputError, match="is a study of weather years, which has no page of its own"):
        write_study_page(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is damaged"),
        ("[]", "an older carbonmatch wrote it"),
        ('{"targets": []}', "has no case, currency, axes, points, frontiers, baselines"),
    ],
)
def test_a_damaged_or_older_record_is_told_in_words(tmp_path, text, told):
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(InputError, match=told) as raised:
        read_study(tmp_path)
    assert "run `carbonmatch sweep` again" in str(raised.value)


def test_names_that_look_like_markup_are_text(currencies, tmp_path):
    def odd(content):
        content["scenarios"][0]["scenario"] = "</script><b>odd"
        content["scenarios"][0]["</i>_contracted_mw"] = 5.0

    study = changed(currencies, tmp_path / "odd", odd)
    text = render_study(study)
    assert "<b>odd" not in text
    assert "</i>_" not in text
    assert "&lt;/script&gt;&lt;b&gt;odd" in text


def test_a_record_without_what_offers_are_is_drawn_in_other_colours(targets, tmp_path):
    def forget(content):
        for key in ("technologies", "period", "target"):
            del content[key]

    page = sweep_page(changed(targets, tmp_path / "forgotten", forget))
    assert page.answer.sentence.startswith("Meeting 10 % to 90 % costs")
    assert "Period" not in dict(page.answer.facts)
    assert render_study(read_study(tmp_path / "forgotten"))


def test_keys_that_are_varied_are_no_sizes(tmp_path):
    keys = {"storage.battery.max_power_mw": [1, 3], "storage.battery.energy_cost_per_mwh_year": [9000, 18000]}
    study = swept(tmp_path, vary=keys, baselines=False)
    offers = {size.offer for size in Sweep.of(study).rows.sizes}
    assert "battery" in offers
    assert not [name for name in offers if name.startswith("storage.")]
    json.dumps(study.content)


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_and_no_labels_collide(visit, files, name, width):
    with visit(files[name], width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.evaluate(CLIPPED) == []
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [files[name].as_uri()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["targets", "two_keys", "currencies", "stress"])
def test_text_of_a_study_stands_out_by_day_and_by_night(visit, files, name, scheme):
    with visit(files[name], scheme=scheme) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        checked, weak = seen.page.evaluate(CONTRASTS)
        assert checked > 200
        assert weak == []


def test_points_are_read_off_with_the_keys_and_the_pointer(visit, files, targets):
    with visit(files["targets"]) as seen:
        figure = seen.page.locator("#cost-curve")
        figure.locator(".chart").focus()
        seen.page.keyboard.press("Home")
        first, last = targets.met[0], targets.met[-1]
        assert plain(figure.locator(".readout").inner_text()).startswith(f"10 %: {first[NET]:.2f} EUR/MWh net of sales")
        seen.page.keyboard.press("End")
        assert plain(figure.locator(".readout").inner_text()).startswith(f"90 %: {last[NET]:.2f} EUR/MWh net of sales")
        box = figure.locator(".plot").bounding_box()
        place = Sweep.of(targets).across.place(0.5) / 100
        figure.locator(".plot").hover(position={"x": box["width"] * place + 4, "y": 20})
        assert plain(figure.locator(".readout").inner_text()).startswith("50 %: ")
        cursor = figure.locator(".cursor").bounding_box()
        assert cursor["x"] == pytest.approx(box["x"] + box["width"] * place, abs=1.5)


def test_a_table_with_differences_is_copied_without_them(visit, files, currencies):
    rows = currencies.by_currency[0].met
    with visit(files["currencies"]) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        button = seen.page.get_by_role("button", name="Copy the table: Cost, EUR", exact=True)
        button.click()
        expect(button).to_have_text("Copied")
        lines = seen.page.evaluate("navigator.clipboard.readText()").split("\n")
        assert [float(cell) for cell in lines[1].split("\t")[1:]] == [float(f"{row[NET]:.2f}") for row in rows]


def test_long_tables_are_folded_and_open_in_print_and_without_script(visit, files):
    with visit(files["two_keys"]) as seen:
        fold = seen.page.locator("details.fold").first
        assert not fold.locator("table").is_visible()
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert fold.locator("table").is_visible()
    with visit(files["two_keys"], script=False) as bare:
        for box in bare.page.locator("table, figure").all():
            assert box.is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_print_of_a_study_is_light_and_fits_the_paper(visit, files, name):
    with visit(files[name], scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        seen.page.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 33, 44)"
        assert seen.page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("name", PAGES)
def test_headings_are_in_order_and_ids_are_unique(visit, files, name):
    with visit(files[name]) as seen:
        levels = [int(h.evaluate("e => e.tagName[1]")) for h in seen.page.locator("h1, h2, h3, h4").all()]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = seen.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        anchors = seen.page.evaluate("[...document.querySelectorAll('nav a')].map((a) => a.hash.slice(1))")
        assert set(anchors) <= set(ids)
