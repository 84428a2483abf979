"""Rows in which every variable is fixed: they hold as exactly as a certificate asks of the others, no more."""

from __future__ import annotations

import pyomo.core as pyo
import pytest

from carbonmatch.errors import InfeasibleError
from carbonmatch.records import Yardstick
from carbonmatch.solving import compile_model

TEN_MWH = Yardstick(peak_load_mwh=10.0, mean_load_mwh=10.0, typical_price_per_mwh=50.0)


def model_off_by(mwh):
    """Return a model whose one row is constant: 3 >= 3 + mwh."""
    model = pyo.ConcreteModel()
    model.x, model.y = pyo.Var(initialize=3.0), pyo.Var(bounds=(0.0, 1.0))
    model.x.fix()
    model.volume = pyo.Constraint(expr=model.x >= 3.0 + mwh)
    model.cost = pyo.Objective(expr=model.x + model.y)
    return model


def test_a_constant_row_holds_to_a_millionth_of_the_peak_load():
    assert compile_model(model_off_by(9e-6), TEN_MWH).program.matrix.shape == (0, 1)
    with pytest.raises(InfeasibleError, match="already contradict its target"):
        compile_model(model_off_by(2e-5), TEN_MWH)


def test_without_a_yardstick_it_holds_to_the_last_digit():
    assert compile_model(model_off_by(0.0)).rows == ()
    with pytest.raises(InfeasibleError, match="already contradict its target"):
        compile_model(model_off_by(1e-12))
