"""What all models of several years share: a block for each year, their cost in one sum, the optimum year by year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation.build import add_demands, add_parts
from carbonmatch.formulation.matching import ZoneFlows
from carbonmatch.records import FloatArray, Optimum, Problem, SeveralYears, YearTerms


def add_year_blocks(model: pyo.ConcreteModel, problem: SeveralYears) -> dict[str, list[ZoneFlows]]:
    """Add block `year[name]` with the parts of each year as `build_model` does those of one; return their flows.

    Raises:
        InfeasibleError: a year has nothing to meet its target with; the message names it.
    """
    model.year = pyo.Block([year.name for year in problem.years])
    flows: dict[str, list[ZoneFlows]] = {}
    for year in problem.years:
        block, terms = model.year[year.name], problem.by_itself(year)
        try:
            flows[year.name] = add_parts(block, terms)
            add_demands(block, terms, flows[year.name])
        except InfeasibleError as error:
            raise InfeasibleError(f"{problem.noun.capitalize()} {year.name}: {error}") from error
    return flows


def cost_of_years(model: pyo.ConcreteModel, problem: SeveralYears) -> pyo.Expression:
    """Return what all years cost, each as it counts: sum_y (w[y] / f[y]) * total_cost[y] [currency per year].

    w   weight of the year;  f   hours of its horizon / hours of the year
    """
    return sum(year.per_year * cost for year in problem.years for cost in model.year[year.name].cost.values())


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


class YearsOptimum:
    """The optimum of several years, read year by year."""

    def __init__(self, model: pyo.ConcreteModel, problem: SeveralYears, optimum: Optimum) -> None:
        for variable, value in zip(optimum.columns, optimum.values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)
        self.model = model
        self.problem = problem
        self.dual: dict[int, float] = dict(zip(map(id, optimum.rows), optimum.duals.tolist(), strict=True))

    def contracts(self, year: YearTerms) -> dict[str, dict[str, float]]:
        """Return the sizes of the contracts in a year: {name: {contracted_mw}}."""
        blocks = self.model.year[year.name].contract.items()
        return {name: {"contracted_mw": value_of(block.contracted_mw)} for name, block in blocks}

    def storage(self, year: YearTerms) -> dict[str, dict[str, float]]:
        """Return the sizes of the storage in a year: {name: {power_mw, energy_mwh}}."""
        return {
            name: {"power_mw": value_of(block.power_mw), "energy_mwh": value_of(block.energy_mwh)}
            for name, block in self.model.year[year.name].storage.items()
        }

    def placements(self, year: YearTerms) -> dict[str, dict[str, dict[str, float]]] | None:
        """Return what is placed where in a year: {name: {site: {placed_mw}}}; None where the case places nothing."""
        placed = {
            name: {site: {"placed_mw": value_of(mw)} for site, mw in block.placed_mw.items()}
            for name, block in self.model.year[year.name].placement.items()
        }
        return placed or None

    def firm_capacity_mw(self, year: YearTerms) -> dict[str, float]:
        """Return the firm supply that is reserved in a year for every site that is charged for it."""
        sites = self.model.year[year.name].site.items()
        return {name: value_of(block.firm_capacity_mw) for name, block in sites if hasattr(block, "firm_capacity_mw")}

    def counted_mwh(self, year: YearTerms) -> tuple[float, ...] | None:
        """Return what each group of zones contributes to the mean target in a year; None where there is none."""
        if not self.problem.mean_target:
            return None
        return tuple(value_of(counted) for counted in self.model.year[year.name].counted_mwh.values())

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


def value_of(term: Any) -> float:
    """Return the number that a variable or an expression has in the optimum."""
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
