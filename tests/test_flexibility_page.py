"""docs/flexibility.md is true: its cases are cases, its commands run as typed, what they find is as it says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "flexibility.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def run(commands):
    for command in commands.strip().splitlines():
        program, *words = shlex.split(command, comments=True)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, command


def summary(name):
    return json.loads(Path("runs", name, "summary.json").read_text())


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Write the cases of the page into a folder, which is the working folder of the test."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "data", "data")
    for case in blocks("yaml"):
        Path(re.match(r"# (\w+\.yaml)\n", case)[1]).write_text(case)


@pytest.mark.slow
@pytest.mark.usefixtures("page")
def test_a_campus_waits_and_gives_up():
    run(blocks("bash")[0])
    changed, planned = summary("campus"), summary("planned")
    assert changed["cost"]["net_of_sales"] < planned["cost"]["net_of_sales"]
    site = changed["load"]["sites"]["campus"]
    moved, given_up = (site["flexible"]["overnight"], site["curtailable"]["demand-response"])
    assert moved["moved_mwh"] > 100.0
    assert given_up["curtailed_mwh"] > 1.0
    assert changed["load_mwh"] == pytest.approx(planned["load_mwh"] - given_up["curtailed_mwh"])


@pytest.mark.slow
@pytest.mark.usefixtures("page")
def test_a_pair_moves_work_and_time_and_space_together_cost_least():
    run(blocks("bash")[1])
    cost = {name: summary(name)["cost"]["net_of_sales"] for name in ("pair", "waits", "moves")}
    assert cost["pair"] < min(cost["waits"], cost["moves"])
    sites = summary("pair")["load"]["sites"]
    assert sum(site["served_mwh"] for site in sites.values()) == pytest.approx(2 * 100 * 336)
    for zone in summary("pair")["zones"].values():
        assert zone["scores"]["hourly_matched_share"] == pytest.approx(0.9, abs=1e-6)


@pytest.mark.year
@pytest.mark.usefixtures("page")
def test_one_per_cent_is_worth_what_the_page_says():
    (commands,) = blocks("sh")
    run(commands)
    (saved,) = map(float, re.findall(r"^\| do both, within one limit \| ([\d.]+) \|$", PAGE, re.MULTILINE))
    (cost,) = map(float, re.findall(r"^of a cost of ([\d.]+) net of sales", PAGE, re.MULTILINE))
    planned, changed = (summary(name)["cost"]["net_of_sales_per_mwh_load"] for name in ("year", "year-changed"))
    assert planned == pytest.approx(cost, abs=0.1)
    assert planned - changed == pytest.approx(saved, abs=0.02)
    assert 0.5 < planned - changed < 2.0  # in the order of 1; published: 1.29
