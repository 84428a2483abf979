"""`carbonmatch compare`: scenarios side by side, against a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CrossCheck, Force, Settings, Solver
from carbonmatch.cli.ending import exit_codes, tell_error
from carbonmatch.cli.progress import progress
from carbonmatch.cli.report import write_page
from carbonmatch.cli.study import Baselines, Dask, Jobs, StudyOut, TimeLimit, interrupted, show_study, solve_options


def compare(
    *,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="CASE|RUN...", help="Case files (YAML), run folders, or both, in any number.", show_default=False
        ),
    ],
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="A scenario of the cases, beside the case itself. Can be repeated; all of a single case unless given.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="NAME",
            help="The scenario that premiums are told over; no target and 100 % annual matching unless given.",
            show_default=False,
        ),
    ] = None,
    out: StudyOut = None,
    settings: Settings = None,
    baselines: Baselines = True,
    jobs: Jobs = None,
    dask: Dask = None,
    solver: Solver = "highs",
    cross_check: CrossCheck = False,
    time_limit: TimeLimit = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print comparison.json to stdout, not tables.")] = False,
) -> None:
    """Set scenarios of a case, several cases or finished runs side by side.

    Sizes, cost by component, scores, emissions, and the premium over a baseline. What is solved is verified and kept as
    it ends; after an interruption the same command goes on from there. Data goes to stdout, words and progress to
    stderr.
    """
    with progress() as told:
        told.stage("reading")
        folder = out or Path("runs") / f"{_name(sources)}-comparison"
        options = solve_options(told, solver, time_limit, cross_check=cross_check)
        with exit_codes(lambda: interrupted(folder)):
            found = cm.compare(
                sources,
                scenarios=scenario,
                settings=settings or (),
                baseline=baseline,
                options=options,
                jobs=jobs,
                dask=dask,
                baselines=baselines,
                out=folder,
                force=force,
            )
        with exit_codes("Interrupted; the comparison is written, its page is not."):
            page = write_page(folder, told.stage)
    from carbonmatch.report import comparison_overview  # noqa: PLC0415 - slow to import

    show_study(folder, runfolder.COMPARISON_KIND, page, lambda: comparison_overview(found), as_json=as_json)
    if all(each.summary is None for each in found.scenarios):
        tell_error("No scenario was met.")
        raise typer.Exit(found.scenarios[0].exit_code)


def _name(sources: list[Path]) -> str:
    """Return the name of the folder unless one is given: of the only case or run, or of the first and how many more."""
    first = sources[0].absolute().name.removesuffix(".yaml").removesuffix(".yml")
    return first if len(sources) == 1 else f"{first}-and-{len(sources) - 1}-more"
