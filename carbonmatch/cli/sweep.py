"""`carbonmatch sweep`: one case at many targets."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import CasePath, CrossCheck, Force, Scenario, Settings, Solver, echo_json, read_case, run_name
from carbonmatch.cli.ending import exit_codes, tell_error, tell_warnings
from carbonmatch.cli.progress import progress
from carbonmatch.errors import Fault

MOST_TARGETS: Final = 1000
"""More than this is a slip of the keyboard."""


def sweep(
    *,
    case: CasePath,
    cfe: Annotated[
        str,
        typer.Option(
            "--cfe", metavar="A:B:STEP", help="The targets, both ends included; or a list of them, such as 0.5,0.9,1."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="The folder to write; runs/<name of the case>-sweep unless given.",
            show_default=False,
        ),
    ] = None,
    settings: Settings = None,
    scenario: Scenario = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Processes side by side.", show_default="the cores"),
    ] = None,
    solver: Solver = "highs",
    cross_check: CrossCheck = False,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", min=0.0, help="Give a target up after this."),
    ] = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sweep.json to stdout instead of tables.")] = False,
) -> None:
    """Find the cheapest portfolio at each of several targets: the frontier of cost over score.

    Every point is verified and written as a run folder of its own. Data goes to stdout, words and progress to stderr.
    """
    targets = read_targets(cfe)
    with exit_codes("Interrupted; nothing was written."), progress() as told:
        told.stage("reading the case")
        checked = read_case(case, settings, scenario)
        tell_warnings(checked.warnings)
        folder = out or Path("runs") / f"{run_name(checked, scenario)}-sweep"
        options = cm.SolveOptions(
            time_limit_seconds=float("inf") if time_limit is None else time_limit,
            solver=solver,
            cross_check=cross_check,
            on_progress=told.stage,
            on_iteration=told.iteration,
        )
        found = cm.sweep(
            case,
            targets,
            settings=settings or (),
            scenario=scenario,
            options=options,
            jobs=jobs,
            out=folder,
            force=force,
        )
    if as_json:
        echo_json((folder / runfolder.SWEEP).read_text(encoding="utf-8"))
        typer.echo(f"Written to {folder}", err=True)
    else:
        from carbonmatch.cli.render import show  # noqa: PLC0415 - slow to import
        from carbonmatch.report import frontier  # noqa: PLC0415

        show(frontier(found))
        typer.echo(f"\nWritten to {folder}")
    if all(point.summary is None for point in found.points):
        tell_error("No target was met.")
        raise typer.Exit(found.points[0].exit_code)


def read_targets(text: str) -> list[float]:
    """Return the targets that `A:B:STEP` or a list separated by commas names, lowest first.

    Raises:
        InputError: the text is neither, or a target is outside 0..1.
    """
    targets = _targets(text)
    if not targets:
        what = f"{text!r} is no range of targets; write first:last:step (0.5:1.0:0.05) or a list (0.5,0.9,1)"
        raise cm.InputError([Fault("--cfe", what)])
    outside = [str(target) for target in targets if not 0 <= target <= 1]
    if outside:
        raise cm.InputError([Fault("--cfe", f"{', '.join(outside)} is outside 0..1; write 0.9 for 90 %")])
    return sorted({float(target) for target in targets})


def _targets(text: str) -> list[Decimal]:
    """Return the targets that a text names, in decimals as written; none where it cannot be read."""
    try:
        numbers = [Decimal(part) for part in re.split("[:,]", text)]
    except InvalidOperation:
        return []
    if not all(number.is_finite() for number in numbers):
        return []
    if ":" not in text:
        return numbers
    if "," in text or len(numbers) != 3:
        return []
    first, last, step = numbers
    if step <= 0 or last < first or (last - first) / step > MOST_TARGETS:
        return []
    return [first + step * i for i in range(int((last - first) / step) + 1)]
