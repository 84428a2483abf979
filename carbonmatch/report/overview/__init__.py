"""The first page on a run or a sweep, as text in cells, built from summaries. Whoever shows it adds the looks."""

from __future__ import annotations

from carbonmatch.report.overview.comparison import comparison_overview
from carbonmatch.report.overview.eligibility import eligibility_table
from carbonmatch.report.overview.explanation import explanation_page
from carbonmatch.report.overview.growth import growth_overview
from carbonmatch.report.overview.limits import budget_text, limit_facts
from carbonmatch.report.overview.profile import load_overview
from carbonmatch.report.overview.reconciliation import reconciliation_tables
from carbonmatch.report.overview.run import (
    growth_year_text,
    overview,
    score_table,
    search_gap,
    target_text,
    weather_year_text,
)
from carbonmatch.report.overview.stress import stress_overview
from carbonmatch.report.overview.sweep import sweep_overview
from carbonmatch.report.overview.table import Column, Overview, OverviewTable, Row
from carbonmatch.report.overview.years import years_overview

__all__ = [
    "Column",
    "Overview",
    "OverviewTable",
    "Row",
    "budget_text",
    "comparison_overview",
    "eligibility_table",
    "explanation_page",
    "growth_overview",
    "growth_year_text",
    "limit_facts",
    "load_overview",
    "overview",
    "reconciliation_tables",
    "score_table",
    "search_gap",
    "stress_overview",
    "sweep_overview",
    "target_text",
    "weather_year_text",
    "years_overview",
]
