"""What the documents say is so: every key is documented, every example works."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel

from carbonmatch.case import load_case
from carbonmatch.case.certificates import Certificates, Device
from carbonmatch.case.compute import Compute
from carbonmatch.case.contracts import STRUCTURES, Curtailment, FloatingPrice, Guarantee, ShapeFactors, TakeOrPay
from carbonmatch.case.eligibility import Eligible
from carbonmatch.case.flexibility import Candidate, Curtailable, Flexible, LatencyGroup, Placement
from carbonmatch.case.grid import CoincidentPeak, ContractCapacity, DemandCharge, Grid, Subscribed
from carbonmatch.case.growth import Growth, GrowthYear, Signing
from carbonmatch.case.library import LibraryEntry
from carbonmatch.case.load import LOAD_BLOCKS
from carbonmatch.case.neighbour import Neighbour
from carbonmatch.case.outage import Outage
from carbonmatch.case.ownership import Owned, Tolled
from carbonmatch.case.price import FlatPrice, SpotPrice, TimeOfUseEntry, TimeOfUsePrice
from carbonmatch.case.schema import Case
from carbonmatch.case.series import SeriesReference
from carbonmatch.case.site import Site
from carbonmatch.case.storage import Storage
from carbonmatch.case.stress import StressTest
from carbonmatch.case.target import Surplus, Target
from carbonmatch.case.time import Time
from carbonmatch.case.urdb import UtilityRate
from carbonmatch.case.weather_year import WeatherYear
from carbonmatch.case.zone import StandardSupply, Zone

ROOT = Path(__file__).parents[1]
CASE_PAGE = (ROOT / "docs" / "case.md").read_text(encoding="utf-8")
BLOCKS: tuple[type[BaseModel], ...] = (
    Case,
    Time,
    Zone,
    StandardSupply,
    Site,
    Compute,
    *LOAD_BLOCKS,
    Grid,
    *STRUCTURES.values(),
    DemandCharge,
    CoincidentPeak,
    Subscribed,
    ContractCapacity,
    SpotPrice,
    FlatPrice,
    TimeOfUsePrice,
    TimeOfUseEntry,
    Curtailment,
    FloatingPrice,
    Guarantee,
    ShapeFactors,
    TakeOrPay,
    Storage,
    LibraryEntry,
    Owned,
    Tolled,
    Certificates,
    Device,
    Surplus,
    Target,
    Eligible,
    Neighbour,
    SeriesReference,
    UtilityRate,
    Flexible,
    Curtailable,
    LatencyGroup,
    Placement,
    Candidate,
    WeatherYear,
    Growth,
    GrowthYear,
    Signing,
    Outage,
    StressTest,
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_key_is_documented(block):
    named = {word for code in re.findall(r"`([\w.]+)`", CASE_PAGE) for word in (code, code.rsplit(".", 1)[-1])}
    assert not set(block.model_fields) - named


def test_every_key_that_is_documented_exists():
    first_cells = re.findall(r"^\| (`[^|]+`) \|", CASE_PAGE, re.MULTILINE)
    documented = {code.rsplit(".", 1)[-1] for cell in first_cells for code in re.findall(r"`([\w.]+)`", cell)}
    known = {key for block in BLOCKS for key in block.model_fields}
    assert len(documented) > 50
    assert not documented - known


def test_the_example_of_the_case_page_is_a_case(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", CASE_PAGE, re.DOTALL)
    assert example is not None
    (tmp_path / "case.yaml").write_text(example[1])
    shutil.copytree(ROOT / "data", tmp_path / "data")
    assert load_case(tmp_path / "case.yaml").grid.steps == 31 * 24


@pytest.mark.parametrize("path", sorted((ROOT / "models").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_model_and_every_scenario_of_it_is_a_case(path):
    case = load_case(path)
    assert case.name == path.stem
    assert case.grid.steps == 8760
    assert not [told for told in case.warnings if "the case is mixed-integer" not in told]
    for scenario in case.scenarios:
        assert load_case(path, scenario=scenario).provenance.scenario == scenario
