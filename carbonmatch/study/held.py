"""A portfolio held fixed where its target may be out of reach: then the best score it reaches, at least cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Final

from carbonmatch import runfolder
from carbonmatch.case import Case
from carbonmatch.errors import InfeasibleError, VerificationError
from carbonmatch.formulation import problem_from_case, with_load_held
from carbonmatch.records import Problem
from carbonmatch.study.fix import Sizes, fix_sizes
from carbonmatch.study.reach import best_share
from carbonmatch.study.result import Result
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages

REACH_MARGIN: Final = 1e-4
"""What is asked of sizes that miss a target, below the best share: a hundredth of a percentage point. Hardly more than
one operation meets the best share itself. On a real year every interior-point engine lost its way at a margin of 1e-5,
and the last hundredth of a point cost 1 % more: that is a price for digits that no one reads."""


SHARE_TOLERANCE: Final = 2e-6
"""How precisely the best share is known."""

SURPLUS: Final = "surplus.max_share"
CARBON_CAP: Final = "target.carbon_cap_t_per_year"
FLOORS: Final = "target.zone_floors"


@dataclass(frozen=True)
class Reach:
    """What stood in the place of a target that held sizes cannot meet.

    asked_cfe   what the case asks for
    best_cfe    the best share that the sizes reach; None where there is no target
    cfe         what was asked of the sizes instead
    lifted      keys of limits that had to give way too, for held sizes break them whatever is done
    """

    asked_cfe: float
    best_cfe: float | None
    cfe: float
    lifted: tuple[str, ...] = ()

    @property
    def target_met(self) -> bool:
        """Whether the sizes reach the target, as precisely as the best share is known."""
        return self.best_cfe is None or self.best_cfe >= self.asked_cfe - SHARE_TOLERANCE

    @property
    def told(self) -> dict[str, Any]:
        """The same as a summary tells it."""
        return {**asdict(self), "lifted": list(self.lifted)}


def within_reach(problem: Problem, reach: Reach) -> Problem:
    """Return a problem with what is in reach in the place of its target."""
    target = replace(problem.target, cfe=reach.cfe)
    if SURPLUS in reach.lifted:
        target = replace(target, max_surplus_share=math.inf)
    if CARBON_CAP in reach.lifted:
        target = replace(target, carbon_cap_t_per_year=None)
    if FLOORS in reach.lifted:
        target = replace(target, zone_floors=())
    return replace(problem, target=target)


def _limits(problem: Problem) -> tuple[str, ...]:
    """Return the keys of the limits that stand beside the target of a problem."""
    surplus = [SURPLUS] if math.isfinite(problem.target.max_surplus_share) else []
    cap = [CARBON_CAP] if problem.target.carbon_cap_t_per_year is not None else []
    return (*surplus, *cap, *([FLOORS] if any(problem.target.zone_floors) else []))


def reach_of(summary: Mapping[str, Any]) -> Reach | None:
    """Return what the summary of a run says of a target out of reach; None where it was met.

    Raises:
        VerificationError: it is not as a run would say it.
    """
    told = summary.get("reach")
    if told is None:
        return None
    names = ("asked_cfe", "best_cfe", "cfe")
    numbers: list[Any] = [told.get(name) for name in names] if isinstance(told, Mapping) else []
    lifted: Any = told.get("lifted") if isinstance(told, Mapping) else None
    known = isinstance(lifted, list | tuple) and all(key in (SURPLUS, CARBON_CAP) for key in lifted)
    right = [isinstance(number, float) and 0.0 <= number <= 1.0 for number in numbers]
    if not known or not (right[0] and right[2] and (right[1] or numbers[1] is None)):
        raise VerificationError(f"{runfolder.SUMMARY} does not say what was asked in the place of the target")
    return Reach(numbers[0], numbers[1], numbers[2], tuple(lifted))


def held_result(case: Case, sizes: Sizes, solver: CaseSolver) -> Result:
    """Return the least-cost operation of held sizes; where they miss the target, at the best score in reach.

    Where the load that the target counts is a decision, that is the best score without changing it, such as by giving
    up work: no one gives up work for a score alone.

    Raises:
        InputError: the sizes are not those of this case.
        LimitError, SolverError: there is no certified optimum.
        InfeasibleError: the sizes cannot be operated at all.
    """
    problem = fix_sizes(problem_from_case(case), sizes)
    if not problem.keeps_target_load:
        try:
            return solver.result(case, Stages(), sizes)
        except InfeasibleError:
            problem = with_load_held(problem)
    reach = _reach(problem, solver)
    if reach.target_met and not reach.lifted:
        try:
            return solver.result(case, Stages(), sizes)
        except InfeasibleError:  # the best share is as good as the target, and still below it
            reach = replace(reach, cfe=_below(reach.best_cfe), lifted=() if reach.best_cfe else _limits(problem))
    result = solver.result(case, Stages(), sizes, partial(within_reach, reach=reach))
    return replace(result, summary={**result.summary, "reach": reach.told})


def _reach(problem: Problem, solver: CaseSolver) -> Reach:
    """Find what is in reach of held sizes; limits give way where the sizes break them whatever is done."""
    asked, limits = problem.target.cfe, _limits(problem)
    if problem.target.matching == "none" or asked == 0.0:
        return Reach(asked, None, asked)
    lifted: tuple[str, ...] = ()
    try:
        share = best_share(problem, solver.options)
    except InfeasibleError:
        if not limits:
            raise
        lifted = limits
        share = best_share(within_reach(problem, Reach(asked, None, asked, limits)), solver.options)
    return Reach(asked, share, asked if share >= asked - SHARE_TOLERANCE else _below(share), lifted)


def _below(share: float | None) -> float:
    return 0.0 if share is None else max(share - REACH_MARGIN, 0.0)
