"""Every error that carbonmatch raises on purpose, one exit code per branch.

CarbonMatchError
├── InputError          2   what the user wrote cannot be used; names every fault at once
├── InfeasibleError     3   no portfolio meets the case
├── UnboundedError      4   the case earns money without limit
├── LimitError          5   a time limit was reached before the optimum was proved
├── SolverError         6   no engine returned a result that could be certified
└── VerificationError   7   a result does not agree with its own accounts
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with the input, and how to mend it.

    where   the place as a user finds it: `case.yaml, line 12: target.cfe` or `data/load.csv, row 2211, column load_mw`
    what    what is wrong there, with the value, and the cure
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class CarbonMatchError(Exception):
    """Base of every error that carbonmatch raises on purpose."""

    exit_code: ClassVar[int] = 1


class InputError(CarbonMatchError):
    """What the user wrote cannot be used. `faults` holds every fault that was found, in reading order."""

    exit_code: ClassVar[int] = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class InfeasibleError(CarbonMatchError):
    """No portfolio within the limits of the case meets its target."""

    exit_code: ClassVar[int] = 3


class UnboundedError(CarbonMatchError):
    """The cost of the case can fall without limit: something in it earns money at any size.

    growing   the sizes along which it falls, as (name of the offer, name of the size), as far as they are known
    """

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, growing: Iterable[tuple[str, str]] = ()) -> None:
        self.growing: tuple[tuple[str, str], ...] = tuple(growing)
        super().__init__(message)


class LimitError(CarbonMatchError):
    """A limit (time) was reached before an optimum was proved."""

    exit_code: ClassVar[int] = 5


class SolverError(CarbonMatchError):
    """Every engine ended without a result that could be certified."""

    exit_code: ClassVar[int] = 6


class VerificationError(CarbonMatchError):
    """A result does not agree with its own accounts."""

    exit_code: ClassVar[int] = 7
