"""How storage is paid for and what it stands beside, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonmatch.report.numbers import Units, number


def storage_note(summary: Mapping[str, Any], units: Units) -> str:
    """Return a sentence for every storage that is taken and is owned, tolled, worn, or stands beside a plant."""
    told = []
    for name, storage in summary["storage"].items():
        if (storage.get("power_mw") or 0.0) < units.nothing_mw:
            continue
        parts = [*_terms(storage, summary["currency"]), *_beside(storage)]
        if parts:
            told.append(f"{name} {', '.join(parts)}.")
    return " ".join(told)


def _terms(storage: Mapping[str, Any], currency: str) -> Iterator[str]:
    if "terms" not in storage:
        return
    if storage["terms"] == "owned":
        share, rate = 100 * storage["annuity_factor"], 100 * storage["discount_rate"]
        yield f"is owned at {share:.2f} % of the investment a year ({rate:g} % over {storage['life_years']:g} years)"
    elif storage["terms"] == "tolled":
        fee, months = number(storage["fee_per_kw_month"], 2), number(storage["months"], 2)
        yield f"is tolled at {fee} {currency} per kW and month for {months} months"
    if storage["library"] is not None:
        yield f"takes figures of {storage['library']} from the library"
    if wear := storage["degradation_cost_per_mwh"]:
        yield f"wears by {number(wear, 2)} {currency} per MWh discharged"


def _beside(storage: Mapping[str, Any]) -> Iterator[str]:
    if "paired_with" in storage:
        connection = storage["connection_mw"]
        shared = "" if connection is None else f" and feeds in up to {number(connection, 1)} MW with it"
        yield f"stands beside {storage['paired_with']}{shared}"
