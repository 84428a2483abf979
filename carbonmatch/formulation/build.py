"""From a problem to a Pyomo model: the parts are added, then what they cost is summed once, by name."""

from __future__ import annotations

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.components import COST_COMPONENTS
from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation.carbon import add_carbon_cap, add_emissions, carbon_cost
from carbonmatch.formulation.choices import add_variants
from carbonmatch.formulation.contract import add_contract
from carbonmatch.formulation.hybrid import Plant, add_pairing
from carbonmatch.formulation.matching import ZoneFlows, add_ledgers, ledgers_coincide
from carbonmatch.formulation.meter import BehindMeter
from carbonmatch.formulation.site_load import add_moves, add_placements, add_site_load, load_costs
from carbonmatch.formulation.storage import add_storage
from carbonmatch.formulation.supply import add_grid_supply, check_connections
from carbonmatch.formulation.target import add_surplus_limit, add_target
from carbonmatch.formulation.tariff import tariff_components
from carbonmatch.records import Problem, TimeTerms


def build_model(problem: Problem, *, split_ledgers: bool = False) -> pyo.ConcreteModel:
    """Return the linear programme of a problem.

    Blocks `contract[name]`, `storage[name]`, `site[name]`, `zone[name]` hold the parts, `cost[component]` the named
    expressions whose sum is minimised. `split_ledgers` writes both ledgers even where one set of variables would do.

    Raises:
        InputError: the problem has a budget, and what that buys was not found yet.
    """
    budget = problem.target.budget
    if budget is not None and budget.best_cfe is None:
        what = "is given, and this command asks for a share of the load; `carbonmatch solve` finds what a budget buys"
        raise InputError([Fault("target.budget_per_year", what)])
    with PauseGC():
        model, flows = build_parts(problem, split_ledgers=split_ledgers)
        add_demands(model, problem, flows)
        model.total_cost = pyo.Objective(expr=sum(model.cost.values()))
        return model


def build_parts(problem: Problem, *, split_ledgers: bool = False) -> tuple[pyo.ConcreteModel, list[ZoneFlows]]:
    """Return sizes, flows and ledgers of a problem, before anything is asked of them; and the flows of each zone.

    Raises:
        InfeasibleError: a connection does not carry the load of its site.
    """
    model = pyo.ConcreteModel(name=problem.name)
    return model, add_parts(model, problem, split_ledgers=split_ledgers)


def add_parts(model: pyo.Block, problem: Problem, *, split_ledgers: bool = False) -> list[ZoneFlows]:
    """Add sizes, flows and ledgers of a problem to a model, or to the part of one; return the flows of each zone.

    Raises:
        InfeasibleError: a connection does not carry the load of its site.
    """
    check_connections(problem)
    time = problem.time
    flows = [ZoneFlows() for _ in problem.zones]
    behind = [BehindMeter() for _ in problem.sites]

    model.contract = pyo.Block([contract.name for contract in problem.contracts])
    for contract in problem.contracts:
        offered = add_contract(model.contract[contract.name], contract, time)
        flows[contract.zone].contracts.append(offered)
        if contract.site is not None:
            behind[contract.site].contracts.append(offered)
    model.storage = pyo.Block([storage.name for storage in problem.storage])
    for storage in problem.storage:
        pools = add_storage(model.storage[storage.name], storage, time)
        flows[storage.zone].pools.extend(pools)
        if storage.site is not None:
            behind[storage.site].pools.extend(pools)
        if storage.pairing is not None:
            plant = _plant(model, flows[storage.zone], storage.pairing.partner, time)
            add_pairing(model.storage[storage.name], storage.pairing, pools, plant, time)
    add_variants(model, problem)
    model.site = pyo.Block([site.name for site in problem.sites])
    add_placements(model, problem)
    for number, (site, meter) in enumerate(zip(problem.sites, behind, strict=True)):
        load = add_site_load(model, problem, number)
        supply = add_grid_supply(model.site[site.name], site, time, meter, load)
        flows[site.zone].load.append(load)
        flows[site.zone].retail_supply.append(supply.retail)
        flows[site.zone].metered_import.append(supply.metered_import)
    add_moves(model, problem)
    model.zone = pyo.Block([zone.name for zone in problem.zones])
    for number, zone in enumerate(problem.zones):
        merged = not split_ledgers and ledgers_coincide(problem, number)
        add_ledgers(model.zone[zone.name], zone, flows[number], time, merged=merged)
    if problem.target.counts_carbon:
        for zone in problem.zones:
            add_emissions(model.zone[zone.name], zone)
    return flows


def _plant(model: pyo.Block, flows: ZoneFlows, name: str, time: TimeTerms) -> Plant:
    """Return the plant of a contract; one that is left out of a problem generates nothing."""
    for contract in flows.contracts:
        if contract.terms.name == name:
            return Plant(contract.generation, model.contract[name].contracted_mw)
    return Plant([0.0] * time.steps, 0.0)


def add_demands(model: pyo.Block, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Add what is asked of the parts of a problem: target, limits, and what they cost."""
    add_target(model, problem, flows)
    add_surplus_limit(model, problem)
    add_carbon_cap(model, problem, flows)
    add_costs(model, problem)


def add_costs(model: pyo.Block, problem: Problem) -> None:
    """Name every cost once; the objective is their sum and every report reads the same expressions.

    total_cost = contracts + existing_contracts + storage_capacity + storage_operation + grid_energy + firm_capacity
                 + grid_adders + demand_charges + coincident_peak + subscribed_capacity + grid_fixed
                 + load_shifting + load_moves + load_curtailment + load_placement
                 + storage_degradation + carbon_price + surplus_sales + export_sales
                 [currency over the horizon]; sales are negative

    the second line is of tariffs, see `add_tariff`; each part of it where a site is billed for it
    the third line is of load that may be changed, see `add_site_load`; each part of it where the case has such load
    carbon_price = carbon_price_per_t * sum_z carbon_t[z]                   where the case gives a price
    """
    existing = {contract.name for contract in problem.contracts if contract.existing}
    parts = {
        "contracts": [block.cost for name, block in model.contract.items() if name not in existing],
        "existing_contracts": [block.cost for name, block in model.contract.items() if name in existing],
        "storage_capacity": [block.capacity_cost for block in model.storage.values()],
        "storage_operation": [block.operation_cost for block in model.storage.values()],
        "grid_energy": [block.energy_cost for block in model.site.values()],
        "firm_capacity": [block.firm_capacity_cost for block in model.site.values()],
        "surplus_sales": [-block.sales for block in model.zone.values()],
    }
    if any(storage.degradation_cost_per_mwh for storage in problem.storage):
        parts["storage_degradation"] = [block.degradation_cost for block in model.storage.values()]
    parts.update(load_costs(model, problem))
    for component in tariff_components(problem):
        parts[component] = [block.bill[component] for block in model.site.values() if component in block.bill]
    if any(
        problem.behind_meter(s) and site.tariff.export_price_per_mwh is not None for s, site in enumerate(problem.sites)
    ):
        parts["export_sales"] = [-block.export_sales for block in model.site.values() if hasattr(block, "export_sales")]
    price = problem.target.carbon_price_per_t
    if price is not None:
        parts["carbon_price"] = [carbon_cost(model, price)]
    components = [component for component in COST_COMPONENTS if component in parts]
    model.cost = pyo.Expression(components, rule=lambda _, component: sum(parts[component]))
