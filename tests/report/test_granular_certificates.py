"""Granular certificates on disk: names of the standard, schema, hashes, what the case gives and what it does not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from small_cases import QUICK, a_case

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.errors import InputError, VerificationError
from carbonmatch.report.certificates.document import write_granular_certificates
from carbonmatch.report.certificates.schema import METERED, PLAN, SCHEMA
from carbonmatch.report.run_tables import read_run_tables

EVENING = {
    "time": {"end": "2018-01-01T05:00"},
    "zones": {"Z": {"spot_price_per_mwh": 40.0, "carbon_intensity_g_per_kwh": 400}},
    "sites": {"s": {"load": [7, 7, 7, 7, 7]}},
    "contracts": {
        "sun": {
            "capacity_factor": [0, 1, 0.7, 0, 0],
            "curtailment": {"compensation": 0},
            "emission_factor_g_per_kwh": 41.5,
            "commissioned": "2019-05-01",
            "device": {"device_id": 4711, "device_location": "52.1, 13.2", "capacity_mw": 120.5},
            "support_received": "none",
        },
        "wind": {
            "technology": "offshore_wind",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 90,
            "capacity_factor": [0.9, 0, 0, 0, 0.3],
            "max_mw": 5,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 1,
            "energy_cost_per_mwh_year": 1,
            "round_trip_efficiency": 0.83,
            "tracing": "lifo",
        }
    },
    "target": {"matching": "hourly", "cfe": 0.97},
}
REGISTRY = {
    "issuing_body": "Body",
    "account_id": 12,
    "beneficiary": "Buyer Ltd",
    "country_of_issuance": "DE",
    "registry_configuration": 2,
    "expiry_months": 12,
    "validator_id": "V-1",
}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Return the folders of two runs: of a case that names a registry, and of the same without."""
    place = tmp_path_factory.mktemp("runs")
    for name, block in (("named", {"certificates": REGISTRY}), ("bare", {})):
        cm.solve(a_case({**EVENING, **block}), QUICK, out=place / name)
    return place


def write(folder, target, **changes):
    run = cm.read_run(folder)
    return write_granular_certificates(
        replace(run, summary={**run.summary, **changes}), read_run_tables(folder), target
    )


def document_of(folder):
    return json.loads((folder / runfolder.CERTIFICATES_DOCUMENT).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def named(solved):
    write(solved / "named", solved / "certificates")
    return document_of(solved / "certificates")


@pytest.fixture(scope="module")
def bare(solved):
    write(solved / "bare", solved / "bare-certificates")
    return document_of(solved / "bare-certificates")


def test_the_schema_is_a_schema_and_lies_beside_the_document(solved, named):
    assert named["basis"] == PLAN
    beside = json.loads((solved / "certificates" / runfolder.CERTIFICATES_SCHEMA).read_text())
    jsonschema.Draft202012Validator.check_schema(beside)
    assert beside == json.loads(json.dumps(SCHEMA))


def test_the_whole_document_has_the_form_of_its_schema(named, bare):
    for document in (named, bare):
        assert document["bundles"]
        assert document["allocations"]
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["bundles"][0].update(bundle_quantity=0),
        lambda document: document["bundles"][0].update(certificate_bundle_status="Active"),
        lambda document: document["bundles"][-1].update(allocated_storage_record_id=None),
        lambda document: document["bundles"][0].update(hash="abc"),
        lambda document: document["bundles"][0].pop("issuance_id"),
        lambda document: document["allocations"][0].update(sdr_proportion=1.1),
        lambda document: document["storage_charge_records"][0].update(is_charging=False),
        lambda document: document["devices"][0].update(registry_configuration=4),
        lambda document: document.update(basis="issued"),
        lambda document: document.update(more=1),
    ],
)
def test_the_schema_refuses_what_is_not_so(named, change):
    document = json.loads(json.dumps(named))
    change(document)
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_a_plan_says_everywhere_that_nothing_is_issued(named):
    assert named["basis"] == "plan: projected, not issued"
    assert "do not exist" in named["note"]
    assert all(b["certificate_bundle_status"].startswith("Projected, not issued: ") for b in named["bundles"])
    assert all(b["issuance_id"].startswith("projected-") for b in named["bundles"])


def test_a_metered_run_is_to_be_issued(solved, tmp_path):
    write(solved / "named", tmp_path, kind="metered")
    document = document_of(tmp_path)
    assert document["basis"] == METERED == "metered: to be issued"
    assert {b["certificate_bundle_status"] for b in document["bundles"]} <= {"Cancelled", "Reserved", "Active"}
    assert all(b["issuance_id"].startswith("metered-") for b in document["bundles"])
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_what_the_case_gives_is_in_the_certificates(named):
    sun = named["devices"][0]
    assert (sun["device_id"], sun["device_name"], sun["device_location"]) == (4711, "sun", "52.1, 13.2")
    assert sun["device_capacity"] == 120_500_000
    assert (sun["device_production_start_date"], sun["support_received"]) == ("2019-05-01", "none")
    assert (sun["energy_source"], sun["eecs_energy_source"], sun["eecs_technology"]) == (
        "Solar",
        "F01040100",
        "T010000",
    )
    assert (sun["issuing_body"], sun["account_id"], sun["registry_configuration"]) == ("Body", 12, 2)
    assert (sun["country_of_issuance"], sun["issue_market_zone"]) == ("DE", "Z")
    assert {record["validator_id"] for record in named["storage_discharge_records"]} == {"V-1"}
    matched = [b for b in named["bundles"] if b["use"] == "matched"]
    assert {b["beneficiary"] for b in matched} == {"Buyer Ltd"}
    assert {b["beneficiary"] for b in named["bundles"] if b["use"] != "matched"} == {None}
    assert {b["expiry_datestamp"] for b in matched} == {"2019-01-01"}


def test_what_the_case_does_not_give_is_null(bare):
    wind = bare["devices"][1]
    unknown = {
        "account_id",
        "issuing_body",
        "legal_status",
        "country_of_issuance",
        "connected_grid_identification",
        "registry_configuration",
        "device_location",
        "device_capacity",
        "device_production_start_date",
        "support_received",
        "issuance_purpose",
        "quality_scheme_reference",
        "dissemination_level",
    }
    assert {key for key, value in wind.items() if value is None} == unknown
    assert {b["expiry_datestamp"] for b in bare["bundles"]} == {None}
    assert {b["beneficiary"] for b in bare["bundles"]} == {None}


def test_the_hash_is_of_the_bundle_with_all_fields_of_its_device(named):
    devices = {device["device_id"]: device for device in named["devices"]}
    device_fields = [field for field in devices[4711] if field not in {"emissions_factor_source", "energy_source"}]
    device_fields = [field for field in device_fields if not field.startswith("eecs_")]
    for bundle in named["bundles"]:
        whole = {field: devices[bundle["device_id"]][field] for field in device_fields}
        whole |= {"emissions_factor_source": devices[bundle["origin_device_id"]]["emissions_factor_source"]}
        whole |= {key: value for key, value in bundle.items() if key != "hash"}
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert bundle["hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_discharge_names_its_storage_its_plant_and_its_hours(named):
    allocations = {record["id"]: record for record in named["allocations"]}
    records = {r["id"]: r for r in [*named["storage_charge_records"], *named["storage_discharge_records"]]}
    bundles = {bundle["id"]: bundle for bundle in named["bundles"]}
    stored = [bundle for bundle in named["bundles"] if bundle["is_storage"]]
    assert stored
    for bundle in stored:
        allocation = allocations[bundle["allocated_storage_record_id"]]
        charge, discharge = records[allocation["scr_allocation_id"]], records[allocation["sdr_allocation_id"]]
        cancelled = bundles[allocation["gc_allocation_id"]]
        assert charge["is_charging"]
        assert not discharge["is_charging"]
        assert charge["flow_end_datetime"] <= discharge["flow_start_datetime"]
        assert bundle["discharging_start_datetime"] == discharge["flow_start_datetime"]
        assert bundle["production_starting_interval"] == discharge["flow_start_datetime"]
        assert cancelled["production_starting_interval"] == charge["flow_start_datetime"]
        assert cancelled["certificate_bundle_status"].endswith("Cancelled")
        assert cancelled["device_id"] == bundle["origin_device_id"]
        assert bundle["energy_source"] == cancelled["energy_source"]
        assert allocation["sdr_proportion"] == pytest.approx(allocation["issued_energy"] / discharge["flow_energy"])
        assert allocation["scr_allocation_methodology"] == "LIFO"
        efficiency = allocation["storage_efficiency_factor"]
        assert abs(allocation["cancelled_energy"] - allocation["issued_energy"] / efficiency) < 3
        # 41.5 kg/MWh of the sun, over an efficiency of 0.83 of the battery
        if bundle["origin_device_id"] == 4711:
            assert bundle["emissions_factor_production_device"] == pytest.approx(41.5 / efficiency)


def test_the_totals_are_those_of_the_run(solved, named):
    run = cm.read_run(solved / "named").summary
    issued = {entry["device_id"]: entry for entry in named["totals"]["certificates"]}
    for device, name in ((4711, "sun"), ("wind", "wind")):
        assert issued[device]["issued"] == pytest.approx(run["contracts"][name]["generation_mwh"] * 1e6, abs=1)
        assert issued[device]["matched"] == pytest.approx(run["contracts"][name]["matched_mwh"] * 1e6, abs=2)
    matched = named["totals"]["matched"][0]
    assert matched["matched"] == pytest.approx(run["zones"]["Z"]["matched_mwh"] * 1e6, abs=1)
    assert matched["matched"] == matched["direct"] + matched["from_storage"] + matched["not_certified"]
    assert matched["not_certified"] == sum(row["matched_energy"] for row in named["not_certified"])
    battery = named["totals"]["storage"][0]
    assert battery["discharged"] == battery["issued"] + battery["not_certified"]
    assert battery["charged"] == pytest.approx(run["storage"]["battery"]["charge_mwh"] * 1e6, abs=1)


def test_the_tables_hold_what_the_document_holds(solved, named):
    folder = solved / "certificates"
    for name in runfolder.CERTIFICATE_TABLES:
        assert len(pd.read_csv(folder / f"{name}.csv")) == len(named[name])
    bundles = pd.read_csv(folder / "bundles.csv")
    assert bundles["bundle_quantity"].sum() == sum(bundle["bundle_quantity"] for bundle in named["bundles"])
    assert (bundles["issuing_body"] == "Body").all()
    assert (bundles["face_value"] == 1).all()
    assert bundles["hash"].tolist() == [bundle["hash"] for bundle in named["bundles"]]


def test_the_same_run_gives_the_same_bytes(solved, named, tmp_path):
    files = write(solved / "named", tmp_path / "again")
    assert {path.name for path in files} == {path.name for path in (solved / "certificates").iterdir()}
    for path in files:
        assert path.read_bytes() == (solved / "certificates" / path.name).read_bytes()


def test_runs_that_differ_have_other_ids(named, bare):
    assert named["run"]["id"] != bare["run"]["id"]


def test_a_run_of_before_these_facts_can_be_written_too(solved, tmp_path):
    run = cm.read_run(solved / "bare")
    summary = {key: value for key, value in run.summary.items() if key != "certificates"}
    write_granular_certificates(replace(run, summary=summary), read_run_tables(solved / "bare"), tmp_path)
    assert document_of(tmp_path)["devices"][0]["emissions_factor_source"] is None


def test_steps_longer_than_an_hour_are_refused(solved, tmp_path):
    period = {**cm.read_run(solved / "bare").summary["period"], "hours_per_step": 2.0}
    with pytest.raises(InputError, match="one hour at most"):
        write(solved / "bare", tmp_path / "none", period=period)
    assert not (tmp_path / "none").exists()


def test_two_devices_with_one_id_are_refused(solved, tmp_path):
    known = cm.read_run(solved / "bare").summary["certificates"]
    known["contracts"]["wind"]["device"] = {"device_id": "battery"}
    with pytest.raises(InputError, match="device_id battery"):
        write(solved / "bare", tmp_path, certificates=known)


def test_nothing_is_written_that_breaks_a_rule_or_the_schema(solved, tmp_path, monkeypatch):
    known = cm.read_run(solved / "bare").summary["certificates"]
    known["registry"] = {"registry_configuration": 7}
    with pytest.raises(VerificationError, match="registry_configuration"):
        write(solved / "bare", tmp_path / "none", certificates=known)
    tables = read_run_tables(solved / "bare")
    doubled = replace(tables, contracts=tables.contracts.assign(matched_mwh=tables.contracts["matched_mwh"] * 2))
    run = cm.read_run(solved / "bare")
    with pytest.raises(VerificationError, match="negative energy"):
        write_granular_certificates(run, doubled, tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.year
def test_a_real_year_is_certified_to_the_watt_hour(tmp_path):
    model = Path(__file__).parents[2] / "models" / "ai-factory-frankfurt.yaml"
    cm.solve(cm.load_case(model), cm.SolveOptions(solver="clarabel"), out=tmp_path / "run")
    write(tmp_path / "run", tmp_path / "certificates")
    document = document_of(tmp_path / "certificates")
    matched = document["totals"]["matched"][0]
    summary = cm.read_run(tmp_path / "run").summary
    assert matched["matched"] == pytest.approx(summary["zones"]["DE"]["matched_mwh"] * 1e6, abs=1)
    for entry in document["totals"]["certificates"]:
        if not entry["is_storage"]:
            generated = summary["contracts"][entry["device_id"]]["generation_mwh"] * 1e6
            assert entry["issued"] == pytest.approx(generated, abs=1.001)
    rounding = [row for row in document["not_certified"] if row["reason"].startswith("rounding")]
    assert sum(row["matched_energy"] for row in rounding) < 1000
    late = [row for row in document["not_certified"] if row["reason"].startswith("charged after")]
    assert matched["not_certified"] == sum(row["matched_energy"] for row in [*rounding, *late])
