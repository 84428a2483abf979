"""Which duals are unique, on programmes of a few rows whose duals are known."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from carbonmatch.records import Certificate, Optimum
from carbonmatch.solving import LinearProgram, dual_face
from carbonmatch.solving.linear_program import SparseMatrix

INF = np.inf


def programme(rows, cost, row_lower, row_upper, upper=None):
    dense = np.array(rows, dtype=float)
    i, j = np.nonzero(dense)
    count = dense.shape[1]
    return LinearProgram(
        matrix=SparseMatrix.from_entries(dense.shape, i, j, dense[i, j]),
        cost=np.array(cost, dtype=float),
        offset=0.0,
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        lower=np.zeros(count),
        upper=np.full(count, INF) if upper is None else np.array(upper, dtype=float),
    )


def optimum(values, duals):
    proof = Certificate(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Optimum((), np.array(values, float), (), np.array(duals, float), proof, "hand", (), 0, 0, 0, {}, "")


def face(program, values, duals, watched=(0,)):
    return dual_face(program, optimum(values, duals), watched, near=1e-6, typical_price=1.0)


def test_a_dual_that_one_column_pins_is_unique():
    # least 3 x with x >= 2: the dual is 3, and nothing else
    found = face(programme([[1]], [3], [2], [INF]), [2], [3])
    assert found.unique.tolist() == [True]
    assert found.ranges == {0: (3.0, 3.0)}


def test_of_two_rows_that_say_the_same_neither_dual_is_unique():
    # least 3 x with x >= 2, twice: the duals are 3 together, each from 0 to 3
    found = face(programme([[1], [1]], [3], [2, 2], [INF, INF]), [2], [1, 2], watched=(0, 1))
    assert found.unique.tolist() == [False, False]
    assert found.ranges[0] == pytest.approx((0.0, 3.0))
    assert found.ranges[1] == pytest.approx((0.0, 3.0))
    # their sum is
    assert found.fixes(np.array([1.0, 1.0]))
    assert not found.fixes(np.array([1.0, 0.0]))
    assert found.fixes_sums(np.array([0]), np.array([1])).tolist() == [True]
    assert found.fixes_sums(np.array([0]), np.array([0])).tolist() == [False]


def test_a_row_with_slack_has_dual_zero_and_no_other():
    found = face(programme([[1], [1]], [3], [2, 1], [INF, INF]), [2], [3, 0], watched=(0, 1))
    assert found.unique.tolist() == [True, True]
    assert found.ranges[1] == (0.0, 0.0)


def test_a_column_at_its_bound_pins_nothing():
    # 0 <= x <= 2 and x + y >= 2, y dearer: x is at its limit and y at zero; the dual may be anything from 3 to 5
    found = face(programme([[1, 1]], [3, 5], [2], [INF], upper=[2, INF]), [2, 0], [4])
    assert found.unique.tolist() == [False]
    assert found.ranges[0] == pytest.approx((3.0, 5.0))
    # a little more is asked for, and y is in between
    found = face(programme([[1, 1]], [3, 5], [2.5], [INF], upper=[2, INF]), [2, 0.5], [5])
    assert found.unique.tolist() == [True]


def test_where_a_sign_forbids_to_move_no_other_dual_is_found():
    # at the end of the face, that a vertex method returns: one way is shut, the other one open
    found = face(programme([[1, 1]], [3, 5], [2], [INF], upper=[2, INF]), [2, 0], [3])
    assert not found.unique[0]
    assert found.ranges[0] == pytest.approx((3.0, 5.0))


def test_chains_are_followed_and_what_they_leave_is_solved_together():
    # a ring of three rows, each column in two of them: no equation has one unknown, all three together pin all duals
    ring = [[1, 0, 1], [1, 1, 0], [0, 1, 1]]
    found = face(programme(ring, [3, 5, 4], [2, 2, 2], [2, 2, 2]), [1, 1, 1], [1, 2, 3], watched=())
    # y0 + y1 = 3, y1 + y2 = 5, y0 + y2 = 4
    assert found.unique.tolist() == [True, True, True]
    # of a ring of four the alternating move is left
    ring = [[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    found = face(programme(ring, [3, 3, 3, 3], [2] * 4, [2] * 4), [1] * 4, [1, 2, 1, 2], watched=())
    assert not found.unique.any()
    assert found.fixes(np.array([1.0, 1.0, 0.0, 0.0]))
    # a dual that starts a chain is followed around the ring
    found = face(programme(ring, [3, 3, 3, 3], [2] * 4, [2] * 4), [1] * 4, [1, 2, 1, 2], watched=(0,))
    assert not found.unique.any()


def test_a_row_of_columns_at_their_bounds_alone_is_free():
    found = face(programme([[1, 0], [0, 1]], [3, 5], [2, 0], [INF, 0]), [2, 0], [3, 1], watched=())
    assert found.unique.tolist() == [True, False]
    assert not found.fixes(np.array([0.0, 1.0]))
    assert found.fixes_sums(np.array([0]), np.array([1])).tolist() == [False]


def test_what_would_take_too_long_is_left_open(monkeypatch):
    monkeypatch.setattr(sys.modules["carbonmatch.solving.dual_moves"], "MOST_TOGETHER", 0)
    ring = [[1, 0, 1], [1, 1, 0], [0, 1, 1]]
    assert face(programme(ring, [3, 5, 4], [2, 2, 2], [2, 2, 2]), [1, 1, 1], [1, 2, 3], watched=()) is None
