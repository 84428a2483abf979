"""What a study solves, one at a time, and how each of them ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from carbonmatch.case import Case
from carbonmatch.study.fix import Sizes


@dataclass(frozen=True)
class Task:
    """One case to be solved.

    name       tells it from the others; its run folder is called that
    sizes      held where they are given: the operation is chosen only
    doubtful   whether the target may well be out of reach: the best share is looked for first then
    """

    name: str
    case: Case
    sizes: Sizes | None = None
    doubtful: bool = False


Ladder = Sequence[Task]
"""Tasks that differ in nothing but a target that rises: what the first one finds may stand for the next ones."""


@dataclass(frozen=True)
class Outcome:
    """How a task ended: with the summary of a verified run, or with the reason why there is none.

    shared_with   the task whose optimum, proved anew, is this one's too; None where it was solved for itself
    exit_code     of the error, as the command line would end with it; 0 where there is none
    best_share    where the target is out of reach with the sizes held: the largest share that they do reach
    files         the run folder, {name: content}, until it is written
    """

    name: str
    summary: dict[str, Any] | None = None
    shared_with: str | None = None
    error: str | None = None
    exit_code: int = 0
    best_share: float | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def without_files(self) -> Self:
        """Return the same once its run folder is written."""
        return replace(self, files={})
