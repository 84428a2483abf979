"""`carbonmatch stress`: a chosen portfolio held fixed, and operated through what may happen to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CrossCheck, Force, Scenario, Settings, Solver, echo_json
from carbonmatch.cli.ending import exit_codes
from carbonmatch.cli.progress import progress
from carbonmatch.cli.study import Dask, Jobs, StudyOut, TimeLimit, interrupted


def stress(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="CASE|RUN", help="A case file (YAML), or a run whose sizes are held.", show_default=False
        ),
    ],
    shock: Annotated[
        list[str] | None,
        typer.Option(
            "--shock",
            metavar="NAME",
            help="One of the cases, such as load-plus-10 or one under `stress:`. Can be repeated; all unless given.",
            show_default=False,
        ),
    ] = None,
    out: StudyOut = None,
    settings: Settings = None,
    scenario: Scenario = None,
    jobs: Jobs = None,
    dask: Dask = None,
    solver: Solver = "highs",
    cross_check: CrossCheck = False,
    time_limit: TimeLimit = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print stress.json to stdout instead of tables.")] = False,
) -> None:
    """Hold the chosen portfolio fixed and operate it through other prices, more load, less wind, plants that are out.

    Score and cost of every case, worst first; each is verified and kept as it ends. A target that is missed is a
    finding, not a failure. Data goes to stdout, words and progress to stderr.
    """
    with progress() as told:
        told.stage("reading")
        name = source.absolute().name.removesuffix(".yaml").removesuffix(".yml")
        folder = out or Path("runs") / f"{name}-stress"
        options = cm.SolveOptions(
            time_limit_seconds=float("inf") if time_limit is None else time_limit,
            solver=solver,
            cross_check=cross_check,
            on_progress=told.stage,
            on_iteration=told.iteration,
        )
        with exit_codes(lambda: interrupted(folder)):
            found = cm.stress(
                source,
                settings=settings or (),
                scenario=scenario,
                shocks=shock,
                options=options,
                jobs=jobs,
                dask=dask,
                out=folder,
                force=force,
            )
    if as_json:
        echo_json((folder / runfolder.STRESS_KIND.record).read_text(encoding="utf-8"))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
    from carbonmatch.report import stress_overview  # noqa: PLC0415

    show(stress_overview(found))
    typer.echo(f"\nWritten to {folder}")
