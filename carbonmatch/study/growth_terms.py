"""From the cases of the years of growth to one problem: which offers persist, as what, and from when to when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from carbonmatch.case import Case, Growth, tenor_of
from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation import problem_from_case
from carbonmatch.records import (
    ContractTerms,
    GrowthOffer,
    GrowthProblem,
    Problem,
    SigningTerms,
    StorageTerms,
    YearTerms,
)

KINDS: Mapping[str, Literal["contract", "storage"]] = {"contracts": "contract", "storage": "storage"}


def growth_problem(written: Case, years: Sequence[Case]) -> GrowthProblem:
    """Return the problem of all years.

    written   the case as it is written;  years   in each of its years, in the plan

    Raises:
        InputError: a year has a budget, of which it is not known what it buys.
    """
    growth = written.growth
    if growth is None:
        raise ValueError("the case has no growth")
    problems = {_year_of(case): problem_from_case(case) for case in years}
    if faults := [
        Fault(
            f"target.budget_per_year (year {year})",
            "is given, and what it buys is found for one year; ask for a share, or take one year with --year",
        )
        for year, problem in problems.items()
        if problem.target.budget is not None
    ]:
        raise InputError(faults)
    own_names = {(v.kind, v.offer, v.signed): v.name for case in years for v in case.provenance.vintages}
    offers = tuple(_offers(written, growth, problems, own_names))
    return GrowthProblem(
        tuple(
            YearTerms(year, _with_limits(problem, offers, year), growth.weight(year))
            for year, problem in problems.items()
        ),
        tuple(replace(offer, together=_together(offer, problems)) for offer in offers),
        growth.discount_rate,
        {year: growth.calendar(year) for year in problems},
    )


def _year_of(case: Case) -> str:
    return str(case.provenance.growth_year)


def _offers(
    written: Case, growth: Growth, problems: Mapping[str, Problem], own_names: Mapping[tuple[str, str, str], str]
) -> list[GrowthOffer]:
    """Return what may be signed over the years; what exists already, or has no size to choose, is each year's own."""
    found = []
    for kind, entries in (("contracts", written.contracts), ("storage", written.storage)):
        for name, entry in entries.items():
            tenor = tenor_of(
                growth, kind, name, getattr(entry, "tenor_years", None), getattr(entry, "structure", "storage")
            )
            given = growth.signing(kind, name)
            signings = tuple(
                SigningTerms(year, {y: own_names.get((kind, name, year), name) for y in growth.in_force(year, tenor)})
                for year in growth.signing_years(kind, name)
            )
            offer = GrowthOffer(KINDS[kind], name, signings, given.max_signed_mw or math.inf, {})
            if kind == "storage" or not _is_given(offer, problems):
                found.append(offer)
    return found


def _is_given(offer: GrowthOffer, problems: Mapping[str, Problem]) -> bool:
    """Tell whether a contract exists already, or is taken as it is used: its size is none that one would sign."""
    terms = [contract for problem in problems.values() for contract in problem.contracts if contract.name == offer.name]
    return bool(terms) and all(
        contract.existing or (contract.consumed and contract.min_mw == contract.max_mw) for contract in terms
    )


def _with_limits(problem: Problem, offers: Sequence[GrowthOffer], year: str) -> Problem:
    """Return the problem of a year, in which nothing is taken of what cannot be in force yet, or any more.

    Of an offer of several entries none has a least size: its limits are those of all entries together.
    """
    none = {(o.kind, o.name) for o in offers if not o.entries(year)}
    shared = {(o.kind, entry) for o in offers if len(o.entries(year)) > 1 for entry in o.entries(year)}
    return replace(
        problem,
        contracts=tuple(_contract(c, none, shared) for c in problem.contracts),
        storage=tuple(_storage(s, none, shared) for s in problem.storage),
    )


Names = set[tuple[Literal["contract", "storage"], str]]


def _contract(contract: ContractTerms, none: Names, shared: Names) -> ContractTerms:
    if ("contract", contract.name) in none:
        return replace(contract, min_mw=0.0, max_mw=0.0)
    return replace(contract, min_mw=0.0) if ("contract", contract.name) in shared else contract


def _storage(storage: StorageTerms, none: Names, shared: Names) -> StorageTerms:
    if ("storage", storage.name) in none:
        return replace(storage, min_power_mw=0.0, max_power_mw=0.0, min_energy_mwh=0.0, max_energy_mwh=0.0)
    return replace(storage, min_power_mw=0.0, min_energy_mwh=0.0) if ("storage", storage.name) in shared else storage


def _together(offer: GrowthOffer, problems: Mapping[str, Problem]) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the limits of an offer in years in which it is several entries; each of them tells those of the offer."""
    found = {}
    for year, problem in problems.items():
        entries = offer.entries(year)
        if len(entries) < 2:
            continue
        if offer.kind == "contract":
            contract = next(c for c in problem.contracts if c.name == entries[0])
            found[year] = {"contracted_mw": (contract.min_mw, contract.max_mw)}
            continue
        storage = next(s for s in problem.storage if s.name == entries[0])
        found[year] = {"power_mw": (storage.min_power_mw, storage.max_power_mw)}
        if storage.duration_hours is None:
            found[year]["energy_mwh"] = (storage.min_energy_mwh, storage.max_energy_mwh)
    return found
