"""The hand-over: a Pyomo model as one sparse matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.linear import LinearRepnVisitor

from carbonmatch.errors import InfeasibleError
from carbonmatch.records import FloatArray, IntArray, Yardstick
from carbonmatch.solving.linear_program import LinearProgram, SparseMatrix
from carbonmatch.units import PRIMAL_TOLERANCE

CONTRADICTION: Final = (
    "No portfolio can meet this case: the sizes and limits that it fixes already contradict its target."
)


@dataclass(frozen=True)
class CompiledModel:
    """A linear programme in user units, with the model and the modelling objects of its columns and rows.

    constants   (rows,) what stood beside the variables of a row and was brought to the other side
    integers    numbers of the columns that are whole numbers; the programme itself lets them be anything
    """

    program: LinearProgram
    model: pyo.ConcreteModel
    columns: tuple[Any, ...]
    rows: tuple[Any, ...]
    constants: FloatArray
    integers: IntArray

    def within(self, lower: FloatArray, upper: FloatArray) -> CompiledModel:
        """Return the same with other bounds of the columns that are whole numbers."""
        least, most = self.program.lower.copy(), self.program.upper.copy()
        least[self.integers], most[self.integers] = lower, upper
        return replace(self, program=replace(self.program, lower=least, upper=most))

    def integrality_residual(self, values: FloatArray) -> float:
        """Return the largest distance of a whole number of a solution from one; `values` is (columns,)."""
        found = values[self.integers]
        return float(np.abs(found - np.round(found)).max(initial=0.0))

    def held_at(self, values: FloatArray) -> CompiledModel:
        """Return the linear programme in which the whole numbers are those of a solution, each rounded exactly.

        values   (columns,) of the solution
        """
        if not self.integers.size:
            return self
        whole = np.clip(
            np.round(values[self.integers]), self.program.lower[self.integers], self.program.upper[self.integers]
        )
        return self.within(whole, whole)

    def with_sides(self, sides: Iterable[tuple[Any, float]]) -> CompiledModel | None:
        """Return the same with other right-hand sides of some rows; None where one was a constant and left out.

        It is what compiling a model with these sides gives. The modelling objects stay as they were built.
        """
        number = {id(row): i for i, row in enumerate(self.rows)}
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        for row, side in sides:
            i = number.get(id(row))
            if i is None:
                return None
            for bound in (lower, upper):
                if np.isfinite(bound[i]):
                    bound[i] = side - self.constants[i]
        return replace(self, program=replace(self.program, row_lower=lower, row_upper=upper))

    def with_numbers_of_model(self) -> CompiledModel | None:
        """Return the same with the costs and the bounds that the model has now; None where it has other columns.

        The rows are taken as they were: what stands in them must not have changed.
        """
        (objective,) = self.model.component_data_objects(pyo.Objective, active=True)
        with PauseGC():
            cost = LinearRepnVisitor({}).walk_expression(objective.expr)
        known = {id(column) for column in self.columns}
        if not cost.linear.keys() <= known:
            return None
        lower, upper = _bounds(self.columns)
        program = replace(
            self.program,
            cost=np.array([cost.linear.get(id(column), 0.0) for column in self.columns]),
            offset=float(cost.constant),
            lower=lower,
            upper=upper,
        )
        return replace(self, program=program)


def compile_model(model: pyo.ConcreteModel, yardstick: Yardstick | None = None) -> CompiledModel:
    """Return a Pyomo model as one sparse matrix.

    Fixed variables are numbers in it, and variables that no row and no cost refers to are left out. By a yardstick, a
    row without variables holds to what a certificate grants the others; without one, to the last digit.

    Raises:
        InfeasibleError: a row without variables does not hold.
    """
    slack = 0.0 if yardstick is None else PRIMAL_TOLERANCE * yardstick.peak_load_mwh
    with PauseGC():  # the walk makes and drops many small objects
        return _compile(model, slack)


def _compile(model: pyo.ConcreteModel, slack: float) -> CompiledModel:
    visitor = LinearRepnVisitor({})
    (objective,) = model.component_data_objects(pyo.Objective, active=True)
    cost = visitor.walk_expression(objective.expr)
    rows, counts, constants, variables, values, lower, upper = [], [], [], [], [], [], []
    for row in model.component_data_objects(pyo.Constraint, active=True):
        low, body, high = row.to_bounded_expression(evaluate_bounds=True)
        form = visitor.walk_expression(body)
        low = -np.inf if low is None else low - form.constant
        high = np.inf if high is None else high - form.constant
        if not form.linear:
            if low > slack or high < -slack:
                raise InfeasibleError(CONTRADICTION)
            continue
        rows.append(row)
        counts.append(len(form.linear))
        constants.append(form.constant)
        variables.extend(form.linear)
        values.extend(form.linear.values())
        lower.append(low)
        upper.append(high)
    used = {*variables, *cost.linear}
    columns = tuple(variable for key, variable in visitor.var_map.items() if key in used)
    number = {id(variable): i for i, variable in enumerate(columns)}
    matrix = SparseMatrix.from_entries(
        shape=(len(rows), len(columns)),
        rows=np.repeat(np.arange(len(rows)), counts),
        columns=np.fromiter(map(number.__getitem__, variables), np.int64, len(variables)),
        values=np.array(values, dtype=float),
    )
    least, most = _bounds(columns)
    program = LinearProgram(
        matrix=matrix,
        cost=np.array([cost.linear.get(id(column), 0.0) for column in columns]),
        offset=float(cost.constant),
        row_lower=np.array(lower, dtype=float),
        row_upper=np.array(upper, dtype=float),
        lower=least,
        upper=most,
    )
    integers = np.flatnonzero([not column.is_continuous() for column in columns])
    return CompiledModel(program, model, columns, tuple(rows), np.array(constants, dtype=float), integers)


def _bounds(columns: Iterable[Any]) -> tuple[FloatArray, FloatArray]:
    bounds = [column.bounds for column in columns]
    return (
        np.array([-np.inf if low is None else low for low, _ in bounds], dtype=float),
        np.array([np.inf if high is None else high for _, high in bounds], dtype=float),
    )
