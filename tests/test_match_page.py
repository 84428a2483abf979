"""docs/match.md is true: its cases are cases, its commands run as they are typed. The meters are made here."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "match.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def write_meters(folder):
    """Quarter hours of March 2018 on the clock of Berlin [kWh]: a load with a gap, a sun, a wind, a battery."""
    quarters = pd.date_range("2018-03-01", "2018-04-01", freq="15min", tz="Europe/Berlin", inclusive="left")
    clock = quarters.strftime("%Y-%m-%d %H:%M")
    hour = quarters.hour.to_numpy() + quarters.minute.to_numpy() / 60
    number = np.arange(len(quarters))
    sun = np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    load = pd.DataFrame({"time": clock, "kwh": 2500 + 150 * np.sin(number / 96 * 2 * np.pi)}).drop(index=[700, 701])
    load.to_csv(folder / "load.csv", index=False)
    plants = {"time": clock, "solar_kwh": 6000 * sun, "wind_kwh": 1500 * (1 + np.sin(number / 155))}
    pd.DataFrame(plants).to_csv(folder / "plants.csv", index=False)
    battery = {"time": clock, "charge_kwh": 800 * (sun > 0.8), "discharge_kwh": 600 * ((hour >= 18) & (hour < 23))}
    pd.DataFrame(battery).to_csv(folder / "battery.csv", index=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "meters").mkdir()
    write_meters(tmp_path / "meters")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    for case in blocks("yaml"):
        name = re.match(r"# (\S+\.yaml)\n", case)
        assert name is not None
        (tmp_path / name[1]).write_text(case)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_and_the_python_run_as_they_are_typed(folder, capsys):
    typed = [command for block in blocks("bash") for command in block.strip().splitlines()]
    assert len(typed) == 7
    for command in typed:
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ending:
            main(words)
        told = capsys.readouterr()
        assert not ending.value.code, told.err
        assert told.out
    runs = {path.name: json.loads((path / "summary.json").read_text()) for path in Path("runs").iterdir()}
    assert set(runs) == {"works-metered", "first-half", "json", "plan", "actual", "first-week"}
    assert {run["kind"] for name, run in runs.items() if name != "plan"} == {"metered"}
    assert 0.3 < runs["works-metered"]["scores"]["hourly_matched_share"] < 1.0
    assert any("2 missing values filled by the rule" in told for told in runs["works-metered"]["warnings"])
    causes = runs["actual"]["reconciliation"]["causes"]
    change = runs["actual"]["reconciliation"]["matched_change_mwh"]
    assert sum(cause["matched_mwh"] for cause in causes) == pytest.approx(change)
    assert runs["first-week"]["period"]["steps"] == 7 * 24

    (python,) = blocks("python")
    Path("block.py").write_text(python, encoding="utf-8")
    actual = runpy.run_path("block.py")["actual"]
    assert len(actual.hourly) == len(actual.reconciliation) == 743
    assert actual.summary == {**runs["actual"], "reconciliation": actual.summary["reconciliation"]}


def test_the_meters_of_the_page_are_matched_as_a_count_of_its_own_has_it(folder):
    import carbonmatch as cm

    meters = {name: pd.read_csv(folder / "meters" / f"{name}.csv") for name in ("plants", "battery")}
    generation = 0.98 * meters["plants"]["solar_kwh"] + meters["plants"]["wind_kwh"]
    rows = cm.match("works.yaml").hourly
    assert rows.generation_mwh.sum() == pytest.approx(generation.sum() / 1000)
    assert rows.charge_mwh.sum() == pytest.approx(meters["battery"]["charge_kwh"].sum() / 1000)
    assert (rows.matched_mwh <= rows.load_mwh + 1e-9).all()
