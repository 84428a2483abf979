"""A chosen portfolio held fixed, and operated through what may happen to it: what it still matches, what it costs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import __version__, runfolder
from carbonmatch.case import Case, Variant, load_variants
from carbonmatch.errors import Fault, InfeasibleError, InputError
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.batch import Executor, Outcome, Task, solve_batch
from carbonmatch.study.fix import Sizes, read_sizes
from carbonmatch.study.folder import gathered
from carbonmatch.study.recompute import entries, files_of_run
from carbonmatch.study.row import figures, records
from carbonmatch.study.shock import Shock, built_in_shocks, own_shocks
from carbonmatch.tables import write_table
from carbonmatch.units import SCORE_TOLERANCE
from carbonmatch.wording import listed, nearest

PLAN: Final = "plan"
"""The portfolio as it was chosen, in the case that it was chosen for."""

ROOM: Final = 1e-4
"""Of a share that is out of reach, this much less than the best is asked for: a hundredth of a percentage point. At the
very best there is but one way to operate, and an interior-point engine loses its way for want of an interior."""

NO_LIMITS: Final = ("surplus.max_share=null", "target.budget_per_year=null", "target.carbon_cap_t_per_year=null")
"""Limits that choose a portfolio. Once that is signed, what is left over, paid and emitted is what it comes to."""


@dataclass(frozen=True)
class Stressed:
    """One thing that happens to the portfolio.

    reached   the share that the target counts: the target itself, or the best that the sizes reach
    met       whether that is what the target asks for
    summary   of its verified run; None where there is none, for the reason in `error`
    """

    shock: Shock
    reached: float | None
    met: bool
    summary: dict[str, Any] | None
    error: str | None = None


@dataclass(frozen=True)
class Stress:
    """A portfolio under stress.

    asked   the share that the target asks for; None where it has none
    plan    summary of the plan
    cases   what may happen, worst first: by the share that is reached, then by cost
    """

    case: str
    currency: str
    asked: float | None
    plan: dict[str, Any]
    cases: tuple[Stressed, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for the plan and for each case."""
        return pd.DataFrame(list(_rows(self)))


def stress_portfolio(
    source: Path | str,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    shocks: Sequence[str] | None = None,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    out: Path | str | None = None,
    force: bool = False,
) -> Stress:
    """Hold a portfolio fixed and operate it through what may happen to it.

    source   a case, which is solved first; or a run of it, whose sizes are held
    shocks   names of those that are wanted; all unless given

    Where the sizes cannot meet the target, they are operated for the best share that they reach, at least cost. Limits
    on surplus, cost and emissions are lifted: they chose the portfolio, and are no rules for operating it.

    Raises:
        InputError: the case or the run cannot be used, a shock is unknown, or `out` cannot be written.
        InfeasibleError, UnboundedError, LimitError, SolverError: the case could not be solved.
    """
    options = options or SolveOptions()
    check_solver(options)
    executor = Executor(jobs, dask)
    executor.check()
    source = Path(source)
    path, variant, run = _origin(source, settings, scenario)
    (case,) = load_variants(path, [variant], purpose="solve")
    with _gathered(out, force=force) as folder:
        plan = folder / runfolder.POINTS / PLAN if run is None else source
        kept: list[Task] = [] if run is not None else [Task(PLAN, case)]
        summary = run if run is not None else _solved(kept[0], options, folder)
        sizes = _held(plan, source if run is not None else None)
        wanted = _wanted(
            [*built_in_shocks(path, variant, case=case, summary=summary, plan=plan, sizes=sizes), *own_shocks(case)],
            shocks,
            path,
        )
        asked = None if summary["target"]["matching"] == "none" else float(summary["target"]["cfe"])
        freed = replace(variant, settings=(*variant.settings, *_freed(asked)))
        stressed = _stressed(
            path,
            freed,
            shocks=wanted,
            sizes=sizes,
            kept=kept,
            options=options,
            executor=executor,
            folder=folder,
        )
        cases = [_case(shock, outcome, asked) for shock, outcome in zip(wanted, stressed, strict=True)]
        cases.sort(key=_badness)
        found = Stress(case.name, case.currency, asked, summary, tuple(cases))
        for place in (folder / runfolder.POINTS).iterdir():
            if place.name not in {PLAN, *(shock.name for shock in wanted)}:  # of an interrupted test of other shocks
                shutil.rmtree(place)
        if out is not None:
            write_table(found.table, folder / runfolder.STRESS_KIND.table)
            runfolder.write_json(folder / runfolder.STRESS_KIND.record, _record(found, case, source, options))
    return found


# --- the portfolio ----------------------------------------------------------------------------------------------------


def _origin(source: Path, settings: Sequence[str], scenario: str | None) -> tuple[Path, Variant, dict[str, Any] | None]:
    """Return the case file, what is changed in it, and the summary of the run where the source is one."""
    if not source.is_dir():
        return source, Variant(tuple(settings), scenario), None
    run = runfolder.read_run(source)
    if settings or scenario is not None:
        what = "is a run, made with the settings that it was made with; name its case to change them"
        raise InputError([Fault(str(source), what)])
    if run.summary.get("kind") != "plan":
        raise InputError([Fault(str(source), "is of meters, not a plan; name a run of `carbonmatch solve`")])
    path, _ = files_of_run(run)
    told = run.manifest["case"]
    changes = entries(told.get("overrides"), "key", "value", "origin")
    own = tuple(f"{o['key']}={json.dumps(o['value'])}" for o in changes if o["origin"] == "--set")
    return path, Variant(own, told.get("scenario"), told.get("weather_year")), run.summary


@contextmanager
def _gathered(out: Path | str | None, *, force: bool) -> Iterator[Path]:
    """Give a folder to gather runs in, which is gone afterwards where `out` is None."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="carbonmatch-") as place:
            yield Path(place)
        return
    with gathered(out, runfolder.STRESS_KIND, force=force) as folder:
        if folder is not None:
            yield folder


def _solved(task: Task, options: SolveOptions, folder: Path) -> dict[str, Any]:
    (outcome,) = solve_batch([[task]], options, Executor(jobs=1), folder, others_stay=True)
    if outcome.summary is None:
        raise InfeasibleError(str(outcome.error), best_share=outcome.best_share)
    return outcome.summary


def _freed(asked: float | None) -> tuple[str, ...]:
    """Return what the portfolio is operated by: its target, and none of the limits that chose it."""
    return NO_LIMITS if asked is None else (*NO_LIMITS, f"target.cfe={asked!r}")


def _held(plan: Path, run: Path | None) -> Sizes:
    """Return the sizes of the plan; those that were chosen here are told by what they are, not by where they lie."""
    sizes = read_sizes(plan)
    if run is not None:
        return sizes
    told = json.dumps({"contracts": sizes.contracts, "storage": sizes.storage}, sort_keys=True)
    return replace(sizes, path=PLAN, sha256=sha256(told.encode()).hexdigest())


# --- what happens to it -----------------------------------------------------------------------------------------------


def _wanted(known: list[Shock], names: Sequence[str] | None, path: Path) -> list[Shock]:
    """Return the shocks of these names; all unless named.

    Raises:
        InputError: a name is unknown, or the case uses one that is taken.
    """
    given = [shock.name for shock in known]
    faults = [
        Fault(f"{path}: stress.{name}", "is what a built-in shock is called; take another name")
        for name in dict.fromkeys(given)
        if given.count(name) > 1 or name == PLAN
    ]
    faults += [
        Fault(f"--shock {name}", f"is none of {listed(given, 40)}{nearest(name, given)}")
        for name in names or ()
        if name not in given
    ]
    if faults:
        raise InputError(faults)
    return [shock for shock in known if names is None or shock.name in names]


def _stressed(
    path: Path,
    variant: Variant,
    *,
    shocks: Sequence[Shock],
    sizes: Sizes,
    kept: Sequence[Task],
    options: SolveOptions,
    executor: Executor,
    folder: Path,
) -> list[Outcome]:
    """Operate the portfolio through every shock: at its target, or where that is out of reach, at the best share."""

    def tasks(extra: dict[str, str]) -> list[Task]:
        variants = [
            replace(variant, settings=(*variant.settings, *shock.settings, *more))
            for shock in shocks
            for more in [[extra[shock.name]] if shock.name in extra else []]
        ]
        cases = load_variants(path, variants, purpose="solve")
        return [
            Task(shock.name, case, shock.sizes or sizes, doubtful=True)
            for shock, case in zip(shocks, cases, strict=True)
        ]

    first = solve_batch([[task] for task in [*kept, *tasks({})]], options, executor, folder, others_stay=True)
    lower = {
        outcome.name: f"target.cfe={max(0.0, outcome.best_share - ROOM)!r}"
        for outcome in first
        if outcome.summary is None and outcome.best_share is not None
    }
    if not lower:
        return first[len(kept) :]
    again = [task for task in tasks(lower) if task.name in lower]
    second = {o.name: o for o in solve_batch([[task] for task in again], options, executor, folder, others_stay=True)}
    return [second.get(outcome.name, outcome) for outcome in first[len(kept) :]]


def _case(shock: Shock, outcome: Outcome, asked: float | None) -> Stressed:
    if outcome.summary is None:
        return Stressed(shock, None, False, None, outcome.error)
    reached = share_reached(outcome.summary)
    return Stressed(shock, reached, asked is None or reached >= asked - SCORE_TOLERANCE, outcome.summary)


def share_reached(summary: dict[str, Any]) -> float:
    """Return the share that the target of a run counts; the hourly matched share where it has none."""
    target, scores = summary["target"], summary["scores"]
    if target["matching"] in {"annual", "monthly"}:
        return float(scores["annual_volumetric_share"])
    return float(scores["cfe_score"] if target["grid_credit"] else scores["hourly_matched_share"])


def _badness(case: Stressed) -> tuple[bool, float, float]:
    """Return what sorts the worst first: what cannot be operated at all, then low shares, then high cost."""
    if case.summary is None or case.reached is None:
        return False, 0.0, 0.0
    # two that meet the target are told apart by cost, whatever the last digits of their shares are
    return True, round(case.reached, 5), -float(case.summary["cost"]["net_of_sales_per_mwh_load"])


def _rows(stress: Stress) -> Iterator[dict[str, Any]]:
    plan = stress.plan["cost"]["net_of_sales_per_mwh_load"]
    yield {"stress": PLAN, "what": "as planned", "met": True, **_told(stress.plan), **figures(stress.plan)}
    for case in stress.cases:
        row: dict[str, Any] = {"stress": case.shock.name, "what": case.shock.words, "met": case.met}
        row["error"] = case.error
        if case.summary is not None:
            more = case.summary["cost"]["net_of_sales_per_mwh_load"] - plan
            row |= {**_told(case.summary), "change_net_of_sales_per_mwh_load": more, **figures(case.summary)}
        yield row


def _told(summary: dict[str, Any]) -> dict[str, Any]:
    unmatched = sum(zone["unmatched_mwh"] for zone in summary["zones"].values())
    return {"reached_share": share_reached(summary), "unmatched_mwh": unmatched}


def _record(stress: Stress, case: Case, source: Path, options: SolveOptions) -> dict[str, Any]:
    """Return the stress test with where its numbers come from; the manifest of each point says the rest."""
    return {
        "kind": "stress",
        "case": {"name": case.name, "path": case.provenance.path, "sha256": case.provenance.sha256},
        "source": str(source),
        "currency": stress.currency,
        "carbonmatch": __version__,
        "solver": options.solver if isinstance(options.solver, str) else list(options.solver),
        "asked_share": stress.asked,
        "points": [
            {**row, "settings": list(settings)}
            for row, settings in zip(
                records(stress.table), [(), *(each.shock.settings for each in stress.cases)], strict=True
            )
        ],
    }
