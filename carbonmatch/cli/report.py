"""`carbonmatch report`: a run as a workbook, as tables, as one document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from carbonmatch.cli.ending import exit_codes
from carbonmatch.cli.progress import progress
from carbonmatch.report.formats import DEFAULT_FORMAT, FORMATS

_FORMAT_HELP = "; ".join(f"{form.name}: {form.help}" for form in FORMATS.values()) + ". Can be repeated."


def report(
    *,
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="The folder that solve or match wrote; or that sweep, compare or stress wrote, as html or xlsx; or "
            "a plan over years, as html.",
            show_default=False,
        ),
    ],
    formats: Annotated[
        list[str] | None, typer.Option("--format", metavar="NAME", help=_FORMAT_HELP, show_default=DEFAULT_FORMAT)
    ] = None,
    baseline: Annotated[
        list[Path] | None,
        typer.Option(
            "--baseline",
            metavar="RUN",
            help="A run of the same load, for the premium over it on the page. Can be repeated.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="PATH",
            help="A folder for the reports, or the file of a single one; the run folder unless given.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace reports that are there already.")] = False,
) -> None:
    """Write a run, or a study of many runs, in the formats that others read.

    The paths of what is written go to stdout, words and progress to stderr.
    """
    from carbonmatch.report.delivery import write_report  # noqa: PLC0415 - --help need not wait

    with exit_codes("Interrupted; nothing was written."), progress() as told:
        written = write_report(
            run,
            formats or [DEFAULT_FORMAT],
            out,
            baselines=baseline or (),
            force=force,
            on_progress=told.stage,
        )
    for path in written:
        typer.echo(path)


def write_page(folder: Path, on_progress: Callable[[str], None]) -> Path:
    """Write the page on a run or a study that was just written; return where it stands."""
    from carbonmatch.report.delivery import write_report  # noqa: PLC0415 - --help need not wait

    (page,) = write_report(folder, [DEFAULT_FORMAT], force=True, on_progress=on_progress)
    return page
