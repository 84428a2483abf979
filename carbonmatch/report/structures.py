"""The structures of contracts in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

STRUCTURE_WORDS: Final[Mapping[str, str]] = {
    "virtual": "virtual",
    "clean_firm": "clean firm",
    "baseload": "baseload",
    "shaped": "shaped",
    "pay_as_consumed": "pay as consumed",
    "retail_supply": "retail supply",
    "hourly_certificates": "hourly certificates",
    "yearly_certificates": "yearly certificates",
}
"""By structure; pay as produced is what a reader takes a contract for, and goes unsaid."""

TAKEN_AS_USED: Final = frozenset({"pay_as_consumed", "retail_supply"})
"""Structures under which energy is taken, not generated for the buyer."""


def generated_word(contracts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what the energy of contracts is called: some of it may be taken as it is used."""
    structures = {contract.get("structure") for contract in contracts.values()}
    if not structures & TAKEN_AS_USED:
        return "generated"
    return "taken" if structures <= TAKEN_AS_USED else "generated or taken"


def any_delivered(contracts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a contract delivers something else than what is generated."""
    return any(contract.get("delivered_mwh") is not None for contract in contracts.values())
