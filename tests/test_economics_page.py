"""docs/economics.md is true: its commands run as they are typed, and a run of January prints what it shows."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from carbonmatch.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "economics.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def run(words):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code, words


def test_the_page_is_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (stated,), (commands,), (shown,) = blocks("yaml"), blocks("bash"), blocks("text")
    typed = [shlex.split(command) for command in commands.strip().splitlines()]
    assert [words[0] for words in typed] == ["carbonmatch"] * 5
    run(typed[0][1:])
    case = Path("campus/case.yaml")
    text = case.read_text(encoding="utf-8")
    site = "      connection_mw: null\n"
    assert text.count(site) == 1
    stated = "".join(f"    {line}\n" for line in stated.splitlines())
    case.write_text(text.replace(site, site + stated), encoding="utf-8")
    january = ["--set", "time.end=2018-02-01"]
    capsys.readouterr()
    run([*typed[1][1:], *january])
    printed = capsys.readouterr().out
    assert shown.strip() in printed
    run([*typed[2][1:], *january])
    run(typed[3][1:])
    run([*typed[4][1:], *january])

    compute = json.loads(Path("runs/hourly/summary.json").read_text())["compute"]
    assert compute["premium"]["per_million_tokens"] is None
    page = Path("runs/hourly/report.html").read_text(encoding="utf-8")
    assert "Premium over annual matching" in page
    assert "not known: no baseline" not in page
    rows = json.loads(Path("runs/compared/comparison.json").read_text())["scenarios"]
    assert rows[0]["compute_net_of_sales_per_million_tokens"] == compute["cost"]["net_of_sales_per_million_tokens"]
    premium = rows[0]["premium_over_annual_100_per_million_tokens"]
    net = [row["compute_net_of_sales_per_million_tokens"] for row in rows]
    assert premium == pytest.approx(net[0] - net[1])
    assert premium > 0.0
