"""The overview on a terminal, in a file or in a pipe: whole cells at any width, letters that every encoding has."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import Final

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from carbonmatch.report import Column, Overview, OverviewTable

PIPE_WIDTH: Final = 120
"""Columns of text in a file or a pipe, where no terminal tells a width."""

LEAST_NAME_WIDTH: Final = 12
"""A name is not folded narrower than this, so that it stays readable."""

HEADING_WIDTH: Final = 10
"""Titles of number columns are folded to this, so that headings do not make columns wide."""

_RULES: Final = Box("    \n    \n -- \n    \n -- \n    \n    \n    \n", ascii=True)
"""A line of dashes below the headings and above totals, and nothing else."""


def show(page: Overview) -> None:
    """Print a page to stdout."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    console = Console(width=PIPE_WIDTH if piped else None, highlight=False, markup=False, emoji=False)
    width = console.width
    # Rich cuts what does not fit. A window that narrow folds the lines itself, and nothing is lost.
    console.width = max([width, *(sum(_least_widths(table)) + len(table.columns) for table in page.tables)])
    with console.capture() as capture:
        console.print(Text(page.title, style="bold"))
        console.print(_facts(page.facts))
        for table in page.tables:
            console.print()
            console.print(Text(table.title, style="bold cyan"))
            if table.rows:
                console.print(_table(table, console.width))
            if table.note:
                console.print(Text(table.note))
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def _facts(facts: tuple[tuple[str, str], ...]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for label, text in facts:
        grid.add_row(label, text)
    return grid


def _table(table: OverviewTable, width: int) -> Table:
    natural, least = _natural_widths(table), _least_widths(table)
    count = len(natural)
    gap = 2 if natural[0] + sum(least[1:]) + 2 * (count - 1) <= width else 1
    widths = _fitted(natural, least, width - gap * (count - 1))
    shown = Table(box=_RULES, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0), header_style="bold")
    for column, size in zip(table.columns, widths, strict=True):
        heading = Text("\n".join(_heading(column, table)))
        shown.add_column(heading, justify="right" if column.numeric else "left", width=size, no_wrap=True)
    for number, row in enumerate(table.rows):
        cells = ["\n".join(textwrap.wrap(cell, size)) for cell, size in zip(row, widths, strict=True)]
        shown.add_row(*map(Text, cells), style="bold" if number in table.strong else None)
        if number + 1 in table.strong and number not in table.strong:
            shown.add_section()
    return shown


def _fitted(natural: list[int], least: list[int], room: int) -> list[int]:
    """Return widths that fit into the room: the last texts give way first, the names that head the rows last."""
    widths = list(natural)
    for i in reversed(range(len(widths))):
        widths[i] = max(least[i], widths[i] - max(0, sum(widths) - room))
    return widths


def _heading(column: Column, table: OverviewTable) -> list[str]:
    lines = textwrap.wrap(column.title, HEADING_WIDTH) if column.numeric else [column.title]
    return [*lines, column.unit] if any(other.unit for other in table.columns) else lines


def _natural_widths(table: OverviewTable) -> list[int]:
    """Return the widths at which nothing is folded."""
    return [
        max(map(len, [*_heading(column, table), *(row[i] for row in table.rows)]))
        for i, column in enumerate(table.columns)
    ]


def _least_widths(table: OverviewTable) -> list[int]:
    """Return the least widths: numbers stay whole, texts fold at spaces, names that head rows at hyphens too."""
    least = _natural_widths(table)
    for i, column in enumerate(table.columns):
        if i == 0:
            least[i] = min(least[i], LEAST_NAME_WIDTH)
        elif not column.numeric:
            words = " ".join([column.title, *(row[i] for row in table.rows)]).split()
            least[i] = max(map(len, words))
    return least
