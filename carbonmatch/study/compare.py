"""Scenarios side by side: of one case, of several cases, or of runs that are there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import __version__, runfolder
from carbonmatch.accounting import Premium, premium_over, why_not_comparable
from carbonmatch.case import Case, Variant, load_variants
from carbonmatch.errors import Fault, InputError
from carbonmatch.runfolder import RunFolder
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.baselines import BASELINES, baseline_variant, is_baseline
from carbonmatch.study.batch import Executor, Outcome, Task, solve_batch
from carbonmatch.study.folder import gathered
from carbonmatch.study.row import figures, in_common, premium_figures, records
from carbonmatch.tables import write_table
from carbonmatch.wording import listed, nearest

_KEYS_OF_A_RUN: Final = ("case", "period", "load_mwh", "currency", "target", "cost", "scores", "scope2", "contracts")


@dataclass(frozen=True)
class Scenario:
    """One of the things compared.

    name       tells it from the others; its run folder is called that where it was solved here
    case       name of its case
    origin     where it comes from: the path of the case, with its scenario, or of the run
    changes    {key: value} of what a scenario or a setting changed in the case
    summary    of its verified run; None where there is none, for the reason in `error`
    baseline   which baseline it is; None where it is none
    premiums   over the baselines of its case, by their names
    """

    name: str
    case: str
    origin: str
    changes: Mapping[str, Any]
    summary: dict[str, Any] | None
    baseline: str | None
    premiums: Mapping[str, Premium]
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Comparison:
    """Scenarios in the order in which they were named, each case's baselines behind it."""

    scenarios: tuple[Scenario, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per scenario, sizes included; money in the currency of each."""
        return pd.DataFrame([_row(scenario) for scenario in self.scenarios])


def compare_cases(
    sources: Sequence[Path | str],
    *,
    scenarios: Sequence[str] | None = None,
    settings: Sequence[str] = (),
    baseline: str | None = None,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    baselines: bool = True,
    out: Path | str | None = None,
    force: bool = False,
) -> Comparison:
    """Set scenarios side by side, with their premiums over a baseline.

    sources     case files, run folders, or both
    scenarios   names of scenarios of the cases; unless given, all those of a case that stands alone, none of several
    baseline    name of the scenario that premiums are told over; unless given, a case without a target and with annual
                matching
    baselines   solve these two for every case that has them not among its scenarios

    A scenario that cannot be met is one with its reason, and the others go on. With `out` every run is kept as it ends.

    Raises:
        InputError: a fault of a case or of a run, an unknown name, or `out` cannot be written; nothing was solved.
    """
    options = options or SolveOptions()
    check_solver(options)
    paths = [Path(source) for source in sources]
    wanted = BASELINES if baselines and baseline is None else ()
    entries = list(_entries(paths, scenarios, settings, wanted))
    names = _distinct([entry.name for entry in entries])
    if baseline is not None and baseline not in names:
        raise InputError([Fault(f"--baseline {baseline}", f"is none of {listed(names)}{nearest(baseline, names)}")])
    tasks = [Task(name, entry.case) for name, entry in zip(names, entries, strict=True) if entry.case is not None]
    executor = Executor(jobs, dask)
    executor.check()
    with gathered(out, runfolder.COMPARISON_KIND, force=force) as folder:
        outcomes = {o.name: o for o in solve_batch([[task] for task in tasks], options, executor, folder)}
        found = [_scenario(name, entry, outcomes.get(name)) for name, entry in zip(names, entries, strict=True)]
        comparison = Comparison(tuple(_with_premiums(found, baseline)))
        if folder is not None:
            write_table(comparison.table, folder / runfolder.COMPARISON_KIND.table)
            runfolder.write_json(folder / runfolder.COMPARISON_KIND.record, _record(comparison, options))
    return comparison


# --- what is compared -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """A case to be solved, or a run that is there."""

    name: str
    origin: str
    case: Case | None = None
    run: RunFolder | None = None


def _entries(
    paths: Sequence[Path], scenarios: Sequence[str] | None, settings: Sequence[str], baselines: Sequence[str]
) -> Iterator[_Entry]:
    """Yield what is compared, in the order of the sources.

    Raises:
        InputError: holds the faults of all of them.
    """
    if not paths:
        raise InputError([Fault("compare", "nothing to compare; name a case, several cases, or run folders")])
    several = sum(not path.is_dir() for path in paths) > 1
    faults: dict[Fault, None] = {}
    found: list[_Entry] = []
    for path in paths:
        try:
            if path.is_dir():
                found.append(_run_entry(path))
            else:
                found += _case_entries(path, scenarios, settings, baselines, several=several)
        except InputError as error:
            faults.update(dict.fromkeys(error.faults))
    if faults:
        raise InputError(faults)
    yield from found


def _run_entry(path: Path) -> _Entry:
    run = runfolder.read_run(path)
    lacks = [key for key in _KEYS_OF_A_RUN if run.summary.get(key) is None]
    if run.summary.get("kind") == "metered":
        raise InputError(
            [Fault(str(path), "has no cost (it was matched, not solved); name a run of `carbonmatch solve`")]
        )
    if lacks:
        what = f"its summary has no {listed(lacks)}: an older carbonmatch wrote it; run the case again"
        raise InputError([Fault(str(path), what)])
    return _Entry(path.absolute().name, str(path), run=run)


def _case_entries(
    path: Path, scenarios: Sequence[str] | None, settings: Sequence[str], baselines: Sequence[str], *, several: bool
) -> Iterator[_Entry]:
    base = Variant(tuple(settings))
    (first,) = load_variants(path, [base], purpose="solve")
    named = [*(() if several else first.scenarios)] if scenarios is None else list(scenarios)
    variants = {name: Variant(base.settings, name) for name in named}
    beside = {name: baseline_variant(name, base) for name in baselines}
    cases = load_variants(path, [*variants.values(), *beside.values()], purpose="solve")
    prefix = f"{first.name}-" if several else ""
    entries = [_Entry(first.name, str(path), first)]
    entries += [
        _Entry(f"{prefix}{name}", f"{path}, scenario {name}", case) for name, case in zip(variants, cases, strict=False)
    ]
    there = {name for entry in entries for name in baselines if is_baseline(name, _target(entry))}
    entries += [
        _Entry(f"{prefix}{name}", str(path), case)
        for name, case in zip(beside, cases[len(variants) :], strict=True)
        if name not in there
    ]
    yield from entries


def _target(entry: _Entry) -> Mapping[str, Any]:
    """Return the target of an entry as a summary tells it."""
    if entry.run is not None:
        return dict(entry.run.summary["target"])
    target = None if entry.case is None else entry.case.target
    return {} if target is None else {"matching": target.matching, "cfe": target.cfe}


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names that tell all from each other: the second of the same name ends with 2."""
    found: list[str] = []
    for name in names:
        number, distinct = 1, name
        while distinct in found:
            number += 1
            distinct = f"{name}-{number}"
        found.append(distinct)
    return found


# --- what was found ---------------------------------------------------------------------------------------------------


def _scenario(name: str, entry: _Entry, outcome: Outcome | None) -> Scenario:
    target = _target(entry)
    baseline = next((word for word in BASELINES if is_baseline(word, target)), None)
    if entry.run is not None:
        told = entry.run.manifest.get("case", {}).get("overrides", [])
        changes = {change["key"]: change["value"] for change in told}
        return Scenario(name, entry.run.summary["case"], entry.origin, changes, entry.run.summary, baseline, {})
    case = entry.case
    if case is None or outcome is None:
        raise TypeError("what is compared is a case with its outcome, or a run")
    changes = {override.key: override.value for override in case.provenance.overrides}
    return Scenario(
        name,
        case.name,
        entry.origin,
        changes,
        outcome.summary,
        baseline,
        {},
        error=outcome.error,
        exit_code=outcome.exit_code,
    )


def _with_premiums(scenarios: Sequence[Scenario], named: str | None) -> Iterator[Scenario]:
    for scenario in scenarios:
        premiums = {}
        for word, other in _baselines_of(scenario, scenarios, named):
            if other is not scenario and scenario.summary is not None and other.summary is not None:
                premiums[word] = premium_over(scenario.summary, other.summary)
        yield Scenario(**{**vars(scenario), "premiums": premiums})


def _baselines_of(
    scenario: Scenario, scenarios: Sequence[Scenario], named: str | None
) -> Iterator[tuple[str, Scenario]]:
    """Yield the baselines that the premium of a scenario is told over: the one that was named, or its case's own."""
    if named is not None:
        yield from ((other.name, other) for other in scenarios if other.name == named)
        return
    for word in BASELINES:
        fitting = [
            other
            for other in scenarios
            if other.baseline == word
            and scenario.summary is not None
            and other.summary is not None
            and not why_not_comparable(scenario.summary, other.summary)
        ]
        own = [other for other in fitting if other.case == scenario.case]
        if own or fitting:
            yield word, (own or fitting)[0]


def _row(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as one flat row; what one that cannot be met has no number for is empty."""
    row: dict[str, Any] = {
        "scenario": scenario.name,
        "case": scenario.case,
        "origin": scenario.origin,
        "baseline": scenario.baseline,
        "error": scenario.error,
    }
    if scenario.summary is None:
        return row
    target = scenario.summary["target"]
    return {
        **row,
        "currency": scenario.summary["currency"],
        "target_matching": target["matching"],
        "target_cfe": target["cfe"],
        **figures(scenario.summary),
        **premium_figures(scenario.premiums, scenario.summary),
    }


def _record(comparison: Comparison, options: SolveOptions) -> dict[str, Any]:
    """Return the comparison with where its numbers come from; the manifest of each run says the rest."""
    rows = records(comparison.table)
    return {
        "kind": "comparison",
        "carbonmatch": __version__,
        "solver": options.solver if isinstance(options.solver, str) else list(options.solver),
        **in_common([scenario.summary for scenario in comparison.scenarios if scenario.summary is not None]),
        "scenarios": [
            {**row, "target": None if scenario.summary is None else scenario.summary["target"], "changes": changes}
            for row, scenario in zip(rows, comparison.scenarios, strict=True)
            for changes in [dict(scenario.changes)]
        ],
    }
