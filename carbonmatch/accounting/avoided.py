"""Avoided emissions: what contracted generation displaces. A statement of its own, never netted with the inventory."""

from __future__ import annotations

from typing import Any, Final

from carbonmatch.accounting.agreed import of_its_technology_mwh
from carbonmatch.records import Facts, Ledger
from carbonmatch.units import G_PER_KWH_TO_T_PER_MWH

NOTE: Final = (
    "Generation times the marginal rate of the grid in the same hour, and storage by what it shifts. Not part of Scope "
    "2 and never subtracted from it; whether the plants would have been built anyway is not asked."
)


def avoided_summary(facts: Facts, ledger: Ledger) -> dict[str, Any]:
    """Return what contracts and storage avoid over the period [t CO2e]; None where a zone has no marginal rate.

    contract   sum_t generation[t] * marginal[t], of the zone of its plant
    storage    sum_t (discharge[t] - charge[t]) * marginal[t]
    """
    by_contract: dict[str, float | None] = {}
    for instrument, account in zip(facts.instruments, ledger.contracts, strict=True):
        marginal = instrument.marginal_there if instrument.plant_zone else facts.zones[instrument.zone].marginal
        by_contract[instrument.name] = (
            None
            if marginal is None
            else float((of_its_technology_mwh(instrument, account) * marginal.g_per_kwh).sum()) * G_PER_KWH_TO_T_PER_MWH
        )
    by_storage: dict[str, float | None] = {}
    for storage, traced in zip(facts.storage, ledger.storage, strict=True):
        marginal = facts.zones[storage.zone].marginal
        by_storage[storage.name] = (
            None
            if marginal is None
            else float(((traced.discharge_mwh - traced.charge_mwh) * marginal.g_per_kwh).sum()) * G_PER_KWH_TO_T_PER_MWH
        )
    amounts = [*by_contract.values(), *by_storage.values()]
    known = [amount for amount in amounts if amount is not None]
    complete = len(known) == len(amounts) and all(zone.marginal is not None for zone in facts.zones)
    sources = {zone.name: zone.marginal.source for zone in facts.zones if zone.marginal is not None}
    sources |= {it.plant_zone: it.marginal_there.source for it in facts.instruments if it.marginal_there is not None}
    return {
        "avoided_t": sum(known) if complete else None,
        "by_contract": by_contract,
        "by_storage": by_storage,
        "source": "; ".join(f"{name}: {source}" for name, source in sources.items()),
        "note": NOTE if complete else "Not known: the case gives no marginal_g_per_kwh in some zone.",
    }
