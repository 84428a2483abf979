"""The commands, put together."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from carbonmatch import __version__
from carbonmatch.cli.compare import compare
from carbonmatch.cli.diagnose import diagnose
from carbonmatch.cli.ending import exit_codes
from carbonmatch.cli.explain import explain
from carbonmatch.cli.init import init
from carbonmatch.cli.load import load
from carbonmatch.cli.match import match
from carbonmatch.cli.report import report
from carbonmatch.cli.solve import solve
from carbonmatch.cli.stress import stress
from carbonmatch.cli.sweep import sweep
from carbonmatch.cli.validate import validate
from carbonmatch.cli.verify import verify

HELP: Final = """
Find the cheapest contracts, storage and grid supply that match a load with carbon-free energy hour by hour.

\b
Start with
  carbonmatch init my-case
  carbonmatch solve my-case/case.yaml
"""
EXIT_CODES: Final = """
Exit codes: 0 done, 2 input, 3 infeasible, 4 unbounded, 5 limit reached, 6 solver failed, 7 verification failed,
130 interrupted.
"""
CONTEXT: Final = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The group of all commands, each of which ends with an exit code of ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with exit_codes():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
    epilog=EXIT_CODES,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"carbonmatch {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def carbonmatch(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """The options that stand before a command."""


app.command(context_settings=CONTEXT)(init)
app.command(context_settings=CONTEXT)(validate)
app.command(context_settings=CONTEXT)(load)
app.command(context_settings=CONTEXT)(solve)
app.command(context_settings=CONTEXT)(sweep)
app.command(context_settings=CONTEXT)(stress)
app.command(context_settings=CONTEXT)(compare)
app.command(context_settings=CONTEXT)(explain)
app.command(context_settings=CONTEXT)(report)
app.command(context_settings=CONTEXT)(match)
app.command(context_settings=CONTEXT)(verify)
app.command(context_settings=CONTEXT)(diagnose)
