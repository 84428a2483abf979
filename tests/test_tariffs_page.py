"""docs/tariffs.md is true: its commands run as they are typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "tariffs.md").read_text(encoding="utf-8")


def test_the_commands_run_as_they_are_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    typed = [
        command
        for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        for command in block.strip().splitlines()
    ]
    assert len(typed) == 2
    for command in typed:
        program, *words = shlex.split(command)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, command
