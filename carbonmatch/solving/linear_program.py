"""A linear programme as plain arrays: the hand-over from Pyomo, and the scaling of power and money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyomo.environ as pyo
import scipy.sparse
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from carbonmatch.errors import InfeasibleError
from carbonmatch.records import FloatArray, Yardstick

CONTRADICTION: Final = (
    "No portfolio can meet this case: the sizes and limits that it fixes already contradict its target."
)


@dataclass(frozen=True)
class LinearProgram:
    """minimise cost @ x + offset   subject to   row_lower <= matrix @ x <= row_upper,  lower <= x <= upper.

    matrix   (rows, columns), compressed by column
    """

    matrix: scipy.sparse.csc_array
    cost: FloatArray
    offset: float
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True)
class CompiledModel:
    """A linear programme with the modelling objects that its columns and rows stand for."""

    program: LinearProgram
    columns: tuple[Any, ...]
    rows: tuple[Any, ...]


def compile_model(model: pyo.ConcreteModel) -> CompiledModel:
    """Return a Pyomo model as one sparse matrix.

    Raises:
        InfeasibleError: a row without variables does not hold.
    """
    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True)
    except InfeasibleConstraintException as error:
        raise InfeasibleError(CONTRADICTION) from error
    rhs = np.asarray(form.rhs, dtype=float)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int8)
    bounds = [column.bounds for column in form.columns]
    program = LinearProgram(
        matrix=form.A,
        cost=form.c.toarray().ravel(),
        offset=float(form.c_offset[0]),
        row_lower=np.where(kind <= 0, rhs, -np.inf),
        row_upper=np.where(kind >= 0, rhs, np.inf),
        lower=np.array([-np.inf if low is None else low for low, _ in bounds], dtype=float),
        upper=np.array([np.inf if high is None else high for _, high in bounds], dtype=float),
    )
    return CompiledModel(program, tuple(form.columns), tuple(row.constraint for row in form.rows))


@dataclass(frozen=True)
class Scale:
    """What one unit of the scaled programme stands for: `power` [MWh per step] and `money` [currency/MWh]."""

    power: float
    money: float


TYPICAL_SCALED_PRICE: Final = 10.0
"""Typical price in scaled units. On three real years HiPO took 45 to 102 iterations at 1, 43 to 88 at 10 and at 100."""


def scale_by(yardstick: Yardstick) -> Scale:
    """Return the scale in which the mean load of a step is one and a typical price is ten."""
    return Scale(power=yardstick.mean_load_mwh, money=yardstick.typical_price_per_mwh / TYPICAL_SCALED_PRICE)


def scaled(program: LinearProgram, scale: Scale) -> LinearProgram:
    """Return the programme in scaled units: x = power * x', cost = money * cost'. The matrix is the same."""
    return replace(
        program,
        cost=program.cost / scale.money,
        offset=program.offset / (scale.power * scale.money),
        row_lower=program.row_lower / scale.power,
        row_upper=program.row_upper / scale.power,
        lower=program.lower / scale.power,
        upper=program.upper / scale.power,
    )
