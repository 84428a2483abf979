"""Load that may be changed against a matrix of its own: three sites in two zones, two days, solved by SciPy.

The form is another one than the project's: the load of a site is a column; what is moved in time is one signed column
per step, with a column for its cost; what is moved between sites is a flow for each ordered pair of sites; matched load
is counted, not unmatched.

COST    of gross cost: both sides solve to 1e-9 or better.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from reference import Matrix, solve_with_scipy
from small_cases import QUICK

from carbonmatch.case import case_from_mapping
from carbonmatch.study import solve_case

COST = 1e-7
STEPS, DAY = 48, 24
YEAR = STEPS / 8760.0
HOUR = np.arange(STEPS)
SITES = {"north": "Z", "south": "Z", "west": "Y"}


def random_case(seed: int) -> dict[str, Any]:
    """Return three sites whose load may be changed in every way, with wind, sun, firm supply and a battery."""
    rng = np.random.default_rng(seed)

    def pick(*options: Any) -> Any:
        return options[int(rng.integers(len(options)))]

    def site(name: str) -> dict[str, Any]:
        load = np.round(rng.uniform(4, 12, STEPS), 2)
        grid = {"energy": {"flat_per_mwh": np.round(rng.uniform(20, 110, STEPS), 1).tolist()}}
        grid["firm_capacity_charge_per_mw_year"] = pick(0.0, 30000.0)
        if rng.random() < 0.5:
            grid["connection_mw"] = round(float(load.max()) + float(rng.uniform(-0.3, 2.0)), 2)
        flexible = {
            "batch": {
                "share": pick(0.1, 0.3),
                "window_hours": pick(3, 6, 24, 48, None) if name != "south" else pick(6, 24),
                "max_increase_share": pick(None, 0.2, 0.6),
                "cost_per_mwh": pick(0.0, 3.0),
                "latency_group": "near" if name != "south" or rng.random() < 0.5 else None,
            },
            "web": {"share": 0.2, "window_hours": pick(2, 12)},
        }
        shed = {
            "share": pick(0.1, 0.25),
            "price_per_mwh": float(rng.integers(30, 200)),
            "event_hours": pick(None, 1, 3),
            "events_per_year": pick(None, 300.0, 100.0),
        }
        blocks = {"flexible": flexible, "curtailable": {"slow": shed} if rng.random() < 0.6 else None}
        return {"zone": SITES[name], "load": load.tolist(), "grid": grid, **blocks}

    def plant(technology: str, zone: str) -> dict[str, Any]:
        shape = rng.uniform(0, 1, STEPS) if technology != "solar" else np.maximum(np.sin((HOUR - 6) / 12 * np.pi), 0)
        profile = {"capacity_factor": np.round(shape, 3).tolist(), "structure": "pay_as_produced"}
        return {
            "technology": technology,
            "zone": zone,
            "strike_per_mwh": float(rng.integers(30, 90)),
            "max_mw": 60,
            **profile,
        }

    firm = {"technology": "geothermal", "structure": "clean_firm", "max_mw": 60}
    return {
        "name": "changeable",
        "currency": "EUR",
        "time": {"start": "2018-01-01", "end": "2018-01-03", "timezone": "UTC"},
        "zones": {zone: {"spot_price_per_mwh": np.round(rng.uniform(5, 60, STEPS), 1).tolist()} for zone in "ZY"},
        "sites": {name: site(name) for name in SITES},
        "contracts": {
            "wind": plant("onshore_wind", "Y"),
            "sun": plant("solar", "Z"),
            "firm-z": {**firm, "zone": "Z", "strike_per_mwh": 140, "capacity_fee_per_mw_year": 90000},
            "firm-y": {**firm, "zone": "Y", "strike_per_mwh": 170},
        },
        "storage": {
            "battery": {
                **{"zone": "Z", "power_cost_per_mw_year": 9000, "energy_cost_per_mwh_year": 12000},
                **{"round_trip_efficiency": 0.81, "max_power_mw": 20},
            }
        },
        "latency_groups": {
            "near": {
                "cost_per_mwh": pick(0.0, 2.0),
                "max_mw": pick(None, 1.0, np.round(rng.uniform(0, 3, STEPS), 2).tolist()),
            }
        },
        "placements": {
            "hall": {
                "mw": 5.0,
                "candidates": {
                    "south": {"max_mw": pick(None, 3.0), "cost_per_mw_year": 20000.0},
                    "west": {"load_per_mw": np.round(rng.uniform(0.8, 1.2, STEPS), 3).tolist()},
                },
            }
        }
        if rng.random() < 0.5
        else None,
        "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}, "max_share": pick(None, 0.3)},
        "target": {
            "matching": pick("none", "hourly", "hourly", "annual"),
            "cfe": pick(0.3, 0.6, 0.9),
            "scope": pick("portfolio", "zone"),
        },
    }


def placed_load(m: Matrix, case: dict[str, Any]) -> dict[str, list[Any]]:
    """Return what is placed at every site, as terms that lower what is left of its load."""
    placed: dict[str, list[Any]] = {}
    for terms in (case["placements"] or {}).values():
        sizes = {}
        for where, candidate in terms["candidates"].items():
            sizes[where] = m.columns(1, 0.0, candidate.get("max_mw") or math.inf)
            m.pay(sizes[where], candidate.get("cost_per_mw_year", 0.0) * YEAR)
            per_mw = np.broadcast_to(candidate.get("load_per_mw", 1.0), STEPS)
            placed.setdefault(where, []).append((sizes[where], -per_mw))
        m.total([(size, 1.0) for size in sizes.values()], terms["mw"], terms["mw"])
    return placed


def given_up(m: Matrix, entry: dict[str, Any], planned: Any) -> list[Any]:
    """Return what is given up of a load."""
    columns = m.columns(STEPS, 0.0, entry["share"] * planned)
    m.pay(columns, entry["price_per_mwh"])
    if entry["event_hours"] is not None:
        for first in range(0, STEPS, DAY):
            event = entry["event_hours"] * entry["share"] * float(planned[first : first + DAY].max())
            m.total([(columns[first : first + DAY], 1.0)], -math.inf, event)
    if entry["events_per_year"] is not None:
        event = (entry["event_hours"] or 1.0) * entry["share"] * float(planned.max())
        m.total([(columns, 1.0)], -math.inf, entry["events_per_year"] * YEAR * event)
    return [(columns, 1.0)]


def moved(m: Matrix, entry: dict[str, Any], planned: Any, sent: list[Any], received: list[Any]) -> list[Any]:
    """Return what is moved of a load in time, within the limits that it shares with what moves between sites."""
    increase = entry.get("max_increase_share")
    out, into = entry["share"] * planned, (entry["share"] if increase is None else increase) * planned
    terms, less, more = list[Any](), [*sent], [*received]
    if entry["window_hours"] is not None:
        net, taken, added = m.columns(STEPS, -math.inf), m.columns(STEPS), m.columns(STEPS)
        m.each([(net, 1.0), (taken, 1.0), (added, -1.0)], 0.0, 0.0, STEPS)
        m.pay(taken, entry.get("cost_per_mwh", 0.0))
        for first in range(0, STEPS, entry["window_hours"]):
            m.total([(net[first : first + entry["window_hours"]], 1.0)], 0.0, 0.0)
        terms, less, more = [(net, -1.0)], [*less, (taken, 1.0)], [*more, (added, 1.0)]
    for flows, most in ((less, out), (more, into)):
        if flows:
            m.each(flows, -math.inf, most, STEPS)
    return terms


def changed_load(m: Matrix, case: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the load of every site, with all that may become of it."""
    placed, group = placed_load(m, case), case["latency_groups"]["near"]
    most = np.broadcast_to(math.inf if group["max_mw"] is None else group["max_mw"], STEPS)
    members = [s for s, site in case["sites"].items() if site["flexible"]["batch"]["latency_group"]]
    flow = {pair: m.columns(STEPS) for pair in itertools.permutations(members, 2)}
    for columns in flow.values():
        m.pay(columns, group["cost_per_mwh"])

    load = {}
    for s, site in case["sites"].items():
        planned, grid = np.array(site["load"]), site["grid"]
        sent = [(columns, 1.0) for pair, columns in flow.items() if pair[0] == s]
        received = [(columns, 1.0) for pair, columns in flow.items() if pair[1] == s]
        for side in (side for side in (sent, received) if side):
            m.each(side, -math.inf, most, STEPS)
        terms = [*placed.get(s, []), *sent, *((columns, -1.0) for columns, _ in received)]
        terms += moved(m, site["flexible"]["batch"], planned, sent, received)
        terms += moved(m, site["flexible"]["web"], planned, [], [])
        for entry in (site["curtailable"] or {}).values():
            terms += given_up(m, entry, planned)
        load[s] = m.columns(STEPS, 0.0, grid.get("connection_mw", math.inf))
        m.each([(load[s], 1.0), *terms], planned, planned, STEPS)
    return load


def least_cost(case: dict[str, Any]) -> float:
    """Return the least cost, from a matrix that is written from the words of the page on flexibility alone."""
    m = Matrix()
    load = changed_load(m, case)
    generation = {}
    for name, offer in case["contracts"].items():
        size, generation[name] = m.columns(1, 0.0, offer["max_mw"]), m.columns(STEPS)
        m.pay(size, offer.get("capacity_fee_per_mw_year", 0.0) * YEAR)
        m.pay(generation[name], offer["strike_per_mwh"])
        firm = offer["structure"] == "clean_firm"
        most = -np.broadcast_to(offer.get("capacity_factor", 1.0), STEPS)
        m.each([(generation[name], 1.0), (size, most)], -math.inf if firm else 0.0, 0.0, STEPS)

    battery = case["storage"]["battery"]
    power, energy = m.columns(1, 0.0, battery["max_power_mw"]), m.columns(1)
    m.pay(power, battery["power_cost_per_mw_year"] * YEAR)
    m.pay(energy, battery["energy_cost_per_mwh_year"] * YEAR)
    charge, discharge, state = (m.columns(STEPS) for _ in range(3))
    one_way = math.sqrt(battery["round_trip_efficiency"])
    balance = [(np.roll(state, -1), 1.0), (state, -1.0), (charge, -one_way), (discharge, 1.0 / one_way)]
    m.each(balance, 0.0, 0.0, STEPS)
    m.each([(charge, 1.0), (discharge, 1.0), (power, -1.0)], -math.inf, 0.0, STEPS)
    m.each([(state, 1.0), (energy, -1.0)], -math.inf, 0.0, STEPS)

    claims = {}
    for z, zone in case["zones"].items():
        supply = [(generation[c], -1.0) for c, offer in case["contracts"].items() if offer["zone"] == z]
        supply += [(charge, 1.0), (discharge, -1.0)] if z == battery["zone"] else []
        sold, matched, excess = (m.columns(STEPS) for _ in range(3))
        m.pay(sold, 5.0 - np.array(zone["spot_price_per_mwh"]))
        ledger = [(sold, 1.0), *supply]
        loads = [load[s] for s in SITES if SITES[s] == z]
        for s in (s for s in SITES if SITES[s] == z):
            grid = case["sites"][s]["grid"]
            retail, sleeved, firm = m.columns(STEPS), m.columns(STEPS), m.columns(1)
            m.each([(retail, 1.0), (sleeved, 1.0), (load[s], -1.0)], 0.0, 0.0, STEPS)
            m.pay(retail, np.array(grid["energy"]["flat_per_mwh"]))
            m.pay(firm, grid["firm_capacity_charge_per_mw_year"] * YEAR)
            m.each([(retail, 1.0), (firm, -1.0)], -math.inf, 0.0, STEPS)
            ledger.append((sleeved, 1.0))
        m.each(ledger, 0.0, 0.0, STEPS)
        m.each([(matched, 1.0), (excess, 1.0), *supply], 0.0, 0.0, STEPS)
        m.each([(matched, 1.0), *((columns, -1.0) for columns in loads)], -math.inf, 0.0, STEPS)
        claims[z] = matched, excess, loads

    target, most = case["target"], case["surplus"]["max_share"]
    groups = [[z] for z in claims] if target["scope"] == "zone" else [list(claims)]
    for group in groups if target["matching"] != "none" else []:
        wanted = [(columns, -target["cfe"]) for z in group for columns in claims[z][2]]
        counted = [(claims[z][0], 1.0) for z in group]
        counted += [(claims[z][1], 1.0) for z in group] if target["matching"] == "annual" else []
        m.total([*counted, *wanted], 0.0, math.inf)
    if most is not None:
        used = [(columns, -most) for _, _, loads in claims.values() for columns in loads]
        m.total([*((excess, 1.0) for _, excess, _ in claims.values()), *used], -math.inf, 0.0)
    return solve_with_scipy(m).cost


@pytest.mark.parametrize("seed", range(24))
def test_a_load_that_is_a_decision_costs_what_another_matrix_says(seed):
    case = random_case(seed)
    result = solve_case(case_from_mapping(case), QUICK)
    gross = sum(abs(amount) for amount in result.solution.cost.values())
    assert result.solution.objective == pytest.approx(least_cost(case), abs=COST * gross)


def test_the_instances_use_what_they_are_there_for():
    told = [solve_case(case_from_mapping(random_case(seed)), QUICK).solution.cost for seed in range(8)]
    for component in ("load_shifting", "load_moves", "load_curtailment", "load_placement"):
        assert sum(cost.get(component, 0.0) > 1.0 for cost in told) >= 2, component
