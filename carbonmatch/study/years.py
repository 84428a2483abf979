"""One portfolio for several weather years: chosen over all of them, then accounted for and verified year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import limits_reached
from carbonmatch.case import Case, load_years
from carbonmatch.errors import (
    Fault,
    InfeasibleError,
    InputError,
    LimitError,
    SolverError,
    UnboundedError,
    VerificationError,
)
from carbonmatch.formulation import YearsOptimum, build_model, build_years, problem_from_case
from carbonmatch.records import Optimum, YearsProblem, YearTerms
from carbonmatch.solving import (
    CompiledModel,
    SolveOptions,
    check_solver,
    compile_model,
    rechecked,
    solve_compiled,
    solve_model,
)
from carbonmatch.study.fix import Signed, Sizes, fix_sizes, read_sizes
from carbonmatch.study.infeasible import best_in_reach, why_infeasible
from carbonmatch.study.provenance import cross_check, inputs_of, manifest
from carbonmatch.study.result import Result
from carbonmatch.study.run import write_result
from carbonmatch.study.solver import verified_result
from carbonmatch.study.stages import Stages
from carbonmatch.study.whole_numbers import search_told
from carbonmatch.study.years_summary import mean_summary, worst_first, year_row, year_table
from carbonmatch.tables import write_table
from carbonmatch.units import GAP_TOLERANCE
from carbonmatch.wording import listed


@dataclass(frozen=True)
class YearsResult:
    """One portfolio over several weather years.

    summary   what was chosen and what it comes to in the mean, as in `years.json`
    years     summary of the verified run of each year, in the order of the case
    """

    summary: dict[str, Any]
    years: Mapping[str, dict[str, Any]]

    @property
    def table(self) -> pd.DataFrame:
        """One row per year (`years.csv`)."""
        return year_table(self.summary["years"])


def _offers_that_differ(problem: YearsProblem) -> list[Fault]:
    """Return the certificates whose largest offer is another one in some year: a size is the same in all of them."""
    what = (
        "is not the same at its highest in all weather years, and a size is one for all of them; give the offer the "
        "same highest value in each, or take weather_years out"
    )
    first = problem.first.contracts
    return [
        Fault(f"contracts.{contract.name}.offered_mw", what)
        for i, contract in enumerate(first)
        if contract.structure == "hourly_certificates"
        and any(year.problem.contracts[i].max_mw != contract.max_mw for year in problem.years)
    ]


def solve_years(
    case: Path | str | Sequence[Case],
    options: SolveOptions | None = None,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    out: Path | str | None = None,
    fix: Path | str | None = None,
    force: bool = False,
) -> YearsResult:
    """Find the portfolio that costs least over all weather years of a case, and verify every year of it.

    case    the case file, with settings and scenario as for `load_years`; or the cases that this gives
    out     folder to write: what all years come to, and a run folder for each of them
    fix     a run folder, or a JSON file like its `summary.json`, whose sizes are held: only the operation is chosen

    Raises:
        InputError: a fault of the case in any year; `out` cannot be written; the sizes of `fix` are of another case.
        InfeasibleError: no portfolio serves all years; the message names those that none serves.
        UnboundedError, LimitError, SolverError: there is no certified optimum; nothing is written.
        VerificationError: a year does not agree with its own accounts or with the whole; nothing is written.
    """
    options = options or SolveOptions()
    check_solver(options)
    if out is not None:
        runfolder.check_writable(Path(out), force=force, kind=runfolder.YEARS_KIND)
    given = None if fix is None else read_sizes(fix)
    stages = Stages(options.on_progress)
    cases = load_years(case, settings=settings, scenario=scenario) if isinstance(case, Path | str) else tuple(case)
    if strangers := [each.name for each in cases if each.provenance.weather_year is None]:
        what = "is no weather year of a case; read the years of a case with load_years"
        raise InputError([Fault(name, what) for name in strangers])
    stages.seconds["reading the case"] = sum(each.provenance.seconds for each in cases)
    problem = YearsProblem(tuple(_terms(each, given) for each in cases))
    if changed := _offers_that_differ(problem):
        raise InputError(changed)
    whole = _solved_together(problem, cases, given, options, stages)
    with _folder(out, force=force) as folder:
        summaries, limits = dict[str, dict[str, Any]](), list[str]()
        for year, each in zip(problem.years, cases, strict=True):
            with stages(f"accounting for {year.name} and verifying it"):
                result = _result_of_year(whole, year, each, options)
                if folder is not None:
                    write_result(result, folder / runfolder.POINTS / year.name)
            summaries[year.name] = result.summary
            limits = limits or limits_reached(year.problem, result.solution)
        _prove_sum(whole, summaries)
        summary = _summary(whole, cases, summaries, limits)
        summary["manifest"] = _origin(whole, cases, options, stages)
        found = YearsResult(summary, summaries)
        if folder is not None:
            write_table(found.table, folder / runfolder.YEARS_KIND.table)
            runfolder.write_json(folder / runfolder.YEARS_KIND.record, summary)
    return found


def _terms(case: Case, given: Sizes | None) -> YearTerms:
    problem = problem_from_case(case)
    if problem.target.budget is not None:
        what = "is given, and what it buys is found for one year; ask for a share, or take one year with --year"
        raise InputError([Fault("target.budget_per_year", what)])
    held = problem if given is None else fix_sizes(problem, given)
    return YearTerms(str(case.provenance.weather_year), held, case.weather_weight)


@contextmanager
def _folder(out: Path | str | None, *, force: bool) -> Iterator[Path | None]:
    """Give a folder to write to, which becomes `out` once the block has ended well; None where none is wanted."""
    if out is None:
        yield None
        return
    with runfolder.new_run_folder(Path(out), force=force, kind=runfolder.YEARS_KIND) as folder:
        yield folder


# --- all years together -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Whole:
    """All years solved together.

    sizes   what was chosen for all of them, and is held in each one
    given   where these were held from the start, as they were read
    """

    problem: YearsProblem
    optimum: Optimum
    answer: YearsOptimum
    sizes: Sizes
    given: Sizes | None


def _solved_together(
    problem: YearsProblem, cases: Sequence[Case], given: Sizes | None, options: SolveOptions, stages: Stages
) -> _Whole:
    with stages("building the model"):
        model = build_years(problem)
    try:
        with stages("compiling the matrix"):
            compiled = compile_model(model, problem.yardstick)
        optimum = solve_compiled(compiled, problem.yardstick, options)
    except InfeasibleError as error:
        with stages("looking which year cannot be met"):
            raise InfeasibleError(_why(problem, cases, given, options)) from error
    stages.seconds.update(optimum.seconds)
    answer = YearsOptimum(model, problem, optimum)
    sizes = Sizes(runfolder.YEARS_KIND.record, None, answer.contracts, answer.storage, placements=answer.placements)
    return _Whole(problem, optimum, answer, sizes, given)


def _why(problem: YearsProblem, cases: Sequence[Case], given: Sizes | None, options: SolveOptions) -> str:
    """Say which years no portfolio serves, each by itself; years that are served by none together are told so."""
    lost, case_of, unclear = list[YearTerms](), dict[str, Case](), False
    for year, case in zip(problem.years, cases, strict=True):
        case_of[year.name] = case
        terms = problem.by_itself(year)
        try:
            solve_model(build_model(terms), terms.yardstick, options)
        except InfeasibleError:
            lost.append(year)
        except UnboundedError:  # too cheap to be out of reach
            continue
        except (LimitError, SolverError):  # that they cannot be met together is proved all the same
            unclear = True
    names = listed(year.name for year in lost)
    noun = "weather year" if len(lost) == 1 else "weather years"
    nobody = "No portfolio within the limits of this case"
    if lost:
        best = {year.name: best_in_reach(problem.by_itself(year), options) for year in lost}
        worst = min(lost, key=lambda year: best[year.name] or 0.0)
        why = why_infeasible(case_of[worst.name], problem.by_itself(worst), best[worst.name], given)
        return f"In the {noun} {names}: {why}"
    if problem.mean_target:
        return f"{nobody} meets its target by the mean of the weather years."
    by_itself = "" if unclear else ", though some portfolio does in each of them by itself"
    return f"{nobody} meets its target in all weather years at once{by_itself}."


# --- year by year -----------------------------------------------------------------------------------------------------


def _result_of_year(whole: _Whole, year: YearTerms, case: Case, options: SolveOptions) -> Result:
    """Return the verified run of one year, its sizes those of all years.

    Its operation is that of the optimum over all years, and has to prove itself cheapest by itself. One of so little
    weight that it may be off by more than its own proof allows is found anew, at the same sizes.

    Raises:
        VerificationError: it cannot be operated at these sizes, or does not agree with its own accounts.
    """
    stages = Stages()
    stages.seconds["reading the case"] = case.provenance.seconds
    signed = Signed(whole.answer.firm_capacity_mw, whole.answer.counted_mwh(year))
    sizes = replace(whole.sizes, signed=signed)
    problem = fix_sizes(year.problem, sizes)
    try:
        with stages("building the model"):
            model = build_model(problem)
        with stages("compiling the matrix"):
            compiled = compile_model(model, problem.yardstick)
        optimum = _optimum_of_year(whole, year, model, compiled, options)
        return verified_result(case, problem, model, optimum, options=options, stages=stages, sizes=sizes)
    except (InfeasibleError, VerificationError) as error:
        raise VerificationError(f"Weather year {year.name}, at the sizes of all years: {error}") from error


def _optimum_of_year(
    whole: _Whole, year: YearTerms, model: Any, compiled: CompiledModel, options: SolveOptions
) -> Optimum:
    values, duals = whole.answer.vectors(year, model, compiled.columns, compiled.rows)
    try:
        found = rechecked(compiled, year.problem.yardstick, values, duals, whole.optimum.engine)
    except VerificationError:
        return solve_compiled(compiled, year.problem.yardstick, replace(options, cross_check=False))
    return replace(found, runs=whole.optimum.runs, log=whole.optimum.log)


def _prove_sum(whole: _Whole, summaries: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that the costs of the years add to the optimum over all of them.

    Raises:
        VerificationError: they do not.
    """
    parts = [(year.per_year, summaries[year.name]["cost"]) for year in whole.problem.years]
    net, gross = (sum(part * cost[key] for part, cost in parts) for key in ("net_of_sales", "total"))
    optimum = whole.optimum.certificate.primal_objective
    if abs(net - optimum) > GAP_TOLERANCE * max(1.0, gross):
        message = (
            f"The weather years cost {net:.6f} a year in the mean, and the optimum over all of them {optimum:.6f}."
        )
        raise VerificationError(message)


# --- what it comes to -------------------------------------------------------------------------------------------------


def _summary(
    whole: _Whole, cases: Sequence[Case], summaries: Mapping[str, dict[str, Any]], limits: list[str]
) -> dict[str, Any]:
    problem, optimum = whole.problem, whole.optimum
    first = summaries[problem.years[0].name]
    rows = {year.name: year_row(year, summaries[year.name]) for year in problem.years}
    known = dict.fromkeys(warning for case in cases for warning in case.warnings)
    own = [f"{name}: {told}" for name, each in summaries.items() for told in each["warnings"] if told not in known]
    return {
        "case": problem.first.name,
        "kind": "years",
        "status": "optimal",
        "verified": True,
        "currency": problem.first.currency,
        "target": {
            **{key: value for key, value in first["target"].items() if key != "of_mean"},
            "years": problem.first.target.years,
        },
        "sizes_held": whole.given is not None,
        **mean_summary(problem, summaries),
        "years": rows,
        "worst_years": worst_first(rows),
        "certificate": {
            **asdict(optimum.certificate),
            "cross_check": cross_check(optimum),
            **({} if optimum.whole_numbers is None else {"integer": search_told(optimum.whole_numbers)}),
        },
        "warnings": [*known, *limits, *own],
    }


def _origin(whole: _Whole, cases: Sequence[Case], options: SolveOptions, stages: Stages) -> dict[str, Any]:
    """Return where the numbers come from; each year's manifest says what it changes, and its assumptions."""
    origin = manifest(cases[0], whole.optimum, options, stages.seconds, sizes=whole.given)
    year = f"weather year {cases[0].provenance.weather_year}"
    overrides = [each for each in origin["case"]["overrides"] if each["origin"] != year]
    tables = {table["path"]: table for case in cases for table in inputs_of(case)["tables"]}
    del origin["filled"], origin["assumptions"]
    return {
        **origin,
        "case": {**origin["case"], "weather_year": None, "overrides": overrides},
        "tables": list(tables.values()),
    }
