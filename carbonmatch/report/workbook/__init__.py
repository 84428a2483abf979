"""The workbook of a run: every number, one sheet per subject."""

from __future__ import annotations

from carbonmatch.report.workbook.book import write_workbook

__all__ = ["write_workbook"]
