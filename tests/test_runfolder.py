"""Run folders: written whole or not at all, and read back with every fault named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from carbonmatch import runfolder
from carbonmatch.errors import InputError
from carbonmatch.runfolder import check_writable, new_run_folder, read_run, to_json, write_json


def write_run(path, cost=1, *, force=False):
    """Write a run folder of the two files that make one."""
    with new_run_folder(path, force=force) as folder:
        write_json(folder / "manifest.json", {"case": "a"})
        write_json(folder / "summary.json", {"cost": cost})


def write_run_until(trouble, path, *, force=False):
    """Begin to write a run folder and meet with trouble."""
    with new_run_folder(path, force=force) as folder:
        write_json(folder / "summary.json", {"cost": 2})
        raise trouble


def tree(folder):
    """Return every file below a folder with its content."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# --- written whole or not at all --------------------------------------------------------------------------------------


def test_a_run_stands_at_its_path_once_the_block_has_ended(tmp_path):
    path = tmp_path / "run"
    with new_run_folder(path) as folder:
        assert not path.exists()
        assert folder.parent == tmp_path  # beside it, so that the rename is one step on one file system
        write_json(folder / "summary.json", {"cost": 1})
    assert tree(tmp_path) == {"run/summary.json": b'{\n  "cost": 1\n}\n'}


def test_folders_above_are_made(tmp_path):
    write_run(tmp_path / "a" / "b" / "run")
    assert read_run(tmp_path / "a" / "b" / "run").summary == {"cost": 1}


def test_an_empty_folder_is_taken(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    write_run(path)
    assert read_run(path).summary == {"cost": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_others_may_read_a_run(tmp_path):
    write_run(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_run_that_fails_or_is_interrupted_leaves_nothing(tmp_path, trouble):
    with pytest.raises(trouble):
        write_run_until(trouble, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_run_that_fails_or_is_interrupted_keeps_the_one_before(tmp_path, trouble):
    path = tmp_path / "run"
    write_run(path, cost=1)
    before = tree(tmp_path)
    with pytest.raises(trouble):
        write_run_until(trouble, path, force=True)
    assert tree(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_rename_that_fails_keeps_the_run_before(tmp_path, monkeypatch):
    # the disk says no at the very last step, after the run before has been moved out of the way
    path = tmp_path / "run"
    write_run(path, cost=1)
    rename = Path.rename

    def refusing(self, target):
        if Path(target) == path and (self / "summary.json").read_text(encoding="utf-8") == to_json({"cost": 2}):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(OSError, match="Input/output error"):
        write_run(path, cost=2, force=True)
    assert read_run(path).summary == {"cost": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_run_that_cannot_be_put_back_is_not_deleted(tmp_path, monkeypatch):
    # the disk refuses every rename to the run's place: the run before stays where it was moved to
    path = tmp_path / "run"
    write_run(path, cost=1)
    rename = Path.rename

    def refusing(self, target):
        if Path(target) == path:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(OSError, match="Input/output error"):
        write_run(path, cost=2, force=True)
    (kept,) = tmp_path.rglob("summary.json")
    assert kept.read_text(encoding="utf-8") == to_json({"cost": 1})


# --- what is refused --------------------------------------------------------------------------------------------------


def refused(path, *, force=False):
    """Return what is wrong with a path, having checked that nothing there was touched."""
    before = tree(path.parent) if path.parent.is_dir() else None
    with pytest.raises(InputError) as caught:
        write_run(path, cost=2, force=force)
    with pytest.raises(InputError):
        check_writable(path, force=force)
    assert before is None or tree(path.parent) == before
    (fault,) = caught.value.faults
    assert fault.where == str(path)
    return fault.what


def test_a_run_is_replaced_only_by_force(tmp_path):
    path = tmp_path / "run"
    with new_run_folder(path) as folder:
        write_json(folder / "summary.json", {"cost": 1})
        write_json(folder / "manifest.json", {})
        (folder / "solver.log").write_text("old", encoding="utf-8")
    assert refused(path) == "holds a run already; add --force to replace it, or name another --out"
    write_run(path, cost=2, force=True)
    assert read_run(path).summary == {"cost": 2}
    assert sorted(tree(tmp_path)) == ["run/manifest.json", "run/summary.json"]  # nothing is left of the one before


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_other_files_is_never_replaced(tmp_path, force):
    path = tmp_path / "home"
    path.mkdir()
    (path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert refused(path, force=force) == "holds other files and no run; name another folder with --out"


@pytest.mark.parametrize("force", [False, True])
def test_a_summary_of_another_programme_does_not_make_a_run(tmp_path, force):
    # many programmes write a summary.json; without a manifest of ours the folder is not ours to delete
    path = tmp_path / "home"
    path.mkdir()
    (path / "summary.json").write_text("[]", encoding="utf-8")
    (path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert refused(path, force=force) == "holds other files and no run; name another folder with --out"


@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_never_replaced(tmp_path, force):
    path = tmp_path / "run"
    path.write_text("a file", encoding="utf-8")
    assert "is a file" in refused(path, force=force)


@pytest.mark.parametrize("below", ["run", "a/run"])
def test_a_folder_cannot_stand_below_a_file(tmp_path, below):
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    path = tmp_path / "file" / below
    what = refused(path)
    assert "cannot be written" in what
    assert str(tmp_path / "file") in what


def test_a_folder_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(runfolder.os, "access", lambda *_: False)  # root may write anywhere, so permissions do not do
    assert "may write to" in refused(tmp_path / "run")


def test_a_check_leaves_no_trace(tmp_path):
    check_writable(tmp_path / "a" / "run", force=False)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_one_stands_in_is_refused_before_any_work(tmp_path, monkeypatch):
    # it cannot be renamed by the name `.`, and a shell would be left standing in a folder that is gone
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        check_writable(Path(), force=False)


# --- reading ----------------------------------------------------------------------------------------------------------


def faults_of(path):
    with pytest.raises(InputError) as caught:
        read_run(path)
    return [str(fault) for fault in caught.value.faults]


def test_what_is_written_is_read_back(tmp_path):
    write_run(tmp_path / "run", cost=1.5)
    run = read_run(tmp_path / "run")
    assert (run.path, run.summary, run.manifest) == (tmp_path / "run", {"cost": 1.5}, {"case": "a"})


def test_a_missing_folder(tmp_path):
    (fault,) = faults_of(tmp_path / "run")
    assert fault == f"{tmp_path / 'run'}: is no folder; name the folder that `carbonmatch solve --out` wrote"


def test_a_file_is_no_run(tmp_path):
    (tmp_path / "run").write_text("{}", encoding="utf-8")
    (fault,) = faults_of(tmp_path / "run")
    assert "is no folder" in fault


def test_a_folder_without_summary_or_manifest(tmp_path):
    (fault,) = faults_of(tmp_path)
    assert fault.startswith(f"{tmp_path}: is no run folder (there is no summary.json in it)")


def test_a_sweep_names_its_points(tmp_path):
    (tmp_path / "sweep.json").write_text("{}")
    (fault,) = faults_of(tmp_path)
    assert fault == f"{tmp_path}: is a sweep without points"
    for name in ("cfe-0.5", "cfe-0.9"):
        (tmp_path / "points" / name).mkdir(parents=True)
    (fault,) = faults_of(tmp_path)
    assert fault.endswith(f"name one of its points: {tmp_path}/points/cfe-0.5, {tmp_path}/points/cfe-0.9")


@pytest.mark.parametrize("name", ["summary.json", "manifest.json"])
def test_one_missing_file(tmp_path, name):
    write_run(tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    (fault,) = faults_of(tmp_path / "run")
    assert f"has no {name}" in fault


@pytest.mark.parametrize(
    "content",
    [b"", b'{"cost": 1', b"PAR1\xff\xfe", b"\x80", b"[]", b"null", b'"a run"'],
    ids=["empty", "cut off", "binary", "no UTF-8", "a list", "null", "a word"],
)
@pytest.mark.parametrize("name", ["summary.json", "manifest.json"])
def test_a_damaged_file(tmp_path, name, content):
    write_run(tmp_path / "run")
    (tmp_path / "run" / name).write_bytes(content)
    (fault,) = faults_of(tmp_path / "run")
    assert fault.startswith(f"{tmp_path / 'run' / name}: is damaged")


def test_all_damage_is_told_at_once(tmp_path):
    write_run(tmp_path / "run")
    (tmp_path / "run" / "summary.json").write_text("{", encoding="utf-8")
    (tmp_path / "run" / "manifest.json").unlink()
    assert len(faults_of(tmp_path / "run")) == 2


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_the_same_content_gives_the_same_bytes(tmp_path):
    content = {"b": 0.1 + 0.2, "a": {"z": [1, 2.5, None, True], "ä": "1e400"}, "tiny": 5e-324, "whole": 1e22}
    write_json(tmp_path / "one.json", content)
    write_json(tmp_path / "two.json", json.loads(to_json(content)))
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8")) == content


def test_json_keeps_the_order_and_the_letters_and_ends_in_a_newline():
    assert to_json({"b": 1, "a": "Zürich"}) == '{\n  "b": 1,\n  "a": "Zürich"\n}\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_json_has_no_word_for_these_numbers(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"a": [{"b": number}]})


def test_a_number_without_a_word_leaves_no_run(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_run(tmp_path / "run", cost=float("nan"))
    assert list(tmp_path.iterdir()) == []
