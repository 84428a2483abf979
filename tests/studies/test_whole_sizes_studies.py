"""Lots, least sizes and variants in the studies: sweep, explain, diagnose, budget, weather years, stress."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import QUICK, a_case, merged
from whole_sizes import DAY, VARIANTS

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import adapt, build_model, problem_from_case, with_any_size, with_choices_held
from carbonmatch.solving import solve_model
from carbonmatch.study import diagnose_case, solve_case
from carbonmatch.study.explain import explain_result
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages

EVERYTHING = VARIANTS["everything"]
STUCK = {
    # 8 MWh of the 20 in two hours: sun of at least 12 MW would leave 2 in the first hour, and nothing may be left over
    "contracts": {"sun": {"min_mw": 12, "or_nothing": True}},
    "surplus": {"max_share": 0},
    "target": {"matching": "hourly", "cfe": 0.4},
}


def day(changes=None):
    return a_case(merged(EVERYTHING, changes or {}), DAY)


# --- numbers changed in a model that is there -------------------------------------------------------------------------


def test_limits_of_a_whole_size_stand_in_rows_and_are_built_anew():
    built = problem_from_case(day())
    model = build_model(built)
    assert adapt(model, built, problem_from_case(day({"contracts": {"sun": {"strike_per_mwh": 40}}}))) is True
    assert adapt(model, built, problem_from_case(day({"contracts": {"sun": {"max_mw": 90}}}))) is None
    assert adapt(model, built, problem_from_case(day({"contracts": {"sun": {"lot_mw": 11}}}))) is None
    assert adapt(model, built, problem_from_case(day({"contracts": {"firm": {"min_mw": 5}}}))) is None


@pytest.mark.parametrize("changes", [{"target": {"cfe": 0.6}}, {"contracts": {"sun": {"strike_per_mwh": 30}}}])
def test_a_point_of_a_sweep_is_what_it_is_by_itself(changes):
    solver = CaseSolver(QUICK)
    solver.result(day(), Stages())
    moved = solver.result(day(changes), Stages())
    alone = solve_case(day(changes), QUICK)
    assert moved.solution.contracted_mw == pytest.approx(alone.solution.contracted_mw)
    assert moved.summary["certificate"]["integer"] == pytest.approx(alone.summary["certificate"]["integer"])


def test_a_lower_target_does_not_stand_for_a_higher_one():
    # with the lots of the lower target, the higher one may be met too; that no others are cheaper there is not proved
    solver = CaseSolver(QUICK)
    low = solver.result(day({"target": {"cfe": 0.1}}), Stages())
    assert solver.standing_for(day({"target": {"cfe": 0.10001}}), low, "low") is None


# --- decisions held ---------------------------------------------------------------------------------------------------


def test_with_its_decisions_held_a_problem_is_linear_and_costs_the_same():
    result = solve_case(day(), QUICK)
    solution = result.solution
    held = with_choices_held(result.problem, solution.contracted_mw, solution.power_mw)
    optimum = solve_model(build_model(held), held.yardstick, QUICK)
    assert optimum.whole_numbers is None
    assert optimum.certificate.primal_objective == pytest.approx(solution.objective, rel=1e-9)
    free = with_any_size(result.problem)
    cost = solve_model(build_model(free), free.yardstick, QUICK).certificate.primal_objective
    assert cost < solution.objective


def test_only_one_offer_is_freed_where_one_is_named():
    problem = problem_from_case(day())
    freed = with_any_size(problem, "contracts.sun")
    assert [contract.choice is None for contract in freed.contracts] == [True, False, False]
    assert freed.storage[0].choice is not None
    assert with_any_size(with_any_size(problem)) is not problem


# --- explain ----------------------------------------------------------------------------------------------------------


def test_prices_are_those_with_the_whole_numbers_held_and_it_is_said():
    case = day({"contracts": {"wind": {"variant_of": ..., "min_mw": ...}}})
    result = solve_case(case, QUICK)
    found = explain_result(result, QUICK, check_prices=True).summary
    told = [warning for warning in found["warnings"] if "with the whole numbers held" in warning]
    assert len(told) == 1
    assert "contracts.sun.lot_mw" not in told[0]
    assert "contracts.sun" in told[0]
    # an offer in lots may earn something at the margin and still not be taken further
    margins = [found["contracts"][name]["net_worth_per_mw_year"] for name in ("sun", "wind")]
    assert max(abs(margin) for margin in margins) > 1.0
    (target,) = (limit for limit in found["limits"] if limit["key"] == "target.cfe")
    if target["binds"]:
        measured = target["measured"]
        low, high = measured["relaxed_per_point_year"], measured["tightened_per_point_year"]
        doubt = measured["doubt_per_point_year"]
        assert low - doubt - 1e-6 <= target["saved_per_step_year"]
        assert measured["cannot_be_met"] or target["saved_per_step_year"] <= high + doubt + 1e-6


def test_the_exit_of_an_offer_is_of_the_best_other_whole_numbers():
    case = day()
    result = solve_case(case, QUICK)
    found = explain_result(result, QUICK).summary["contracts"]["sun"]
    without = solve_case(a_case({"contracts": {"sun": ...}}, merged(DAY, EVERYTHING)), QUICK)
    years = result.problem.time.year_fraction
    saved = (without.solution.objective - result.solution.objective) / years
    assert found["exit"]["saved_per_year"] == pytest.approx(saved, rel=1e-6)


# --- diagnose, and why it cannot be met -------------------------------------------------------------------------------


def test_whole_sizes_that_alone_stand_in_the_way_are_named():
    found = diagnose_case(a_case(STUCK), QUICK)
    assert found.can_be_met is False
    assert found.best_share == pytest.approx(0.5)
    assert found.obstacles == ()
    assert found.whole_sizes.keys == ("contracts.sun.or_nothing",)
    assert found.whole_sizes.met is False
    assert found.whole_sizes.best_share == pytest.approx(0, abs=1e-6)
    assert found.whole_sizes.enough == ("contracts.sun",)
    assert found.document["whole_sizes"]["enough"] == ("contracts.sun",)


def test_whole_sizes_that_do_no_harm_are_told_so():
    found = diagnose_case(a_case(merged(STUCK, {"contracts": {"sun": {"min_mw": 9}}})), QUICK)
    assert found.can_be_met is True
    assert found.whole_sizes.met is True
    assert found.whole_sizes.best_share == pytest.approx(0.5)
    assert diagnose_case(a_case({"target": STUCK["target"]}), QUICK).whole_sizes is None


def test_a_target_out_of_reach_of_any_size_is_diagnosed_as_ever():
    found = diagnose_case(a_case(merged(STUCK, {"target": {"cfe": 0.8}})), QUICK)
    assert found.can_be_met is False
    assert found.best_share == pytest.approx(0.5)
    assert found.whole_sizes.enough == ()


def test_a_solve_that_fails_says_that_whole_sizes_are_why():
    told = (
        r"best score in reach is 0\.0 %\. With sizes of any kind it could be met: contracts\.sun\.or_nothing stands in "
        r"the way"
    )
    with pytest.raises(InfeasibleError, match=told):
        solve_case(a_case(STUCK), QUICK)
    with pytest.raises(InfeasibleError) as caught:
        solve_case(a_case(merged(STUCK, {"target": {"cfe": 0.8}})), QUICK)
    assert "sizes of any kind" not in str(caught.value)


# --- budget -----------------------------------------------------------------------------------------------------------


def test_a_budget_buys_what_whole_lots_allow():
    # a MWh of sun costs 30 more than the grid: 200 buy two lots of 3 MWh for 180, and not a third
    year = 4380
    asked = {"matching": "hourly", "budget_per_year": 1400 * year}
    case = a_case({"contracts": {"sun": {"lot_mw": 3}}, "surplus": {"price": ...}, "target": asked})
    result = solve_case(case, QUICK)
    assert result.summary["target"]["best_cfe"] == pytest.approx(0.3, abs=1e-6)
    assert result.solution.contracted_mw.tolist() == pytest.approx([6], rel=1e-5)
    assert result.solution.objective == pytest.approx(1380, rel=1e-5)


# --- held sizes -------------------------------------------------------------------------------------------------------


def test_held_sizes_leave_no_whole_number():
    from carbonmatch.study.fix import fix_sizes, sizes_of

    result = solve_case(day(), QUICK)
    held = fix_sizes(result.problem, sizes_of(result.summary, "run"))
    optimum = solve_model(build_model(held), held.yardstick, QUICK)
    assert optimum.whole_numbers is None
    assert optimum.certificate.primal_objective == pytest.approx(result.solution.objective, rel=1e-6)
    assert np.isfinite(optimum.certificate.primal_objective)
