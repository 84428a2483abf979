"""From a checked case to a Pyomo model, and from its optimum back to user terms.

The only place that says Var or Constraint.
"""

from __future__ import annotations

from carbonmatch.formulation.adapt import adapt
from carbonmatch.formulation.budget import build_budget_model, share_for_budget
from carbonmatch.formulation.build import build_model
from carbonmatch.formulation.extract import extract_solution, share_reached
from carbonmatch.formulation.problem import problem_from_case
from carbonmatch.formulation.reach import build_reach_model
from carbonmatch.formulation.target import target_sides
from carbonmatch.formulation.years import YearsOptimum, build_years

__all__ = [
    "YearsOptimum",
    "adapt",
    "build_budget_model",
    "build_model",
    "build_reach_model",
    "build_years",
    "extract_solution",
    "problem_from_case",
    "share_for_budget",
    "share_reached",
    "target_sides",
]
