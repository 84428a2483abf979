"""One unit of a storage at given prices: what it would earn beside a portfolio that it is no part of."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from carbonmatch.formulation.storage import PoolFlows, add_storage
from carbonmatch.formulation.terms import linear_sum
from carbonmatch.records import FloatArray, PairingPrices, ShadowPrices, StorageTerms, TimeTerms

SizeOfUnit = Literal["power_mw", "energy_mwh"]


def build_unit(storage: StorageTerms, prices: ShadowPrices, time: TimeTerms, unit: SizeOfUnit) -> pyo.ConcreteModel:
    """Return the linear programme of one MW, or one MWh, of a storage that takes prices as they are.

    minimise  capacity_cost + operation_cost + degradation_cost
              - sum_k sum_t worth[k,t] * discharge[k,t] - paid[k,t] * charge[k,t]

    worth, paid   [currency/MWh] by pool k: the energy value where it is delivered, and the attribute value where it is
                  clean; grey charge is paid in operation_cost alone. Beside a plant, a MWh fed in takes up the
                  connection, one charged relieves it, and is taken from what the plant generates
    The rows are those of the storage, its limits on size left out: the size that is named is one, the other is chosen.

    A storage that is left out enters when the cost of its unit falls by the minimum: the reduced cost of the size with
    everything inside the storage chosen best.
    """
    with PauseGC():
        model = pyo.ConcreteModel(name=storage.name)
        model.storage = pyo.Block([storage.name])
        block = model.storage[storage.name]
        flows = add_storage(block, of_one(storage, unit), time)
        attribute = prices.attribute_value_per_mwh[storage.zone]
        if storage.site is None:
            energy = prices.energy_value_per_mwh[storage.zone]
            earned = sum(_earned(pool, energy, attribute) for pool in flows)
        else:
            earned = sum(_earned_behind_meter(pool, prices, storage.site, attribute) for pool in flows)
        if storage.pairing is not None:
            earned += sum(_beside(pool, prices.pairing[storage.pairing.partner]) for pool in flows)
        cost = block.capacity_cost + block.operation_cost + block.degradation_cost
        model.total_cost = pyo.Objective(expr=cost - earned)
    return model


def of_one(storage: StorageTerms, unit: SizeOfUnit) -> StorageTerms:
    """Return a storage whose one size is one, and whose other size follows from its duration or is free.

    Blocks and least sizes are left out like its limits: it is the price at the margin.
    """
    free = replace(storage, choice=None)
    if unit == "power_mw":
        return replace(free, min_power_mw=1.0, max_power_mw=1.0, min_energy_mwh=0.0, max_energy_mwh=math.inf)
    tied = None if storage.duration_hours is None else 1.0 / storage.duration_hours
    return replace(
        free,
        min_power_mw=0.0 if tied is None else tied,
        max_power_mw=math.inf if tied is None else tied,
        min_energy_mwh=1.0,
        max_energy_mwh=1.0,
    )


def _earned(pool: PoolFlows, energy: FloatArray, attribute: FloatArray) -> pyo.Expression:
    """Return what the ledgers of the zone give for the flows of a pool [currency]."""
    terms = pool.terms
    discharged = (energy if terms.delivered else 0.0 * energy) + (attribute if terms.clean else 0.0 * attribute)
    charged = discharged if terms.clean else 0.0 * energy
    return linear_sum([*discharged.tolist(), *(-charged).tolist()], [*pool.discharge, *pool.charge])


def _beside(pool: PoolFlows, prices: PairingPrices) -> pyo.Expression:
    """Return what the flows of a pool are worth to the pair that it would be part of [currency].

    sum_t connection[t] * (charge[t] - discharge[t]) - plant[t] * charge[t];  no charge where the plant stands still
    """
    for variable, able in zip(pool.charge, prices.chargeable.tolist(), strict=True):
        if not able:
            variable.fix(0.0)
    charged = prices.connection_per_mwh - prices.charge_per_mwh
    discharged = -prices.connection_per_mwh
    return linear_sum([*charged.tolist(), *discharged.tolist()], [*pool.charge, *pool.discharge])


def _earned_behind_meter(pool: PoolFlows, prices: ShadowPrices, site: int, attribute: FloatArray) -> pyo.Expression:
    """Return what the meter of a site and the claims of its zone give for the flows of a pool behind it [currency].

    Every MWh is worth there what it saves or costs at the meter; what is charged as clean must be clean there.
    """
    at_meter = prices.site_energy_value_per_mwh[site]
    nothing = 0.0 * at_meter
    claim = attribute if pool.terms.clean else nothing
    source = prices.clean_source_value_per_mwh.get(site, nothing) if pool.terms.clean else nothing
    discharged = at_meter + claim + prices.export_source_value_per_mwh.get(site, nothing)
    charged = at_meter + claim + source
    return linear_sum([*discharged.tolist(), *(-charged).tolist()], [*pool.discharge, *pool.charge])
