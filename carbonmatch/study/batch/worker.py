"""The solves of a study in one process. Workers read nothing and write nothing: cases come in, run folders go out."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from carbonmatch.errors import CarbonMatchError
from carbonmatch.solving import SolveOptions
from carbonmatch.study.batch.task import Ladder, Outcome, Task
from carbonmatch.study.held import held_result
from carbonmatch.study.operate import operated_result
from carbonmatch.study.result import Result
from carbonmatch.study.run import write_result
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages

_KEPT: Final = threading.local()
"""The solver of this thread, where it is one of several: it keeps its model from ladder to ladder."""


def climb_elsewhere(ladder: Ladder, options: SolveOptions, with_files: bool) -> list[Outcome]:
    """Climb a ladder in a process that was started for that, or on a worker of a cluster."""
    solver: CaseSolver | None = getattr(_KEPT, "solver", None)
    if solver is None or solver.options != options:
        solver = _KEPT.solver = CaseSolver(options)
    return climb(ladder, solver, with_files)


def climb(ladder: Ladder, solver: CaseSolver, with_files: bool) -> list[Outcome]:
    """Solve the first task of a ladder; return how it ended, and the next tasks that its optimum stands for."""
    return list(_outcomes(solver, ladder, with_files))


def _outcomes(solver: CaseSolver, ladder: Ladder, with_files: bool) -> Iterator[Outcome]:
    first, *others = ladder
    try:
        result = _result(first, solver)
    except CarbonMatchError as error:
        yield Outcome(first.name, error=str(error), exit_code=error.exit_code)
        return
    yield _outcome(first, result, with_files)
    for task in others:
        shared = solver.standing_for(task.case, result, first.name)
        if shared is None:
            return
        yield _outcome(task, shared, with_files, shared_with=first.name)


def _result(task: Task, solver: CaseSolver) -> Result:
    """Solve a task in the way that it asks for."""
    if task.sizes is not None and task.operation is not None:
        solver.latest = None  # the operation has models of its own, and two of a year at a time are one too many
        quiet = replace(solver.options, on_progress=None)
        return operated_result(task.case, task.sizes, task.operation, quiet, task.plan)
    if task.sizes is not None and task.reach:
        return held_result(task.case, task.sizes, solver)
    return solver.result(task.case, Stages(), task.sizes)


def _outcome(task: Task, result: Result, with_files: bool, shared_with: str | None = None) -> Outcome:
    files = _run_folder(result) if with_files else {}
    return Outcome(task.name, result.summary, shared_with=shared_with, files=files)


def _run_folder(result: Result) -> dict[str, bytes]:
    """Return the files of a run folder, {name: content}: some 6 MB for a year."""
    with tempfile.TemporaryDirectory(prefix="carbonmatch-") as place:
        folder = Path(place) / "run"
        write_result(result, folder)
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
