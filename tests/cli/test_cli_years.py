"""`carbonmatch solve` on a case with weather years, and what other commands make of such a case."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

YEARS = """\
weather_years:
  clear: {weight: 3}
  dull:
    set: {contracts.pv.capacity_factor.scale: 0.5, zones.DE.spot_price_per_mwh: 60}
"""


@pytest.fixture
def years(case):
    """Return the case of two winter days with a clear and a dull year."""
    case.write_text(case.read_text() + YEARS)
    return case


def test_all_years_are_solved_together_and_shown_the_worst_one_first(run, years):
    ended = run("solve", years)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "two-days"
    assert "weather years  2, one portfolio for all of them; amounts are the mean of a year" in ended.out
    assert "60 % of load hour by hour, in every year" in ended.out
    rows = [line.split()[0] for line in lines[lines.index("Weather years, the worst first") + 5 :][:5]]
    assert [row for row in rows if not row.startswith("-")] == ["dull", "clear", "mean"]
    for table in ("Portfolio", "Storage", "Grid", "Cost"):
        assert table in lines
    assert lines[-1] == (
        "Written to runs/two-days-years, every year as a run of its own: carbonmatch report "
        "runs/two-days-years/points/dull --format html"
    )
    folder = Path("runs/two-days-years")
    assert sorted(path.name for path in folder.iterdir()) == ["points", "years.csv", "years.json"]
    assert sorted(path.name for path in (folder / "points").iterdir()) == ["clear", "dull"]


def test_scripts_get_years_json(run, years):
    ended = run("solve", years, "--json", "--set", "target.years=expectation", "--scenario", "cheap")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told == json.loads(Path("runs/two-days-cheap-years/years.json").read_text())
    assert (told["kind"], list(told["years"])) == ("years", ["clear", "dull"])
    ended = run("solve", years, "--json", "--set", "target.years=expectation")
    told = json.loads(ended.out)
    assert told["scores"]["hourly_matched_share"] == pytest.approx(0.6, abs=1e-6)
    assert told["years"]["dull"]["hourly_matched_share"] < 0.6 < told["years"]["clear"]["hourly_matched_share"]
    table = Path("runs/two-days-years/years.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in table] == ["year", "clear", "dull"]


def test_the_page_says_by_whom_the_target_is_met(run, years):
    told = run("solve", years, "--set", "target.years=expectation").out
    assert "60 % of load hour by hour, by the mean of the years" in told
    assert "target         none: least cost alone\n" in run("solve", years, "--scenario", "cheap").out


def test_one_year_is_solved_by_itself(run, years):
    ended = run("solve", years, "--year", "dull")
    assert ended.code == 0, ended.err
    assert "weather year  dull, by itself" in ended.out
    assert "Written to runs/two-days-dull;" in ended.out
    assert run("solve", years, "--set", "weather_years=null").out.endswith(
        "Written to runs/two-days; report.html in it shows all of this and more\n"
    )
    ended = run("solve", years, "--year", "dul")
    assert ended.code == 2
    assert "there is no weather year 'dul'; did you mean 'dull'? (the case has clear, dull)" in ended.err


def test_a_year_of_all_of_them_says_so_on_its_own_page(run, years):
    assert run("solve", years, "--set", "target.years=expectation").code == 0
    point = Path("runs/two-days-years/points/dull")
    assert run("report", point, "--format", "html").code == 0
    page = re.sub(r"[\u00a0\u202f]", " ", (point / "report.html").read_text(encoding="utf-8"))
    assert "dull, 25.0 % of the mean; sizes are those for all weather years together" in page
    assert "60 % of load hour by hour, met by the mean of the weather years" in page
    assert "Weather year: dull." in page


def test_sizes_can_be_held_in_all_years(run, years):
    assert run("solve", years, "--out", "all").code == 0
    ended = run("solve", years, "--fix", "all", "--set", "target.matching=none", "--out", "held")
    assert ended.code == 0, ended.err
    assert "none: least cost alone; sizes held, only the operation is chosen" in ended.out
    ended = run("solve", years, "--fix", "all", "--set", "target.cfe=0.9", "--out", "more")
    assert ended.code == 3
    assert "In the weather years clear, dull: The sizes of all/years.json do not meet the hourly target" in ended.err


def test_a_year_out_of_reach_ends_with_3_and_its_name(run, years):
    ended = run("solve", years, "--set", "contracts.pv.max_mw=50", "--set", "contracts.wind.max_mw=0")
    assert (ended.code, ended.out) == (3, "")
    assert "In the weather year dull: No portfolio within the limits of this case meets its target of" in ended.err
    assert (
        f"`carbonmatch diagnose {years} --year dull --set contracts.pv.max_mw=50 --set contracts.wind.max_mw=0` says"
        in (ended.err)
    )
    told = run(
        "diagnose", years, "--year", "dull", "--set", "contracts.pv.max_mw=50", "--set", "contracts.wind.max_mw=0"
    )
    assert told.code == 0
    assert "contracts.wind.max_mw" in told.out
    assert not Path("runs").exists()


def test_faults_of_all_years_end_with_2(run, years):
    years.write_text(years.read_text().replace("scale: 0.5", "scale: 3") + "  odd: {set: {target.cfe: 0.2}}\n")
    for command in ("solve", "validate"):
        ended = run(command, years)
        assert (ended.code, ended.out) == (2, "")
        assert "2 faults in" in ended.err
        assert "(weather year dull)" in ended.err
        assert "weather_years.odd.set.target.cfe: is decided once, for all weather years" in ended.err


def test_validate_counts_the_years(run, years):
    assert run("validate", years).out.endswith("1 site, 2 contracts, 1 storage, 2 weather years\n")


def test_a_file_that_is_not_there_is_told_as_ever(run):
    ended = run("solve", "nothing.yaml")
    assert ended.code == 2
    assert "nothing.yaml: does not exist" in ended.err


@pytest.mark.parametrize("command", [("sweep", "--cfe", "0.3"), ("compare",)])
def test_commands_for_one_year_refuse_several(run, years, command):
    ended = run(command[0], years, *command[1:])
    assert ended.code == 2
    assert "names several years (clear, dull), and one is wanted here" in ended.err
    assert "--set weather_years=null" in ended.err
    assert run(command[0], years, *command[1:], "--set", "weather_years=null", "--jobs", 1).code == 0


def test_what_is_metered_has_no_weather_but_its_own(run, years):
    years.write_text(years.read_text().replace("load: {flat_mw: 10}", "load: {flat_mw: 10}\n    metered_load_mw: 9"))
    ended = run("match", years)
    assert ended.code == 0, ended.err
    assert json.loads(Path("runs/two-days-metered/summary.json").read_text())["load_mwh"] == 9 * 48


def test_nothing_is_overwritten_without_force_and_nothing_of_others_at_all(run, years):
    assert run("solve", years).code == 0
    ended = run("solve", years)
    assert (ended.code, ended.out) == (2, "")
    assert "holds a study of weather years already; add --force" in ended.err
    assert run("solve", years, "--force").code == 0
    ended = run("solve", years, "--set", "weather_years=null", "--out", "runs/two-days-years", "--force")
    assert ended.code == 2
    assert "holds other files and no run" in ended.err


def test_a_report_on_all_years_names_the_years(run, years):
    assert run("solve", years).code == 0
    ended = run("report", "runs/two-days-years", "--format", "html")
    assert ended.code == 2
    assert "is a study of weather years; name one of its points: runs/two-days-years/points/clear" in ended.err
