"""The Frankfurt year explained: its prices are slopes of its cost, and docs/explain.md tells what comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from carbonmatch.case import load_case
from carbonmatch.formulation import build_model, rows_by_name
from carbonmatch.report import explanation_page
from carbonmatch.solving import SolveOptions, compile_model
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.study.explain.offers import contracts_told, first_solves, second_solves
from carbonmatch.study.explain.uniqueness import Uniqueness
from carbonmatch.study.explain.variant import Beside, Variant, resolve
from carbonmatch.study.run import solve_case

pytestmark = pytest.mark.year

ROOT = Path(__file__).parents[2]
OPTIONS = SolveOptions(solver="clarabel")
STEP = 0.001


@pytest.fixture(scope="module")
def result():
    return solve_case(load_case(ROOT / "models" / "ai-factory-frankfurt.yaml"), OPTIONS)


@pytest.fixture(scope="module")
def explanation(result):
    return explain_result(result, OPTIONS, exit_prices=False)


def test_a_percentage_point_of_the_target_costs_what_solving_beside_it_shows(result, explanation):
    def at(cfe):
        return Variant(f"{cfe}", replace(result.problem, target=replace(result.problem.target, cfe=cfe)))

    solved = resolve([at(0.9 - STEP), at(0.9 + STEP)], OPTIONS, Executor(), lambda _: None)
    below, above = (solved[f"{0.9 + move}"].cost for move in (-STEP, STEP))
    (target,) = [limit for limit in explanation.summary["limits"] if limit["key"] == "target.cfe"]
    measured = (above - below) / (2 * STEP) * 0.01
    assert target["saved_per_step_year"] == pytest.approx(measured, rel=0.01)
    # cost is convex: the price lies between the slopes to both sides
    left, right = ((result.solution.objective - below) / STEP * 0.01, (above - result.solution.objective) / STEP * 0.01)
    assert left <= target["saved_per_step_year"] <= right
    assert target["price_is_unique"]


def test_every_price_of_the_year_is_proved_to_be_the_only_one(explanation):
    assert explanation.summary["uniqueness"]["hours_share"] == {"DE": {"attribute": 1.0, "energy": 1.0}}
    assert all(entry["worth_is_unique"] for entry in explanation.summary["contracts"].values())


def test_the_page_of_the_documents_tells_what_comes_out(explanation):
    page = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    summary = explanation.summary
    prices = summary["prices"]["DE"]
    share = 100 * prices["hours_at_the_premium_share"]
    assert f"({prices['green_premium_per_mwh']:.2f} EUR/MWh, in {share:.1f} % of the hours)" in page
    assert f"In {100 * prices['hours_worth_nothing_share']:.1f} % of the hours it is worth nothing" in page
    (target,) = [limit for limit in summary["limits"] if limit["key"] == "target.cfe"]
    assert f"saves {round(target['saved_per_step_year'], -2):,.0f} EUR a year" in page
    enters = summary["storage"]["molten-salt"]["entry"]
    hours = f"{enters['duration_hours']:.1f} hours"
    assert f"would enter below {enters['power_cost_per_mw_year']:,.0f}, with {hours}" in page
    (first,) = [week for week in summary["weeks"]["DE"] if week["rank"] == 1]
    assert first["monday"] == "2018-01-08"
    assert f"holds {100 * first['cost_share']:.1f} % of the year" in page
    charge = sum(week["firm_capacity_cost"] for week in summary["weeks"]["DE"])
    assert f"{100 * first['firm_capacity_cost'] / charge:.1f} % of the firm grid supply" in page
    assert len(explanation_page(summary).tables) >= 7


def test_the_offers_of_the_year_leave_where_the_page_says(result):
    # the solar park and the offshore wind alone, by the same code: four solves would be ten more
    page = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    compiled = compile_model(build_model(result.problem))
    only = Uniqueness.of(result.problem, result.solution, result.optimum, compiled.program, rows_by_name(compiled.rows))
    wanted = {"without contracts.pv-brandenburg", "without contracts.wind-north-sea"}
    chosen = [variant for variant in first_solves(result, only) if variant.name in wanted]
    solved = resolve(chosen, OPTIONS, Executor(), lambda _: None)
    solved |= resolve(second_solves(result, solved), OPTIONS, Executor(), lambda _: None)
    told = contracts_told(result, only, Beside(solved, None, OPTIONS, lambda _: None))
    assert f"{told['pv-brandenburg']['exit']['exit_strike_per_mwh']:.2f} EUR/MWh" in page
    assert f"would be gone at {told['wind-north-sea']['exit']['exit_strike_per_mwh']:.2f}" in page
