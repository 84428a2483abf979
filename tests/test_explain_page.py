"""docs/explain.md is true: its commands run as they are typed, and its keys are those of the document."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("explain")


@pytest.mark.slow  # two weeks, solved again without each offer
def test_the_commands_and_the_python_run_as_they_are_typed(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    (commands,) = blocks("bash")
    typed = commands.strip().splitlines()
    assert len(typed) == 7
    for command in typed:
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ending:
            main(words)
        told = capsys.readouterr()
        assert not ending.value.code, told.err
        assert told.out
    assert json.loads(told.out)["kind"] == "explanation"
    content = json.loads(Path("runs/two-weeks-explained/explain.json").read_text())

    (python,) = blocks("python")
    Path("block.py").write_text(python, encoding="utf-8")
    found = runpy.run_path("block.py")["found"]
    assert len(found.prices) == 24 * len(content["prices"]["DE"]["months"])
    assert set(found.contracts["contract"]) == set(content["contracts"])

    # every key that the page names is one of the document, and the page names every part of it
    table = re.search(r"^## explain.json$(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)
    assert table is not None
    rows = re.findall(r"^\| (`[^|]+`) \| (.*) \|$", table[1], re.MULTILINE)
    text = json.dumps(json.loads(told.out)) + json.dumps(content)
    for heads, holds in rows:
        for key in re.findall(r"`(\w+)`", heads):
            assert key in content, key
        for key in re.findall(r"`(\w+)`", holds):
            exits = {"exit_strike_per_mwh", "saved_per_year", "saved_per_mwh", "indispensable"}
            assert f'"{key}"' in text or key in exits, key
    named = {key for heads, _ in rows for key in re.findall(r"`(\w+)`", heads)}
    told_elsewhere = {"case", "currency", "period", "load_mwh", "target", "cost", "grid", "kind", "sizes_held"}
    assert set(content) == named | told_elsewhere | {"reached", "certificate", "warnings"}
