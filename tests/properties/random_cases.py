"""Random cases of 24 steps, with all structures, storages, prices and targets, always bounded and mostly feasible."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_model, extract_solution, problem_from_case
from carbonmatch.records import Optimum, Problem, Solution
from carbonmatch.solving import SolveOptions, solve_model

PROPERTY = settings(max_examples=20, derandomize=True, deadline=None, database=None)
"""The same examples in every run; no time limit per example, for the machine may be busy."""

STEPS = 24
DAYS = 365  # makes a yearly charge of what the 24 hours of a case shall cost

COST_TOLERANCE = 1e-6
"""Two optima of one cost, as a share of all that is paid and earned: the gap that a certificate allows."""

FLOW_TOLERANCE = 1e-6
"""Rows of a solution, as a share of the peak load: the residual that a certificate allows."""

SIMPLEX: tuple[str, ...] = ("simplex",)

Mapped = dict[str, Any]


def series(low: int, high: int, divisor: float = 1.0) -> st.SearchStrategy[list[float]]:
    """Return 24 values on a coarse grid: ties and zeros, where solvers and ledgers slip, are common on it."""
    values = st.lists(st.integers(low, high), min_size=STEPS, max_size=STEPS)
    return values.map(lambda numbers: [number / divisor for number in numbers])


def spot_prices() -> st.SearchStrategy[list[float]]:
    return series(-30, 120)


def profiles() -> st.SearchStrategy[list[float]]:
    return series(0, 10, 10)


def retail_prices() -> st.SearchStrategy[Mapped | list[float]]:
    return st.one_of(
        st.integers(0, 20).map(lambda margin: {"index": "spot", "margin_per_mwh": margin}),
        st.integers(20, 150).map(lambda price: {"flat_per_mwh": price}),
        series(0, 150),
    )


def surplus_prices() -> st.SearchStrategy[Mapped | None]:
    """Return nothing, less than spot, or a price that at times beats retail supply."""
    return st.one_of(
        st.none(),
        st.integers(-20, 0).map(lambda margin: {"index": "spot", "margin_per_mwh": margin}),
        st.integers(-10, 100).map(lambda price: {"flat_per_mwh": price}),
    )


@st.composite
def contracts(draw: st.DrawFn, zones: list[str], *, physical: bool = False, a_choice: bool = False) -> Mapped:
    """Return a contract of any structure, or a physical one; with `a_choice`, one that may be left out."""
    structure = draw(st.sampled_from(["pay_as_produced", "clean_firm", *([] if physical else ["virtual"])]))
    contract: Mapped = {
        "technology": "clean_firm" if structure == "clean_firm" else "onshore_wind",
        "zone": draw(st.sampled_from(zones)),
        "structure": structure,
        "strike_per_mwh": draw(st.integers(-10, 120)),
    }
    size = draw(st.sampled_from(["offer"] * 6 + ([] if a_choice else ["existing", "least"])))
    if size == "existing":
        contract["existing_mw"] = draw(st.integers(0, 8))
    else:
        contract["max_mw"] = draw(st.integers(1, 40))
        contract["min_mw"] = min(draw(st.integers(1, 4)), contract["max_mw"]) if size == "least" else 0
    if draw(st.booleans()):
        contract["loss_factor"] = 0.95
    if structure == "clean_firm":
        contract["must_run_share"] = draw(st.sampled_from([0.0, 0.3, 1.0]))
        contract["availability"] = draw(st.one_of(st.just(1.0), profiles()))
        contract["capacity_fee_per_mw_year"] = DAYS * draw(st.integers(0, 500))
        return contract
    contract["capacity_factor"] = draw(profiles())
    if draw(st.booleans()):
        contract["curtailment"] = {"compensation": draw(st.sampled_from([0.0, 0.5, 1.0]))}
        if draw(st.booleans()):
            contract["curtailment"]["when_spot_price_at_most_per_mwh"] = draw(st.integers(-10, 20))
    return contract


@st.composite
def storages(draw: st.DrawFn, zones: list[str], *, delivered: bool = False) -> Mapped:
    """Return a storage whose costs are not negative and whose sizes are bounded.

    How it settles is always said: where it is not, it depends on the other offers of its zone (see
    test_one_more_offer_does_not_change_how_a_storage_settles).
    """
    storage: Mapped = {
        "zone": draw(st.sampled_from(zones)),
        "power_cost_per_mw_year": DAYS * draw(st.integers(0, 100)),
        "energy_cost_per_mwh_year": DAYS * draw(st.integers(0, 40)),
        "round_trip_efficiency": draw(st.sampled_from([0.5, 0.81, 1.0])),
        "standing_loss_per_hour": draw(st.sampled_from([0.0, 0.01])),
        "discharge_cost_per_mwh": draw(st.integers(0, 3)),
        "max_power_mw": draw(st.integers(1, 20)),
        "min_state_of_charge": draw(st.sampled_from([0.0, 0.2])),
        "settlement": "delivered" if delivered else draw(st.sampled_from(["delivered", "spot"])),
        "cycle_basis": draw(st.sampled_from(["stored", "delivered"])),
    }
    if draw(st.booleans()):
        storage["duration_hours"] = draw(st.sampled_from([1, 4, 10]))
    else:
        storage["max_energy_mwh"] = draw(st.integers(1, 80))
    if draw(st.booleans()):
        storage["cycles_per_year"] = DAYS * draw(st.sampled_from([0.5, 1, 3]))
    if not delivered and draw(st.booleans()):
        storage["grid_charging"] = True
        storage["grid_charging_margin_per_mwh"] = draw(st.integers(0, 10))
    return storage


@st.composite
def targets(draw: st.DrawFn) -> Mapped:
    matching = draw(st.sampled_from(["none", "annual", "monthly", "hourly", "hourly"]))
    if matching == "none":
        return {"matching": "none"}
    return {
        "matching": matching,
        "cfe": draw(st.sampled_from([0.0, 0.3, 0.6, 0.8, 0.9, 0.98, 1.0])),
        "grid_credit": matching == "hourly" and draw(st.booleans()),
        "scope": draw(st.sampled_from(["portfolio", "zone"])),
    }


@st.composite
def cases(draw: st.DrawFn, *, coinciding: bool = False, target: st.SearchStrategy[Mapped] | None = None) -> Mapped:
    """Return a case as a mapping; with `coinciding`, one whose two ledgers coincide in every zone."""
    zones = ["A"] if draw(st.integers(0, 3)) else ["A", "B"]
    length = draw(st.sampled_from(["1h", "1h", "30min"]))
    case: Mapped = {
        "name": "random",
        "currency": "EUR",
        # half of the steps lie in January, half in February
        "time": {
            "start": "2018-01-31T12:00" if length == "1h" else "2018-01-31T18:00",
            "end": "2018-02-01T12:00" if length == "1h" else "2018-02-01T06:00",
            "timezone": "UTC",
            "step": length,
        },
        "zones": {
            zone: {"spot_price_per_mwh": draw(spot_prices()), "grid_cfe_share": draw(profiles())} for zone in zones
        },
        "sites": {},
        "contracts": {},
        "storage": {},
        "target": draw(targets() if target is None else target),
        "surplus": {"price": draw(surplus_prices()), "max_share": draw(st.sampled_from([None, None, 0.2, 1.0]))},
    }
    for number in range(len(zones) + (draw(st.integers(0, 3)) == 0)):
        load, step = draw(series(0, 12)), draw(st.integers(0, STEPS - 1))
        load = [*load[:step], load[step] + 5, *load[step + 1 :]]  # a zone has some load
        case["sites"][f"site{number}"] = {
            "zone": zones[number % len(zones)],
            "load": load,
            "grid": {
                "energy": draw(retail_prices()),
                "firm_capacity_charge_per_mw_year": DAYS * draw(st.sampled_from([0, 0, 50])),
            },
        }
    for number in range(draw(st.integers(1, 3))):
        case["contracts"][f"offer{number}"] = draw(contracts(zones, physical=coinciding))
    if draw(st.integers(0, 3)):
        for zone in zones:
            case["contracts"][f"backup{zone}"] = backup(zone)
    for number in range(draw(st.integers(0, 2))):
        case["storage"][f"storage{number}"] = draw(storages(zones, delivered=coinciding))
    if coinciding:
        cap_surplus_price(case)
    return case


def backup(zone: str) -> Mapped:
    """Return a dear offer that can follow the load of a zone: with it any target can be met."""
    technology = {"technology": "nuclear", "structure": "clean_firm", "zone": zone}
    return {**technology, "strike_per_mwh": 250, "max_mw": 200}


def cap_surplus_price(case: Mapped) -> None:
    """Sell at no more than the lowest retail price of any site in the same step."""
    price = case["surplus"]["price"] or {"flat_per_mwh": 0}
    retail = [
        [price_at(site["grid"]["energy"], case["zones"][site["zone"]], t) for site in case["sites"].values()]
        for t in range(STEPS)
    ]
    wanted = [max(price_at(price, zone, t) for zone in case["zones"].values()) for t in range(STEPS)]
    case["surplus"]["price"] = [min(most, *paid) for most, paid in zip(wanted, retail, strict=True)]


def price_at(price: Mapped | list[float], zone: Mapped, step: int) -> float:
    if isinstance(price, list):
        return price[step]
    if "index" in price:
        return zone["spot_price_per_mwh"][step] + price["margin_per_mwh"]
    return price["flat_per_mwh"]


# --- solving ----------------------------------------------------------------------------------------------------------


def is_feasible_by_construction(case: Mapped) -> bool:
    """Tell whether a case has a solution, whatever its numbers: all bought at retail, or all matched by the backup.

    Without a limit on surplus, what is forced into the portfolio can be sold. With one, nothing may be forced into it.
    """
    backed = all(f"backup{zone}" in case["contracts"] for zone in case["zones"])
    forced = any("existing_mw" in c or c.get("min_mw", 0) > 0 for c in case["contracts"].values())
    no_target = case["target"]["matching"] == "none" or case["target"]["cfe"] == 0.0
    return (no_target or backed) and (case["surplus"]["max_share"] is None or not forced)


def solve(
    case: Mapped, *, split_ledgers: bool = False, chain: tuple[str, ...] = SIMPLEX
) -> tuple[Problem, Solution, Optimum] | None:
    """Return problem, solution and optimum of a case; None where it is infeasible and may be so."""
    problem = problem_from_case(case_from_mapping(case, Path()))
    try:
        model = build_model(problem, split_ledgers=split_ledgers)
        optimum = solve_model(model, problem.yardstick, SolveOptions(solver=chain))
    except InfeasibleError:
        if is_feasible_by_construction(case):
            raise
        return None
    return problem, extract_solution(model, problem, optimum), optimum


def cost_of(case: Mapped, *, split_ledgers: bool = False, chain: tuple[str, ...] = SIMPLEX) -> Cost:
    """Return the least cost of a case; infinite where it is infeasible and may be so."""
    found = solve(case, split_ledgers=split_ledgers, chain=chain)
    if found is None:
        return Cost(math.inf, 0.0)
    _, solution, _ = found
    return Cost(solution.objective, sum(abs(amount) for amount in gross(solution)))


def gross(solution: Solution) -> list[float]:
    """Return the amounts that are paid or earned, contract by contract."""
    shared = [solution.cost[part] for part in ("grid_energy", "firm_capacity", "surplus_sales")]
    return [*shared, *solution.contract_cost.values(), *solution.storage_cost.values()]


class Cost:
    """A least cost [currency], compared with the tolerance that its size deserves; infinite where infeasible."""

    def __init__(self, amount: float, turnover: float) -> None:
        self.amount = amount
        self.turnover = turnover

    def __repr__(self) -> str:
        return f"Cost({self.amount:.9g}, turnover {self.turnover:.3g})"

    def times(self, factor: float) -> Cost:
        return Cost(self.amount * factor, self.turnover * factor)

    def tolerance(self, other: Cost) -> float:
        return COST_TOLERANCE * max(1.0, self.turnover, other.turnover)

    def at_most(self, other: Cost) -> bool:
        return self.amount <= other.amount + self.tolerance(other)

    def equals(self, other: Cost) -> bool:
        return self.amount == other.amount or abs(self.amount - other.amount) <= self.tolerance(other)


# --- changes ----------------------------------------------------------------------------------------------------------


def changed(case: Mapped, change: Callable[[Mapped], None]) -> Mapped:
    """Return a copy of a case to which a change was made."""
    copied = copy.deepcopy(case)
    change(copied)
    return copied


def scaled(value: Any, factor: float, keys: Callable[[str], bool], *, inside: bool = False) -> Any:
    """Return a case with every number below a key that `keys` names multiplied by a factor."""
    if isinstance(value, Mapping):
        return {key: scaled(inner, factor, keys, inside=inside or keys(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [scaled(inner, factor, keys, inside=inside) for inner in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value * factor if inside and is_number else value
