"""A plan over years: what to sign when, at the least present value; then every year accounted for and verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import limits_reached
from carbonmatch.case import Case, load_growth
from carbonmatch.errors import Fault, InfeasibleError, InputError
from carbonmatch.formulation import GrowthOptimum, build_growth
from carbonmatch.records import GrowthProblem
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.fix import Sizes
from carbonmatch.study.growth_summary import growth_row, growth_table, limits_of_plan, present_value, signed_and_sizes
from carbonmatch.study.growth_terms import growth_problem
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
from carbonmatch.tables import write_table


@dataclass(frozen=True)
class GrowthResult:
    """A plan over years.

    summary   what is signed when, the sizes of every year, their present value, as in `growth.json`
    years     summary of the verified run of each year, in order
    """

    summary: dict[str, Any]
    years: Mapping[str, dict[str, Any]]

    @property
    def table(self) -> pd.DataFrame:
        """One row per year (`growth.csv`)."""
        return growth_table(self.summary)


def solve_growth(
    case: Path | str | Sequence[Case],
    options: SolveOptions | None = None,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    out: Path | str | None = None,
    force: bool = False,
) -> GrowthResult:
    """Find what to sign in which year at the least present value, and verify every year of it.

    case    the case file, with settings and scenario as for `load_growth`; or the cases that this gives
    out     folder to write: the plan, and a run folder for each of its years

    Raises:
        InputError: a fault of the case in any year; `out` cannot be written.
        InfeasibleError: no plan meets the targets of all years; the message names those that cannot be met.
        UnboundedError, LimitError, SolverError: there is no certified optimum; nothing is written.
        VerificationError: a year does not agree with its own accounts or with the whole; nothing is written.
    """
    options = options or SolveOptions()
    check_solver(options)
    if out is not None:
        runfolder.check_writable(Path(out), force=force, kind=runfolder.GROWTH_KIND)
    stages = Stages(options.on_progress)
    cases = load_growth(case, settings=settings, scenario=scenario) if isinstance(case, Path | str) else tuple(case)
    written, *years = cases
    if strangers := [each.name for each in years if not each.provenance.in_plan]:
        what = "is no year of a plan; read the years of a case with load_growth"
        raise InputError([Fault(name, what) for name in strangers])
    stages.seconds["reading the case"] = sum(each.provenance.seconds for each in cases)
    problem = growth_problem(written, years)
    whole, answer = _solved(problem, years, options, stages)
    with folder_of_years(out, runfolder.GROWTH_KIND, force=force) as folder:
        summaries, limits = dict[str, dict[str, Any]](), limits_of_plan(problem, answer)
        for year, each in zip(problem.years, years, strict=True):
            sizes = Sizes(runfolder.GROWTH_KIND.record, None, answer.contracts(year), answer.storage(year))
            with stages(f"accounting for {year.name} and verifying it"):
                result = result_of_year(whole, year, each, sizes, options)
                if folder is not None:
                    write_result(result, folder / runfolder.POINTS / year.name)
            summaries[year.name] = result.summary
            limits += [told for told in limits_reached(year.problem, result.solution) if told not in limits]
        prove_sum(whole, summaries, "The present value of the years is {:.6f}")
        summary = {
            "case": problem.first.name,
            "kind": "growth",
            "status": "optimal",
            "verified": True,
            "currency": problem.first.currency,
            "discount_rate": problem.discount_rate,
            **present_value(problem, summaries),
            **signed_and_sizes(problem, answer, summaries),
            "years": {year.name: growth_row(problem, year, summaries[year.name]) for year in problem.years},
            "certificate": certificate_told(whole.optimum),
            "warnings": warnings_told(years, summaries, limits),
            "manifest": origin_of_years(whole, years, options, stages),
        }
        found = GrowthResult(summary, summaries)
        if folder is not None:
            write_table(found.table, folder / runfolder.GROWTH_KIND.table)
            runfolder.write_json(folder / runfolder.GROWTH_KIND.record, summary)
    return found


def _solved(
    problem: GrowthProblem, cases: Sequence[Case], options: SolveOptions, stages: Stages
) -> tuple[Whole, GrowthOptimum]:
    with stages("building the model"):
        model = build_growth(problem)
    try:
        optimum = solved_together(problem, model, options, stages)
    except InfeasibleError as error:
        with stages("looking which year cannot be met"):
            told, clear = lost_years(problem, cases, None, options)
            by_itself = ", though each of them can be met by itself" if clear else ""
            together = (
                f"No plan meets the targets of all years{by_itself}: what may be signed when, for how long, or what of "
                "it stays, does not allow it. Look at growth.contracts and growth.storage, and at max_mw of the years."
            )
            raise InfeasibleError(told or together) from error
    answer = GrowthOptimum(model, problem, optimum)
    return Whole(problem, optimum, answer), answer
