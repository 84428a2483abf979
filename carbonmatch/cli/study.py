"""What the commands that solve many cases have in common: where to work, and what an interruption leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carbonmatch import runfolder

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        help="Processes side by side; a year of one site takes some 0.5 GB in each.",
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


def interrupted(folder: Path) -> str:
    """Say what Ctrl-C leaves of a study that was to be written to a folder."""
    points = runfolder.unfinished(folder) / runfolder.POINTS
    count = sum((point / runfolder.SUMMARY).is_file() for point in points.glob("[!.]*"))
    if not count:
        return "Interrupted; nothing was written."
    kept = "1 point is kept" if count == 1 else f"{count} points are kept"
    return f"Interrupted; {kept}: the same command goes on from there."
