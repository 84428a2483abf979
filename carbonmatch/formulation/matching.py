"""One zone's two ledgers: where energy goes (money follows it), and which hour's claim meets which hour's load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.core as pyo

from carbonmatch.formulation.consumption import add_consumed_limit
from carbonmatch.formulation.contract import ContractFlows
from carbonmatch.formulation.storage import PoolFlows
from carbonmatch.formulation.terms import Flow, is_constant, linear_sum
from carbonmatch.records import FloatArray, Problem, TimeTerms, ZoneTerms


@dataclass(frozen=True)
class ZoneFlows:
    """All flows of one zone that its ledgers bring together [MWh per step]."""

    contracts: list[ContractFlows] = field(default_factory=list)
    pools: list[PoolFlows] = field(default_factory=list)
    retail_supply: list[Flow] = field(default_factory=list)
    load: list[Flow] = field(default_factory=list)
    metered_import: list[Flow] = field(default_factory=list)


def ledgers_coincide(problem: Problem, zone_number: int) -> bool:
    """Tell whether one set of hourly variables serves both ledgers of a zone without changing the optimum.

    True when every contract is physical and all that it delivers is a claim (certificates of a year are in neither
    ledger), every storage has a clean, delivered pool and no other, and selling never earns more than retail supply
    costs in the same hour. Then delivering to the load is never worse than selling, so that some optimum delivers
    exactly min(contracted, load): what is delivered is what is matched, what is sold is what is in excess.
    """
    zone = problem.zones[zone_number]
    contracts = [c for c in problem.contracts if c.zone == zone_number]
    storage = [b for b in problem.storage if b.zone == zone_number]
    sites = [s for s in problem.sites if s.zone == zone_number]
    return (
        all(c.delivers_what_it_claims or c.yearly for c in contracts)
        and all(pool.clean and pool.delivered for b in storage for pool in b.pools)
        and all(bool(np.all(zone.sale_price_per_mwh <= s.retail_price_per_mwh)) for s in sites)
    )


def add_ledgers(block: pyo.Block, zone: ZoneTerms, flows: ZoneFlows, time: TimeTerms, *, merged: bool) -> None:
    """Add the ledgers of one zone; `block.unmatched` and `block.excess` then hold the attribute ledger's flows."""
    block.sold_mwh = pyo.Var(range(time.steps), bounds=(0.0, None))
    add_consumed_limit(block, flows.contracts, flows.metered_import, time)
    add_energy_balance(block, zone, flows, time)
    if merged:
        block.unmatched = [sum(per_site) for per_site in zip(*flows.retail_supply, strict=True)]
        block.excess = list(block.sold_mwh.values())
    else:
        add_attribute_balance(block, zone, flows, time)
        block.unmatched = list(block.unmatched_mwh.values())
        block.excess = list(block.excess_mwh.values())
    block.sales = pyo.Expression(expr=sales(block, zone))


def sales(block: pyo.Block, zone: ZoneTerms) -> pyo.Expression:
    """What is earned by what is sold over the horizon [currency]."""
    return linear_sum(zone.sale_price_per_mwh.tolist(), list(block.sold_mwh.values()))


def add_energy_balance(block: pyo.Block, zone: ZoneTerms, flows: ZoneFlows, time: TimeTerms) -> None:
    """Deliver every physical MWh to the load or sell it.

    sum_c delivered[c,t] + sum_b (discharge[b,t] - clean_charge[b,t]) + sum_s retail_supply[s,t] - sold[t]
        = sum_s metered_import[s,t]

    c: physical contracts; b: delivered pools of storage, clean and grey; what stands behind a meter is none of them,
    and where nothing does, metered_import = load. Grey charge is bought from the grid for the
    storage and stored: it enters and leaves in the same step and so does not appear.
    """
    delivered = [
        contract.delivered for contract in flows.contracts if contract.terms.physical and contract.terms.site is None
    ]
    stored = delivered_by_storage(flows, time)
    metered = [flow for flow in flows.metered_import if not is_constant(flow)]
    given = [np.array(flow, dtype=float) for flow in flows.metered_import if is_constant(flow)]
    load = np.sum(given, axis=0) if metered else zone.load_mwh
    used, sold = np.broadcast_to(load, time.steps).tolist(), block.sold_mwh

    def energy_balance(_: pyo.Block, t: int) -> pyo.Expression:
        supplied = sum(flow[t] for flow in delivered)
        passing = sum(flow[t] for flow in flows.retail_supply) - sum(flow[t] for flow in metered)
        return supplied + stored[t] + passing - sold[t] == used[t]

    block.energy_balance = pyo.Constraint(range(time.steps), rule=energy_balance)


def add_attribute_balance(block: pyo.Block, zone: ZoneTerms, flows: ZoneFlows, time: TimeTerms) -> None:
    """Match the load of an hour with the claims of the same hour.

    sum_c claimable[c,t] + sum_b (discharge[b,t] - charge[b,t]) - excess[t] + unmatched[t] = load[t]
    0 <= unmatched[t] <= load[t]                         [MWh per step], a row where the load is a decision

    c: eligible contracts, physical or virtual; b: clean pools only, delivered or settled at spot.
    matched[t] = load[t] - unmatched[t]
    """
    given = np.sum([np.array(flow, dtype=float) for flow in flows.load if is_constant(flow)], axis=0)
    load, decided = np.broadcast_to(given, time.steps).tolist(), [flow for flow in flows.load if not is_constant(flow)]
    block.unmatched_mwh = pyo.Var(range(time.steps), bounds=lambda _, t: (0.0, None if decided else load[t]))
    block.excess_mwh = pyo.Var(range(time.steps), bounds=(0.0, None))
    net = net_contracted(flows, time)
    unmatched, excess = block.unmatched_mwh, block.excess_mwh

    def attribute_balance(_: pyo.Block, t: int) -> pyo.Expression:
        return net[t] - excess[t] + unmatched[t] - sum(flow[t] for flow in decided) == load[t]

    block.attribute_balance = pyo.Constraint(range(time.steps), rule=attribute_balance)
    if decided:
        block.unmatched_limit = pyo.Constraint(
            range(time.steps), rule=lambda _, t: unmatched[t] - sum(flow[t] for flow in decided) <= load[t]
        )


def unmatched_variables(block: pyo.Block, flows: ZoneFlows, step: int) -> list[Any]:
    """Return the variables whose sum is the unmatched load of a step: its own, or the retail supply of every site."""
    if hasattr(block, "unmatched_mwh"):
        return [block.unmatched_mwh[step]]
    return [supply[step] for supply in flows.retail_supply]


def net_contracted(flows: ZoneFlows, time: TimeTerms) -> Flow:
    """Return claimable generation + clean discharge - clean charge per step [MWh]."""
    claimable = [contract.claimable for contract in flows.contracts if contract.terms.eligible]
    clean = [pool for pool in flows.pools if pool.terms.clean]
    return [
        sum(flow[t] for flow in claimable) + sum(pool.discharge[t] - pool.charge[t] for pool in clean)
        for t in range(time.steps)
    ]


def delivered_by_storage(flows: ZoneFlows, time: TimeTerms) -> Flow:
    """Return what storage adds to the energy ledger: discharge less clean charge of delivered pools per step [MWh]."""
    delivered = [pool for pool in flows.pools if pool.terms.delivered]
    clean = [pool for pool in delivered if pool.terms.clean]
    return [
        sum(pool.discharge[t] for pool in delivered) - sum(pool.charge[t] for pool in clean) for t in range(time.steps)
    ]


def score_weights(zone: ZoneTerms, *, grid_credit: bool) -> FloatArray:
    """Return the weight of an unmatched MWh in the score: 1 - grid_cfe_share with grid credit, else 1."""
    if grid_credit and zone.grid_cfe_share is not None:
        return 1.0 - zone.grid_cfe_share
    return np.ones_like(zone.load_mwh)
