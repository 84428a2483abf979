"""The load of a case as a folder: tables, figures and a page with pictures."""

from carbonmatch.report.load.folder import write_loads
from carbonmatch.report.load.page import load_page, render_loads

__all__ = ["load_page", "render_loads", "write_loads"]
