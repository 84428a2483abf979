"""How granular certificates name plants and storages: registry, devices, energy sources, and the run they are of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from carbonmatch.accounting.certificates.certify import Certificates
from carbonmatch.runfolder import RunFolder

Record = dict[str, Any]

FACE_VALUE_WH: Final = 1
"""One certificate is one watt-hour, so that the energy of a bundle [Wh] is its quantity."""

METHODS: Final = {"fifo": "FIFO", "lifo": "LIFO", "weighted_average": "weighted average"}

DEVICE_FIELDS: Final = (
    "account_id",
    "energy_carrier",
    "face_value",
    "issuance_post_energy_carrier_conversion",
    "registry_configuration",
    "device_id",
    "device_name",
    "device_technology_type",
    "device_production_start_date",
    "device_capacity",
    "device_location",
    "country_of_issuance",
    "connected_grid_identification",
    "issuing_body",
    "legal_status",
    "issue_market_zone",
    "issuance_purpose",
    "support_received",
    "quality_scheme_reference",
    "dissemination_level",
)
"""Fields of a bundle that all bundles of a device share."""

REGISTRY_FIELDS: Final = (
    "account_id",
    "registry_configuration",
    "country_of_issuance",
    "connected_grid_identification",
    "issuing_body",
    "legal_status",
    "issuance_purpose",
    "quality_scheme_reference",
    "dissemination_level",
)

_WORDS: Final = {
    "solar": ("Solar", "Solar Plant"),
    "onshore_wind": ("Wind", "Onshore Wind Turbine"),
    "offshore_wind": ("Wind", "Offshore Wind Turbine"),
    "hydro": ("Hydro", "Hydro Plant"),
    "geothermal": ("Geothermal", "Geothermal Plant"),
    "biomass": ("Biomass", "Biomass Plant"),
    "nuclear": ("Nuclear", "Nuclear Plant"),
}
"""Energy source and device technology, in words as the standard's API has them."""

_EECS: Final = {
    "solar": ("F01040100", "T010000"),
    "onshore_wind": ("F01050100", "T020000"),
    "offshore_wind": ("F01050100", "T020002"),
    "hydro": ("F01050200", "T030000"),
    "nuclear": ("F03010100", "T060000"),
}
"""The same in the codes of the AIB (EECS Rules Fact Sheet 5), where they are known for certain."""


@dataclass(frozen=True)
class Naming:
    """How the certificates of one run are named.

    run_id       of the run: the same summary and inputs have the same
    plan         whether they are projected only
    step         length of an interval
    devices      one record per device, contracts before storages, by number of device
    energy_source, factor_g_per_kwh, factor_source   of each contract
    tracing      of each storage, in the standard's words
    """

    run_id: str
    plan: bool
    step: pd.Timedelta
    registry: Mapping[str, Any]
    devices: tuple[Record, ...]
    energy_source: tuple[str, ...]
    factor_g_per_kwh: tuple[float | None, ...]
    factor_source: tuple[str | None, ...]
    tracing: tuple[str | None, ...]


def naming_of(run: RunFolder, certificates: Certificates) -> Naming:
    """Return what the summary of a run says about registry and devices; what it does not say is None."""
    summary = run.summary
    known = summary.get("certificates") or {}
    registry = known.get("registry") or {}
    plants = [_plant(summary, known, registry, name) for name in certificates.contracts]
    stores = [_store(summary, known, registry, name) for name in certificates.storage]
    contracts = [summary["contracts"].get(name, {}) for name in certificates.contracts]
    of_contract = [(known.get("contracts") or {}).get(name) or {} for name in certificates.contracts]
    return Naming(
        run_id=_run_id(run),
        plan=summary.get("kind", "plan") != "metered",
        step=pd.Timedelta(hours=summary["period"]["hours_per_step"]),
        registry=registry,
        devices=(*plants, *stores),
        energy_source=tuple(_words(contract.get("technology"))[0] for contract in contracts),
        factor_g_per_kwh=tuple(contract.get("emission_factor_g_per_kwh") for contract in contracts),
        factor_source=tuple(entry.get("emission_factor_source") for entry in of_contract),
        tracing=tuple(
            METHODS.get(str(summary["storage"].get(name, {}).get("tracing"))) for name in certificates.storage
        ),
    )


def without_certificates(summary: Mapping[str, Any]) -> frozenset[str]:
    """Return the contracts whose energy comes without certificates."""
    contracts = (summary.get("certificates") or {}).get("contracts") or {}
    return frozenset(name for name, entry in contracts.items() if entry.get("comes_with_certificates") is False)


def _run_id(run: RunFolder) -> str:
    case = run.manifest.get("case") or {}
    told = {
        "case": case.get("sha256"),
        "tables": [table.get("sha256") for table in run.manifest.get("tables") or []],
        "summary": run.summary,
    }
    return hashlib.sha256(canonical(told).encode()).hexdigest()[:16]


def _plant(summary: Mapping[str, Any], known: Mapping[str, Any], registry: Mapping[str, Any], name: str) -> Record:
    contract = summary["contracts"].get(name, {})
    entry = (known.get("contracts") or {}).get(name) or {}
    technology = contract.get("technology")
    eecs = _EECS.get(str(technology), (None, None))
    return {
        **_device(registry, entry.get("device") or {}, name, contract.get("plant_zone") or contract.get("zone")),
        "device_technology_type": _words(technology)[1],
        "device_production_start_date": contract.get("commissioned"),
        "support_received": entry.get("support_received"),
        "energy_source": _words(technology)[0],
        "emissions_factor_source": entry.get("emission_factor_source"),
        "eecs_energy_source": eecs[0],
        "eecs_technology": eecs[1],
    }


def _store(summary: Mapping[str, Any], known: Mapping[str, Any], registry: Mapping[str, Any], name: str) -> Record:
    entry = (known.get("storage") or {}).get(name) or {}
    return {
        **_device(registry, entry.get("device") or {}, name, summary["storage"].get(name, {}).get("zone")),
        "device_technology_type": "Storage",
        "energy_source": None,
        "emissions_factor_source": None,
        "eecs_energy_source": None,
        "eecs_technology": None,
    }


def _device(registry: Mapping[str, Any], device: Mapping[str, Any], name: str, zone: str | None) -> Record:
    capacity = device.get("capacity_mw")
    filled = dict.fromkeys(DEVICE_FIELDS)
    filled |= {field: registry.get(field) for field in REGISTRY_FIELDS}
    filled |= {
        "energy_carrier": "Electricity",
        "face_value": FACE_VALUE_WH,
        "issuance_post_energy_carrier_conversion": False,
        "device_id": name if device.get("device_id") is None else device["device_id"],
        "device_name": device.get("device_name") or name,
        "device_capacity": None if capacity is None else round(capacity * 1e6),
        "device_location": device.get("device_location"),
        "issue_market_zone": registry.get("issue_market_zone") or zone,
    }
    return filled


def _words(technology: str | None) -> tuple[str, str]:
    return _WORDS.get(str(technology), ("Other", str(technology or "Other")))


def canonical(record: Mapping[str, Any]) -> str:
    """Return a record as JSON with sorted keys and no spaces: what its hash is of."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
