"""The page on a study as one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from carbonmatch.report.page.template import render
from carbonmatch.report.study.comparison_page import comparison_page
from carbonmatch.report.study.growth_page import growth_page
from carbonmatch.report.study.page import Page
from carbonmatch.report.study.record import Study
from carbonmatch.report.study.stress_page import stress_page
from carbonmatch.report.study.sweep_page import sweep_page

_PAGES: Final[Mapping[str, Callable[[Study], Page]]] = {
    "sweep": sweep_page,
    "comparison": comparison_page,
    "stress": stress_page,
    "growth": growth_page,
}


def page_of(study: Study) -> Page:
    """Return what the page on a study tells, before it is put into words of HTML."""
    return _PAGES[study.kind.stem](study)


def render_study(study: Study) -> str:
    """Return the page on a study as HTML: one file that asks for nothing else, the same bytes for the same study."""
    return render("study.html.j2", page_of(study), str(study.content.get("carbonmatch") or ""))


def write_page(study: Study, path: Path) -> None:
    """Write the page on a study."""
    path.write_text(render_study(study), encoding="utf-8")
