"""`carbonmatch validate`: every fault of a case at once, with the cure; nothing is solved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.cli.case import AsJson, CasePath, Reader, Scenario, Settings, echo_json, read_case
from carbonmatch.cli.ending import tell_warnings


def validate(*, case: CasePath, settings: Settings = None, scenario: Scenario = None, as_json: AsJson = False) -> None:
    """Check a case, its tables and its scenarios; solve nothing.

    Every fault is told at once, with its cure.
    """
    from carbonmatch.case import check_case  # noqa: PLC0415 - slow to import, and --help must not wait

    if as_json:
        _validate_for_machines(check_case, case, settings, scenario)
        return
    from carbonmatch.study import foreseen  # noqa: PLC0415 - as above

    checked = read_case(case, settings, scenario, check_case)
    tell_warnings((*checked.warnings, *foreseen(checked)))
    counts = [
        _count(checked.grid.steps, "step"),
        _count(len(checked.sites), "site"),
        _count(len(checked.contracts), "contract"),
        _count(len(checked.storage), "storage"),
        *([_count(len(checked.weather_years), "weather year")] if checked.weather_years else []),
        *([] if checked.growth is None else [_count(len(checked.growth.years), "year") + " of growth"]),
    ]
    serves = " to match" if checked.missing_to_solve else ""
    typer.echo(f"{case} is valid{serves}: {checked.name}, {', '.join(counts)}")
    if checked.missing_to_solve:
        typer.echo("It holds meters, and can be matched. To be solved as well, it would need:", err=True)
        for fault in checked.missing_to_solve:
            typer.echo(f"  {fault}", err=True)


def _validate_for_machines(check: Reader, case: Path, settings: list[str] | None, scenario: str | None) -> None:
    from carbonmatch.study import foreseen  # noqa: PLC0415 - as above

    try:
        checked = check(case, settings=settings or (), scenario=scenario)
    except cm.InputError as error:
        faults = [{"where": fault.where, "what": fault.what} for fault in error.faults]
        echo_json(runfolder.to_json({"valid": False, "faults": faults, "warnings": []}))
        raise typer.Exit(error.exit_code) from error
    report: dict[str, Any] = {"valid": True, "faults": [], "warnings": [*checked.warnings, *foreseen(checked)]}
    if checked.missing_to_solve:
        report["missing_to_solve"] = [{"where": fault.where, "what": fault.what} for fault in checked.missing_to_solve]
    echo_json(runfolder.to_json(report))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 or noun == 'storage' else 's'}"
