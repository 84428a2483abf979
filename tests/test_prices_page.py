"""What the page on prices shows is what a case understands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from small_cases import a_case, solved

PAGE = (Path(__file__).parents[1] / "docs" / "prices.md").read_text(encoding="utf-8")
BLOCKS = [YAML(typ="safe", pure=True).load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: next(iter(block)))
def test_an_example_is_a_price_of_a_contract(block):
    problem, _, _ = solved(a_case({"contracts": {"sun": {"strike_per_mwh": ..., **block}}}))
    terms = problem.contracts[0]
    # spot 40 and 60, less 2; or 60 escalating by 2 % for ten years
    expected = [38.0, 58.0] if "price" in block else [terms.strike_per_mwh] * 2
    assert terms.price_per_mwh.tolist() == expected
    assert terms.first_year_strike_per_mwh == block.get("strike_per_mwh")


def test_the_page_has_both_kinds():
    assert [next(iter(block)) for block in BLOCKS] == ["price", "strike_per_mwh"]
