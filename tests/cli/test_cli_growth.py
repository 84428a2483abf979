"""`carbonmatch solve` on a case with growth, and what other commands make of such a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GROWTH = """\
growth:
  discount_rate: 0.07
  years:
    2026: {}
    2027: {set: {target.cfe: 0.7, contracts.pv.strike_per_mwh: 40}}
"""


@pytest.fixture
def grown(case):
    """Return the case of two winter days with two years of growth."""
    case.write_text(case.read_text() + GROWTH)
    return case


def test_a_plan_is_solved_shown_and_written(run, grown):
    ended = run("solve", grown)
    assert ended.code == 0, ended.err
    for table in ("Signed in the year", "Sizes by year", "Scores and emissions by year", "Cost"):
        assert table in ended.out.splitlines()
    assert "present value" in ended.out
    folder = Path("runs/two-days-growth")
    assert sorted(path.name for path in folder.iterdir()) == ["growth.csv", "growth.json", "points", "report.html"]
    page = (folder / "report.html").read_text()
    for words in ("A plan over years", "What to sign, and when", "What is in force", "What it costs"):
        assert words in page
    assert "holds a plan over years already; add --force" in run("solve", grown).err


def test_scripts_get_growth_json(run, grown):
    ended = run("solve", grown, "--json", "--scenario", "cheap")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told == json.loads(Path("runs/two-days-cheap-growth/growth.json").read_text())
    assert (told["kind"], list(told["years"])) == ("growth", ["2026", "2027"])


def test_every_year_can_be_reported_verified_and_explained(run, grown):
    assert run("solve", grown).code == 0
    point = Path("runs/two-days-growth/points/2027")
    assert run("report", point, "--format", "html", "--format", "xlsx", "--format", "audit").code == 0
    ended = run("verify", point / "audit.zip")
    assert ended.code == 0, ended.out
    assert "2027; sizes are those of the plan over all years" in (point / "report.html").read_text()
    assert run("explain", point, "--no-exit-prices").code == 0


def test_one_year_is_solved_by_itself(run, grown):
    ended = run("solve", grown, "--year", "2027")
    assert ended.code == 0, ended.err
    assert "2027; by itself" in ended.out
    assert "Written to runs/two-days-2027;" in ended.out
    assert (
        "there is no year of growth '2028'; did you mean '2027' or '2026'? (the case has 2026, 2027)"
        in run("solve", grown, "--year", "2028").err
    )
    assert run("diagnose", grown, "--year", "2027").code == 0


def test_what_is_for_one_year_refuses_with_the_cure(run, grown):
    for words in (("sweep", grown, "--cfe", "0.5:0.6:0.1"), ("compare", grown), ("diagnose", grown), ("stress", grown)):
        ended = run(*words)
        assert ended.code == 2
        assert "--set growth=null, or one of them where there is --year" in ended.err
    assert "2 years of growth" in run("validate", grown).out


def test_sizes_and_formats_of_a_plan_are_those_of_its_years(run, grown):
    assert run("solve", grown).code == 0
    ended = run("solve", grown, "--fix", "runs/two-days-growth")
    assert ended.code == 2
    assert "holds the sizes of one year, and a plan has sizes for each; take one of its years, --year NAME" in ended.err
    ended = run("solve", grown, "--year", "2027", "--fix", "runs/two-days-growth")
    assert ended.code == 2
    assert (
        "is a plan over years, whose sizes are of a year each; name one: runs/two-days-growth/points/2026" in ended.err
    )
    ended = run("report", "runs/two-days-growth", "--format", "xlsx")
    assert ended.code == 2
    assert "is a plan over years, which is written as html, not as xlsx" in ended.err
    assert run("report", "runs/two-days-growth", "--format", "html", "--force").code == 0
