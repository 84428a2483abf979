"""Cases of some days for what is operated day by day, and their sizes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from properties.random_cases import STEPS
from small_cases import QUICK, a_case, merged

from carbonmatch.case import Case
from carbonmatch.formulation import problem_from_case
from carbonmatch.records import FloatArray, Schedule
from carbonmatch.study.fix import Sizes, fix_sizes, sizes_of
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages

TWO_DAYS: dict[str, Any] = {
    "name": "two-days",
    "currency": "EUR",
    "time": {"start": "2018-01-01", "end": "2018-01-03", "timezone": "UTC", "step": "6h"},
    "zones": {"Z": {"spot_price_per_mwh": [40.0, 15.0, 10.0, 60.0] * 2}},
    "sites": {"s": {"zone": "Z", "load": [10.0] * 8, "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}}}},
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 30,
            "capacity_factor": [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 1.0, 0.0],
            "existing_mw": 20,
        }
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 0,
            "energy_cost_per_mwh_year": 1,
            "round_trip_efficiency": 0.81,
            "min_power_mw": 10,
            "max_power_mw": 10,
            "min_energy_mwh": 60,
            "max_energy_mwh": 60,
        }
    },
    "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
    "target": {"matching": "hourly", "cfe": 0.5},
}
"""Load 60 MWh in every step of six hours; a sun of 120 at its best; a battery of 60 MWh, 0.9 each way."""


def two_days(changes: Mapping[str, Any] | None = None) -> Case:
    return a_case(changes, base=TWO_DAYS)


def stretched(case: Mapping[str, Any], days: int) -> dict[str, Any]:
    """Return a random case of 24 steps as one of so many days: every day has the same values in another order."""
    hours = 0.5 if case["time"].get("step") == "30min" else 1.0
    times = round(days * 24 / hours / STEPS)

    def longer(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: longer(inner) for key, inner in value.items()}
        if isinstance(value, list) and len(value) == STEPS:
            return [x for n in range(times) for x in (value[5 * n % STEPS :] + value[: 5 * n % STEPS])[:: (-1) ** n]]
        return copy.deepcopy(value)

    return merged(longer(case), {"time": {"start": "2018-01-01T00:00", "end": f"2018-01-{days + 1:02d}T00:00"}})


def planned(case: Case) -> tuple[dict[str, Any], Sizes]:
    """Return the summary of the least-cost portfolio of a case, and its sizes."""
    summary = CaseSolver(QUICK).result(case, Stages()).summary
    return summary, sizes_of(summary, "plan")


def schedule_of(case: Case, result: Any) -> Schedule:
    """Return the flows of a result whose storages have one pool each."""
    s = result.solution
    return Schedule(
        s.generation_mwh,
        s.clean_charge_mwh + s.grey_charge_mwh,
        s.clean_discharge_mwh + s.grey_discharge_mwh,
        s.clean_state_of_charge_mwh + s.grey_state_of_charge_mwh,
    )


def held(case: Case, sizes: Sizes) -> Any:
    return fix_sizes(problem_from_case(case), sizes)


def unmatched_of(result: Any) -> FloatArray:
    return result.ledger.zones[0].unmatched_mwh
