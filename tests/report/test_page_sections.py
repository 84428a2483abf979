"""Cost, prices, emissions and frameworks on the page, against small numbers made by hand."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from report.made_run import baseline_of, made_run, sweep_of

from carbonmatch.report.page import cost, worth
from carbonmatch.report.page.answer import answer, counted, period_text
from carbonmatch.report.page.baselines import baseline_table, read_baselines
from carbonmatch.report.page.emissions import emissions, tonnes
from carbonmatch.report.page.evidence import assumption_table, certificate, input_table, version_table
from carbonmatch.report.page.frameworks import frameworks
from carbonmatch.report.page.listing import listing, units_of
from carbonmatch.report.page.plan_and_actual import reconciliation
from carbonmatch.report.page.portfolio import contract_table, storage_table, technology


@pytest.fixture(scope="module")
def made():
    return made_run(24 * 60, extras=True)


@pytest.fixture
def summary(made):
    return copy.deepcopy(made[0].summary)


def rows_of(table):
    return {row[0]: dict(zip([column.title for column in table.columns], row, strict=True)) for row in table.rows}


# --- the answer -------------------------------------------------------------------------------------------------------


def test_the_answer_is_one_sentence_with_the_share_and_the_cost(summary):
    summary["scores"]["hourly_matched_share"] = 0.7512
    summary["cost"]["net_of_sales_per_mwh_load"] = 61.234
    found = answer(summary, units_of(summary), ())
    assert found.sentence == (
        "Two contracts and one storage meet 75.1 % of the load with carbon-free energy of the same hour, "
        "at 61.23 EUR/MWh of load net of sales: the least cost that this case allows."
    )


def test_a_contract_below_what_the_page_can_show_is_not_counted(summary):
    summary["contracts"]["wind"]["contracted_mw"] = 1e-7
    found = answer(summary, units_of(summary), ())
    assert found.sentence.startswith("One contract and one storage meet")
    assert contract_table(summary, units_of(summary)).note == "Offered and not taken: wind."


def test_with_the_credit_of_the_grid_the_answer_tells_the_cfe_score(summary):
    summary["target"]["grid_credit"] = True
    summary["scores"]["cfe_score"] = 0.95
    assert "with the grid's own mix the CFE score is 95.0 %" in answer(summary, units_of(summary), ()).sentence


def test_the_parts_of_the_matched_share_add_up(summary):
    hourly, cfe = answer(summary, units_of(summary), ()).numbers[:2]
    assert sum(part.percent for part in hourly.parts) == pytest.approx(100 * summary["scores"]["hourly_matched_share"])
    assert sum(part.percent for part in cfe.parts) == pytest.approx(100 * summary["scores"]["cfe_score"])


def test_without_the_mix_of_the_grid_there_is_no_cfe_score(summary):
    summary["scores"] |= dict.fromkeys(("cfe_score", "cfe_score_from_contracts", "cfe_score_from_grid"))
    cfe = answer(summary, units_of(summary), ()).numbers[1]
    assert (cfe.value, cfe.parts) == ("-", ())
    assert cfe.note.startswith("Not known")


def test_warnings_are_shown_as_the_run_tells_them(summary):
    assert answer(summary, units_of(summary), ()).warnings == ("wind is taken up to its limit of 1000 MW.",)


def test_a_run_that_is_not_verified_says_so(summary):
    summary["verified"] = False
    found = answer(summary, units_of(summary), ())
    assert found.verified is None
    assert found.not_verified is not None


def test_columns_that_no_contract_has_anything_for_are_left_out(summary):
    titles = [column.title for column in contract_table(summary, units_of(summary)).columns]
    assert "curtailed" not in titles
    summary["contracts"]["wind"]["curtailed_mwh"] = 5.0
    table = contract_table(summary, units_of(summary))
    assert rows_of(table)["wind"]["curtailed"] != "-"
    assert rows_of(table)["sun"]["curtailed"] == "0.0"


def test_commissioning_is_shown_where_any_is_known(summary):
    assert "commissioned" not in [column.title for column in contract_table(summary, units_of(summary)).columns]
    summary["contracts"]["wind"]["commissioned"] = "2012-05-01"
    summary["contracts"]["sun"]["commissioned"] = None
    rows = rows_of(contract_table(summary, units_of(summary)))
    assert (rows["wind"]["commissioned"], rows["sun"]["commissioned"]) == ("2012-05-01", "-")


def test_without_storage_nothing_is_said_of_what_is_stored(summary):
    titles = [column.title for column in contract_table(summary, units_of(summary)).columns]
    assert "stored" in titles
    summary["storage"] = {}
    titles = [column.title for column in contract_table(summary, units_of(summary)).columns]
    assert not {"stored", "matched via storage"} & set(titles)


def test_a_storage_that_is_not_built_is_named(summary):
    summary["storage"]["salt"] = dict(summary["storage"]["battery-DE"], power_mw=1e-8)
    table = storage_table(summary, units_of(summary))
    assert table.note == "Offered and not built: salt."
    assert list(rows_of(table)) == ["battery-DE"]


def test_what_a_contract_is_stands_in_words():
    kinds = [("solar", "virtual", True), ("nuclear", "clean_firm", False), ("onshore_wind", "pay_as_produced", False)]
    found = [technology({"technology": t, "structure": s, "existing": e}) for t, s, e in kinds]
    assert found == ["solar, virtual, existing", "nuclear, clean firm", "onshore wind"]


def test_counts_are_words_where_they_are_small():
    assert [counted(n, "contract") for n in (1, 3, 11)] == ["one contract", "three contracts", "11 contracts"]


@pytest.mark.parametrize(
    ("start", "end", "steps", "hours", "text"),
    [
        ("2018-01-01T00:00+01:00", "2019-01-01T00:00+01:00", 8760, 1.0, "1 January to 31 December 2018, 8,760 h"),
        ("2018-01-01T06:00+01:00", "2018-01-01T12:00+01:00", 6, 1.0, "2018-01-01 06:00 to 2018-01-01 12:00, 6 h"),
        ("2018-01-01T00:00+01:00", "2018-01-02T00:00+01:00", 96, 0.25, "1 January 2018, 24 h in steps of 15 min"),
    ],
)
def test_the_period_is_told_in_days_where_it_is_whole_days(start, end, steps, hours, text):
    period = {
        "start_local": start,
        "end_local": end,
        "steps": steps,
        "hours_per_step": hours,
        "timezone": "Europe/Berlin",
    }
    assert period_text(period) == f"{text}, clock of Europe/Berlin"


def test_a_metered_run_has_no_money_and_no_sizes():
    run, _ = made_run(24 * 30, metered=True)
    found = answer(run.summary, units_of(run.summary), ())
    assert [number.label for number in found.numbers] == ["Hourly matched share", "CFE score"]
    assert found.sentence.endswith("as metered; the grid supplies the rest.")
    titles = {column.title for table in found.tables for column in table.columns}
    assert not titles & {"size", "strike", "cost", "power", "firm capacity"}


# --- cost -------------------------------------------------------------------------------------------------------------


def cost_of(components):
    net = sum(components.values())
    sales = -components["surplus_sales"]
    return {"components": components, "total": net + sales, "sales": sales, "net_of_sales": net}


def test_each_step_begins_where_the_one_before_has_led():
    # 70 and 20 and 30 make 120 gross; sales of 35 leave 85
    way = cost.steps(cost_of({"contracts": 70.0, "storage": 20.0, "grid_energy": 30.0, "surplus_sales": -35.0}), 0.1)
    assert [(step.label, step.start, step.end) for step in way] == [
        ("contracts", 0.0, 70.0),
        ("storage", 70.0, 90.0),
        ("grid energy", 90.0, 120.0),
        ("total gross", 0.0, 120.0),
        ("sales of excess", 120.0, 85.0),
        ("net of sales", 0.0, 85.0),
    ]


def test_a_component_that_earns_leads_down_and_one_too_small_to_show_is_left_out():
    way = cost.steps(cost_of({"contracts": -10.0, "tiny": 0.001, "grid_energy": 60.0, "surplus_sales": 0.0}), 0.1)
    assert [(step.label, step.start, step.end) for step in way][:2] == [
        ("contracts", 0.0, -10.0),
        ("grid energy", pytest.approx(-9.999), pytest.approx(50.001)),
    ]
    assert "sales of excess" not in [step.label for step in way]


def test_the_bars_of_the_waterfall_lie_within_its_axis_and_tell_the_summary(summary):
    chart = cost.waterfall(summary, units_of(summary))
    assert all(bar.left >= 0.0 and bar.left + bar.width <= 100.0 + 1e-9 for bar in chart.bars)
    per_mwh = {bar.label: float(bar.cells[0].replace(",", "")) for bar in chart.bars}
    assert per_mwh["total gross"] == pytest.approx(summary["cost"]["per_mwh_load"], abs=0.005)
    assert per_mwh["net of sales"] == pytest.approx(summary["cost"]["net_of_sales_per_mwh_load"], abs=0.005)
    parts = ["contracts", "storage capacity", "grid energy"]
    assert sum(per_mwh[part] for part in parts) == pytest.approx(per_mwh["total gross"], abs=0.02)


def test_baselines_are_told_by_their_targets_and_the_premium_is_the_difference(made, summary):
    run = made[0]
    net = summary["cost"]["net_of_sales_per_mwh_load"]
    found = read_baselines(summary, [baseline_of(run, "annual", net - 12.5), baseline_of(run, "none", net - 20.0)])
    assert [baseline.word for baseline in found] == ["annual matching", "no target"]
    assert [baseline.premium for baseline in found] == [pytest.approx(12.5), pytest.approx(20.0)]
    labels = {number.label: number.value for number in answer(summary, units_of(summary), found).numbers}
    assert labels["Premium over annual matching"] == "+12.50"
    assert labels["Premium over no target"] == "+20.00"


def test_a_baseline_that_costs_more_has_a_negative_premium(made, summary):
    net = summary["cost"]["net_of_sales_per_mwh_load"]
    found = read_baselines(summary, [baseline_of(made[0], "annual", net + 1.0)])
    numbers = {number.label: number.value for number in answer(summary, units_of(summary), found).numbers}
    assert numbers["Premium over annual matching"] == "-1.00"


def test_a_premium_is_told_per_tonne_that_is_emitted_less(made, summary):
    # 2 EUR/MWh dearer than the baseline, which emits 1,000 t more by the hour: 2 * load / 1,000 per tonne
    own = summary | {"scope2": {"ghgp_revision_draft": {"market_based_t": 500.0}}}
    other = baseline_of(made[0], "annual", summary["cost"]["net_of_sales_per_mwh_load"] - 2.0)
    other.summary["scope2"] = {"ghgp_revision_draft": {"market_based_t": 1500.0}}
    row = rows_of(baseline_table(own, read_baselines(own, [other]), units_of(own)))["annual matching"]
    assert row["market-based emissions, by the hour"] == "1,500"
    assert row["premium per tonne less"] == f"{2 * own['load_mwh'] / 1000:,.1f}"
    other.summary["scope2"] = {"ghgp_revision_draft": {"market_based_t": 500.0}}
    row = rows_of(baseline_table(own, read_baselines(own, [other]), units_of(own)))["annual matching"]
    assert row["premium per tonne less"] == "-"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"currency": "CHF"}, "its currency is CHF"),
        ({"load_mwh": 5.0}, "its load is another one"),
        ({"period": {"start_utc": "2019-12-31T23:00:00+00:00"}}, "its period is another one"),
    ],
)
def test_a_baseline_of_another_kind_is_shown_without_a_premium(made, summary, change, why):
    other = baseline_of(made[0], "annual", 40.0)
    other.summary.update(change)
    (found,) = read_baselines(summary, [other])
    assert (found.premium, found.why_not) == (None, why)
    table = baseline_table(summary, [found], units_of(summary))
    assert rows_of(table)["annual matching"]["premium of this run"] == "-"
    assert f"annual matching is not compared: {why}." in table.note
    assert all(not n.label.startswith("Premium") for n in answer(summary, units_of(summary), [found]).numbers)


def test_the_frontier_leaves_out_what_is_not_met_and_says_why(summary):
    sweep = sweep_of(summary)
    points = cost.frontier_points(sweep, summary)
    table = cost.frontier_table(sweep, points, units_of(summary))
    assert [row[:2] for row in table.rows] == [("50 %", "55.50"), ("90 %", "88.25")]
    assert table.note.endswith("100 % is not met: no portfolio meets it.")
    figure = cost.frontier_figure(points, summary, units_of(summary))
    assert figure.caption.startswith("Net of sales, the cost goes from 55.50 at 50 % to 88.25 EUR/MWh at 90 %.")
    assert [mark.text for mark in figure.panels[0].marks] == ["", "", "this run"]


def test_a_sweep_in_another_currency_is_not_shown(summary):
    assert cost.frontier_points(sweep_of(summary) | {"currency": "CHF"}, summary) == []
    assert cost.frontier_points(None, summary) == []


# --- prices -----------------------------------------------------------------------------------------------------------


def test_means_are_weighted_by_load_and_plain_where_there_is_none():
    values = np.array([10.0, 40.0, 1.0, 3.0])
    weights = np.array([3.0, 1.0, 0.0, 0.0])
    # (30 + 40) / 4 = 17.5; no load: (1 + 3) / 2 = 2; nothing at all: not known
    found = worth.weighted_means(values, weights, np.array([0, 0, 1, 1]), 3)
    assert found[:2] == pytest.approx([17.5, 2.0])
    assert np.isnan(found[2])


def test_prices_are_shown_by_hour_and_by_month(made, summary):
    by_hour, by_month = worth.price_figures(summary, made[1].hourly, "DE", units_of(summary), "price")
    assert len(by_hour.readouts) == 24
    assert [tick.text for tick in by_month.ticks] == ["Jan", "Feb", "Mar"]
    assert by_month.readouts[0].startswith("January: ")


def test_one_month_alone_has_no_chart_of_months():
    run, tables = made_run(48)
    found = worth.price_figures(run.summary, tables.hourly, "DE", units_of(run.summary), "price")
    assert [figure.title for figure in found] == ["Worth of one MWh by hour of day"]


def test_each_offer_is_held_against_its_strike(summary):
    summary["contracts"]["dear"] = dict(
        summary["contracts"]["sun"], contracted_mw=0.0, strike_per_mwh=80.0, capture_value_per_mwh=71.5
    )
    summary["contracts"]["unknown"] = dict(summary["contracts"]["sun"], contracted_mw=0.0, capture_value_per_mwh=None)
    chart = worth.capture_chart(summary, units_of(summary))
    found = {bar.label: bar.cells[1:5] for bar in chart.bars}
    assert found["dear"] == ("71.50", "80.00", "-8.50", "not taken")
    assert found["wind"] == ("57.25", "50.00", "7.25", "taken")
    assert found["unknown"] == ("-", "50.00", "-", "not taken")
    assert chart.caption == (
        "Worth more than it asks, at a size that is given or at its limit: wind. Too dear: dear by 8.50 EUR/MWh. "
        "Not known, as nothing of it is generated: unknown."
    )


def test_offers_that_are_worth_what_they_ask_are_told_so(summary):
    summary["contracts"]["wind"]["capture_value_per_mwh"] = 50.0000001
    chart = worth.capture_chart(summary, units_of(summary))
    assert chart.caption == "Every offer that is taken is worth just what it asks."


# --- emissions and frameworks -----------------------------------------------------------------------------------------


def test_both_profiles_are_shown_and_only_the_draft_is_marked_as_one(summary):
    current, draft = emissions(summary, units_of(summary)).profiles
    assert (current.is_draft, draft.is_draft) == (False, True)
    assert draft.status == "A draft, nothing binds yet."
    assert [number.label for number in current.numbers][:2] == ["Location-based", "Market-based"]


def test_lines_tell_volume_factor_source_vintage_and_granularity(summary):
    table = emissions(summary, units_of(summary)).profiles[0].table
    titles = [column.title for column in table.columns]
    for title in (
        "tier",
        "instrument",
        "volume",
        "factor",
        "emissions",
        "source of the factor",
        "vintage",
    ):
        assert title in titles
    assert len(table.rows) == 3


def test_what_all_lines_share_is_told_below_them(summary):
    profile = summary["scope2"]["ghgp_2015"]
    table = emissions(summary, units_of(summary)).profiles[0].table
    assert table.note == "Granularity of every line: hourly. Deliverability of every contract: same zone."
    assert "deliverability" not in [column.title for column in table.columns]
    profile["lines"][1]["granularity"] = "annual"
    table = emissions(summary, units_of(summary)).profiles[0].table
    assert [row["granularity"] for row in rows_of(table).values()][-1] == "hourly"
    assert table.note == "Deliverability of every contract: same zone."


def test_columns_without_a_word_are_left_out_of_the_lines(summary):
    for line in summary["scope2"]["ghgp_2015"]["lines"]:
        line |= {"vintage": "", "source": None}
    titles = [column.title for column in emissions(summary, units_of(summary)).profiles[0].table.columns]
    assert not {"vintage", "source of the factor", "zone"} & set(titles)


def test_the_totals_are_told_first_with_what_the_draft_is(summary):
    for key, location, market in (("ghgp_2015", 4321.0, 0.0), ("ghgp_revision_draft", 4321.0, 12.34)):
        summary["scope2"][key] |= {"location_based_t": location, "market_based_t": market}
    assert emissions(summary, units_of(summary)).sentence == (
        "Scope 2 of the period: 4,321 t CO\u2082 location-based; market-based 0 t CO\u2082 under the guidance "
        "in force, which counts contracts by the year, and 12.3 t CO\u2082 under the draft of its revision, which "
        "counts them by the hour and does not bind yet."
    )


def test_offers_that_are_not_taken_have_no_line(summary):
    summary["contracts"]["sun"]["contracted_mw"] = 1e-9
    found = emissions(summary, units_of(summary)).profiles[0].table
    assert len(found.rows) == 2


def test_the_tiers_of_each_method_add_up_to_the_load(summary):
    for profile in emissions(summary, units_of(summary)).profiles:
        for bar in profile.bars:
            assert sum(part.percent for part in bar.parts) == pytest.approx(100.0)


def test_what_is_not_known_is_said(summary):
    summary["scope2"]["ghgp_2015"]["market_based_t"] = None
    summary["scope2"]["ghgp_2015"]["lines"][2] |= {"factor_g_per_kwh": None, "emissions_t": None}
    summary["avoided_emissions"] |= {"avoided_t": None, "note": "No marginal rate is given."}
    found = emissions(summary, units_of(summary))
    assert found.profiles[0].numbers[1].value == "-"
    assert found.profiles[0].numbers[1].note.startswith("not known")
    assert found.profiles[0].bars[1].total == "not known"
    assert found.statements[0][:2] == ("Avoided emissions", "Not known. No marginal rate is given.")
    summary["avoided_emissions"]["note"] = "Not known: no rate is given."
    assert emissions(summary, units_of(summary)).statements[0][1] == "Not known: no rate is given."


def test_embodied_emissions_are_told_in_words_and_units_of_the_page(summary):
    summary["embodied_emissions"]["lines"].append(
        {"name": "wind", "what": "onshore_wind", "quantity": 12_345.6, "unit": "MWh generated", "factor": 11.0}
        | {"factor_unit": "g CO2e/kWh", "emissions_t": 135.8, "source": "a table"}
    )
    table = emissions(summary, units_of(summary)).statements[1][2]
    assert table.rows[0][:4] == ("battery", "energy capacity", "200.0 MWh", "495 kg/MWh a year")
    assert table.rows[1][:4] == ("wind", "onshore wind", "12.3 GWh generated", "11 g CO2e/kWh")


def test_avoided_emissions_are_a_statement_of_their_own(summary):
    title, text, table = emissions(summary, units_of(summary)).statements[0]
    assert title == "Avoided emissions"
    assert "4,321 t" in text
    assert "not netted" in text
    assert table.rows == (("sun", "4,321"),)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0"), (0.01234, "0.012"), (1.2345, "1.23"), (12.34, "12.3"), (4321.4, "4,321")],
)
def test_tonnes_have_digits_for_their_size(value, text):
    assert tonnes(value) == text


def test_the_reconciliation_tells_the_difference_by_cause():
    run, _ = made_run(24 * 30, metered=True)
    found = reconciliation(run.summary, units_of(run.summary))
    assert found.sentence == "The plan matched 75.0 % of its load; the meters say 70.0 % of theirs."
    # 7,500 less 100 and 900, and 500 more: 7,000; the widest is the plan, 7,500
    steps = [(bar.label, bar.left, bar.left + bar.width, bar.kind) for bar in found.chart.bars]
    expected = [
        ("matched in the plan", 0, 7500, "total"),
        ("by load", 7400, 7500, "sale"),
        ("by generation", 6500, 7400, "sale"),
        ("by storage", 6500, 7000, "part"),
        ("matched as metered", 0, 7000, "total"),
    ]
    assert steps == [
        (label, pytest.approx(start / 75), pytest.approx(end / 75), kind) for label, start, end, kind in expected
    ]
    assert found.chart.caption.startswith("Generation made the largest difference: 0.9 GWh less was matched.")
    titles = [table.title for table in found.tables]
    assert titles == [
        "Plan and actual",
        "What made the difference",
        "Generation against plan",
        "Where matched differs most",
    ]


# --- evidence ---------------------------------------------------------------------------------------------------------


def test_the_certificate_is_told_in_words_with_its_numbers(summary):
    found = certificate(summary, units_of(summary))
    assert found.sentences[0] == (
        "No portfolio within the limits of this case costs less than 1,000,000.00 EUR net of sales; "
        "this one costs 1,000,000.25 EUR. The distance, 0.25 EUR, is 4e-10 of gross cost."
    )
    assert "clarabel" in found.sentences[-1]
    assert [row[1:3] for row in found.table.rows] == [("2e-11", "1e-06"), ("1e-14", "1e-06"), ("4e-10", "1e-06")]


def test_assumptions_without_a_source_say_so(made):
    table = assumption_table(made[0].manifest)
    assert table.note == "20 values, of which 10 name a source."
    assert table.rows[1][2] == "no source given"
    assert assumption_table({}).note.startswith("This run folder does not list its assumptions")


def test_inputs_are_named_by_their_hash_with_what_was_changed(made):
    manifest = copy.deepcopy(made[0].manifest)
    manifest["case"] |= {"scenario": "annual", "overrides": [{"key": "target.cfe", "value": 0.9, "origin": "--set"}]}
    manifest["filled"] = ["load: 2 h"]
    manifest["sizes_held"] = {"path": "runs/a", "sha256": "ef" * 32}
    table = input_table(manifest)
    assert [row[2] for row in table.rows] == ["ab" * 32, "cd" * 32, "ef" * 32]
    assert table.note == "Scenario: annual. Changed on the way: target.cfe = 0.9. Gaps filled: load: 2 h."


def test_a_run_without_a_plan_beside_it_has_no_section_on_one():
    run, _ = made_run(24 * 30)
    assert frameworks(run.summary, units_of(run.summary)) is None
    assert reconciliation(run.summary, units_of(run.summary)) is None


def test_engine_and_versions_are_told(made):
    found = rows_of(version_table(made[0].manifest))
    assert found["run of highs-hipo"]["value"] == "Optimal, certified, 50 iterations"
    assert not any(" s" in entry["value"] for entry in found.values())  # the same run, the same page
    assert rows_of(version_table({})) == {}


def test_a_listing_without_entries_has_neither_rows_nor_columns():
    assert listing("Nothing", (), []).rows == ()


def test_a_run_without_storage_does_not_speak_of_it():
    run, _ = made_run(24 * 30, battery=False)
    assert answer(run.summary, units_of(run.summary), ()).numbers[0].note == (
        "of load met by contracted energy of the same hour"
    )
