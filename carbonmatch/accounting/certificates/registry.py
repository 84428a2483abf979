"""What a registry of granular certificates asks for beside the energy, as the case gives it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from carbonmatch.records import Device, Facts


def registry_summary(facts: Facts) -> dict[str, Any]:
    """Return registry, plants and storages as a certificate names them; what the case does not say is None."""
    return {
        "registry": None if facts.registry is None else asdict(facts.registry),
        "contracts": {
            instrument.name: {
                "comes_with_certificates": instrument.certificates,
                "device": _device(instrument.device),
                "support_received": instrument.support_received,
                "emission_factor_source": instrument.factor.source,
            }
            for instrument in facts.instruments
        },
        "storage": {storage.name: {"device": _device(storage.device)} for storage in facts.storage},
    }


def _device(device: Device | None) -> dict[str, Any] | None:
    return None if device is None else asdict(device)
