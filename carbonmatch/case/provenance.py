"""Where a case came from: file, scenario, changes, tables, assumptions."""

from __future__ import annotations

from dataclasses import dataclass

from carbonmatch.case.assumptions import Assumption
from carbonmatch.tables import TableRecord


@dataclass(frozen=True)
class Override:
    """One value that a scenario or `--set` changed.

    key      dotted key, such as target.cfe
    value    the new value
    origin   `scenario NAME`, `weather year NAME` or `--set`
    """

    key: str
    value: object
    origin: str


@dataclass(frozen=True)
class Vintage:
    """What is signed of an offer in one year and goes on, on the terms of that year, as an entry of its own.

    kind     contracts or storage
    offer    what the case calls it;  signed  the year;  name  what it is called
    """

    kind: str
    offer: str
    signed: str
    name: str


@dataclass(frozen=True)
class Provenance:
    """Where a case came from.

    path        path of the case file as it was given; None for a case from Python
    sha256      hash of its bytes; None for a case from Python
    scenario    name of the scenario that was applied, if any
    overrides   every changed value, in the order of application
    tables      every table that was read
    filled      notes on missing values that a rule of the case filled in
    assumptions every value that the case gives, with its source
    seconds     what reading and checking took
    weather_year   name of the weather year that was applied, if any
    growth_year    the year of growth that was applied, if any;  in_plan: with all that was signed before it on its own
                   terms, as the plan over all years has it, and not as a year by itself
    vintages       what was signed in other years on terms of its own, in the plan
    """

    path: str | None = None
    sha256: str | None = None
    scenario: str | None = None
    overrides: tuple[Override, ...] = ()
    tables: tuple[TableRecord, ...] = ()
    filled: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    seconds: float = 0.0
    weather_year: str | None = None
    growth_year: str | None = None
    in_plan: bool = False
    vintages: tuple[Vintage, ...] = ()

    def assumption(self, key: str) -> Assumption | None:
        """Return what the case gives for a dotted key; None where it gives nothing."""
        return next((found for found in self.assumptions if found.key == key), None)
