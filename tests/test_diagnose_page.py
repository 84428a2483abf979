"""docs/diagnose.md is true: its case is a case, its commands run as they are typed and print what the page shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from carbonmatch.cli import main
from carbonmatch.study import Diagnosis
from carbonmatch.study.diagnosis import Connection, Member, Obstacle
from carbonmatch.study.uncovered import Uncovered, Volume

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "diagnose.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"(?<![\w-])\d[\d,]*\.?\d*(?![\w-])")
LAST_DIGIT = 1.01
"""Another machine may round the last digit that is shown the other way."""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (case,) = blocks("yaml")
    (tmp_path / "works.yaml").write_text(case)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.mark.slow  # three weeks are solved again and again
def test_the_commands_run_as_they_are_typed_and_print_what_the_page_shows(folder, capsys):
    (typed,) = blocks("bash")
    printed = {}
    for command in typed.strip().splitlines():
        program, *words = shlex.split(command, comments=True)
        assert (program, words[:2]) == ("carbonmatch", ["diagnose", "works.yaml"])
        with pytest.raises(SystemExit) as ending:
            main(words)
        told = capsys.readouterr()
        assert not ending.value.code, told.err
        printed[" ".join(words[2:])] = told.out
    assert len(printed) == 7
    whole, nearer = blocks("text")
    assert alike(whole, printed["--irreducible"].split("works\n", 1)[1])
    assert all(alike(line, printed["--set target.cfe=0.8"], anywhere=True) for line in nearer.splitlines())
    document = json.loads(printed["--set target.cfe=0.8 --json"])
    assert document["target"]["cfe"] == 0.8
    assert "The case offers no storage of clean energy in DE." in printed["--scenario sun-alone"]
    assert "Connections below the load" in printed["--scenario thin-line"]
    assert "limits of the case contradict each other" in printed["--scenario too-much"]
    assert sorted(path.name for path in folder.iterdir()) == ["data", "works.yaml"]  # nothing is written


def alike(shown, printed, *, anywhere=False):
    """Tell whether what is shown is how the print begins, or a line of it, but for the last digit of a number."""
    candidates = printed.splitlines() if anywhere else [printed[: len(shown)]]
    return any(_same(shown, candidate) for candidate in candidates)


def _same(shown, candidate):
    if NUMBER.sub("#", shown) != NUMBER.sub("#", candidate):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(candidate), strict=True)
    return all(
        abs(float(a.replace(",", "")) - float(b.replace(",", ""))) <= LAST_DIGIT * 10 ** -len(a.partition(".")[2])
        for a, b in pairs
    )


def test_every_key_of_the_document_is_on_the_page():
    named = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## For machines") :]))
    fields = {
        name
        for record in (Diagnosis, Connection, Obstacle, Member, Uncovered, Volume)
        for name in record.__dataclass_fields__
    }
    assert fields - {"problem", "zone"} <= named
