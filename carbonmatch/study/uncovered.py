"""The hours that stay uncovered: how many, when, how long, and what no offer could change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonmatch.records import FloatArray, IntArray, Problem
from carbonmatch.units import FULL_MATCH_TOLERANCE

GAPS_TOLD: Final = 5
"""The worst gaps are told; a year may hold hundreds."""

HOURS_PER_PART: Final = 3
"""Parts of the day that are told: 0-3, 3-6 and so on."""

MOST: Final = 0.75
"""Share of the uncovered hours that a span of the day, or of the year, must hold to be named."""

LONGEST_PART_OF_DAY: Final = 16
LONGEST_PART_OF_YEAR: Final = 6
"""Spans that are longer [h, months] say nothing, and are not named."""


@dataclass(frozen=True)
class Gap:
    """Hours in a row with load that stays uncovered. The end is exclusive."""

    start_utc: datetime
    end_utc: datetime
    hours: float
    unmatched_mwh: float


@dataclass(frozen=True)
class Part:
    """A month, or a part of the day on the local clock: its load, and what of it stays uncovered.

    hours   in which any load stays uncovered
    """

    name: str
    hours: float
    unmatched_mwh: float
    load_mwh: float


@dataclass(frozen=True)
class Uncovered:
    """The load that stays uncovered at the best score in reach, in one way of running the portfolio that reaches it.

    zone                the zone that it is of; None where it is of all together
    hours               in which any load stays uncovered
    usual_hours         first hour and end of the part of the day that holds most of them, local; None if none does
    usual_months        first and last month (1..12) of the part of the year that holds most of them; None likewise
    without_offer_hours, without_offer_load_mwh   hours in which no offer of the zone can give anything, whatever is
                        contracted, and their load
    gaps                the worst ones, by energy
    months, day         all months, and all parts of the day
    """

    zone: str | None
    hours: float
    unmatched_mwh: float
    load_mwh: float
    usual_hours: tuple[int, int] | None
    usual_months: tuple[int, int] | None
    without_offer_hours: float
    without_offer_load_mwh: float
    gaps: tuple[Gap, ...]
    months: tuple[Part, ...]
    day: tuple[Part, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The same for machines: stamps as text."""
        gaps = [
            {**asdict(gap), "start_utc": gap.start_utc.isoformat(), "end_utc": gap.end_utc.isoformat()}
            for gap in self.gaps
        ]
        return {**asdict(self), "gaps": gaps}


@dataclass(frozen=True)
class Volume:
    """What is contracted for a period of the target, against the load of the zones that meet it together.

    zone     None where all zones meet it together
    period   a month such as 2018-01; None for the whole of the case
    """

    zone: str | None
    period: str | None
    load_mwh: float
    contracted_mwh: float


def contracted_volumes(
    problem: Problem, unmatched_mwh: FloatArray, excess_mwh: FloatArray, zones: Sequence[int]
) -> list[Volume]:
    """Return what is contracted in every period of the target: load - unmatched + excess, (zones, steps) each."""
    chosen, time, monthly = list(zones), problem.time, problem.target.matching == "monthly"
    load = np.stack([problem.zones[z].load_mwh for z in chosen]).sum(axis=0)
    contracted = load + (excess_mwh - unmatched_mwh)[chosen].sum(axis=0)
    period = time.month_of_step if monthly else np.zeros(time.steps, dtype=np.int64)
    names = time.month_labels if monthly else (None,)
    name = problem.zones[chosen[0]].name if len(chosen) < len(problem.zones) else None
    return [
        Volume(name, label, *amounts)
        for label, *amounts in zip(
            names, np.bincount(period, load).tolist(), np.bincount(period, contracted).tolist(), strict=True
        )
    ]


def uncovered_hours(
    problem: Problem, unmatched_mwh: FloatArray, zones: Sequence[int], weights: FloatArray
) -> Uncovered:
    """Return where load stays uncovered.

    Args:
        problem: whose best score it is.
        unmatched_mwh: (zones, steps) what is left unmatched at the best score.
        zones: numbers of the zones that are looked at, all together.
        weights: (zones, steps) what an unmatched MWh takes from the score; where it is nothing, nothing is missing.
    """
    time, chosen = problem.time, list(zones)
    h = time.hours_per_step
    counted = weights > 0.0
    load = np.stack([zone.load_mwh for zone in problem.zones])
    open_load = np.where(counted & (unmatched_mwh > FULL_MATCH_TOLERANCE * load), unmatched_mwh, 0.0)[chosen].sum(
        axis=0
    )
    is_open = open_load > 0.0
    without = np.stack([~_served(problem, z) for z in chosen]) & counted[chosen] & (load[chosen] > 0.0)
    total = load[chosen].sum(axis=0)
    local = time.starts.tz_convert(time.timezone)
    part_of_day = (local.hour // HOURS_PER_PART).to_numpy(np.int64)
    parts = [f"{p * HOURS_PER_PART:02d}:00-{(p + 1) * HOURS_PER_PART:02d}:00" for p in range(24 // HOURS_PER_PART)]
    return Uncovered(
        zone=problem.zones[chosen[0]].name if len(chosen) < len(problem.zones) else None,
        hours=h * int(is_open.sum()),
        unmatched_mwh=float(open_load.sum()),
        load_mwh=float(total.sum()),
        usual_hours=_usual_hours(local[is_open].hour.to_numpy(np.int64)) if h <= 1.0 else None,
        usual_months=_usual_months(time.month_of_step[is_open], time.month_labels),
        without_offer_hours=h * int(without.any(axis=0).sum()),
        without_offer_load_mwh=float(load[chosen][without].sum()),
        gaps=_gaps(open_load, time.starts, h),
        months=_parts(time.month_of_step, time.month_labels, open_load, total, h),
        day=tuple(p for p in _parts(part_of_day, parts, open_load, total, h) if p.load_mwh > 0.0),
    )


def _served(problem: Problem, zone: int) -> NDArray[np.bool_]:
    """Tell in which steps any offer of a zone can generate, at any size; in all of them where one can store."""
    if any(pool.clean for storage in problem.storage if storage.zone == zone for pool in storage.pools):
        return np.ones(problem.time.steps, dtype=bool)
    offers = [c.claimable_mwh(c.available_mwh_per_mw) > 0.0 for c in problem.contracts if c.zone == zone and c.eligible]
    return np.any(offers, axis=0) if offers else np.zeros(problem.time.steps, dtype=bool)


def _gaps(open_load: FloatArray, starts: pd.DatetimeIndex, h: float) -> tuple[Gap, ...]:
    """Return the worst runs of open steps, the worst one first."""
    edges = np.diff(np.concatenate([[0], (open_load > 0.0).astype(np.int64), [0]]))
    length = pd.Timedelta(hours=h)
    gaps = [
        Gap(
            start_utc=starts[first].to_pydatetime(),
            end_utc=(starts[last - 1] + length).to_pydatetime(),
            hours=h * int(last - first),
            unmatched_mwh=float(open_load[first:last].sum()),
        )
        for first, last in zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.unmatched_mwh, gap.start_utc))[:GAPS_TOLD])


def _parts(
    number: IntArray, names: Sequence[str], open_load: FloatArray, load: FloatArray, h: float
) -> tuple[Part, ...]:
    count = len(names)
    hours = h * np.bincount(number[open_load > 0.0], minlength=count)
    unmatched, total = (np.bincount(number, flow, count) for flow in (open_load, load))
    return tuple(Part(*row) for row in zip(names, hours.tolist(), unmatched.tolist(), total.tolist(), strict=True))


def _usual_hours(hours: IntArray) -> tuple[int, int] | None:
    """Return first hour and end of the part of the day that holds most of some hours."""
    found = _usual(np.bincount(hours, minlength=24), LONGEST_PART_OF_DAY, wraps=True)
    return None if found is None else (found[0], sum(found) % 24)


def _usual_months(months: IntArray, labels: tuple[str, ...]) -> tuple[int, int] | None:
    """Return first and last month (1..12) of the part of the year that holds most of some steps."""
    first = int(labels[0][-2:]) - 1
    if len(labels) < 12:  # part of a year: what is named must still be a part of that
        found = _usual(np.bincount(months, minlength=len(labels)), len(labels) // 2, wraps=False)
    else:
        found = _usual(np.bincount((months + first) % 12, minlength=12), LONGEST_PART_OF_YEAR, wraps=True)
        first = 0
    return None if found is None else ((found[0] + first) % 12 + 1, (sum(found) - 1 + first) % 12 + 1)


def _usual(counts: IntArray, longest: int, *, wraps: bool) -> tuple[int, int] | None:
    """Return start and length of the run of places that is usual; None if none is.

    It is the shortest one that holds most of what is counted, with the places beside it that hold as much as it does:
    half of its mean, at least.
    """
    places, total = len(counts), int(counts.sum())
    around = np.tile(counts, 3) if wraps else counts
    first = places if wraps else 0
    for length in range(1, min(longest, places) + 1):
        starts = range(first, first + (places if wraps else places - length + 1))
        start = max(starts, key=lambda start: int(around[start : start + length].sum()))
        if not total or around[start : start + length].sum() < MOST * total:
            continue
        enough, end = around[start : start + length].mean() / 2.0, start + length
        while end - start <= longest and start > 0 and around[start - 1] >= enough:
            start -= 1
        while end - start <= longest and end < len(around) and around[end] >= enough:
            end += 1
        return (start % places, end - start) if end - start <= longest else None
    return None
