"""`carbonmatch load`: the hourly load that a site's builder produces, as table and picture."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import AsJson, CasePath, Force, Scenario, Settings, echo_json, read_case
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.cli.years import year_key


def load(
    *,
    case: CasePath,
    site: Annotated[
        str | None,
        typer.Option("--site", metavar="NAME", help="This site alone; all sites unless given.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write the hourly load, its figures and a page with pictures to this folder.",
            show_default=False,
        ),
    ] = None,
    settings: Settings = None,
    scenario: Scenario = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar="NAME",
            help="The weather year to look at, where the case names several.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the load of each site, hour by hour.

    Energy, peak, load factor and PUE; machines by class of work, cooling and losses; what may be moved or given up. The
    case need not be complete enough to be solved: its sites and zones suffice.
    """
    from carbonmatch.report.load import write_loads  # noqa: PLC0415 - slow to import, and --help must not wait

    with exit_codes("Interrupted; nothing was written."), progress() as told:
        if out is not None:
            runfolder.check_writable(out, force=force, kind=runfolder.LOAD_KIND)
        told.stage("reading the case")
        year_of_case = year_key(case, settings, scenario, year)
        checked = read_case(case, settings, scenario, partial(cm.load_case, purpose="load", **year_of_case))
        found = cm.site_loads(checked, site=site)
        if out is not None:
            told.stage("writing tables and page")
            write_loads(found, out, force=force)
    tell_warnings(found.warnings)
    if as_json:
        echo_json(runfolder.to_json(found.summary))
        if out is not None:
            typer.echo(f"Written to {out}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
    from carbonmatch.report import load_overview  # noqa: PLC0415

    show(load_overview(found.summary))
    if out is not None:
        typer.echo(f"\nWritten to {out}; {runfolder.LOAD_PAGE} in it shows all of this and more")
