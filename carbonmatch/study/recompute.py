"""A run made again from its inputs and the solver's answer: no solver is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.case import Case, Variant, load_case
from carbonmatch.errors import Fault, InputError, VerificationError
from carbonmatch.formulation import build_model, hold_operation, problem_from_case, read_schedule
from carbonmatch.records import FloatArray, Problem
from carbonmatch.runfolder import RunFolder
from carbonmatch.solving import SolveOptions, compile_model, rechecked
from carbonmatch.study.budget import Bought, rebuy
from carbonmatch.study.fix import fix_sizes, sizes_of_run
from carbonmatch.study.frames import DUAL, VALUE
from carbonmatch.study.held import reach_of, within_reach
from carbonmatch.study.operate import as_operated, opening_of, told_operation, with_operation
from carbonmatch.study.result import Result
from carbonmatch.study.solver import verified_result
from carbonmatch.study.stages import Stages
from carbonmatch.study.whole_numbers import read_back
from carbonmatch.tables import read_frame


def files_of_run(run: RunFolder) -> tuple[Path, dict[str, Path]]:
    """Return the case file of a run and its tables, by the path as the case writes it.

    Raises:
        InputError: one is gone, or has been changed since.
    """
    case = run.manifest.get("case", {})
    if case.get("path") is None:
        what = "was made from a case in Python, which no file holds; write the case to a file and solve that"
        raise InputError([Fault(str(run.path), what)])
    case_file = Path(case["path"])
    tables = {table["path"]: case_file.parent / table["path"] for table in run.manifest.get("tables", [])}
    sought = {case_file: case["sha256"]}
    sought |= {tables[table["path"]]: table["sha256"] for table in run.manifest.get("tables", [])}
    faults = []
    for file, sha256 in sought.items():
        if not file.is_file():
            what = "does not exist; the run was made from it. Call from the folder where you solved"
            faults.append(Fault(str(file), what))
        elif hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            what = "has been changed since the run was made from it; solve again, or bring the old file back"
            faults.append(Fault(str(file), what))
    if faults:
        raise InputError(faults)
    return case_file, tables


def case_of_run(run: RunFolder, case_file: Path, tables: Mapping[str, Path]) -> Case:
    """Return the case of a run, with all that it was made with.

    case_file   where it stands now;  tables   where its tables stand, by the path as the case writes it
    """
    variant = variant_of_run(run)
    return load_case(
        case_file,
        settings=variant.settings,
        scenario=variant.scenario,
        weather_year=variant.weather_year,
        growth_year=variant.growth_year,
        in_plan=variant.in_plan,
        elsewhere=tables,
    )


def variant_of_run(run: RunFolder) -> Variant:
    """Return how the case file of a run was read."""
    overrides = entries(at(run.manifest, "case", "overrides"), "key", "value", "origin")
    settings = tuple(f"{o['key']}={json.dumps(o['value'])}" for o in overrides if o["origin"] == "--set")
    in_plan = at(run.manifest, "case", "in_plan") is True
    return Variant(settings, _named(run, "scenario"), _named(run, "weather_year"), _named(run, "growth_year"), in_plan)


def _named(run: RunFolder, kind: str) -> str | None:
    """Return the scenario or the year that the run was made with."""
    name = at(run.manifest, "case", kind)
    return None if name is None else str(name)


def recomputed(run: RunFolder, case: Case, stages: Stages) -> Result:
    """Return the result of a solved run: its answer proved anew in the model of its case, its accounts made anew.

    Raises:
        InputError: the sizes that it holds cannot be read.
        VerificationError: the answer is not of this case, is no optimum of it, or its accounts do not add up.
    """
    values, duals = _vectors(run, runfolder.OPTIMUM)
    sizes = sizes_of_run(run)
    problem = problem_from_case(case)
    if sizes is not None:
        problem = fix_sizes(problem, sizes)
    reach, operation = reach_of(run.summary), told_operation(run.summary)
    if reach is not None:
        problem = within_reach(problem, reach)
    bought = None
    if problem.target.budget is not None:
        with stages("proving what the budget buys"):
            bought = _bought(run, problem)
        problem = bought.problem
    asked = problem.target
    if operation is not None:
        problem = as_operated(problem, opening_of(problem, operation))
    with stages("building the model"):
        model = build_model(problem)
        compiled = compile_model(model, problem.yardstick)
        if operation is not None and len(values) == len(compiled.columns):
            # What was decided without foresight is not decided again: it is held, and what follows from it is proved.
            hold_operation(model, problem, read_schedule(model, problem, compiled.columns, values))
            compiled = compile_model(model, problem.yardstick)
    engine = at(run.manifest, "solver", "engine")
    optimum = rechecked(compiled, problem.yardstick, values, duals, engine)
    optimum = read_back(optimum, compiled, at(run.summary, "certificate", "integer"))
    result = verified_result(
        case, problem, model, optimum, options=SolveOptions(), stages=stages, sizes=sizes, bought=bought
    )
    if reach is not None:
        result = replace(result, summary={**result.summary, "reach": reach.told})
    return result if operation is None else with_operation(result, asked, operation)


def _bought(run: RunFolder, problem: Problem) -> Bought:
    """Prove anew that no larger share of the load costs so little, and that the run asked for this one."""
    asked = at(run.summary, "target", "cfe")
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        raise VerificationError(f"{runfolder.SUMMARY} does not say which share the run asked for")
    return rebuy(problem, *_vectors(run, runfolder.BUDGET), at(run.manifest, "budget", "engine"), float(asked))


def _vectors(run: RunFolder, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the values of the columns and the duals of the rows that a run keeps."""
    vectors = read_frame(run.path / name)
    if list(vectors.columns) != ["vector", "number"] or not pd.api.types.is_float_dtype(vectors["number"]):
        raise VerificationError(f"{name} does not hold the vectors of an optimum")
    values, duals = (vectors.loc[vectors["vector"] == kind, "number"].to_numpy(dtype=float) for kind in (VALUE, DUAL))
    return values, duals


def entries(told: Any, *keys: str) -> list[Mapping[str, Any]]:
    """Return the entries of a list that have all of these keys; what is dropped will be missed in the comparison."""
    found = told if isinstance(told, list) else []
    return [entry for entry in found if isinstance(entry, Mapping) and all(key in entry for key in keys)]


def at(content: Any, *keys: str) -> Any:
    """Return what stands at a path of keys in a summary or a manifest; None where nothing does."""
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content
