"""One case at many targets: cost over score, for little more than the price of the solves that differ.

A process reads, builds and compiles the model once and moves the right-hand side of its target from point to point. The
lowest target is solved first, and its optimum stands for every higher target that its proof still covers: while a
target is slack, asking for it changes nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import __version__, runfolder
from carbonmatch.case import Case, demanded, load_case
from carbonmatch.errors import CarbonMatchError, Fault, InputError, VerificationError
from carbonmatch.formulation import build_model, problem_from_case, target_sides
from carbonmatch.records import Optimum, Problem
from carbonmatch.solving import SolveOptions, check_solver, compile_model, recertified, solve_compiled, takes_matrix
from carbonmatch.solving.compile import CompiledModel
from carbonmatch.study.run import Stages, verified_result, write_result
from carbonmatch.tables import write_table


@dataclass(frozen=True)
class Point:
    """One target of a sweep: the summary of its verified run, or why there is none.

    shared_with   the lower target whose optimum is this one's too; None where it was solved for itself
    """

    cfe: float
    summary: dict[str, Any] | None
    shared_with: float | None = None
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Sweep:
    """The points of a sweep, lowest target first."""

    case: str
    currency: str
    points: tuple[Point, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per target, sizes included; money in the currency of the case."""
        return pd.DataFrame([_row(point) for point in self.points])


def sweep_targets(
    path: Path | str,
    targets: Sequence[float],
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    out: Path | str | None = None,
    force: bool = False,
) -> Sweep:
    """Find the least-cost portfolio of a case at each of several targets (`target.cfe`).

    jobs   processes side by side; the cores of the machine unless given. The results are the same for any number

    A target that cannot be met is a point with its reason, and the others go on.

    Raises:
        InputError: a fault of the case at any of the targets, or `out` cannot be written; nothing was solved.
    """
    options = options or SolveOptions()
    check_solver(options)
    if out is not None:
        runfolder.check_writable(Path(out), force=force, kind=runfolder.SWEEP_KIND)
    cases = _cases(path, sorted(set(targets)), settings, scenario)
    with _draft(out, force=force) as folder:
        points = _solved(cases, folder, options, min(jobs or available_cores(), len(cases)))
        sweep = Sweep(cases[0].name, cases[0].currency, tuple(points))
        if folder is not None:
            write_table(sweep.table, folder / runfolder.SWEEP_TABLE)
            runfolder.write_json(folder / runfolder.SWEEP, _origin(cases[0], options, sweep))
    return sweep


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cases(path: Path | str, targets: list[float], settings: Sequence[str], scenario: str | None) -> list[Case]:
    cases, faults = [], {}
    for cfe in targets:
        try:
            cases.append(load_case(path, settings=[*settings, f"target.cfe={cfe}"], scenario=scenario, purpose="solve"))
        except InputError as error:
            faults.update(dict.fromkeys(error.faults))
    if faults:
        raise InputError(faults)
    if not cases:
        raise InputError([Fault(str(path), "no target to sweep over; name at least one")])
    if demanded(cases[0].target).matching == "none":
        what = "target.matching is none, so that there is nothing to sweep; set it to hourly, monthly or annual"
        raise InputError([Fault(str(path), what)])
    return cases


@contextmanager
def _draft(out: Path | str | None, *, force: bool) -> Iterator[Path | None]:
    if out is None:
        yield None
        return
    with runfolder.new_run_folder(Path(out), force=force, kind=runfolder.SWEEP_KIND) as folder:
        (folder / runfolder.POINTS).mkdir()
        yield folder


def _origin(case: Case, options: SolveOptions, sweep: Sweep) -> dict[str, Any]:
    """Return the sweep with where its numbers come from; the manifest of each point says the rest."""
    source = case.provenance
    rows = sweep.table.astype(object)
    return {
        "case": {
            "name": case.name,
            "path": source.path,
            "sha256": source.sha256,
            "scenario": source.scenario,
            "overrides": [asdict(override) for override in source.overrides[:-1]],  # the last one is the target
        },
        "currency": case.currency,
        "carbonmatch": __version__,
        "solver": options.solver if isinstance(options.solver, str) else list(options.solver),
        "points": rows.where(rows.notna(), None).to_dict(orient="records"),
    }


# --- points, one after the other or side by side ----------------------------------------------------------------------


def _solved(cases: list[Case], folder: Path | None, options: SolveOptions, jobs: int) -> list[Point]:
    """Return the points of all cases, in their order. The first one may stand for others too."""
    tell = options.on_progress or (lambda _: None)
    found: dict[float, Point] = {}

    def keep(points: list[Point]) -> None:
        # what the lowest target stands for is taken from there, so that results do not hang on who came first
        found.update({p.cfe: p for p in points if p.cfe not in found or p.shared_with is not None})
        tell(f"{len(found)} of {len(cases)} targets, {_said(points[0])}")

    def left(tasks: list[list[Case]]) -> Iterator[list[Case]]:
        return (task for task in tasks if _cfe(task[0]) not in found)

    tell(f"solving for {len(cases)} targets" + ("" if jobs == 1 else f" in {jobs} processes"))
    if jobs == 1:
        solver = _PointSolver(options)
        for task in left([cases, *([case] for case in cases[1:])]):
            keep(solver.points(task, folder))
    else:
        # The lowest target in one process, meanwhile the highest ones in the others: by the time that these come near
        # the low targets, the lowest one has said for which of them it stands.
        tasks = left([cases, *([case] for case in reversed(cases[1:]))])
        for points in _side_by_side(tasks, folder, options, jobs):
            keep(points)
    if folder is not None:
        _put_in_place([point for point in found.values() if point.shared_with is not None], folder)
    return [found[_cfe(case)] for case in cases]


def _put_in_place(shared: list[Point], folder: Path) -> None:
    """Let shared run folders stand in the places of their targets, which other processes may have solved meanwhile."""
    for point in shared:
        place = _place(folder, point.cfe)
        if place.exists():
            shutil.rmtree(place)
        _place(folder, point.cfe, shared=True).rename(place)


def _place(folder: Path, cfe: float, *, shared: bool = False) -> Path:
    return folder / runfolder.POINTS / (f"cfe-{cfe:.12g}" + (".shared" if shared else ""))


def _side_by_side(
    tasks: Iterator[list[Case]], folder: Path | None, options: SolveOptions, jobs: int
) -> Iterator[list[Point]]:
    """Solve tasks in processes of their own; yield what each one found as it ends. Tasks are taken when they begin."""
    quiet = replace(options, on_progress=None, on_iteration=None, on_log=None)
    context = multiprocessing.get_context("spawn")  # a forked copy of an engine's threads would be a broken one
    with context.Pool(jobs, initializer=_start_process, initargs=(quiet,)) as pool:  # its end ends the processes too
        running = [pool.apply_async(_points_in_process, (task, folder)) for task in islice(tasks, jobs)]
        while running:
            ended = next((result for result in running if result.ready()), None)
            if ended is None:
                running[0].wait(0.05)
                continue
            running.remove(ended)
            yield ended.get()
            running += [pool.apply_async(_points_in_process, (task, folder)) for task in islice(tasks, 1)]


_IN_PROCESS: Final[list[_PointSolver]] = []
"""The solver of this process, where it is one of several: it keeps its model from task to task."""


def _start_process(options: SolveOptions) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _IN_PROCESS.append(_PointSolver(options))


def _points_in_process(cases: list[Case], folder: Path | None) -> list[Point]:
    return _IN_PROCESS[0].points(cases, folder)


@dataclass(frozen=True)
class _Built:
    """A problem with its model and the matrix of it."""

    problem: Problem
    model: Any
    compiled: CompiledModel


class _PointSolver:
    """Solves the points of a sweep in one process, and keeps the compiled model between them."""

    def __init__(self, options: SolveOptions) -> None:
        self.options = options
        self.latest: _Built | None = None

    def points(self, cases: list[Case], folder: Path | None) -> list[Point]:
        """Return the point of the first case, solved, and those of the others that its optimum stands for."""
        first = cases[0]
        stages = Stages(None)
        stages.seconds["reading the case"] = first.provenance.seconds
        try:
            built = self._built(first, stages)
            optimum = solve_compiled(built.compiled, built.problem.yardstick, self.options)
            stages.seconds.update(optimum.seconds)
            place = None if folder is None else _place(folder, _cfe(first))
            summary = self._summary(first, built, optimum, stages, place)
            return [Point(_cfe(first), summary), *self._shared(first, cases[1:], built, optimum, folder)]
        except CarbonMatchError as error:
            return [Point(_cfe(first), None, error=str(error), exit_code=error.exit_code)]

    def _shared(
        self, first: Case, others: list[Case], built: _Built, optimum: Optimum, folder: Path | None
    ) -> Iterator[Point]:
        """Yield the points of the next higher targets for which the first optimum is proved to be cheapest too."""
        for case in others:
            moved = _moved(built, problem_from_case(case))
            shared = None if moved is None else recertified(moved.compiled, moved.problem.yardstick, optimum)
            if moved is None or shared is None:
                return
            place = None if folder is None else _place(folder, _cfe(case), shared=True)
            try:
                summary = self._summary(case, moved, shared, Stages(None), place)
            except VerificationError:  # its accounts say otherwise: this target is solved for itself
                return
            yield Point(_cfe(case), summary, shared_with=_cfe(first))

    def _built(self, case: Case, stages: Stages) -> _Built:
        """Return a case with its matrix: the one at hand with its target moved, where that will do."""
        problem = problem_from_case(case)
        if self.latest is not None and takes_matrix(self.options):
            moved = _moved(self.latest, problem)
            if moved is not None:
                return moved
        self.latest = None  # a model of a year takes some 200 MB, and two at a time are one too many
        with stages("building the model"):
            model = build_model(problem)
        with stages("compiling the matrix"):
            compiled = compile_model(model)
        self.latest = _Built(problem, model, compiled)
        return self.latest

    def _summary(
        self, case: Case, built: _Built, optimum: Optimum, stages: Stages, place: Path | None
    ) -> dict[str, Any]:
        """Return the summary of a verified point, written as a run folder where there is a place for it."""
        result = verified_result(case, built.problem, built.model, optimum, options=self.options, stages=stages)
        if place is not None:
            write_result(result, place)
        return result.summary


def _moved(built: _Built, problem: Problem) -> _Built | None:
    """Return a built problem with its target where another one has it; None where that has other rows or columns."""
    sides = target_sides(built.model, problem)
    compiled = None if sides is None else built.compiled.with_sides(sides)
    return None if compiled is None else _Built(problem, built.model, compiled)


def _cfe(case: Case) -> float:
    return float(demanded(case.target).cfe or 0.0)


def _said(point: Point) -> str:
    if point.summary is None:
        return f"{point.cfe:g}: {point.error}"
    return f"{point.cfe:g}: {point.summary['cost']['net_of_sales_per_mwh_load']:.2f} per MWh of load net of sales"


def _row(point: Point) -> dict[str, Any]:
    """Return a point as one flat row; what a target that cannot be met has no number for is empty."""
    row: dict[str, Any] = {"target_cfe": point.cfe, "shared_with_target_cfe": point.shared_with, "error": point.error}
    if point.summary is None:
        return row
    summary, cost, scores = point.summary, point.summary["cost"], point.summary["scores"]
    row |= {
        "hourly_matched_share": scores["hourly_matched_share"],
        "cfe_score": scores["cfe_score"],
        "annual_volumetric_share": scores["annual_volumetric_share"],
        "cost_total": cost["total"],
        "cost_net_of_sales": cost["net_of_sales"],
        "cost_per_mwh_load": cost["per_mwh_load"],
        "cost_net_of_sales_per_mwh_load": cost["net_of_sales_per_mwh_load"],
    }
    premiums = summary["shadow_prices"]["green_premium_per_mwh"]
    row |= {f"{zone}_green_premium_per_mwh": premium for zone, premium in premiums.items()}
    row |= {f"{name}_contracted_mw": contract["contracted_mw"] for name, contract in summary["contracts"].items()}
    for name, storage in summary["storage"].items():
        row |= {f"{name}_power_mw": storage["power_mw"], f"{name}_energy_mwh": storage["energy_mwh"]}
    row |= {f"{name}_firm_capacity_mw": site["firm_capacity_mw"] for name, site in summary["grid"].items()}
    return row
