"""Several years of one model, a problem each: weather years that share their sizes, and years of growth that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from carbonmatch.records.problem import Problem, Yardstick


@dataclass(frozen=True)
class YearTerms:
    """One year of several: a problem of its own, which knows nothing of the others.

    weight   how much it counts: a share of all weather years, which add to 1; in growth its present value factor, the
             discount factors of the years that it stands for
    """

    name: str
    problem: Problem
    weight: float

    @property
    def per_year(self) -> float:
        """What an amount over the horizon of this year adds to the objective of all years [1/year]."""
        return self.weight / self.problem.time.year_fraction


@dataclass(frozen=True)
class SeveralYears:
    """Years that are solved together."""

    years: tuple[YearTerms, ...]

    noun: ClassVar[str] = "year"
    """What one of them is called in messages."""

    @property
    def first(self) -> Problem:
        """The problem of the first year."""
        return self.years[0].problem

    @property
    def mean_target(self) -> bool:
        """Whether there is a target row over all years, instead of one in each of them."""
        return False

    def by_itself(self, year: YearTerms) -> Problem:
        """Return the problem of a year with what it has to meet by itself: no target where that is one of the mean."""
        if not self.mean_target:
            return year.problem
        return replace(year.problem, target=replace(year.problem.target, matching="none", cfe=0.0))

    def alone(self, year: YearTerms) -> Problem:
        """Return the problem of a year as if there were no other: whether it can be met at all."""
        return self.by_itself(year)

    @cached_property
    def yardstick(self) -> Yardstick:
        """What is typical of the years, by the strictest of them: amounts per year, as they count, like prices."""
        each = [year.problem.yardstick for year in self.years]
        typical = [y.typical_price_per_mwh * year.per_year for y, year in zip(each, self.years, strict=True)]
        return Yardstick(
            peak_load_mwh=min(y.peak_load_mwh for y in each),
            mean_load_mwh=float(np.mean([y.mean_load_mwh for y in each])),
            typical_price_per_mwh=min(typical),
        )


@dataclass(frozen=True)
class YearsProblem(SeveralYears):
    """The weather years over which one portfolio is chosen: the same offers, sites and limits in each of them."""

    noun: ClassVar[str] = "weather year"

    @property
    def mean_target(self) -> bool:
        """Whether there is a target row over all years; where all load must be matched, the mean says what each says.

        Excess of one hour never helps another one, and so the mean of years reaches 1 only where each of them does.
        """
        target = self.first.target
        asked = target.matching == "annual" or (target.matching == "hourly" and 0.0 < target.cfe < 1.0)
        return target.years == "expectation" and asked


@dataclass(frozen=True)
class SigningTerms:
    """What may be signed of an offer in one year.

    signed    the year
    entries   what it is called in the problem of each year in which it is in force, by name of the year: that of the
              offer, or of the offer and the year where the terms of the year of signing go on
    """

    signed: str
    entries: Mapping[str, str]


@dataclass(frozen=True)
class GrowthOffer:
    """A contract or a storage that may be signed over the years, and stays for its tenor.

    signings        by year of signing, in order
    max_signed_mw   most that may be signed in one year [MW]; inf where the case names no limit
    together        {year: {size: (least, most)}} of all its entries together [MW or MWh], in years that have several
    """

    kind: Literal["contract", "storage"]
    name: str
    signings: tuple[SigningTerms, ...]
    max_signed_mw: float
    together: Mapping[str, Mapping[str, tuple[float, float]]]

    def entries(self, year: str) -> tuple[str, ...]:
        """Return what is in force of it in a year: the names in the problem of that year, each once."""
        return tuple(dict.fromkeys(s.entries[year] for s in self.signings if year in s.entries))

    def in_entry(self, year: str, entry: str) -> tuple[SigningTerms, ...]:
        """Return the signings that an entry of a year holds."""
        return tuple(s for s in self.signings if s.entries.get(year) == entry)


@dataclass(frozen=True)
class GrowthProblem(SeveralYears):
    """Years that follow on each other: load, prices and targets of their own, and sizes that persist.

    offers          what is signed in one year and stays
    discount_rate   share per year
    calendar        {name of a year: the calendar years that it stands for}
    """

    offers: tuple[GrowthOffer, ...]
    discount_rate: float
    calendar: Mapping[str, tuple[int, ...]]

    def alone(self, year: YearTerms) -> Problem:
        """Return the problem of a year as if all that may be in force in it were signed for it.

        Entries of an offer deliver alike: the latest one stands for all, with the limits of the offer.
        """
        most: dict[tuple[str, str], tuple[float, float]] = {}
        for offer in self.offers:
            *earlier, latest = offer.entries(year.name) or ("",)
            signings = sum(year.name in signing.entries for signing in offer.signings)
            power = "contracted_mw" if offer.kind == "contract" else "power_mw"
            own = offer.together.get(year.name, {}).get(power, (0.0, math.inf))[1]
            most[offer.kind, latest] = min(own, signings * offer.max_signed_mw if signings else 0.0), 1.0
            most.update(dict.fromkeys(((offer.kind, entry) for entry in earlier), (0.0, 0.0)))
        return replace(
            year.problem,
            contracts=tuple(
                replace(c, min_mw=min(c.min_mw, limit), max_mw=min(c.max_mw, limit))
                for c in year.problem.contracts
                for limit, _ in [most.get(("contract", c.name), (math.inf, 1.0))]
            ),
            storage=tuple(
                replace(
                    s,
                    min_power_mw=min(s.min_power_mw, limit),
                    max_power_mw=min(s.max_power_mw, limit),
                    min_energy_mwh=s.min_energy_mwh if some else 0.0,
                    max_energy_mwh=s.max_energy_mwh if some else 0.0,
                )
                for s in year.problem.storage
                for limit, some in [most.get(("storage", s.name), (math.inf, 1.0))]
            ),
        )
