"""`carbonmatch sweep`: one case at many targets, or at many values of any key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CasePath, CrossCheck, Force, Scenario, Settings, Solver, read_case, run_name
from carbonmatch.cli.ending import exit_codes, tell_error, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.cli.report import write_page
from carbonmatch.cli.study import Baselines, Dask, Jobs, StudyOut, TimeLimit, interrupted, show_study, solve_options
from carbonmatch.cli.values import read_targets, read_vary
from carbonmatch.errors import Fault


def sweep(
    *,
    case: CasePath,
    cfe: Annotated[
        str | None,
        typer.Option(
            "--cfe", metavar="A:B:STEP", help="The targets, both ends included; or a list of them, such as 0.5,0.9,1."
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=A:B:STEP",
            help="Any key of the case, with a range or a list of values. With --cfe, or twice: every combination.",
        ),
    ] = None,
    out: StudyOut = None,
    settings: Settings = None,
    scenario: Scenario = None,
    baselines: Baselines = True,
    jobs: Jobs = None,
    dask: Dask = None,
    solver: Solver = "highs",
    cross_check: CrossCheck = False,
    time_limit: TimeLimit = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sweep.json to stdout instead of tables.")] = False,
) -> None:
    """Find the cheapest portfolio at each of several targets, or of several values of any key.

    Every point is verified and written as a run folder of its own as it ends; after an interruption the same command
    goes on from there. Data goes to stdout, words and progress to stderr.
    """
    if not cfe and not vary:
        what = "there is nothing to vary; name targets (--cfe 0.5:1.0:0.05) or values of a key (--vary KEY=A:B:STEP)"
        raise cm.InputError([Fault("--cfe", what)])
    targets, varied = read_targets(cfe) if cfe else [], read_vary(vary or [])
    with progress() as told:
        told.stage("reading the case")
        # with the first values: a key that is varied may be left out of the case
        first = {
            **({"target.cfe": targets[0]} if targets else {}),
            **{key: values[0] for key, values in varied.items()},
        }
        at_first = [*(settings or ()), *(f"{key}={json.dumps(value)}" for key, value in first.items())]
        checked = read_case(case, at_first, scenario)
        tell_warnings(checked.warnings)
        folder = out or Path("runs") / f"{run_name(checked, scenario)}-sweep"
        options = solve_options(told, solver, time_limit, cross_check=cross_check)
        with exit_codes(lambda: interrupted(folder)):
            found = cm.sweep(
                case,
                targets,
                vary=varied,
                settings=settings or (),
                scenario=scenario,
                options=options,
                jobs=jobs,
                dask=dask,
                baselines=baselines,
                out=folder,
                force=force,
            )
        with exit_codes("Interrupted; the sweep is written, its page is not."):
            page = write_page(folder, told.stage)
    from carbonmatch.report import sweep_overview  # noqa: PLC0415 - slow to import

    show_study(folder, runfolder.SWEEP_KIND, page, lambda: sweep_overview(found), as_json=as_json)
    if all(point.summary is None for point in found.points):
        tell_error("No target was met." if cfe else "No point was met.")
        raise typer.Exit(found.points[0].exit_code)
