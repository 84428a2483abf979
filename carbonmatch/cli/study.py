"""What the commands that solve many cases have in common: where to work, and what an interruption leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import echo_json
from carbonmatch.cli.progress import Progress
from carbonmatch.runfolder import StudyKind

if TYPE_CHECKING:
    from carbonmatch.report import Overview

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        help="Processes side by side; a year of one site takes some 0.6 GB in each.",
        show_default="the cores",
    ),
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Work on a Dask cluster instead, by the address of its scheduler, such as tcp://10.0.0.5:8786.",
        show_default=False,
    ),
]
Baselines = Annotated[
    bool,
    typer.Option(
        "--baselines/--no-baselines",
        help="Also solve without a target and with 100 % annual matching, to tell premiums over these.",
    ),
]
StudyOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The folder to write; in runs/ unless given.", show_default=False),
]
TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="Give a point up after this."),
]


def solve_options(
    told: Progress, solver: str, time_limit: float | None, *, cross_check: bool = False
) -> cm.SolveOptions:
    """Return how to solve, as it was typed, with the progress that is told meanwhile."""
    return cm.SolveOptions(
        time_limit_seconds=float("inf") if time_limit is None else time_limit,
        solver=solver,
        cross_check=cross_check,
        on_progress=told.stage,
        on_iteration=told.iteration,
    )


def show_study(folder: Path, kind: StudyKind, page: Path, overview: Callable[[], Overview], *, as_json: bool) -> None:
    """Print a study that was written: its record as JSON, or its overview."""
    if as_json:
        echo_json((folder / kind.record).read_text(encoding="utf-8"))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import: neither --help nor --json waits for it

    show(overview())
    typer.echo(f"\nWritten to {folder}; {page.name} in it shows all of this and more")


def interrupted(folder: Path) -> str:
    """Say what Ctrl-C leaves of a study that was to be written to a folder."""
    points = runfolder.unfinished(folder) / runfolder.POINTS
    count = sum((point / runfolder.SUMMARY).is_file() for point in points.glob("[!.]*"))
    if not count:
        return "Interrupted; nothing was written."
    kept = "1 point is kept" if count == 1 else f"{count} points are kept"
    return f"Interrupted; {kept}: the same command goes on from there."
