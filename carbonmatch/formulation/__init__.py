"""From a checked case to a Pyomo model, and from its optimum back to user terms.

The only place that says Var or Constraint.
"""

from __future__ import annotations

from carbonmatch.formulation.adapt import adapt
from carbonmatch.formulation.budget import build_budget_model, share_for_budget
from carbonmatch.formulation.build import build_model
from carbonmatch.formulation.extract import extract_solution, share_reached
from carbonmatch.formulation.limits import RowNumbers, limit_prices, rows_by_name
from carbonmatch.formulation.problem import problem_from_case
from carbonmatch.formulation.reach import build_reach_model
from carbonmatch.formulation.target import target_sides
from carbonmatch.formulation.unit import SizeOfUnit, build_unit
from carbonmatch.formulation.years import YearsOptimum, build_years

__all__ = [
    "RowNumbers",
    "SizeOfUnit",
    "YearsOptimum",
    "adapt",
    "build_budget_model",
    "build_model",
    "build_reach_model",
    "build_unit",
    "build_years",
    "extract_solution",
    "limit_prices",
    "problem_from_case",
    "rows_by_name",
    "share_for_budget",
    "share_reached",
    "target_sides",
]
