"""What an offer asks for a MWh, as tables and pages write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonmatch.report.numbers import Units


def asked_per_mwh(contract: Mapping[str, Any]) -> float | None:
    """Return what a MWh costs, from the summary of a contract: its strike, or the mean of what is paid."""
    price: float | None = contract.get("mean_price_per_mwh", contract.get("strike_per_mwh"))
    return price


def asked_text(contract: Mapping[str, Any], units: Units) -> str:
    """Write what a MWh costs; a mean says that it is one: `floating`, or a strike with all that comes to it."""
    text = units.price.text(asked_per_mwh(contract))
    if "mean_price_per_mwh" not in contract:
        return text
    return f"{text} {'floating' if contract.get('strike_per_mwh') is None else 'all in'}"
