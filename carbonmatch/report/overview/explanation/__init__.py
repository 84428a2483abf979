"""The page on an explanation, as text in cells."""

from __future__ import annotations

from carbonmatch.report.overview.explanation.page import explanation_page

__all__ = ["explanation_page"]
