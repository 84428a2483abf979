"""Why a plan costs what it costs: what every hour, offer and limit is worth to it, from the prices of its optimum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from carbonmatch import __version__, runfolder
from carbonmatch.accounting import Limit, clean_prices, limits_of, weeks_of
from carbonmatch.case import Case, load_case
from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation import build_model, limit_prices, offers_with_choice, rows_by_name
from carbonmatch.records import LimitPrices, Problem
from carbonmatch.runfolder import RunFolder
from carbonmatch.solving import SolveOptions, check_solver, compile_model
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain.explanation import Explanation
from carbonmatch.study.explain.offers import (
    NOT_ASKED,
    SIZES_HELD,
    contracts_told,
    first_solves,
    second_solves,
    storage_told,
)
from carbonmatch.study.explain.slopes import FINER, STEP, Slope, sides, slopes
from carbonmatch.study.explain.uniqueness import Uniqueness
from carbonmatch.study.explain.variant import Beside, resolve
from carbonmatch.study.recompute import case_of_run, files_of_run, recomputed
from carbonmatch.study.result import Result
from carbonmatch.study.run import solve_case
from carbonmatch.study.stages import Stages
from carbonmatch.wording import listed

FIRM_HOURS: Final = 10
"""Dearest steps of a site's firm supply that are told one by one."""


def explain(
    what: Case | Path | str,
    options: SolveOptions | None = None,
    *,
    exit_prices: bool = True,
    check_prices: bool = False,
    jobs: int | None = None,
    dask: str | None = None,
) -> Explanation:
    """Explain the optimum of a case, which is solved first, or of a run, whose answer is proved anew instead.

    what           a checked case, the path of its file, or a run folder of `solve`
    exit_prices    solve once more without each offer that is taken: when it would leave, and what it saves
    check_prices   solve once more to each side of the target and of the surplus limit, to measure what they cost
    jobs, dask     where these solves run: processes on this machine (its cores unless given), or a Dask scheduler

    Raises:
        InputError: a fault of the case; or it is no run of a solve, or what that was made from is gone or changed.
        InfeasibleError, UnboundedError, LimitError, SolverError: there is no certified optimum to explain.
        VerificationError: the answer of the run is no optimum of its case.
    """
    options, executor = options or SolveOptions(), Executor(jobs, dask)
    check_solver(options)
    run = runfolder.read_run(Path(what)) if not isinstance(what, Case) and Path(what).is_dir() else None
    if run is not None:
        result = _read_back(run, Stages(options.on_progress))
    else:
        result = solve_case(what if isinstance(what, Case) else load_case(what, purpose="solve"), options)
    return explain_result(
        result, options, exit_prices=exit_prices, check_prices=check_prices, executor=executor, run=run
    )


def _read_back(run: RunFolder, stages: Stages) -> Result:
    """Return the result of a run folder, its answer proved anew."""
    if run.summary.get("kind", "plan") != "plan":
        what = "is a metered run, and prices are a plan's to know; name the run folder of a `carbonmatch solve`"
        raise InputError([Fault(str(run.path), what)])
    case_file, tables = files_of_run(run)
    with stages("reading the case"):
        case = case_of_run(run, case_file, tables)
    return recomputed(run, case, stages)


def explain_result(
    result: Result,
    options: SolveOptions | None = None,
    *,
    exit_prices: bool = True,
    check_prices: bool = False,
    executor: Executor | None = None,
    run: RunFolder | None = None,
) -> Explanation:
    """Explain a result; `run` is the folder that it was read from, for the provenance."""
    options, executor = options or SolveOptions(), executor or Executor()
    tell = options.on_progress or (lambda _: None)
    quiet = replace(options, on_progress=None, on_iteration=None, on_log=None, cross_check=False)
    problem, solution = result.problem, result.solution
    served = problem.as_served(solution.load_changes)  # prices are weighed by what was used, as all accounts are

    tell("reading the prices")
    compiled = compile_model(build_model(problem), problem.yardstick).held_at(result.optimum.values)
    rows = rows_by_name(compiled.rows)
    prices = limit_prices(problem, rows, result.optimum.duals)
    limits = limits_of(served, solution, prices)
    tell("looking which prices are the only ones")
    only = Uniqueness.of(problem, solution, result.optimum, compiled.program, rows)

    no_solves = NOT_ASKED if not exit_prices else SIZES_HELD if result.summary["sizes_held"] else None
    around = sides(result, limits, STEP) if check_prices else []
    beside = [*([] if no_solves else first_solves(result, only)), *(side.variant for side in around)]
    solved = resolve(beside, quiet, executor, tell)
    measured = slopes(result, around, solved)
    closer = [side for side in sides(result, limits, STEP * FINER) if _apart(side.key, measured)] if around else []
    beside = [*second_solves(result, solved), *(side.variant for side in closer)]
    solved |= resolve(beside, quiet, executor, tell)
    finer = slopes(result, closer, solved)
    found = Beside(solved, no_solves, quiet, tell)

    told = [_told(limit, only, measured, finer) for limit in limits]
    summary = {
        **{key: result.summary[key] for key in ("case", "currency", "period", "load_mwh", "target", "cost", "grid")},
        "kind": "explanation",
        "sizes_held": result.summary["sizes_held"],
        "reached": {key: result.summary["scores"][key] for key in ("hourly_matched_share", "cfe_score")},
        "shadow_prices": result.summary["shadow_prices"],
        "scope2": {"ghgp_revision_draft": result.summary["scope2"]["ghgp_revision_draft"]},
        "prices": clean_prices(served, solution, result.ledger),
        "contracts": contracts_told(result, only, found),
        "storage": storage_told(result, only, found),
        "limits": told,
        "firm_capacity": _firm_capacity(problem, result, prices),
        **_placements(result),
        "weeks": weeks_of(served, solution, result.ledger, prices),
        "uniqueness": only.told(),
        "certificate": result.summary["certificate"],
        "warnings": [*result.summary["warnings"], *_of_whole_numbers(problem)],
        "provenance": _provenance(result, run),
    }
    return Explanation(summary)


def _of_whole_numbers(problem: Problem) -> list[str]:
    """Say what prices are of where sizes are whole-number decisions."""
    keys = [key for key, _, _ in offers_with_choice(problem)]
    if not keys:
        return []
    return [
        f"prices are those of the linear programme with the whole numbers held ({listed(keys)}): what the next MW "
        "would be worth if it could be had. A whole lot or another variant is worth something else: an offer in lots "
        "may be worth more than it costs and still not be taken further"
    ]


def _apart(key: str, measured: Sequence[Slope]) -> bool:
    return any(slope.key == key and slope.agree is False and not slope.cannot_be_met for slope in measured)


def _told(limit: Limit, only: Uniqueness, measured: Sequence[Slope], finer: Sequence[Slope]) -> dict[str, Any]:
    """Return a limit as part of an explanation: its price, whether that is the only one, and what was measured."""
    known: bool | None = True
    low = high = limit.per_mwh
    if limit.binds:
        known = only.limit(limit.key)
        low, high = only.range_per_mwh(limit.key) or (low, high)
        if limit.key.startswith("contracts."):
            _, name, _ = limit.key.split(".", 2)
            (contract,) = (contract for contract in only.problem.contracts if contract.name == name)
            known = only.contract(contract)

    def of(found: Sequence[Slope]) -> dict[str, Any] | None:
        return next((slope.told() for slope in found if slope.key == limit.key.split(" ")[0]), None)

    return {
        **asdict(limit),
        "saved_by_one_per_cent_year": limit.saved_by_one_per_cent_year,
        "price_is_unique": known,
        "lowest_price": low,
        "highest_price": None if high is not None and math.isinf(high) else high,
        "measured": of(measured) if limit.binds else None,
        "measured_closer": of(finer) if limit.binds else None,
    }


def _placements(result: Result) -> dict[str, Any]:
    """Return what one MW more costs at each candidate of every placement; nothing where the case places none."""
    placed = result.summary.get("load", {}).get("placements")
    return {} if placed is None else {"placements": placed}


def _firm_capacity(problem: Problem, result: Result, prices: LimitPrices) -> dict[str, Any]:
    """Return what sets the firm grid supply of every site: the steps that share its charge."""
    local = problem.time.starts.tz_convert(problem.time.timezone)
    found: dict[str, Any] = {}
    for s, site in enumerate(problem.sites):
        charge = site.firm_capacity_charge_per_mw_year
        paid = prices.firm_capacity_per_mwh[s]
        whole = float(paid.sum())
        order = (-paid).argsort(kind="stable")[:FIRM_HOURS].tolist() if whole > 0.0 else []
        setting = paid > 1e-3 * float(paid.max(initial=0.0))
        found[site.name] = {
            "firm_capacity_mw": float(result.solution.firm_capacity_mw[s]),
            "charge_per_mw_year": charge,
            "cost_per_year": charge * float(result.solution.firm_capacity_mw[s]) if charge > 0.0 else 0.0,
            "hours_that_set_it": float(setting.sum()) * problem.time.hours_per_step if whole > 0.0 else 0.0,
            "dearest": [
                {
                    "start_local": local[t].isoformat(),
                    "share_of_charge": float(paid[t]) / whole,
                    "worth_per_mwh": float(paid[t]),
                }
                for t in order
                if paid[t] > 0.0
            ],
        }
    return found


def _provenance(result: Result, run: RunFolder | None) -> dict[str, Any]:
    manifest = result.manifest
    return {
        **{key: manifest[key] for key in ("case", "tables", "filled", "sizes_held", "versions")},
        "engine": manifest["solver"]["engine"],
        "run": None if run is None else str(run.path),
        "explained_by": f"carbonmatch {__version__}",
    }
