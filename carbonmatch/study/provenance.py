"""Where the numbers of a run came from: inputs by hash, versions, engines, times."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from carbonmatch import __version__, runfolder
from carbonmatch.case import Case
from carbonmatch.records import Optimum
from carbonmatch.solving import SolveOptions
from carbonmatch.study.fix import Sizes
from carbonmatch.study.whole_numbers import search_times

LIBRARIES: Final = ("pyomo", "highspy", "highspy-extras", "clarabel", "numpy", "pandas", "pyarrow")
"""Whose versions decide the numbers, and so stand in the manifest; null where an extra is not installed."""


def manifest(
    case: Case,
    optimum: Optimum,
    options: SolveOptions,
    seconds: Mapping[str, float],
    *,
    sizes: Sizes | None = None,
    shared_with: str | None = None,
) -> dict[str, Any]:
    """Return where the numbers of a run came from: inputs by hash, versions, engine runs, times and sizes.

    shared_with   name of the scenario whose optimum, proved anew, is this one's too
    """
    return {
        **asked_of(case, sizes),
        "solver": {
            **asked_of_solver(options),
            "engine": optimum.engine,
            "shared_with": shared_with,
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
            **({} if optimum.whole_numbers is None else {"whole_numbers": search_times(optimum.whole_numbers)}),
            "log": runfolder.SOLVER_LOG,
        },
        "size": {"rows": optimum.rows_count, "columns": optimum.columns_count, "nonzeros": optimum.nonzeros_count},
        "wall_seconds": rounded(seconds),
    }


def asked_of(case: Case, sizes: Sizes | None) -> dict[str, Any]:
    """Return all that the numbers of a plan depend on, solver apart: the same again gives the same numbers."""
    return {
        **inputs_of(case),
        "sizes_held": None if sizes is None else {"path": sizes.path, "sha256": sizes.sha256},
        **versions_of(LIBRARIES),
    }


def asked_of_solver(options: SolveOptions) -> dict[str, Any]:
    """Return how a plan was to be solved, as far as that can change the last digits of its numbers."""
    solver = options.solver if isinstance(options.solver, str) else list(options.solver)
    return {"asked": solver, "threads": options.threads}


def inputs_of(case: Case) -> dict[str, Any]:
    """Return what the numbers of a run were made from: the case and its tables by hash, and every value it gives."""
    source = case.provenance
    return {
        "case": {
            "path": source.path,
            "sha256": source.sha256,
            "scenario": source.scenario,
            "weather_year": source.weather_year,
            **({} if source.growth_year is None else {"growth_year": source.growth_year, "in_plan": source.in_plan}),
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
