"""`carbonmatch solve`: the least-cost portfolio of a case, verified and written to a run folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CasePath, CrossCheck, Force, Scenario, Settings, Solver, echo_json, read_case, run_name
from carbonmatch.cli.ending import exit_codes, tell_search, tell_warnings
from carbonmatch.cli.progress import Progress, progress
from carbonmatch.cli.report import write_page
from carbonmatch.cli.years import solve_growth_plan, solve_over_years, year_key, years_of
from carbonmatch.report import overview
from carbonmatch.units import WHOLE_NUMBER_GAP


def solve(
    *,
    case: CasePath,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="The run folder to write; runs/<name of the case> unless given, with -years for weather years and "
            "-growth for a plan over years.",
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
            help="Solve one year of weather_years or growth by itself; without this, all of them together.",
            show_default=False,
        ),
    ] = None,
    solver: Solver = "highs",
    cross_check: CrossCheck = False,
    fix: Annotated[
        Path | None,
        typer.Option(
            "--fix",
            metavar="RUN",
            help="Hold the sizes of a run folder, or of a JSON file like its summary.json; choose the operation only.",
        ),
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="End without a result after this.")
    ] = None,
    mip_gap: Annotated[
        float,
        typer.Option(
            "--mip-gap",
            metavar="SHARE",
            min=0.0,
            max=1.0,
            help="Of whole numbers (lot_mw, or_nothing, variant_of): how near to the least cost is enough, as a share "
            "of gross cost.",
        ),
    ] = WHOLE_NUMBER_GAP,
    threads: Annotated[
        int, typer.Option("--threads", metavar="N", min=1, help="Threads of the engine; 1 gives the same bytes again.")
    ] = 1,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json to stdout instead of tables.")] = False,
) -> None:
    """Find the cheapest portfolio that meets the target.

    It is verified and written to a run folder. Where the case names weather years, it is the cheapest over all of them;
    where it names growth, it is the plan of least present value. Then every year has a run folder. Data goes to stdout,
    words and progress to stderr.
    """

    def options(told: Progress) -> cm.SolveOptions:
        return cm.SolveOptions(
            time_limit_seconds=float("inf") if time_limit is None else time_limit,
            threads=threads,
            solver=solver,
            cross_check=cross_check,
            whole_number_gap=mip_gap,
            on_progress=told.stage,
            on_iteration=told.iteration,
        )

    several = None if year is not None else years_of(case, settings, scenario)
    if several is not None:
        solve_all = solve_growth_plan if several == "growth" else solve_over_years
        solve_all(case, settings, scenario, options, out=out, fix=fix, force=force, as_json=as_json)
        return
    with exit_codes("Interrupted; nothing was written."), progress() as told:
        told.stage("reading the case")
        checked = read_case(
            case, settings, scenario, partial(cm.load_case, purpose="solve", **year_key(case, settings, scenario, year))
        )
        tell_warnings(checked.warnings)
        folder = out or Path("runs") / run_name(checked, scenario)
        result = cm.solve(checked, options(told), out=folder, fix=fix, force=force)
        with exit_codes("Interrupted; the run is written, its page is not."):
            page = write_page(folder, told.stage)
    tell_warnings(result.summary["warnings"][len(checked.warnings) :])
    tell_search(result.manifest)
    if as_json:
        echo_json(runfolder.to_json(result.summary))
        typer.echo(f"Written to {folder}", err=True)
        return
    from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import: neither --help nor --json waits for it

    show(overview(result.summary))
    typer.echo(f"\nWritten to {folder}; {page.name} in it shows all of this and more")
