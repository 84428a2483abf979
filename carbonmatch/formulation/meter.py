"""The meter of a site that has a plant or a storage behind it: what passes in, and what passes out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pyomo.core as pyo

from carbonmatch.formulation.contract import ContractFlows
from carbonmatch.formulation.storage import PoolFlows
from carbonmatch.formulation.terms import Flow, linear_sum
from carbonmatch.records import SiteTerms, TimeTerms


@dataclass(frozen=True)
class BehindMeter:
    """The flows of what stands behind the meter of one site [MWh per step]."""

    contracts: list[ContractFlows] = field(default_factory=list)
    pools: list[PoolFlows] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether anything stands there."""
        return bool(self.contracts or self.pools)


def add_meter(block: pyo.Block, site: SiteTerms, time: TimeTerms, behind: BehindMeter, load: Flow) -> Flow:
    """Add what passes the meter of a site in both directions; return its metered import.

    metered_import[t], metered_export[t] >= 0            [MWh per step]
    metered_export[t] <= export_limit_mw * h
    export_sales = sum_t export_price[t] * metered_export[t]

    """
    limit = site.tariff.export_limit_mw * time.hours_per_step
    block.metered_import_mwh = pyo.Var(range(time.steps), bounds=(0.0, None))
    block.metered_export_mwh = pyo.Var(range(time.steps), bounds=(0.0, None if math.isinf(limit) else limit))
    if limit == 0.0:
        for variable in block.metered_export_mwh.values():
            variable.fix(0.0)
    add_meter_balance(block, time, behind, load)
    add_export_source(block, time, behind)
    block.export_sales = pyo.Expression(expr=export_sales(block, site))
    return list(block.metered_import_mwh.values())


def add_meter_balance(block: pyo.Block, time: TimeTerms, behind: BehindMeter, load: Flow) -> None:
    """Let the meter see the load, less what is generated and discharged behind it, plus what is charged there.

    metered_import[t] - metered_export[t] + sum_c generation[c,t] + sum_b (discharge[b,t] - charge[b,t]) = load[t]

    c, b: behind the meter; every pool of a storage, clean and grey              [MWh per step]
    """
    generation = [contract.generation for contract in behind.contracts]
    imported, exported = block.metered_import_mwh, block.metered_export_mwh

    def meter_balance(_: pyo.Block, t: int) -> pyo.Expression:
        stored = sum(pool.discharge[t] - pool.charge[t] for pool in behind.pools)
        return imported[t] - exported[t] + sum(flow[t] for flow in generation) + stored == load[t]

    block.meter_balance = pyo.Constraint(range(time.steps), rule=meter_balance)


def add_export_source(block: pyo.Block, time: TimeTerms, behind: BehindMeter) -> None:
    """Let nothing leave through the meter that was not generated or discharged behind it.

    metered_export[t] <= sum_c generation[c,t] + sum_b discharge[b,t]    [MWh per step]

    Import and export at once are not forbidden beyond that, which would take integers. They do not pay: a MWh never
    earns more on its way out than it costs on its way in, see `export_above_import`.
    """
    generation = [contract.generation for contract in behind.contracts]
    discharge = [pool.discharge for pool in behind.pools]
    exported = block.metered_export_mwh

    def export_source(_: pyo.Block, t: int) -> pyo.Expression:
        return exported[t] - sum(flow[t] for flow in (*generation, *discharge)) <= 0.0

    free = [t for t, variable in exported.items() if not variable.fixed]
    block.export_source = pyo.Constraint(free, rule=export_source)


def add_connection_limit(block: pyo.Block, site: SiteTerms, time: TimeTerms, metered_import: Flow) -> None:
    """Keep the metered import within the limit of the connection.

    metered_import[t] <= connection_mw * h               [MWh per step], where the connection has a limit
    """
    if math.isfinite(site.connection_mw):
        most = site.connection_mw * time.hours_per_step
        block.connection_limit = pyo.Constraint(range(time.steps), rule=lambda _, t: metered_import[t] <= most)


def add_retail_limits(block: pyo.Block, time: TimeTerms, behind: BehindMeter, metered_import: Flow) -> None:
    """Buy at retail no more than passes the meter, and charge nothing of it as clean.

    retail_supply[t] <= metered_import[t]                                                [MWh per step]
    clean_charge[t] + retail_supply[t] <= metered_import[t] + sum_c generation[c,t]

    The first says that contracts never deliver less than nothing: sleeved = metered_import - retail_supply. The second,
    written where a storage stands behind the meter, says clean_charge <= generation + sleeved: what is charged as clean
    was generated on site, or delivered by a contract, in the same step. Retail energy goes into the grey pool.
    """
    retail, imported, steps = block.retail_supply_mwh, metered_import, range(time.steps)
    block.retail_limit = pyo.Constraint(steps, rule=lambda _, t: retail[t] - imported[t] <= 0.0)
    clean = [pool for pool in behind.pools if pool.terms.clean]
    if not clean:
        return

    def clean_charge_limit(_: pyo.Block, t: int) -> pyo.Expression:
        generated = sum(contract.generation[t] for contract in behind.contracts)
        return sum(pool.charge[t] for pool in clean) + retail[t] - imported[t] - generated <= 0.0

    block.clean_charge_limit = pyo.Constraint(steps, rule=clean_charge_limit)


def export_sales(block: pyo.Block, site: SiteTerms) -> pyo.Expression:
    """What is earned by what leaves through the meter over the horizon [currency]; 0 where the case gives no price."""
    price = site.tariff.export_price_per_mwh
    if price is None:
        return 0.0
    return linear_sum(price.tolist(), list(block.metered_export_mwh.values()))
