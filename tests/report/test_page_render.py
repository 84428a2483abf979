"""The page as one file: what stands in it for every kind of run, and what never does."""

from __future__ import annotations

import re

import numpy as np
import pytest
from report.made_run import baseline_of, made_run, sweep_of

from carbonmatch.report.page import render_page
from carbonmatch.report.page.template import cell, tidy

HEADINGS = {
    "answer": "The answer",
    "matching": "Matching, hour by hour",
    "cost": "Cost",
    "worth": "Price of carbon-free energy",
    "emissions": "Emissions",
    "frameworks": "Reporting frameworks",
    "reconciliation": "Plan and actual",
    "evidence": "Assumptions and proof",
}


@pytest.fixture(scope="module")
def year():
    return made_run(extras=True)


def page_of(**options):
    return render_page(*made_run(**options))


def sections(page):
    return re.findall(r'<section id="(\w+)"', page)


def test_the_same_run_gives_the_same_bytes(year):
    again = made_run(extras=True)
    assert render_page(*year) == render_page(*again)


def test_a_year_is_a_small_file(year):
    assert len(render_page(*year).encode()) < 1_500_000


def test_a_year_of_quarter_hours_is_a_small_file():
    assert len(page_of(steps=4 * 8760, minutes=15).encode()) < 1_500_000


def test_the_page_names_no_address_but_its_own(year):
    page = render_page(*year)
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)


def test_sections_stand_in_their_order_and_each_is_in_the_contents(year):
    page = render_page(*year)
    assert sections(page) == [name for name in HEADINGS if name != "reconciliation"]
    for name in sections(page):
        assert f'<a href="#{name}">{HEADINGS[name]}</a>' in page


def test_a_metered_run_has_no_cost_no_prices_and_no_certificate():
    page = page_of(metered=True, extras=True)
    assert sections(page) == ["answer", "matching", "emissions", "frameworks", "reconciliation", "evidence"]
    assert "Why no cheaper portfolio exists" not in page
    assert "perfect foresight" not in page


def test_a_plan_says_that_it_has_perfect_foresight(year):
    assert "perfect foresight" in render_page(*year)


KINDS = {
    "nothing contracted, no carbon data": {"contracts": (), "battery": False, "intensity": False},
    "nothing contracted for a day": {"contracts": (), "battery": False, "steps": 24},
    "no storage": {"battery": False},
    "all matched": {"generation": {"sun": np.full(8760, 500.0)}},
    "one hour": {"steps": 1},
    "six hours": {"steps": 6},
    "three days": {"steps": 72},
    "weeks that begin and end within a day": {"steps": 24 * 20 + 5, "start": "2023-03-20 06:00"},
    "half hours": {"steps": 48 * 40, "minutes": 30, "start": "2023-03-10"},
    "three hours a step": {"steps": 8 * 365, "minutes": 180},
    "a day a step": {"steps": 365, "minutes": 24 * 60, "timezone": "UTC"},
    "two years": {"steps": 2 * 8760},
    "half an hour off": {"steps": 24 * 14, "timezone": "Asia/Kolkata"},
    "two zones": {"zones": ("DE", "FR"), "steps": 24 * 30},
    "a zone without load": {
        "zones": ("DE", "FR"),
        "steps": 24 * 30,
        "load": {"DE": np.full(720, 50.0), "FR": np.zeros(720)},
    },
    "twelve contracts": {"contracts": tuple(f"plant-{i}" for i in range(12)), "steps": 24 * 30},
    "no load at night": {"load": np.where(np.arange(24 * 30) % 24 < 8, 0.0, 50.0), "steps": 24 * 30},
}


@pytest.mark.parametrize("kind", KINDS)
def test_runs_of_every_kind_have_a_page_with_no_number_that_is_none(kind):
    page = page_of(**KINDS[kind])
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"\b(nan|NaN|None|inf)\b", shown)
    assert not re.search(r'd="[^"]*(nan|inf)', shown)


def test_zones_have_figures_of_their_own():
    page = page_of(zones=("DE", "FR"), steps=24 * 30)
    for zone in ("zone1", "zone2"):
        assert f'id="{zone}-heat"' in page
    assert page.count('<h3 class="zone-title">Zone FR</h3>') == 2  # matching and prices


def test_names_are_text_and_nothing_else():
    page = page_of(case="<script>alert(1)</script>", contracts=("sun", "</script><b>'\"&"), steps=24 * 30)
    assert "<script>alert" not in page
    assert "</script><b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_premiums_and_the_frontier_come_with_baselines_and_a_sweep(year):
    run, tables = year
    net = run.summary["cost"]["net_of_sales_per_mwh_load"]
    page = render_page(
        run,
        tables,
        baselines=[baseline_of(run, "annual", net - 10.0), baseline_of(run, "none", net - 15.0)],
        sweep=sweep_of(run.summary),
    )
    for text in ("Premium over annual matching", "Premium over no target", "This run and others", 'id="frontier"'):
        assert text in page
    alone = render_page(run, tables)
    assert "Premium over" not in alone
    assert 'id="frontier"' not in alone


def test_every_figure_has_a_title_words_and_a_label(year):
    page = render_page(*year)
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
    assert len(figures) >= 11
    for figure in figures:
        assert re.search(r'class="figure-title">\s*\S', figure)
        assert re.search(r"<figcaption>\s*\S", figure)
        assert 'role="img"' in figure or "<table" in figure
        for label in re.findall(r'role="img" aria-label="([^"]*)"', figure):
            assert len(label) > 20


@pytest.mark.parametrize(
    ("raw", "set_text"),
    [
        ("-", "\u2013"),
        ("-19.88", "\u221219.88"),
        ("90.0 %", "90.0\u00a0%"),
        ("2018-02-01", "2018-02-01"),
        ("84.12 EUR/MWh of load", "84.12\u00a0EUR/MWh of load"),
        ("4e-10", "4e-10"),
        ("12 t CO2", "12\u00a0t CO\u2082"),
        ("3 hours", "3 hours"),
        ("the key `commissioned`", "the key \u201ccommissioned\u201d"),
    ],
)
def test_text_is_set_with_true_minus_and_without_breaks_before_units(raw, set_text):
    assert tidy(raw) == set_text


def test_long_names_may_break_after_their_signs_and_stay_text():
    assert cell("reporting_threshold_<b>") == "reporting_<wbr>threshold_&lt;b&gt;"
    assert cell("renewable_share_age/tested") == "renewable_<wbr>share_<wbr>age/<wbr>tested"
    assert cell("7.30.14/consumed") == "7.30.14/<wbr>consumed"
    assert cell("short_name") == "short_name"


def test_every_table_has_a_heading(year):
    page = render_page(*year)
    for table in re.findall(r'<div class="tabled.*?</table>', page, flags=re.DOTALL):
        assert re.search(r'<h[34] class="table-title">\s*\S', table)
