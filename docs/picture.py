"""Take the pictures of the README from the page on a run: `python docs/picture.py RUN`.

docs/answer.png     the top of the page
docs/matching.png   the share of load matched by month and hour of day, and the hardest week

Needs the extra `test`, and Chromium (`apt-get install chromium`).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

DOCS: Final = Path(__file__).parent
WIDTH: Final = 1180
TOP: Final = 790
"""Pixels of the page: its answer, down to the target."""


def clip(page: Page, first: str, last: str) -> dict[str, float]:
    """Return the part of a page from one element to another, with a margin."""
    above, below = (page.locator(selector).bounding_box() for selector in (first, last))
    if above is None or below is None:
        raise SystemExit(f"{first} or {last} is not on the page")
    margin = 16.0
    top, bottom = above["y"] - margin, below["y"] + below["height"] + margin
    return {"x": above["x"] - margin, "y": top, "width": above["width"] + 2 * margin, "height": bottom - top}


def take(run: Path) -> None:
    """Take both pictures."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": TOP})
        page.goto((run / "report.html").resolve().as_uri())
        page.screenshot(path=DOCS / "answer.png")
        page.evaluate(
            "() => { const heat = document.getElementById('zone1-heat');"
            "heat.after(document.getElementById('zone1-week3')); window.scrollTo(0, 0); }"
        )
        page.screenshot(path=DOCS / "matching.png", full_page=True, clip=clip(page, "#zone1-heat", "#zone1-week3"))
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
