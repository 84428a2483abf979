"""The price of the target and of the surplus limit, measured: the case solved a little to each side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from carbonmatch.accounting import Limit
from carbonmatch.formulation import with_choices_held
from carbonmatch.records import Problem
from carbonmatch.study.explain.variant import Priced, Variant
from carbonmatch.study.result import Result

STEP: Final = 0.001
"""To each side: 0.1 percentage points, of load."""

FINER: Final = 0.1
"""Where the two sides differ, they are measured once more this much closer."""

SAME_PRICE: Final = 0.01
"""Prices that differ by less than this share of the larger one count as one."""


@dataclass(frozen=True)
class Side:
    """One solve beside the optimum: which limit, and how far it gives way (negative: is tightened), as a share."""

    key: str
    relaxed: float
    variant: Variant


def sides(result: Result, limits: Sequence[Limit], step: float) -> list[Side]:
    """Return the solves that measure the price of every limit that binds, or is exact.

    Whole numbers stay as they were chosen: prices are of that programme, and with others the cost moves in steps.
    """
    solution, target = result.solution, result.problem.target
    problem = with_choices_held(result.problem, solution.contracted_mw, solution.power_mw)
    found = []
    binding = {limit.key.split(" ")[0] for limit in limits if limit.binds}
    if "target.cfe" in binding and target.cfe > 0.0 and target.held_mwh is None:
        moved = [(relaxed, target.cfe - relaxed) for relaxed in (step, -step)]
        found += [
            _side("target.cfe", relaxed, replace(problem, target=replace(target, cfe=cfe)))
            for relaxed, cfe in moved
            if 0.0 <= cfe <= 1.0
        ]
    if "surplus.max_share" in binding:
        moved = [(relaxed, target.max_surplus_share + relaxed) for relaxed in (step, -step)]
        found += [
            _side("surplus.max_share", relaxed, replace(problem, target=replace(target, max_surplus_share=share)))
            for relaxed, share in moved
            if share >= 0.0
        ]
    return found


def _side(key: str, relaxed: float, problem: Problem) -> Side:
    word = "relaxed" if relaxed > 0.0 else "tightened"
    return Side(key, relaxed, Variant(f"{key} {word} by {abs(100 * relaxed):g} points", problem))


@dataclass(frozen=True)
class Slope:
    """The price of a limit, measured on both sides of where it stands.

    step              how far to each side, as a share
    relaxed, tightened   what a percentage point saves, and what one more costs [currency/year], as means over the step;
                      cost is convex, so that every price at the limit lies between them. None where not solved
    doubt             of either, by the proved bounds of the costs
    cannot_be_met     there is no portfolio on the tighter side
    """

    key: str
    step: float
    relaxed: float | None
    tightened: float | None
    doubt: float
    cannot_be_met: bool

    @property
    def agree(self) -> bool | None:
        """Whether both sides have the same price; None where one is not known."""
        if self.relaxed is None or self.tightened is None:
            return False if self.cannot_be_met else None
        apart = abs(self.tightened - self.relaxed) - 2.0 * self.doubt
        return apart <= SAME_PRICE * max(abs(self.tightened), abs(self.relaxed))

    def told(self) -> dict[str, Any]:
        """Return it as part of an explanation."""
        return {
            "step": self.step,
            "relaxed_per_point_year": self.relaxed,
            "tightened_per_point_year": self.tightened,
            "doubt_per_point_year": self.doubt,
            "cannot_be_met": self.cannot_be_met,
            "agree": self.agree,
        }


def slopes(result: Result, asked: Sequence[Side], solved: Mapping[str, Priced]) -> list[Slope]:
    """Return the measured prices, one per limit, from the solves beside it."""
    years, cost = result.problem.time.year_fraction, result.solution.objective
    proof = result.optimum.certificate
    own_doubt = abs(proof.primal_objective - proof.dual_objective)
    found = []
    for key in dict.fromkeys(side.key for side in asked):
        per_side: dict[bool, float] = {}
        doubt, met, step = 0.0, True, math.nan
        for side in (side for side in asked if side.key == key):
            priced = solved[side.variant.name]
            step = abs(side.relaxed)
            per_point = 0.01 / step / years
            met = met and not priced.infeasible
            if priced.cost is not None:
                saved = cost - priced.cost if side.relaxed > 0.0 else priced.cost - cost
                per_side[side.relaxed > 0.0] = saved * per_point
                doubt = max(doubt, (own_doubt + priced.doubt) * per_point)
        found.append(Slope(key, step, per_side.get(True), per_side.get(False), doubt, not met))
    return found
