"""Totals of a Scope 2 statement, with the reason where one is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal


def emissions_and_why(
    statement: Mapping[str, Any], method: Literal["location_based", "market_based"]
) -> tuple[float | None, str]:
    """Return gross Scope 2 emissions [t CO2e], and why they are not known where they are not."""
    total: float | None = statement[f"{method}_t"]
    if total is not None:
        return total, ""
    lines = [line for line in statement["lines"] if line["method"] == method and line["emissions_t"] is None]
    zones = ", ".join(dict.fromkeys(line["zone"] for line in lines))
    return None, f"Not known: the case gives no emission factor of the grid in {zones}."
