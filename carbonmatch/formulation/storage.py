"""One storage: its size, its pools of stored energy, its limits, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.core as pyo

from carbonmatch.formulation.choices import add_choice
from carbonmatch.formulation.terms import Flow, linear_sum, size_variable
from carbonmatch.records import PoolTerms, StorageTerms, TimeTerms


@dataclass(frozen=True)
class PoolFlows:
    """Charge and discharge of one pool at the terminals [MWh per step]."""

    terms: PoolTerms
    charge: Flow
    discharge: Flow


def add_storage(block: pyo.Block, storage: StorageTerms, time: TimeTerms) -> list[PoolFlows]:
    """Add the sizes, the pools, the limits and the cost of one storage; return the flows of its pools."""
    block.power_mw = size_variable(storage.min_power_mw, storage.max_power_mw)
    if storage.duration_hours is None:
        block.energy_mwh = size_variable(storage.min_energy_mwh, storage.max_energy_mwh)
    else:
        block.energy_mwh = pyo.Expression(expr=storage.duration_hours * block.power_mw)
    add_choice(block, block.power_mw, storage.choice, storage.min_power_mw, storage.max_power_mw)

    block.pool = pyo.Block([pool.name for pool in storage.pools])
    pools = [block.pool[pool.name] for pool in storage.pools]
    for terms, pool in zip(storage.pools, pools, strict=True):
        add_state_of_charge(pool, storage, time, terms.opening_mwh)
    add_power_limit(block, pools, time)
    add_energy_limits(block, pools, storage, time)
    add_cycle_limit(block, pools, storage, time)
    flows = pool_flows(block, storage)
    block.capacity_cost = pyo.Expression(expr=capacity_cost(block, storage, time))
    block.operation_cost = pyo.Expression(expr=operation_cost(storage, flows))
    block.degradation_cost = pyo.Expression(expr=degradation_cost(storage, flows))
    return flows


def pool_flows(block: pyo.Block, storage: StorageTerms) -> list[PoolFlows]:
    """Return the flows of the pools of a storage that was added."""
    pools = [(terms, block.pool[terms.name]) for terms in storage.pools]
    return [
        PoolFlows(terms, list(pool.charge_mwh.values()), list(pool.discharge_mwh.values())) for terms, pool in pools
    ]


def add_state_of_charge(
    pool: pyo.Block, storage: StorageTerms, time: TimeTerms, opening_mwh: float | None = None
) -> None:
    """Carry stored energy from one step to the next, around the horizon.

    soc[t] = (1 - standing_loss)**h * soc[t-1] + charge_efficiency * charge[t] - discharge[t] / discharge_efficiency

    soc                  [MWh] at the end of the step
    charge, discharge    [MWh per step] at the terminals
    standing_loss        [1/h];  efficiencies in (0, 1], one way: the square root of the round trip
    The first step follows the last one (cyclic), so the year neither borrows nor leaves energy; where an opening state
    is given, it follows that.
    """
    steps = range(time.steps)
    pool.charge_mwh = pyo.Var(steps, bounds=(0.0, None))
    pool.discharge_mwh = pyo.Var(steps, bounds=(0.0, None))
    pool.state_of_charge_mwh = pyo.Var(steps, bounds=(0.0, None))
    charge, discharge, soc = (list(v.values()) for v in (pool.charge_mwh, pool.discharge_mwh, pool.state_of_charge_mwh))
    kept = (1.0 - storage.standing_loss_per_hour) ** time.hours_per_step
    gain, draw = storage.charge_efficiency, 1.0 / storage.discharge_efficiency
    before = [soc[-1] if opening_mwh is None else opening_mwh, *soc[:-1]]
    pool.state_of_charge_balance = pyo.Constraint(
        steps, rule=lambda _, t: soc[t] - kept * before[t] - gain * charge[t] + draw * discharge[t] == 0.0
    )


def add_power_limit(block: pyo.Block, pools: list[pyo.Block], time: TimeTerms) -> None:
    """Keep charge and discharge of all pools together within the power of the storage.

    charge[t] + discharge[t] <= power_mw * h             [MWh per step]
    """
    hours, power = time.hours_per_step, block.power_mw
    block.power_limit = pyo.Constraint(
        range(time.steps),
        rule=lambda _, t: sum(pool.charge_mwh[t] + pool.discharge_mwh[t] for pool in pools) - hours * power <= 0.0,
    )


def add_energy_limits(block: pyo.Block, pools: list[pyo.Block], storage: StorageTerms, time: TimeTerms) -> None:
    """Keep the energy stored in all pools together between its least share and the size of the storage.

    min_state_of_charge * energy_mwh <= soc[t] <= energy_mwh        [MWh]

    Where an opening state is given, the least share asks for no more than what is left of that state by itself: no one
    can be held to energy that is not there.
    """
    share, energy = storage.min_state_of_charge, block.energy_mwh
    block.energy_limit = pyo.Constraint(
        range(time.steps), rule=lambda _, t: sum(pool.state_of_charge_mwh[t] for pool in pools) - energy <= 0.0
    )
    if share > 0.0:
        kept = (1.0 - storage.standing_loss_per_hour) ** time.hours_per_step
        held = [pool.opening_mwh for pool in storage.pools if pool.opening_mwh is not None]

        def least_energy(_: pyo.Block, t: int) -> pyo.Expression:
            stored = sum(pool.state_of_charge_mwh[t] for pool in pools)
            left = sum(held) * kept ** (t + 1)
            if held and left < share * storage.max_energy_mwh:
                return stored >= left
            return stored - share * energy >= 0.0

        block.least_energy = pyo.Constraint(range(time.steps), rule=least_energy)


def add_cycle_limit(block: pyo.Block, pools: list[pyo.Block], storage: StorageTerms, time: TimeTerms) -> None:
    """Limit what is drawn over the horizon to a number of full cycles.

    sum_t discharge[t] / cycle_efficiency <= cycles_per_year * year_fraction * energy_mwh        [MWh]

    cycle_efficiency is the discharge efficiency where cycles count stored energy, 1 where they count delivered energy.
    """
    if np.isinf(storage.cycles_per_year):
        return
    discharged = [variable for pool in pools for variable in pool.discharge_mwh.values()]
    drawn = linear_sum([1.0 / storage.cycle_efficiency] * len(discharged), discharged)
    block.cycle_limit = pyo.Constraint(
        expr=drawn - storage.cycles_per_year * time.year_fraction * block.energy_mwh <= 0.0
    )


def capacity_cost(block: pyo.Block, storage: StorageTerms, time: TimeTerms) -> pyo.Expression:
    """What the size costs over the horizon [currency].

    (power_cost * power_mw + energy_cost * energy_mwh) * year_fraction

    power_cost [currency/MW/year], energy_cost [currency/MWh/year]
    """
    per_year = storage.power_cost_per_mw_year * block.power_mw + storage.energy_cost_per_mwh_year * block.energy_mwh
    return time.year_fraction * per_year


def operation_cost(storage: StorageTerms, flows: list[PoolFlows]) -> pyo.Expression:
    """What charging and discharging cost over the horizon, all pools together [currency].

    sum_t discharge_cost * discharge[t] + charge_price[t] * charge[t] - discharge_price[t] * discharge[t]

    clean pool: both prices 0, for the energy is paid for under its contract and delivered like it
    spot pool:  both the spot price
    grey pool:  charge_price = spot + margin; discharge_price 0 where it is delivered
    """
    coefficients: list[float] = []
    variables: list[pyo.Var] = []
    for pool in flows:
        discharging = storage.discharge_cost_per_mwh - pool.terms.discharge_price_per_mwh
        coefficients += [*pool.terms.charge_price_per_mwh.tolist(), *discharging.tolist()]
        variables += [*pool.charge, *pool.discharge]
    return linear_sum(coefficients, variables)


def degradation_cost(storage: StorageTerms, flows: list[PoolFlows]) -> pyo.Expression:
    """What discharging takes of the life of the storage over the horizon, all pools together [currency].

    sum_t degradation_cost_per_mwh * discharge[t]
    """
    discharged = [variable for pool in flows for variable in pool.discharge]
    return linear_sum([storage.degradation_cost_per_mwh] * len(discharged), discharged)
