"""Embodied emissions: what building and fuelling plants and storage emits. Outside Scope 2, a statement apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carbonmatch.accounting.agreed import of_its_technology_mwh
from carbonmatch.records import Embodied, Facts, Ledger
from carbonmatch.units import G_PER_KWH_TO_T_PER_MWH

_IPCC: Final = "IPCC AR5 WG III (2014), Annex III, table A.III.2, median of the life cycle"

EMBODIED_BY_TECHNOLOGY: Final[Mapping[str, Embodied]] = {
    "solar": Embodied(48.0, _IPCC + ", solar PV utility"),
    "onshore_wind": Embodied(11.0, _IPCC + ", wind onshore"),
    "offshore_wind": Embodied(12.0, _IPCC + ", wind offshore"),
    "hydro": Embodied(24.0, _IPCC + ", hydropower"),
    "geothermal": Embodied(38.0, _IPCC + ", geothermal"),
    "biomass": Embodied(230.0, _IPCC + ", biomass dedicated"),
    "nuclear": Embodied(12.0, _IPCC + ", nuclear"),
}
"""Per kWh generated [g CO2e/kWh], where the case gives no other value."""


def embodied_summary(
    facts: Facts, ledger: Ledger, storage_energy_mwh: Mapping[str, float | None], year_fraction: float
) -> dict[str, Any]:
    """Return embodied emissions over the period, line by line.

    plants   generation * value;   storage   energy capacity * value / lifetime * year_fraction

    storage_energy_mwh   capacity by storage; None where it is not known
    """
    lines: list[dict[str, Any]] = []
    untold: list[str] = []
    for instrument, account in zip(facts.instruments, ledger.contracts, strict=True):
        generation = float(of_its_technology_mwh(instrument, account).sum())
        if instrument.embodied is None:
            untold.append(instrument.name)
            continue
        lines.append(
            {
                "name": instrument.name,
                "what": instrument.technology,
                "quantity": generation,
                "unit": "MWh generated",
                "factor": instrument.embodied.value,
                "factor_unit": "g CO2e/kWh",
                "emissions_t": generation * instrument.embodied.value * G_PER_KWH_TO_T_PER_MWH,
                "source": instrument.embodied.source,
            }
        )
    for storage in facts.storage:
        energy = storage_energy_mwh.get(storage.name)
        if storage.embodied is None or energy is None:
            untold.append(storage.name)
            continue
        # 1 kg/kWh is 1 t/MWh.
        emitted = energy * storage.embodied.value / storage.lifetime_years * year_fraction
        lines.append(
            {
                "name": storage.name,
                "what": f"storage, spread over {storage.lifetime_years:g} years",
                "quantity": energy,
                "unit": "MWh of capacity",
                "factor": storage.embodied.value,
                "factor_unit": "kg CO2e/kWh of capacity",
                "emissions_t": emitted,
                "source": storage.embodied.source,
            }
        )
    note = "Outside Scope 2: for information, never added to the inventory above."
    if untold:
        note += f" Not counted, for want of a value: {', '.join(untold)}."
    return {"total_t": sum(line["emissions_t"] for line in lines), "lines": lines, "note": note}
