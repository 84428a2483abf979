"""What an optimum says about its prices, with pandas views on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from carbonmatch.accounting import prices_frame

NESTED: Final = frozenset({"entry", "exit", "measured", "measured_closer"})
"""Entries in entries; None where they do not apply."""


@dataclass(frozen=True)
class Explanation:
    """Why a plan costs what it costs.

    summary   every number that is reported, as in `explain.json`
    """

    summary: dict[str, Any]

    @property
    def prices(self) -> pd.DataFrame:
        """Mean price of carbon-free energy and of energy, one row per zone, month and hour of the day."""
        return prices_frame(self.summary["prices"])

    @property
    def contracts(self) -> pd.DataFrame:
        """One row per contract: what it asks, what it is worth, when it would enter or leave."""
        return _offers(self.summary["contracts"], "contract")

    @property
    def storage(self) -> pd.DataFrame:
        """One row per storage: what it asks, when it would enter or leave."""
        return _offers(self.summary["storage"], "storage")

    @property
    def limits(self) -> pd.DataFrame:
        """One row per limit, the one first that costs most."""
        return pd.DataFrame([_flat(limit) for limit in self.summary["limits"]])

    @property
    def weeks(self) -> pd.DataFrame:
        """One row per zone and week, in the order of the calendar."""
        rows = [{"zone": zone, **week} for zone, weeks in self.summary["weeks"].items() for week in weeks]
        return pd.DataFrame(rows)

    @property
    def placements(self) -> pd.DataFrame:
        """One row per placement and candidate: what stands there, what one MW more costs; empty where nothing is."""
        placed = self.summary.get("placements", {})
        rows = [
            {"placement": name, "site": site, **entry}
            for name, sites in placed.items()
            for site, entry in sites.items()
        ]
        return pd.DataFrame(rows)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {
            "prices": self.prices,
            "contracts": self.contracts,
            "storage": self.storage,
            "limits": self.limits,
            "weeks": self.weeks,
            **({"placements": self.placements} if "placements" in self.summary else {}),
        }


def _offers(entries: Mapping[str, Mapping[str, Any]], name: str) -> pd.DataFrame:
    return pd.DataFrame([{name: of, **_flat(entry)} for of, entry in entries.items()])


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as one row, with what is nested in it beside it: `exit_saved_per_year`."""
    row: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping):
            row |= {inner if inner.startswith(f"{key}_") else f"{key}_{inner}": told for inner, told in value.items()}
        elif key not in NESTED:
            row[key] = value
    return row
