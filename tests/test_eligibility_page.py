"""docs/eligibility.md is true: its commands run as they are typed, and the table that it names is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from carbonmatch.cli import main
from carbonmatch.runfolder import read_run

PAGE = (Path(__file__).parents[1] / "docs" / "eligibility.md").read_text(encoding="utf-8")


def test_the_commands_run_and_tell_what_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (typed,) = re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for command in typed.strip().splitlines():
        program, *words = shlex.split(command)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ending:
            main(words)
        assert not ending.value.code, command
    told = read_run(Path("runs/renewable")).summary["eligibility"]
    assert all(claims["target"]["counts"] == claims["renewable"]["counts"] for claims in told.values())
    (table,) = tmp_path.rglob("eligibility.csv")
    frame = pd.read_csv(table)
    assert set(frame["contract"]) == set(told)
    assert list(frame.columns[:2]) == ["contract", "claim"]
