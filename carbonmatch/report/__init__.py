"""What people read and hand on, built from the summary of a run."""

from __future__ import annotations

from carbonmatch.report.frontier import frontier
from carbonmatch.report.overview import overview
from carbonmatch.report.table import Column, Overview, OverviewTable

__all__ = ["Column", "Overview", "OverviewTable", "frontier", "overview"]
