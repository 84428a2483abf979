"""A case solved and verified; what the next case has in common with it is not built again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from carbonmatch.accounting import (
    build_ledger,
    facts_from_case,
    flows_of,
    prove,
    prove_carbon,
    prove_load,
    summarise,
    tell_load,
)
from carbonmatch.case import Case
from carbonmatch.errors import InfeasibleError, UnboundedError, VerificationError
from carbonmatch.formulation import adapt, build_model, differing, extract_solution, problem_from_case, target_sides
from carbonmatch.records import Optimum, Problem
from carbonmatch.solving import (
    CompiledModel,
    SolveOptions,
    compile_model,
    recertified,
    solve_compiled,
    takes_matrix,
)
from carbonmatch.study.budget import Bought, buy
from carbonmatch.study.fix import Sizes, fix_sizes
from carbonmatch.study.infeasible import best_in_reach, why_infeasible, why_unaffordable
from carbonmatch.study.provenance import cross_check, manifest
from carbonmatch.study.reach import exactly
from carbonmatch.study.result import Result
from carbonmatch.study.stages import Stages
from carbonmatch.study.unbounded import named
from carbonmatch.study.whole_numbers import search_told
from carbonmatch.units import BEST_SHARE_TOLERANCE


@dataclass(frozen=True)
class _Built:
    """A problem with its model and the matrix of it."""

    problem: Problem
    model: Any
    compiled: CompiledModel


class CaseSolver:
    """Solves one case after the other, and keeps the latest model: the next case changes numbers in it where it can.

    It is of one thread, for a model is changed when it is read.
    """

    def __init__(self, options: SolveOptions) -> None:
        self.options = options
        self.latest: _Built | None = None
        self.missed: tuple[Problem, float | None] | None = None

    def result(
        self,
        case: Case,
        stages: Stages,
        sizes: Sizes | None = None,
        change: Callable[[Problem], Problem] | None = None,
    ) -> Result:
        """Return the verified least-cost portfolio of a case; with `sizes` these are held and the operation is chosen.

        change   what is asked of the problem otherwise than the case asks, such as a lower target

        Raises:
            InputError: the sizes are not those of this case.
            InfeasibleError, UnboundedError, LimitError, SolverError: there is no certified optimum.
            VerificationError: the optimum does not agree with its own accounts.
        """
        stages.seconds["reading the case"] = case.provenance.seconds
        problem = problem_from_case(case)
        if sizes is not None:
            problem = fix_sizes(problem, sizes)
        began = time.monotonic()
        if change is not None:
            problem = change(problem)
        options, bought = self.options, None
        if problem.target.budget is not None:
            self.latest = None  # the search has a model of its own, and two at a time are one too many
            # The time limit is for both searches; the cost of what was found must come down to the budget exactly.
            options = exactly(replace(options, started=began))
            with stages("finding what the budget buys"):
                bought = self._bought(case, problem, options, sizes)
            problem = bought.problem
        if self._is_known(problem) and self._proves_out_of_reach(problem, began):
            raise InfeasibleError(self._why_infeasible(case, problem, sizes, began))
        try:
            built = self._built(problem, stages)
            proved = partial(self._proves_out_of_reach, problem, began)
            optimum = solve_compiled(built.compiled, problem.yardstick, options, proved)
            stages.seconds.update(optimum.seconds)
        except InfeasibleError as error:
            raise InfeasibleError(self._why_infeasible(case, problem, sizes, began)) from error
        except UnboundedError as error:
            raise named(error, problem) from error
        return verified_result(
            case, problem, built.model, optimum, options=self.options, stages=stages, sizes=sizes, bought=bought
        )

    def standing_for(self, case: Case, result: Result, name: str) -> Result | None:
        """Return the latest result as that of a case with another target, where its proof holds there too.

        So it does while a target has slack: what is cheapest for 0.50 and reaches 0.62 is cheapest for 0.60.

        name   what the first case is called, for the manifest
        """
        moved = self.latest = None if self.latest is None else _adapted(self.latest, problem_from_case(case))
        if moved is None:
            return None
        optimum = recertified(moved.compiled, moved.problem.yardstick, result.optimum)
        if optimum is None:
            return None
        try:
            return verified_result(
                case, moved.problem, moved.model, optimum, options=self.options, stages=Stages(), shared_with=name
            )
        except VerificationError:  # its accounts say otherwise: this target is to be solved for itself
            return None

    def _bought(self, case: Case, problem: Problem, options: SolveOptions, sizes: Sizes | None) -> Bought:
        try:
            return buy(problem, options)
        except InfeasibleError as error:
            raise InfeasibleError(why_unaffordable(case, problem, error, options, sizes)) from error

    def _why_infeasible(self, case: Case, problem: Problem, sizes: Sizes | None, began: float) -> str:
        options = replace(self.options, started=began)
        return why_infeasible(case, problem, self._best(problem, began), sizes, options)

    def _best(self, problem: Problem, began: float) -> float | None:
        """Return the best score in reach; of cases that differ in their target alone it is looked for once."""
        if self.missed is None or not self._is_known(problem):
            self.missed = problem, best_in_reach(problem, replace(self.options, started=began))
        return self.missed[1]

    def _is_known(self, problem: Problem) -> bool:
        return self.missed is not None and differing(self.missed[0], problem) <= {"cfe"}

    def _proves_out_of_reach(self, problem: Problem, began: float) -> bool:
        """Tell whether the best score in reach, which has a certificate, proves that the target is out of reach.

        Just short of it, engines that look for any point at all may find neither a point nor that there is none: on a
        year 0.1 of a per cent below the target all of them together took two minutes, and this takes four seconds.
        """
        if problem.target.matching == "none":
            return False
        best = self._best(problem, began)
        return best is not None and best < problem.target.cfe - BEST_SHARE_TOLERANCE

    def _built(self, problem: Problem, stages: Stages) -> _Built:
        """Return a problem with its matrix: the one at hand with other numbers, where that will do."""
        if self.latest is not None and takes_matrix(self.options):
            self.latest = _adapted(self.latest, problem)
            if self.latest is not None:
                return self.latest
        self.latest = None  # a model of a year takes some 200 MB, and two at a time are one too many
        with stages("building the model"):
            model = build_model(problem)
        with stages("compiling the matrix"):
            compiled = compile_model(model, problem.yardstick)
        self.latest = _Built(problem, model, compiled)
        return self.latest


def _adapted(built: _Built, problem: Problem) -> _Built | None:
    """Return a built problem with the numbers of another one; None where that has other rows or columns."""
    changed = adapt(built.model, built.problem, problem)
    if changed is None:
        return None
    compiled = built.compiled.with_numbers_of_model() if changed else built.compiled
    if compiled is not None and problem.target != built.problem.target:
        sides = target_sides(built.model, problem)
        compiled = None if sides is None else compiled.with_sides(sides)
    return None if compiled is None else _Built(problem, built.model, compiled)


def verified_result(
    case: Case,
    problem: Problem,
    model: Any,
    optimum: Optimum,
    *,
    options: SolveOptions,
    stages: Stages,
    sizes: Sizes | None = None,
    shared_with: str | None = None,
    bought: Bought | None = None,
) -> Result:
    """Read the solution out of a solved model, account for it and prove the accounts.

    Raises:
        VerificationError: the optimum does not agree with its own accounts.
    """
    with stages("reading the solution"):
        solution = extract_solution(model, problem, optimum)
    with stages("accounting and verifying"):
        facts = facts_from_case(case).as_served(solution.load_changes)
        prove_load(problem, solution)
        served = problem.as_served(solution.load_changes)
        ledger = build_ledger(served, flows_of(solution), facts)
        prove(served, solution, ledger)
        prove_carbon(served, solution, ledger, facts)
        summary = summarise(served, solution, ledger, facts, optimum.certificate)
        if solution.load_changes is not None:
            tell_load(summary, problem, solution.load_changes, solution.shadow_prices.load_value_per_mwh)
        summary["certificate"]["cross_check"] = cross_check(optimum)
        if optimum.whole_numbers is not None:
            summary["certificate"]["integer"] = search_told(optimum.whole_numbers)
        summary["sizes_held"] = sizes is not None
        summary["weather_year"] = _weather_year(case, sizes)
        if (growth_year := _growth_year(case)) is not None:
            summary["growth_year"] = growth_year
        summary["warnings"] = [*case.warnings, *summary["warnings"]]
    origin = manifest(case, optimum, options, stages.seconds, sizes=sizes, shared_with=shared_with)
    if bought is not None:
        origin["budget"] = bought.told
    search = None if bought is None else bought.optimum
    return Result(summary, origin, problem, facts, ledger, solution, optimum, search)


def _weather_year(case: Case, sizes: Sizes | None) -> dict[str, Any] | None:
    """Return which weather year a run is of, and what was decided for all of them; None where the case has none.

    A year that was solved by itself has no weight, and nothing was decided before.
    """
    name, signed = case.provenance.weather_year, None if sizes is None else sizes.signed
    if name is None:
        return None
    return {
        "name": name,
        "weight": None if signed is None else case.weather_weight,
        "firm_capacity_mw": None if signed is None else dict(signed.firm_capacity_mw),
        "held_mwh": None if signed is None or signed.held_mwh is None else list(signed.held_mwh),
    }


def _growth_year(case: Case) -> dict[str, Any] | None:
    """Return which year of growth a run is of; None where the case has none.

    in_plan   whether its sizes are those of a plan over all years; otherwise the year was solved by itself
    """
    name, growth = case.provenance.growth_year, case.growth
    if name is None or growth is None:
        return None
    calendar = growth.calendar(name)
    return {
        "name": name,
        "through": calendar[-1],
        "in_plan": case.provenance.in_plan,
        "present_value_factor": growth.weight(name),
        "signed_before": {v.name: int(v.signed) for v in case.provenance.vintages},
    }
