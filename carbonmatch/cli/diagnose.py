"""`carbonmatch diagnose`: why a case cannot be met, and what would have to give."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import AsJson, CasePath, Scenario, Settings, Solver, echo_json, read_case
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.cli.years import year_key


def diagnose(
    *,
    case: CasePath,
    settings: Settings = None,
    scenario: Scenario = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar="NAME",
            help="The weather year to diagnose, where the case names several.",
            show_default=False,
        ),
    ] = None,
    solver: Solver = "highs",
    irreducible: Annotated[
        bool,
        typer.Option(
            "--irreducible", help="Also name limits that cannot hold together, none of which can be left out."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say why a case cannot be met, and what would have to give.

    The best score in reach, how far each limit alone would have to move, and the hours that stay uncovered. Nothing is
    written. Exit code 0 whenever the diagnosis is made.
    """
    from carbonmatch.study import diagnose_case  # noqa: PLC0415 - slow to import, and --help must not wait

    with exit_codes(), progress() as told:
        told.stage("reading the case")
        checked = read_case(
            case, settings, scenario, partial(cm.load_case, purpose="solve", **year_key(case, settings, scenario, year))
        )
        tell_warnings(checked.warnings)
        options = cm.SolveOptions(solver=solver, on_progress=told.stage, on_iteration=told.iteration)
        found = diagnose_case(checked, options, irreducible=irreducible)
    if as_json:
        echo_json(runfolder.to_json(found.document))
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import: neither --help nor --json waits for it
    from carbonmatch.report.overview.diagnosis import diagnosis  # noqa: PLC0415

    show(diagnosis(found))
