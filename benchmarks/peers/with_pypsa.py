"""The same problem as a PyPSA network: what a modeller of the field writes who sizes a portfolio for a load.

    python benchmarks/peers/with_pypsa.py TERMS.npz [option=value ...]       options of HiGHS; none are HiGHS' defaults

Every contract is an extendable generator; where nothing may be curtailed, p_min_pu = p_max_pu. A storage is a store
with a charging and a discharging link. The grid is an extendable generator whose capital cost is the charge for firm
capacity; surplus goes into a generator of sign -1 that earns the sale price. Three kinds of rows are none of PyPSA's
own: the hourly target, the limit of surplus, and the limit that charging and discharging of a storage share. The last
one also keeps discharging within the power, so that the discharging link needs no size of its own. The model is handed
to HiGHS in memory (`io_api="direct"`), which takes less time than PyPSA's default, a file.

The network covers zones in which one set of flows serves both ledgers (models/formulation.md): physical contracts and
storage that charges from them. Costs, efficiencies and standing losses are those of the case; cost is net of sales.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypsa
from arrays import options_of, read_terms, report

Terms = dict[str, Any]


def network(terms: Terms) -> pypsa.Network:
    """Return the network of a problem."""
    if outside := beyond(terms):
        raise SystemExit(f"This network does not cover {outside}.")
    n = pypsa.Network()
    steps = len(terms["zones"][0]["load_mwh"])
    n.set_snapshots(pd.RangeIndex(steps))
    hours, year_fraction = terms["time"]["hours_per_step"], terms["time"]["year_fraction"]
    n.snapshot_weightings.loc[:, :] = hours
    zones = [zone["name"] for zone in terms["zones"]]
    for zone in terms["zones"]:
        n.add("Bus", zone["name"])
        n.add("Load", f"load {zone['name']}", bus=zone["name"], p_set=zone["load_mwh"] / hours)
        n.add(
            "Generator",
            f"sold {zone['name']}",
            bus=zone["name"],
            sign=-1.0,
            p_nom=np.inf,
            marginal_cost=-zone["sale_price_per_mwh"],
        )
    for site in terms["sites"]:
        n.add(
            "Generator",
            f"grid {site['name']}",
            bus=zones[site["zone"]],
            p_nom_extendable=True,
            p_nom_max=float(site["load_mwh"].max()) / hours,
            capital_cost=site["firm_capacity_charge_per_mw_year"] * year_fraction,
            marginal_cost=site["retail_price_per_mwh"],
        )
    for contract in terms["contracts"]:
        add_contract(n, contract, zones[contract["zone"]], hours, year_fraction)
    for storage in terms["storage"]:
        add_storage(n, storage, zones[storage["zone"]], year_fraction)
    return n


def beyond(terms: Terms) -> str:
    """Name what a case has that the network above leaves out, empty if there is nothing."""
    if not all(c["physical"] and c["eligible"] for c in terms["contracts"]):
        return "virtual contracts"
    if not all(pool["clean"] and pool["delivered"] for b in terms["storage"] for pool in b["pools"]):
        return "storage that charges from the grid or settles at spot"
    if terms["target"]["matching"] != "hourly":
        return "targets other than hourly ones"
    flat = all(np.ptp(site["load_mwh"]) == 0.0 for site in terms["sites"])
    return (
        "" if flat and terms["time"]["hours_per_step"] == 1.0 else "loads that are not flat, steps other than an hour"
    )


def add_contract(n: pypsa.Network, contract: Terms, bus: str, hours: float, year_fraction: float) -> None:
    """Add a contract as a generator; curtailed energy that is paid for is a cost per MW and a saving per MWh."""
    strike, compensation = contract["strike_per_mwh"], contract["compensation"]
    available, least = contract["available_mwh_per_mw"], contract["least_mwh_per_mw"]
    per_mw = contract["capacity_fee_per_mw_year"] * year_fraction
    may_curtail = bool(np.any(least < available))
    n.add(
        "Generator",
        contract["name"],
        bus=bus,
        p_nom_extendable=True,
        p_nom_min=contract["min_mw"],
        p_nom_max=contract["max_mw"],
        p_max_pu=available / hours,
        p_min_pu=least / hours,
        capital_cost=per_mw + (strike * compensation * float(available.sum()) if may_curtail else 0.0),
        marginal_cost=strike * (1.0 - compensation) if may_curtail else strike,
    )


def add_storage(n: pypsa.Network, storage: Terms, bus: str, year_fraction: float) -> None:
    """Add a storage as a store between two links. The discharging link counts power inside, before its losses."""
    name, inside = storage["name"], f"{storage['name']} inside"
    n.add("Bus", inside)
    n.add(
        "Store",
        name,
        bus=inside,
        e_nom_extendable=True,
        e_nom_min=storage["min_energy_mwh"],
        e_nom_max=storage["max_energy_mwh"],
        e_min_pu=storage["min_state_of_charge"],
        e_cyclic=True,
        standing_loss=storage["standing_loss_per_hour"],
        capital_cost=storage["energy_cost_per_mwh_year"] * year_fraction,
    )
    n.add(
        "Link",
        f"{name} charging",
        bus0=bus,
        bus1=inside,
        efficiency=storage["charge_efficiency"],
        p_nom_extendable=True,
        p_nom_min=storage["min_power_mw"],
        p_nom_max=storage["max_power_mw"],
        capital_cost=storage["power_cost_per_mw_year"] * year_fraction,
    )
    n.add(
        "Link",
        f"{name} discharging",
        bus0=inside,
        bus1=bus,
        efficiency=storage["discharge_efficiency"],
        p_nom=np.inf,
        marginal_cost=storage["discharge_cost_per_mwh"] * storage["discharge_efficiency"],
    )


def add_rows(n: pypsa.Network, terms: Terms) -> None:
    """Add the target, the limit of surplus, and what the two links of every storage share."""
    m, target = n.model, terms["target"]
    power, link_power = m["Generator-p"], m["Link-p"]
    zones = terms["zones"]
    groups = [[z] for z in range(len(zones))] if target["per_zone"] else [list(range(len(zones)))]
    for number, group in enumerate(groups):
        grids = [(f"grid {site['name']}", site["zone"]) for site in terms["sites"] if site["zone"] in group]
        unmatched = sum((power.sel(name=grid, drop=True) * weight(zones[zone], target)).sum() for grid, zone in grids)
        load = sum(float(zones[z]["load_mwh"].sum()) for z in group)
        m.add_constraints(unmatched <= (1.0 - target["cfe"]) * load, name=f"hourly-target-{number}")
    if np.isfinite(target["max_surplus_share"]):
        load = sum(float(zone["load_mwh"].sum()) for zone in zones)
        sold = power.sel(name=[f"sold {zone['name']}" for zone in zones]).sum()
        m.add_constraints(sold <= target["max_surplus_share"] * load, name="surplus-limit")
    for storage in terms["storage"]:
        name, efficiency = storage["name"], storage["discharge_efficiency"]
        size = m["Link-p_nom"].sel(name=f"{name} charging", drop=True)
        charge, drawn = (
            link_power.sel(name=f"{name} charging", drop=True),
            link_power.sel(name=f"{name} discharging", drop=True),
        )
        m.add_constraints(charge + efficiency * drawn - size <= 0.0, name=f"power-limit-{name}")
        if np.isfinite(storage["cycles_per_year"]):
            cycles = storage["cycles_per_year"] * terms["time"]["year_fraction"]
            drawn = drawn.sum() * (efficiency / storage["cycle_efficiency"])
            limit = cycles * m["Store-e_nom"].sel(name=name, drop=True)
            m.add_constraints(drawn - limit <= 0.0, name=f"cycle-limit-{name}")
        if storage["duration_hours"] is not None:
            tied = m["Store-e_nom"].sel(name=name, drop=True) - storage["duration_hours"] * size
            m.add_constraints(tied == 0.0, name=f"duration-{name}")


def weight(zone: Terms, target: Terms) -> Any:
    """Return the weight of an unmatched MWh in the score."""
    return 1.0 - zone["grid_cfe_share"] if target["grid_credit"] else 1.0


def main() -> None:
    """Build the network, solve it and print its optimum."""
    logging.disable(logging.WARNING)
    terms = read_terms(Path(sys.argv[1]))
    n = network(terms)
    status, condition = n.optimize(
        solver_name="highs",
        solver_options=options_of(sys.argv[2:]),
        io_api="direct",
        log_to_console=False,
        include_objective_constant=False,
        extra_functionality=lambda built, _: add_rows(built, terms),
    )
    if (status, condition) != ("ok", "optimal"):
        raise SystemExit(f"PyPSA ended with {status}, {condition}.")
    rows, columns = n.model.matrices.A.shape
    report(float(n.objective), rows=rows, columns=columns)


if __name__ == "__main__":
    main()
