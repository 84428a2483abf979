"""The few kinds of Pyomo object that every part of the model is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyomo.core as pyo
from pyomo.core.expr import LinearExpression

Flow = list[Any]
"""A flow over time: per step a variable, a linear expression or a number [MWh per step]."""


def size_variable(least: float, most: float) -> pyo.Var:
    """Return the variable of a size in [least, most]; where that leaves no choice its column drops out: it is fixed."""
    variable = pyo.Var(bounds=(least, None if math.isinf(most) else most), initialize=least)
    if least == most:
        variable.construct()
        variable.fix(least)
    return variable


def linear_sum(coefficients: Sequence[float], variables: Sequence[Any]) -> pyo.Expression:
    """Return sum(coefficient * variable) without terms of coefficient zero, built in one step, not by addition."""
    kept = [(c, v) for c, v in zip(coefficients, variables, strict=True) if c != 0.0]
    if not kept:
        return 0.0
    return LinearExpression(constant=0.0, linear_coefs=[c for c, _ in kept], linear_vars=[v for _, v in kept])


def is_constant(flow: Flow) -> bool:
    """Tell whether a flow is made of numbers."""
    return all(isinstance(member, int | float) for member in flow)
