"""The limits that a case sets, one by one: what each of them holds, and the problem without it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pyomo.core as pyo

from carbonmatch.records import ContractTerms, Problem, StorageTerms

LimitKind = Literal[
    "max_mw",
    "min_mw",
    "existing_mw",
    "must_run_share",
    "most_volume_share",
    "max_power_mw",
    "min_power_mw",
    "max_energy_mwh",
    "min_energy_mwh",
    "duration_hours",
    "cycles_per_year",
    "connection_mw",
    "connection_share",
    "max_share",
    "carbon_cap_t_per_year",
    "budget_per_year",
]

LOWERED: Final = {"min_mw", "existing_mw", "must_run_share", "min_power_mw", "min_energy_mwh"}
"""The kinds that stand in the way by being too large."""

UPPER: Final = {"max_mw", "max_power_mw", "max_energy_mwh", "max_share"}
"""The kinds that are largest sizes, or the limit on surplus: what can grow in one proportion."""

PORTFOLIO: Final = {"max_share", "carbon_cap_t_per_year", "budget_per_year"}
"""The kinds that are of the whole portfolio, not of one offer."""

CONNECTIONS: Final[tuple[LimitKind, ...]] = ("connection_mw", "connection_share")
"""The kinds that hold what a plant and the storage beside it feed in."""

SLACK: Final = 1e-3
"""A limit that leaves this share of itself as room does not bind. Engines leave 1e-6 of one that does, or less."""


@dataclass(frozen=True)
class Limit:
    """One number of a case that bounds what can be chosen.

    kind     the key of the case that holds it
    number   of its contract or storage in the problem; 0 for the limits of the whole portfolio
    key      the whole key, such as contracts.pv.max_mw
    value    in the unit of the key; of `must_run_share` the least generation instead [MWh/MW per step]
    """

    kind: LimitKind
    number: int
    key: str
    value: float

    @property
    def lowered(self) -> bool:
        """Whether less of it is what helps."""
        return self.kind in LOWERED


def limits_of(problem: Problem) -> tuple[Limit, ...]:
    """Return all limits of a problem that can stand in the way of its target, in the order of the case.

    Sizes that are too large hurt in two ways only: what they generate cannot be used, and the surplus is limited, or
    they cost money, and there is a budget. What a storage must keep in costs energy where it loses some over time. They
    are no limits where none of this is so; nor is anything about a contract that does not count for the target.
    """
    return (*_contract_limits(problem), *_storage_limits(problem), *_portfolio_limits(problem))


def _contract_limits(problem: Problem) -> Iterator[Limit]:
    too_large_hurts = math.isfinite(problem.target.max_surplus_share) or problem.target.budget is not None
    for number, contract in enumerate(problem.contracts):
        if not contract.eligible:
            continue
        key = f"contracts.{contract.name}"
        if contract.existing:
            if too_large_hurts and contract.min_mw > 0.0:
                yield Limit("existing_mw", number, f"{key}.existing_mw", contract.min_mw)
        else:
            if math.isfinite(contract.max_mw) and not _covers_all_that_is_used(problem, contract):
                yield Limit("max_mw", number, f"{key}.max_mw", contract.max_mw)
            # What is taken by choice, and obliges to nothing, is never too large.
            obliges = not contract.consumed or contract.volume is not None
            if too_large_hurts and contract.min_mw > 0.0 and obliges:
                yield Limit("min_mw", number, f"{key}.min_mw", contract.min_mw)
        if too_large_hurts and contract.dispatchable and contract.least_mwh_per_mw.any():
            least = float(contract.least_mwh_per_mw.max())
            yield Limit("must_run_share", number, f"{key}.must_run_share", least)
        # Of a size that could be larger, the volume could be too.
        if contract.volume is not None and math.isfinite(contract.volume.most_share) and math.isfinite(contract.max_mw):
            yield Limit("most_volume_share", number, f"{key}.most_volume_share", contract.volume.most_share)


def _covers_all_that_is_used(problem: Problem, contract: ContractTerms) -> bool:
    """Tell whether a contract that is taken as it is used can cover the load: a larger size would match no more."""
    if not contract.consumed:
        return False
    load = problem.zones[contract.zone].load_mwh
    return bool((contract.available_mwh_per_mw * contract.max_mw >= load).all())


def _storage_limits(problem: Problem) -> Iterator[Limit]:
    for number, storage in enumerate(problem.storage):
        key = f"storage.{storage.name}"
        power_is_limited = math.isfinite(storage.max_power_mw)
        if power_is_limited:
            yield Limit("max_power_mw", number, f"{key}.max_power_mw", storage.max_power_mw)
        if storage.duration_hours is None:
            if math.isfinite(storage.max_energy_mwh):
                yield Limit("max_energy_mwh", number, f"{key}.max_energy_mwh", storage.max_energy_mwh)
        elif power_is_limited:
            yield Limit("duration_hours", number, f"{key}.duration_hours", storage.duration_hours)
        if math.isfinite(storage.cycles_per_year):
            yield Limit("cycles_per_year", number, f"{key}.cycles_per_year", storage.cycles_per_year)
        if storage.pairing is not None:
            for kind in CONNECTIONS:
                if math.isfinite(value := getattr(storage.pairing, kind)):
                    yield Limit(kind, number, f"{key}.{kind}", value)
        if upkeep(storage) or problem.target.budget is not None:
            if storage.min_power_mw > 0.0:
                yield Limit("min_power_mw", number, f"{key}.min_power_mw", storage.min_power_mw)
            if storage.min_energy_mwh > 0.0 and storage.duration_hours is None:
                yield Limit("min_energy_mwh", number, f"{key}.min_energy_mwh", storage.min_energy_mwh)


def _portfolio_limits(problem: Problem) -> Iterator[Limit]:
    target = problem.target
    if math.isfinite(target.max_surplus_share):
        yield Limit("max_share", 0, "surplus.max_share", target.max_surplus_share)
    if target.carbon_cap_t_per_year is not None:
        yield Limit("carbon_cap_t_per_year", 0, "target.carbon_cap_t_per_year", target.carbon_cap_t_per_year)
    if target.budget is not None:
        yield Limit("budget_per_year", 0, "target.budget_per_year", target.budget.per_year)


def upkeep(storage: StorageTerms) -> bool:
    """Tell whether a larger storage is a burden: it must keep energy in, and loses some of it over time."""
    return storage.min_state_of_charge > 0.0 and storage.standing_loss_per_hour > 0.0


def lifted(problem: Problem, limits: Iterable[Limit]) -> Problem:
    """Return the problem without some of its limits, everything else as it is."""
    for limit in limits:
        problem = _changed(problem, limit, _LIFTED[limit.kind])
    return problem


def with_less_must_run(problem: Problem, limit: Limit, least_mwh_per_mw: float) -> Problem:
    """Return the problem with a lower must-run in place of that which a limit stands for."""
    least = problem.contracts[limit.number].least_mwh_per_mw
    return _changed(problem, limit, {"least_mwh_per_mw": np.minimum(least, least_mwh_per_mw)})


_LIFTED: Final[dict[LimitKind, dict[str, Any]]] = {
    "max_mw": {"max_mw": math.inf},
    "min_mw": {"min_mw": 0.0},
    "existing_mw": {"min_mw": 0.0},
    "must_run_share": {"least_mwh_per_mw": 0.0},
    "most_volume_share": {"most_share": math.inf},
    "max_power_mw": {"max_power_mw": math.inf},
    "min_power_mw": {"min_power_mw": 0.0},
    "max_energy_mwh": {"max_energy_mwh": math.inf},
    "min_energy_mwh": {"min_energy_mwh": 0.0},
    "duration_hours": {"duration_hours": None, "min_energy_mwh": 0.0, "max_energy_mwh": math.inf},
    "cycles_per_year": {"cycles_per_year": math.inf},
    "connection_mw": {"connection_mw": math.inf},
    "connection_share": {"connection_share": math.inf},
    "max_share": {"max_surplus_share": math.inf},
    "carbon_cap_t_per_year": {"carbon_cap_t_per_year": None},
    "budget_per_year": {"budget": None},
}
"""What a problem holds in place of each limit where it is lifted."""


def _changed(problem: Problem, limit: Limit, changes: dict[str, Any]) -> Problem:
    if limit.kind in PORTFOLIO:
        return replace(problem, target=replace(problem.target, **changes))
    if limit.key.startswith("storage."):
        storage = problem.storage[limit.number]
        if limit.kind in CONNECTIONS and storage.pairing is not None:
            changes = {"pairing": replace(storage.pairing, **changes)}
        storage = replace(storage, **changes)
        return replace(problem, storage=_replaced(problem.storage, limit.number, storage))
    terms: ContractTerms = problem.contracts[limit.number]
    if limit.kind == "must_run_share":
        changes = {"least_mwh_per_mw": np.zeros_like(terms.available_mwh_per_mw) + changes["least_mwh_per_mw"]}
    if limit.kind == "most_volume_share" and terms.volume is not None:
        changes = {"volume": replace(terms.volume, **changes)}
    return replace(problem, contracts=_replaced(problem.contracts, limit.number, replace(terms, **changes)))


def _replaced(entries: tuple[Any, ...], number: int, entry: Any) -> tuple[Any, ...]:
    return (*entries[:number], entry, *entries[number + 1 :])


def binds(model: pyo.ConcreteModel, problem: Problem, limit: Limit) -> bool:
    """Tell whether a limit may be what keeps the best share down, from the values of a solved model of it.

    One that leaves room at the best point cannot: on the way from there to any better point the problem is convex, so
    that a first part of the way keeps to the limit and is better already.
    """
    room = False
    match limit.kind:
        case "max_mw":
            room = not _presses(model.contract[_entry(problem, limit).name].contracted_mw, limit.value)
        case "most_volume_share":
            block, volume = model.contract[_entry(problem, limit).name], problem.contracts[limit.number].volume
            agreed = 0.0 if volume is None else volume.total_mwh_per_mw * float(pyo.value(block.contracted_mw))
            room = bool(block.most_volume.uslack() > SLACK * limit.value * agreed)
        case "max_power_mw" | "max_energy_mwh":
            room = not _presses(getattr(model.storage[_entry(problem, limit).name], limit.kind[4:]), limit.value)
        case "duration_hours":  # of a storage that could be larger, the power would give more energy too
            storage = problem.storage[limit.number]
            room = not _presses(model.storage[storage.name].power_mw, storage.max_power_mw)
        case "cycles_per_year":
            block = model.storage[_entry(problem, limit).name]
            allowed = limit.value * problem.time.year_fraction * float(pyo.value(block.energy_mwh))
            room = bool(block.cycle_limit.uslack() > SLACK * allowed)
        case "connection_mw" | "connection_share":
            block = model.storage[_entry(problem, limit).name]
            carried = SLACK * float(pyo.value(block.connection_mw)) * problem.time.hours_per_step
            room = all(row.uslack() > carried for row in block.shared_connection.values())
        case "max_share":
            room = _surplus_has_room(model, problem)
        case "min_mw" | "existing_mw" | "must_run_share":  # too large for the surplus limit, or for the budget
            room = problem.target.budget is None and _surplus_has_room(model, problem)
    return not room


def _surplus_has_room(model: pyo.ConcreteModel, problem: Problem) -> bool:
    excess = sum(float(pyo.value(flow)) for zone in model.zone.values() for flow in zone.excess)
    return excess < (1.0 - SLACK) * problem.target.max_surplus_share * problem.total_load_mwh


def _presses(size: Any, most: float) -> bool:
    return float(pyo.value(size)) >= (1.0 - SLACK) * most


def _entry(problem: Problem, limit: Limit) -> ContractTerms | StorageTerms:
    return (problem.storage if limit.key.startswith("storage.") else problem.contracts)[limit.number]
