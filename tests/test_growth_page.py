"""docs/growth.md is true: its case is a case, its commands and its Python run as they are typed."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

from carbonmatch.case import load_growth
from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "growth.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (case,) = blocks("yaml")
    (tmp_path / "ramp.yaml").write_text(case)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow  # three months as one problem, again and again
def test_the_commands_and_the_python_run_as_they_are_typed(folder, capsys):
    typed = [command for block in blocks("bash") for command in block.strip().splitlines()]
    assert len(typed) == 10
    for command in typed:
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ending:
            main(words)
        told = capsys.readouterr()
        assert not ending.value.code, told.err
        assert told.out
    plan, patient = (json.loads(Path("runs", name, "growth.json").read_text()) for name in ("ramp-growth", "patient"))
    assert plan["years"]["2029"]["stands_for_years"] == 4
    assert plan["contracts"]["river"]["years"]["2029"]["contracted_mw"] == 0
    assert list(plan["contracts"]["solar"]["signings"]) == ["2027", "2029"]
    assert "wind-2026" in json.loads(Path("runs/ramp-growth/points/2029/summary.json").read_text())["contracts"]
    assert "wind" in json.loads(Path("runs/ramp-2029/summary.json").read_text())["contracts"]
    assert patient["cost"]["present_value_net_of_sales"] > plan["cost"]["present_value_net_of_sales"]

    (python,) = blocks("python")
    Path("block.py").write_text(python, encoding="utf-8")
    found = runpy.run_path("block.py")["plan"]
    assert found.summary["cost"]["components"] == pytest.approx(plan["cost"]["components"], rel=1e-9)
    assert "2029" in capsys.readouterr().out
    assert found.table["wind_signed_contracted_mw"].sum() > 0


def test_the_years_of_the_page_are_read(folder):
    assert [case.provenance.growth_year for case in load_growth("ramp.yaml")] == [None, "2026", "2027", "2029"]
