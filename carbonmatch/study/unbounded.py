"""Why the cost of a case falls without limit: which offer earns money at any size, and what bounds it."""

from __future__ import annotations

from collections.abc import Sequence

from carbonmatch.accounting import bounds_of, foreseen_resale, resale_of
from carbonmatch.case import Case
from carbonmatch.errors import UnboundedError
from carbonmatch.formulation import problem_from_case
from carbonmatch.records import Problem


def foreseen(case: Case) -> tuple[str, ...]:
    """Return what can be said of a case before it is solved: offers that earn by being sold at any size.

    Nothing is said of a case that is only matched, or of several weather years: their prices are of one year each.
    """
    if case.missing_to_solve or case.several_years:
        return ()
    return tuple(foreseen_resale(problem_from_case(case)))


def why_unbounded(problem: Problem, growing: Sequence[tuple[str, str]]) -> str | None:
    """Say which contract or storage makes the cost fall without limit, why, and how to bound it.

    growing   the sizes along which cost falls, as (name of the offer, name of the size); None is returned where none is
              of a contract or a storage
    """
    contracts = {contract.name: contract for contract in problem.contracts}
    of_contracts = [name for name, size in growing if size == "contracted_mw" and name in contracts]
    of_storage = list(dict.fromkeys(name for name, size in growing if size in {"power_mw", "energy_mwh"}))
    told = []
    for name in of_contracts:
        found = resale_of(contracts[name], problem)
        why = "grows with it"
        if found is not None and found.value_per_mwh > found.price_per_mwh:
            why = (
                f"sells for {found.value_per_mwh:,.2f} {problem.currency}/MWh on average, above its all-in price of "
                f"{found.price_per_mwh:,.2f}"
            )
        told.append(f"contracts.{name} {why}; give {bounds_of(contracts[name])}, or look at surplus.price")
    for name in of_storage:
        grey = any(not pool.clean for storage in problem.storage if storage.name == name for pool in storage.pools)
        margin = f", or a larger storage.{name}.grid_charging_margin_per_mwh" if grey else ""
        told.append(
            f"storage.{name} earns more by trading at the prices of this case than it costs; give "
            f"storage.{name}.max_power_mw and max_energy_mwh{margin}"
        )
    return f"The cost of this case falls without limit. {'. '.join(told)}." if told else None


def named(error: UnboundedError, problem: Problem) -> UnboundedError:
    """Return an error that names the offers at fault, where they are known."""
    told = why_unbounded(problem, error.growing)
    return error if told is None else UnboundedError(told, error.growing)
