"""The README is true: its commands run as they are typed, its output is what comes out."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LAST_DIGIT = 1.01
"""Another machine may round the last digit that is shown the other way."""

NUMBER = re.compile(r"(?<![\w-])-?\d[\d,]*\.?\d*(?![\w-])")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def run(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a `carbonmatch` command line in this process; return its stdout."""
    name, *words = shlex.split(command, comments=True)
    assert name == "carbonmatch"
    with pytest.raises(SystemExit) as ending:
        main(words)
    captured = capsys.readouterr()
    assert not ending.value.code, captured.err
    return captured.out


def make_week(case: Path) -> None:
    """Cut a case to its first week, so that the README's commands end in seconds."""
    text = case.read_text(encoding="utf-8")
    assert "end: 2019-01-01" in text
    case.write_text(text.replace("end: 2019-01-01", "end: 2018-01-08"), encoding="utf-8")


@pytest.mark.slow  # eighteen commands on a week, studies among them
def test_the_commands_and_the_python_run_as_they_are_typed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (commands,) = [block for block in blocks("bash") if block.startswith("carbonmatch init")]
    typed = commands.strip().splitlines()
    for command in typed:
        assert run(command, capsys)
        if command.startswith("carbonmatch init"):
            make_week(Path("my-case") / "case.yaml")
    assert len(typed) == 18
    assert sorted(path.name for path in Path("runs").iterdir()) == [
        "ai-factory-frankfurt",
        "ai-factory-frankfurt-annual",
        "ai-factory-frankfurt-sweep",
        "at-95",
        "at-95-stress",
        "budget",
        "case-comparison",
        "held",
        "load",
        "twice",
    ]
    (python,) = blocks("python")
    Path("block.py").write_text(python, encoding="utf-8")
    names = runpy.run_path("block.py")
    assert names["result"].summary["verified"]
    assert "hourly_matched_share" in names["result"].scores
    assert len(names["result"].hourly) == 7 * 24


@pytest.mark.year
def test_the_output_is_what_comes_out(tmp_path, monkeypatch, capsys):
    (setup,) = [line for block in blocks("bash") for line in block.splitlines() if "--out out" in line]
    command = setup.split(" && ")[-1].removeprefix(".venv/bin/").replace("--out out", f"--out {tmp_path / 'out'}")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    (shown,) = blocks("text")
    told, real = (without_gap_and_place(text) for text in (shown, run(command, capsys)))
    assert NUMBER.sub("#", told).split() == NUMBER.sub("#", real).split()
    for a, b in zip(NUMBER.findall(told), NUMBER.findall(real), strict=True):
        digits = len(a.partition(".")[2])
        assert float(a.replace(",", "")) == pytest.approx(float(b.replace(",", "")), abs=LAST_DIGIT * 10**-digits)


def without_gap_and_place(text: str) -> str:
    """Leave out the gap, which is noise below the tolerance, and the folder written to."""
    return re.sub(r"\(gap [^)]*\)|Written to .*", "", text)
