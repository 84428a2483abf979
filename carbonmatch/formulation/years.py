"""Several weather years in one model: every year has its own operation, and one portfolio serves them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.errors import Fault, InfeasibleError, InputError
from carbonmatch.formulation.build import add_demands, add_parts
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.formulation.target import (
    contracted_volume,
    counted_volumes,
    least_volume,
    row,
    unmatched_limit,
    weighted_unmatched,
)
from carbonmatch.records import (
    FloatArray,
    Optimum,
    Problem,
    YearsProblem,
    YearTerms,
    target_groups,
    target_periods,
)


def build_years(problem: YearsProblem) -> pyo.ConcreteModel:
    """Return the linear programme of several weather years.

    Block `year[name]` holds the parts of each year as `build_model` does those of one, its sizes tied to those of the
    others. Where the target is one of the mean, no year has a target row of its own; every other limit is each year's.

    Raises:
        InputError: subscribed power is to be chosen.
        InfeasibleError: a year has nothing to meet its target with; the message names it.
    """
    free = [
        s.name for s in problem.first.sites if s.tariff.subscription is not None and s.tariff.subscription.mw is None
    ]
    if free:
        what = "is left out, and the best one for several weather years is not looked for; give it"
        raise InputError([Fault(f"sites.{name}.grid.subscribed.mw", what) for name in free])
    with PauseGC():
        model = pyo.ConcreteModel(name=problem.first.name)
        model.year = pyo.Block([year.name for year in problem.years])
        flows: dict[str, list[ZoneFlows]] = {}
        for year in problem.years:
            block, terms = model.year[year.name], problem.by_itself(year)
            try:
                flows[year.name] = add_parts(block, terms)
                add_demands(block, terms, flows[year.name])
            except InfeasibleError as error:
                raise InfeasibleError(f"Weather year {year.name}: {error}") from error
        add_same_sizes(model, problem)
        if problem.mean_target:
            add_mean_target(model, problem, flows)
        add_expected_cost(model, problem)
        return model


def add_same_sizes(model: pyo.ConcreteModel, problem: YearsProblem) -> None:
    """Choose every size once, for all years: contracts, storage and placed MW, and the firm supply of a site.

    size[year] = size[first year]                        [MW or MWh], every year but the first

    Firm supply is signed for ahead like a contract: it has to last for the year that needs most of it.
    """
    first, *others = problem.years
    sizes = dict(free_sizes(model.year[first.name], first.problem))

    def same_size(_: pyo.Block, year: str, size: str) -> pyo.Expression:
        return of_year[year][size] - sizes[size] == 0.0

    of_year = {year.name: dict(free_sizes(model.year[year.name], year.problem)) for year in others}
    model.same_size = pyo.Constraint([(year.name, size) for year in others for size in sizes], rule=same_size)


def free_sizes(block: pyo.Block, problem: Problem) -> Iterator[tuple[str, Any]]:
    """Yield the name and the variable of every size of a year that is not a constant."""
    entities = [
        *((block.contract[contract.name], ("contracted_mw",)) for contract in problem.contracts),
        *((block.storage[storage.name], ("power_mw", "energy_mwh")) for storage in problem.storage),
        *((block.site[site.name], ("firm_capacity_mw",)) for site in problem.sites),
    ]
    for entity, keys in entities:
        for key in keys:
            size = entity.component(key)
            if size is not None and size.ctype is pyo.Var and not size.fixed:
                yield f"{entity.local_name}.{key}", size
    for placement in problem.placements:
        for site, size in block.placement[placement.name].placed_mw.items():
            if not size.fixed:
                yield f"placement[{placement.name}].placed_mw[{site}]", size


def add_mean_target(model: pyo.ConcreteModel, problem: YearsProblem, flows: dict[str, list[ZoneFlows]]) -> None:
    """Let the mean of the years meet the target, each year by its weight.

    sum_y (w[y] / f[y]) * sum_t (1 - g[t]) * unmatched[t] <= (1 - cfe) * sum_y (w[y] / f[y]) * sum_t load[t]
    sum_y (w[y] / f[y]) * sum_t net_contracted[t] >= cfe * sum_y (w[y] / f[y]) * sum_t load[t]

    the first row for hourly matching, the second for annual [MWh per year], for the portfolio or for each zone
    w   weight of the year, all together 1;  f   hours of its horizon / hours of the year
    """
    groups = range(len(target_groups(problem.first)))
    hourly = problem.first.target.matching == "hourly"
    for year in problem.years:
        block = model.year[year.name]
        counted = _unmatched(block, year.problem) if hourly else _contracted(year.problem, flows[year.name])
        block.counted_mwh = pyo.Expression(groups, rule=counted)

    def expected(group: int) -> pyo.Expression:
        return sum(year.per_year * model.year[year.name].counted_mwh[group] for year in problem.years)

    def mean_hourly_target(_: pyo.Block, group: int) -> pyo.Expression:
        most = sum(y.per_year * _most_unmatched(model.year[y.name], y.problem, group) for y in problem.years)
        return row(expected(group) <= most)

    def mean_volume_target(_: pyo.Block, group: int) -> pyo.Expression:
        least = sum(y.per_year * _least_volume(model.year[y.name], y.problem, group) for y in problem.years)
        return row(expected(group) >= least)

    if hourly:
        model.mean_hourly_target = pyo.Constraint(groups, rule=mean_hourly_target)
    else:
        model.mean_volume_target = pyo.Constraint(groups, rule=mean_volume_target)


Counted = Callable[[pyo.Block, int], pyo.Expression]
"""What a group of zones has in a year of that which its target counts [MWh]."""


def _unmatched(block: pyo.Block, problem: Problem) -> Counted:
    return lambda _, group: weighted_unmatched(block, problem, group)


def _contracted(problem: Problem, flows: list[ZoneFlows]) -> Counted:
    (steps,) = target_periods(problem)
    net = counted_volumes(problem, flows)
    return lambda _, group: contracted_volume(problem, net, group, steps)


def _most_unmatched(block: pyo.Block, problem: Problem, group: int) -> Any:
    return unmatched_limit(block, problem, target_groups(problem)[group], problem.target.cfe)


def _least_volume(block: pyo.Block, problem: Problem, group: int) -> Any:
    (steps,) = target_periods(problem)
    return least_volume(block, problem, target_groups(problem)[group], steps, problem.target.cfe)


def add_expected_cost(model: pyo.ConcreteModel, problem: YearsProblem) -> None:
    """Minimise what a year costs on average.

    minimise  sum_y (w[y] / f[y]) * total_cost[y]        [currency per year]

    w   weight of the year, all together 1;  f   hours of its horizon / hours of the year
    """
    model.expected_cost = pyo.Objective(
        expr=sum(year.per_year * cost for year in problem.years for cost in model.year[year.name].cost.values())
    )


class YearsOptimum:
    """The optimum of several years, read year by year."""

    def __init__(self, model: pyo.ConcreteModel, problem: YearsProblem, optimum: Optimum) -> None:
        for variable, value in zip(optimum.columns, optimum.values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)
        self.model = model
        self.problem = problem
        self.dual: dict[int, float] = dict(zip(map(id, optimum.rows), optimum.duals.tolist(), strict=True))

    @property
    def contracts(self) -> dict[str, dict[str, float]]:
        """The sizes of the contracts: {name: {contracted_mw}}."""
        return {name: {"contracted_mw": _value(block.contracted_mw)} for name, block in self._first.contract.items()}

    @property
    def storage(self) -> dict[str, dict[str, float]]:
        """The sizes of the storage: {name: {power_mw, energy_mwh}}."""
        return {
            name: {"power_mw": _value(block.power_mw), "energy_mwh": _value(block.energy_mwh)}
            for name, block in self._first.storage.items()
        }

    @property
    def placements(self) -> dict[str, dict[str, dict[str, float]]] | None:
        """What is placed where: {name: {site: {placed_mw}}}; None where the case places nothing."""
        placed = {
            name: {site: {"placed_mw": _value(mw)} for site, mw in block.placed_mw.items()}
            for name, block in self._first.placement.items()
        }
        return placed or None

    @property
    def firm_capacity_mw(self) -> dict[str, float]:
        """The firm supply that is reserved for every site that is charged for it."""
        sites = self._first.site.items()
        return {name: _value(block.firm_capacity_mw) for name, block in sites if hasattr(block, "firm_capacity_mw")}

    def counted_mwh(self, year: YearTerms) -> tuple[float, ...] | None:
        """Return what each group of zones contributes to the mean target in a year; None where there is none."""
        if not self.problem.mean_target:
            return None
        return tuple(_value(counted) for counted in self.model.year[year.name].counted_mwh.values())

    def vectors(
        self, year: YearTerms, alone: pyo.ConcreteModel, columns: Iterable[Any], rows: Iterable[Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return the values and the duals of a year's own model, its sizes held.

        alone   that model;  columns, rows   of its matrix

        With the sizes held, nothing but a mean target connects the years. Its dual prices what each year contributes
        alike; all other duals of a year count per_year in the whole.
        """
        block = self.model.year[year.name]
        twin = dict(_twins(alone, block, pyo.Var))
        values = np.array([twin[id(column)].value for column in columns], dtype=float)
        twin = dict(_twins(alone, block, pyo.Constraint))

        def dual_of(each: Any) -> float:
            if id(each) in twin:
                return self._dual(twin[id(each)]) / year.per_year
            if each.parent_component().local_name == "hourly_target":
                return self._dual(self.model.mean_hourly_target[each.index()])
            group, _ = each.index()
            return self._dual(self.model.mean_volume_target[group])

        return values, np.array([dual_of(each) for each in rows], dtype=float)

    def _dual(self, each: Any) -> float:
        """Return the dual of a row; one without variables has none, and costs nothing."""
        return self.dual.get(id(each), 0.0)

    @property
    def _first(self) -> pyo.Block:
        return self.model.year[self.problem.years[0].name]


def _value(term: Any) -> float:
    return float(pyo.value(term))


def _twins(block: pyo.Block, other: pyo.Block, kind: type) -> Iterator[tuple[int, Any]]:
    """Yield each variable or row of a block, by identity, with that of the same name in another block."""
    for name, component in block.component_map(kind).items():
        counterpart = other.component(name)
        if counterpart is not None and counterpart.ctype is kind:
            yield from ((id(component[index]), counterpart[index]) for index in component if index in counterpart)
    for name, component in block.component_map(pyo.Block).items():
        for index in component:
            yield from _twins(component[index], other.component(name)[index], kind)
