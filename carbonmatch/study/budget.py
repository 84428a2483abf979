"""The best share of load for a budget: found first, then met at least cost like any other target."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

from carbonmatch.errors import InfeasibleError, VerificationError
from carbonmatch.formulation import build_budget_model, build_model, share_for_budget
from carbonmatch.records import Budget, FloatArray, Optimum, Problem
from carbonmatch.solving import SolveOptions, compile_model, rechecked, solve_compiled, solve_model
from carbonmatch.study.reach import exactly, share_yardstick
from carbonmatch.units import BUDGET_SHARE_SAFETY, BUDGET_TOLERANCE, SCORE_TOLERANCE

SAME_SHARE: Final = 1e-9
"""Shares recomputed from the same vectors on another processor agree to this."""

_PERIODS: Final = {"hourly": "hour by hour", "monthly": "in every month", "annual": "over the year"}


@dataclass(frozen=True)
class Bought:
    """What a budget buys.

    problem   the problem with a target like any other: the share that was found, less a safety
    optimum   the search for that share, with the proof that no larger one costs so little
    """

    problem: Problem
    optimum: Optimum

    @property
    def told(self) -> dict[str, Any]:
        """What a manifest tells of the search."""
        certificate = self.optimum.certificate
        return {
            "best_cfe": budget_of(self.problem).best_cfe,
            "asked_cfe": self.problem.target.cfe,
            "engine": self.optimum.engine,
            "runs": [{"engine": run.engine, "status": run.status, "seconds": run.seconds} for run in self.optimum.runs],
            "primal_residual": certificate.primal_residual,
            "dual_residual": certificate.dual_residual,
            "gap": certificate.gap,
        }


def buy(problem: Problem, options: SolveOptions) -> Bought:
    """Find the largest share of the load for the budget of a problem, and ask for it.

    Raises:
        InfeasibleError: the budget is below the least cost of the case, or does not buy the share that it asks for.
        LimitError, SolverError: the search ended without a proof.
    """
    model, options = build_budget_model(problem), exactly(options)
    try:
        optimum = solve_compiled(compile_model(model), share_yardstick(problem), options)
    except InfeasibleError as error:
        raise InfeasibleError(_too_small(problem, options)) from error
    best = _enough(problem, share_for_budget(model, problem, optimum))
    asked = _asking(problem, best, 1.0)
    if not (_is_all(best) and _affords(asked, options)):
        asked = _asking(problem, best, _less_safety(best))
    return Bought(asked, optimum)


def rebuy(problem: Problem, values: FloatArray, duals: FloatArray, engine: str | None, asked_cfe: float) -> Bought:
    """Return what a budget buys from vectors that were found before, certified anew; no engine is asked.

    asked_cfe   the share that the run asked for: the one that was found less the safety, or 1 where all but that is
                reached. That it costs no more than the budget is for the accounts of the run to prove

    Raises:
        VerificationError: they do not prove each other best, or the run asked for another share than they prove.
    """
    model = build_budget_model(problem)
    optimum = rechecked(compile_model(model), share_yardstick(problem), values, duals, engine)
    best = _enough(problem, share_for_budget(model, problem, optimum))
    allowed = [_less_safety(best), *([1.0] if _is_all(best) else [])]
    if not any(abs(asked_cfe - share) <= SAME_SHARE for share in allowed):
        message = f"The budget buys {best.best_cfe:.9f} of the load, and the run asks for {asked_cfe:.9f}."
        raise VerificationError(message)
    return Bought(_asking(problem, best, asked_cfe), optimum)


def budget_of(problem: Problem) -> Budget:
    """Return the budget of a problem that has one."""
    if problem.target.budget is None:
        raise ValueError("the problem has no budget")
    return problem.target.budget


def _asking(problem: Problem, best: Budget, cfe: float) -> Problem:
    """Return the problem with a share to be met at least cost, as a target like any other."""
    return replace(problem, target=replace(problem.target, cfe=cfe, budget=best))


def _less_safety(best: Budget) -> float:
    return max(0.0, best.share_found - BUDGET_SHARE_SAFETY)


def _is_all(best: Budget) -> bool:
    return best.share_found >= 1.0 - BUDGET_SHARE_SAFETY


def _affords(asked: Problem, options: SolveOptions) -> bool:
    """Tell whether a problem can be met for its budget."""
    try:
        cost = solve_model(build_model(asked), asked.yardstick, options).certificate.primal_objective
    except InfeasibleError:  # all but the safety is reached, and the last of it is out of reach
        return False
    amount = asked.budget_amount
    return amount is not None and cost <= amount + BUDGET_TOLERANCE * max(1.0, abs(amount))


def _enough(problem: Problem, best: Budget) -> Budget:
    """Return the budget if it buys what the case asks for at least.

    Raises:
        InfeasibleError: it does not.
    """
    least = best.least_cfe
    if least is not None and best.share_found < least - SCORE_TOLERANCE:
        message = (
            f"A budget of {_a_year(problem, best.per_year)} buys {_percent(best.share_found)} of the load "
            f"{_PERIODS[problem.target.matching]}, and target.cfe asks for {_percent(least)} at least. Raise the "
            "budget, or lower target.cfe. Without target.budget_per_year the case tells what its target.cfe costs."
        )
        raise InfeasibleError(message)
    return best


def _too_small(problem: Problem, options: SolveOptions) -> str:
    """Say that a budget cannot be kept, and what the case costs at least.

    Raises:
        InfeasibleError: it is not the budget's fault: the limits of the case contradict each other.
    """
    free = replace(problem, target=replace(problem.target, matching="none", cfe=0.0, budget=None))
    least = solve_model(build_model(free), free.yardstick, options).certificate.primal_objective
    per_year = math.ceil(least / problem.time.year_fraction)  # rounded up, so that it would do as a budget
    capped = "" if problem.target.carbon_cap_t_per_year is None else ", its carbon cap kept"
    return (
        f"A budget of {_a_year(problem, budget_of(problem).per_year)} does not cover the least cost of this case, "
        f"{_a_year(problem, per_year)} net of sales without any target for the score{capped}. Raise "
        "target.budget_per_year."
    )


def _a_year(problem: Problem, amount: float) -> str:
    return f"{amount:,.0f} {problem.currency} a year"


def _percent(share: float) -> str:
    return f"{100.0 * share:.2f} %"
