"""Every value of a case is told with what its author wrote beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carbonmatch.accounting import facts_from_case
from carbonmatch.case import load_case
from carbonmatch.case.document import comments_of

ROOT = Path(__file__).parents[2]

CASE = """
name: told
currency: EUR
time: {start: 2018-01-01, end: 2018-01-02, timezone: Europe/Berlin}
zones:
  DE:
    spot_price_per_mwh: {file: de-2018.csv, column: spot_price_per_mwh}
    carbon_intensity_g_per_kwh: {file: de-2018.csv, column: carbon_intensity_g_per_kwh, source: "ENTSO-E # 2"}  # x
    residual_mix_g_per_kwh: 500   # AIB, a guess
sites:
  works:
    zone: DE
    load: {flat_mw: 10}
    grid: {energy: {flat_per_mwh: 80}, connection_mw: null}   # the bill of March
contracts:
  sun:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 50  # 'an offer'
    capacity_factor: {file: de-2018.csv, column: solar_capacity_factor, scale: 0.9}
    commissioned: 2015-06-01
    embodied_g_per_kwh: 30  # maker
target: {matching: none}
scenarios:
  dear: {contracts.sun.strike_per_mwh: 90}
"""


@pytest.fixture
def path(tmp_path):
    shutil.copy(ROOT / "data" / "de-2018.csv", tmp_path)
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


def told(case):
    return {a.key: (a.value, a.source) for a in case.provenance.assumptions}


def test_values_and_the_comments_on_their_lines(path):
    found = told(load_case(path))
    assert found["contracts.sun.strike_per_mwh"] == ("50", "'an offer'")
    assert found["sites.works.grid.energy.flat_per_mwh"] == ("80", "the bill of March")
    assert found["sites.works.grid.connection_mw"] == ("none", "the bill of March")
    assert found["contracts.sun.capacity_factor"] == ("de-2018.csv, column solar_capacity_factor, scale 0.9", "")
    assert found["zones.DE.carbon_intensity_g_per_kwh"][1] == "ENTSO-E # 2"
    assert not {key for key in found if key.startswith(("name", "scenarios"))}


def test_a_changed_value_says_what_changed_it(path):
    assert told(load_case(path, settings=["contracts.sun.strike_per_mwh=60"]))["contracts.sun.strike_per_mwh"] == (
        "60",
        "--set contracts.sun.strike_per_mwh=60",
    )
    assert told(load_case(path, scenario="dear"))["contracts.sun.strike_per_mwh"] == ("90", "scenario dear")


def test_facts_quote_the_source_of_a_factor(path):
    facts = facts_from_case(load_case(path))
    (zone,) = facts.zones
    assert zone.average is not None
    assert zone.average.source == "ENTSO-E # 2: de-2018.csv, column carbon_intensity_g_per_kwh"
    assert (zone.average.vintage, zone.average.granularity) == ("2018", "hourly")
    assert zone.residual_mix is not None
    assert (zone.residual_mix.source, zone.residual_mix.vintage) == ("AIB, a guess", "")
    assert zone.residual_mix.granularity == "annual"
    assert zone.marginal is None
    (sun,) = facts.instruments
    assert sun.embodied is not None
    assert (sun.embodied.value, sun.embodied.source) == (30, "maker")
    assert sun.commissioned is not None
    assert sun.commissioned.isoformat() == "2015-06-01"
    assert facts.sites[0].data_tier == "flat"


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("a: 1  # one", "one"),
        ("# whole line", "whole line"),
        ('a: "x # y"  # z', "z"),
        ("a: 'x # y'", None),
        ("a: x#y", None),
        ("a: 1 #", ""),
    ],
)
def test_a_comment_is_what_stands_behind_a_sign_outside_quotes(line, comment):
    assert comments_of(line).get(1) == comment
