"""From a checked case to a Pyomo model, and from its optimum back to user terms.

The only place that says Var or Constraint.
"""

from __future__ import annotations

from carbonmatch.formulation.adapt import adapt, differing
from carbonmatch.formulation.budget import build_budget_model, share_for_budget
from carbonmatch.formulation.build import build_model
from carbonmatch.formulation.carbon import cap_below_claims
from carbonmatch.formulation.choices import offers_with_choice, with_any_size, with_choices_held
from carbonmatch.formulation.extract import extract_solution, matching_flows, share_reached
from carbonmatch.formulation.growth import GrowthOptimum, build_growth
from carbonmatch.formulation.limit_prices import RowNumbers, limit_prices, rows_by_name
from carbonmatch.formulation.limits import Limit, binds, lifted, limits_of, upkeep, with_less_must_run
from carbonmatch.formulation.load_terms import with_placed
from carbonmatch.formulation.matching import ledgers_coincide, score_weights
from carbonmatch.formulation.moves import build_growth_model, build_move_model, value_needed
from carbonmatch.formulation.operation import build_window, hold_operation, read_schedule
from carbonmatch.formulation.problem import problem_from_case, target_terms
from carbonmatch.formulation.reach import build_reach_model, settings_that_hold_load, with_load_held
from carbonmatch.formulation.several_years import YearsOptimum
from carbonmatch.formulation.site_load import load_changes
from carbonmatch.formulation.supply import (
    overloaded_connections,
    planned_above_connections,
    without_connections,
)
from carbonmatch.formulation.target import target_sides
from carbonmatch.formulation.unit import SizeOfUnit, build_unit
from carbonmatch.formulation.years import build_years

__all__ = [
    "GrowthOptimum",
    "Limit",
    "RowNumbers",
    "SizeOfUnit",
    "YearsOptimum",
    "adapt",
    "binds",
    "build_budget_model",
    "build_growth",
    "build_growth_model",
    "build_model",
    "build_move_model",
    "build_reach_model",
    "build_unit",
    "build_window",
    "build_years",
    "cap_below_claims",
    "differing",
    "extract_solution",
    "hold_operation",
    "ledgers_coincide",
    "lifted",
    "limit_prices",
    "limits_of",
    "load_changes",
    "matching_flows",
    "offers_with_choice",
    "overloaded_connections",
    "planned_above_connections",
    "problem_from_case",
    "read_schedule",
    "rows_by_name",
    "score_weights",
    "settings_that_hold_load",
    "share_for_budget",
    "share_reached",
    "target_sides",
    "target_terms",
    "upkeep",
    "value_needed",
    "with_any_size",
    "with_choices_held",
    "with_less_must_run",
    "with_load_held",
    "with_placed",
    "without_connections",
]
