"""`carbonmatch explain`: what every hour, offer, limit and week is worth to a portfolio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import Force, Scenario, Settings, Solver, echo_json, read_case
from carbonmatch.cli.ending import exit_codes, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.cli.study import Dask, Jobs, solve_options
from carbonmatch.errors import Fault

if TYPE_CHECKING:
    from carbonmatch.case import Case


def explain(
    *,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|CASE", help="A run folder of solve, or a case file to solve first.", show_default=False
        ),
    ],
    exit_prices: Annotated[
        bool,
        typer.Option(
            "--exit-prices/--no-exit-prices",
            help="Solve once more without each offer that is taken: when it would leave, and what it saves.",
        ),
    ] = True,
    check_prices: Annotated[
        bool,
        typer.Option(
            "--check-prices",
            help="Solve 0.1 percentage points beside the target and the surplus limit, to measure their prices.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write explain.json and its tables as CSV to this folder too.",
            show_default=False,
        ),
    ] = None,
    settings: Settings = None,
    scenario: Scenario = None,
    jobs: Jobs = None,
    dask: Dask = None,
    solver: Solver = "highs",
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="Give a solve up after this.")
    ] = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print explain.json to stdout instead of tables.")] = False,
) -> None:
    """Say what every hour, offer, limit and week is worth.

    The price of carbon-free energy by hour and month, the strike at which each offer would enter or leave, which limits
    bind and what relaxing them saves, which weeks set the cost. Of a run nothing is solved again but the exit prices.
    """
    from carbonmatch.report.explanation import write_explanation  # noqa: PLC0415 - --help need not wait
    from carbonmatch.study import explain as explain_plan  # noqa: PLC0415

    with exit_codes("Interrupted; nothing was written."), progress() as told:
        if out is not None:
            runfolder.check_writable(out, force=force, kind=runfolder.EXPLANATION_KIND)
        options = solve_options(told, solver, time_limit)
        explanation = explain_plan(
            _what(path, settings, scenario, told.stage),
            options,
            exit_prices=exit_prices,
            check_prices=check_prices,
            jobs=jobs,
            dask=dask,
        )
        if out is not None:
            told.stage("writing the tables")
            write_explanation(explanation, out, force=force)
    tell_warnings(explanation.summary["warnings"])
    if as_json:
        echo_json(runfolder.to_json(explanation.summary))
        if out is not None:
            typer.echo(f"Written to {out}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
    from carbonmatch.report import explanation_page  # noqa: PLC0415

    show(explanation_page(explanation.summary))
    if out is not None:
        typer.echo(f"\nWritten to {out}")


def _what(path: Path, settings: list[str] | None, scenario: str | None, tell: Callable[[str], None]) -> Case | Path:
    """Return the case of a file, read and checked, or the folder of a run, which takes no settings."""
    if not path.is_dir():
        tell("reading the case")
        return read_case(path, settings, scenario)
    given = [name for name, value in (("--set", settings), ("--scenario", scenario)) if value]
    if given:
        what = f"is a run, which has its case with all settings; name the case file to use {' and '.join(given)}"
        raise cm.InputError([Fault(str(path), what)])
    return path
