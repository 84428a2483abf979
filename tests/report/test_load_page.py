"""The page on a load: its numbers are those of the load, its figures stand where the numbers are; and how it looks."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from report.test_page_browser import CLIPPED, CONTRASTS, OVERLAPS, WIDTHS, plain
from small_cases import a_case

import carbonmatch as cm
from carbonmatch.load import MACHINES, OVERHEAD
from carbonmatch.report.load import load_page, write_loads
from carbonmatch.report.load.stack import SLOTS, layers_of
from carbonmatch.report.numbers import number
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.overview.profile import MACHINES_BY_NAME
from carbonmatch.report.page.figure import HEIGHT, UNITS_PER_STEP, Figure
from carbonmatch.report.study.page import Pair


def a_load(load, start="2018-01-01", end="2019-01-01", **others):
    """Return the load of a case of one site, and of `others`."""
    return cm.site_loads(
        a_case(
            {
                "name": "campus",
                "time": {"start": start, "end": end, "timezone": "Europe/Berlin"},
                "zones": {"Z": {"spot_price_per_mwh": 40.0, "carbon_intensity_g_per_kwh": 500}},
                "sites": {
                    "s": {"load": load, **others.pop("site", {})},
                    **{
                        name: {"zone": "Z", "load": each, "grid": {"energy": {"flat_per_mwh": 50}}}
                        for name, each in others.items()
                    },
                },
                "contracts": ...,
            }
        )
    )


def weather(hours):
    """Return temperature and humidity of a year with seasons and days."""
    hour = np.arange(hours)
    warm = 11.0 - 10.0 * np.cos(2 * np.pi * hour / hours) - 6.0 * np.cos(2 * np.pi * ((hour % 24) - 3) / 24)
    return {"dry_bulb_c": warm.tolist(), "relative_humidity": [0.6] * hours}


@pytest.fixture(scope="module")
def campus():
    """Return a campus with training and inference in changing weather, part of which may be changed."""
    return a_load(
        {
            "ai_factory": {
                "nameplate_mw": 80,
                "classes": {"training": {"share": 0.5}, "inference": {"share": 0.5}},
                "weather": weather(8760),
                "cooling": "air",
            }
        },
        site={
            "flexible": {"late": {"of": "inference", "share": 0.2, "cost_per_mwh": 1}},
            "curtailable": {"event": {"of": "inference", "share": 0.25, "price_per_mwh": 900, "event_hours": 3}},
        },
    )


@pytest.fixture(scope="module")
def works():
    """Return two factories, one with two shifts on weekdays."""
    shifts = {
        "early": {"mw": 6, "days": "weekday", "hours": [6, 14]},
        "late-and-into-the-night": {"mw": 4, "days": "weekday", "hours": [14, 22]},
    }
    return a_load({"factory": {"base_mw": 2, "shifts": shifts}}, other={"flat_mw": 3})


@pytest.fixture(scope="module")
def days():
    """Return two days of a fixed PUE."""
    load = {"ai_factory": {"nameplate_mw": 10, "classes": {"inference": {"share": 1}}, "pue": 1.3}}
    return a_load(load, end="2018-01-03")


PAGES = ("campus", "works", "days")


@pytest.fixture(scope="module")
def files(request, tmp_path_factory):
    """Return the pages, as they are written."""
    found = {}
    for name in PAGES:
        folder = tmp_path_factory.mktemp("loads") / name
        write_loads(request.getfixturevalue(name), folder)
        found[name] = folder / "load.html"
    return found


def blocks_of(page):
    found = [block for section in page.sections for block in section.blocks]
    return [member for block in found for member in (block.members if isinstance(block, Pair) else (block,))]


def figure_of(page, title):
    (found,) = [block for block in blocks_of(page) if isinstance(block, Figure) and block.title == title]
    return found


def table_of(page, title):
    (found,) = [b for b in (*page.answer.tables, *blocks_of(page)) if isinstance(b, OverviewTable) and b.title == title]
    return found


def heights(path):
    """Return the values of the upper edge of an area, in shares of the height of its box."""
    places, at = [], None
    for part in path[path.index("V") :].removesuffix("z").replace("V", " V").replace("h", " h").split():
        if part[0] == "V":
            at = 1.0 - int(part[1:]) / HEIGHT
        else:
            places += [at] * (int(part[1:]) // UNITS_PER_STEP)
    return np.array(places)


# --- the numbers ------------------------------------------------------------------------------------------------------


def test_the_answer_tells_the_figures_of_the_load(campus):
    answer = load_page(campus).answer
    site = campus.summary["sites"]["s"]
    told = {big.label: big for big in answer.numbers}
    assert told["Energy a year"].value == number(site["load_mwh"] / 1000, 1)
    assert told["Peak"].value == number(site["peak_mw"], 1)
    assert told["Load factor"].value == number(100 * site["load_factor"], 1)
    assert told["Mean PUE"].value == number(site["pue"]["mean"], 3)
    assert number(site["pue"]["highest"], 3) in told["Mean PUE"].note
    assert told["May be moved"].value == number(100 * site["flexible"]["late"]["share_of_load"], 1)
    assert answer.sentence.startswith(f"The site s uses {number(site['load_mwh'] / 1000, 1)} GWh a year")
    assert dict(answer.facts)["Period"] == "1 January to 31 December 2018, 8,760 h, clock of Europe/Berlin"
    assert [row[1] for row in table_of(load_page(campus), "What may be changed").rows] == [
        "may be moved within 24 h",
        "may be given up, events of 3 h",
    ]


def test_the_parts_add_up(campus, days):
    rows = table_of(load_page(campus), "What it is made of").rows
    assert [row[0] for row in rows] == [
        "training, machines",
        "inference, machines",
        "overhead",
        "cooling",
        "losses of the power chain",
        "total",
    ]
    energies = [float(row[1].replace(",", "")) for row in rows]
    assert sum(energies[:-1]) == pytest.approx(energies[-1], abs=0.25)
    assert [row[0] for row in table_of(load_page(days), "What it is made of").rows][-2:] == [
        "cooling and losses",
        "total",
    ]


def test_classes_that_are_machines_by_name_are_those_of_the_builder():
    assert {MACHINES, OVERHEAD} == MACHINES_BY_NAME


def test_the_months_are_those_of_the_load(campus):
    table = table_of(load_page(campus), "Months")
    assert [column.title for column in table.columns][:4] == ["month", "load", "machines", "cooling"]
    assert len(table.rows) == 12
    july = campus.summary["sites"]["s"]["months"][6]
    assert table.rows[6][0] == "Jul\u00a02018"
    assert table.rows[6][1] == number(july["load_mwh"] / 1000, 1)
    assert table.rows[6][-1] == number(july["pue"], 3)


def test_the_year_is_drawn_as_means_of_days(campus):
    figure = figure_of(load_page(campus), "The load through the period")
    (panel,) = figure.panels
    assert panel.width == 365 * UNITS_PER_STEP
    top = float(panel.ticks[-1].text.replace(",", ""))
    daily = campus.hourly.set_index("interval_start_utc")["total_mw"].tz_convert("Europe/Berlin").resample("D").mean()
    # The shape behind all others ends at the total.
    assert np.allclose(heights(panel.shapes[0].path) * top, daily, atol=top / HEIGHT)
    assert [key.text for key in figure.legend] == [
        "losses of the power chain",
        "cooling",
        "overhead",
        "inference, machines",
        "training, machines",
    ]
    assert len(figure.readouts) == 365
    assert figure.readouts[0].startswith(f"1 January 2018: {number(daily.iloc[0], 1)} MW; training, machines ")


def test_where_weekends_rest_the_year_is_drawn_by_weeks(works):
    page = load_page(works)
    figure = figure_of(page, "All sites through the period")
    top = float(figure.panels[0].ticks[-1].text)
    # 2 + (6 * 8 + 4 * 8) * 5 / 168 and 3, but for clock changes; the last day is a Monday, and goes with the week
    # before it.
    drawn = heights(figure.panels[0].shapes[0].path) * top
    assert np.allclose(drawn[:-8], 5 + 400 / 168, atol=0.03)
    assert np.allclose(drawn[-8:], 5 + 480 / 192, atol=0.01)
    assert figure.readouts[10].startswith("week from 8 January 2018: 7.4 MW; s 4.4, other 3.0")
    assert figure.caption.startswith("Means of weeks: 7.5 MW at most (week from 24 December 2018)")


def test_typical_weeks_are_means_of_their_season(campus, works):
    page = load_page(campus)
    winter = figure_of(page, "Typical week, December to February")
    summer = figure_of(page, "Typical week, June to August")
    (one,), (other,) = winter.panels, summer.panels
    assert [tick.text for tick in one.ticks] == [tick.text for tick in other.ticks]  # they can be set beside each other
    top = float(one.ticks[-1].text.replace(",", ""))
    local = campus.hourly["interval_start_utc"].dt.tz_convert("Europe/Berlin")
    inside = local.dt.month.isin([12, 1, 2])
    total = campus.hourly["total_mw"][inside]
    means = total.groupby([local[inside].dt.day_of_week, local[inside].dt.hour]).mean()
    assert np.allclose(heights(one.shapes[0].path) * top, means.to_numpy(), atol=top / HEIGHT)
    assert heights(other.shapes[0].path).max() > heights(one.shapes[0].path).max()  # air cooling in summer
    # Shifts are the same all year: one week is enough.
    weeks = [b for b in blocks_of(load_page(works)) if isinstance(b, Figure) and "Typical week" in b.title]
    assert [week.title for week in weeks] == ["Typical week, the whole period"]
    assert weeks[0].readouts[9].startswith("Mon 09:00: 8.0 MW")
    assert weeks[0].readouts[-1].startswith("Sun 23:00: 2.0 MW")


def test_what_may_be_moved_and_given_up_is_drawn_over_the_week(campus):
    figure = figure_of(load_page(campus), "Typical week, June to August")
    assert [key.text for key in figure.legend][-2:] == ["without what may be moved", "nor given up"]
    total, moved, neither = (
        float(re.search(rf"{words} ([0-9.]+)", figure.readouts[15])[1])
        for words in ("Mon 15:00:", "without what may be moved", "nor given up")
    )
    local = campus.hourly["interval_start_utc"].dt.tz_convert("Europe/Berlin")
    chosen = local.dt.month.isin([6, 7, 8]) & (local.dt.day_of_week == 0) & (local.dt.hour == 15)
    means = campus.hourly[chosen][["total_mw", "flexible_mw", "curtailable_mw"]].mean()
    assert total == pytest.approx(means["total_mw"], abs=0.051)
    assert moved == pytest.approx(means["total_mw"] - means["flexible_mw"], abs=0.051)
    assert neither == pytest.approx(means["total_mw"] - means["flexible_mw"] - means["curtailable_mw"], abs=0.051)


def test_pue_stays_between_its_lowest_and_its_highest_hour(campus, days):
    figure = figure_of(load_page(campus), "PUE through the period")
    pue = campus.summary["sites"]["s"]["pue"]
    labels = [float(tick.text) for tick in figure.panels[0].ticks]
    assert labels[0] == 1.0
    assert labels[-1] >= pue["highest"] > labels[-2] - 1e-9
    assert number(pue["mean"], 3) in figure.caption
    assert number(pue["highest"], 3) in figure.caption
    titles = [block.title for block in blocks_of(load_page(days)) if isinstance(block, Figure)]
    assert "PUE through the period" not in titles  # it is 1.3 in every hour


def test_sorted_hours_fall_and_hold_all_energy(works):
    figure = figure_of(load_page(works), "All hours sorted by load")
    panel = figure.panels[0]
    top = float(panel.ticks[-1].text)
    curve = heights(panel.shapes[0].path) * top
    assert all(a >= b for a, b in pairwise(curve))
    # Its 200 parts hold 43 or 44 hours, and count alike here.
    assert curve.mean() == pytest.approx(works.summary["sites"]["s"]["mean_mw"], rel=0.005)
    assert "within 5 % of its peak" in figure.caption


def test_a_flat_load_has_a_year_and_no_more(works):
    section = next(section for section in load_page(works).sections if section.heading == "other")
    assert [block.title for block in section.blocks if isinstance(block, Figure)] == ["The load through the period"]
    assert section.blocks[0].caption == "The load is 3.0 MW in every day."


def test_a_short_period_is_drawn_step_by_step(days):
    figure = figure_of(load_page(days), "The load through the period")
    assert figure.panels[0].width == 48 * UNITS_PER_STEP
    assert [tick.text for tick in figure.ticks] == ["1 Jan", "2 Jan"]
    titles = [block.title for block in blocks_of(load_page(days)) if isinstance(block, Figure)]
    assert not any("Typical week" in title for title in titles)


def test_more_classes_than_colours_become_one_part():
    classes = {f"class-{i}": {"share": 0.1, "kind": "batch"} for i in range(10)}
    loads = a_load({"ai_factory": {"nameplate_mw": 10, "classes": classes}}, end="2018-01-02")
    layers = layers_of(loads.profiles[0])
    assert [layer.name for layer in layers][len(SLOTS) :] == ["other classes", "cooling and losses"]
    assert np.allclose(np.sum([layer.mw for layer in layers], axis=0), loads.hourly["total_mw"])
    assert len({layer.slot for layer in layers[: len(SLOTS)]}) == len(SLOTS)


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_every_width(visit, files, name, width):
    with visit(files[name], width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_all_text_can_be_read_by_day_and_by_night(visit, files, name, scheme):
    with visit(files[name], scheme=scheme) as seen:
        checked, too_faint = seen.page.evaluate(CONTRASTS)
    assert too_faint == []
    assert checked > 60


def test_nothing_is_asked_for_and_values_are_read_off_with_keys(visit, files, campus):
    with visit(files["campus"]) as seen:
        chart = seen.page.locator("#site1-year .chart")
        chart.focus()
        chart.press("Home")
        told = plain(seen.page.locator("#site1-year .readout").inner_text())
        assert told == figure_of(load_page(campus), "The load through the period").readouts[0]
        assert [url for url in seen.requests if not url.startswith("data:")] == [files["campus"].as_uri()]
        assert seen.complaints == []


def test_figures_say_in_words_what_they_show_and_the_months_are_a_table(visit, files):
    with visit(files["campus"], script=False) as seen:
        labels = [chart.get_attribute("aria-label") for chart in seen.page.locator(".chart").all()]
        assert len(labels) == 5
        assert all(label is not None and len(label) > 40 for label in labels)
        assert seen.page.locator("table", has_text="Jul").count() == 1
