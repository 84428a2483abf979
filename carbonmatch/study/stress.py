"""A stress test: the portfolio that was chosen, held fixed, in cases that were not planned for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import __version__, runfolder
from carbonmatch.case import Case, Variant, load_variants
from carbonmatch.errors import CarbonMatchError, Fault, InputError
from carbonmatch.formulation import target_terms
from carbonmatch.records import TargetTerms
from carbonmatch.runfolder import RunFolder
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.batch import Executor, Outcome, Task, solve_batch
from carbonmatch.study.fix import Sizes, read_sizes, sizes_of
from carbonmatch.study.folder import gathered
from carbonmatch.study.held import reach_of
from carbonmatch.study.operate import Operation, score_of
from carbonmatch.study.recompute import files_of_run, variant_of_run
from carbonmatch.study.row import figures, records
from carbonmatch.study.shock import KINDS, Portfolio, Shock, shocks_of
from carbonmatch.tables import read_frame, write_table
from carbonmatch.units import PRIMAL_TOLERANCE
from carbonmatch.wording import listed, nearest

PLAN: Final = "plan"
"""Name of the run of the portfolio itself, where it was solved here."""


@dataclass(frozen=True)
class Stressed:
    """One case of a stress test.

    summary       of its verified run; None where there is none, for the reason in `error`
    score         as the target counts it; score_change and cost_change against the plan, in shares and in currency
    target_met    None where there is no target
    """

    name: str
    kind: str
    words: str
    summary: dict[str, Any] | None
    score: float | None = None
    score_change: float | None = None
    cost_change: float | None = None
    cost_change_per_mwh_load: float | None = None
    target_met: bool | None = None
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class StressTest:
    """A portfolio in other cases, the worst first.

    plan        summary of the run that chose it
    run         that run; None where it was made for the test
    """

    case: str
    currency: str
    plan: dict[str, Any]
    run: str | None
    plan_score: float
    cases: tuple[Stressed, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per case, the plan above them; money in the currency of the case."""
        return pd.DataFrame(list(_rows(self)))

    @property
    def words(self) -> str:
        """What came out, in a sentence."""
        found = [case for case in self.cases if case.summary is not None]
        plan = f"The plan's {100.0 * self.plan_score:.1f} %"
        if not found:
            return f"{plan} was not tested: no case could be solved."
        worst = found[0]
        if float(worst.score_change or 0.0) > -LEAST_FALL:
            return f"{plan} holds in every case."
        fall = f"{plan} falls to {100.0 * float(worst.score or 0.0):.1f} % in the worst case: {worst.words}."
        asked = [case for case in found if case.target_met is not None]
        met = sum(case.target_met is True for case in asked)
        return f"{fall} The target is met in {met} of {len(asked)} cases." if asked else fall


LEAST_FALL: Final = 5e-4
"""A score that falls by less than this, as much as its first decimal in per cent can hide, has held."""


def stress_test(
    what: Path | str,
    *,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    weather_year: str | None = None,
    growth_year: str | None = None,
    kinds: Sequence[str] = KINDS,
    operation: Operation | None = None,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    out: Path | str | None = None,
    force: bool = False,
) -> StressTest:
    """Hold a portfolio fixed and dispatch it again where prices, load, plants, weather or foresight are others.

    what        a case file, whose portfolio is chosen first, or the run folder of a `solve`, whose portfolio is taken
    settings, scenario, weather_year, growth_year   how the case is read; a run has them already
    kinds       which shocks: see `shock.KINDS`
    operation   what is known of the hours ahead in the case without foresight

    Sizes are held. Where they miss the target, the best score that they reach is asked of them, at least cost: a missed
    target is a row of the table. With `out` every case is kept as it ends.

    Raises:
        InputError: a fault of the case in any of its shocks, a run that is changed or gone, an unknown kind.
        InfeasibleError and others: there is no portfolio to test.
    """
    options, operation = replace(options or SolveOptions(), cross_check=False), operation or Operation()
    check_solver(options)
    operation.check()
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        what_is_wrong = f"is not known{nearest(unknown[0], KINDS)} (known: {listed(KINDS)})"
        raise InputError([Fault(f"shock {unknown[0]}", what_is_wrong)])
    executor = Executor(jobs, dask)
    executor.check()
    path, variant = Path(what), Variant(tuple(settings), scenario, weather_year, growth_year)
    run = _run_of(path, variant)
    if run is not None:
        path, variant = files_of_run(run)[0], variant_of_run(run)
    (case,) = load_variants(path, [variant], purpose="solve")
    with _gathered(out, force=force) as folder:
        chosen = run or _solved(case, options, executor, folder)
        sizes = read_sizes(chosen.path) if run is not None else sizes_of(chosen.summary, PLAN)
        shocks = shocks_of(_portfolio(path, variant, case, chosen), frozenset(kinds), operation)
        tasks = _tasks(path, shocks, sizes, chosen)
        plan = [[Task(PLAN, case)]] if run is None else []
        outcomes = {o.name: o for o in solve_batch([*plan, *([task] for task in tasks)], options, executor, folder)}
        test = _test(case, chosen.summary, None if run is None else str(run.path), shocks, outcomes)
        write_table(test.table, folder / runfolder.STRESS_KIND.table)
        changes = {shock.name: _changes(variant, shock) for shock in shocks}
        record = _record(test, case, operation=operation, options=options, sizes=sizes, changes=changes)
        runfolder.write_json(folder / runfolder.STRESS_KIND.record, record)
    return test


@contextmanager
def _gathered(out: Path | str | None, *, force: bool) -> Iterator[Path]:
    """Give the folder of the study, or one that goes when it ends."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="carbonmatch-") as place:
            yield Path(place)
        return
    with gathered(out, runfolder.STRESS_KIND, force=force) as folder:
        if folder is not None:
            yield folder


# --- the portfolio ----------------------------------------------------------------------------------------------------


def _run_of(what: Path, variant: Variant) -> RunFolder | None:
    """Return the run that is named, if it is one."""
    if not what.is_dir():
        return None
    run = runfolder.read_run(what)
    if run.summary.get("kind", "plan") != "plan" or run.summary.get("operation") is not None:
        fault = "is not the run that chose a portfolio; name the run folder of a `carbonmatch solve`"
        raise InputError([Fault(str(what), fault)])
    if variant != Variant():
        fault = "is a run, which has its case with all settings; name the case file to use others"
        raise InputError([Fault(str(what), fault)])
    return run


def _solved(case: Case, options: SolveOptions, executor: Executor, folder: Path) -> RunFolder:
    """Return the run of the cheapest portfolio of a case."""
    (outcome,) = solve_batch([[Task(PLAN, case)]], options, executor, folder, more_to_come=True)
    if outcome.summary is None:
        failed = {kind.exit_code: kind for kind in CarbonMatchError.__subclasses__() if kind is not InputError}
        raise failed.get(outcome.exit_code, CarbonMatchError)(outcome.error)
    return runfolder.read_run(folder / runfolder.POINTS / PLAN)


def _portfolio(path: Path, variant: Variant, case: Case, chosen: RunFolder) -> Portfolio:
    """Return what is taken, and for every contract the month in which it matches most."""
    summary = chosen.summary
    least = PRIMAL_TOLERANCE * summary["load_mwh"]
    rows = read_frame(chosen.path / runfolder.CONTRACTS)
    matched = rows["matched_mwh"] + rows["matched_from_storage_mwh"]
    months = pd.DatetimeIndex(rows["interval_start_utc"]).tz_convert(case.grid.timezone).strftime("%Y-%m")
    by_month = matched.groupby([rows["contract"], months], sort=False).sum()
    contracts = {
        name: str(by_month[name].idxmax())
        for name, contract in summary["contracts"].items()
        if contract["matched_mwh"] + contract["matched_from_storage_mwh"] > least
    }
    storage = tuple(name for name, entry in summary["storage"].items() if entry["discharge_mwh"] > least)
    target = summary["target"]
    if target.get("budget_per_year") is not None:  # what it bought is what is tested
        bought = (f"target.cfe={target['cfe']!r}", "target.budget_per_year=null")
        variant = replace(variant, settings=(*variant.settings, *bought))
    return Portfolio(path, variant, case, contracts, storage)


def _tasks(path: Path, shocks: Sequence[Shock], sizes: Sizes, chosen: RunFolder) -> list[Task]:
    """Return the cases to be solved, each of another name.

    Raises:
        InputError: two have the same name, or a shock makes the case one that cannot be read.
    """
    names = [shock.name for shock in shocks]
    twice = sorted({name for name in (PLAN, *names) if (PLAN, *names).count(name) > 1})
    if twice:
        what = f"{listed(twice)} is the name of another case too; call it otherwise"
        raise InputError([Fault(f"{path}: stress", what)])
    cases = load_variants(path, [shock.variant for shock in shocks], purpose="solve")
    return [
        Task(shock.name, case, sizes, reach=True, operation=shock.operation, plan=chosen.summary)
        if shock.operation is not None
        else Task(shock.name, case, sizes, reach=True)
        for shock, case in zip(shocks, cases, strict=True)
    ]


# --- what came out ----------------------------------------------------------------------------------------------------


def _test(
    case: Case, plan: dict[str, Any], run: str | None, shocks: Sequence[Shock], outcomes: Mapping[str, Outcome]
) -> StressTest:
    target = target_terms(case)
    found = [_stressed(shock, outcomes[shock.name], plan, target) for shock in shocks]
    worst_first = sorted(found, key=lambda c: (c.score is None, c.score or 0.0, -(c.cost_change_per_mwh_load or 0.0)))
    return StressTest(case.name, case.currency, plan, run, score_of(plan, target), tuple(worst_first))


def _stressed(shock: Shock, outcome: Outcome, plan: Mapping[str, Any], target: TargetTerms) -> Stressed:
    summary = outcome.summary
    stressed = Stressed(shock.name, shock.kind, shock.words, summary, error=outcome.error, exit_code=outcome.exit_code)
    if summary is None:
        return stressed
    score, cost, planned = score_of(summary, target), summary["cost"], plan["cost"]
    return replace(
        stressed,
        score=score,
        score_change=score - score_of(plan, target),
        cost_change=cost["net_of_sales"] - planned["net_of_sales"],
        cost_change_per_mwh_load=cost["net_of_sales_per_mwh_load"] - planned["net_of_sales_per_mwh_load"],
        target_met=None if target.matching == "none" else _target_met(summary),
    )


def _target_met(summary: Mapping[str, Any]) -> bool:
    if summary.get("operation") is not None:
        return bool(summary["operation"]["target_met"])
    reach = reach_of(summary)
    return reach is None or reach.target_met


def _rows(test: StressTest) -> Iterator[dict[str, Any]]:
    met = None if test.plan["target"]["matching"] == "none" else True
    plan = Stressed(PLAN, PLAN, "as planned", test.plan, test.plan_score, 0.0, 0.0, 0.0, met)
    for case in (plan, *test.cases):
        reach = None if case.summary is None else reach_of(case.summary)
        yield {
            "stress": case.name,
            "kind": case.kind,
            "what": case.words,
            "met": case.target_met,
            "error": case.error,
            "reached_share": case.score,
            "change_reached_share": case.score_change,
            "change_net_of_sales": case.cost_change,
            "change_net_of_sales_per_mwh_load": case.cost_change_per_mwh_load,
            "limits_lifted": None if reach is None or not reach.lifted else " ".join(reach.lifted),
            **({} if case.summary is None else _told(case.summary)),
        }


def _told(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a case is told by; money in the currency of the case."""
    scores, zones = summary["scores"], summary["zones"].values()
    return {
        **figures(summary),
        "unmatched_mwh": sum(zone["unmatched_mwh"] for zone in zones),
        "excess_share": sum(zone["excess_mwh"] for zone in zones) / summary["load_mwh"],
        "worst_month": scores["worst_month"],
        "worst_month_share": scores["worst_month_share"],
    }


def _changes(planned: Variant, shock: Shock) -> list[str]:
    """Return what a shock changes in the case, as settings."""
    year = shock.variant.weather_year
    there = [] if year == planned.weather_year else [f"weather year {year}"]
    return [*there, *shock.variant.settings[len(planned.settings) :]]


def _record(
    test: StressTest,
    case: Case,
    *,
    operation: Operation,
    options: SolveOptions,
    sizes: Sizes,
    changes: Mapping[str, list[str]],
) -> dict[str, Any]:
    """Return the test with where its numbers come from; the manifest of each case says the rest.

    changes   {case: what it changes}
    """
    source = case.provenance
    return {
        "case": {
            "name": case.name,
            "path": source.path,
            "sha256": source.sha256,
            "scenario": source.scenario,
            "weather_year": source.weather_year,
            **({} if source.growth_year is None else {"growth_year": source.growth_year}),
            "overrides": [asdict(override) for override in source.overrides],
        },
        "currency": case.currency,
        "carbonmatch": __version__,
        "solver": options.solver if isinstance(options.solver, str) else list(options.solver),
        "sizes": {"contracts": dict(sizes.contracts), "storage": dict(sizes.storage)},
        "source": source.path if test.run is None else test.run,
        "operation": {"foresight": operation.foresight_of(case), "window_hours": operation.window_hours},
        "target": test.plan["target"],
        "words": test.words,
        "asked_share": None if test.plan["target"]["matching"] == "none" else test.plan["target"]["cfe"],
        "points": [{**row, "settings": changes.get(row["stress"], [])} for row in records(test.table)],
    }
