"""What the pages on studies have in common: the answer, sections of figures and tables, where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.page.answer import BigNumber
from carbonmatch.report.page.evidence import WHAT_IT_IS_NOT
from carbonmatch.report.page.figure import Figure
from carbonmatch.report.study.grid import Grid
from carbonmatch.report.study.sizes import Small
from carbonmatch.report.study.stacks import Bars
from carbonmatch.report.study.tables import ComparedTable

PER_TONNE: Final = (
    "In cost net of sales. Per tonne less: over the market-based tonnes, counted by the hour, that are emitted less."
)
"""Said below premiums."""


@dataclass(frozen=True)
class Answer:
    """The head of the page.

    overline   what kind of page it is
    verified   what was proved; None where there is nothing that could be
    warnings   what a reader must know before the numbers
    """

    overline: str
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    verified: str | None
    numbers: tuple[BigNumber, ...]
    warnings: tuple[str, ...] = ()
    tables: tuple[OverviewTable, ...] = ()


@dataclass(frozen=True)
class Smalls:
    """Small figures under one title."""

    name: str
    title: str
    caption: str
    figures: tuple[Small, ...]


@dataclass(frozen=True)
class Pair:
    """Two figures, or two tables, beside each other where there is room."""

    members: tuple[Figure, ...] | tuple[OverviewTable, ...]

    @property
    def of_tables(self) -> bool:
        """Whether they are tables."""
        return isinstance(self.members[0], OverviewTable)


Block = Figure | Pair | Smalls | Bars | Grid | OverviewTable | ComparedTable


@dataclass(frozen=True)
class Section:
    """A section: its anchor, its heading, what is said first, and figures and tables in their order."""

    key: str
    heading: str
    intro: str
    blocks: tuple[Block, ...]

    @property
    def kinds(self) -> tuple[tuple[str, Block], ...]:
        """Each block with the name of what draws it."""
        return tuple((_KINDS[type(block)], block) for block in self.blocks)


_KINDS: dict[type, str] = {
    Figure: "figure",
    Pair: "pair",
    Smalls: "smalls",
    Bars: "bars",
    Grid: "grid",
    OverviewTable: "table",
    ComparedTable: "compared",
}


@dataclass(frozen=True)
class Evidence:
    """Where the numbers come from, and what they are not."""

    sentences: tuple[str, ...]
    tables: tuple[OverviewTable, ...]
    is_not: tuple[str, ...] = WHAT_IT_IS_NOT


@dataclass(frozen=True)
class Page:
    """A page on a study."""

    answer: Answer
    sections: tuple[Section, ...]
    evidence: Evidence
    made_from: str

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Anchor and heading of each section that is there."""
        return [
            ("answer", "The answer"),
            *((section.key, section.heading) for section in self.sections),
            ("evidence", "Where it comes from"),
        ]


def sections(*found: Section | None) -> tuple[Section, ...]:
    """Return the sections that have anything to show."""
    return tuple(section for section in found if section is not None and section.blocks)


def blocks(*found: Block | Sequence[Block] | None) -> tuple[Block, ...]:
    """Return the blocks that are there, in one row."""
    flat: list[Block] = []
    for block in found:
        if isinstance(block, Sequence):
            flat += block
        elif block is not None:
            flat.append(block)
    return tuple(flat)


def origin_rows(content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what computed the numbers."""
    solver = content.get("solver")
    engines = ", ".join(solver) if isinstance(solver, list) else str(solver or "not known")
    return (("carbonmatch", str(content.get("carbonmatch") or "not known")), ("engine", engines))
