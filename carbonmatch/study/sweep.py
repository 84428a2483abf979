"""One case with one or two of its values varied: cost over score, or over anything else that a case says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import __version__, runfolder
from carbonmatch.accounting import Premium, premium_over
from carbonmatch.case import Case, Variant, demanded, load_variants
from carbonmatch.errors import Fault, InputError
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.baselines import BASELINES, baseline_variant, is_baseline
from carbonmatch.study.batch import Executor, Ladder, Outcome, Task, solve_batch
from carbonmatch.study.folder import gathered
from carbonmatch.study.frontier import Frontier, frontier_of
from carbonmatch.study.row import figures, in_common, premium_figures, records
from carbonmatch.tables import write_table
from carbonmatch.wording import listed

CFE: Final = "target.cfe"
"""The key whose points make a frontier."""

MOST_AXES: Final = 2
"""More than a table with rows and columns can show."""

Value = float | str | bool | None


@dataclass(frozen=True)
class Axis:
    """A key of the case and the values that it takes in turn."""

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Point:
    """One combination of values: the summary of its verified run, or why there is none.

    name          of its run folder
    values        what the varied keys are, in the order of the axes
    shared_with   name of the point whose optimum is this one's too; None where it was solved for itself
    premiums      over each baseline of the sweep, by its name
    """

    name: str
    values: Mapping[str, Value]
    summary: dict[str, Any] | None
    premiums: Mapping[str, Premium]
    shared_with: str | None = None
    error: str | None = None
    exit_code: int = 0

    @property
    def cfe(self) -> float | None:
        """The target, where it is what varies."""
        value = self.values.get(CFE)
        return value if isinstance(value, float) else None


@dataclass(frozen=True)
class Sweep:
    """The points of a sweep, in the order of their values.

    baselines   the same case without a target and with annual matching, by name; empty where they were not wanted
    frontiers   what the target costs, one for each value of the other key; empty where the target does not vary
    """

    case: str
    currency: str
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    baselines: tuple[Outcome, ...]
    frontiers: tuple[Frontier, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per point, sizes included; money in the currency of the case."""
        return pd.DataFrame(list(_rows(self)))


def sweep_case(
    path: Path | str,
    targets: Sequence[float] = (),
    *,
    vary: Mapping[str, Sequence[Value]] | None = None,
    settings: Sequence[str] = (),
    scenario: str | None = None,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    baselines: bool = True,
    out: Path | str | None = None,
    force: bool = False,
) -> Sweep:
    """Find the least-cost portfolio of a case for each of several values of one key, or of two keys at once.

    targets     values of `target.cfe`
    vary        {key: values} of any key of the case, such as `contracts.pv.strike_per_mwh`
    jobs        processes side by side; the cores of the machine unless given. The results are the same for any number
    dask        address of a Dask scheduler, whose workers are used instead
    baselines   also solve the case without a target and with annual matching, to tell premiums over these

    A point that cannot be met is a point with its reason, and the others go on. With `out` every point is kept as it
    ends: the same call goes on from there after an interruption.

    Raises:
        InputError: a fault of the case at any of the points, or `out` cannot be written; nothing was solved.
    """
    options = options or SolveOptions()
    check_solver(options)
    axes = _axes(path, targets, vary or {})
    base = Variant(tuple(settings), scenario)
    combinations = [dict(zip([axis.key for axis in axes], values, strict=True)) for values in _product(axes)]
    variants = [_at(base, values) for values in combinations]
    wanted = BASELINES if baselines else ()
    cases = load_variants(path, [*variants, *(baseline_variant(name, base) for name in wanted)], purpose="solve")
    _refuse_without_target(path, axes, cases[: len(variants)])
    names = [_name(axes, values) for values in combinations]
    tasks = [Task(name, case) for name, case in zip([*names, *wanted], cases, strict=True)]
    executor = Executor(jobs, dask)
    executor.check()
    with gathered(out, runfolder.SWEEP_KIND, force=force) as folder:
        ladders = [*_ladders(axes, tasks[: len(names)]), *([task] for task in tasks[len(names) :])]
        outcomes = {outcome.name: outcome for outcome in solve_batch(ladders, options, executor, folder)}
        beside = tuple(outcomes[name] for name in wanted)
        points = tuple(_point(outcomes[name], values, beside) for name, values in zip(names, combinations, strict=True))
        sweep = Sweep(cases[0].name, cases[0].currency, axes, points, beside, _frontiers(axes, points, beside))
        if folder is not None:
            write_table(sweep.table, folder / runfolder.SWEEP_KIND.table)
            origin = _origin(cases[0], options, sweep)
            runfolder.write_json(folder / runfolder.SWEEP_KIND.record, origin)
    return sweep


# --- what is varied ---------------------------------------------------------------------------------------------------


def _axes(path: Path | str, targets: Sequence[float], vary: Mapping[str, Sequence[Value]]) -> tuple[Axis, ...]:
    """Return the axes; targets come first and rise, other values stay in the order in which they were given."""
    axes = [Axis(CFE, tuple(sorted({float(target) for target in targets})))] if targets else []
    for key, values in vary.items():
        rising = sorted(float(v) for v in values if isinstance(v, int | float)) if key == CFE else values
        axes.append(Axis(key, tuple(dict.fromkeys(rising))))
    keys = [axis.key for axis in axes]
    faults = []
    if not axes or not all(axis.values for axis in axes):
        faults.append("nothing to sweep over; name at least one target, or a key with its values")
    if len(axes) > MOST_AXES:
        faults.append(f"{len(axes)} keys are varied ({listed(keys)}); take {MOST_AXES} at most")
    if len(set(keys)) < len(keys):
        faults.append(f"{CFE} is varied twice; name all of its values at once")
    if faults:
        raise InputError([Fault(str(path), what) for what in faults])
    return tuple(axes)


def _product(axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
    return product(*(axis.values for axis in axes))


def _at(base: Variant, values: Mapping[str, Value]) -> Variant:
    settings = (f"{key}={_written(value)}" for key, value in values.items())
    return Variant((*base.settings, *settings), base.scenario)


def _written(value: Value) -> str:
    """Return a value as `--set` reads it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(axes: Sequence[Axis], values: Mapping[str, Value]) -> str:
    """Return the name of a point: the last words of its keys, as many as tell them apart, each with its value."""
    keys = [axis.key.split(".") for axis in axes]
    words = next(n for n in range(1, max(map(len, keys)) + 1) if len({tuple(key[-n:]) for key in keys}) == len(keys))
    told = (
        f"{'.'.join(key[-words:])}-{value:.12g}" if isinstance(value, float) else f"{'.'.join(key[-words:])}-{value}"
        for key, value in zip(keys, values.values(), strict=True)
    )
    return "+".join(told)


def _ladders(axes: Sequence[Axis], tasks: Sequence[Task]) -> list[Ladder]:
    """Return tasks as ladders: those that differ in the target alone, from the lowest up."""
    if CFE not in [axis.key for axis in axes]:
        return [[task] for task in tasks]
    rungs = next(len(axis.values) for axis in axes if axis.key == CFE)
    if axes[0].key == CFE:
        others = len(tasks) // rungs
        return [tasks[i::others] for i in range(others)]
    return [tasks[i : i + rungs] for i in range(0, len(tasks), rungs)]


def _refuse_without_target(path: Path | str, axes: Sequence[Axis], cases: Sequence[Case]) -> None:
    varies_target = CFE in [axis.key for axis in axes]
    if varies_target and any(demanded(case.target).matching == "none" for case in cases):
        what = "target.matching is none, so that there is nothing to sweep; set it to hourly, monthly or annual"
        raise InputError([Fault(str(path), what)])
    if varies_target and any(demanded(case.target).budget_per_year is not None for case in cases):
        what = (
            "target.budget_per_year is given, and asks for the best share whatever target.cfe is; take it out, or vary "
            "it instead"
        )
        raise InputError([Fault(str(path), what)])


# --- what was found ---------------------------------------------------------------------------------------------------


def _point(outcome: Outcome, values: Mapping[str, Value], baselines: Sequence[Outcome]) -> Point:
    summary = outcome.summary
    premiums = {
        baseline.name: premium_over(summary, baseline.summary)
        for baseline in baselines
        if summary is not None and baseline.summary is not None and not is_baseline(baseline.name, summary["target"])
    }
    return Point(
        outcome.name, values, summary, premiums, outcome.shared_with, error=outcome.error, exit_code=outcome.exit_code
    )


def _frontiers(axes: Sequence[Axis], points: Sequence[Point], baselines: Sequence[Outcome]) -> tuple[Frontier, ...]:
    """Return what the target costs, for each value of the other key."""
    if CFE not in [axis.key for axis in axes]:
        return ()
    others = [axis for axis in axes if axis.key != CFE]
    groups: dict[tuple[Value, ...], list[Point]] = {}
    for point in points:
        groups.setdefault(tuple(point.values[axis.key] for axis in others), []).append(point)
    return tuple(
        frontier_of(
            {axis.key: value for axis, value in zip(others, held, strict=True)},
            [(float(point.cfe or 0.0), point.summary) for point in members],
        )
        for held, members in groups.items()
    )


def _rows(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """Yield the points as flat rows; what a point that cannot be met has no number for is empty."""
    for point in sweep.points:
        yield {
            "point": point.name,
            **{("target_cfe" if key == CFE else key): value for key, value in point.values.items()},
            "shared_with": point.shared_with,
            "error": point.error,
            **({} if point.summary is None else figures(point.summary)),
            **premium_figures(point.premiums, point.summary),
        }


def _origin(case: Case, options: SolveOptions, sweep: Sweep) -> dict[str, Any]:
    """Return the sweep with where its numbers come from; the manifest of each point says the rest."""
    source = case.provenance
    met = [point.summary for point in sweep.points if point.summary is not None]
    return {
        "case": {
            "name": case.name,
            "path": source.path,
            "sha256": source.sha256,
            "scenario": source.scenario,
            "overrides": [asdict(override) for override in source.overrides[: -len(sweep.axes)]],
        },
        "currency": case.currency,
        "carbonmatch": __version__,
        "solver": options.solver if isinstance(options.solver, str) else list(options.solver),
        **in_common(met),
        "target": met[0]["target"] if met else None,
        "axes": [{"key": axis.key, "values": list(axis.values)} for axis in sweep.axes],
        "points": records(sweep.table),
        "baselines": [
            {"point": found.name, "error": found.error, **({} if found.summary is None else figures(found.summary))}
            for found in sweep.baselines
        ],
        "frontiers": [asdict(frontier) for frontier in sweep.frontiers],
    }
