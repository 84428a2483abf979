"""The Frankfurt year beside the same year with less wind: one portfolio for both, by every year and by their mean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import carbonmatch as cm
from carbonmatch.study import solve_years

ROOT = Path(__file__).parents[2]
CASE = "models/ai-factory-frankfurt.yaml"
YEARS = (
    "weather_years={as-it-was: {}, still: {set: {contracts.wind-brandenburg.capacity_factor.scale: 0.85, "
    "contracts.wind-brandenburg.p50_capacity_factor: 0.255, contracts.wind-north-sea.capacity_factor.scale: 0.85}}}"
)

pytestmark = pytest.mark.year


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frankfurt")
    for name in ("models", "data"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def found(place):
    """Return what both years come to where every one meets the target, and where their mean does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return {
            years: solve_years(
                CASE, cm.SolveOptions(solver="clarabel"), settings=[YEARS, f"target.years={years}"], out=years
            )
            for years in ("every", "expectation")
        }


def test_both_years_prove_themselves_and_add_to_the_whole(found):
    for result in found.values():
        optimum = result.summary["certificate"]["primal_objective"]
        costs = [year["cost"]["net_of_sales"] for year in result.years.values()]
        assert sum(costs) / 2 == pytest.approx(optimum, rel=1e-9)
        for year in result.years.values():
            assert year["certificate"]["gap"] <= 1e-6
            assert year["certificate"]["primal_residual"] <= 1e-6
            assert year["scores"]["hourly_matched_share"] >= (0.9 - 1e-6 if result is found["every"] else 0.88)


def test_the_mean_is_met_by_more_in_the_windy_year_and_costs_less(found):
    every, mean = found["every"].summary, found["expectation"].summary
    assert mean["cost"]["net_of_sales"] < every["cost"]["net_of_sales"]
    assert mean["scores"]["hourly_matched_share"] == pytest.approx(0.9, abs=1e-6)
    assert mean["worst_years"] == ["still", "as-it-was"]
    shares = [mean["years"][name]["hourly_matched_share"] for name in ("still", "as-it-was")]
    assert shares[0] < 0.9 < shares[1]
    assert max(year["excess_share"] for year in every["years"].values()) <= 0.5 + 1e-6


def test_what_is_signed_is_the_same_in_both_years(found):
    for result in found.values():
        one, other = result.years.values()
        for block, key in (("contracts", "contracted_mw"), ("storage", "energy_mwh"), ("grid", "firm_capacity_mw")):
            assert {n: e[key] for n, e in one[block].items()} == {n: e[key] for n, e in other[block].items()}
        firm = result.summary["grid"]["frankfurt"]["firm_capacity_mw"]
        peaks = [year["grid"]["frankfurt"]["peak_retail_supply_mw"] for year in result.years.values()]
        assert max(peaks) == pytest.approx(firm, rel=1e-6)


def test_the_table_on_disk_is_the_one_in_memory_and_a_year_is_verified_without_a_solver(found, place, monkeypatch):
    monkeypatch.chdir(place)
    written = pd.read_csv("expectation/years.csv")
    assert written["cost_per_mwh_load"].tolist() == pytest.approx(
        found["expectation"].table["cost_per_mwh_load"].tolist()
    )
    cm.write_report(Path("expectation/points/still"), ["audit"])
    assert cm.verify(Path("expectation/points/still/audit.zip")).agrees
