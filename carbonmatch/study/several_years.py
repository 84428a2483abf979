"""Several years solved as one model, then accounted for and verified year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from carbonmatch import runfolder
from carbonmatch.case import Case
from carbonmatch.errors import InfeasibleError, LimitError, SolverError, UnboundedError, VerificationError
from carbonmatch.formulation import YearsOptimum, build_model
from carbonmatch.records import Optimum, SeveralYears, YearTerms
from carbonmatch.runfolder import StudyKind
from carbonmatch.solving import (
    CompiledModel,
    SolveOptions,
    compile_model,
    rechecked,
    solve_compiled,
    solve_model,
)
from carbonmatch.study.fix import Sizes, fix_sizes
from carbonmatch.study.infeasible import best_in_reach, why_infeasible
from carbonmatch.study.provenance import cross_check, inputs_of, manifest
from carbonmatch.study.result import Result
from carbonmatch.study.solver import verified_result
from carbonmatch.study.stages import Stages
from carbonmatch.study.whole_numbers import search_told
from carbonmatch.units import GAP_TOLERANCE
from carbonmatch.wording import listed


@contextmanager
def folder_of_years(out: Path | str | None, kind: StudyKind, *, force: bool) -> Iterator[Path | None]:
    """Give a folder to write to, which becomes `out` once the block has ended well; None where none is wanted."""
    if out is None:
        yield None
        return
    with runfolder.new_run_folder(Path(out), force=force, kind=kind) as folder:
        yield folder


# --- all years together -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whole:
    """All years solved together.

    given   the sizes that were held from the start, as they were read; None where they were chosen
    """

    problem: SeveralYears
    optimum: Optimum
    answer: YearsOptimum
    given: Sizes | None = None


def solved_together(problem: SeveralYears, model: Any, options: SolveOptions, stages: Stages) -> Optimum:
    """Return the optimum of the model of all years.

    Raises:
        InfeasibleError: there is none, and which year is to blame is not known yet.
        UnboundedError, LimitError, SolverError: there is no certified optimum.
    """
    with stages("compiling the matrix"):
        compiled = compile_model(model, problem.yardstick)
    optimum = solve_compiled(compiled, problem.yardstick, options)
    stages.seconds.update(optimum.seconds)
    return optimum


def lost_years(
    problem: SeveralYears, cases: Sequence[Case], given: Sizes | None, options: SolveOptions
) -> tuple[str, bool]:
    """Say which years cannot be met, each by itself, and why the worst of them; empty where each of them can.

    Returns:
        What there is to say, and whether every year gave a clear answer.
    """
    lost, case_of, clear = list[YearTerms](), dict[str, Case](), True
    for year, case in zip(problem.years, cases, strict=True):
        case_of[year.name] = case
        terms = problem.alone(year)
        try:
            solve_model(build_model(terms), terms.yardstick, options)
        except InfeasibleError:
            lost.append(year)
        except UnboundedError:  # too cheap to be out of reach
            continue
        except (LimitError, SolverError):  # that they cannot be met together is proved all the same
            clear = False
    if not lost:
        return "", clear
    names = listed(year.name for year in lost)
    noun = problem.noun if len(lost) == 1 else f"{problem.noun}s"
    best = {year.name: best_in_reach(problem.alone(year), options) for year in lost}
    worst = min(lost, key=lambda year: best[year.name] or 0.0)
    why = why_infeasible(case_of[worst.name], problem.alone(worst), best[worst.name], given)
    return f"In the {noun} {names}: {why}", clear


# --- year by year -----------------------------------------------------------------------------------------------------


def result_of_year(whole: Whole, year: YearTerms, case: Case, sizes: Sizes, options: SolveOptions) -> Result:
    """Return the verified run of one year, its sizes those that were found for all years.

    Its operation is that of the optimum over all years, and has to prove itself cheapest by itself. One of so little
    weight that it may be off by more than its own proof allows is found anew, at the same sizes.

    Raises:
        VerificationError: it cannot be operated at these sizes, or does not agree with its own accounts.
    """
    stages = Stages()
    stages.seconds["reading the case"] = case.provenance.seconds
    problem = fix_sizes(year.problem, sizes)
    try:
        with stages("building the model"):
            model = build_model(problem)
        with stages("compiling the matrix"):
            compiled = compile_model(model, problem.yardstick)
        optimum = _optimum_of_year(whole, year, model, compiled, options)
        return verified_result(case, problem, model, optimum, options=options, stages=stages, sizes=sizes)
    except (InfeasibleError, VerificationError) as error:
        noun = whole.problem.noun.capitalize()
        raise VerificationError(f"{noun} {year.name}, at the sizes of all years: {error}") from error


def _optimum_of_year(
    whole: Whole, year: YearTerms, model: Any, compiled: CompiledModel, options: SolveOptions
) -> Optimum:
    values, duals = whole.answer.vectors(year, model, compiled.columns, compiled.rows)
    try:
        found = rechecked(compiled, year.problem.yardstick, values, duals, whole.optimum.engine)
    except VerificationError:
        return solve_compiled(compiled, year.problem.yardstick, replace(options, cross_check=False))
    return replace(found, runs=whole.optimum.runs, log=whole.optimum.log)


def prove_sum(whole: Whole, summaries: Mapping[str, Mapping[str, Any]], told: str) -> None:
    """Check that the costs of the years add to the optimum over all of them.

    told   what the sum is, for the message: "The years cost {:.6f}"

    Raises:
        VerificationError: they do not.
    """
    parts = [(year.per_year, summaries[year.name]["cost"]) for year in whole.problem.years]
    net, gross = (sum(part * cost[key] for part, cost in parts) for key in ("net_of_sales", "total"))
    optimum = whole.optimum.certificate.primal_objective
    if abs(net - optimum) > GAP_TOLERANCE * max(1.0, gross):
        raise VerificationError(f"{told.format(net)}, and the optimum over all of them {optimum:.6f}.")


# --- what it comes to -------------------------------------------------------------------------------------------------


def certificate_told(optimum: Optimum) -> dict[str, Any]:
    """Return the certificate of all years together."""
    return {
        **asdict(optimum.certificate),
        "cross_check": cross_check(optimum),
        **({} if optimum.whole_numbers is None else {"integer": search_told(optimum.whole_numbers)}),
    }


def warnings_told(cases: Sequence[Case], summaries: Mapping[str, dict[str, Any]], limits: Sequence[str]) -> list[str]:
    """Return the warnings of all years, each told once; those of a year alone name it."""
    known = dict.fromkeys(warning for case in cases for warning in case.warnings)
    own = [f"{name}: {told}" for name, each in summaries.items() for told in each["warnings"] if told not in known]
    return [*known, *limits, *own]


def origin_of_years(whole: Whole, cases: Sequence[Case], options: SolveOptions, stages: Stages) -> dict[str, Any]:
    """Return where the numbers come from; each year's manifest says what it changes, and its assumptions."""
    origin = manifest(cases[0], whole.optimum, options, stages.seconds, sizes=whole.given)
    source = cases[0].provenance
    year = f"year {source.growth_year}" if source.weather_year is None else f"weather year {source.weather_year}"
    overrides = [each for each in origin["case"]["overrides"] if each["origin"] != year]
    tables = {table["path"]: table for case in cases for table in inputs_of(case)["tables"]}
    del origin["filled"], origin["assumptions"]
    case = {key: value for key, value in origin["case"].items() if key not in ("growth_year", "in_plan")}
    return {**origin, "case": {**case, "weather_year": None, "overrides": overrides}, "tables": list(tables.values())}
