"""docs/years.md is true: its case is a case, its commands and its Python run as they are typed."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

from carbonmatch.case import load_years
from carbonmatch.case.weather_year import MAY_DIFFER
from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "years.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (case,) = blocks("yaml")
    (tmp_path / "works.yaml").write_text(case)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow  # three months as one problem, again and again
def test_the_commands_and_the_python_run_as_they_are_typed(folder, capsys):
    typed = [command for block in blocks("bash") for command in block.strip().splitlines()]
    assert len(typed) == 9
    for command in typed:
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ending:
            main(words)
        told = capsys.readouterr()
        assert not ending.value.code, told.err
        assert told.out
    assert {path.name for path in Path("runs").iterdir()} == {
        *("works-years", "mean", "json", "works-december", "works", "held"),
    }
    every, mean = (json.loads(Path("runs", name, "years.json").read_text()) for name in ("works-years", "mean"))
    assert [year["weight"] for year in every["years"].values()] == [0.5, 0.25, 0.25]
    assert min(year["hourly_matched_share"] for year in every["years"].values()) >= 0.8 - 1e-6
    assert min(year["hourly_matched_share"] for year in mean["years"].values()) < 0.8
    assert mean["scores"]["hourly_matched_share"] == pytest.approx(0.8, abs=1e-6)
    assert mean["cost"]["net_of_sales"] < every["cost"]["net_of_sales"]

    (python,) = blocks("python")
    Path("block.py").write_text(python, encoding="utf-8")
    found = runpy.run_path("block.py")["found"]
    assert found.summary["cost"]["components"] == pytest.approx(mean["cost"]["components"], rel=1e-9)
    assert "december" in capsys.readouterr().out


def test_the_page_names_all_that_a_year_may_set():
    (said,) = re.findall(r"## What a year may set\n(.*?)All else", PAGE, re.DOTALL)
    for block, keys in MAY_DIFFER.items():
        for key in keys if block[0] != "zones" else ():
            assert f"{key}`" in said, (block, key)
    assert "any series of a zone" in said


def test_the_years_of_the_page_are_read(folder):
    assert [case.grid.steps for case in load_years("works.yaml")] == [744, 744, 744]
