"""A problem solved once more with one thing changed: its certified cost and prices, or the reason why there are none.

It goes to a process and comes back; nothing of the model stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from carbonmatch.errors import CarbonMatchError, InfeasibleError
from carbonmatch.formulation import build_model, extract_solution, rows_by_name
from carbonmatch.records import ContractTerms, Problem, ShadowPrices, StorageTerms
from carbonmatch.solving import SolveOptions, compile_model, solve_compiled
from carbonmatch.study.batch import Executor
from carbonmatch.study.batch.executor import Lost
from carbonmatch.study.explain.uniqueness import Uniqueness

OfferKind = Literal["contracts", "storage"]


@dataclass(frozen=True)
class Variant:
    """A problem to be solved; its name tells it from the others.

    valued   an offer that is no part of it, and whose worth is asked for
    """

    name: str
    problem: Problem
    valued: ContractTerms | StorageTerms | None = None


@dataclass(frozen=True)
class Priced:
    """What solving a variant came to.

    cost         over the horizon, net of sales; None where there is no certified optimum
    doubt        distance between cost and its proved bound
    prices       None likewise
    unique       whether the offer that is valued has one worth at all prices of this optimum; None where not found out
    infeasible   no portfolio meets it;  error   why there is no optimum, in words
    """

    name: str
    cost: float | None = None
    doubt: float = 0.0
    prices: ShadowPrices | None = None
    unique: bool | None = None
    infeasible: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Beside:
    """What was solved beside an optimum, and how one more small problem is.

    solved    what variants came to, by name
    nothing   why no offer was left out; None where they were
    """

    solved: Mapping[str, Priced]
    nothing: str | None
    options: SolveOptions
    tell: Callable[[str], None]


def price(variant: Variant, options: SolveOptions) -> Priced:
    """Solve a variant for its cost and its prices."""
    problem, valued = variant.problem, variant.valued
    try:
        model = build_model(problem)
        compiled = compile_model(model, problem.yardstick)
        optimum = solve_compiled(compiled, problem.yardstick, options)
    except CarbonMatchError as error:
        return Priced(variant.name, infeasible=isinstance(error, InfeasibleError), error=str(error))
    solution = extract_solution(model, problem, optimum)
    unique = None
    if valued is not None:
        program = compiled.held_at(optimum.values).program
        only = Uniqueness.of(problem, solution, optimum, program, rows_by_name(compiled.rows))
        unique = only.contract(valued) if isinstance(valued, ContractTerms) else only.storage(valued)
    proof, searched = optimum.certificate, optimum.whole_numbers
    return Priced(
        variant.name,
        cost=solution.objective,
        doubt=abs(proof.primal_objective - proof.dual_objective) if searched is None else searched.gap_absolute,
        prices=solution.shadow_prices,
        unique=unique,
    )


def resolve(
    variants: Sequence[Variant], options: SolveOptions, executor: Executor, tell: Callable[[str], None]
) -> dict[str, Priced]:
    """Solve variants side by side; return what each came to, by its name."""
    if variants:
        tell(f"solving {len(variants)} other case{'' if len(variants) == 1 else 's'}: {variants[0].name}")
    found: dict[str, Priced] = {}
    for ended in executor(partial(price, options=options), iter(variants), len(variants)):
        priced = Priced(ended.item.name, error=ended.reason) if isinstance(ended, Lost) else ended
        found[priced.name] = priced
        tell(f"{len(found)} of {len(variants)} done: {priced.name}")
    return found


def without(problem: Problem, kind: OfferKind, name: str) -> Variant:
    """Return a problem without one of its offers; everything else stays, also the ways in which storage may be used.

    A storage beside a plant is left out by its size: the connection, which is also the plant's, stays.
    """
    offers: tuple[ContractTerms | StorageTerms, ...] = problem.contracts if kind == "contracts" else problem.storage
    (valued,) = (offer for offer in offers if offer.name == name)
    if kind == "contracts":
        rest = replace(problem, contracts=tuple(c for c in problem.contracts if c.name != name))
    else:
        kept = (_nothing_of(b) if b.name == name else b for b in problem.storage)
        rest = replace(problem, storage=tuple(b for b in kept if b is not None))
    return Variant(f"without {kind}.{name}", rest, valued)


def sliver(problem: Problem, name: str, size_mw: float) -> Variant:
    """Return a problem that takes just so much of a contract, whatever its limits are."""
    held = (replace(c, min_mw=size_mw, max_mw=size_mw) if c.name == name else c for c in problem.contracts)
    return Variant(f"a sliver of contracts.{name}", replace(problem, contracts=tuple(held)))


def _nothing_of(storage: StorageTerms) -> StorageTerms | None:
    if storage.pairing is None:
        return None
    return replace(storage, min_power_mw=0.0, max_power_mw=0.0, min_energy_mwh=0.0, max_energy_mwh=0.0)
