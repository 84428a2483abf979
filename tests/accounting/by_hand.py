"""Problems and solutions written down by hand: no model and no solver stands behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carbonmatch.accounting import build_ledger, flows_of, payments
from carbonmatch.records import (
    Certificate,
    ContractTerms,
    Factor,
    Facts,
    FloatArray,
    Instrument,
    Ledger,
    Problem,
    ShadowPrices,
    SiteFacts,
    SiteTerms,
    Solution,
    StorageFacts,
    StorageTerms,
    TargetTerms,
    TimeTerms,
    ZoneFacts,
    ZoneTerms,
)

CERTIFICATE = Certificate(0.0, 0.0, 0.0, 0.0, 1000.0, 1000.0)


def steps(*values: float) -> FloatArray:
    """Return one value per step."""
    return np.array(values, dtype=float)


def a_zone(name: str, load: FloatArray, **changes: Any) -> ZoneTerms:
    values = {
        "spot_price_per_mwh": None,
        "carbon_intensity_g_per_kwh": None,
        "grid_cfe_share": None,
        "sale_price_per_mwh": np.zeros_like(load),
    }
    return ZoneTerms(name=name, load_mwh=load, **{**values, **changes})


def a_site(name: str, zone: int, load: FloatArray, price: FloatArray | float = 50.0) -> SiteTerms:
    prices = np.zeros_like(load) + price
    return SiteTerms(name, zone, load, prices, firm_capacity_charge_per_mw_year=0.0, connection_mw=math.inf)


def a_contract(name: str, available: FloatArray, **changes: Any) -> ContractTerms:
    """Return a pay-as-produced contract in the first zone, up to 100 MW at 60 per MWh."""
    values = {
        "zone": 0,
        "technology": "solar",
        "structure": "pay_as_produced",
        "physical": True,
        "eligible": True,
        "existing": False,
        "min_mw": 0.0,
        "max_mw": 100.0,
        "available_mwh_per_mw": available,
        "least_mwh_per_mw": available,
        "strike_per_mwh": 60.0,
        "compensation": 1.0,
        "reference_price_per_mwh": None,
        "capacity_fee_per_mw_year": 0.0,
        "dispatchable": False,
    }
    return ContractTerms(name=name, **{**values, **changes})


def a_storage(name: str, **changes: Any) -> StorageTerms:
    """Return a storage in the first zone, 0.9 each way, up to 50 MW and 200 MWh."""
    values = {
        "zone": 0,
        "pools": (),
        "power_cost_per_mw_year": 1.0,
        "energy_cost_per_mwh_year": 1.0,
        "discharge_cost_per_mwh": 0.0,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
        "standing_loss_per_hour": 0.0,
        "min_power_mw": 0.0,
        "max_power_mw": 50.0,
        "min_energy_mwh": 0.0,
        "max_energy_mwh": 200.0,
        "duration_hours": None,
        "min_state_of_charge": 0.0,
        "cycles_per_year": math.inf,
        "cycle_efficiency": 0.9,
    }
    return StorageTerms(name=name, **{**values, **changes})


def a_target(matching: str = "none", cfe: float = 0.0, **changes: Any) -> TargetTerms:
    values = {"grid_credit": False, "per_zone": False, "max_surplus_share": math.inf}
    return TargetTerms(matching=matching, cfe=cfe, **{**values, **changes})


def a_problem(
    zones: Sequence[ZoneTerms],
    contracts: Sequence[ContractTerms] = (),
    storage: Sequence[StorageTerms] = (),
    *,
    sites: Sequence[SiteTerms] | None = None,
    target: TargetTerms | None = None,
    months: Sequence[int] | None = None,
    hours_per_step: float = 1.0,
) -> Problem:
    """Return a problem; unless given, every zone has one site with all of its load and all steps are of one month."""
    count = len(zones[0].load_mwh)
    months = [0] * count if months is None else months
    time = TimeTerms(
        starts=pd.date_range("2018-01-31T22:00", periods=count, freq=pd.Timedelta(hours=hours_per_step), tz="UTC"),
        hours_per_step=hours_per_step,
        year_fraction=count * hours_per_step / 8760,
        month_of_step=np.array(months, dtype=np.int64),
        month_labels=tuple(f"2018-{month + 1:02d}" for month in range(max(months) + 1)),
        timezone="UTC",
    )
    sites = [a_site(f"site-{z.name}", i, z.load_mwh) for i, z in enumerate(zones)] if sites is None else sites
    return Problem(
        "by-hand", "EUR", time, tuple(zones), tuple(sites), tuple(contracts), tuple(storage), target or a_target()
    )


def _members(entries: Sequence[Any], zone: int) -> list[int]:
    return [i for i, entry in enumerate(entries) if entry.zone == zone]


def _delivered(problem: Problem, values: dict[str, Any], zone: int) -> FloatArray:
    flow = values["clean_discharge_mwh"] + values["grey_discharge_mwh"] - values["clean_charge_mwh"]
    return flow[_members(problem.storage, zone)].sum(axis=0)


def _physical(problem: Problem, values: dict[str, Any], zone: int) -> FloatArray:
    return values["delivered_mwh"][_members(problem.contracts, zone)].sum(axis=0)


def _first_site_of_each_zone(problem: Problem, flows: FloatArray) -> FloatArray:
    result = np.zeros((len(problem.sites), flows.shape[1]))
    for zone, flow in enumerate(flows):
        result[_members(problem.sites, zone)[0]] = flow
    return result


def a_solution(problem: Problem, generation: Sequence[FloatArray], **changes: Any) -> Solution:
    """Return a solution with the given generation; all that is not given is zero, costs of 1,000 aside.

    `unmatched_mwh` and `excess_mwh`, the model's own claim, are what the flows leave unless they are given; so are what
    the first site of a zone buys and what the zone sells. All storage is delivered.
    """
    count = problem.time.steps
    none = np.zeros((len(problem.storage), count))
    one_per_zone = np.zeros((len(problem.zones), count))
    sizes = changes.get("contracted_mw", np.ones(len(problem.contracts)))
    delivered = [c.delivered_mwh(*flow) for c, *flow in zip(problem.contracts, sizes, generation, strict=True)]
    values = {
        "contracted_mw": sizes,
        "generation_mwh": np.array(generation, dtype=float).reshape(len(problem.contracts), count),
        "delivered_mwh": np.array(delivered, dtype=float).reshape(len(problem.contracts), count),
        "curtailed_mwh": np.zeros((len(problem.contracts), count)),
        "power_mw": np.zeros(len(problem.storage)),
        "energy_mwh": np.zeros(len(problem.storage)),
        "clean_charge_mwh": none,
        "clean_discharge_mwh": none,
        "clean_state_of_charge_mwh": none,
        "grey_charge_mwh": none,
        "grey_discharge_mwh": none,
        "grey_state_of_charge_mwh": none,
        "firm_capacity_mw": np.zeros(len(problem.sites)),
        "merged_ledgers": tuple(False for _ in problem.zones),
        "cost": {"contracts": 1000.0, "surplus_sales": 0.0},
        "contract_cost": {
            c.name: float(payments(c, *flow, np.zeros(count)).sum())
            for c, *flow in zip(problem.contracts, sizes, generation, strict=True)
        },
        "storage_cost": {storage.name: 0.0 for storage in problem.storage},
        "objective": 1000.0,
        "shadow_prices": ShadowPrices(one_per_zone, one_per_zone, np.full(len(problem.zones), math.nan), 0.0),
        **changes,
    }
    net = np.array([_net(problem, values, z) for z in range(len(problem.zones))])
    load = np.array([zone.load_mwh for zone in problem.zones])
    stored = np.array([_delivered(problem, values, z) for z in range(len(problem.zones))])
    energy = np.array([_physical(problem, values, z) for z in range(len(problem.zones))]) + stored
    values.setdefault("storage_net_delivery_mwh", stored)
    values.setdefault("sold_mwh", np.maximum(energy - load, 0.0))
    values.setdefault("retail_supply_mwh", _first_site_of_each_zone(problem, np.maximum(load - energy, 0.0)))
    values.setdefault("unmatched_mwh", np.maximum(load - net, 0.0))
    values.setdefault("excess_mwh", np.maximum(net - load, 0.0))
    values.setdefault("model_score", 1.0 - float(values["unmatched_mwh"].sum()) / problem.total_load_mwh)
    return Solution(**values)


def _net(problem: Problem, values: dict[str, Any], zone: int) -> FloatArray:
    of_zone = [i for i, contract in enumerate(problem.contracts) if contract.zone == zone and contract.eligible]
    stored = [b for b, storage in enumerate(problem.storage) if storage.zone == zone]
    flow = values["clean_discharge_mwh"][stored].sum(axis=0) - values["clean_charge_mwh"][stored].sum(axis=0)
    return values["generation_mwh"][of_zone].sum(axis=0) + flow


# --- Four hours that most tests look at -------------------------------------------------------------------------------
#
#   step                      0     1     2     3     sum
#   load                     10    10    10    10      40
#   sun                       0    12    15     0      27
#   wind                      4     4     5     2      15
#   generation                4    16    20     2      42
#   charge                    0     6     5     0      11
#   discharge                 3     0     0     7      10
#   contracted                7    10    15     9      41      generation + discharge - charge
#   matched                   7    10    10     9      36      min(contracted, load)
#   unmatched                 3     0     0     1       4
#   excess                    0     0     5     0       5
#   stored                    0     6     5     0      11      min(charge, generation)
#   matched directly          4    10    10     2      26      generation - stored - excess
#   matched from storage      3     0     0     7      10
#   grid_cfe_share          0.5   0.5   0.5  0.25
#   credited grid CFE       1.5     0     0  0.25    1.75
#   month                     0     0     1     1

LOAD = steps(10, 10, 10, 10)
SUN = steps(0, 12, 15, 0)
WIND = steps(4, 4, 5, 2)
GRID_CFE = steps(0.5, 0.5, 0.5, 0.25)


def four_hours(**changes: Any) -> Problem:
    """Return the problem of the table; `zone` changes its zone, everything else the problem."""
    zone = {
        "spot_price_per_mwh": steps(40, 20, -10, 60),
        "carbon_intensity_g_per_kwh": steps(500, 500, 400, 600),
        "grid_cfe_share": GRID_CFE,
        **changes.pop("zone", {}),
    }
    contracts = (a_contract("sun", SUN / 15), a_contract("wind", WIND / 5, technology="onshore_wind"))
    values = {"contracts": contracts, "storage": (a_storage("battery"),), "months": (0, 0, 1, 1), **changes}
    return a_problem((a_zone("Z", LOAD, **zone),), **values)


def four_hours_solved(problem: Problem, **changes: Any) -> Solution:
    """Return the flows of the table."""
    values = {
        "contracted_mw": steps(15, 5),
        "power_mw": steps(7),
        "energy_mwh": steps(20),
        "clean_charge_mwh": np.array([[0.0, 6.0, 5.0, 0.0]]),
        "clean_discharge_mwh": np.array([[3.0, 0.0, 0.0, 7.0]]),
        "retail_supply_mwh": np.array([[3.0, 0.0, 0.0, 1.0]]),
        "sold_mwh": np.array([[0.0, 0.0, 5.0, 0.0]]),
        **changes,
    }
    return a_solution(problem, [SUN, WIND], **values)


def a_factor(value: float | Sequence[float], count: int, source: str = "by hand", vintage: str = "2018") -> Factor:
    """Return a factor: one number, or one per step."""
    hourly = not isinstance(value, int | float)
    return Factor(np.zeros(count) + np.array(value, dtype=float), source, vintage, "hourly" if hourly else "annual")


def a_zone_of_facts(name: str, **changes: Any) -> ZoneFacts:
    values = {
        "average": None,
        "residual_mix": None,
        "fossil_mix": None,
        "marginal": None,
        "standard_supply": None,
        "standard_supply_share": None,
    }
    return ZoneFacts(name=name, **{**values, **changes})


def an_instrument(terms: ContractTerms, **changes: Any) -> Instrument:
    values = {
        "renewable": terms.technology != "nuclear",
        "carbon_free": terms.eligible,
        "commissioned": None,
        "factor": a_factor(0.0, len(terms.available_mwh_per_mw)),
        "certificates": True,
        "embodied": None,
    }
    return Instrument(terms.name, terms.zone, terms.technology, terms.structure, **{**values, **changes})


def facts_of(problem: Problem, **changes: Any) -> Facts:
    """Return what the accounts know of a problem: nothing that the problem does not say, fifo, efficiency up to 1."""
    count = problem.time.steps
    values = {
        "zones": tuple(
            a_zone_of_facts(
                zone.name,
                average=None
                if zone.carbon_intensity_g_per_kwh is None
                else a_factor(zone.carbon_intensity_g_per_kwh.tolist(), count),
            )
            for zone in problem.zones
        ),
        "sites": tuple(SiteFacts(site.name, site.zone, site.load_mwh, "meter", None) for site in problem.sites),
        "instruments": tuple(an_instrument(terms) for terms in problem.contracts),
        "storage": tuple(StorageFacts(terms.name, terms.zone, "fifo", 1.0, None, 15.0) for terms in problem.storage),
    }
    return Facts(**{**values, **changes})


def ledger_of(problem: Problem, solution: Solution, facts: Facts | None = None) -> Ledger:
    """Return the ledger of a solution."""
    return build_ledger(problem, flows_of(solution), facts or facts_of(problem))
