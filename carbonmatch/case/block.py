"""What all blocks of a case share: strict keys, plain numbers, and faults that know their place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Final, NoReturn, Self, TypeVar

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from carbonmatch.case.table_reader import TableReader
from carbonmatch.errors import InputError
from carbonmatch.stamps import Placement, StampColumn
from carbonmatch.timegrid import TimeGrid

FINDINGS = "findings"
"""Type of the one error that this package raises itself; its context holds the findings."""

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Finding:
    """A fault seen while a value is checked, before its line in the file is known.

    what      what is wrong, and the cure
    place     where it is, if not at the key itself: a cell of a table
    inside    the key below the checked one that is at fault
    beside    the sibling of the checked key that is at fault, `inside` then a key below it
    file      the file that is at fault as a whole: told once, however many keys name it
    """

    what: str
    place: str | None = None
    inside: tuple[str, ...] = ()
    beside: str | None = None
    file: str | None = None


def refuse(*findings: Finding | str) -> NoReturn:
    """End the check of a value with one or several findings."""
    found = tuple(Finding(finding) if isinstance(finding, str) else finding for finding in findings)
    raise PydanticCustomError(FINDINGS, "the value cannot be used", {FINDINGS: found})


@dataclass
class Reading:
    """What the check of one case knows beside the value in hand.

    grid          the axis, or None where the time block is at fault: the other faults are still looked for
    tables        the tables of the case, each read once
    zones         for every zone the keys that it gives; None where the zones cannot be read at all
    site_zones    the zones that have a site
    sites         for every site its zone, as far as that is known; None where the sites cannot be read at all
    arrays        whether numbers may come as arrays and lists, as from Python; a file names a table instead
    blocks        which class read which mapping, by identity: for the nearest known key
    filled        notes on values that a rule filled in
    to_solve      whether keys that only `carbonmatch solve` needs are demanded
    lacking       whether one of them was found missing
    """

    grid: TimeGrid | None
    tables: TableReader
    zones: Mapping[str, frozenset[str]] | None
    site_zones: frozenset[str]
    arrays: bool
    blocks: dict[int, type[BaseModel]] = field(default_factory=dict)
    stamps: dict[tuple[str, str, str | None], StampColumn] = field(default_factory=dict)
    placements: dict[tuple[str, str, str | None], Placement] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    to_solve: bool = True
    lacking: bool = False
    sites: Mapping[str, str] | None = None

    @classmethod
    def of(cls, info: ValidationInfo) -> Reading:
        """Return the reading that a check belongs to."""
        if not isinstance(info.context, cls):
            raise TypeError("a case is built with load_case or case_from_mapping, which know its time axis and tables")
        return info.context

    def zone_gives(self, zone: object, key: str) -> bool:
        """Say whether a zone gives a series; an unknown zone is another fault, told elsewhere."""
        return self.zones is None or zone not in self.zones or key in self.zones[str(zone)]


class Block(BaseModel):
    """A mapping of the case file. Unknown keys are faults; nothing changes after the check."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True, validate_default=True
    )

    @model_validator(mode="before")
    @classmethod
    def _note_the_mapping(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, dict):
            Reading.of(info).blocks[id(value)] = cls
        return value


def checked_by(reader: Any) -> Any:
    """Turn a reader of `timegrid` into the check of a field, which keeps the value as it was written."""

    def check(value: Any) -> Any:
        try:
            reader(value, "")
        except InputError as error:
            refuse(*(fault.what for fault in error.faults))
        return value

    return check


class Entry(Block):
    """A block that the user names: a zone, a site, a contract, a storage."""

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The name under which the case lists this entry."""
        return self._name

    def named(self, name: str) -> Self:
        """Give the entry its name, once, while the case is built."""
        self._name = name
        return self


class _Absent(Enum):
    """Stands for a key that is not there, which is another fault than one that is empty."""

    ABSENT = "absent"


ABSENT: Final[Any] = _Absent.ABSENT
"""The default of what only `carbonmatch solve` needs; once checked it is None."""

Given = TypeVar("Given")


def needed_to_solve(wanted: str, instead: Callable[[ValidationInfo], bool] = lambda _: False) -> WrapValidator:
    """Return the check of a key that a case may leave out which is only matched, not solved.

    wanted    what stands there, for the message on an empty one
    instead   whether other keys, checked before, say what this one would
    """

    def check(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if value is ABSENT:
            if instead(info):
                return None
            if Reading.of(info).to_solve:
                kind = "missing"
                raise PydanticCustomError(kind, "the key is missing")
            Reading.of(info).lacking = True
            return None
        if value is None:
            refuse(f"is empty; {wanted} is wanted")
        return handler(value)

    return WrapValidator(check)


def demanded(value: Given | None) -> Given:
    """Return the value of a key that the case must have for what is done with it, such as a price to solve it."""
    if value is None:
        raise ValueError("the case leaves this key out; it should have been refused before")
    return value


def _plain_number(value: Any) -> Any:
    """Take numpy's numbers as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


Number = Annotated[float, BeforeValidator(_plain_number), Field(allow_inf_nan=False)]
NonNegative = Annotated[Number, Field(ge=0)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
PositiveShare = Annotated[Number, Field(gt=0, le=1)]
ShareBelowOne = Annotated[Number, Field(ge=0, lt=1)]


def refuse_crossed(low: object, high: float | None, low_key: str) -> None:
    """Fault an upper bound that lies below its lower bound."""
    if high is not None and isinstance(low, float) and high < low:
        refuse(f"is {say(high)}, below {low_key}, which is {say(low)}; raise this one or lower the other")


def say(number: float) -> str:
    """Write a number as a person would."""
    return (
        f"{number:.0f}" if math.isfinite(number) and number == int(number) and abs(number) < 1e15 else f"{number:.6g}"
    )


def say_value(value: object) -> str:
    """Quote a value as it was written, shortened where it is long."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a block" if value else "an empty block"
    if isinstance(value, list | tuple | np.ndarray):
        return "a list"
    text = say(value) if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        refuse(
            f"is {say_value(value)}; a name is made of letters a-z, digits, - and _, and starts with a letter or digit"
        )
    return value


Name = Annotated[str, AfterValidator(_slug)]
"""The name of an entry of a case."""
