"""The case as every command takes it: its file, changes of single values, a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

import carbonmatch as cm
from carbonmatch.cli.ending import tell_faults

if TYPE_CHECKING:
    from carbonmatch.case import Case

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="The case file (YAML).", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value, such as target.cfe=0.95. Can be repeated."),
]
Scenario = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="Apply a scenario of the case, before any --set.")
]
Solver = Annotated[
    str,
    typer.Option(
        "--solver", metavar="NAME", help="highs, clarabel, or any solver that Pyomo knows and finds, by its name."
    ),
]
CrossCheck = Annotated[
    bool, typer.Option("--cross-check", help="Solve again with the other of HiGHS and Clarabel, and compare.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a run that is in the folder already.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


class Reader(Protocol):
    """What reads and checks a case: `load_case`, or `check_case` with all scenarios."""

    def __call__(self, path: Path, *, settings: Sequence[str], scenario: str | None) -> Case:
        """Return the checked case."""


def read_case(path: Path, settings: Sequence[str] | None, scenario: str | None, reader: Reader | None = None) -> Case:
    """Return the case, read to be solved unless told otherwise; end with its faults on stderr if it has any."""
    with faults_told(path):
        return (reader or partial(cm.load_case, purpose="solve"))(path, settings=settings or (), scenario=scenario)


@contextmanager
def faults_told(path: Path) -> Iterator[None]:
    """End with the faults of a case on stderr where reading it finds any."""
    try:
        yield
    except cm.InputError as error:
        tell_faults(error.faults, str(path))
        raise typer.Exit(error.exit_code) from error


def run_name(case: Case, scenario: str | None) -> str:
    """Return the name of the folder that a run is written to unless told otherwise."""
    source = case.provenance
    parts = (case.name, scenario, source.weather_year, source.growth_year)
    return "-".join(part for part in parts if part is not None)


def echo_json(text: str) -> None:
    """Print JSON to stdout, in UTF-8 whatever the terminal speaks."""
    typer.echo(text.encode(), nl=False)
