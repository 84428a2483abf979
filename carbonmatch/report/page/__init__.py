"""The page on a run that boards and auditors read: one HTML file that needs nothing else."""

from __future__ import annotations

from carbonmatch.report.page.render import render_page

__all__ = ["render_page"]
