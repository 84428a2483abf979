"""`carbonmatch report`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from carbonmatch.report.formats import FORMATS
from carbonmatch.runfolder import RUN_KIND, SWEEP_KIND


@pytest.fixture
def solved(run, case):
    assert run("solve", case, "--out", "run").code == 0
    return Path("run")


def test_the_default_is_the_page_and_it_goes_into_the_run_folder(run, solved):
    ended = run("report", solved, "--force")
    assert (ended.code, ended.out) == (0, "run/report.html\n")
    assert "writing report.html" in ended.err
    assert "</html>" in (solved / "report.html").read_text(encoding="utf-8")


def test_a_workbook_stands_beside_the_run(run, solved):
    ended = run("report", solved, "--format", "xlsx")
    assert (ended.code, ended.out) == (0, "run/workbook.xlsx\n")
    assert openpyxl.load_workbook(solved / "workbook.xlsx").sheetnames[0] == "Summary"


def test_every_format_stands_in_the_run_folder_and_goes_with_it(run, solved, case):
    words = [word for name in FORMATS for word in ("--format", name)]
    ended = run("report", solved, *words, "--force")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [f"run/{form.file}" for form in FORMATS.values()]
    assert RUN_KIND.strangers(solved) == []
    assert run("verify", solved / "audit.zip").code == 0
    assert run("solve", case, "--out", "run", "--force").code == 0
    assert not (solved / "audit.zip").exists()


def test_a_bundle_that_was_changed_is_told_and_ends_with_7(run, solved):
    assert run("report", solved, "--format", "audit").code == 0
    with zipfile.ZipFile(solved / "audit.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    summary = json.loads(files["run/summary.json"])
    summary["scores"]["hourly_matched_share"] = 0.999
    files["run/summary.json"] = json.dumps(summary).encode()
    with zipfile.ZipFile("changed.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    ended = run("verify", "changed.zip")
    assert ended.code == 7
    assert "NO   summary.json says what was recomputed\n       scores.hourly_matched_share is 0.999" in ended.out
    assert "NO   every file is the one that the bundle lists\n       run/summary.json has been changed" in ended.out
    assert "does not agree" in ended.err
    told = json.loads(run("verify", "changed.zip", "--json").out)
    assert told["agrees"] is False
    assert [check["agrees"] for check in told["checks"]].count(False) == 3  # and the CSV tables, which name the run
    assert run("verify", "absent.zip").code == 2


def test_a_baseline_is_a_run_of_the_same_load(run, solved, case):
    assert run("solve", case, "--out", "free", "--set", "target.matching=none").code == 0
    assert run("report", solved, "--baseline", "free", "--force").code == 0
    assert "premium" in (solved / "report.html").read_text(encoding="utf-8").lower()
    assert run("solve", case, "--out", "half", "--set", "sites.berlin.load.flat_mw=5").code == 0
    refused = run("report", solved, "--baseline", "half", "--force")
    assert refused.code == 2
    assert "half: is no baseline of run: its load is another one" in refused.err


def test_paths_go_to_stdout_one_a_line_and_words_to_stderr(run, solved):
    ended = run("report", solved, "--format", "csv", "--format", "scope2", "--format", "json", "--out", "reports")
    assert ended.code == 0
    assert ended.out.splitlines() == ["reports/tables/csv", "reports/scope2.csv", "reports/report.json"]
    assert all(Path(path).exists() for path in ended.out.splitlines())
    assert ended.err.splitlines()[-1].endswith("done")


def test_every_total_of_the_workbook_is_that_of_the_summary(run, solved):
    assert run("report", solved, "--format", "xlsx").code == 0
    summary = json.loads((solved / "summary.json").read_text())
    book = openpyxl.load_workbook(solved / "workbook.xlsx", data_only=True)
    hourly, monthly = (
        [[cell.value for cell in row] for row in book[name].iter_rows()] for name in ("Hourly", "Monthly")
    )
    names = {"Load": "load_mwh", "Generation": "generation_mwh", "Matched": "matched_mwh", "Excess": "excess_mwh"}
    for title, key in names.items():
        told = summary["zones"]["DE"][key]
        place = hourly[0].index(f"{title} [MWh]")
        assert sum(row[place] for row in hourly[1:]) == pytest.approx(told, abs=1e-6)
        (total,) = [row for row in monthly if row[1] == "sum of the months"]
        assert total[monthly[0].index(f"{title} [MWh]")] == pytest.approx(told, abs=1e-6)
    for name, contract in summary["contracts"].items():
        place = hourly[0].index(f"{name}: generation [MWh]")
        assert sum(row[place] for row in hourly[1:]) == pytest.approx(contract["generation_mwh"], abs=1e-6)
    cost = {row[0].value: row[1].value for row in book["Cost"].iter_rows()}
    assert cost["net of sales"] == pytest.approx(summary["cost"]["net_of_sales"], abs=1e-6)
    assert cost["total gross"] == pytest.approx(summary["cost"]["total"], abs=1e-6)


def test_a_run_with_its_reports_is_replaced_by_solve_with_force(run, solved, case):
    assert run("report", solved, "--format", "xlsx", "--format", "csv", "--format", "parquet").code == 0
    assert run("solve", case, "--out", "run").code == 2
    assert run("solve", case, "--out", "run", "--force").code == 0
    assert not (solved / "workbook.xlsx").exists()


def test_a_report_is_replaced_with_force_only(run, solved):
    assert run("report", solved, "--format", "json").code == 0
    refused = run("report", solved, "--format", "json")
    assert (refused.code, refused.out) == (2, "")
    assert "--force" in refused.err
    assert run("report", solved, "--format", "json", "--force").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["absent"], "absent: is no folder"),
        (["."], ".: is no run folder (there is no summary.json in it)"),
        (["run", "--format", "exel"], "there are html, xlsx, csv"),
        (["run", "--format", "jsn"], "did you mean 'json'"),
        (["run", "--out", "report.pdf"], "end it in .html"),
        (["run", "--out", "sun.csv/reports"], "sun.csv is a file"),
    ],
)
def test_what_cannot_be_used_ends_with_2(run, solved, words, told):
    ended = run("report", *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_a_sweep_and_a_comparison_write_their_page_and_say_so(run, case):
    ended = run("sweep", case, "--cfe", "0.3,0.6", "--jobs", 1, "--out", "frontier")
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "Written to frontier; report.html in it shows all of this and more"
    assert "</html>" in Path("frontier", "report.html").read_text(encoding="utf-8")
    ended = run("compare", "frontier/points/cfe-0.3", "frontier/points/cfe-0.6", "--out", "two")
    assert ended.out.splitlines()[-1] == "Written to two; report.html in it shows all of this and more"
    assert "Scenarios side by side" in Path("two", "report.html").read_text(encoding="utf-8")
    assert run("compare", "frontier/points/cfe-0.3", "--out", "two", "--force").code == 0
    ended = run("stress", "frontier/points/cfe-0.3", "--shock", "load", "--out", "more")
    assert ended.out.splitlines()[-1] == "Written to more; report.html in it shows all of this and more"
    assert "The portfolio under stress" in Path("more", "report.html").read_text(encoding="utf-8")
    assert json.loads(run("sweep", case, "--cfe", "0.3", "--jobs", 1, "--out", "asked", "--json").out)["points"]
    assert Path("asked", "report.html").is_file()


def test_a_study_is_written_as_page_and_workbook_and_goes_with_them(run, case):
    words = ["sweep", case, "--cfe", "0.3,0.6", "--jobs", 1, "--out", "frontier"]
    assert run(*words).code == 0
    Path("frontier", "report.html").unlink()
    ended = run("report", "frontier")
    assert (ended.code, ended.out) == (0, "frontier/report.html\n")
    assert "reading the sweep" in ended.err
    ended = run("report", "frontier", "--format", "xlsx")
    assert (ended.code, ended.out) == (0, "frontier/workbook.xlsx\n")
    assert openpyxl.load_workbook("frontier/workbook.xlsx").sheetnames[1] == "Points"
    assert run("report", "frontier", "--format", "xlsx").code == 2  # nothing is overwritten unasked
    assert run("report", "frontier", "--format", "html", "--format", "xlsx", "--out", "handed-on").code == 0
    assert sorted(path.name for path in Path("handed-on").iterdir()) == ["report.html", "workbook.xlsx"]
    assert SWEEP_KIND.strangers(Path("frontier")) == []
    assert run(*words, "--force").code == 0
    assert not Path("frontier", "workbook.xlsx").exists()


def test_what_is_made_of_one_run_is_refused_of_a_study_and_names_its_points(run, case):
    assert run("sweep", case, "--cfe", "0.3,0.6", "--jobs", 1, "--out", "frontier", "--no-baselines").code == 0
    ended = run("report", "frontier", "--format", "csv", "--format", "audit", "--baseline", "frontier/points/cfe-0.3")
    assert (ended.code, ended.out) == (2, "")
    assert (
        "frontier: is a sweep, which is written as html or xlsx, not as csv, audit; for these name one of its points: "
        "frontier/points/cfe-0.3, frontier/points/cfe-0.6"
    ) in ended.err
    assert "--baseline: is set beside a single run, and frontier is a sweep" in ended.err
    assert run("report", "frontier/points/cfe-0.6", "--format", "csv").code == 0


def test_a_damaged_record_of_a_study_is_told_in_words(run, case):
    Path("odd").mkdir()
    Path("odd", "comparison.json").write_text("{")
    ended = run("report", "odd")
    assert (ended.code, ended.out) == (2, "")
    assert "odd/comparison.json: is damaged (no JSON); run `carbonmatch compare` again" in ended.err
    assert "Traceback" not in ended.err


def test_a_damaged_table_is_told_in_words(run, solved):
    (solved / "hourly.parquet").write_bytes(b"PAR1 and no more")
    ended = run("report", solved)
    assert (ended.code, ended.out) == (2, "")
    assert "hourly.parquet is not a readable Parquet file" in ended.err
    assert "Traceback" not in ended.err


def test_help_names_every_format(run):
    ended = run("report", "--help")
    for name in FORMATS:
        assert f"{name}: " in ended.out
