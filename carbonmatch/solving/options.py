"""How to solve: which engines in which order, for how long, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from carbonmatch.errors import Fault, InputError
from carbonmatch.solving import clarabel, pyomo_solver
from carbonmatch.solving.clarabel import run_clarabel
from carbonmatch.solving.engine import MatrixEngine
from carbonmatch.solving.highs import run_highs
from carbonmatch.units import WHOLE_NUMBER_GAP
from carbonmatch.wording import listed, nearest

ENGINES: Final[dict[str, MatrixEngine]] = {
    "hipo": MatrixEngine("HiGHS hipo", partial(run_highs, "hipo")),
    "hipo-unpresolved": MatrixEngine("HiGHS hipo without presolve", partial(run_highs, "hipo-unpresolved")),
    "ipx": MatrixEngine("HiGHS ipx", partial(run_highs, "ipx")),
    "simplex": MatrixEngine("HiGHS simplex", partial(run_highs, "simplex")),
    "clarabel": MatrixEngine("Clarabel", run_clarabel),
}
"""Engines that take the scaled programme."""

CHAINS: Final[dict[str, tuple[str, ...]]] = {
    "highs": ("hipo", "hipo-unpresolved", "ipx", "simplex"),
    "clarabel": ("clarabel", "hipo", "hipo-unpresolved", "ipx", "simplex"),
}
"""Engines of each solver in the order in which they are tried: the fastest one first, the most patient one last."""


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    time_limit_seconds   for all engines together
    started              moment (time.monotonic) from which the limit counts; the beginning of each solve unless given
    threads              of the engine
    whole_number_gap     distance of cost and bound, as a share of gross cost, at which a search for whole numbers ends
    solver               `highs`, `clarabel` (falls back on HiGHS), or any solver that Pyomo knows by name; a tuple
                         names single engines (`hipo`, `ipx`, `simplex`, `clarabel`, ...) in the order to try them
    cross_check          solve once more with the other of HiGHS and Clarabel, and compare
    on_progress          hears of each stage, by name
    on_iteration         hears the number of each iteration of an engine that tells
    on_log               hears what the engines print
    """

    time_limit_seconds: float = float("inf")
    started: float | None = None
    threads: int = 1
    whole_number_gap: float = WHOLE_NUMBER_GAP
    solver: str | tuple[str, ...] = "highs"
    cross_check: bool = False
    on_progress: Callable[[str], None] | None = None
    on_iteration: Callable[[int], None] | None = None
    on_log: Callable[[str], None] | None = None


def check_solver(options: SolveOptions) -> None:
    """Make sure that the solver asked for is there, before any work is done.

    Raises:
        InputError: it is unknown or not installed.
    """
    chain = chain_of(options)
    faults = []
    for engine in dict.fromkeys([*chain, *(["clarabel"] if options.cross_check else [])]):
        if engine == "clarabel" and not clarabel.installed():
            flag = "--solver clarabel" if engine in chain else "--cross-check"
            faults.append(Fault(flag, "needs Clarabel, which is not installed: pip install 'carbonmatch[clarabel]'"))
        elif engine not in ENGINES and not pyomo_solver.available(engine):
            known = [*CHAINS, *pyomo_solver.known_names()]
            if engine in known:
                what = "is not found on this machine; install it, or take --solver highs"
            else:
                what = f"is not known{nearest(engine, known)} (solvers: {listed(CHAINS)}, or any that Pyomo knows)"
            faults.append(Fault(f"--solver {engine}", what))
    if faults:
        raise InputError(faults)


def takes_matrix(options: SolveOptions) -> bool:
    """Tell whether all engines asked for take the matrix: others read the Pyomo model, with the sides that it has."""
    return all(engine in ENGINES for engine in chain_of(options))


def chain_of(options: SolveOptions) -> tuple[str, ...]:
    """Return the engines to try, in their order."""
    if isinstance(options.solver, tuple):
        return options.solver
    return CHAINS.get(options.solver, (options.solver, *CHAINS["highs"]))
