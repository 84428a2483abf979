"""Many cases solved side by side, each kept as it ends, so that what was interrupted goes on where it stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from carbonmatch import runfolder
from carbonmatch.errors import InputError
from carbonmatch.solving import SolveOptions
from carbonmatch.study.batch.executor import Executor, Lost
from carbonmatch.study.batch.task import Ladder, Outcome, Task
from carbonmatch.study.batch.worker import climb, climb_elsewhere
from carbonmatch.study.provenance import asked_of, asked_of_solver
from carbonmatch.study.solver import CaseSolver

LOST_EXIT_CODE: Final = 6
"""As of a solver that failed."""


def solve_batch(
    ladders: Sequence[Ladder],
    options: SolveOptions,
    executor: Executor,
    folder: Path | None = None,
    *,
    more_to_come: bool = False,
) -> list[Outcome]:
    """Solve tasks; return how each one ended, in their order.

    ladders   each a list of tasks; the first one of a ladder may stand for the next ones, see `Task`
    folder    where to keep a run folder of every task that ends well, under `points`. One that is there already, of
              the same inputs, versions and solver, is taken as it is
    more_to_come   whether other tasks will follow, so that run folders of them may be there

    A task that fails is an outcome with its reason, and the others go on. Results do not depend on the executor, nor on
    what ended first.
    """
    tasks = [task for ladder in ladders for task in ladder]
    tell = options.on_progress or (lambda _: None)
    found = {
        outcome.name: outcome
        for outcome in ([] if folder is None else _kept(tasks, folder, options, more_to_come=more_to_come))
    }
    if found:
        tell(f"{len(found)} of {len(tasks)} are there already")
    left = len(tasks) - len(found)
    with_files = folder is not None
    work: Callable[[Ladder], list[Outcome]]
    if executor.here(left):
        work = partial(climb, solver=CaseSolver(options), with_files=with_files)
    else:
        quiet = replace(options, on_progress=None, on_iteration=None, on_log=None)
        work = partial(climb_elsewhere, options=quiet, with_files=with_files)
    for ended in executor(work, _in_order(ladders, found, rising=executor.here(left)), left):
        outcomes = _lost(ended) if isinstance(ended, Lost) else ended
        for outcome in outcomes:
            # what a lower task stands for is taken from there, so that results do not hang on who came first
            if outcome.name in found and outcome.shared_with is None:
                continue
            if folder is not None and outcome.summary is not None:
                _keep(outcome, folder)
            found[outcome.name] = outcome.without_files()
        tell(f"{len(found)} of {len(tasks)} done; {outcomes[0].name}: {_said(outcomes[0])}")
    return [found[task.name] for task in tasks]


def _in_order(ladders: Sequence[Ladder], found: Mapping[str, Outcome], *, rising: bool) -> Iterator[Ladder]:
    """Yield what is left to solve, when it is asked for: the first task of every ladder, then the others.

    One after the other they rise, for a target of exactly 1 has a model of its own. Side by side they come from the
    highest down: by the time that these are near the low ones, the lowest one has said for which of them it stands.
    """
    for ladder in ladders:
        if ladder[0].name not in found:
            yield ladder
    for ladder in ladders:
        for task in ladder[1:] if rising else reversed(ladder[1:]):
            if task.name not in found:
                yield [task]


def _lost(lost: Lost[Ladder]) -> list[Outcome]:
    return [Outcome(lost.item[0].name, error=lost.reason, exit_code=LOST_EXIT_CODE)]


# --- on disk ----------------------------------------------------------------------------------------------------------


def _keep(outcome: Outcome, folder: Path) -> None:
    """Write the run folder of a task, whole or not at all."""
    place = folder / runfolder.POINTS / outcome.name
    if place.exists():  # solved before the task was told that another one stands for it
        shutil.rmtree(place)
    with runfolder.new_run_folder(place) as draft:
        for name, content in outcome.files.items():
            (draft / name).write_bytes(content)


def _kept(
    tasks: Iterable[Task], folder: Path, options: SolveOptions, *, more_to_come: bool = False
) -> Iterator[Outcome]:
    """Yield the outcomes of tasks whose run folders are there already; what else lies there goes, unless more comes."""
    points = folder / runfolder.POINTS
    points.mkdir(parents=True, exist_ok=True)
    by_name = {task.name: task for task in tasks}
    for place in sorted(points.iterdir()):
        task = by_name.get(place.name)
        outcome = None if task is None else _read_back(task, place, options)
        if outcome is not None:
            yield outcome
        elif task is not None or not more_to_come:
            shutil.rmtree(place)


def _read_back(task: Task, place: Path, options: SolveOptions) -> Outcome | None:
    """Return the outcome that a run folder holds, if it is of this task, solved as it would be solved now."""
    try:
        run = runfolder.read_run(place)
    except InputError:
        return None
    solver = run.manifest.get("solver", {})
    operation = None if task.operation is None else asdict(task.operation)
    asked = json.loads(json.dumps({**asked_of(task.case, task.sizes), "operation": operation}))
    same = (
        all(run.manifest.get(key) == value for key, value in asked.items())
        and all(solver.get(key) == value for key, value in asked_of_solver(options).items())
        and (solver.get("cross_check") is not None) == options.cross_check
    )
    return Outcome(task.name, run.summary, shared_with=solver.get("shared_with")) if same else None


def _said(outcome: Outcome) -> str:
    if outcome.summary is None:
        return str(outcome.error)
    return f"{_net(outcome.summary):.2f} per MWh of load net of sales"


def _net(summary: Mapping[str, Any]) -> float:
    return float(summary["cost"]["net_of_sales_per_mwh_load"])
