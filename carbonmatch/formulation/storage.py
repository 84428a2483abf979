"""One storage: its size, its pools of stored energy, its limits, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from carbonmatch.formulation.terms import Flow, linear_sum, size_variable
from carbonmatch.records import FloatArray, StorageTerms, TimeTerms


@dataclass(frozen=True)
class StorageFlows:
    """Charge and discharge at the terminals, per pool [MWh per step]; the grey pool is empty without grid charging."""

    clean_charge: Flow
    clean_discharge: Flow
    grey_charge: Flow
    grey_discharge: Flow


def add_storage(
    block: pyo.Block, storage: StorageTerms, time: TimeTerms, spot_price: FloatArray | None
) -> StorageFlows:
    """Add the size, the pools, the limits and the cost of one storage; return its flows.

    The clean pool is charged from contracted carbon-free energy only. Where grid charging is allowed, a grey pool is
    charged from the grid. Each pool keeps its own energy, so that what went in brown never comes out clean.
    """
    block.power_mw = size_variable(storage.min_power_mw, storage.max_power_mw)
    if storage.duration_hours is None:
        block.energy_mwh = size_variable(storage.min_energy_mwh, storage.max_energy_mwh)
    else:
        block.energy_mwh = pyo.Expression(expr=storage.duration_hours * block.power_mw)

    pools = ["clean"] if storage.grid_charge_price_per_mwh is None else ["clean", "grey"]
    for pool in pools:
        setattr(block, pool, pyo.Block())
        add_state_of_charge(getattr(block, pool), storage, time)
    members = [getattr(block, pool) for pool in pools]
    add_power_limit(block, members, time)
    add_energy_limits(block, members, storage, time)
    add_cycle_limit(block, members, storage, time)
    block.capacity_cost = pyo.Expression(expr=capacity_cost(block, storage, time))
    block.operation_cost = pyo.Expression(expr=operation_cost(members, storage, spot_price))

    flows: dict[str, Flow] = {}
    for pool in ("clean", "grey"):
        for direction in ("charge", "discharge"):
            present = pool in pools
            flow = getattr(getattr(block, pool), f"{direction}_mwh") if present else None
            flows[f"{pool}_{direction}"] = list(flow.values()) if flow is not None else [0.0] * time.steps
    return StorageFlows(**flows)


def add_state_of_charge(pool: pyo.Block, storage: StorageTerms, time: TimeTerms) -> None:
    """Carry stored energy from one step to the next, around the horizon.

    soc[t] = (1 - standing_loss)**h * soc[t-1] + charge_efficiency * charge[t] - discharge[t] / discharge_efficiency

    soc                  [MWh] at the end of the step
    charge, discharge    [MWh per step] at the terminals
    standing_loss        [1/h];  efficiencies in (0, 1], one way: the square root of the round trip
    The first step follows the last one (cyclic), so the year neither borrows nor leaves energy.
    """
    steps = range(time.steps)
    pool.charge_mwh = pyo.Var(steps, bounds=(0.0, None))
    pool.discharge_mwh = pyo.Var(steps, bounds=(0.0, None))
    pool.state_of_charge_mwh = pyo.Var(steps, bounds=(0.0, None))
    charge, discharge, soc = (list(v.values()) for v in (pool.charge_mwh, pool.discharge_mwh, pool.state_of_charge_mwh))
    kept = (1.0 - storage.standing_loss_per_hour) ** time.hours_per_step
    gain, draw = storage.charge_efficiency, 1.0 / storage.discharge_efficiency
    pool.state_of_charge_balance = pyo.Constraint(
        steps, rule=lambda _, t: soc[t] - kept * soc[t - 1] - gain * charge[t] + draw * discharge[t] == 0.0
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
    """
    share, energy = storage.min_state_of_charge, block.energy_mwh
    block.energy_limit = pyo.Constraint(
        range(time.steps), rule=lambda _, t: sum(pool.state_of_charge_mwh[t] for pool in pools) - energy <= 0.0
    )
    if share > 0.0:
        block.least_energy = pyo.Constraint(
            range(time.steps),
            rule=lambda _, t: sum(pool.state_of_charge_mwh[t] for pool in pools) - share * energy >= 0.0,
        )


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


def operation_cost(pools: list[pyo.Block], storage: StorageTerms, spot_price: FloatArray | None) -> pyo.Expression:
    """What charging and discharging cost over the horizon [currency].

    sum_t discharge_cost * discharge[t] + grid_charge_price[t] * grey_charge[t]
    a storage that settles at spot:   + spot_price[t] * (clean_charge[t] - discharge[t])

    Energy that a delivered storage takes from contracts costs nothing here: the contract is paid for it already.
    """
    coefficients: list[float] = []
    variables: list[Any] = []
    for pool in pools:
        grey = pool.local_name == "grey"
        discharge_price = np.full(len(pool.discharge_mwh), storage.discharge_cost_per_mwh)
        charge_price = np.zeros(len(pool.charge_mwh))
        if not storage.delivered and spot_price is not None:
            discharge_price -= spot_price
            charge_price += spot_price
        if grey and storage.grid_charge_price_per_mwh is not None:
            charge_price = storage.grid_charge_price_per_mwh
        coefficients += charge_price.tolist() + discharge_price.tolist()
        variables += list(pool.charge_mwh.values()) + list(pool.discharge_mwh.values())
    return linear_sum(coefficients, variables)
