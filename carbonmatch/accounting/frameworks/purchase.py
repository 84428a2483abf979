"""Purchases: what of the load each contract supplied, as a Scope 2 statement counts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.records import Facts, Instrument

CLAIMS_ALONE: Final = frozenset({"virtual", "hourly_certificates", "yearly_certificates"})


@dataclass(frozen=True)
class Purchase:
    """A line of the market-based method that rests on a contract."""

    zone: str
    instrument: Instrument
    mwh: float
    factor_g_per_kwh: float
    emissions_t: float

    @property
    def bundled(self) -> bool:
        """Whether the energy comes with its attributes: virtual contracts and certificates are claims alone."""
        return self.instrument.structure not in CLAIMS_ALONE


def purchases_of(statement: Mapping[str, Any], facts: Facts) -> tuple[Purchase, ...]:
    """Return the purchases of a Scope 2 statement in the order of its lines; of contracts that supply nothing, none."""
    known = {instrument.name: instrument for instrument in facts.instruments}
    return tuple(
        Purchase(line["zone"], known[line["instrument"]], line["mwh"], line["factor_g_per_kwh"], line["emissions_t"])
        for line in statement["lines"]
        if line["instrument"]
    )
