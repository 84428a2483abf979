"""What may happen to a portfolio once it is signed: other prices, more load, less wind, plants that are out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.case import Case, Variant, scaled_settings
from carbonmatch.records import TimeTerms
from carbonmatch.study.fix import Sizes
from carbonmatch.tables import read_frame

NOTHING_SHARE: Final = 1e-4
"""A contract or storage below this share of the peak load is not missed when it is out."""

WINDS: Final = frozenset({"onshore_wind", "offshore_wind"})


@dataclass(frozen=True)
class Shock:
    """One thing that may happen.

    name       of its run folder;  words   what a reader is told
    settings   what changes in the case
    sizes      held, where something of the portfolio itself is gone; None for the portfolio as it was signed
    """

    name: str
    words: str
    settings: tuple[str, ...] = ()
    sizes: Sizes | None = None


def built_in_shocks(
    path: Path, variant: Variant, *, case: Case, summary: Mapping[str, Any], plan: Path, sizes: Sizes
) -> Iterator[Shock]:
    """Yield what every portfolio is held against.

    summary   of the plan;  plan   its run folder;  sizes   those that are held
    """

    def scaled(name: str, words: str, factors: dict[str, float]) -> Iterator[Shock]:
        if factors:
            yield Shock(name, words, scaled_settings(path, variant, factors))

    priced = [name for name, zone in case.zones.items() if zone.spot_price_per_mwh is not None]
    for name, words, factor in (
        ("spot-plus-50", "spot prices half as high again", 1.5),
        ("spot-minus-50", "spot prices at half", 0.5),
    ):
        yield from scaled(name, words, {f"zones.{zone}.spot_price_per_mwh": factor for zone in priced})
    yield from scaled("load-plus-10", "load 10 % above plan", {f"sites.{site}.load": 1.1 for site in case.sites})
    taken = _taken(summary)
    for name, words, technologies in (
        ("wind-minus-10", "a still year: 10 % less wind", WINDS),
        ("sun-minus-10", "a dull year: 10 % less sun", frozenset({"solar"})),
    ):
        of_kind = [each for each in taken if case.contracts[each].technology.value in technologies]
        yield from scaled(name, words, {f"contracts.{each}.loss_factor": 0.9 for each in of_kind})
    for each in taken:
        words = f"{each} delivers 15 % less"
        yield from scaled(f"{each}-minus-15", words, {f"contracts.{each}.loss_factor": 0.85})
    months = _worst_months(plan, case)
    for each in taken:
        label, start, end = months[each]
        outage = json.dumps([{"start": start, "end": end}])
        yield Shock(f"{each}-out", f"{each} out in {label}", (f"contracts.{each}.outages={outage}",))
    for each, entry in summary["storage"].items():
        if entry["energy_mwh"] > NOTHING_SHARE * _peak_mw(summary):
            gone = {**sizes.storage, each: {"power_mw": 0.0, "energy_mwh": 0.0}}
            yield Shock(f"{each}-out", f"{each} out all year", sizes=replace(sizes, storage=gone))


def own_shocks(case: Case) -> Iterator[Shock]:
    """Yield what the case itself names under `stress:`."""
    for name, changes in case.stress.items():
        settings = tuple(f"{key}={json.dumps(value, default=str)}" for key, value in changes.items())
        yield Shock(name, name.replace("-", " ").replace("_", " "), settings)


def _taken(summary: Mapping[str, Any]) -> list[str]:
    """Return the contracts that are part of the portfolio."""
    least = NOTHING_SHARE * _peak_mw(summary)
    return [name for name, contract in summary["contracts"].items() if contract["contracted_mw"] > least]


def _peak_mw(summary: Mapping[str, Any]) -> float:
    return float(sum(site["peak_mw"] for site in summary["grid"].values()))


def _worst_months(plan: Path, case: Case) -> dict[str, tuple[str, str, str]]:
    """Return the local month in which each contract matches most, directly and out of storage: label, start, end."""
    time = TimeTerms.of(case.grid)
    table = read_frame(plan / runfolder.CONTRACTS)
    table = table.assign(matched=table["matched_mwh"] + table["matched_from_storage_mwh"])
    labels = pd.Series([time.month_labels[month] for month in time.month_of_step], index=time.starts)
    found = {}
    for name, rows in table.groupby("contract"):
        by_month = rows["matched"].groupby(labels.loc[rows["interval_start_utc"]].to_numpy()).sum()
        label = str(by_month.idxmax())
        month = pd.Period(label, freq="M")
        found[str(name)] = (label, f"{month.start_time:%Y-%m-%d}", f"{(month + 1).start_time:%Y-%m-%d}")
    return found
