"""The JSON Schema of what is written about granular certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carbonmatch.accounting.certificates.certify import USES
from carbonmatch.accounting.certificates.storage_allocation import Reason
from carbonmatch.report.certificates.fields import PROJECTED, STATUS
from carbonmatch.report.certificates.naming import METHODS

Schema = dict[str, Any]

PLAN: Final = "plan: projected, not issued"
METERED: Final = "metered: to be issued"

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_IDENTIFIER: Final[Schema] = {"type": ["string", "integer"]}
_STAMP: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
_DATE: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
_WH: Final[Schema] = {"type": "integer", "minimum": 0}
_SHARE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_FACTOR: Final[Schema] = {"type": "number", "minimum": 0}


def _or_null(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}


def _record(fields: Mapping[str, Schema], **more: Any) -> Schema:
    """Return the schema of an object that has exactly these fields."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
        **more,
    }


_DEVICE: Final = _record(
    {
        "account_id": _or_null(_IDENTIFIER),
        "energy_carrier": {"const": "Electricity"},
        "face_value": {"const": 1},
        "issuance_post_energy_carrier_conversion": {"const": False},
        "registry_configuration": {"enum": [1, 2, 3, None]},
        "device_id": _IDENTIFIER,
        "device_name": _TEXT,
        "device_technology_type": _TEXT,
        "device_production_start_date": _or_null(_DATE),
        "device_capacity": _or_null(_COUNT),
        "device_location": _or_null(_TEXT),
        "country_of_issuance": _or_null(_TEXT),
        "connected_grid_identification": _or_null(_TEXT),
        "issuing_body": _or_null(_TEXT),
        "legal_status": _or_null(_TEXT),
        "issue_market_zone": _or_null(_TEXT),
        "issuance_purpose": _or_null(_TEXT),
        "support_received": _or_null(_TEXT),
        "quality_scheme_reference": _or_null(_TEXT),
        "dissemination_level": _or_null(_TEXT),
        "energy_source": _or_null(_TEXT),
        "emissions_factor_source": _or_null(_TEXT),
        "eecs_energy_source": _or_null({"type": "string", "pattern": r"^F\d{8}$"}),
        "eecs_technology": _or_null({"type": "string", "pattern": r"^T\d{6}$"}),
    }
)

_BUNDLE: Final = _record(
    {
        "id": _COUNT,
        "issuance_id": _TEXT,
        "certificate_bundle_status": _TEXT,
        "certificate_bundle_id_range_start": _COUNT,
        "certificate_bundle_id_range_end": _COUNT,
        "bundle_quantity": _COUNT,
        "beneficiary": _or_null(_TEXT),
        "energy_source": _TEXT,
        "device_id": _IDENTIFIER,
        "production_starting_interval": _STAMP,
        "production_ending_interval": _STAMP,
        "issuance_datestamp": _DATE,
        "expiry_datestamp": _or_null(_DATE),
        "is_storage": {"type": "boolean"},
        "allocated_storage_record_id": _or_null(_COUNT),
        "storage_efficiency_factor": _or_null(_SHARE),
        "discharging_start_datetime": _or_null(_STAMP),
        "discharging_end_datetime": _or_null(_STAMP),
        "emissions_factor_production_device": _or_null(_FACTOR),
        "use": {"enum": list(USES)},
        "origin_device_id": _IDENTIFIER,
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    **{
        "if": {"properties": {"is_storage": {"const": True}}},
        "then": {
            "properties": {
                "allocated_storage_record_id": _COUNT,
                "storage_efficiency_factor": _SHARE,
                "discharging_start_datetime": _STAMP,
                "discharging_end_datetime": _STAMP,
            }
        },
        "else": {
            "properties": {
                "allocated_storage_record_id": {"type": "null"},
                "storage_efficiency_factor": {"type": "null"},
                "discharging_start_datetime": {"type": "null"},
                "discharging_end_datetime": {"type": "null"},
            }
        },
    },
)

_ALLOCATION: Final = _record(
    {
        "id": _COUNT,
        "device_id": _IDENTIFIER,
        "scr_allocation_id": _COUNT,
        "sdr_allocation_id": _COUNT,
        "sdr_proportion": _SHARE,
        "scr_allocation_methodology": {"enum": [*METHODS.values(), None]},
        "gc_allocation_id": _or_null(_COUNT),
        "gc_certificate_bundle_id_range_start": _or_null(_COUNT),
        "gc_certificate_bundle_id_range_end": _or_null(_COUNT),
        "sdgc_allocation_id": _or_null(_COUNT),
        "sdgc_certificate_bundle_id_range_start": _or_null(_COUNT),
        "sdgc_certificate_bundle_id_range_end": _or_null(_COUNT),
        "efficiency_factor_methodology": _TEXT,
        "efficiency_factor_interval_start": _STAMP,
        "efficiency_factor_interval_end": _STAMP,
        "storage_efficiency_factor": _SHARE,
        "cancelled_energy": _WH,
        "issued_energy": _WH,
    }
)

_NOT_CERTIFIED: Final = _record(
    {
        "zone": _TEXT,
        "device_id": _or_null(_IDENTIFIER),
        "origin_device_id": _or_null(_IDENTIFIER),
        "production_starting_interval": _or_null(_STAMP),
        "charging_start_datetime": _or_null(_STAMP),
        "discharging_start_datetime": _or_null(_STAMP),
        "discharged_energy": _WH,
        "matched_energy": _WH,
        "reason": {"enum": [str(reason) for reason in Reason]},
    }
)


def _storage_record(*, charging: bool) -> Schema:
    return _record(
        {
            "id": _COUNT,
            "device_id": _IDENTIFIER,
            "is_charging": {"const": charging},
            "flow_start_datetime": _STAMP,
            "flow_end_datetime": _STAMP,
            "flow_energy": _COUNT,
            "validator_id": _or_null(_IDENTIFIER),
        }
    )


def _statuses(prefix: str) -> Schema:
    """Return the schema of a document whose bundles have these statuses."""
    words = [prefix + status for status in dict.fromkeys(STATUS.values())]
    status = {"properties": {"certificate_bundle_status": {"enum": words}}}
    return {"properties": {"bundles": {"items": status}}}


SCHEMA: Final[Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Granular certificates written by carbonmatch, with the field names of the EnergyTag standard (version 2)",
    "type": "object",
    "properties": {
        "basis": {"enum": [PLAN, METERED]},
        "note": _TEXT,
        "rules": {"type": "array", "items": _TEXT},
        "run": _record(
            {
                "id": _TEXT,
                "case": _TEXT,
                "period_start": _STAMP,
                "period_end": _STAMP,
                "hours_per_step": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            }
        ),
        "devices": {"type": "array", "items": _DEVICE},
        "totals": _record(
            {
                "certificates": {
                    "type": "array",
                    "items": _record(
                        {"device_id": _IDENTIFIER, "is_storage": {"type": "boolean"}, "issued": _WH}
                        | {use.replace(" ", "_"): _WH for use in USES}
                    ),
                },
                "storage": {
                    "type": "array",
                    "items": _record(
                        {"device_id": _IDENTIFIER}
                        | dict.fromkeys(("charged", "discharged", "cancelled", "issued", "not_certified"), _WH)
                    ),
                },
                "matched": {
                    "type": "array",
                    "items": _record(
                        {"zone": _TEXT} | dict.fromkeys(("matched", "direct", "from_storage", "not_certified"), _WH)
                    ),
                },
            }
        ),
        "bundles": {"type": "array", "items": _BUNDLE},
        "storage_charge_records": {"type": "array", "items": _storage_record(charging=True)},
        "storage_discharge_records": {"type": "array", "items": _storage_record(charging=False)},
        "allocations": {"type": "array", "items": _ALLOCATION},
        "not_certified": {"type": "array", "items": _NOT_CERTIFIED},
    },
    "required": [
        "basis",
        "note",
        "rules",
        "run",
        "devices",
        "totals",
        "bundles",
        "storage_charge_records",
        "storage_discharge_records",
        "allocations",
        "not_certified",
    ],
    "additionalProperties": False,
    "if": {"properties": {"basis": {"const": PLAN}}},
    "then": _statuses(PROJECTED),
    "else": _statuses(""),
}
