"""What operation without foresight does not know: the rules of `recourse` run plants and storage of the plain kind."""

from __future__ import annotations

from carbonmatch.errors import Fault
from carbonmatch.records import ContractTerms, Problem, StorageTerms


def inoperable(problem: Problem) -> list[Fault]:
    """Return what of a problem cannot be operated without foresight.

    The rules run plants whose energy and claims go together, and storage that charges what any plant has left.
    """
    trouble = {
        **{f"sites.{site.name}": _of_load(problem, s) for s, site in enumerate(problem.sites)},
        **{f"contracts.{contract.name}": _of_contract(contract) for contract in problem.contracts},
        **{f"storage.{storage.name}": _of_storage(storage) for storage in problem.storage},
    }
    rest = (
        "and the rules of operation without foresight do not know such; hold the portfolio against other cases instead"
    )
    return [Fault(where, f"{what}, {rest}") for where, what in trouble.items() if what]


def _of_contract(contract: ContractTerms) -> str:
    if contract.site is not None:
        return "stands behind the meter of a site"
    if contract.consumed or contract.volume is not None:
        return "is taken as it is used, or within a volume of the year"
    if (contract.shape_mwh_per_mw is not None and not contract.yearly) or contract.counted_share is not None:
        return "delivers and claims different energy"
    return ""


def _of_load(problem: Problem, site: int) -> str:
    return "has load that is moved, given up or placed" if problem.load_varies(site) else ""


def _of_storage(storage: StorageTerms) -> str:
    if storage.site is not None:
        return "stands behind the meter of a site"
    return "" if storage.pairing is None else f"stands beside {storage.pairing.partner} alone"
