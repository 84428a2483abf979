"""`carbonmatch verify`: an audit bundle recomputed without a solver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carbonmatch import runfolder
from carbonmatch.cli.case import AsJson, echo_json
from carbonmatch.cli.ending import exit_codes, tell_error
from carbonmatch.cli.progress import progress
from carbonmatch.errors import VerificationError

if TYPE_CHECKING:
    from carbonmatch.report.audit import Verification


def verify(
    *,
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The audit bundle (zip).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Recompute an audit bundle without a solver, and say what does not agree.

    Inputs, model, proof of the least cost, accounts, summary and every table. Exit code 7 where anything differs.
    """
    from carbonmatch.report.audit import verify_bundle  # noqa: PLC0415 - slow to import, and --help must not wait

    with exit_codes(), progress() as told:
        found = verify_bundle(bundle, told.stage)
    if as_json:
        echo_json(runfolder.to_json(_told(found)))
    else:
        _show(bundle, found)
    if not found.agrees:
        tell_error("The bundle does not agree with what was recomputed from it.")
        raise typer.Exit(VerificationError.exit_code)


def _told(found: Verification) -> dict[str, object]:
    return {
        "case": found.case,
        "carbonmatch": found.version,
        "sha256": found.sha256,
        "agrees": found.agrees,
        "checks": [
            {"what": check.what, "agrees": check.agrees, "faults": list(check.faults)} for check in found.checks
        ],
    }


def _show(bundle: Path, found: Verification) -> None:
    typer.echo(f"{bundle}: {found.case}, written by carbonmatch {found.version}")
    typer.echo(f"sha256 {found.sha256}\n")
    for check in found.checks:
        typer.echo(f"{'yes' if check.agrees else 'NO ':3}  {check.what}")
        for fault in check.faults:
            typer.echo(f"       {fault}")
    if found.agrees:
        typer.echo("\nEverything agrees: recomputed from what is in the bundle, without a solver.")
