"""`carbonmatch match`: the same accounts for what was metered; nothing is optimised."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CasePath, Force, Scenario, Settings, echo_json, read_case, run_name
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.cli.report import write_page
from carbonmatch.report import overview


def match(
    *,
    case: CasePath,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="RUN",
            help="Set the meters against the plan in this run folder: what changed hour by hour, and why.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="The run folder to write; runs/<name of the case>-metered unless given.",
            show_default=False,
        ),
    ] = None,
    settings: Settings = None,
    scenario: Scenario = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json to stdout instead of tables.")] = False,
) -> None:
    """Account for metered load, generation and storage.

    Scores, ledger, claims and Scope 2 of a past period, verified and written to a run folder; nothing is optimised.
    """
    with exit_codes("Interrupted; nothing was written."), progress() as told:
        told.stage("reading the case")
        checked = read_case(case, settings, scenario, partial(cm.load_case, purpose="match"))
        folder = out or Path("runs") / f"{run_name(checked, scenario)}-metered"
        result = cm.match(checked, out=folder, plan=plan, force=force, on_progress=told.stage)
        with exit_codes("Interrupted; the run is written, its page is not."):
            page = write_page(folder, told.stage)
    tell_warnings(result.summary["warnings"])
    if as_json:
        echo_json(runfolder.to_json(result.summary))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import: neither --help nor --json waits for it

    show(overview(result.summary))
    typer.echo(f"\nWritten to {folder}; {page.name} in it shows all of this and more")
