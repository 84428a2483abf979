"""A day whose every price and load is its own, so that its optimum and the prices of it are a single point."""

from __future__ import annotations

from typing import Any

import numpy as np
from small_cases import QUICK, TWO_HOURS, a_case, merged, solved

from carbonmatch.case import Case
from carbonmatch.study import Explanation
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.study.run import solve_case

HOURS = 24
RNG = np.random.default_rng(7)
LOAD = 10 + 2 * np.sin(np.arange(HOURS) / 4) + RNG.uniform(0, 0.5, HOURS)
SPOT = 45 + 15 * np.cos(np.arange(HOURS) / 3) + RNG.uniform(0, 3, HOURS)
SUN = np.clip(np.sin((np.arange(HOURS) - 5) / 14 * np.pi), 0, None) * RNG.uniform(0.7, 0.9, HOURS)
WIND = RNG.uniform(0.05, 0.8, HOURS)
OTHER_WIND = RNG.uniform(0.05, 0.8, HOURS)

WIND_OFFER: dict[str, Any] = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 62,
    "capacity_factor": WIND,
}
FIRM_OFFER: dict[str, Any] = {
    "technology": "geothermal",
    "zone": "Z",
    "structure": "clean_firm",
    "strike_per_mwh": 90,
    "availability": 0.9,
    "must_run_share": 0.4,
    "capacity_fee_per_mw_year": 20000,
}
BATTERY: dict[str, Any] = {
    "zone": "Z",
    "power_cost_per_mw_year": 9000,
    "energy_cost_per_mwh_year": 18000,
    "round_trip_efficiency": 0.86,
    "standing_loss_per_hour": 0.001,
    "discharge_cost_per_mwh": 0.5,
}
DAY = merged(
    TWO_HOURS,
    {
        "time": {"start": "2018-06-01", "end": "2018-06-02"},
        "zones": {"Z": {"spot_price_per_mwh": SPOT, "carbon_intensity_g_per_kwh": ...}},
        "sites": {"s": {"load": LOAD, "grid": {"firm_capacity_charge_per_mw_year": 50000}}},
        "contracts": {
            "sun": {"capacity_factor": SUN, "strike_per_mwh": 50, "max_mw": ...},
            "wind": WIND_OFFER,
        },
        "storage": {"battery": BATTERY},
        "surplus": {"max_share": 0.4},
        "target": {"matching": "hourly", "cfe": 0.8},
    },
)

YEARS = 24 / 8760
"""Of the day in a year, by which yearly amounts are scaled."""


def day(**changes: Any) -> Case:
    """Return the day with changes laid over it."""
    return a_case(changes, DAY)


def cost(case: Case, **options: Any) -> float:
    """Return what the best portfolio of a case costs over the day."""
    return solved(case, **options)[1].objective


def explained(case: Case, **asked: bool) -> Explanation:
    """Return the explanation of a case, with no other solves unless they are asked for."""
    result = solve_case(case, QUICK)
    return explain_result(result, QUICK, **{"exit_prices": False, **asked}, executor=Executor(jobs=1))


def limit(explanation: Explanation, key: str) -> dict[str, Any]:
    """Return one limit of an explanation."""
    (found,) = [entry for entry in explanation.summary["limits"] if entry["key"] == key]
    return found
