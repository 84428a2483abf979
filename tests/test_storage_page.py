"""docs/storage.md is true: its case is a case, its commands run as they are typed, its table is the library.

After a change of the library that is meant, write the table anew with `python tests/test_storage_page.py`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from carbonmatch.case.library import storage_technologies
from carbonmatch.cli import main

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "storage.md"
PAGE = FILE.read_text(encoding="utf-8")
TABLE = re.compile(r"(?<=<!-- library -->\n).*?(?=<!-- end of library -->)", re.DOTALL)


def block(language):
    """Return the only block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


def library_table() -> str:
    """Return every figure of the library as a table of the page."""
    lines = ["| technology | key | figure | prices of | source | year |", "|---|---|---|---|---|---|"]
    for technology in storage_technologies().values():
        name = f"**`{technology.name}`** {technology.words}"
        for figure in technology.figures:
            unit = "" if figure.unit == "1" else f" {figure.unit}"
            prices = str(technology.price_year) if technology.is_cost(figure) else ""
            cells = (name, f"`{figure.key}`", f"{figure.value:g}{unit}", prices, figure.source, str(figure.year))
            lines.append(f"| {' | '.join(cells)} |")
            name = ""
    return "\n".join(lines) + "\n"


def test_the_table_of_the_page_is_the_library():
    (table,) = TABLE.findall(PAGE)
    assert table == library_table()
    assert table.count("\n") > 30


def test_wear_by_cycles_is_what_the_page_says():
    assert pytest.approx(18.1, abs=0.05) == 1000 * 100 / (6000 * 1.0 * 0.92)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which the commands of the page were typed, on its case."""
    place = tmp_path_factory.mktemp("storage")
    shutil.copytree(ROOT / "data", place / "data")
    (place / "case.yaml").write_text(block("yaml"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for command in block("bash").strip().splitlines():
            program, *words = shlex.split(command, comments=True)
            assert program == "carbonmatch"
            with pytest.raises(SystemExit) as ending:
                main(words)
            assert not ending.value.code, command
    return place


def summary(folder, run):
    return json.loads((folder / "runs" / run / "summary.json").read_text())


def test_all_three_are_taken_and_told_by_their_terms(folder):
    told = summary(folder, "plan")["storage"]
    assert [told[name].get("terms") for name in ("owned", "tolled", "beside-sun")] == ["owned", "tolled", None]
    assert all(storage["power_mw"] > 1.0 for storage in told.values())
    assert told["beside-sun"]["connection_mw"] == pytest.approx(75)
    page = (folder / "runs/plan/report.html").read_text(encoding="utf-8")
    assert "tolled is tolled at 4.00 EUR per kW and month for 0.23 months" in page
    assert re.search(r"beside-sun stands beside sun and feeds in up to \d+\.\d\sMW with it", page)


def test_figures_of_the_library_are_assumptions_with_their_source(folder):
    manifest = json.loads((folder / "runs/plan/manifest.json").read_text())
    sources = {entry["key"]: entry["source"] for entry in manifest["assumptions"]}
    assert sources["storage.owned.owned.life_years"] == "library lfp: 16 years, PNNL 2022, p. 24 (2022)"


def test_a_dearer_toll_and_another_chemistry_cost_more(folder):
    cost = {run: summary(folder, run)["cost"]["net_of_sales"] for run in ("plan", "dearer-toll", "other-chemistry")}
    assert cost["plan"] < cost["dearer-toll"]
    assert cost["plan"] < cost["other-chemistry"]
    assert summary(folder, "other-chemistry")["storage"]["owned"]["library"] == "nmc"


def test_the_sweep_solved_every_connection(folder):
    record = json.loads((folder / "runs/connections/sweep.json").read_text())
    assert len(record["points"]) == 3


if __name__ == "__main__":
    FILE.write_text(TABLE.sub(lambda _: library_table(), PAGE), encoding="utf-8")
