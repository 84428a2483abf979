"""Granular certificates of a run, written as JSON and CSV with the field names of the EnergyTag standard (version 2).

granular-certificates.json          everything, one record a line; what all bundles of a device share is in `devices`
granular-certificates.schema.json   its JSON Schema
bundles.csv                         every bundle with all of its fields
storage_charge_records.csv, storage_discharge_records.csv, allocations.csv, not_certified.csv
provenance.json                     where the numbers came from
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.certify import USES, Certificates, certify
from carbonmatch.accounting.certificates.run_flows import RunFlows
from carbonmatch.errors import Fault, InputError, VerificationError
from carbonmatch.report.certificates.checks import check_certificates
from carbonmatch.report.certificates.fields import (
    allocation_frame,
    bundle_frame,
    not_certified_frame,
    storage_record_frames,
)
from carbonmatch.report.certificates.naming import (
    DEVICE_FIELDS,
    Naming,
    Record,
    canonical,
    naming_of,
    without_certificates,
)
from carbonmatch.report.certificates.schema import METERED, PLAN, SCHEMA
from carbonmatch.report.provenance import provenance
from carbonmatch.report.run_tables import RunTables
from carbonmatch.runfolder import (
    CERTIFICATE_TABLES,
    CERTIFICATES_DOCUMENT,
    CERTIFICATES_SCHEMA,
    PROVENANCE,
    RunFolder,
    write_json,
)
from carbonmatch.tables import write_table

LONGEST_INTERVAL_HOURS: Final = 1.0
"""A certificate is of one hour at most (EnergyTag)."""

NOTES: Final = {
    PLAN: "These certificates do not exist. They are what a planned portfolio would be issued if it were built and ran "
    "as planned; no registry has issued, cancelled or validated any of them.",
    METERED: "Made from meter readings, to be handed to a registry. No registry has issued, cancelled or validated any "
    "of them yet; ids, accounts and dates are the registry's to confirm.",
}

RULES: Final = (
    "Field names are those of the EnergyTag Granular Certificate Scheme Standard and API, version 2. Fields of "
    "carbonmatch's own: id, use, origin_device_id, and in allocations the number ranges and energies. Energy is in Wh.",
    "1 certificate = 1 Wh: face_value is 1, and bundle_quantity = certificate_bundle_id_range_end - "
    "certificate_bundle_id_range_start + 1 is the energy of the bundle.",
    "Energy is rounded down to whole watt-hours per device and interval, and the remainder is carried to the next "
    "interval of the device: its certificates add up to the floor of its generation. Bundles without energy are left "
    "out.",
    "Certificates are numbered per device from 1 on, in the order of time, without holes.",
    "use says what becomes of a bundle: matched (cancelled for load of the same interval), storage (cancelled for a "
    "charge of the same interval), in stock (reserved: charged, and not discharged before the end of the period), "
    "excess (active: not claimed).",
    "Every charge of a storage is a storage charge record, every discharge a storage discharge record, net of what a "
    "storage does both ways in one interval. A discharge draws on charges by the method that the case names, and "
    "starts at or after the end of each charge that it draws on.",
    "For a discharge, issued / efficiency is cancelled, rounded up to whole watt-hours with the remainder carried to "
    "the next allocation of the storage; at no time is more issued than has been cancelled * efficiency. An allocation "
    "may therefore be off by a few watt-hours; over the period none is. Energy that passed through another storage "
    "before keeps an account of its own. storage_efficiency_factor is what was discharged / what was charged in the "
    "period, never above what the case gives.",
    "gc_allocation_id is the bundle that is cancelled, and its range the certificates of it; sdgc_allocation_id is the "
    "first of the bundles that are issued, and its range spans them all. Bundles split from one issuance keep its "
    "issuance_id.",
    "matched = direct + from_storage + not_certified, in Wh and for every zone. What carries no certificate is listed "
    "with the reason.",
    "issuance_datestamp is the day, in UTC, on which the production interval ends, not the day of writing.",
    "emissions_factor_production_device is in kg CO2e/MWh (= g/kWh); on discharge it is that of the plant of "
    "origin_device_id, with the losses of storage.",
    "hash is the SHA-256 of the bundle as JSON with sorted keys and no spaces, without the hash itself: the fields of "
    "its device (from account_id to dissemination_level), emissions_factor_source of the device of origin_device_id, "
    "and those listed with the bundle.",
    "energy_source and device_technology_type are words; eecs_energy_source and eecs_technology are the codes of the "
    "AIB (EECS Rules Fact Sheet 5), where they are known.",
    "A device without an id or name of its own goes by the name of its contract or storage. What the case does not "
    "give is null.",
)


def write_granular_certificates(run: RunFolder, tables: RunTables, folder: Path) -> tuple[Path, ...]:
    """Write the certificates of a run to a folder, once all of them are checked; return the files.

    Raises:
        InputError: the steps of the run are longer than a certificate may be, or two devices have one id.
        VerificationError: certificates break a rule of theirs; nothing is written.
    """
    flows = RunFlows(
        tables.hourly,
        tables.contracts,
        tables.storage,
        tables.claims,
        tables.links,
        without_certificates(run.summary),
    )
    _refuse_long_steps(run)
    made = certify(flows)
    check_certificates(made, flows)
    naming = naming_of(run, made)
    _refuse_repeated_ids(run, naming)
    charges, discharges = storage_record_frames(made, naming)
    bundles = bundle_frame(made, naming)
    complete = _complete(bundles, naming)
    bundles["hash"] = complete["hash"] = [
        hashlib.sha256(canonical(record).encode()).hexdigest() for record in records_of(complete)
    ]
    frames = dict(
        zip(
            CERTIFICATE_TABLES,
            (bundles, charges, discharges, allocation_frame(made, naming), not_certified_frame(made, naming)),
            strict=True,
        )
    )
    head = _head(run, made, naming)
    _validate(head, frames)
    return _put(folder, head, frames, complete, provenance(run))


def records_of(frame: pd.DataFrame) -> Iterator[Record]:
    """Yield the rows of a frame as mappings of plain Python values; what is missing is None."""
    names = list(frame.columns)
    for values in zip(*(_plain(frame[name]) for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def _plain(column: pd.Series[Any]) -> list[Any]:
    values, missing = column.tolist(), column.isna()
    if not missing.any():
        return values
    return [None if gap else value for value, gap in zip(values, missing.tolist(), strict=True)]


def _refuse_long_steps(run: RunFolder) -> None:
    hours = run.summary["period"]["hours_per_step"]
    if hours > LONGEST_INTERVAL_HOURS:
        what = f"has steps of {hours:g} h; a granular certificate is of one hour at most. Take time.step: 1h or shorter"
        raise InputError([Fault(str(run.path), what)])


def _refuse_repeated_ids(run: RunFolder, naming: Naming) -> None:
    ids = [device["device_id"] for device in naming.devices]
    repeated = [name for name in dict.fromkeys(ids) if ids.count(name) > 1]
    if repeated:
        what = "is the device_id of several contracts or storages; give each its own (`device: {device_id: ...}`)"
        raise InputError([Fault(f"{run.path}, device_id {name}", what) for name in repeated])


def _complete(bundles: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """Return the bundles with what all bundles of their device share, and the source of their emission factor."""
    device = {record["device_id"]: record for record in naming.devices}
    own, origin = bundles["device_id"].tolist(), bundles["origin_device_id"].tolist()
    shared = {field: [device[key][field] for key in own] for field in DEVICE_FIELDS if field != "device_id"}
    shared["emissions_factor_source"] = [device[key]["emissions_factor_source"] for key in origin]
    return bundles.assign(**{field: pd.Series(values, dtype=object) for field, values in shared.items()})


def _head(run: RunFolder, made: Certificates, naming: Naming) -> dict[str, Any]:
    """Return the document without its lists."""
    basis = PLAN if naming.plan else METERED
    form = "%Y-%m-%dT%H:%M:%SZ"
    return {
        "basis": basis,
        "note": NOTES[basis],
        "rules": list(RULES),
        "run": {
            "id": naming.run_id,
            "case": run.summary["case"],
            "period_start": made.starts[0].strftime(form),
            "period_end": (made.starts[-1] + naming.step).strftime(form),
            "hours_per_step": run.summary["period"]["hours_per_step"],
        },
        "devices": [dict(device) for device in naming.devices],
        "totals": _totals(made, naming),
    }


def _totals(made: Certificates, naming: Naming) -> dict[str, Any]:
    bundles = made.bundles
    number = bundles["device"] + np.where(bundles["is_storage"], len(made.contracts), 0)
    by_use = bundles["quantity"].groupby([number, bundles["use"]]).sum()
    certificates = []
    for d, device in enumerate(naming.devices):
        uses = {use.replace(" ", "_"): int(by_use.get((d, u), 0)) for u, use in enumerate(USES)}
        stored = d >= len(made.contracts)
        certificates.append(
            {"device_id": device["device_id"], "is_storage": stored, "issued": sum(uses.values()), **uses}
        )
    none = made.not_certified
    sums = {
        "charged": made.charges.groupby("device")["energy"].sum(),
        "discharged": made.discharges.groupby("device")["energy"].sum(),
        "cancelled": made.allocations.groupby("device")["cancelled_wh"].sum(),
        "issued": made.allocations.groupby("device")["issued_wh"].sum(),
        "not_certified": none.groupby("device")["discharged_wh"].sum(),
    }
    storage = [
        {
            "device_id": naming.devices[len(made.contracts) + b]["device_id"],
            **{name: int(total.get(b, 0)) for name, total in sums.items()},
        }
        for b in range(len(made.storage))
    ]
    matched = [
        {
            "zone": made.zones[row["zone"]],
            **{name: row[f"{name}_wh"] for name in ("matched", "direct", "from_storage", "not_certified")},
        }
        for row in records_of(made.matched)
    ]
    return {"certificates": certificates, "storage": storage, "matched": matched}


def _validate(head: dict[str, Any], frames: dict[str, pd.DataFrame]) -> None:
    """Hold the document against its schema, with one record of every shape that its lists have."""
    document = {**head, **{name: list(_one_of_each_shape(records_of(frame))) for name, frame in frames.items()}}
    faults = sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document), key=lambda fault: fault.json_path)
    if faults:
        told = "; ".join(f"{fault.json_path}: {fault.message}" for fault in faults[:5])
        raise VerificationError(f"The certificates do not have the form of their schema: {told}.")


def _one_of_each_shape(records: Iterable[Record]) -> Iterable[Record]:
    """Return one record for every combination of types, lengths of text and signs of numbers that occurs."""
    found: dict[tuple[object, ...], Record] = {}
    for record in records:
        found.setdefault(tuple(map(_shape, record.values())), record)
    return found.values()


def _shape(value: object) -> object:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return type(value), value > 0, value > 1
    return type(value)


def _put(
    folder: Path,
    head: dict[str, Any],
    frames: dict[str, pd.DataFrame],
    complete: pd.DataFrame,
    origin: dict[str, Any],
) -> tuple[Path, ...]:
    """Write everything beside the folder's files, and put it in place once all of it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".certificates-", dir=folder) as name:
        draft = Path(name)
        _write_document(draft / CERTIFICATES_DOCUMENT, head, frames)
        write_json(draft / CERTIFICATES_SCHEMA, SCHEMA)
        write_json(draft / PROVENANCE, origin)
        for table, frame in {**frames, "bundles": complete}.items():
            write_table(frame, draft / f"{table}.csv")
        files = sorted(draft.iterdir())
        for file in files:
            file.replace(folder / file.name)
    return tuple(folder / file.name for file in files)


def _write_document(path: Path, head: dict[str, Any], frames: dict[str, pd.DataFrame]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, indent=2, ensure_ascii=False, allow_nan=False)[:-2])
        for name, frame in frames.items():
            file.write(f',\n  "{name}": [')
            for number, record in enumerate(records_of(frame)):
                file.write(",\n" if number else "\n")
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
            file.write("\n  ]" if len(frame) else "]")
        file.write("\n}\n")
