"""docs/contracts.md is true: its contracts are contracts of a case, its commands run as they are typed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import textwrap
from pathlib import Path

import pytest

from carbonmatch.case.contracts import STRUCTURES
from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")

CASE = """\
name: term-sheets
currency: EUR
time: {start: 2018-01-01, end: 2018-01-07, timezone: Europe/Berlin, step: 1h}
zones:
  DE:
    spot_price_per_mwh: {file: data/de-2018.csv, column: spot_price_per_mwh}
    carbon_intensity_g_per_kwh: 400
sites:
  works: {zone: DE, load: {flat_mw: 40}, grid: {energy: {index: spot, margin_per_mwh: 12}}}
surplus: {price: {index: spot, margin_per_mwh: -1}}
target: {matching: hourly, cfe: 0.6}
contracts:
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the commands of the page were typed, on a week with all of its contracts."""
    place = tmp_path_factory.mktemp("contracts")
    (place / "case.yaml").write_text(CASE + "".join(textwrap.indent(block, "  ") for block in blocks("yaml")))
    shutil.copytree(ROOT / "data", place / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        (commands,) = blocks("bash")
        for command in commands.strip().splitlines():
            program, *words = shlex.split(command, comments=True)
            assert program == "carbonmatch"
            with pytest.raises(SystemExit) as ending:
                main(words)
            assert not ending.value.code, command
    return place


def test_every_structure_has_its_row():
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(rows) - {"structure"} == set(STRUCTURES)


def test_what_the_page_says_of_a_run_stands_in_it(folder):
    plan, certified = (
        json.loads((folder / "runs" / name / "summary.json").read_text()) for name in ("plan", "certified")
    )
    block = plan["contracts"]["block"]
    assert block["delivered_mwh"] == pytest.approx(6 * 24 * 10)
    assert block["generation_mwh"] != pytest.approx(block["delivered_mwh"])
    assert certified["contracts"]["block"]["generation_mwh"] == pytest.approx(6 * 24 * 10)
    river = plan["contracts"]["river"]
    assert river["agreed_volume_mwh"] == pytest.approx(5000 * 6 / 365 * river["contracted_mw"])
    assert 0.5 <= river["generation_mwh"] / river["agreed_volume_mwh"] <= 1.2 + 1e-6
    assert {"unused_mwh", "unused_payment"} <= river.keys()
    retailer = plan["contracts"]["retailer"]
    assert retailer["contracted_mw"] == 12
    assert retailer["guarantee"]["penalty"] is None
    assert plan["contracts"]["old-wind"]["existing"] is True
