"""Years that follow on each other in one model: what is signed in one of them stays in those after it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.formulation.several_years import YearsOptimum, add_year_blocks, cost_of_years, value_of
from carbonmatch.formulation.target import row
from carbonmatch.records import GrowthOffer, GrowthProblem, YearTerms

SIZES = {"contract": ("contracted_mw",), "storage": ("power_mw", "energy_mwh")}
"""What is signed of an offer, by kind."""


def build_growth(problem: GrowthProblem, *, held: bool = False) -> pyo.ConcreteModel:
    """Return the linear programme of several years that follow on each other.

    Block `year[name]` holds the parts of each year as `build_model` does those of one, its target and its limits
    included. What ties them is `signed[offer, size, year]` alone: see `add_signing`.

    held   the sizes of every year are given, and nothing is signed

    Raises:
        InfeasibleError: a year has nothing to meet its target with; the message names it.
    """
    with PauseGC():
        model = pyo.ConcreteModel(name=problem.first.name)
        add_year_blocks(model, problem)
        if not held:
            add_signing(model, problem)
            add_offered_sizes(model, problem)
        add_present_value(model, problem)
        return model


def add_signing(model: pyo.ConcreteModel, problem: GrowthProblem) -> None:
    """Tie the size of an offer in a year to what was signed before and has not ended.

    size[o, y] = sum_v signed[o, v]                      [MW or MWh], v <= y < v + tenor

    signed   [MW or MWh] >= 0, what is signed of it in year v; no more MW than may be signed in one year

    What is signed stays for its tenor: nothing is given back before. Where the terms of the year of signing go on, what
    was signed in a year is an entry of its own, `name-year`, with a size of its own.
    """
    most = {
        (offer.name, key, signing.signed): offer.max_signed_mw if key.endswith("_mw") else math.inf
        for offer in problem.offers
        for key in _free_sizes(model, problem, offer)
        for signing in offer.signings
    }
    limit = {index: None if math.isinf(size) else size for index, size in most.items()}
    model.signed = pyo.Var(list(most), bounds=lambda _, *index: (0.0, limit[index]), initialize=0.0)
    rows = {
        (year.name, entry, key): (size, [model.signed[offer.name, key, s.signed] for s in signings])
        for offer in problem.offers
        for key in _free_sizes(model, problem, offer)
        for year in problem.years
        for entry in offer.entries(year.name)
        for size, signings in [(_size(model, year, offer, entry, key), offer.in_entry(year.name, entry))]
    }
    model.signed_size = pyo.Constraint(
        list(rows), rule=lambda _, *index: sum(rows[index][1]) - _number_if_fixed(rows[index][0]) == 0.0
    )


def add_offered_sizes(model: pyo.ConcreteModel, problem: GrowthProblem) -> None:
    """Keep an offer of several entries within its limits of a year, all entries together.

    least[o, y] <= sum_e size[e, y] <= most[o, y]        [MW or MWh], e the entries of the offer in force

    An offer that is one entry has its limits as bounds of its size.
    """
    rows: dict[tuple[str, str, str, str], Any] = {}
    for offer in problem.offers:
        for year, limits in offer.together.items():
            for key, (least, most) in limits.items():
                sizes = [model.year[year].component(offer.kind)[entry].component(key) for entry in offer.entries(year)]
                if least > 0.0:
                    rows[year, offer.name, key, "least"] = row(sum(sizes) >= least)
                if not math.isinf(most):
                    rows[year, offer.name, key, "most"] = row(sum(sizes) <= most)
    if rows:
        model.offered_size = pyo.Constraint(list(rows), rule=lambda _, *index: rows[index])


def add_present_value(model: pyo.ConcreteModel, problem: GrowthProblem) -> None:
    """Minimise the present value of what all years cost, at the start of the first one.

    minimise  sum_y (w[y] / f[y]) * total_cost[y]        [currency]
    w[y] = sum_p 1 / (1 + discount_rate)^(p - first)     p the calendar years that year y stands for

    f   hours of its horizon / hours of the year
    """
    model.present_value = pyo.Objective(expr=cost_of_years(model, problem))


def _free_sizes(model: pyo.ConcreteModel, problem: GrowthProblem, offer: GrowthOffer) -> Iterator[str]:
    """Yield what is chosen of an offer; the energy of a storage of given duration follows from its power."""
    for key in SIZES[offer.kind]:
        sizes = [_size(model, y, offer, entry, key) for y in problem.years for entry in offer.entries(y.name)]
        if any(size.ctype is pyo.Var for size in sizes):
            yield key


def _size(model: pyo.ConcreteModel, year: YearTerms, offer: GrowthOffer, entry: str, key: str) -> Any:
    return model.year[year.name].component(offer.kind)[entry].component(key)


def _number_if_fixed(size: Any) -> Any:
    return size.value if size.ctype is pyo.Var and size.fixed else size


class GrowthOptimum(YearsOptimum):
    """The optimum of years that follow on each other."""

    def signed(self, offer: GrowthOffer, key: str) -> dict[str, float]:
        """Return what is signed of an offer, by the year of signing [MW or MWh]; empty where sizes are held.

        The energy of a storage of given duration is that of its entries.
        """
        if not hasattr(self.model, "signed"):
            return {}
        return {
            s.signed: value_of(self.model.signed[offer.name, key, s.signed])
            for s in offer.signings
            if (offer.name, key, s.signed) in self.model.signed
        }
