"""`carbonmatch stress`: the chosen portfolio held fixed, in cases that were not planned for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import Force, Scenario, Settings, Solver, faults_told, run_name
from carbonmatch.cli.ending import exit_codes, tell_error
from carbonmatch.cli.progress import progress
from carbonmatch.cli.report import write_page
from carbonmatch.cli.study import Dask, Jobs, StudyOut, TimeLimit, interrupted, show_study, solve_options
from carbonmatch.cli.years import YearKey, year_key


def stress(
    *,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|CASE",
            help="A run folder of solve, or a case file whose portfolio is chosen first.",
            show_default=False,
        ),
    ],
    shocks: Annotated[
        list[str] | None,
        typer.Option(
            "--shock",
            metavar="KIND",
            help="prices, load, delivery, outage, storage, wind, foresight, weather (the other weather years of the "
            "case) or own (the stress block of the case). Can be repeated; all unless given.",
            show_default=False,
        ),
    ] = None,
    foresight: Annotated[
        Literal["persistence", "forecast", "perfect"] | None,
        typer.Option(
            "--foresight",
            metavar="KIND",
            help="What an operator knows of the hours ahead: that they will be as they were a day before, the "
            "forecasts of the case, or what will be. The forecasts if there are any, else the first, unless given.",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        float, typer.Option("--window", metavar="HOURS", help="What is planned at the start of every day.")
    ] = 48.0,
    out: StudyOut = None,
    settings: Settings = None,
    scenario: Scenario = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar="NAME",
            help="The weather year that is planned for, of a case that names several.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = None,
    dask: Dask = None,
    solver: Solver = "highs",
    time_limit: TimeLimit = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print stress.json to stdout instead of tables.")] = False,
) -> None:
    """Hold the chosen portfolio fixed where prices, load, plants, weather or foresight are others.

    Every case is dispatched again: at the target where the sizes reach it, else at the best score they reach, and it is
    kept as a run folder as it ends. A missed target is a row of the table, and no error.
    """
    from carbonmatch.study import KINDS, Operation, stress_test  # noqa: PLC0415 - --help need not wait

    with progress() as told:
        told.stage("reading the case")
        folder = out or Path("runs") / f"{path.name if path.is_dir() else _name(path, settings, scenario, year)}-stress"
        options = solve_options(told, solver, time_limit)
        key: YearKey = {} if path.is_dir() and year is None else year_key(path, settings, scenario, year)
        with exit_codes(lambda: interrupted(folder)):
            found = stress_test(
                path,
                settings=settings or (),
                scenario=scenario,
                **key,
                kinds=shocks or KINDS,
                operation=Operation(foresight, window),
                options=options,
                jobs=jobs,
                dask=dask,
                out=folder,
                force=force,
            )
        with exit_codes("Interrupted; the stress test is written, its page is not."):
            page = write_page(folder, told.stage)
    from carbonmatch.report import stress_overview  # noqa: PLC0415 - slow to import

    show_study(folder, runfolder.STRESS_KIND, page, lambda: stress_overview(found), as_json=as_json)
    if found.cases and all(case.summary is None for case in found.cases):
        tell_error("No case was solved.")
        raise typer.Exit(found.cases[0].exit_code)


def _name(path: Path, settings: list[str] | None, scenario: str | None, year: str | None) -> str:
    """Return the name of a case, with its scenario and its weather year; end with its faults if it has any."""
    with faults_told(path):
        key = year_key(path, settings, scenario, year)
        case = cm.load_case(path, settings=settings or (), scenario=scenario, purpose="solve", **key)
    return run_name(case, scenario)
