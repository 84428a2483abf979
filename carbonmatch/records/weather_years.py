"""Several weather years of one case: a problem each, and what each of them counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from carbonmatch.records.problem import Problem, Yardstick


@dataclass(frozen=True)
class YearTerms:
    """One weather year of several: the same offers, sites and limits in another year's weather, load and prices.

    weight   how much it counts; the weights of all years add to 1
    """

    name: str
    problem: Problem
    weight: float

    @property
    def per_year(self) -> float:
        """What an amount over the horizon of this year adds to the amount that is expected per year [1/year]."""
        return self.weight / self.problem.time.year_fraction


@dataclass(frozen=True)
class YearsProblem:
    """The weather years over which one portfolio is chosen."""

    years: tuple[YearTerms, ...]

    @property
    def first(self) -> Problem:
        """The problem of the first year; names, offers, limits and target are those of all years."""
        return self.years[0].problem

    @property
    def mean_target(self) -> bool:
        """Whether there is a target row over all years; where all load must be matched, the mean says what each says.

        Excess of one hour never helps another one, and so the mean of years reaches 1 only where each of them does.
        """
        target = self.first.target
        asked = target.matching == "annual" or (target.matching == "hourly" and 0.0 < target.cfe < 1.0)
        return target.years == "expectation" and asked

    def by_itself(self, year: YearTerms) -> Problem:
        """Return the problem of a year with what it has to meet by itself: no target where that is one of the mean."""
        if not self.mean_target:
            return year.problem
        return replace(year.problem, target=replace(year.problem.target, matching="none", cfe=0.0))

    @cached_property
    def yardstick(self) -> Yardstick:
        """What is typical of the years, by the strictest of them: amounts are per year expected, and so are prices."""
        each = [year.problem.yardstick for year in self.years]
        typical = [y.typical_price_per_mwh * year.per_year for y, year in zip(each, self.years, strict=True)]
        return Yardstick(
            peak_load_mwh=min(y.peak_load_mwh for y in each),
            mean_load_mwh=float(np.mean([y.mean_load_mwh for y in each])),
            typical_price_per_mwh=min(typical),
        )
