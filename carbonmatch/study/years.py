"""One portfolio for several weather years: chosen over all of them, then accounted for and verified year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import limits_reached
from carbonmatch.case import Case, load_years
from carbonmatch.errors import Fault, InfeasibleError, InputError
from carbonmatch.formulation import YearsOptimum, build_years, problem_from_case
from carbonmatch.records import YearsProblem, YearTerms
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.fix import Signed, Sizes, fix_sizes, read_sizes
from carbonmatch.study.run import write_result
from carbonmatch.study.several_years import (
    Whole,
    certificate_told,
    folder_of_years,
    lost_years,
    origin_of_years,
    prove_sum,
    result_of_year,
    solved_together,
    warnings_told,
)
from carbonmatch.study.stages import Stages
from carbonmatch.study.years_summary import mean_summary, worst_first, year_row, year_table
from carbonmatch.tables import write_table


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
    whole = _solved(problem, cases, given, options, stages)
    sizes = _sizes(whole)
    with folder_of_years(out, runfolder.YEARS_KIND, force=force) as folder:
        summaries, limits = dict[str, dict[str, Any]](), list[str]()
        for year, each in zip(problem.years, cases, strict=True):
            with stages(f"accounting for {year.name} and verifying it"):
                held = replace(sizes, signed=_signed(whole, year))
                result = result_of_year(whole, year, each, held, options)
                if folder is not None:
                    write_result(result, folder / runfolder.POINTS / year.name)
            summaries[year.name] = result.summary
            limits = limits or limits_reached(year.problem, result.solution)
        prove_sum(whole, summaries, "The weather years cost {:.6f} a year in the mean")
        summary = _summary(problem, whole, cases, summaries, limits)
        summary["manifest"] = origin_of_years(whole, cases, options, stages)
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


# --- what it comes to -------------------------------------------------------------------------------------------------


def _solved(
    problem: YearsProblem, cases: Sequence[Case], given: Sizes | None, options: SolveOptions, stages: Stages
) -> Whole:
    with stages("building the model"):
        model = build_years(problem)
    try:
        optimum = solved_together(problem, model, options, stages)
    except InfeasibleError as error:
        with stages("looking which year cannot be met"):
            raise InfeasibleError(_why(problem, cases, given, options)) from error
    return Whole(problem, optimum, YearsOptimum(model, problem, optimum), given)


def _sizes(whole: Whole) -> Sizes:
    """Return the sizes of contracts and storage, and what is placed where: those of the first year are those of all."""
    first, answer = whole.problem.years[0], whole.answer
    record = runfolder.YEARS_KIND.record
    return Sizes(record, None, answer.contracts(first), answer.storage(first), placements=answer.placements(first))


def _signed(whole: Whole, year: YearTerms) -> Signed:
    return Signed(whole.answer.firm_capacity_mw(whole.problem.years[0]), whole.answer.counted_mwh(year))


def _why(problem: YearsProblem, cases: Sequence[Case], given: Sizes | None, options: SolveOptions) -> str:
    """Say which years no portfolio serves, each by itself; years that are served by none together are told so."""
    lost, clear = lost_years(problem, cases, given, options)
    if lost:
        return lost
    nobody = "No portfolio within the limits of this case"
    if problem.mean_target:
        return f"{nobody} meets its target by the mean of the weather years."
    by_itself = ", though some portfolio does in each of them by itself" if clear else ""
    return f"{nobody} meets its target in all weather years at once{by_itself}."


def _summary(
    problem: YearsProblem,
    whole: Whole,
    cases: Sequence[Case],
    summaries: Mapping[str, dict[str, Any]],
    limits: list[str],
) -> dict[str, Any]:
    first = summaries[problem.years[0].name]
    rows = {year.name: year_row(year, summaries[year.name]) for year in problem.years}
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
        "certificate": certificate_told(whole.optimum),
        "warnings": warnings_told(cases, summaries, limits),
    }
