"""Pairing: whether a storage and the contract whose plant it stands beside go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from carbonmatch.case.block import Finding, say
from carbonmatch.case.contracts import Contract
from carbonmatch.case.storage import Storage
from carbonmatch.wording import listed, nearest

PAIRABLE: Final = ("pay_as_produced", "clean_firm")
"""Structures under which what the plant generates is delivered as it comes, so that a storage beside it can take it."""


def unpairable(storage: Mapping[str, Storage], contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    """Yield what is wrong with the pairs of a case, each at the key of its storage."""
    taken: dict[str, str] = {}
    for name, entry in storage.items():
        if entry.paired_with is None:
            continue
        what = _trouble(entry, entry.paired_with, contracts, taken)
        taken.setdefault(entry.paired_with, name)
        if what is not None:
            yield Finding(what, inside=(name, "paired_with"))


def _trouble(storage: Storage, partner: str, contracts: Mapping[str, Contract], taken: Mapping[str, str]) -> str | None:
    if partner not in contracts:
        known = f" (contracts: {listed(contracts)})" if contracts else "; the case has no contracts"
        return f"is {partner!r}, which is no contract of the case{nearest(partner, contracts)}{known}"
    contract = contracts[partner]
    if contract.zone != storage.zone:
        return f"is {partner}, in the zone {contract.zone}, and the storage is in {storage.zone}; put both in one zone"
    if contract.structure not in PAIRABLE:
        return (
            f"is {partner}, a {contract.structure} contract: what its plant generates is not delivered as it comes, so "
            f"that no storage can charge from it; pair with one of {listed(PAIRABLE)}"
        )
    if storage.site is not None or contract.site is not None:
        return (
            f"is {partner}, and one of the two stands behind the meter of a site, where all share its connection "
            "already; leave paired_with out, and give both the same site"
        )
    if partner in taken:
        return f"is {partner}, which {taken[partner]} is paired with already; a plant has one storage"
    return None


def clipped(name: str, storage: Storage, contracts: Mapping[str, Contract]) -> str | None:
    """Say where a plant that may not be curtailed makes more than its connection carries; None where it does not."""
    contract = contracts.get(storage.paired_with or "")
    profile = getattr(contract, "capacity_factor", None)
    if contract is None or profile is None or getattr(contract, "curtailment", None) is not None:
        return None
    peak = float(np.max(profile * (1.0 - contract.outages)))
    least = contract.existing_mw if contract.existing_mw is not None else contract.min_mw
    if storage.connection_share is not None and peak > storage.connection_share:
        carried = f"{say(storage.connection_share)} MW for each MW"
        made = f"up to {say(peak)}"
    elif storage.connection_mw is not None and peak * least > storage.connection_mw:
        carried = f"{say(storage.connection_mw)} MW"
        made = f"up to {say(peak * least)} MW"
    else:
        return None
    return (
        f"storage.{name}: the connection of {storage.paired_with} carries {carried}, its plant generates {made} and "
        f"may not be curtailed: what is beyond has to be stored; give contracts.{storage.paired_with} a curtailment, "
        f"{{compensation: 0}} where nothing is paid for what is lost at the connection"
    )
