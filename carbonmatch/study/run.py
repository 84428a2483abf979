"""One run: from a checked case to a verified result, in memory and on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carbonmatch import runfolder
from carbonmatch.case import Case
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.fix import read_sizes
from carbonmatch.study.frames import vectors_frame
from carbonmatch.study.provenance import rounded
from carbonmatch.study.result import Matched, Result
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages
from carbonmatch.tables import write_table


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
    result = CaseSolver(options).result(case, Stages(options.on_progress), sizes)
    if out is not None:
        write_result(result, Path(out), force=force, on_progress=options.on_progress)
    return result


def write_result(
    result: Result, path: Path, *, force: bool = False, on_progress: Callable[[str], None] | None = None
) -> None:
    """Write a result as a run folder, whole or not at all. Its manifest also tells what writing the tables took."""
    stages = Stages(on_progress)
    with runfolder.new_run_folder(path, force=force) as folder:
        with stages("writing the run folder"):
            write_accounts(result, folder)
            if result.load is not None and result.load_entries is not None:
                write_table(result.load, folder / runfolder.LOAD)
                write_table(result.load_entries, folder / runfolder.LOAD_ENTRIES)
            write_table(result.vectors, folder / runfolder.OPTIMUM)
            logs = [result.optimum.log]
            if result.bought is not None:
                write_table(vectors_frame(result.bought), folder / runfolder.BUDGET)
                logs.insert(0, result.bought.log)
            (folder / runfolder.SOLVER_LOG).write_text("\n".join(logs), encoding="utf-8")
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
