"""`carbonmatch solve` on a case with several years: one portfolio for all weather years, or a plan over years."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypedDict

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import echo_json, faults_told
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import Progress, progress
from carbonmatch.cli.report import write_page
from carbonmatch.errors import Fault

YearsOf = Literal["weather_years", "growth"]


def years_of(case: Path, settings: list[str] | None, scenario: str | None) -> YearsOf | None:
    """Tell which years a case names, once its scenario and the settings are applied; None where it names none."""
    from carbonmatch.case import Variant, years_named  # noqa: PLC0415 - slow to import, and --help must not wait

    with faults_told(case):
        names = years_named(case, Variant(tuple(settings or ()), scenario))
    if names["growth"]:
        return "growth"
    return "weather_years" if names["weather_years"] else None


class YearKey(TypedDict, total=False):
    """A year as `load_case` takes it."""

    weather_year: str
    growth_year: str


def year_key(case: Path, settings: list[str] | None, scenario: str | None, year: str | None) -> YearKey:
    """Return a year as `load_case` takes it: of growth where the case has that, else of weather."""
    if year is None:
        return {}
    return {"growth_year": year} if years_of(case, settings, scenario) == "growth" else {"weather_year": year}


def solve_over_years(
    case: Path,
    settings: list[str] | None,
    scenario: str | None,
    options: Callable[[Progress], cm.SolveOptions],
    *,
    out: Path | None,
    fix: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Find the cheapest portfolio over all weather years, write a run folder for each of them, and show it."""
    from carbonmatch.case import load_years  # noqa: PLC0415 - slow to import
    from carbonmatch.study import solve_years  # noqa: PLC0415

    with exit_codes("Interrupted; nothing was written."), progress() as told:
        told.stage("reading the case")
        with faults_told(case):
            cases = load_years(case, settings=settings or (), scenario=scenario)
        warnings = dict.fromkeys(warning for each in cases for warning in each.warnings)
        tell_warnings(warnings)
        name = cases[0].name if scenario is None else f"{cases[0].name}-{scenario}"
        folder = out or Path("runs") / f"{name}-years"
        found = solve_years(cases, options(told), out=folder, fix=fix, force=force)
    tell_warnings(found.summary["warnings"][len(warnings) :])
    if as_json:
        echo_json(runfolder.to_json(found.summary))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
    from carbonmatch.report import years_overview  # noqa: PLC0415

    show(years_overview(found.summary))
    point = folder / runfolder.POINTS / found.summary["worst_years"][0]
    typer.echo(f"\nWritten to {folder}, every year as a run of its own: carbonmatch report {point} --format html")


def solve_growth_plan(
    case: Path,
    settings: list[str] | None,
    scenario: str | None,
    options: Callable[[Progress], cm.SolveOptions],
    *,
    out: Path | None,
    fix: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Find what to sign in which year at the least present value, write a run folder for each year, and show it."""
    from carbonmatch.case import load_growth  # noqa: PLC0415 - slow to import
    from carbonmatch.study import solve_growth  # noqa: PLC0415

    with exit_codes("Interrupted; nothing was written."), progress() as told:
        if fix is not None:
            what = "holds the sizes of one year, and a plan has sizes for each; take one of its years, --year NAME"
            raise cm.InputError([Fault(f"--fix {fix}", what)])
        told.stage("reading the case")
        with faults_told(case):
            cases = load_growth(case, settings=settings or (), scenario=scenario)
        warnings = dict.fromkeys(warning for each in cases[1:] for warning in each.warnings)
        tell_warnings(warnings)
        name = cases[0].name if scenario is None else f"{cases[0].name}-{scenario}"
        folder = out or Path("runs") / f"{name}-growth"
        found = solve_growth(cases, options(told), out=folder, force=force)
        with exit_codes("Interrupted; the plan is written, its page is not."):
            page = write_page(folder, told.stage)
    tell_warnings(found.summary["warnings"][len(warnings) :])
    if as_json:
        echo_json(runfolder.to_json(found.summary))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
    from carbonmatch.report import growth_overview  # noqa: PLC0415

    show(growth_overview(found.summary))
    typer.echo(
        f"\nWritten to {folder}; {page.name} in it shows all of this, and every year is a run of its own in points"
    )
