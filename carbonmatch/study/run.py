"""One run: from a checked case to a verified result, in memory and on disk."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from carbonmatch import __version__, runfolder
from carbonmatch.accounting import build_ledger, facts_from_case, flows_of, prove, summarise
from carbonmatch.case import Case
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_model, extract_solution, problem_from_case
from carbonmatch.records import Optimum, Problem
from carbonmatch.solving import SolveOptions, check_solver, compile_model, solve_compiled
from carbonmatch.study.fix import Sizes, fix_sizes, missed, read_sizes
from carbonmatch.study.result import Matched, Result
from carbonmatch.tables import write_table

LIBRARIES: Final = ("pyomo", "highspy", "highspy-extras", "clarabel", "numpy", "pandas", "pyarrow")
"""Whose versions decide the numbers, and so stand in the manifest; null where an extra is not installed."""


def solve_case(
    case: Case,
    options: SolveOptions | None = None,
    *,
    out: Path | str | None = None,
    fix: Path | str | None = None,
    force: bool = False,
) -> Result:
    """Find the least-cost portfolio of a case and verify it; write it to a run folder where `out` names one.

    fix     a run folder, or a JSON file like its `summary.json`, whose sizes are held: only the operation is chosen

    Raises:
        InputError: `out` cannot be written, or the sizes of `fix` are not those of this case.
        InfeasibleError, UnboundedError, LimitError, SolverError: there is no certified optimum; nothing is written.
        VerificationError: the optimum does not agree with its own accounts; nothing is written.
    """
    options = options or SolveOptions()
    check_solver(options)
    if out is not None:
        runfolder.check_writable(Path(out), force=force)
    sizes = None if fix is None else read_sizes(fix)
    stages = Stages(options.on_progress)
    stages.seconds["reading the case"] = case.provenance.seconds
    with stages("building the model"):
        problem = problem_from_case(case)
        if sizes is not None:
            problem = fix_sizes(problem, sizes)
        model = build_model(problem)
    try:
        with stages("compiling the matrix"):
            compiled = compile_model(model)
        optimum = solve_compiled(compiled, problem.yardstick, options)
        stages.seconds.update(optimum.seconds)
    except InfeasibleError as error:
        if sizes is None:
            raise
        raise InfeasibleError(missed(problem, sizes)) from error
    result = verified_result(case, problem, model, optimum, options=options, stages=stages, sizes=sizes)
    if out is not None:
        write_result(result, Path(out), force=force, on_progress=options.on_progress)
    return result


def verified_result(
    case: Case,
    problem: Problem,
    model: Any,
    optimum: Optimum,
    *,
    options: SolveOptions,
    stages: Stages,
    sizes: Sizes | None = None,
) -> Result:
    """Read the solution out of a solved model, account for it and prove the accounts.

    Raises:
        VerificationError: the optimum does not agree with its own accounts.
    """
    with stages("reading the solution"):
        solution = extract_solution(model, problem, optimum)
    with stages("accounting and verifying"):
        facts = facts_from_case(case)
        ledger = build_ledger(problem, flows_of(solution), facts)
        prove(problem, solution, ledger)
        summary = summarise(problem, solution, ledger, facts, optimum.certificate)
        summary["certificate"]["cross_check"] = cross_check(optimum)
        summary["sizes_held"] = sizes is not None
        summary["warnings"] = [*case.warnings, *summary["warnings"]]
    origin = manifest(case, optimum, options, stages.seconds, sizes)
    return Result(summary, origin, problem, facts, ledger, solution, optimum)


def write_result(
    result: Result, path: Path, *, force: bool = False, on_progress: Callable[[str], None] | None = None
) -> None:
    """Write a result as a run folder, whole or not at all. Its manifest also tells what writing the tables took."""
    stages = Stages(on_progress)
    with runfolder.new_run_folder(path, force=force) as folder:
        with stages("writing the run folder"):
            write_accounts(result, folder)
            write_table(result.vectors, folder / runfolder.OPTIMUM)
            (folder / runfolder.SOLVER_LOG).write_text(result.optimum.log, encoding="utf-8")
        seconds = {**result.manifest["wall_seconds"], **rounded(stages.seconds)}
        runfolder.write_json(folder / runfolder.MANIFEST, {**result.manifest, "wall_seconds": seconds})
        runfolder.write_json(folder / runfolder.SUMMARY, result.summary)


def write_accounts(accounts: Result | Matched, folder: Path) -> None:
    """Write the tables that a plan and a metered period both have."""
    write_table(accounts.hourly, folder / runfolder.HOURLY)
    write_table(accounts.contracts_hourly, folder / runfolder.CONTRACTS)
    write_table(accounts.storage_hourly, folder / runfolder.STORAGE)
    write_table(accounts.claims, folder / runfolder.CLAIMS)
    write_table(accounts.links, folder / runfolder.LINKS)


def manifest(
    case: Case, optimum: Optimum, options: SolveOptions, seconds: Mapping[str, float], sizes: Sizes | None = None
) -> dict[str, Any]:
    """Return where the numbers of a run came from: inputs by hash, versions, engine runs, times and sizes."""
    return {
        **inputs_of(case),
        "sizes_held": None if sizes is None else {"path": sizes.path, "sha256": sizes.sha256},
        **versions_of(LIBRARIES),
        "solver": {
            "engine": optimum.engine,
            "threads": options.threads,
            "runs": [
                {
                    "engine": run.engine,
                    "status": run.status,
                    "certified": run.certified,
                    "iterations": run.iterations,
                    "seconds": run.seconds,
                }
                for run in optimum.runs
            ],
            "cross_check": cross_check(optimum),
            "log": runfolder.SOLVER_LOG,
        },
        "size": {"rows": optimum.rows_count, "columns": optimum.columns_count, "nonzeros": optimum.nonzeros_count},
        "wall_seconds": rounded(seconds),
    }


def inputs_of(case: Case) -> dict[str, Any]:
    """Return what the numbers of a run were made from: the case and its tables by hash, and every value it gives."""
    source = case.provenance
    return {
        "case": {
            "path": source.path,
            "sha256": source.sha256,
            "scenario": source.scenario,
            "overrides": [{"key": o.key, "value": o.value, "origin": o.origin} for o in source.overrides],
        },
        "tables": [
            {"path": t.path, "sha256": t.sha256, "format": t.format, "rows": t.rows, "columns": list(t.columns)}
            for t in source.tables
        ],
        "filled": list(source.filled),
        "assumptions": [{"key": a.key, "value": a.value, "source": a.source} for a in source.assumptions],
    }


def versions_of(libraries: Iterable[str]) -> dict[str, Any]:
    """Return the versions and the machine that the numbers of a run depend on."""
    return {
        "versions": {
            "python": platform.python_version(),
            "carbonmatch": __version__,
            **{library: _version(library) for library in libraries},
        },
        "machine": {"system": platform.system(), "processor": platform.machine()},
    }


def cross_check(optimum: Optimum) -> dict[str, Any] | None:
    """Return what a second engine found; None unless one was asked for."""
    return None if optimum.cross_check is None else asdict(optimum.cross_check)


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return seconds by stage, as a manifest tells them."""
    return {stage: round(spent, 3) for stage, spent in seconds.items()}


class Stages:
    """The stages of a run, each announced as it begins and timed."""

    def __init__(self, on_progress: Callable[[str], None] | None) -> None:
        self.on_progress = on_progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Announce and time the stage of the block."""
        if self.on_progress is not None:
            self.on_progress(name)
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
