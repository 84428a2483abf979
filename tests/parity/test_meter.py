"""Behind the meter against a matrix of its own: one site, one zone, a day, every flow a column, solved by SciPy.

COST    of gross cost: both sides solve to 1e-9 or better.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference import Matrix, solve_with_scipy
from small_cases import solved

from carbonmatch.case import case_from_mapping

COST = 1e-7
STEPS = 24
HOURS_OF_A_YEAR = 8760.0
MONTH = STEPS / 744.0  # a day of January
YEAR = STEPS / HOURS_OF_A_YEAR


def random_day(seed):
    """Return a day of a site with solar and a battery behind its meter, wind off site, and a tariff."""
    rng = np.random.default_rng(seed)
    spot = np.round(rng.uniform(10, 90, STEPS), 1)
    grid = {
        "energy": {"time_of_use": [{"per_mwh": 120, "hours": [8, 20]}, {"per_mwh": 70}]},
        "adders_per_mwh": {"network": 9, "levies": float(rng.integers(0, 20))},
        "demand_charges": {"day": {"per_kw_month": float(rng.integers(1, 15)), "hours": [7, 21]}},
        "subscribed": {"charge_per_mw_year": float(rng.integers(1000, 40000)), "excess_penalty_per_mwh": 60},
        "fixed_charge_per_month": 744,
        "export_price": {"flat_per_mwh": float(rng.integers(20, 65))},
        "export_limit_mw": float(rng.integers(0, 6)),
    }
    sun = np.round(np.maximum(np.sin((np.arange(STEPS) - 6) / 12 * np.pi), 0) * rng.uniform(0.5, 1), 3)
    return {
        "name": "day",
        "currency": "EUR",
        "time": {"start": "2018-01-01", "end": "2018-01-02", "timezone": "UTC"},
        "zones": {"Z": {"spot_price_per_mwh": spot.tolist()}},
        "sites": {"s": {"zone": "Z", "load": np.round(rng.uniform(6, 12, STEPS), 2).tolist(), "grid": grid}},
        "contracts": {
            "roof": {"technology": "solar", "zone": "Z", "site": "s", "structure": "pay_as_produced",
                     "strike_per_mwh": float(rng.integers(20, 70)), "capacity_factor": sun.tolist(), "max_mw": 40},
            "wind": {"technology": "onshore_wind", "zone": "Z", "structure": "pay_as_produced",
                     "strike_per_mwh": float(rng.integers(50, 100)),
                     "capacity_factor": np.round(rng.uniform(0, 1, STEPS), 3).tolist(), "max_mw": 30},
        },
        "storage": {
            "battery": {"zone": "Z", "site": "s", "power_cost_per_mw_year": 9000, "energy_cost_per_mwh_year": 8000,
                        "round_trip_efficiency": 0.81, "discharge_cost_per_mwh": 0.5, "max_power_mw": 8,
                        "grid_charging": bool(seed % 2)},
        },
        "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
        "target": {"matching": "hourly", "cfe": float(rng.choice([0.3, 0.5, 0.6]))},
    }  # fmt: skip


def least_cost(case):
    """Return the least cost of a day, from a matrix that is written from the words of the tariff alone."""
    m, grid, steps = Matrix(), case["sites"]["s"]["grid"], STEPS
    load, spot = np.array(case["sites"]["s"]["load"]), np.array(case["zones"]["Z"]["spot_price_per_mwh"])
    hour = np.arange(steps)
    retail_price = np.where((hour >= 8) & (hour < 20), 120.0, 70.0)
    size, flow = {}, {}
    for name in ("roof", "wind"):
        offer = case["contracts"][name]
        size[name], flow[name] = m.columns(1, 0.0, offer["max_mw"]), m.columns(steps)
        m.each([(flow[name], 1.0), (size[name], -np.array(offer["capacity_factor"]))], 0.0, 0.0, steps)
        m.pay(flow[name], offer["strike_per_mwh"])
    retail, delivered, sold = (m.columns(steps) for _ in range(3))
    imported, exported = m.columns(steps), m.columns(steps, 0.0, grid["export_limit_mw"])
    m.each([(imported, 1.0), (retail, -1.0), (delivered, -1.0)], 0.0, 0.0, steps)  # what passes the meter was bought
    m.each([(flow["wind"], 1.0), (delivered, -1.0), (sold, -1.0)], 0.0, 0.0, steps)
    m.pay(retail, retail_price)
    m.pay(imported, sum(grid["adders_per_mwh"].values()))
    m.pay(exported, -grid["export_price"]["flat_per_mwh"])
    m.pay(sold, -(spot - 5.0))

    battery = case["storage"]["battery"]
    power, energy = m.columns(1, 0.0, battery["max_power_mw"]), m.columns(1)
    m.pay(power, battery["power_cost_per_mw_year"] * YEAR)
    m.pay(energy, battery["energy_cost_per_mwh_year"] * YEAR)
    charge, discharge, state = {}, {}, {}
    for pool in ("clean", "grey") if battery["grid_charging"] else ("clean",):
        charge[pool], discharge[pool], state[pool] = (m.columns(steps) for _ in range(3))
        following = np.roll(state[pool], -1)
        terms = [(following, 1.0), (state[pool], -1.0), (charge[pool], -0.9), (discharge[pool], 1 / 0.9)]
        m.each(terms, 0.0, 0.0, steps)
        m.pay(discharge[pool], battery["discharge_cost_per_mwh"])
    moved = [(each, 1.0) for each in (*charge.values(), *discharge.values())]
    m.each([*moved, (power, -1.0)], -math.inf, 0.0, steps)
    m.each([*((each, 1.0) for each in state.values()), (energy, -1.0)], -math.inf, 0.0, steps)

    into = [(flow["roof"], 1.0), (imported, 1.0), *((each, 1.0) for each in discharge.values())]
    out = [(exported, -1.0), *((each, -1.0) for each in charge.values())]
    m.each([*into, *out], load, load, steps)
    sources = [(flow["roof"], -1.0), *((each, -1.0) for each in discharge.values())]
    m.each([(exported, 1.0), *sources], -math.inf, 0.0, steps)
    m.each([(charge["clean"], 1.0), (flow["roof"], -1.0), (delivered, -1.0)], -math.inf, 0.0, steps)

    peak, subscribed, above = m.columns(1), m.columns(1), m.columns(steps)
    m.pay(peak, grid["demand_charges"]["day"]["per_kw_month"] * 1000.0 * MONTH)
    m.pay(subscribed, grid["subscribed"]["charge_per_mw_year"] * YEAR)
    m.pay(above, grid["subscribed"]["excess_penalty_per_mwh"])
    by_day = ((hour >= 7) & (hour < 21)).astype(float)
    m.each([(imported, by_day), (peak, -1.0)], -math.inf, 0.0, steps)
    m.each([(imported, 1.0), (subscribed, -1.0), (above, -1.0)], -math.inf, 0.0, steps)

    matched, excess = m.columns(steps, 0.0, load), m.columns(steps)
    claims = [(flow["roof"], 1.0), (flow["wind"], 1.0), (discharge["clean"], 1.0), (charge["clean"], -1.0)]
    m.each([*claims, (matched, -1.0), (excess, -1.0)], 0.0, 0.0, steps)
    m.total([(matched, 1.0)], case["target"]["cfe"] * load.sum(), math.inf)
    return solve_with_scipy(m).cost + grid["fixed_charge_per_month"] * MONTH


@pytest.mark.parametrize("seed", range(16))
def test_a_site_with_a_tariff_and_plants_behind_its_meter_costs_the_same(seed):
    case = random_day(seed)
    _, solution, _ = solved(case_from_mapping(case))
    gross = sum(max(amount, 0.0) for amount in solution.cost.values())
    assert solution.objective == pytest.approx(least_cost(case), abs=COST * gross)
