"""Who is measured, and how each is started: every one is a process of its own. Standard library only, see sizes.py."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PEERS: Final = Path(__file__).parent / "peers"
INTERIOR_POINT: Final = ("run_crossover=off", "threads=1")
"""Interior-point codes of HiGHS are fastest without crossover and on one thread."""

SWEEP_TARGETS: Final = "0.5:1.0:0.05"
SWEEP_JOBS: Final = 2


@dataclass(frozen=True)
class Inputs:
    """What a contestant may read: the case file; terms.npz and matrix.npz beside it, written by export.py."""

    case: Path
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """What a contestant found: cost net of sales [currency], wall seconds of its stages, other facts."""

    objective: float
    stages: dict[str, float]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Contestant:
    """One way to solve a case.

    command   the words that start it, given its inputs and a folder that it may write (which does not exist yet)
    outcome   reads what it found, given that folder and what it printed
    needs     modules without which it is left out
    exported  it reads the archives of export.py
    """

    name: str
    command: Callable[[Inputs, Path], list[str]]
    outcome: Callable[[Path, str], Outcome]
    needs: tuple[str, ...] = ()
    exported: bool = True

    def missing(self) -> list[str]:
        """Return the modules that are not installed."""
        return [module for module in self.needs if importlib.util.find_spec(module) is None]


# --- carbonmatch ------------------------------------------------------------------------------------------------------


def carbonmatch(name: str, solver: str, needs: tuple[str, ...] = ()) -> Contestant:
    """Return carbonmatch as a user runs it: from the case file to the verified run folder."""

    def command(inputs: Inputs, out: Path) -> list[str]:
        return [sys.executable, "-m", "carbonmatch", "solve", str(inputs.case), "--solver", solver, "--out", str(out)]

    return Contestant(name, command, read_run, needs, exported=False)


def read_run(out: Path, _printed: str) -> Outcome:
    """Read a run folder: its cost, its stages whatever they are called, the engines that it took."""
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    runs = manifest["solver"]["runs"]
    facts = {
        "engines": " -> ".join(run["engine"] for run in runs),
        "iterations": sum(run["iterations"] for run in runs),
        "engine_seconds": sum(run["seconds"] for run in runs),
        **manifest["size"],
    }
    return Outcome(summary["cost"]["net_of_sales"], manifest["wall_seconds"], facts)


def carbonmatch_sweep(name: str, solver: str, needs: tuple[str, ...] = ()) -> Contestant:
    """Return a sweep of eleven targets; its cost is that of the run whose target is the case's own, 0.9."""

    def command(inputs: Inputs, out: Path) -> list[str]:
        sweep = [
            sys.executable,
            "-m",
            "carbonmatch",
            "sweep",
            str(inputs.case),
            "--cfe",
            SWEEP_TARGETS,
            "--no-baselines",
        ]
        return [*sweep, "--jobs", str(SWEEP_JOBS), "--solver", solver, "--out", str(out)]

    return Contestant(name, command, read_sweep, needs, exported=False)


def read_sweep(out: Path, _printed: str) -> Outcome:
    """Find the run at 0.9 among the run folders of a sweep."""
    folders = [summary.parent for summary in sorted(out.rglob("summary.json"))]
    for folder in folders:
        target = json.loads((folder / "summary.json").read_text(encoding="utf-8")).get("target", {})
        if abs(target.get("cfe", 0.0) - 0.9) < 1e-9:
            found = read_run(folder, "")
            return Outcome(found.objective, {}, {"engines": found.facts["engines"], "runs": len(folders)})
    raise SystemExit(f"The sweep left no run at 0.9 among its {len(folders)} run folders.")


# --- Peers ------------------------------------------------------------------------------------------------------------


def peer(name: str, script: str, archive: str, needs: tuple[str, ...], *options: str) -> Contestant:
    """Return a script of peers/ that reads an archive and prints what it found as its last line."""

    def command(inputs: Inputs, _out: Path) -> list[str]:
        return [sys.executable, str(PEERS / script), str(inputs.folder / archive), *options]

    return Contestant(name, command, read_line, needs)


def read_line(_out: Path, printed: str) -> Outcome:
    """Read the last line that a peer printed."""
    facts = json.loads(printed.strip().splitlines()[-1])
    return Outcome(facts.pop("objective"), {}, facts)


def bare_highs(name: str, *options: str) -> Contestant:
    """Return HiGHS on the compiled matrix, with options of HiGHS."""
    return peer(name, "with_highs.py", "matrix.npz", ("highspy", "highspy_extras"), *options)


def bare_clarabel(name: str, *settings: str) -> Contestant:
    """Return Clarabel on the compiled matrix, with settings of Clarabel."""
    return peer(name, "with_clarabel.py", "matrix.npz", ("clarabel",), *settings)


def pypsa(name: str, *options: str) -> Contestant:
    """Return a PyPSA network, with options of HiGHS."""
    return peer(name, "with_pypsa.py", "terms.npz", ("pypsa", "highspy"), *options)


CARBONMATCH_HIGHS: Final = carbonmatch("carbonmatch, HiGHS", "highs")
CARBONMATCH_CLARABEL: Final = carbonmatch("carbonmatch, Clarabel", "clarabel", ("clarabel",))
SWEEP_HIGHS: Final = carbonmatch_sweep("carbonmatch sweep, HiGHS", "highs")
SWEEP_CLARABEL: Final = carbonmatch_sweep("carbonmatch sweep, Clarabel", "clarabel", ("clarabel",))
BARE_HIGHS: Final = bare_highs("bare HiGHS hipo", "solver=hipo", "hipo_ordering=amd", *INTERIOR_POINT)
BARE_HIGHS_VARIANTS: Final = (
    bare_highs("bare HiGHS hipo, ordering chosen", "solver=hipo", *INTERIOR_POINT),
    bare_highs("bare HiGHS hipo, no presolve", "solver=hipo", "hipo_ordering=amd", "presolve=off", *INTERIOR_POINT),
)
BARE_CLARABEL: Final = bare_clarabel("bare Clarabel")
PYPSA_DEFAULT: Final = pypsa("PyPSA, HiGHS default")
PYPSA_IPX: Final = pypsa("PyPSA, HiGHS ipx", "solver=ipx", *INTERIOR_POINT)
PYPSA_HIPO: Final = pypsa("PyPSA, HiGHS hipo", "solver=hipo", *INTERIOR_POINT)
PYPSA_HIPO_ALONE: Final = pypsa("PyPSA, HiGHS hipo, else default", "solver=hipo")
"""What a user of PyPSA gets who names the solver and nothing else: with crossover."""

CONTESTANTS: Final = {
    "base": (
        CARBONMATCH_HIGHS,
        CARBONMATCH_CLARABEL,
        BARE_HIGHS,
        *BARE_HIGHS_VARIANTS,
        BARE_CLARABEL,
        PYPSA_HIPO,
        PYPSA_HIPO_ALONE,
        PYPSA_IPX,
        PYPSA_DEFAULT,
    ),
    "hours": (CARBONMATCH_HIGHS, CARBONMATCH_CLARABEL, BARE_CLARABEL),  # HiGHS alone: the stage "solving"
    "contracts": (CARBONMATCH_HIGHS, CARBONMATCH_CLARABEL, BARE_HIGHS, BARE_CLARABEL),
    "zones": (CARBONMATCH_HIGHS, CARBONMATCH_CLARABEL, BARE_HIGHS, BARE_CLARABEL),
    "sweep": (CARBONMATCH_HIGHS, CARBONMATCH_CLARABEL, SWEEP_HIGHS, SWEEP_CLARABEL),
}
"""Who takes part in which section; the first one that ends gives the cost that all others must find."""
