"""`carbonmatch init`: a folder with a case and its data, ready to solve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    *,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to.", show_default=False)],
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help="The case to start from.")
    ] = "ai-factory-frankfurt",
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
) -> None:
    """Write a ready-to-run case with its hourly data."""
    from carbonmatch.case import write_template  # noqa: PLC0415 - slow to import, and --help must not wait

    case = write_template(directory, template, force=force)
    typer.echo(case)
    typer.echo(f"Edit it as you like, then: carbonmatch solve {case}", err=True)
