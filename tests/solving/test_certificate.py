"""The certificate accepts an optimum and refuses everything else, whatever the engine said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_cases import a_case

from carbonmatch.formulation import problem_from_case
from carbonmatch.records import Yardstick
from carbonmatch.solving.certificate import certify, holds
from carbonmatch.solving.linear_program import LinearProgram, SparseMatrix

# minimise 3 x + 2 y   subject to   x + y >= 4 (dual 2),  x - y = 0 (dual 0.5),  0 <= x <= 10, 0 <= y
# optimum x = y = 2, cost 10: reduced costs 3 - (d + e) = 0 and 2 - (d - e) = 0 give d = 2.5, e = 0.5
PROGRAM = LinearProgram(
    matrix=SparseMatrix((2, 2), np.array([0, 2, 4]), np.array([0, 1, 0, 1]), np.array([1.0, 1.0, 1.0, -1.0])),
    cost=np.array([3.0, 2.0]),
    offset=7.0,
    row_lower=np.array([4.0, 0.0]),
    row_upper=np.array([np.inf, 0.0]),
    lower=np.zeros(2),
    upper=np.array([10.0, np.inf]),
)
YARDSTICK = Yardstick(peak_load_mwh=4.0, mean_load_mwh=3.0, typical_price_per_mwh=2.5)
VALUES, DUALS = np.array([2.0, 2.0]), np.array([2.5, 0.5])


def certificate(program=PROGRAM, values=VALUES, duals=DUALS):
    return certify(program, np.asarray(values, float), np.asarray(duals, float), YARDSTICK)


def test_an_optimum_is_certified():
    found = certificate()
    assert holds(found)
    assert found.primal_objective == pytest.approx(17)
    assert found.dual_objective == pytest.approx(17)
    assert found.gap == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "residual"),
    [((1.0, 1.0), 2.0), ((2.5, 2.0), 0.5), ((-1.0, -1.0), 6.0), ((11.0, 11.0), 1.0)],
    ids=["row below its side", "equality off", "below a bound", "above a bound"],
)
def test_a_point_that_breaks_a_row_or_bound_is_refused(values, residual):
    found = certificate(values=values)
    assert found.primal_residual_mwh == pytest.approx(residual)
    assert found.primal_residual == pytest.approx(residual / 4)
    assert not holds(found)


def test_a_feasible_point_that_is_not_cheapest_is_refused():
    found = certificate(values=(3.0, 3.0))  # cost 15 against 10: the row x + y >= 4 has slack 2 at price 2.5
    assert found.primal_residual == 0
    assert found.gap == pytest.approx(2 * 2.5 / 15)
    assert not holds(found)


def test_a_dual_of_the_wrong_sign_is_refused():
    found = certificate(duals=(-2.5, 0.5))
    assert found.dual_residual == pytest.approx(1)
    assert not holds(found)


def test_a_reduced_cost_of_the_wrong_sign_is_refused():
    # reduced cost of y: 2 - (3 - 0.5) = -0.5, and y has no upper bound that could stop it
    found = certificate(duals=(3.0, 0.5))
    assert found.dual_residual == pytest.approx(0.5 / (2 + 3 + 0.5))
    assert not holds(found)


def test_errors_of_different_sign_do_not_cancel_in_the_gap():
    # reduced costs: x -1 (nothing stops its growth), y +1, at x = y = 2: |primal - dual| is 0, the sum of products 4
    program = replace(PROGRAM, upper=np.full(2, np.inf))
    found = certificate(program, duals=(2.5, 1.5))
    assert found.primal_objective == pytest.approx(found.dual_objective)
    assert found.gap == pytest.approx((1 * 2 + 1 * 2) / 10)
    assert not holds(found)


def test_small_errors_pass_and_ten_times_the_tolerance_does_not():
    assert holds(certificate(values=(2 + 1e-7, 2 + 1e-7)))
    assert not holds(certificate(values=(2 + 1e-4, 2 + 1e-4)))


def test_the_yardstick_is_taken_from_load_and_retail_prices():
    # load 10 MWh in both hours, retail at spot + 10: -10 and 70, whose mean size is 40
    problem = problem_from_case(a_case({"zones": {"Z": {"spot_price_per_mwh": [-20.0, 60.0]}}}))
    assert problem.yardstick == Yardstick(peak_load_mwh=10.0, mean_load_mwh=10.0, typical_price_per_mwh=40.0)
