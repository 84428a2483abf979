"""The search for whole numbers: what it proves, when it ends, and how it says that it could not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_cases import QUICK, a_case, merged, solved
from whole_sizes import DAY, VARIANTS

from carbonmatch.errors import InfeasibleError, InputError, LimitError, UnboundedError, VerificationError
from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.solving import SolveOptions, branching, compile_model, rechecked, solve_compiled, solve_model
from carbonmatch.solving.rounding import Rounding
from carbonmatch.units import GAP_TOLERANCE

LOTS = {"contracts": {"sun": {"lot_mw": 3}}, "target": {"matching": "hourly", "cfe": 0.2}}


def compiled_day(changes):
    """Return the problem of a day and its matrix."""
    problem = problem_from_case(a_case(changes, DAY))
    return problem, compile_model(build_model(problem), problem.yardstick)


def test_the_matrix_knows_its_whole_numbers():
    _, compiled = compiled_day(VARIANTS["everything"])
    names = sorted(compiled.columns[j].local_name for j in compiled.integers)
    assert names == ["lots", "lots", "lots", "taken", "taken", "taken", "taken"]
    _, plain = compiled_day({})
    assert plain.integers.size == 0


def test_the_bound_holds_for_every_choice():
    # every number of lots of the wind, one by one: none costs less than the bound
    case = merged(DAY, {"contracts": {"wind": {"lot_mw": 10}}})
    _, solution, optimum = solved(a_case(base=case))
    costs = []
    for lots in range(7):
        held = merged(case, {"contracts": {"wind": {"lot_mw": ..., "min_mw": 10 * lots, "max_mw": 10 * lots}}})
        costs.append(solved(a_case(base=held))[1].objective)
    search = optimum.whole_numbers
    assert solution.objective == pytest.approx(min(costs), rel=1e-6)
    assert search.bound <= min(costs) + 1e-6 * abs(min(costs))
    assert search.gap_absolute == pytest.approx(optimum.certificate.primal_objective - search.bound)
    assert search.gap <= search.asked


def test_a_cut_bounds_what_other_bounds_cost():
    problem, compiled = compiled_day({"contracts": {"wind": {"lot_mw": 10}, "sun": {"lot_mw": 20}}})
    whole = np.array([3.0, 2.0])

    def at(values):
        return solve_compiled(
            replace(compiled.within(values, values), integers=np.zeros(0, dtype=int)), problem.yardstick
        )

    search = branching._Search(
        compiled,
        lambda part: solve_compiled(replace(part, integers=np.zeros(0, dtype=int)), problem.yardstick),
        1e-4,
        lambda _: None,
    )
    search._solved(whole, whole)
    for other in ([3.0, 2.0], [3.0, 3.0], [2.0, 2.0], [5.0, 1.0], [0.0, 5.0]):
        values = np.array(other)
        cost = at(values).certificate.primal_objective
        assert search.cuts[0].least(values, values) <= cost + GAP_TOLERANCE * abs(cost)
    box = np.array([1.0, 1.0]), np.array([6.0, 5.0])
    assert search.cuts[0].least(*box) <= search.cuts[0].least(whole, whole)


def test_a_wider_gap_takes_no_more_programmes_and_is_kept():
    problem, compiled = compiled_day(VARIANTS["fine lots"])
    found = [
        solve_compiled(compiled, problem.yardstick, SolveOptions(whole_number_gap=gap)).whole_numbers
        for gap in (1e-6, 1e-4, 0.05)
    ]
    counts = [search.programmes for search in found]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    for search in found:
        assert search.gap <= search.asked + GAP_TOLERANCE


def test_half_taken_is_taken_where_nothing_else_need_move():
    # the offer is used to 60 of its 100 MW; an engine may leave `taken` anywhere from 0.6 to 1, and one is meant
    problem, compiled = compiled_day({"contracts": {"wind": {"variant_of": "v", "max_mw": 60}}})
    optimum = solve_compiled(compiled, problem.yardstick, QUICK)
    (taken,) = compiled.integers
    assert optimum.values[taken] == 1.0
    rounding = Rounding(compiled.program, compiled.integers)
    values = optimum.values.copy()
    size = next(j for j, column in enumerate(compiled.columns) if column.name == "contract[wind].contracted_mw")
    values[taken] = values[size] / 60
    assert 0.0 < values[taken] < 1.0
    zero, one = np.zeros(1), np.ones(1)
    assert rounding.settled(values, zero, one).tolist() == [1.0]
    values[size] = values[taken] = 0.0
    assert rounding.settled(values, zero, one).tolist() == [0.0]


def test_rounding_keeps_to_the_rows_of_whole_numbers():
    _, compiled = compiled_day(VARIANTS["everything"])
    rounding = Rounding(compiled.program, compiled.integers)
    names = [compiled.columns[j].name for j in compiled.integers]
    lower, upper = compiled.program.lower[compiled.integers], compiled.program.upper[compiled.integers]
    guess = np.array([0.9 if "taken" in name else 2.4 for name in names])
    guess[names.index("contract[wind].taken")] = 0.8  # of the two variants, the other one is guessed more
    whole = dict(zip(names, rounding.whole(guess, lower, upper).tolist(), strict=True))
    assert whole["contract[firm].taken"] == 1.0
    assert whole["contract[wind].taken"] == 0.0
    assert whole["contract[wind].lots"] == 0.0  # what is not taken has no lots
    assert whole["contract[sun].lots"] == 2.0


def test_no_choice_meets_the_target():
    # 4 MWh of 20 are asked for and nothing may be left over; 12 MW at least would leave 2 in the first hour
    least = {"contracts": {"sun": {"min_mw": 12, "or_nothing": True}}, "surplus": {"max_share": 0}}
    with pytest.raises(InfeasibleError, match="No portfolio of whole lots, least sizes and single variants"):
        solved(a_case({**least, "target": LOTS["target"]}))


def test_what_no_size_meets_is_told_like_ever():
    with pytest.raises(InfeasibleError, match="No portfolio within the limits"):
        solved(a_case(merged(LOTS, {"target": {"cfe": 0.9}})))


def test_an_unbounded_case_is_told_so():
    free = {
        "technology": "solar",
        "zone": "Z",
        "structure": "pay_as_produced",
        "strike_per_mwh": 10,
        "capacity_factor": [1.0, 0.0],
    }
    with pytest.raises(UnboundedError, match="free"):
        solved(a_case(merged(LOTS, {"contracts": {"free": free}})))


def test_out_of_time_before_anything_was_found():
    with pytest.raises(LimitError, match=r"time limit of 1e-09 s .* No portfolio of whole numbers was found yet"):
        solved(a_case(LOTS), options=SolveOptions(time_limit_seconds=1e-9))


def test_out_of_time_tells_the_best_that_was_found_and_its_bound():
    problem, compiled = compiled_day(VARIANTS["fine lots"])
    asked = []

    def slow(part):
        if len(asked) == 2:
            raise LimitError("The time limit of 1 s was reached before an optimum was proved.")
        asked.append(part)
        return solve_compiled(replace(part, integers=np.zeros(0, dtype=int)), problem.yardstick, QUICK)

    told = r"best portfolio found costs [\d,]+, and none costs less than [\d,]+, a gap of [\d.e-]+ %; 0.0001 % is asked"
    with pytest.raises(LimitError, match=told):
        branching.branch_and_bound(compiled, slow, 1e-6)


def test_a_solver_of_ones_own_is_not_asked_for_many_programmes():
    problem = problem_from_case(a_case(LOTS))
    with pytest.raises(
        InputError, match=r"appsi_highs: solves linear programmes here.* take --solver highs or clarabel"
    ):
        solve_model(build_model(problem), problem.yardstick, SolveOptions(solver="appsi_highs"))


def test_a_cross_check_is_of_the_programme_with_them_held():
    pytest.importorskip("clarabel")
    _, _, optimum = solved(a_case(LOTS), options=SolveOptions(cross_check=True))
    assert optimum.cross_check.engine == "clarabel"
    assert optimum.cross_check.difference <= 1e-6
    assert optimum.whole_numbers.decisions == 1
    assert [run.engine for run in optimum.runs].count("clarabel") == 1


def test_an_answer_that_is_no_whole_number_is_refused():
    problem = problem_from_case(a_case(LOTS))
    model = build_model(problem)
    compiled = compile_model(model, problem.yardstick)
    optimum = solve_compiled(compiled, problem.yardstick, QUICK)
    again = rechecked(compiled, problem.yardstick, optimum.values, optimum.duals, optimum.engine)
    assert again.certificate == optimum.certificate
    bent = optimum.values.copy()
    bent[compiled.integers] += 0.25
    with pytest.raises(VerificationError, match=r"2\.5e-01 off a whole number"):
        rechecked(compiled, problem.yardstick, bent, optimum.duals, optimum.engine)
