"""A built model given the numbers of another problem, where its rows and columns would be the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyomo.core as pyo

from carbonmatch.formulation.carbon import carbon_cost
from carbonmatch.formulation.contract import payment
from carbonmatch.formulation.matching import ledgers_coincide, sales
from carbonmatch.formulation.storage import (
    PoolFlows,
    capacity_cost,
    degradation_cost,
    operation_cost,
    pool_flows,
)
from carbonmatch.formulation.supply import energy_cost, firm_capacity_cost
from carbonmatch.records import Problem

_PRICES: Final = frozenset(
    {
        *("strike_per_mwh", "compensation", "reference_price_per_mwh", "capacity_fee_per_mw_year"),
        *("floating_price_per_mwh", "fees_per_mwh", "unsettled", "basis_per_mwh", "first_year_strike_per_mwh"),
        *("power_cost_per_mw_year", "energy_cost_per_mwh_year", "discharge_cost_per_mwh", "degradation_cost_per_mwh"),
        *("charge_price_per_mwh", "discharge_price_per_mwh", "retail_price_per_mwh"),
        *("firm_capacity_charge_per_mw_year", "sale_price_per_mwh", "spot_price_per_mwh", "carbon_price_per_t"),
    }
)
"""Numbers that stand in costs and nowhere else in a model."""

_LIMITS: Final = frozenset({"min_mw", "max_mw", "min_power_mw", "max_power_mw", "min_energy_mwh", "max_energy_mwh"})
"""Bounds of the sizes."""

_SIDES: Final = frozenset({"cfe", "max_surplus_share", "carbon_cap_t_per_year"})
"""Numbers that stand on the right-hand side of a row of the target: see `target_sides`."""


def adapt(model: pyo.ConcreteModel, built: Problem, wanted: Problem) -> bool | None:
    """Give a model that was built for one problem the prices and the limits of another one, in place.

    The right-hand sides of the target are left as they are: `target_sides` names those of the wanted problem.

    Returns:
        Whether anything in the model has changed; it now says what `build_model(wanted)` says, those sides apart. None
        where its rows or columns would be others: it is as it was.
    """
    changes = differing(built, wanted)
    if not changes <= _PRICES | _LIMITS | _SIDES or not _same_shape(built, wanted):
        return None
    if changes & _PRICES:
        _reprice(model, wanted)
    if changes & _LIMITS:
        for variable, least, most in _sizes(model, wanted):
            variable.setlb(least)
            variable.setub(None if math.isinf(most) else most)
    return bool(changes - _SIDES)


def differing(a: Problem, b: Problem) -> set[str]:
    """Return the names of the fields, at any depth, in which two problems differ."""
    return set(_differing(a, b))


def _differing(a: Any, b: Any, name: str = "") -> Iterator[str]:
    """Yield the names of the fields, at any depth, in which two records differ."""
    if type(a) is not type(b):
        yield name
    elif is_dataclass(a):
        for field in fields(a):
            yield from _differing(getattr(a, field.name), getattr(b, field.name), field.name)
    elif isinstance(a, tuple) and len(a) == len(b):
        for first, second in zip(a, b, strict=True):
            yield from _differing(first, second, name)
    elif isinstance(a, np.ndarray):
        if not np.array_equal(a, b):
            yield name
    elif isinstance(a, pd.Index):
        if not a.equals(b):
            yield name
    elif isinstance(a, tuple) or a != b:
        yield name


def _same_shape(built: Problem, wanted: Problem) -> bool:
    """Tell whether prices and limits ask for the same variables: which ledgers there are, which sizes are free."""
    zones = range(len(built.zones))
    return (
        all(ledgers_coincide(built, z) == ledgers_coincide(wanted, z) for z in zones)
        and [s.firm_capacity_charge_per_mw_year > 0.0 for s in built.sites]
        == [s.firm_capacity_charge_per_mw_year > 0.0 for s in wanted.sites]
        and any(b.degradation_cost_per_mwh for b in built.storage)
        == any(b.degradation_cost_per_mwh for b in wanted.storage)
        and _held(built) == _held(wanted)
        and _limits(built) == _limits(wanted)
        and _choices(built) == _choices(wanted)
        and [c.reference_price_per_mwh is None for c in built.contracts]
        == [c.reference_price_per_mwh is None for c in wanted.contracts]
    )


def _limits(problem: Problem) -> list[bool]:
    """Tell which limits there are: neither no limit on surplus nor one of 0, which fixes it, has a row to be moved."""
    target = problem.target
    return [
        target.max_surplus_share == 0.0,
        math.isinf(target.max_surplus_share),
        target.carbon_price_per_t is None,
        target.carbon_cap_t_per_year is None,
    ]


def _held(problem: Problem) -> list[float | None]:
    """Return every size that is held, and None for each one that is free."""
    limits = [
        *((c.min_mw, c.max_mw) for c in problem.contracts),
        *((b.min_power_mw, b.max_power_mw) for b in problem.storage),
        *((b.min_energy_mwh, b.max_energy_mwh) for b in problem.storage),
    ]
    return [least if least == most else None for least, most in limits]


def _choices(problem: Problem) -> list[tuple[object, ...]]:
    """Return the limits of sizes that are whole-number decisions: they stand in rows."""
    return [
        *((c.choice, c.min_mw, c.max_mw) for c in problem.contracts if c.choice is not None),
        *((b.choice, b.min_power_mw, b.max_power_mw) for b in problem.storage if b.choice is not None),
    ]


def _sizes(model: pyo.ConcreteModel, problem: Problem) -> Iterator[tuple[Any, float, float]]:
    """Yield (variable, least, most) of every size that is a variable of its own."""
    for contract in problem.contracts:
        yield model.contract[contract.name].contracted_mw, contract.min_mw, contract.max_mw
    for storage in problem.storage:
        block = model.storage[storage.name]
        yield block.power_mw, storage.min_power_mw, storage.max_power_mw
        if storage.duration_hours is None:
            yield block.energy_mwh, storage.min_energy_mwh, storage.max_energy_mwh
    for placement in problem.placements:
        placed = model.placement[placement.name].placed_mw
        for candidate in placement.open:
            yield placed[problem.sites[candidate.site].name], 0.0, candidate.max_mw


def _reprice(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Write every cost anew, on the variables that are there."""
    time = problem.time
    for contract in problem.contracts:
        block = model.contract[contract.name]
        block.cost.set_value(payment(block, contract, time))
    for storage in problem.storage:
        block = model.storage[storage.name]
        flows: list[PoolFlows] = pool_flows(block, storage)
        block.capacity_cost.set_value(capacity_cost(block, storage, time))
        block.operation_cost.set_value(operation_cost(storage, flows))
        block.degradation_cost.set_value(degradation_cost(storage, flows))
    for site in problem.sites:
        block = model.site[site.name]
        block.energy_cost.set_value(energy_cost(block, site))
        block.firm_capacity_cost.set_value(firm_capacity_cost(block, site, time))
    for zone in problem.zones:
        block = model.zone[zone.name]
        block.sales.set_value(sales(block, zone))
    if problem.target.carbon_price_per_t is not None:
        model.cost["carbon_price"].set_value(carbon_cost(model, problem.target.carbon_price_per_t))
