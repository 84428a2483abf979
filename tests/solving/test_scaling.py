"""Scaling changes the units that engines see, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_cases import a_case

from carbonmatch.formulation import build_model, problem_from_case
from carbonmatch.records import Yardstick
from carbonmatch.solving.certificate import certify, holds
from carbonmatch.solving.compile import compile_model
from carbonmatch.solving.linear_program import LinearProgram, SparseMatrix
from carbonmatch.solving.scaling import LEAST_SHARE, Scale, column_sizes, scale_of, scaled

YARDSTICK = Yardstick(peak_load_mwh=120.0, mean_load_mwh=100.0, typical_price_per_mwh=20.0)


def program(rows, *, row_lower, row_upper, lower=None, cost=None):
    dense = np.array(rows, dtype=float)
    at = np.argwhere(dense)
    columns = dense.shape[1]
    return LinearProgram(
        matrix=SparseMatrix.from_entries(dense.shape, at[:, 0], at[:, 1], dense[dense != 0]),
        cost=np.ones(columns) if cost is None else np.array(cost, dtype=float),
        offset=0.0,
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        lower=np.zeros(columns) if lower is None else np.array(lower, dtype=float),
        upper=np.full(columns, np.inf),
    )


def test_a_matrix_is_what_it_was_made_from():
    dense = np.array([[0.0, 2.0, 0.0], [3.0, -4.0, 0.0]])
    matrix = SparseMatrix.from_entries((2, 3), np.array([1, 0, 1]), np.array([1, 1, 0]), np.array([-4.0, 2.0, 3.0]))
    assert matrix.indptr.tolist() == [0, 1, 3, 3]
    assert (matrix @ np.array([1.0, 10.0, 100.0])).tolist() == (dense @ [1, 10, 100]).tolist()
    assert matrix.transposed_times(np.array([1.0, 10.0])).tolist() == (dense.T @ [1, 10]).tolist()
    assert (abs(matrix) @ np.ones(3)).tolist() == [2, 7]
    assert (matrix.scaled_by_column(np.array([2.0, 0.5, 1.0])) @ np.ones(3)).tolist() == [1, 4]


def test_the_scale_makes_a_typical_load_one_and_a_typical_price_ten():
    scale = scale_of(program([[1, 1]], row_lower=[100], row_upper=[np.inf]), YARDSTICK)
    assert (scale.power, scale.money, scale.column.tolist()) == (100, 2, [1, 1])


def test_scaling_is_undone_by_unscaling():
    # minimise 3 x + 2 y   subject to   x + y >= 400,  x - y = 0:  x = y = 200, duals 2.5 and 0.5
    original = program([[1, 1], [1, -1]], row_lower=[400, 0], row_upper=[np.inf, 0], cost=[3, 2])
    scale = Scale(power=100.0, money=2.0, column=np.array([0.5, 4.0]))
    smaller = scaled(original, scale)
    assert smaller.row_lower[0] == pytest.approx(4)
    assert smaller.cost.tolist() == pytest.approx([0.75, 4.0])
    values, duals = np.array([4.0, 0.5]), np.array([1.25, 0.25])
    assert (smaller.matrix @ values).tolist() == pytest.approx([4, 0])
    assert scale.values(values).tolist() == pytest.approx([200, 200])
    assert scale.duals(duals).tolist() == pytest.approx([2.5, 0.5])
    assert holds(certify(original, scale.values(values), scale.duals(duals), YARDSTICK))
    assert holds(certify(smaller, values, duals, replace(YARDSTICK, peak_load_mwh=1.2, typical_price_per_mwh=10.0)))


def test_a_column_is_as_small_as_a_limit_on_a_sum_makes_it_on_average():
    # x + y + 2 z <= 25 leaves each of them 25 / 4 = 6.25 MWh, 1/16 of the mean load; w is not in it
    limited = program([[1, 1, 2, 0], [1, 0, 0, 1]], row_lower=[-np.inf, 50], row_upper=[25, np.inf])
    assert column_sizes(limited, YARDSTICK).tolist() == [2**-4, 2**-4, 2**-4, 1]


@pytest.mark.parametrize(
    ("rows", "row_lower", "row_upper", "lower"),
    [
        ([[1, -1]], [-np.inf], [1], None),
        ([[1, 1]], [-np.inf], [1], [-5, 0]),
        ([[1, 1]], [1], [np.inf], None),
        ([[1, 1]], [-np.inf], [0], None),
        ([[1, 1]], [-np.inf], [5000], None),
    ],
    ids=["a negative term", "a negative column", "no upper side", "an upper side of zero", "a wide limit"],
)
def test_other_rows_say_nothing_of_size(rows, row_lower, row_upper, lower):
    unlimited = program(rows, row_lower=row_lower, row_upper=row_upper, lower=lower)
    assert column_sizes(unlimited, YARDSTICK).tolist() == [1, 1]


def test_sizes_are_powers_of_two_and_never_vanish():
    tiny = program([[1, 1]], row_lower=[-np.inf], row_upper=[1e-30])
    assert column_sizes(tiny, YARDSTICK).tolist() == [LEAST_SHARE, LEAST_SHARE]
    for limit in (0.7, 7.0, 70.0):
        (size, _) = column_sizes(program([[1, 1]], row_lower=[-np.inf], row_upper=[limit]), YARDSTICK)
        assert np.log2(size) == round(np.log2(size))
        assert size == pytest.approx(limit / 200, rel=0.5)


def test_unmatched_load_is_scaled_by_the_target():
    problem = problem_from_case(a_case({"target": {"matching": "hourly", "cfe": 0.99}}))
    compiled = compile_model(build_model(problem))
    scale = scale_of(compiled.program, problem.yardstick)
    of = {column.name: size for column, size in zip(compiled.columns, scale.column, strict=True)}
    assert of["site[s].retail_supply_mwh[0]"] == 2**-7  # 1 % of the load
    assert of["contract[sun].contracted_mw"] == 1
