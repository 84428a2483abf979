"""docs/sites.md is true: its commands run as typed, and what they find is as it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")


def run(commands):
    for command in commands.strip().splitlines():
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, command


def summary(name):
    return json.loads(Path("runs", name, "summary.json").read_text())


@pytest.mark.slow
def test_the_commands_find_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, study = re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    run(first)
    three, alone, placed = (summary(name) for name in ("three", "no-moves", "next"))
    assert three["cost"]["net_of_sales"] < alone["cost"]["net_of_sales"]
    assert three["load"]["sent_mwh"] > 1000.0
    assert alone["load"]["sent_mwh"] == 0.0
    assert three["load_mwh"] == pytest.approx(alone["load_mwh"], rel=1e-6)
    for site in three["grid"].values():
        assert site["hourly_matched_share"] > 0.9 - 1e-6
    matched = sum(site["matched_mwh"] for site in three["grid"].values())
    assert matched == pytest.approx(three["scores"]["hourly_matched_share"] * three["load_mwh"], rel=1e-6)

    campus = placed["load"]["placements"]["campus"]
    assert sum(site["placed_mw"] for site in campus.values()) == pytest.approx(200.0, abs=1e-3)
    assert min(site["next_cost_per_mw_year"] for site in campus.values()) > 0.0

    run(study)
    table = pd.read_csv(Path("runs", "one-site", "sweep.csv"))
    assert list(table["placements.campus.at"]) == ["frankfurt", "paris", "odense"]
    free = json.loads(Path("runs", "one-site", "sweep.json").read_text())
    assert len(free["points"]) == 3
    assert table["cost_net_of_sales"].nunique() == 3


def test_the_page_shows_the_case_as_it_is():
    case = (ROOT / "models" / "three-zones-de-fr-dk.yaml").read_text(encoding="utf-8")
    for line in ("web: {share: 0.2, max_increase_share: 0.4, window_hours: null, latency_group: europe}", "mw: 200"):
        assert line in PAGE
        assert line in case
