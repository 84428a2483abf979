"""A browser for the page: one for the whole session, the system's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest
from report.made_run import baseline_of, made_run, sweep_of

from carbonmatch.report.page import render_page

HOW_TO_GET_IT = (
    "no Chromium on this machine; get it with: apt-get install chromium (and poppler-utils for what it prints)"
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None or shutil.which("pdftotext") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def year_run():
    return made_run(extras=True)


@pytest.fixture(scope="session")
def year_file(year_run, tmp_path_factory):
    """Return the page of a made year, with everything that a page may hold."""
    run, tables = year_run
    net = run.summary["cost"]["net_of_sales_per_mwh_load"]
    text = render_page(
        run,
        tables,
        baselines=[baseline_of(run, "annual", net - 12.5), baseline_of(run, "none", net - 20.0)],
        sweep=sweep_of(run.summary),
    )
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


class Visit:
    """An open page, with everything it asked for and everything it complained about."""

    def __init__(self, page, address):
        self.page = page
        self.requests = []
        self.complaints = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on(
            "console", lambda message: message.type in {"error", "warning"} and self.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)


@pytest.fixture
def visit(browser):
    """Return a way to open a file as a reader would: width, colour scheme, with JavaScript or without."""

    @contextmanager
    def opened(path, *, width=1280, scheme="light", script=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        try:
            yield Visit(context.new_page(), path.as_uri())
        finally:
            context.close()

    return opened


@pytest.fixture(scope="session")
def printed(browser, year_file):
    """Return the page as it is printed, as text and as the number of its pages."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(year_file.as_uri())
    target = year_file.with_suffix(".pdf")
    page.pdf(path=target, prefer_css_page_size=True)
    context.close()
    return subprocess.run(["pdftotext", "-layout", target, "-"], capture_output=True, text=True, check=True).stdout
