"""docs/studies.md is true: its commands run as they are typed, its Python too, and what they write is what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main
from carbonmatch.runfolder import read_run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow  # five studies of a week, and the processes they start


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the commands of the page were typed, on a case of one week."""
    place = tmp_path_factory.mktemp("studies")
    (commands,) = re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for command in commands.strip().splitlines():
            program, *words = shlex.split(command, comments=True)
            assert program == "carbonmatch"
            with pytest.raises(SystemExit) as ending:
                main(words)
            assert not ending.value.code, command
            if words[0] == "init":
                case = Path("my-case/case.yaml")
                case.write_text(case.read_text().replace("end: 2019-01-01", "end: 2018-01-08"))
    return place


def test_every_study_holds_its_points_and_the_baselines(folder):
    sweep = json.loads((folder / "runs/ai-factory-frankfurt-sweep/sweep.json").read_text())
    assert [point["target_cfe"] for point in sweep["points"]] == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert [found["point"] for found in sweep["baselines"]] == ["annual-100", "no-target"]
    assert len(json.loads((folder / "runs/batteries/sweep.json").read_text())["frontiers"]) == 2
    comparison = json.loads((folder / "runs/case-comparison/comparison.json").read_text())
    assert [each["scenario"] for each in comparison["scenarios"]] == [
        *("ai-factory-frankfurt", "annual", "business-as-usual")
    ]
    for study in ("ai-factory-frankfurt-sweep", "strikes", "batteries", "case-comparison"):
        for point in (folder / "runs" / study / "points").iterdir():
            assert read_run(point).summary["verified"] is True
    two = json.loads((folder / "runs/two-runs/comparison.json").read_text())["scenarios"]
    assert [each["scenario"] for each in two] == ["strike_per_mwh-40", "strike_per_mwh-60"]


def test_the_python_runs(folder, monkeypatch, capsys):
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(folder)
    scope: dict[str, object] = {}
    exec(code, scope)
    assert "business-as-usual {'annual-100'" in capsys.readouterr().out
    assert len(scope["prices"].points) == 2
