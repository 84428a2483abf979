"""The records of granular certificates, with the field names of the EnergyTag standard (version 2).

Fields that the standard does not have: `id` (number of a record in its document), `use` (what becomes of a bundle),
`origin_device_id` (the plant behind it), and in allocations the number ranges and the energies.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.certify import USES, Certificates
from carbonmatch.records import IntArray
from carbonmatch.report.certificates.naming import Naming

EFFICIENCY_METHOD: Final = "energy discharged / energy charged over the interval"

PROJECTED: Final = "Projected, not issued: "
"""Before the status of every bundle of a plan, which no registry would take."""

STATUS: Final = {"matched": "Cancelled", "storage": "Cancelled", "in stock": "Reserved", "excess": "Active"}
"""The standard's word for what becomes of a bundle."""


Objects = np.typing.NDArray[np.object_]


def bundle_frame(certificates: Certificates, naming: Naming) -> pd.DataFrame:
    """Return the bundles with all fields but those of the device and the hash."""
    bundles, devices = certificates.bundles, _device_numbers(certificates)
    starts, ends = _stamps(certificates, naming)
    days = pd.Index((certificates.starts + naming.step).strftime("%Y-%m-%d"), dtype=object)
    use, step = bundles["use"].to_numpy(), bundles["step"].to_numpy()
    stored = bundles["is_storage"].to_numpy(dtype=bool)
    prefix = PROJECTED if naming.plan else ""
    status = np.array([prefix + STATUS[name] for name in USES], dtype=object)
    ids = np.array([device["device_id"] for device in naming.devices], dtype=object)
    device = ids[devices]
    allocation = bundles["allocation"].to_numpy() + 1
    compact = pd.Index(certificates.starts.strftime("%Y%m%dT%H%M%SZ"), dtype=object)[step]
    named = "projected" if naming.plan else "metered"
    issuance = [
        f"{named}-{naming.run_id}-{name}-{stamp}-{number}" if number else f"{named}-{naming.run_id}-{name}-{stamp}"
        for name, stamp, number in zip(device, compact, allocation, strict=True)
    ]
    origin = bundles["origin"].to_numpy()
    factor = np.array([np.nan if g is None else g for g in naming.factor_g_per_kwh], dtype=float)
    efficiency = certificates.efficiency
    place = np.where(stored, bundles["device"].to_numpy(), 0)
    beneficiary = naming.registry.get("beneficiary")
    return pd.DataFrame(
        {
            "id": bundles["id"],
            "issuance_id": issuance,
            "certificate_bundle_status": status[use],
            "certificate_bundle_id_range_start": bundles["range_start"],
            "certificate_bundle_id_range_end": bundles["range_end"],
            "bundle_quantity": bundles["quantity"],
            "beneficiary": np.where(use == USES.index("matched"), beneficiary, None),
            "energy_source": np.array(naming.energy_source, dtype=object)[origin],
            "device_id": device,
            "production_starting_interval": starts[step],
            "production_ending_interval": ends[step],
            "issuance_datestamp": days[step],
            "expiry_datestamp": _expiry(certificates, naming)[step],
            "is_storage": stored,
            "allocated_storage_record_id": _or_none(allocation, stored),
            "storage_efficiency_factor": _or_none(efficiency[place] if len(efficiency) else place, stored),
            "discharging_start_datetime": np.where(stored, starts[step], None),
            "discharging_end_datetime": np.where(stored, ends[step], None),
            "emissions_factor_production_device": _or_none(
                np.round(factor[origin] * bundles["factor"].to_numpy(), 6), ~np.isnan(factor[origin])
            ),
            "use": np.array(USES, dtype=object)[use],
            "origin_device_id": ids[origin],
        }
    )


def _device_numbers(certificates: Certificates) -> IntArray:
    """Return the number of each bundle's device among all devices: contracts before storages."""
    bundles = certificates.bundles
    shift = np.where(bundles["is_storage"], len(certificates.contracts), 0)
    numbers: IntArray = bundles["device"].to_numpy() + shift
    return numbers


def _or_none(values: Any, known: Any) -> pd.Series:
    return pd.Series(np.asarray(values).tolist(), dtype=object).where(pd.Series(known), None)


def _stamps(certificates: Certificates, naming: Naming) -> tuple[Objects, Objects]:
    """Return start and end of every step as text, UTC; the last is for a step that does not apply."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    ends = certificates.starts + naming.step
    return (
        np.array([*certificates.starts.strftime(form), None], dtype=object),
        np.array([*ends.strftime(form), None], dtype=object),
    )


def _expiry(certificates: Certificates, naming: Naming) -> Objects:
    months = naming.registry.get("expiry_months")
    if months is None:
        return np.full(len(certificates.starts), None, dtype=object)
    expires = (certificates.starts + naming.step) + pd.DateOffset(months=int(months))
    return np.array(expires.strftime("%Y-%m-%d"), dtype=object)


def storage_record_frames(certificates: Certificates, naming: Naming) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return storage charge records and storage discharge records."""
    starts, ends = _stamps(certificates, naming)
    ids = _storage_ids(certificates, naming)
    frames = [
        pd.DataFrame(
            {
                "id": records["id"],
                "device_id": ids[records["device"].to_numpy()],
                "is_charging": charging,
                "flow_start_datetime": starts[records["step"].to_numpy()],
                "flow_end_datetime": ends[records["step"].to_numpy()],
                "flow_energy": records["energy"],
                "validator_id": naming.registry.get("validator_id"),
            }
        )
        for records, charging in ((certificates.charges, True), (certificates.discharges, False))
    ]
    return frames[0], frames[1]


def allocation_frame(certificates: Certificates, naming: Naming) -> pd.DataFrame:
    """Return the allocations of charges to discharges."""
    made = certificates.allocations
    device = made["device"].to_numpy()
    starts, ends = _stamps(certificates, naming)
    flow = certificates.discharges.set_index(["device", "step"])["energy"]
    discharged = flow.reindex(pd.MultiIndex.from_frame(made[["device", "discharge_step"]])).to_numpy()
    columns: dict[str, Any] = {
        "id": made["id"],
        "device_id": _storage_ids(certificates, naming)[device],
        "scr_allocation_id": record_ids(certificates.charges, made["device"], made["charge_step"]),
        "sdr_allocation_id": record_ids(certificates.discharges, made["device"], made["discharge_step"]),
        "sdr_proportion": np.round(made["issued_wh"].to_numpy() / discharged, 12),
        "scr_allocation_methodology": np.array([*naming.tracing, None], dtype=object)[device],
        "gc_allocation_id": _or_none(made["gc"], made["gc"] > 0),
        "gc_certificate_bundle_id_range_start": _or_none(made["gc_start"], made["gc"] > 0),
        "gc_certificate_bundle_id_range_end": _or_none(made["gc_end"], made["gc"] > 0),
        "sdgc_allocation_id": _or_none(made["sdgc"], made["sdgc"] > 0),
        "sdgc_certificate_bundle_id_range_start": _or_none(made["sdgc_start"], made["sdgc"] > 0),
        "sdgc_certificate_bundle_id_range_end": _or_none(made["sdgc_end"], made["sdgc"] > 0),
        "efficiency_factor_methodology": EFFICIENCY_METHOD,
        "efficiency_factor_interval_start": starts[0],
        "efficiency_factor_interval_end": ends[-2],
        "storage_efficiency_factor": certificates.efficiency[device] if len(made) else [],
        "cancelled_energy": made["cancelled_wh"],
        "issued_energy": made["issued_wh"],
    }
    return pd.DataFrame(columns)


def not_certified_frame(certificates: Certificates, naming: Naming) -> pd.DataFrame:
    """Return what carries no certificate, with the reason."""
    none = certificates.not_certified
    starts, _ = _stamps(certificates, naming)
    ids = np.array([*(d["device_id"] for d in naming.devices[: len(certificates.contracts)]), None], dtype=object)
    stores = np.array([*_storage_ids(certificates, naming), None], dtype=object)
    return pd.DataFrame(
        {
            "zone": np.array(certificates.zones, dtype=object)[none["zone"].to_numpy()],
            "device_id": stores[none["device"].to_numpy()],
            "origin_device_id": ids[none["contract"].to_numpy()],
            "production_starting_interval": starts[none["production_step"].to_numpy()],
            "charging_start_datetime": starts[none["charge_step"].to_numpy()],
            "discharging_start_datetime": starts[none["discharge_step"].to_numpy()],
            "discharged_energy": none["discharged_wh"],
            "matched_energy": none["matched_wh"],
            "reason": none["reason"],
        }
    )


def record_ids(records: pd.DataFrame, device: pd.Series, step: pd.Series) -> IntArray:
    """Return the id of the charge or discharge record of each device and step."""
    known = records.set_index(["device", "step"])["id"]
    found: IntArray = known.reindex(pd.MultiIndex.from_arrays([device, step])).to_numpy(dtype=np.int64)
    return found


def _storage_ids(certificates: Certificates, naming: Naming) -> Objects:
    return np.array([d["device_id"] for d in naming.devices[len(certificates.contracts) :]], dtype=object)
