"""The weeks of a plan: which of them set its cost, and what the weather was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.clean_price import value_of_clean_load, weighted_means
from carbonmatch.accounting.limits import near_mw
from carbonmatch.accounting.score import longest_run
from carbonmatch.records import FloatArray, IntArray, Ledger, LimitPrices, Problem, Solution, ZoneLedger, totals
from carbonmatch.units import FULL_MATCH_TOLERANCE

SUN: Final = frozenset({"solar"})
WIND: Final = frozenset({"onshore_wind", "offshore_wind"})

LITTLE: Final = 0.5
"""An hour with less than this share of the mean has little sun, or little wind."""


def weeks_of(
    problem: Problem, solution: Solution, ledger: Ledger, prices: LimitPrices
) -> dict[str, list[dict[str, Any]]]:
    """Return the local weeks of every zone, Monday to Sunday, in the order of the calendar: {zone: [...]}.

    clean_value               what it is worth that the load of the week is clean: sum of attribute value * load
    firm_capacity_cost        what of the charge for firm grid supply its steps cause: those that need all of it share
                              it by the worth of firm capacity in each
    cost_share                share of the week in the sum of both over the horizon; rank 1 has the largest
    attribute_value_per_mwh, energy_value_per_mwh   mean over the week, weighted by load
    longest_gap_hours         longest unbroken run of its hours with load left unmatched
    wind_share, solar_share   capacity factor of the week as a multiple of the horizon's mean, over all offers of the
                              zone, taken or not; None where it has none
    dark, still               sun, or wind, is below its mean; dark_still: both are
    dark_still_hours          hours in which sun and wind are both below half of their means
    least_stored_share        lowest stored energy of the week, all storage of the zone together, as a share of its
                              size; None without storage
    """
    calendar = _calendar(problem)
    return {
        zone.name: _Zone(problem, solution, zone, z, prices, calendar).weeks() for z, zone in enumerate(ledger.zones)
    }


@dataclass(frozen=True)
class _Calendar:
    """The Monday of every week that the horizon touches, and the number of the week of each step."""

    mondays: pd.DatetimeIndex
    week: IntArray

    @property
    def count(self) -> int:
        return len(self.mondays)

    def sums(self, values: FloatArray) -> FloatArray:
        return totals(self.week, values, self.count)

    def means(self, values: FloatArray, weights: FloatArray) -> FloatArray:
        return weighted_means(values, weights, self.week, self.count)


def _calendar(problem: Problem) -> _Calendar:
    local = problem.time.starts.tz_convert(problem.time.timezone).tz_localize(None).normalize()
    monday = local - pd.to_timedelta(local.day_of_week, unit="D")
    number, mondays = pd.factorize(monday, sort=True)
    return _Calendar(pd.DatetimeIndex(mondays), np.asarray(number, dtype=np.int64))


@dataclass(frozen=True)
class _Zone:
    """One zone of a plan, to be told week by week; `z` is its number."""

    problem: Problem
    solution: Solution
    ledger: ZoneLedger
    z: int
    prices: LimitPrices
    calendar: _Calendar

    def weeks(self) -> list[dict[str, Any]]:
        """Return its weeks in the order of the calendar."""
        shadow, calendar, load = self.solution.shadow_prices, self.calendar, self.ledger.load_mwh
        value = calendar.sums(value_of_clean_load(self.problem, self.solution, self.z))
        firm = calendar.sums(self._firm_capacity_cost())
        cost = value + firm
        whole = float(cost.sum())
        rank = np.empty(calendar.count, dtype=np.int64)
        rank[np.argsort(-cost, kind="stable")] = np.arange(1, calendar.count + 1)
        hours = self.problem.time.hours_per_step
        wind, sun = self._weather(WIND), self._weather(SUN)
        little = None if wind is None or sun is None else np.where((wind < LITTLE) & (sun < LITTLE), hours, 0.0)
        columns: dict[str, list[Any]] = {
            "monday": [f"{monday:%Y-%m-%d}" for monday in calendar.mondays],
            "iso_week": [int(monday.isocalendar().week) for monday in calendar.mondays],
            "hours": calendar.sums(np.full(len(load), hours)).tolist(),
            "load_mwh": calendar.sums(load).tolist(),
            "unmatched_mwh": calendar.sums(self.ledger.unmatched_mwh).tolist(),
            "longest_gap_hours": self._longest_gaps(),
            "attribute_value_per_mwh": calendar.means(shadow.attribute_value_per_mwh[self.z], load).tolist(),
            "energy_value_per_mwh": calendar.means(shadow.energy_value_per_mwh[self.z], load).tolist(),
            "clean_value": value.tolist(),
            "firm_capacity_cost": firm.tolist(),
            "cost_share": (cost / whole).tolist() if whole > 0.0 else [None] * calendar.count,
            "rank": rank.tolist(),
            "wind_share": self._by_week(wind),
            "solar_share": self._by_week(sun),
            "dark_still_hours": [None] * calendar.count if little is None else calendar.sums(little).tolist(),
            "least_stored_share": self._least_stored(),
        }
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return [{**row, **_dark_and_still(row["solar_share"], row["wind_share"])} for row in rows]

    def _firm_capacity_cost(self) -> FloatArray:
        """Return the charge for firm grid supply of the sites, by the steps that cause it [currency].

        Of supply that is reserved already it is what that is worth in them.
        """
        cost = np.zeros(self.problem.time.steps)
        for s, site in enumerate(self.problem.sites):
            if site.zone == self.z:
                reserved = float(self.solution.firm_capacity_mw[s]) * self.problem.time.hours_per_step
                cost += self.prices.firm_capacity_per_mwh[s] * reserved
        return cost

    def _weather(self, technologies: frozenset[str]) -> FloatArray | None:
        """Return what one MW of every offer of a kind generates in each step, as a multiple of its mean."""
        offers = [
            contract.available_mwh_per_mw
            for contract in self.problem.contracts
            if contract.zone == self.z and contract.technology in technologies
        ]
        available = np.sum(offers, axis=0) if offers else np.zeros(self.problem.time.steps)
        shares: FloatArray = available / float(available.mean() or 1.0)
        return shares if available.any() else None

    def _by_week(self, weather: FloatArray | None) -> list[Any]:
        if weather is None:
            return [None] * self.calendar.count
        means: list[Any] = self.calendar.means(weather, np.ones_like(weather)).tolist()
        return means

    def _longest_gaps(self) -> list[float]:
        gap = self.ledger.unmatched_mwh > FULL_MATCH_TOLERANCE * self.ledger.load_mwh
        hours = self.problem.time.hours_per_step
        return [longest_run(gap[self.calendar.week == w]) * hours for w in range(self.calendar.count)]

    def _least_stored(self) -> list[Any]:
        built = [b for b, storage in enumerate(self.problem.storage) if storage.zone == self.z]
        size = float(self.solution.energy_mwh[built].sum())
        if size <= near_mw(self.problem):
            return [None] * self.calendar.count
        stored = (self.solution.clean_state_of_charge_mwh + self.solution.grey_state_of_charge_mwh)[built].sum(axis=0)
        least = np.full(self.calendar.count, np.inf)
        np.minimum.at(least, self.calendar.week, stored / size)
        return list(map(float, least))


def _dark_and_still(solar_share: float | None, wind_share: float | None) -> dict[str, bool | None]:
    dark = None if solar_share is None else bool(solar_share < 1.0)
    still = None if wind_share is None else bool(wind_share < 1.0)
    return {"dark": dark, "still": still, "dark_still": None if dark is None or still is None else dark and still}
