"""A portfolio operated without foresight, with the accounts of any other run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from carbonmatch import runfolder
from carbonmatch.accounting import model_score, target_faults
from carbonmatch.case import Case
from carbonmatch.errors import Fault, InputError, VerificationError
from carbonmatch.formulation import build_model, hold_operation, problem_from_case
from carbonmatch.records import Problem, TargetTerms
from carbonmatch.solving import SolveOptions, compile_model, solve_compiled
from carbonmatch.study.fix import Sizes, fix_sizes
from carbonmatch.study.foresight import FORESIGHTS, Foresight, Outlook, forecasts_of
from carbonmatch.study.held import held_result
from carbonmatch.study.inoperable import inoperable
from carbonmatch.study.result import Result
from carbonmatch.study.rolling import RollingOperator
from carbonmatch.study.run import write_result
from carbonmatch.study.solver import CaseSolver, verified_result
from carbonmatch.study.stages import Stages
from carbonmatch.study.worth import premium_of, worth_of
from carbonmatch.wording import listed, nearest

LEAST_WINDOW_HOURS: Final = 24.0
"""A plan reaches to the end of the day that is carried out, at least."""

REST_ENGINES: Final = ("simplex", "ipx")
"""With the operation held hardly anything is left to choose, and presolve takes most of that away."""


@dataclass(frozen=True)
class Operation:
    """How a portfolio is operated day by day.

    foresight      what is known of the hours ahead; unless given, the forecasts of the case, if it gives any, else
                   persistence
    window_hours   that are planned at the start of a day, of which the day is carried out
    """

    foresight: Foresight | None = None
    window_hours: float = 48.0

    def check(self) -> None:
        """Refuse what no operator can do.

        Raises:
            InputError: the foresight is unknown, or the window is shorter than a day.
        """
        faults = []
        if self.foresight is not None and self.foresight not in FORESIGHTS:
            what = f"{self.foresight!r} is not known{nearest(self.foresight, FORESIGHTS)} (known: {listed(FORESIGHTS)})"
            faults.append(Fault("foresight", what))
        if not LEAST_WINDOW_HOURS <= self.window_hours < math.inf:
            faults.append(Fault("window", f"is {self.window_hours:g} hours; a window is a day or longer"))
        if faults:
            raise InputError(faults)

    def foresight_of(self, case: Case) -> Foresight:
        """Return what is known of the hours ahead of a case."""
        return self.foresight or ("forecast" if forecasts_of(case) else "persistence")


def operate_without_foresight(
    case: Case,
    sizes: Sizes,
    options: SolveOptions | None = None,
    *,
    plan: Mapping[str, Any] | None = None,
    foresight: Foresight | None = None,
    window_hours: float = 48.0,
    out: Path | str | None = None,
    force: bool = False,
) -> Result:
    """Operate held sizes day by day, on what is known when each day begins; write a run folder where `out` names one.

    plan       summary of the run that chose the sizes: what a matched MWh is worth to the buyer, the firm capacity that
               was reserved, and the score with perfect foresight are read from it. Unless given, the sizes are
               dispatched with perfect foresight first, and matching comes before money

    The result is a run like any other: the operation is held, the rest is settled at least cost, and all of it is
    certified, accounted for and proved. Its `summary["operation"]` says what was known, and what that cost in score.

    Raises:
        InputError: `out` cannot be written, the sizes are not those of the case, or it is shorter than two days.
        LimitError, SolverError, VerificationError: as for any run; nothing is written.
    """
    operation = Operation(foresight, window_hours)
    operation.check()
    options = options or SolveOptions()
    if out is not None:
        runfolder.check_writable(Path(out), force=force)
    result = operated_result(case, sizes, operation, options, plan)
    if out is not None:
        write_result(result, Path(out), force=force, on_progress=options.on_progress)
    return result


def operated_result(
    case: Case, sizes: Sizes, operation: Operation, options: SolveOptions, plan: Mapping[str, Any] | None
) -> Result:
    """Return the verified result of an operation without foresight; see `operate_without_foresight`."""
    stages = Stages(options.on_progress)
    sizes = replace(sizes, signed=None)  # what is drawn at retail without foresight no one can promise before
    held = partial(_held, sizes=sizes)
    problem, time = held(case), case.grid
    if time.steps * time.hours_per_step < 2.0 * LEAST_WINDOW_HOURS:
        what = "is shorter than two days: what the day before was like is not known of any of them"
        raise InputError([Fault(f"case {case.name}: time", what)])
    if faults := inoperable(problem):
        raise InputError(faults)
    reference = plan or held_result(case, sizes, CaseSolver(options)).summary
    premium = premium_of(problem, None if plan is None else _premiums(plan["shadow_prices"]))
    worth = worth_of(problem, premium)
    foresight = operation.foresight_of(case)
    steps = round(operation.window_hours / time.hours_per_step)
    firm_mw = [reference["grid"][site.name]["firm_capacity_mw"] for site in problem.sites]
    with stages("operating day by day"):
        longest = max(steps, round(2.0 * LEAST_WINDOW_HOURS / time.hours_per_step))
        outlook = Outlook(case, held, foresight, longest)
        operated = RollingOperator(outlook, worth, firm_mw, steps, options).operate()
    settled = as_operated(problem, operated.opening_mwh)
    with stages("building the model"):
        model = build_model(settled)
        hold_operation(model, settled, operated.schedule)
    with stages("compiling the matrix"):
        compiled = compile_model(model, settled.yardstick)
    optimum = solve_compiled(compiled, settled.yardstick, replace(options, solver=REST_ENGINES, cross_check=False))
    stages.seconds.update(optimum.seconds)
    result = verified_result(case, settled, model, optimum, options=options, stages=stages, sizes=sizes)
    told = {
        "foresight": foresight,
        "forecasts": sorted(forecasts_of(case)) if foresight == "forecast" else [],
        "window_hours": operation.window_hours,
        "plan_score": score_of(reference, problem.target),
        "plan_cost_net_of_sales": reference["cost"]["net_of_sales"],
        "passes": operated.passes,
        "premium_per_mwh": dict(premium.per_mwh),
        "premium_source": premium.source,
        "opening_mwh": _by_pool(problem, operated.opening_mwh),
    }
    asked = {**result.manifest, "operation": asdict(operation)}
    return with_operation(replace(result, manifest=asked), problem.target, told)


def _premiums(prices: Mapping[str, Any]) -> dict[str, float | None]:
    """Return what a plan pays for one more matched MWh in each zone, by its target and the floor of the zone."""
    floors = prices.get("floor_premium_per_mwh") or {}
    return {
        zone: None if premium is None else premium + floors.get(zone, 0.0)
        for zone, premium in prices["green_premium_per_mwh"].items()
    }


def as_operated(problem: Problem, opening_mwh: Sequence[float]) -> Problem:
    """Return a problem whose operation is decided: no target is left to be met by choice.

    The least state of charge is the operator's to keep; what self-discharge takes from it in the end no one can.
    """
    left = iter(opening_mwh)
    return replace(
        problem,
        storage=tuple(
            replace(
                storage,
                min_state_of_charge=0.0,
                pools=tuple(replace(pool, opening_mwh=next(left)) for pool in storage.pools),
            )
            for storage in problem.storage
        ),
        target=replace(
            problem.target,
            matching="none",
            cfe=0.0,
            max_surplus_share=math.inf,
            carbon_cap_t_per_year=None,
            budget=None,
            held_mwh=None,
        ),
    )


def with_operation(result: Result, target: TargetTerms, told: Mapping[str, Any]) -> Result:
    """Return a result whose summary says how it was operated, and what the lack of foresight costs.

    told   what the run itself does not hold: what was known, what a matched MWh was worth, the plan to compare with
    """
    s, problem = result.solution, replace(result.problem, target=target)
    score = model_score(problem, result.ledger)
    closing = s.clean_state_of_charge_mwh[:, -1] + s.grey_state_of_charge_mwh[:, -1]
    opening = {name: sum(pools.values()) for name, pools in told["opening_mwh"].items()}
    stored = {b.name: float(held) for b, held in zip(problem.storage, closing, strict=True)}
    entry = {
        **told,
        "target": {
            "matching": target.matching,
            "cfe": target.cfe,
            "grid_credit": target.grid_credit,
            "scope": "zone" if target.per_zone else "portfolio",
        },
        "target_met": not target_faults(problem, result.ledger),
        "score": score,
        "score_change": score - told["plan_score"],
        "cost_change": result.summary["cost"]["net_of_sales"] - told["plan_cost_net_of_sales"],
        "closing_mwh": stored,
        "left_mwh": sum(stored.values()) - sum(opening.values()),
    }
    note = (
        f"Operated without foresight ({FORESIGHT_WORDS[told['foresight']]}, {told['window_hours']:g} h ahead): the "
        f"score is {100.0 * score:.2f} %; the plan, which knows every hour, has {100.0 * told['plan_score']:.2f} %."
    )
    summary = {**result.summary, "operation": entry, "warnings": [note, *result.summary["warnings"]]}
    return replace(result, summary=summary)


def told_operation(summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the summary of a run says of an operation without foresight that cannot be recomputed from it.

    Raises:
        VerificationError: it is not as a run would say it.
    """
    operation = summary.get("operation")
    if operation is None:
        return None
    told = {key: operation.get(key) for key in _TOLD} if isinstance(operation, Mapping) else {}
    if not told or told["foresight"] not in FORESIGHTS or not all(_is_number(told[key]) for key in _TOLD_NUMBERS):
        raise VerificationError(f"{runfolder.SUMMARY} does not say how the portfolio was operated")
    return told


def opening_of(problem: Problem, told: Mapping[str, Any]) -> list[float]:
    """Return what each pool of a problem held at the start of an operation.

    Raises:
        VerificationError: the operation is not of these storages.
    """
    names = {storage.name: [pool.name for pool in storage.pools] for storage in problem.storage}
    opening = told["opening_mwh"]
    if isinstance(opening, Mapping) and opening.keys() == names.keys():
        held: list[Any] = [
            opening[storage].get(pool) if isinstance(opening[storage], Mapping) else None
            for storage, pools in names.items()
            for pool in pools
        ]
        if all(_is_number(value) for value in held):
            return [float(value) for value in held]
    raise VerificationError(f"{runfolder.SUMMARY} does not say what each storage held at the start")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TOLD_NUMBERS: Final = ("window_hours", "plan_score", "plan_cost_net_of_sales", "passes")
_TOLD: Final = ("foresight", "forecasts", *_TOLD_NUMBERS, "premium_per_mwh", "premium_source", "opening_mwh")
"""What a run says of its operation that does not follow from its flows."""

FORESIGHT_WORDS: Final[Mapping[str, str]] = {
    "persistence": "every hour expected as it was a day before",
    "forecast": "the forecasts of the case",
    "perfect": "perfect forecasts",
}


def score_of(summary: Mapping[str, Any], target: TargetTerms) -> float:
    """Return the score of a run that a target counts: with the grid's share where the target gives credit for it."""
    scores = summary["scores"]
    credited = target.grid_credit and scores["cfe_score"] is not None
    return float(scores["cfe_score"] if credited else scores["hourly_matched_share"])


def _held(case: Case, sizes: Sizes) -> Problem:
    return fix_sizes(problem_from_case(case), sizes)


def _by_pool(problem: Problem, stored: Sequence[float]) -> dict[str, dict[str, float]]:
    left = iter(stored)
    return {storage.name: {pool.name: next(left) for pool in storage.pools} for storage in problem.storage}
