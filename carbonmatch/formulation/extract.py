"""From an optimum back to the terms of the problem. Costs are read from the model's own named expressions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.formulation.hybrid import pairing_prices
from carbonmatch.formulation.matching import score_weights
from carbonmatch.formulation.site_load import load_changes
from carbonmatch.formulation.tariff import subscribed_mw
from carbonmatch.formulation.terms import Flow
from carbonmatch.records import FloatArray, Optimum, Problem, ShadowPrices, Solution


def extract_solution(model: pyo.ConcreteModel, problem: Problem, optimum: Optimum) -> Solution:
    """Return the optimum of a model as arrays in the terms of its problem."""
    set_values(model, optimum.columns, optimum.values)
    contracts = [model.contract[c.name] for c in problem.contracts]
    storage = [model.storage[b.name] for b in problem.storage]
    sites = [model.site[s.name] for s in problem.sites]
    zones = [model.zone[z.name] for z in problem.zones]
    steps = problem.time.steps

    contracted = np.array([block.contracted_mw.value for block in contracts], dtype=float)
    generation = np.zeros((len(contracts), steps))
    available = np.zeros((len(contracts), steps))
    curtailed = np.zeros((len(contracts), steps))
    for i, contract in enumerate(problem.contracts):
        available[i] = contract.available_mwh_per_mw * contracted[i]
        generation[i] = contract.least_mwh_per_mw * contracted[i]
        for t, dispatched in contracts[i].dispatched_mwh.items():
            generation[i, t] += dispatched.value
        if not contract.dispatchable:
            curtailed[i] = np.maximum(available[i] - generation[i], 0.0)
    delivered = np.zeros((len(contracts), steps))
    for i, contract in enumerate(problem.contracts):
        delivered[i] = contract.delivered_mwh(contracted[i], generation[i])
    pooled, from_storage = _storage_flows(model, problem)
    retail = _stack([values(site.retail_supply_mwh) for site in sites], steps)
    firm = [
        site.firm_capacity_mw.value if hasattr(site, "firm_capacity_mw") else most / problem.time.hours_per_step
        for site, most in zip(sites, retail.max(axis=1), strict=True)
    ]
    changes = load_changes(model, problem)
    served = problem.as_served(changes)
    imported, exported = metered_flows(model, served)
    unmatched, excess = matching_flows(model, problem)
    weights = np.stack([score_weights(z, grid_credit=problem.target.grid_credit) for z in problem.zones])

    return Solution(
        contracted_mw=contracted,
        generation_mwh=generation,
        curtailed_mwh=curtailed,
        delivered_mwh=delivered,
        power_mw=np.array([pyo.value(block.power_mw) for block in storage], dtype=float),
        energy_mwh=np.array([pyo.value(block.energy_mwh) for block in storage], dtype=float),
        clean_charge_mwh=pooled["charge_mwh", True],
        clean_discharge_mwh=pooled["discharge_mwh", True],
        clean_state_of_charge_mwh=pooled["state_of_charge_mwh", True],
        grey_charge_mwh=pooled["charge_mwh", False],
        grey_discharge_mwh=pooled["discharge_mwh", False],
        grey_state_of_charge_mwh=pooled["state_of_charge_mwh", False],
        storage_net_delivery_mwh=from_storage,
        retail_supply_mwh=retail,
        firm_capacity_mw=np.array(firm, dtype=float),
        sold_mwh=_stack([values(zone.sold_mwh) for zone in zones], steps),
        unmatched_mwh=unmatched,
        excess_mwh=excess,
        merged_ledgers=tuple(not hasattr(zone, "attribute_balance") for zone in zones),
        cost={component: float(pyo.value(model.cost[component])) + 0.0 for component in model.cost},  # no -0.0
        contract_cost={name: float(pyo.value(block.cost)) for name, block in model.contract.items()},
        storage_cost={name: sum(_storage_cost(block).values()) for name, block in model.storage.items()},
        storage_cost_parts={name: _storage_cost(block) for name, block in model.storage.items()},
        objective=float(pyo.value(model.total_cost)),
        model_score=1.0 - float((weights * unmatched).sum()) / served.total_load_mwh,
        shadow_prices=shadow_prices(model, served, optimum),
        carbon_t=sum(float(pyo.value(zone.carbon_t)) for zone in zones) if problem.target.counts_carbon else None,
        unused_mwh=_unused(model, problem),
        yearly_certificates_mwh=_yearly(problem, contracted),
        subscribed_mw=subscribed_mw(model, problem),
        metered_import_mwh=imported,
        metered_export_mwh=exported,
        load_changes=changes,
    )


def _unused(model: pyo.ConcreteModel, problem: Problem) -> FloatArray | None:
    """Return what is paid for and not taken, in the last step of each settlement period, (contracts, steps)."""
    if not any(contract.volume is not None and contract.volume.settled for contract in problem.contracts):
        return None
    unused = np.zeros((len(problem.contracts), problem.time.steps))
    for i, contract in enumerate(problem.contracts):
        for period, steps in ({} if contract.volume is None else contract.volume.settled).items():
            unused[i, steps[-1]] = model.contract[contract.name].unused_mwh[period].value
    return unused


def _yearly(problem: Problem, contracted_mw: FloatArray) -> FloatArray | None:
    """Return certificates of the year that are bought, (contracts, steps); None where the case has no such contract."""
    if not any(contract.yearly for contract in problem.contracts):
        return None
    bought = zip(problem.contracts, contracted_mw.tolist(), strict=True)
    return np.stack([contract.yearly_mwh(size) for contract, size in bought])


def set_values(model: pyo.ConcreteModel, columns: Sequence[Any], numbers: FloatArray) -> None:
    """Give every variable of a model the value of its column."""
    for variable, value in zip(columns, numbers.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    for variable in model.component_data_objects(pyo.Var):
        if variable.value is None:  # a column that nothing refers to: it costs nothing and limits nothing
            variable.set_value(variable.lb or 0.0, skip_validation=True)


def metered_flows(model: pyo.ConcreteModel, problem: Problem) -> tuple[FloatArray | None, FloatArray | None]:
    """Return metered import and export, (sites, steps); None where nothing stands behind any meter [MWh per step]."""
    metered = [s for s in range(len(problem.sites)) if problem.behind_meter(s)]
    if not metered:
        return None, None
    imported = np.stack([site.load_mwh for site in problem.sites])
    exported = np.zeros_like(imported)
    for s in metered:
        block = model.site[problem.sites[s].name]
        imported[s], exported[s] = values(block.metered_import_mwh), values(block.metered_export_mwh)
    return imported, exported


def share_reached(model: pyo.ConcreteModel, optimum: Optimum) -> float:
    """Return the share of the load that the optimum of a model of `build_reach_model` reaches, 0..1."""
    set_values(model, optimum.columns, optimum.values)
    return min(1.0, float(pyo.value(model.share)))


def matching_flows(model: pyo.ConcreteModel, problem: Problem) -> tuple[FloatArray, FloatArray]:
    """Return unmatched load and excess, (zones, steps), of a model that has its values [MWh per step]."""
    zones = [model.zone[z.name] for z in problem.zones]
    steps = problem.time.steps
    unmatched, excess = ([values(getattr(zone, flow)) for zone in zones] for flow in ("unmatched", "excess"))
    return _stack(unmatched, steps), _stack(excess, steps)


def shadow_prices(model: pyo.ConcreteModel, problem: Problem, optimum: Optimum) -> ShadowPrices:
    """Return the prices that the duals stand for; `problem` has the load that was served.

    A dual is d(cost) / d(right-hand side). The energy balance has the load on its right: its dual is the worth of one
    more MWh in the zone in that hour. In a zone with one set of variables that worth is of energy and claim together;
    the energy is worth no less than its sale and no more than the retail supply it replaces (with the firm capacity
    that goes with it), and what is left is the claim's. Under a target over the year or the month, every contracted MWh
    earns the dual of its row besides.
    """
    dual = {id(row): value for row, value in zip(optimum.rows, optimum.duals.tolist(), strict=True)}
    steps = problem.time.steps
    energy = np.zeros((len(problem.zones), steps))
    attribute = np.zeros((len(problem.zones), steps))
    premium = np.full(len(problem.zones), math.nan)
    floors = np.zeros(len(problem.zones)) if any(problem.target.zone_floors) else None
    for z, zone in enumerate(problem.zones):
        block = model.zone[zone.name]
        energy[z] = _duals(block.energy_balance, dual, steps)
        if hasattr(block, "attribute_balance"):
            attribute[z] = _duals(block.attribute_balance, dual, steps)
        else:
            both = energy[z].copy()
            retail = np.full(steps, math.inf)
            for site in (s for s in problem.sites if s.zone == z):
                firm = getattr(model.site[site.name], "firm_capacity_limit", None)
                reserve = _duals(firm, dual, steps) if firm is not None else np.zeros(steps)
                retail = np.minimum(retail, site.retail_price_per_mwh - reserve)
            energy[z] = np.clip(both, zone.sale_price_per_mwh, retail)
            attribute[z] = both - energy[z]
        group = z if problem.target.per_zone else 0
        if hasattr(model, "hourly_target"):
            premium[z] = -dual.get(id(model.hourly_target[group]), 0.0)
        if hasattr(model, "volume_target"):
            per_step = _volume_premium(model, problem, group, dual)
            attribute[z] += per_step
            weights = zone.load_mwh if zone.load_mwh.any() else np.ones(steps)
            premium[z] = float(np.average(per_step, weights=weights))
        floor = floor_premium(model, problem, z, dual)
        if floor is not None and floors is not None:
            weights = zone.load_mwh if zone.load_mwh.any() else np.ones(steps)
            floors[z] = float(np.average(floor, weights=weights))
            if problem.target.matching != "hourly":
                attribute[z] += floor
    yearly = np.nan_to_num(premium) + (0.0 if floors is None else floors)
    limit, cap = getattr(model, "surplus_limit", None), getattr(model, "carbon_cap", None)
    return ShadowPrices(
        energy_value_per_mwh=energy,
        attribute_value_per_mwh=attribute,
        green_premium_per_mwh=premium,
        surplus_limit_value_per_mwh=0.0 if limit is None else -dual.get(id(limit), 0.0),
        carbon_cap_value_per_t=math.nan if cap is None else -dual.get(id(cap), 0.0),
        site_energy_value_per_mwh=_of_sites(model, problem, "meter_balance", dual),
        export_source_value_per_mwh=_worth_of_sites(model, problem, "export_source", dual),
        clean_source_value_per_mwh=_worth_of_sites(model, problem, "clean_charge_limit", dual),
        yearly_claim_value_per_mwh=yearly if problem.target.matching == "annual" else None,
        floor_premium_per_mwh=floors,
        pairing=pairing_prices(model, problem, dual),
        consumed_limit_value_per_mwh=_consumed_limit(model, problem, dual),
        load_value_per_mwh=_of_sites(model, problem, "site_load", dual),
    )


def _consumed_limit(model: pyo.ConcreteModel, problem: Problem, dual: dict[int, float]) -> FloatArray | None:
    """Return what one more MWh that may be taken as consumed is worth, (zones, steps); None where none is limited."""
    if not any(contract.consumed for contract in problem.contracts):
        return None
    worth = np.zeros((len(problem.zones), problem.time.steps))
    for z, zone in enumerate(problem.zones):
        rows = getattr(model.zone[zone.name], "consumed_limit", {})
        for t in rows:
            worth[z, t] = -dual.get(id(rows[t]), 0.0)
    return worth


def _of_sites(model: pyo.ConcreteModel, problem: Problem, row: str, dual: dict[int, float]) -> dict[int, FloatArray]:
    """Return the duals of a row of sites that have it, by number of the site."""
    blocks = ((s, getattr(model.site[site.name], row, None)) for s, site in enumerate(problem.sites))
    return {s: _duals(rows, dual, problem.time.steps) for s, rows in blocks if rows is not None}


def _worth_of_sites(
    model: pyo.ConcreteModel, problem: Problem, row: str, dual: dict[int, float]
) -> dict[int, FloatArray]:
    """Return what one more MWh on the right of a limit of sites is worth, by number of the site."""
    return {s: -duals for s, duals in _of_sites(model, problem, row, dual).items()}


def floor_premium(model: pyo.ConcreteModel, problem: Problem, z: int, dual: dict[int, float]) -> FloatArray | None:
    """Return what the floor of a zone pays for one more matched or contracted MWh in each step; None without a row."""
    hourly, volume = getattr(model, "hourly_floor", {}), getattr(model, "volume_floor", {})
    if z in hourly:
        return np.full(problem.time.steps, -dual.get(id(hourly[z]), 0.0))
    periods = problem.time.month_of_step if problem.target.matching == "monthly" else [0] * problem.time.steps
    if not any((z, p) in volume for p in set(periods)):
        return None
    of_period = {p: dual.get(id(volume[z, p]), 0.0) if (z, p) in volume else 0.0 for p in set(periods)}
    return np.array([of_period[p] for p in periods])


def _volume_premium(model: pyo.ConcreteModel, problem: Problem, group: int, dual: dict[int, float]) -> FloatArray:
    """Return what a volume target pays for one more contracted MWh in each step; nothing where a period has no row."""
    rows = model.volume_target
    periods = problem.time.month_of_step if problem.target.matching == "monthly" else [0] * problem.time.steps
    of_period = {p: dual.get(id(rows[group, p]), 0.0) if (group, p) in rows else 0.0 for p in set(periods)}
    return np.array([of_period[p] for p in periods])


def values(flow: pyo.Var | Flow) -> list[float]:
    """Return the values of a flow: variables, expressions or numbers."""
    members = flow.values() if hasattr(flow, "values") else flow
    return [pyo.value(member) for member in members]


def _duals(rows: pyo.Constraint, dual: dict[int, float], steps: int) -> FloatArray:
    return np.array([dual.get(id(rows[t]), 0.0) if t in rows else 0.0 for t in range(steps)])


def _storage_flows(model: pyo.ConcreteModel, problem: Problem) -> tuple[dict[tuple[str, bool], FloatArray], FloatArray]:
    """Return {(flow, clean): (storage, steps)}, pools summed, and what storage adds to each zone's energy ledger."""
    shape = (len(problem.storage), problem.time.steps)
    kinds = ("charge_mwh", "discharge_mwh", "state_of_charge_mwh")
    pooled = {(kind, clean): np.zeros(shape) for kind in kinds for clean in (True, False)}
    delivered = np.zeros((len(problem.zones), problem.time.steps))
    for b, storage in enumerate(problem.storage):
        for pool in storage.pools:
            block = model.storage[storage.name].pool[pool.name]
            flows = {kind: np.array(values(getattr(block, kind))) for kind in kinds}
            for kind, flow in flows.items():
                pooled[kind, pool.clean][b] += flow
            if pool.delivered:
                delivered[storage.zone] += flows["discharge_mwh"]
                if pool.clean:
                    delivered[storage.zone] -= flows["charge_mwh"]
    return pooled, delivered


def _storage_cost(block: pyo.Block) -> dict[str, float]:
    """Return what one storage costs over the horizon, part by part [currency]."""
    return {
        "capacity": float(pyo.value(block.capacity_cost)),
        "operation": float(pyo.value(block.operation_cost)),
        "degradation": float(pyo.value(block.degradation_cost)),
    }


def _stack(rows: list[list[float]], steps: int) -> FloatArray:
    return np.array(rows, dtype=float).reshape(len(rows), steps)
