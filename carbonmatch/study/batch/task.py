"""What a study solves, one at a time, and how each of them ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from carbonmatch.case import Case
from carbonmatch.study.fix import Sizes
from carbonmatch.study.operate import Operation


@dataclass(frozen=True)
class Task:
    """One case to be solved.

    name    tells it from the others; its run folder is called that
    sizes   held where they are given: the operation is chosen only
    reach   with sizes: where they miss the target, the best score that they reach is asked of them instead
    operation, plan   with sizes: they are operated without foresight; and the summary of the plan that chose them
    """

    name: str
    case: Case
    sizes: Sizes | None = None
    reach: bool = False
    operation: Operation | None = None
    plan: Mapping[str, Any] | None = field(default=None, repr=False)


Ladder = Sequence[Task]
"""Tasks that differ in nothing but a target that rises: what the first one finds may stand for the next ones."""


@dataclass(frozen=True)
class Outcome:
    """How a task ended: with the summary of a verified run, or with the reason why there is none.

    shared_with   the task whose optimum, proved anew, is this one's too; None where it was solved for itself
    exit_code     of the error, as the command line would end with it; 0 where there is none
    files         the run folder, {name: content}, until it is written
    """

    name: str
    summary: dict[str, Any] | None = None
    shared_with: str | None = None
    error: str | None = None
    exit_code: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def without_files(self) -> Self:
        """Return the same once its run folder is written."""
        return replace(self, files={})
