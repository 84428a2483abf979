"""docs/stress.md is true: its commands run as they are typed, its block is a block of a case, its Python runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main
from carbonmatch.runfolder import read_run
from carbonmatch.study import KINDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "stress.md").read_text(encoding="utf-8")


def block(language):
    """Return the only block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the commands of the page were typed, on a case of four days with its stress block."""
    place = tmp_path_factory.mktemp("stress")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for command in block("bash").strip().splitlines():
            program, *words = shlex.split(command, comments=True)
            assert program == "carbonmatch"
            with pytest.raises(SystemExit) as ending:
                main(words)
            assert not ending.value.code, command
            if words[0] == "init":
                case = Path("my-case/case.yaml")
                text = case.read_text().replace("end: 2019-01-01", "end: 2018-01-05")
                case.write_text(f"{text}\n{block('yaml')}")
    return place


@pytest.mark.slow  # four days under every shock, by processes of their own
def test_every_case_is_a_verified_run_and_the_worst_is_first(folder):
    record = json.loads((folder / "runs/plan-stress/stress.json").read_text())
    plan, *cases = record["points"]
    assert plan["what"] == "as planned"
    names = {case["stress"] for case in cases}
    assert {"prices-up", "prices-down", "load-up", "battery-out", "no-foresight", "cold-spell", "dear-winter"} <= names
    assert [case["reached_share"] for case in cases] == sorted(case["reached_share"] for case in cases)
    for case in cases:
        summary = read_run(folder / "runs/plan-stress/points" / case["stress"]).summary
        assert summary["verified"] is True
        assert summary["cost"]["net_of_sales"] == case["cost_net_of_sales"]
        for name, contract in summary["contracts"].items():
            assert contract["contracted_mw"] == pytest.approx(plan[f"{name}_contracted_mw"], abs=1e-9)
    assert next(case["what"] for case in cases if case["stress"] == "cold-spell") == "a cold spell"
    assert "</html>" in (folder / "runs/plan-stress/report.html").read_text(encoding="utf-8")


def test_every_shock_is_on_the_page():
    assert [code for code in re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) if code in KINDS] == list(KINDS)


@pytest.mark.slow
def test_the_python_runs(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    scope = {}
    exec(block("python"), scope)
    assert capsys.readouterr().out.startswith("The plan's 90.0 %")
    assert len(scope["test"].table) == 3
