"""Every offer with its worth: when one that is left out would enter, and when one that is taken would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from carbonmatch.accounting import OfferWorth, asked_prices, offer_worth
from carbonmatch.errors import UnboundedError, VerificationError
from carbonmatch.formulation import SizeOfUnit, build_unit
from carbonmatch.records import ContractTerms, Problem, ShadowPrices, StorageTerms, Yardstick
from carbonmatch.solving import SolveOptions, solve_model
from carbonmatch.study.explain.uniqueness import Uniqueness
from carbonmatch.study.explain.variant import Beside, Priced, Variant, sliver, without
from carbonmatch.study.result import Result
from carbonmatch.units import DUAL_TOLERANCE, GAP_TOLERANCE, NEGLIGIBLE_SIZE

SIZES_HELD: Final = "sizes are held: nothing can enter or leave"
EXISTING: Final = "already signed"
NOT_TAKEN: Final = "not taken"
NOT_ASKED: Final = "not asked for"
PAIRED: Final = "a storage stands beside it: solve the case without both"


def negligible_mw(problem: Problem) -> float:
    """Return the size below which an offer counts as not taken [MW]."""
    planned = sum(float(site.load_mwh.max()) for site in problem.sites)
    peak = max(planned, problem.peak_load_mwh) / problem.time.hours_per_step  # where all load is placed none is planned
    return NEGLIGIBLE_SIZE * peak


# --- what one unit is worth -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StorageWorth:
    """What a storage would have to cost to be just worth it at given prices, one cost at a time.

    power_cost_per_mw_year, energy_cost_per_mwh_year   None where it earns without limit whatever that costs
    duration_hours   energy per power at which it would be worth it first; None where it is worth nothing
    """

    power_cost_per_mw_year: float | None
    energy_cost_per_mwh_year: float | None
    duration_hours: float | None


def storage_worth(problem: Problem, storage: StorageTerms, prices: ShadowPrices, options: SolveOptions) -> StorageWorth:
    """Return what a storage that is no part of a portfolio would have to cost to enter it.

    One unit of it is solved for at the prices of the portfolio; its cost may exceed what it earns by nothing. The
    reduced costs of the sizes do not say that: inside a storage of size zero the duals are not unique.
    """
    power, duration = _unit(problem, storage, prices, options, "power_mw")
    energy, _ = _unit(problem, storage, prices, options, "energy_mwh")
    return StorageWorth(
        None if power is None else storage.power_cost_per_mw_year - power,
        None if energy is None else storage.energy_cost_per_mwh_year - energy,
        storage.duration_hours or duration,
    )


def _unit(
    problem: Problem, storage: StorageTerms, prices: ShadowPrices, options: SolveOptions, unit: SizeOfUnit
) -> tuple[float | None, float | None]:
    """Return by how much the yearly cost of one unit is above what it earns, and its other size at that."""
    hours = problem.time.hours_per_step
    yardstick = Yardstick(hours, hours, problem.yardstick.typical_price_per_mwh)
    model = build_unit(storage, prices, problem.time, unit)  # kept, for the names of its columns
    try:
        optimum = solve_model(model, yardstick, options)
    except UnboundedError:
        return None, None
    sizes = {column.local_name: value for column, value in zip(optimum.columns, optimum.values, strict=True)}
    other = sizes.get("energy_mwh" if unit == "power_mw" else "power_mw")
    size = None if other is None or other <= NEGLIGIBLE_SIZE else float(other)
    return optimum.certificate.primal_objective / problem.time.year_fraction, size


def worth_of_contracts(result: Result) -> dict[str, OfferWorth]:
    """Return what every contract of a result is worth at its prices.

    Raises:
        VerificationError: what an offer is worth does not agree with the size that it has.
    """
    problem, solution = result.problem, result.solution
    least, years = negligible_mw(problem), problem.time.year_fraction
    found = {}
    for i, contract in enumerate(problem.contracts):
        generation = solution.generation_mwh[i] if solution.contracted_mw[i] >= least else None
        worth = offer_worth(contract, generation, solution.shadow_prices, years)
        if worth.net_worth_per_mw_year is not None:
            _check(result, contract, float(solution.contracted_mw[i]), worth.net_worth_per_mw_year * years)
        found[contract.name] = worth
    return found


def _check(result: Result, contract: ContractTerms, size: float, net_worth_per_mw: float) -> None:
    """Make sure that an offer which could be larger earns nothing more, and one that could be smaller loses nothing.

    It is the condition that a size is the best one, by formulas that do not know the model. Of a size that is a
    whole-number decision it is none: the next MW may pay, and not be on offer.
    """
    if contract.choice is not None:
        return
    gross = sum(max(amount, 0.0) for amount in result.solution.cost.values())
    typical = max(result.problem.yardstick.typical_price_per_mwh, float(np.abs(contract.price_per_mwh).max()))
    noise = 10.0 * DUAL_TOLERANCE * typical * max(float(contract.available_mwh_per_mw.sum()), 1.0)
    gap = GAP_TOLERANCE * max(gross, 1.0)
    larger, smaller = min(contract.max_mw - size, 1.0), size - contract.min_mw
    gains = net_worth_per_mw > noise and net_worth_per_mw * larger > gap
    loses = -net_worth_per_mw > noise and -net_worth_per_mw * smaller > gap
    if gains or loses:
        message = (
            f"contracts.{contract.name}: one MW more is worth {net_worth_per_mw:.6g} beyond its cost, which does not "
            f"agree with the {size:.6g} MW that are taken of it."
        )
        raise VerificationError(message)


# --- solves beside the optimum ----------------------------------------------------------------------------------------


def has_choice(contract: ContractTerms) -> bool:
    """Tell whether what a contract generates is a decision in any step."""
    return bool((contract.least_mwh_per_mw < contract.available_mwh_per_mw).any())


def first_solves(result: Result, only: Uniqueness) -> list[Variant]:
    """Return the problem without each offer that is taken, and with a sliver of each whose worth prices cannot tell."""
    problem, solution, least = result.problem, result.solution, negligible_mw(result.problem)
    found = []
    for contract, size in zip(problem.contracts, solution.contracted_mw, strict=True):
        if contract.existing or contract.name in _partners(problem):
            continue
        if size >= least:
            found.append(without(problem, "contracts", contract.name))
        elif only.contract(contract) is False and not has_choice(contract):
            found.append(sliver(problem, contract.name, least))
    for storage, size in zip(problem.storage, solution.power_mw, strict=True):
        if size >= least:
            found.append(without(problem, "storage", storage.name))
    return found


def _partners(problem: Problem) -> set[str]:
    """Return the contracts whose plant has a storage beside it."""
    return {storage.pairing.partner for storage in problem.storage if storage.pairing is not None}


def second_solves(result: Result, solved: Mapping[str, Priced]) -> list[Variant]:
    """Return the problem with a sliver of each taken contract whose worth to the others their prices cannot tell."""
    least = negligible_mw(result.problem)
    return [
        sliver(result.problem, contract.name, least)
        for contract in result.problem.contracts
        for priced in [solved.get(f"without contracts.{contract.name}")]
        if priced is not None and priced.unique is False and not has_choice(contract)
    ]


def _measured_strike(
    problem: Problem, contract: ContractTerms, cost_without: float, priced: Priced | None
) -> float | None:
    """Return the strike at which a sliver of a contract is just worth it; None where that was not solved for.

    cost(sliver) - cost(nothing) = (strike - entry strike) * generation of the sliver
    """
    if priced is None or priced.cost is None or contract.strike_per_mwh is None:
        return None
    paid_for = contract.available_mwh_per_mw if contract.shape_mwh_per_mw is None else contract.shape_mwh_per_mw
    generation = negligible_mw(problem) * float((paid_for * contract.settled).sum())
    return contract.strike_per_mwh - (priced.cost - cost_without) / generation if generation > 0.0 else None


# --- told -------------------------------------------------------------------------------------------------------------


def contracts_told(result: Result, only: Uniqueness, beside: Beside) -> dict[str, dict[str, Any]]:
    """Return every contract as part of an explanation."""
    solved = beside.solved
    problem, solution, least = result.problem, result.solution, negligible_mw(result.problem)
    worths = worth_of_contracts(result)
    told = {}
    for i, contract in enumerate(problem.contracts):
        size, worth = float(solution.contracted_mw[i]), worths[contract.name]
        taken, entry = size >= least, worth.entry_strike_per_mwh
        measured = None
        if not taken:
            measured = _measured_strike(
                problem, contract, solution.objective, solved.get(f"a sliver of contracts.{contract.name}")
            )
            entry = entry if measured is None else measured
        strike = contract.strike_per_mwh
        above_entry = None if entry is None or strike is None else strike - entry
        without_it = solved.get(f"without contracts.{contract.name}")
        why = EXISTING if contract.existing else beside.nothing if taken else NOT_TAKEN
        if why is None and contract.name in _partners(problem):
            why = PAIRED
        told[contract.name] = {
            "zone": problem.zones[contract.zone].name,
            "technology": contract.technology,
            "structure": contract.structure,
            "existing": contract.existing,
            "contracted_mw": size,
            "taken": taken,
            "at": _at(size, contract.min_mw, contract.max_mw, least),
            "generation_mwh": float(solution.generation_mwh[i].sum()),
            "strike_per_mwh": contract.strike_per_mwh,
            **asked_prices(contract, solution.generation_mwh[i], least * problem.time.hours_per_step),
            "capacity_fee_per_mw_year": contract.capacity_fee_per_mw_year if contract.dispatchable else None,
            **asdict(worth),
            "entry_strike_per_mwh": entry,
            "strike_above_entry_per_mwh": above_entry,
            "worth_is_unique": only.contract(contract),
            "entry_is_measured": measured is not None,
            "exit": None if without_it is None else _contract_exit(result, i, without_it, solved),
            "no_exit_because": why if without_it is None else None,
        }
    return told


def storage_told(result: Result, only: Uniqueness, beside: Beside) -> dict[str, dict[str, Any]]:
    """Return every storage as part of an explanation."""
    problem, solution, least = result.problem, result.solution, negligible_mw(result.problem)
    told = {}
    for b, terms in enumerate(problem.storage):
        power = float(solution.power_mw[b])
        taken = power >= least
        without_it = beside.solved.get(f"without storage.{terms.name}")
        if not taken or without_it is not None:
            beside.tell(f"pricing one MW of {terms.name}")
        entry = None if taken else storage_worth(problem, terms, solution.shadow_prices, beside.options)
        told[terms.name] = {
            "zone": problem.zones[terms.zone].name,
            "power_mw": power,
            "energy_mwh": float(solution.energy_mwh[b]),
            "taken": taken,
            "at": _at(power, terms.min_power_mw, terms.max_power_mw, least),
            "power_cost_per_mw_year": terms.power_cost_per_mw_year,
            "energy_cost_per_mwh_year": terms.energy_cost_per_mwh_year,
            "worth_is_unique": only.storage(terms),
            "entry": None if entry is None else asdict(entry),
            "exit": None if without_it is None else _storage_exit(result, b, without_it, beside.options),
            "no_exit_because": (beside.nothing if taken else NOT_TAKEN) if without_it is None else None,
        }
    return told


def _contract_exit(result: Result, i: int, priced: Priced, solved: Mapping[str, Priced]) -> dict[str, Any]:
    problem, years = result.problem, result.problem.time.year_fraction
    contract = problem.contracts[i]
    found = _exit(result, priced, float(result.solution.generation_mwh[i].sum()))
    if priced.prices is None or priced.cost is None:
        return found
    worth = offer_worth(contract, None, priced.prices, years)
    beside = solved.get(f"a sliver of contracts.{contract.name}")
    measured = _measured_strike(problem, contract, priced.cost, beside)
    return {
        **found,
        "exit_strike_per_mwh": worth.entry_strike_per_mwh if measured is None else measured,
        "exit_fee_per_mw_year": worth.entry_fee_per_mw_year,
        "worth_is_unique": priced.unique,
        "is_measured": measured is not None,
    }


def _storage_exit(result: Result, b: int, priced: Priced, options: SolveOptions) -> dict[str, Any]:
    problem, solution = result.problem, result.solution
    found = _exit(result, priced, float((solution.clean_discharge_mwh[b] + solution.grey_discharge_mwh[b]).sum()))
    if priced.prices is None:
        return found
    unit = storage_worth(problem, problem.storage[b], priced.prices, options)
    return {
        **found,
        "exit_power_cost_per_mw_year": unit.power_cost_per_mw_year,
        "exit_energy_cost_per_mwh_year": unit.energy_cost_per_mwh_year,
        "worth_is_unique": priced.unique,
        "is_measured": False,
    }


def _exit(result: Result, priced: Priced, mwh: float) -> dict[str, Any]:
    """Return what an offer saves, which gives or takes so many MWh over the horizon."""
    found: dict[str, Any] = {
        "indispensable": priced.infeasible,
        "why_not": None if priced.infeasible else priced.error,
    }
    if priced.cost is None:
        return found
    years = result.problem.time.year_fraction
    saved = (priced.cost - result.solution.objective) / years
    return {
        **found,
        "cost_without_per_year": priced.cost / years,
        "saved_per_year": saved,
        "saved_per_mwh": saved * years / mwh if mwh > 0.0 else None,
    }


def _at(size: float, least_mw: float, most_mw: float, negligible: float) -> str | None:
    """Return the limit that a size is at: `min`, `max` or `held`; None where it is free."""
    if least_mw == most_mw:
        return "held"
    if size >= most_mw - 1e-3 * negligible:
        return "max"
    return "min" if least_mw > 0.0 and size <= least_mw + 1e-3 * negligible else None
