"""`carbonmatch solve` on a case with weather years: one portfolio for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import echo_json, faults_told
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import Progress, progress


def has_weather_years(case: Path, settings: list[str] | None, scenario: str | None) -> bool:
    """Tell whether a case names weather years, once its scenario and the settings are applied."""
    from carbonmatch.case import Variant, weather_year_names  # noqa: PLC0415 - slow to import, and --help must not wait

    with faults_told(case):
        return bool(weather_year_names(case, Variant(tuple(settings or ()), scenario)))


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
