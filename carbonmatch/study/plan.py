"""A plan that a metered period is set against: the run folder of a solve, read for the same steps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch import runfolder
from carbonmatch.accounting import Balance, Metered
from carbonmatch.errors import Fault, InputError
from carbonmatch.records import FloatArray, Problem
from carbonmatch.tables import read_frame
from carbonmatch.units import LEAST_METERED_MWH, PRIMAL_TOLERANCE
from carbonmatch.wording import listed, nearest

FILES: Final = (runfolder.SUMMARY, runfolder.HOURLY, runfolder.CONTRACTS, runfolder.STORAGE)
"""What of the plan is read; the manifest keeps their hashes."""


@dataclass(frozen=True)
class Plan:
    """What a plan foresaw for the steps of a metered period.

    path, hashes     the run folder as it was named, and the SHA-256 of what was read of it
    case, period     name of its case, and its whole period
    balance          load, generation and storage, (zones, steps) in the order of the metered problem
    generation_mwh   by contract that the plan takes or that is metered, over those steps
    warnings         what of the plan has no counterpart in the meters
    """

    path: str
    hashes: dict[str, str]
    case: str
    period: str
    balance: Balance
    generation_mwh: dict[str, float]
    warnings: tuple[str, ...]


def read_plan(path: Path, metered: Metered) -> Plan:
    """Read a plan for the steps, zones and contracts that were metered.

    Raises:
        InputError: it is no run of `carbonmatch solve`, it is damaged, or it is of other steps, zones or contracts.
    """
    run = runfolder.read_run(path)
    if run.summary.get("kind", "plan") != "plan":
        what = "is a metered run, not a plan; name the run folder of a `carbonmatch solve`"
        raise InputError([Fault(str(path), what)])
    hourly = _frame(path / runfolder.HOURLY, ("interval_start_utc", "zone", *_COLUMNS, "matched_mwh"))
    contracts = _frame(path / runfolder.CONTRACTS, ("interval_start_utc", "contract", "generation_mwh"))
    storage = _frame(path / runfolder.STORAGE, ("storage", "clean_discharge_mwh", "grey_discharge_mwh"))
    problem = metered.problem
    least = max(PRIMAL_TOLERANCE * float(hourly["load_mwh"].sum()), LEAST_METERED_MWH)
    planned = contracts.groupby("contract", sort=False)["generation_mwh"].sum()
    taken = [str(name) for name in planned.index[planned > least]]
    faults = [
        *_other_steps(path, run, hourly, metered),
        *_other_zones(path, hourly, problem),
        *_other_contracts(path, [str(name) for name in planned.index], taken, metered),
    ]
    if faults:
        raise InputError(faults)
    starts = problem.time.starts
    inside = contracts[contracts["interval_start_utc"].isin(starts)]
    generated = inside.groupby("contract", sort=False)["generation_mwh"].sum()
    compared = [*taken, *(c.name for c in problem.contracts if c.name not in taken)]
    return Plan(
        path=str(path),
        hashes={name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in FILES},
        case=str(run.summary.get("case", "")),
        period=_period(hourly, problem.time.timezone),
        balance=_balance(path, hourly, problem),
        generation_mwh={name: float(generated.get(name, 0.0)) for name in compared},
        warnings=tuple(_unmetered_storage(storage, least, problem)),
    )


_COLUMNS: Final = (
    *("load_mwh", "generation_mwh", "charge_mwh", "grey_charge_mwh", "discharge_mwh", "grey_discharge_mwh"),
)


def _frame(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    frame = read_frame(path)
    if frame.empty and path.name != runfolder.HOURLY:  # a plan without contracts, or without storage
        return pd.DataFrame({name: [] for name in columns})
    lacking = [name for name in columns if name not in frame.columns]
    if frame.empty:
        raise InputError([Fault(str(path), "is damaged: it has no rows; run `carbonmatch solve` again")])
    if lacking:
        what = f"has no column {listed(lacking)}: it is not a table of this version; run `carbonmatch solve` again"
        raise InputError([Fault(str(path), what)])
    return frame


def _balance(path: Path, hourly: pd.DataFrame, problem: Problem) -> Balance:
    def stacked(rows: list[FloatArray]) -> FloatArray:
        return np.array(rows).reshape(len(problem.zones), problem.time.steps)

    by_zone = [
        hourly[hourly["zone"] == zone.name].set_index("interval_start_utc").loc[problem.time.starts]
        for zone in problem.zones
    ]
    balance = Balance(
        load_mwh=stacked([rows["load_mwh"].to_numpy(dtype=float) for rows in by_zone]),
        generation_mwh=stacked([rows["generation_mwh"].to_numpy(dtype=float) for rows in by_zone]),
        storage_mwh=stacked(
            [
                (
                    (rows["discharge_mwh"] - rows["grey_discharge_mwh"])
                    - (rows["charge_mwh"] - rows["grey_charge_mwh"])
                ).to_numpy(dtype=float)
                for rows in by_zone
            ]
        ),
    )
    told = stacked([rows["matched_mwh"].to_numpy(dtype=float) for rows in by_zone])
    if not np.abs(balance.matched_mwh - told).max() <= max(PRIMAL_TOLERANCE * told.max(), LEAST_METERED_MWH):
        what = "is damaged: matched does not follow from generation, storage and load; run `carbonmatch solve` again"
        raise InputError([Fault(str(path / runfolder.HOURLY), what)])
    return balance


def _other_steps(path: Path, run: runfolder.RunFolder, hourly: pd.DataFrame, metered: Metered) -> Iterator[Fault]:
    time = metered.problem.time
    hours = run.summary.get("period", {}).get("hours_per_step")
    if hours != time.hours_per_step:
        what = f"has steps of {hours} h, the meters are read in steps of {time.hours_per_step} h; set time.step alike"
        yield Fault(str(path), what)
        return
    absent = time.starts[~time.starts.isin(hourly["interval_start_utc"])]
    if len(absent):
        grid = metered.case.grid
        what = (
            f"covers {_period(hourly, time.timezone)}, the meters {_span(time.starts, time.timezone)}: "
            f"{len(absent):,} of {time.steps:,} steps are not in the plan, the first at {grid.say(absent[0])}; solve "
            "the case for this period first, or choose the period with --set time.start=... and --set time.end=..."
        )
        yield Fault(str(path), what)


def _period(hourly: pd.DataFrame, timezone: str) -> str:
    return _span(pd.DatetimeIndex(hourly["interval_start_utc"].drop_duplicates()), timezone)


def _span(starts: pd.DatetimeIndex, timezone: str) -> str:
    return " to ".join(f"{stamp.tz_convert(timezone):%Y-%m-%d %H:%M}" for stamp in (starts.min(), starts.max()))


def _other_zones(path: Path, hourly: pd.DataFrame, problem: Problem) -> Iterator[Fault]:
    planned, actual = [str(name) for name in hourly["zone"].unique()], [zone.name for zone in problem.zones]
    for name in actual:
        if name not in planned:
            what = f"the plan has no zone of that name{nearest(name, planned)} (it has {listed(planned)})"
            yield Fault(f"{path}: zones.{name}", what)
    for name in planned:
        if name not in actual:
            what = f"is in the plan, and the case has no load there{nearest(name, actual)} (it has {listed(actual)})"
            yield Fault(f"{path}: zones.{name}", what)


def _other_contracts(path: Path, planned: list[str], taken: list[str], metered: Metered) -> Iterator[Fault]:
    actual = [contract.name for contract in metered.problem.contracts]
    for name in actual:
        if name not in planned:
            has = f"it has {listed(planned)}" if planned else "it has none"
            what = f"has a meter, and the plan has no contract of that name{nearest(name, planned)} ({has})"
            yield Fault(f"{path}: contracts.{name}", what)
    for name in taken:
        if name not in actual:
            what = (
                f"the plan takes it, and it has no meter here{nearest(name, actual)}; give "
                f"contracts.{name}.metered_generation_mw, 0 if it did not run"
            )
            yield Fault(f"{path}: contracts.{name}", what)


def _unmetered_storage(storage: pd.DataFrame, least: float, problem: Problem) -> Iterator[str]:
    known = {terms.name for terms in problem.storage}
    if storage.empty:
        return
    given = storage.groupby("storage", sort=False)[["clean_discharge_mwh", "grey_discharge_mwh"]].sum().sum(axis=1)
    for name in given.index[given > least]:
        if name not in known:
            yield f"{name} is in the plan and has no meter: what the plan expects of it counts as a change by storage."
