"""What people read and hand on, built from the summary of a run."""

from __future__ import annotations

from carbonmatch.report.overview import (
    Column,
    Overview,
    OverviewTable,
    comparison_overview,
    explanation_page,
    growth_overview,
    load_overview,
    overview,
    stress_overview,
    sweep_overview,
    years_overview,
)

__all__ = [
    "Column",
    "Overview",
    "OverviewTable",
    "comparison_overview",
    "explanation_page",
    "growth_overview",
    "load_overview",
    "overview",
    "stress_overview",
    "sweep_overview",
    "years_overview",
]
