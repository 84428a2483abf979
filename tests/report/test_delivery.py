"""Reports put in their place: all or none, nothing overwritten unasked, and every refusal says why."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from run_by_hand import SUMMARY, write_run_by_hand

from carbonmatch.errors import InputError
from carbonmatch.report import delivery
from carbonmatch.report.delivery import write_report
from carbonmatch.report.formats import DEFAULT_FORMAT, FORMATS
from carbonmatch.runfolder import RUN_KIND, SWEEP_KIND, check_writable

ALL = [name for name in FORMATS if name not in {"audit", "granular-certificates", "html"}]
"""A bundle needs what the run was made from, certificates whole claims, and the page all that a run says: they are
written of a solved run in `test_cli_report.py`. This one was made by hand."""


@pytest.fixture
def run(tmp_path):
    return write_run_by_hand(tmp_path / "run")


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(*arguments, **options):
    with pytest.raises(InputError) as caught:
        write_report(*arguments, **options)
    return [str(fault) for fault in caught.value.faults]


def test_reports_stand_in_the_run_folder_and_are_its_own(run):
    written = write_report(run, ALL)
    assert written == [run / FORMATS[name].file for name in ALL]
    assert all(path.exists() for path in written)
    assert RUN_KIND.strangers(run) == []
    check_writable(run, force=True)  # `solve --force` may replace the run, and its reports go with it


def test_reports_of_a_point_are_those_of_its_sweep(tmp_path):
    sweep = tmp_path / "sweep"
    write_report(write_run_by_hand(sweep / "points" / "0.9"), ALL)
    (sweep / "sweep.json").write_text("{}")
    assert SWEEP_KIND.strangers(sweep) == []


def test_the_default_is_a_format_and_a_format_asked_twice_is_written_once(run):
    assert DEFAULT_FORMAT in FORMATS
    assert write_report(run, ["json", "json"]) == [run / "report.json"]


def test_an_unknown_format_names_the_nearest_and_all_are_told(run):
    before = tree(run)
    first, second = refused(run, ["xslx", "csv", "pasta"])
    assert "'xslx' is not known; did you mean 'xlsx'" in first
    assert "'pasta' is not known" in second
    assert tree(run) == before


# --- places -----------------------------------------------------------------------------------------------------------


def test_one_file_goes_where_it_is_named(run, tmp_path):
    before = tree(run)
    assert write_report(run, ["scope2"], tmp_path / "new" / "mine.csv") == [tmp_path / "new" / "mine.csv"]
    assert (tmp_path / "new" / "mine.csv").is_file()
    assert tree(run) == before


def test_a_folder_gets_the_names_of_a_run_folder(run, tmp_path):
    out = tmp_path / "reports-v0.2"  # a point in the name of a folder is no ending
    assert write_report(run, ["json", "csv"], out) == [out / "report.json", out / "tables" / "csv"]
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("formats", "name", "told"),
    [
        (["xlsx"], "a.pdf", "end it in .xlsx"),
        (["csv"], "a.csv", "name a folder"),
        (["xlsx", "json"], "a.xlsx", "name a folder"),
    ],
)
def test_the_ending_of_another_file_is_refused(run, tmp_path, formats, name, told):
    (fault,) = refused(run, formats, tmp_path / name)
    assert told in fault
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_cannot_stand_where_a_file_is(run, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "is a file" in refused(run, ["json"], tmp_path / "file")[0]
    assert "is a file" in refused(run, ["json"], tmp_path / "file" / "a.json")[0]


def test_a_place_that_may_not_be_written_is_refused_with_the_cure(run, monkeypatch):
    monkeypatch.setattr(delivery.os, "access", lambda *_: False)  # root may write anywhere: permissions do not do
    faults = refused(run, ["xlsx", "csv"])
    assert len(faults) == 2
    assert all("may write to" in fault for fault in faults)
    assert "--out" in faults[0]


def test_a_run_that_may_only_be_read_is_reported_elsewhere(run, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery.os, "access", lambda path, _: not Path(path).is_relative_to(run))
    assert refused(run, ["json"])
    assert write_report(run, ["json"], tmp_path / "out")[0].is_file()


# --- what is there already --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_overwritten_unasked(run, name):
    write_report(run, [name])
    before = tree(run)
    (fault,) = refused(run, [name])
    assert "--force" in fault
    assert tree(run) == before
    write_report(run, [name], force=True)
    assert tree(run) == before


def test_one_place_that_is_taken_stops_all(run):
    (run / "scope2.csv").write_text("mine")
    (fault,) = refused(run, ["json", "scope2"])
    assert "scope2.csv" in fault
    assert not (run / "report.json").exists()


def test_a_folder_of_tables_with_something_of_the_users_in_it_is_kept(run):
    (folder,) = write_report(run, ["csv"])
    (folder / "notes.csv").write_text("mine")
    (fault,) = refused(run, ["csv"], force=True)
    assert "notes.csv" in fault
    assert (folder / "notes.csv").read_text() == "mine"


# --- all or none ------------------------------------------------------------------------------------------------------


def fail(error):
    def write(_source, path):
        path.write_text("half")
        raise error

    return write


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError()])
def test_a_format_that_fails_leaves_nothing(run, monkeypatch, error):
    write_report(run, ["json"])
    before = tree(run)
    broken = dataclasses.replace(FORMATS["scope2"], write=fail(error))
    monkeypatch.setattr(delivery, "FORMATS", {**FORMATS, "scope2": broken})
    wanted = InputError if isinstance(error, OSError) else type(error)
    with pytest.raises(wanted) as caught:
        write_report(run, ["json", "csv", "scope2"], force=True)
    if isinstance(error, OSError):
        assert "scope2.csv: cannot be written: No space left on device" in str(caught.value)
    assert tree(run) == before
    assert not list(run.glob(".report-*"))


def test_a_rename_that_fails_puts_back_what_was_there(run, monkeypatch):
    (run / "report.json").write_text("before")
    (run / "scope2.csv").write_text("before")
    before = tree(run)
    rename = Path.rename

    def refusing(self, target):
        if Path(target).name == "scope2.csv" and "before" not in self.name:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    (fault,) = refused(run, ["json", "csv", "scope2"], force=True)
    assert "Input/output error" in fault
    assert tree(run) == before
    assert not (run / "tables").exists()


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_run(tmp_path):
    (tmp_path / "other").mkdir()
    assert "is no run folder" in refused(tmp_path / "other", ["xlsx"])[0]
    assert "is no folder" in refused(tmp_path / "absent", ["xlsx"])[0]


@pytest.mark.parametrize("name", ["hourly", "contracts", "storage", "claims", "links"])
def test_a_damaged_table_is_named(run, name):
    (run / f"{name}.parquet").write_bytes((run / f"{name}.parquet").read_bytes()[:100])
    (fault,) = refused(run, ["xlsx"])
    assert f"{name}.parquet is not a readable Parquet file" in fault


def test_a_run_of_an_older_carbonmatch_is_to_be_solved_again(run):
    (run / "claims.parquet").unlink()
    (run / "links.parquet").unlink()
    (fault,) = refused(run, ["xlsx"])
    assert "has no claims.parquet, links.parquet: an older carbonmatch wrote it" in fault


@pytest.mark.parametrize("key", ["case", "period", "load_mwh", "scores", "zones"])
def test_a_summary_that_lacks_what_every_report_needs(tmp_path, key):
    run = write_run_by_hand(tmp_path / "run", {name: value for name, value in SUMMARY.items() if name != key})
    (fault,) = refused(run, ["xlsx"])
    assert f"summary.json: has no {key}" in fault


def test_a_table_that_lacks_a_column(run):
    from carbonmatch.tables import read_frame, write_table

    write_table(read_frame(run / "hourly.parquet").drop(columns="matched_mwh"), run / "hourly.parquet")
    assert "has no column matched_mwh" in refused(run, ["xlsx"])[0]


def test_a_draft_that_a_dead_machine_left_does_not_stand_in_the_way(run):
    draft = run / ".report-abc" / "0"
    draft.mkdir(parents=True)
    (draft / "report.json").write_text("half")
    assert RUN_KIND.strangers(run) == []
    check_writable(run, force=True)
    (run / "notes.txt").write_text("mine")
    assert RUN_KIND.strangers(run) == ["notes.txt"]
