"""The page in a real browser: at every width, by day and by night, with JavaScript and without, and in print."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect
from report.made_run import made_run

from carbonmatch.report.numbers import number, share
from carbonmatch.report.page import render_page

WIDTHS = (1280, 768, 390)
SECTIONS = ("answer", "matching", "cost", "worth", "emissions", "frameworks", "evidence")

OVERLAPS = """() => {
  const found = [];
  const boxes = (axis) => [...axis.querySelectorAll("span, b")]
    .filter((label) => label.textContent.trim() && getComputedStyle(label).visibility === "visible")
    .map((label) => [label.textContent, label.getBoundingClientRect()]);
  for (const chart of document.querySelectorAll(".chart, .heat")) {
    if (!chart.getBoundingClientRect().height) continue;
    const all = boxes(chart);
    for (let i = 0; i < all.length; i += 1) {
      for (let j = i + 1; j < all.length; j += 1) {
        const [a, b] = [all[i][1], all[j][1]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 0.5 && down > 0.5) found.push(`${chart.closest("[id]").id}: ${all[i][0]} and ${all[j][0]}`);
      }
    }
  }
  return found;
}"""

CLIPPED = """() => [...document.querySelectorAll(".axis-x span, .axis-y span, .axis-y b, .mark")]
  .filter((label) => label.getBoundingClientRect().height && getComputedStyle(label).visibility === "visible")
  .filter((label) => {
    const box = label.getBoundingClientRect();
    return box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5;
  })
  .map((label) => label.textContent)"""

CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getBoundingClientRect().height) continue;
    if (element.closest("script, style, .sr, .skip, button:disabled")) continue;
    const style = getComputedStyle(element);
    const text = rgb(style.color);
    if (style.visibility !== "visible" || text[3] < 255) continue;
    const [a, b] = [luminance(text), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked += 1;
    if (ratio < 4.5) found.push(`${element.tagName}.${element.className} ${element.textContent}: ${ratio.toFixed(2)}`);
  }
  return [checked, [...new Set(found)]];
}"""


def plain(text):
    """Return text as the summary would write it: no breaks, no true minus."""
    return re.sub(r"\s+", " ", text.replace("\u2212", "-").replace("\u00a0", " ")).strip()


def big(page, label):
    return plain(
        page.locator(".big", has=page.locator("dt", has_text=re.compile(f"^{label}$")))
        .locator(".value")
        .first.inner_text()
    )


def test_the_numbers_seen_are_those_of_the_summary(visit, year_file, year_run):
    summary = year_run[0].summary
    with visit(year_file) as seen:
        assert plain(seen.page.locator("h1").inner_text()) == summary["case"]
        assert big(seen.page, "Hourly matched share") == share(summary["scores"]["hourly_matched_share"])
        assert big(seen.page, "CFE score") == share(summary["scores"]["cfe_score"])
        net, gross = (summary["cost"][key] for key in ("net_of_sales_per_mwh_load", "per_mwh_load"))
        assert big(seen.page, "Cost net of sales") == f"{number(net, 2)} EUR/MWh"
        assert big(seen.page, "Cost gross") == f"{number(gross, 2)} EUR/MWh"
        assert big(seen.page, "Premium over annual matching") == "+12.50 EUR/MWh"
        assert big(seen.page, "Premium over no target") == "+20.00 EUR/MWh"
        row = plain(
            seen.page.locator("tr", has=seen.page.locator("th", has_text=re.compile("^sun$"))).first.inner_text()
        )
        assert number(summary["contracts"]["sun"]["contracted_mw"], 1) in row
        assert seen.page.locator(".badge").inner_text().startswith("Verified")
        assert "limit of 1000 MW" in plain(seen.page.locator(".warnings").inner_text())


def test_nothing_is_asked_for_but_the_file_and_nothing_is_complained_about(visit, year_file):
    with visit(year_file) as seen:
        seen.page.mouse.wheel(0, 20_000)
        seen.page.locator(".reader button").first.click()
        assert [url for url in seen.requests if not url.startswith("data:")] == [year_file.as_uri()]
        assert seen.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways_and_no_labels_collide(visit, year_file, width):
    with visit(year_file, width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.evaluate(CLIPPED) == []


def test_these_checks_see_what_is_too_wide_and_what_collides(visit, year_file):
    with visit(year_file, width=390) as seen:
        seen.page.evaluate("document.querySelector('.scroll').style.overflow = 'visible'")
        assert seen.page.evaluate("document.documentElement.scrollWidth") > 390
        seen.page.evaluate(
            "document.querySelectorAll('#zone1-days .axis-x span').forEach((s) => { s.style.left = '120%'; })"
        )
        assert len(seen.page.evaluate(OVERLAPS)) == 12 * 11 / 2  # every month on every other
        assert len(seen.page.evaluate(CLIPPED)) == 12


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_by_day_and_by_night(visit, year_file, scheme):
    with visit(year_file, scheme=scheme) as seen:
        checked, weak = seen.page.evaluate(CONTRASTS)
        assert checked > 500
        assert weak == []
        paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


def test_the_keyboard_moves_through_the_weeks(visit, year_file):
    with visit(year_file) as seen:
        slider = seen.page.get_by_label("First day of the week")
        told = seen.page.locator(".reader output")
        slider.focus()
        seen.page.keyboard.press("Home")
        assert told.inner_text().startswith("1 Jan 2023 to 7 Jan 2023: ")
        seen.page.keyboard.press("ArrowRight")
        assert told.inner_text().startswith("2 Jan 2023 to 8 Jan 2023: ")
        first = seen.page.locator(".reader path").first.get_attribute("d")
        seen.page.get_by_role("button", name="Week after").press("Enter")
        assert told.inner_text().startswith("9 Jan 2023 to 15 Jan 2023: ")
        assert seen.page.locator(".reader path").first.get_attribute("d") != first
        slider.focus()
        seen.page.keyboard.press("End")
        assert told.inner_text().startswith("25 Dec 2023 to 31 Dec 2023: ")
        assert seen.page.get_by_role("button", name="Week after").is_disabled()


def test_the_reader_shows_a_chosen_week_as_the_page_drew_it(visit, year_file):
    with visit(year_file) as seen:
        seen.page.locator(".reader").get_by_role("button", name="Median week").click()
        drawn = seen.page.locator("#zone1-week2")
        share_drawn = plain(drawn.locator(".figure-title").inner_text()).rpartition(": ")[2]
        assert plain(seen.page.locator(".reader output").inner_text()).endswith(
            share_drawn.replace("matched", "of load matched")
        )
        for panel in (0, 1):
            of_page, of_reader = (
                [path.get_attribute("class") for path in box.locator(".panel").nth(panel).locator("path").all()]
                for box in (drawn, seen.page.locator(".reader"))
            )
            assert [name for name in of_reader if name in of_page] == of_page


def test_values_are_read_off_with_the_arrow_keys(visit, year_file, year_run):
    hourly = year_run[1].hourly
    with visit(year_file) as seen:
        heat = seen.page.locator("#zone1-heat")
        heat.locator(".heat").focus()
        seen.page.keyboard.press("ArrowDown")
        assert re.match(r"January, 00:00 to 01:00: [0-9.]+.% matched", heat.locator(".readout").inner_text())
        days = seen.page.locator("#zone1-days")
        days.locator(".chart").focus()
        seen.page.keyboard.press("ArrowRight")
        seen.page.keyboard.press("ArrowRight")
        told = plain(days.locator(".readout").inner_text())
        row = hourly.iloc[24]  # 2 January, 00:00 in Berlin
        matched = share(row["matched_mwh"] / row["load_mwh"])
        assert told.startswith(f"Mon 2 Jan 2023, 00:00: load {number(row['load_mwh'], 1)} MW, {matched} matched")


def test_values_are_read_off_with_the_pointer(visit, year_file):
    with visit(year_file) as seen:
        week = seen.page.locator("#zone1-week1")
        assert week.locator(".readout").inner_text() == ""
        week.locator(".plot").first.hover(position={"x": 3, "y": 100})
        assert re.match(r"Mon \d+ \w+ 2023, 00:00: load ", plain(week.locator(".readout").inner_text()))
        seen.page.mouse.move(0, 0)
        assert week.locator(".readout").text_content() == ""


def test_a_table_is_copied_as_a_spreadsheet_takes_it(visit, year_file, year_run):
    with visit(year_file) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        button = seen.page.get_by_role("button", name="Copy the table: From the parts of cost to gross and net")
        button.click()
        expect(seen.page.locator("#waterfall .copy")).to_have_text("Copied")
        lines = seen.page.evaluate("navigator.clipboard.readText()").split("\n")
        assert (
            lines[0].replace("\u00a0", " ") == "component\tper MWh of load EUR/MWh\tin the period million EUR\tof gross"
        )
        gross = next(line for line in lines if line.startswith("total gross")).split("\t")
        assert float(gross[1]) == pytest.approx(year_run[0].summary["cost"]["per_mwh_load"], abs=0.005)
        sales = next(line for line in lines if line.startswith("sales of excess")).split("\t")
        assert float(sales[1]) < 0.0


def test_without_javascript_every_figure_and_table_is_there(visit, year_file):
    with visit(year_file, script=False) as bare, visit(year_file) as full:
        for summary in bare.page.locator(".framework summary").all()[1:]:
            summary.press("Enter")
        for selector in ("figure", "table", ".legend"):
            shown = [box for box in bare.page.locator(selector).all() if box.is_visible()]
            assert len(shown) == full.page.locator(selector).count() - (1 if selector == ".legend" else 0)
        for path in bare.page.locator("figure svg").all():
            assert path.bounding_box()["height"] > 30
        assert not bare.page.locator(".reader").is_visible()
        assert bare.page.locator("#evidence details .scroll").is_visible()
        assert bare.page.locator(".copy").count() == 0


def test_long_lists_are_folded_on_the_screen_and_open_in_print(visit, year_file, printed):
    with visit(year_file) as seen:
        fold = seen.page.locator("#evidence details")
        assert not fold.locator(".scroll").is_visible()
        fold.locator("summary").click()
        assert fold.locator(".scroll").is_visible()
    for i in range(20):
        assert f"contracts.sun.value_{i} " in printed


def test_frameworks_show_their_answers_and_open_to_their_fields(visit, year_file):
    with visit(year_file) as seen:
        folds = seen.page.locator("details.framework")
        assert [fold.evaluate("fold => fold.open") for fold in folds.all()] == [True, *[False] * 5]
        assert seen.page.locator("#frameworks").bounding_box()["height"] < 2_500
        for fold in folds.all():
            told = fold.locator("summary span")
            assert told.is_visible()
            assert re.search(r"[0-9]", told.inner_text())
        cdp = seen.page.locator("#framework-cdp")
        assert not cdp.locator("table").first.is_visible()
        cdp.locator("summary").focus()
        seen.page.keyboard.press("Enter")
        row = cdp.locator("tr", has=seen.page.locator("th", has_text=re.compile("^wind$")))
        assert "onshore wind" in row.inner_text()
        assert "7.30.14/consumed" in plain(cdp.locator("thead").last.inner_text())
        seen.page.keyboard.press("Enter")
        assert not cdp.locator("table").first.is_visible()


def test_names_of_fields_wrap_and_tables_of_frameworks_fit_the_page(visit, year_file):
    with visit(year_file) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert seen.page.locator("#frameworks wbr").count() > 5
        wide = "(box) => box.scrollWidth > box.clientWidth ? box.getAttribute('aria-label') : ''"
        assert [name for box in seen.page.locator("#frameworks .scroll").all() if (name := box.evaluate(wide))] == []


def test_print_opens_every_framework_and_leaves_the_screen_as_it_was(visit, year_file, printed):
    for name in ("7.30.14/", "E1-5_09", "renewable_share", "Of it the mix of the grid"):
        assert name in printed
    with visit(year_file) as seen:
        opened = "[...document.querySelectorAll('details')].map((fold) => fold.open)"
        before = seen.page.evaluate(opened)
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert all(seen.page.evaluate(opened))
        seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert seen.page.evaluate(opened) == before


def test_a_copied_name_is_whole_though_it_may_break(visit, year_file):
    with visit(year_file) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        seen.page.locator("#framework-sbti .copy").click()
        expect(seen.page.locator("#framework-sbti .copy")).to_have_text("Copied")
        lines = seen.page.evaluate("navigator.clipboard.readText()").split("\n")
        assert lines[0].split("\t")[:3] == ["field", "what it is", "value"]
        assert lines[1].startswith("recognition_now_threshold\t")


def test_print_has_every_section_and_no_controls(visit, year_file, printed):
    with visit(year_file) as seen:
        headings = [plain(h.inner_text()) for h in seen.page.locator("h2, h3.figure-title").all() if h.is_visible()]
    flat = plain(printed)
    for heading in headings:
        if heading != "Look into any week":
            assert heading in flat
    for control in ("Copy table", "Week after", "Look into any week", "Point at a chart"):
        assert control not in flat


def test_print_is_light_and_fits_the_paper(visit, year_file):
    with visit(year_file, scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        seen.page.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 33, 44)"
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 688
        assert seen.page.evaluate(OVERLAPS) == []


def test_the_contents_lead_to_the_sections_by_keyboard(visit, year_file):
    with visit(year_file) as seen:
        assert [s.get_attribute("id") for s in seen.page.locator("main > section").all()] == list(SECTIONS)
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "skip"
        seen.page.locator("nav a", has_text="Emissions").press("Enter")
        assert seen.page.evaluate("location.hash") == "#emissions"
        expect(seen.page.locator("#emissions-h")).to_be_in_viewport()


def test_landmarks_and_language_are_there_for_those_who_listen(visit, year_file):
    with visit(year_file) as seen:
        assert seen.page.locator("html").get_attribute("lang") == "en"
        for landmark in ("main", "nav", "footer"):
            assert seen.page.locator(landmark).count() == 1
        levels = [int(h.evaluate("e => e.tagName[1]")) for h in seen.page.locator("h1, h2, h3, h4").all()]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = seen.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "options",
    [
        {"steps": 6},
        {"steps": 24 * 20 + 5, "start": "2023-03-20 06:00", "minutes": 60},
        {"zones": ("DE", "FR"), "steps": 24 * 30},
        {"contracts": (), "battery": False, "intensity": False, "steps": 24 * 30},
        {"metered": True, "extras": True, "steps": 24 * 60},
        {"case": "</script><i>", "contracts": ("</script><b>", "sun"), "steps": 24 * 10},
    ],
    ids=["hours", "weeks", "zones", "nothing", "metered", "odd names"],
)
def test_pages_of_every_kind_work_on_a_phone(visit, tmp_path, options):
    path = tmp_path / "report.html"
    path.write_text(render_page(*made_run(**options)), encoding="utf-8")
    with visit(path, width=390) as seen:
        assert seen.complaints == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 390
        assert seen.page.evaluate(OVERLAPS) == []
        assert seen.page.locator("h1").inner_text() == options.get("case", "a-factory")


def test_the_reader_never_calls_a_hundred_what_falls_short_of_it(visit, tmp_path):
    # 99.97 of 100 MW in every hour
    run = made_run(24 * 21, battery=False, load=[100.0] * 504, generation={"plant": np.full(504, 99.97)})
    path = tmp_path / "report.html"
    path.write_text(render_page(*run), encoding="utf-8")
    with visit(path) as seen:
        assert plain(seen.page.locator(".reader output").inner_text()).endswith(": 99.97 % of load matched")
        chart = seen.page.locator(".reader .chart")
        chart.focus()
        seen.page.keyboard.press("ArrowRight")
        assert "load 100.0 MW, 99.97 % matched" in plain(seen.page.locator(".reader .readout").inner_text())
