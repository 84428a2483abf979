"""The bundled campus that grows over five years: planned, every year verified, and its sizes follow its load."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

import carbonmatch as cm
from carbonmatch.study import solve_growth

ROOT = Path(__file__).parents[2]
CASE = "models/campus-ramp-five-years.yaml"

pytestmark = pytest.mark.year


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ramp")
    for name in ("models", "data"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def plan(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return solve_growth(CASE, cm.SolveOptions(solver="clarabel"), out="plan")


def test_every_year_meets_its_target(plan):
    reached = [year["hourly_matched_share"] for year in plan.summary["years"].values()]
    assert reached == pytest.approx([0.7, 0.75, 0.8, 0.85, 0.9], abs=1e-6)
    assert plan.summary["certificate"]["gap"] <= 1e-6


def test_the_load_is_that_of_the_fleet_in_each_year(plan):
    load = [year["load_mwh"] for year in plan.summary["years"].values()]
    assert load == sorted(load)
    assert 4 < load[-1] / load[0] < 6  # one hall, then five


def test_what_is_signed_stays(plan):
    for block, key in (("contracts", "contracted_mw"), ("storage", "power_mw")):
        for offer in plan.summary[block].values():
            sizes = [year.get(key, 0.0) for year in offer["years"].values()]
            if offer["signings"]:
                assert all(later >= earlier - 1e-3 for earlier, later in pairwise(sizes))
                signed = sum(signing[key] for signing in offer["signings"].values())
                assert sizes[-1] == pytest.approx(signed, abs=1e-2)
    river = plan.summary["contracts"]["hydro-lech"]["years"]
    assert [year["contracted_mw"] for year in river.values()] == [10, 10, 0, 0, 0]
    assert max(s["contracted_mw"] for s in plan.summary["contracts"]["pv-brandenburg"]["signings"].values()) <= 400.001


def test_a_plan_costs_no_less_than_each_year_by_itself(plan, place):
    """What one year would choose alone is out of reach of a plan: it keeps what was signed before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        alone = cm.solve(cm.load_case(CASE, growth_year="2026", purpose="solve"), cm.SolveOptions(solver="clarabel"))
    first = plan.summary["years"]["2026"]["cost_net_of_sales_per_year"]
    assert first >= alone.summary["cost"]["net_of_sales"] * (1 - 1e-6)
