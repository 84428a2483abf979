"""How a command ends: an exit code and plain words on stderr, no traceback for what is not a bug."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import typer

from carbonmatch.errors import CarbonMatchError, Fault, InputError

DONE: Final = 0
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells have it."""


@contextmanager
def exit_codes(interrupted: str | Callable[[], str] = "Interrupted.") -> Iterator[None]:
    """Turn what carbonmatch raises on purpose, Ctrl-C and a reader that has left into words and exit codes.

    interrupted   what to say after Ctrl-C, or what finds that out then
    """
    try:
        yield
    except InputError as error:
        tell_faults(error.faults)
        raise typer.Exit(error.exit_code) from error
    except CarbonMatchError as error:
        tell_error(str(error))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        typer.echo(interrupted if isinstance(interrupted, str) else interrupted(), err=True)
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        raise typer.Exit(DONE) from error


def tell_faults(faults: Iterable[Fault], place: str = "") -> None:
    """Print every fault on its own line, with their count above where there are several or the place is known."""
    faults = list(faults)
    if len(faults) == 1 and not place:
        tell_error(str(faults[0]))
        return
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    tell_error(f"{count} in {place}" if place else count)
    for fault in faults:
        typer.echo(f"  {fault}", err=True)


def tell_error(message: str) -> None:
    """Print why a command failed."""
    typer.echo(f"{typer.style('error:', fg='red', bold=True)} {message}", err=True)


def tell_warnings(warnings: Iterable[str]) -> None:
    """Print what is allowed and worth a look."""
    for warning in warnings:
        typer.echo(f"{typer.style('warning:', fg='yellow', bold=True)} {warning}", err=True)


def tell_search(manifest: Mapping[str, Any]) -> None:
    """Print what whole numbers cost in time, where a run searched for them."""
    search = manifest["solver"].get("whole_numbers")
    if search is not None:
        count, seconds = search["programmes"], search["seconds"]
        held = f"one with all of them held took {search['seconds_with_all_held']:.1f} s"
        typer.echo(f"Whole numbers took {count:,} linear programmes in {seconds:.1f} s; {held}.", err=True)
