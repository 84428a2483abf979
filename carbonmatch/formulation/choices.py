"""Sizes that are whole-number decisions: whole lots, nothing or at least, one of several variants."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pyomo.core as pyo

from carbonmatch.records import ChoiceTerms, ContractTerms, FloatArray, Problem, StorageTerms

WHOLE: Final = 1e-9
"""A limit that is a whole number of lots to this share of one is meant as such: 0.3 / 0.1 is 2.9999999999999996."""


NOTHING: Final = 1e-6
"""A size below this share of its largest is none: what an interior point leaves of an offer that is not taken."""


def add_choice(block: pyo.Block, size: Any, choice: ChoiceTerms | None, least_mw: float, most_mw: float) -> None:
    """Let the size of an offer be what may be signed; where it is held there is nothing to choose.

    size              [MW] in [least_mw, most_mw]
    lots              whole number of blocks
    taken             1 where the offer is taken, else 0
    """
    if choice is None or least_mw == most_mw:
        return
    if choice.lot_mw is not None:
        add_whole_lots(block, size, choice.lot_mw, least_mw, most_mw)
    if choice.may_be_left:
        block.taken = pyo.Var(within=pyo.Binary)
        add_nothing_or_at_least(block, size, choice, most_mw)


def add_whole_lots(block: pyo.Block, size: Any, lot_mw: float, least_mw: float, most_mw: float) -> None:
    """Sell the offer in whole blocks.

    size = lot_mw * lots                     [MW], lots a whole number
    """
    bounds = lots_above(least_mw, lot_mw), lots_within(most_mw, lot_mw)
    block.lots = pyo.Var(within=pyo.NonNegativeIntegers, bounds=bounds)
    block.whole_lots = pyo.Constraint(expr=size - lot_mw * block.lots == 0.0)


def add_nothing_or_at_least(block: pyo.Block, size: Any, choice: ChoiceTerms, most_mw: float) -> None:
    """Take nothing of the offer, or at least its least size.

    least_mw * taken <= size <= most_mw * taken          [MW], taken 0 or 1
    least_mwh * taken <= energy_mwh                      [MWh] of a storage whose energy has a least size of its own

    Of an offer in blocks, size is lot_mw * lots, and least and most are the next whole blocks: as tight as can be.
    """
    least = choice.least_mw
    if choice.lot_mw is not None:
        size = choice.lot_mw * block.lots
        least = choice.lot_mw * lots_above(least, choice.lot_mw)
        most_mw = choice.lot_mw * lots_within(most_mw, choice.lot_mw)
    rows = {"most": size - most_mw * block.taken <= 0.0}
    if least > 0.0:
        rows["least"] = size - least * block.taken >= 0.0
    if choice.least_mwh > 0.0:
        rows["least_energy"] = block.energy_mwh - choice.least_mwh * block.taken >= 0.0
    block.nothing_or_at_least = pyo.Constraint(list(rows), rule=lambda _, row: rows[row])


def add_variants(model: pyo.Block, problem: Problem) -> None:
    """Take at most one of the offers that are variants of each other.

    sum_o taken[o] <= 1                      for every group of offers o
    """
    groups: dict[str, list[Any]] = {}
    for offers, blocks in ((problem.contracts, model.contract), (problem.storage, model.storage)):
        for offer in offers:
            if (
                offer.choice is not None
                and offer.choice.variant_of is not None
                and hasattr(blocks[offer.name], "taken")
            ):
                groups.setdefault(offer.choice.variant_of, []).append(blocks[offer.name].taken)
    groups = {name: taken for name, taken in groups.items() if len(taken) > 1}
    if groups:
        model.one_of_variants = pyo.Constraint(list(groups), rule=lambda _, name: sum(groups[name]) <= 1.0)


def lots_above(size_mw: float, lot_mw: float) -> int:
    """Return the least number of lots that come to a size."""
    return math.ceil(size_mw / lot_mw - WHOLE)


def lots_within(size_mw: float, lot_mw: float) -> int:
    """Return the largest number of lots that a size has room for."""
    return math.floor(size_mw / lot_mw + WHOLE)


def offers_with_choice(problem: Problem) -> Iterator[tuple[str, ContractTerms | StorageTerms, ChoiceTerms]]:
    """Yield (key, offer, choice) of every offer whose size is a whole-number decision, in the order of the case."""
    for contract in problem.contracts:
        if contract.choice is not None and contract.min_mw < contract.max_mw:
            yield f"contracts.{contract.name}", contract, contract.choice
    for storage in problem.storage:
        if storage.choice is not None and storage.min_power_mw < storage.max_power_mw:
            yield f"storage.{storage.name}", storage, storage.choice


def with_any_size(problem: Problem, only: str | None = None) -> Problem:
    """Return the problem with sizes that may be anything within their limits: no lots, least sizes or variants.

    only   the key of the one offer that is freed; all unless given
    """
    freed = {key for key, _, _ in offers_with_choice(problem) if only in {None, key}}
    if not freed:
        return problem
    return replace(
        problem,
        contracts=tuple(replace(c, choice=None) if f"contracts.{c.name}" in freed else c for c in problem.contracts),
        storage=tuple(replace(b, choice=None) if f"storage.{b.name}" in freed else b for b in problem.storage),
    )


def with_choices_held(problem: Problem, contracted_mw: FloatArray, power_mw: FloatArray) -> Problem:
    """Return the problem with its whole-number decisions as they were made, and nothing else.

    contracted_mw, power_mw   sizes of contracts and storage [MW]

    A size in lots is held. An offer that was taken is taken at its least size or more, up to its largest; one that was
    left is left. It is the linear programme that the prices of an optimum are of.
    """
    return replace(
        problem,
        contracts=tuple(_held_contract(*of) for of in zip(problem.contracts, contracted_mw.tolist(), strict=True)),
        storage=tuple(_held_storage(*of) for of in zip(problem.storage, power_mw.tolist(), strict=True)),
    )


def _held_contract(contract: ContractTerms, size_mw: float) -> ContractTerms:
    if contract.choice is None:
        return contract
    least, most = _held(contract.choice, size_mw, contract.min_mw, contract.max_mw)
    return replace(contract, min_mw=least, max_mw=most, choice=None)


def _held_storage(storage: StorageTerms, power_mw: float) -> StorageTerms:
    choice = storage.choice
    if choice is None:
        return storage
    least, most = _held(choice, power_mw, storage.min_power_mw, storage.max_power_mw)
    energy = choice.least_mwh if choice.may_be_left and most > 0.0 else storage.min_energy_mwh
    return replace(storage, min_power_mw=least, max_power_mw=most, min_energy_mwh=energy, choice=None)


def _held(choice: ChoiceTerms, size_mw: float, least_mw: float, most_mw: float) -> tuple[float, float]:
    """Return the limits that a decision leaves to a size."""
    if choice.lot_mw is not None:
        size = choice.lot_mw * round(size_mw / choice.lot_mw)
        return size, size
    if not choice.may_be_left:
        return least_mw, most_mw
    if size_mw <= NOTHING * most_mw:
        return 0.0, 0.0
    return choice.least_mw, most_mw
