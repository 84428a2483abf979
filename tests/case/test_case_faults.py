"""Every kind of bad input, and the words that the buyer reads."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import numpy as np
import pytest
from small_cases import TWO_HOURS

from carbonmatch.case import case_from_mapping, overrides
from carbonmatch.case.document import read_document
from carbonmatch.case.messages import say_error
from carbonmatch.errors import InputError

CLEAN_FIRM = "{technology: nuclear, zone: DE, structure: clean_firm, strike_per_mwh: 90"
VIRTUAL = "{technology: solar, zone: DE, structure: virtual, strike_per_mwh: 40, capacity_factor: 0.2"


def at(setting: str, words: str) -> tuple[str, str, str]:
    """Expect a fault at exactly the key that is set."""
    return setting, f"--set {setting}: ", words


def near(setting: str, words: str) -> tuple[str, str, str]:
    """Expect a fault at another place than the key that is set; the words name it."""
    return setting, "", words


@pytest.mark.parametrize(
    ("setting", "start", "words"),
    [
        # plain values
        at("name=a b", "is 'a b'; a name is made of letters a-z, digits, - and _"),
        at("name=3", "is 3; text is wanted"),
        at("name=", "is empty; text is wanted"),
        at("description=[1]", "is a list; text is wanted"),
        at("currency=euro", "is 'euro'; a currency has three capital letters, such as EUR"),
        at("currency=eur", "is 'eur'; a currency has three capital letters"),
        at("contracts.pv.strike_per_mwh=abc", "is 'abc'; a number is wanted"),
        at("contracts.pv.strike_per_mwh=48,5", "is '48,5'; a number is wanted. Write decimals with a point (48.5)"),
        at('contracts.pv.strike_per_mwh="48"', "is '48'; a number is wanted. Take it out of the quotes"),
        at("contracts.pv.strike_per_mwh=", "is empty; a number is wanted"),
        at("contracts.pv.strike_per_mwh=true", "is true; a number is wanted"),
        at("contracts.pv.strike_per_mwh=[1]", "is a list; a number is wanted"),
        at("contracts.pv.strike_per_mwh={a: 1}", "is a block; a number is wanted"),
        at("contracts.pv.strike_per_mwh=.nan", "is nan; a finite number is wanted"),
        at("contracts.pv.strike_per_mwh=.inf", "is inf; a finite number is wanted"),
        at("contracts.pv.max_mw=-1", "is -1; a number of at least 0 is wanted"),
        at("contracts.pv.loss_factor=0", "is 0; a number above 0 is wanted"),
        at("contracts.pv.loss_factor=97", "is 97; a number of at most 1 is wanted. A share is written as a fraction:"),
        at("target.cfe=90", "is 90; a number of at most 1 is wanted. A share is written as a fraction: 0.9 for 90 %"),
        at("target.cfe=90%", "is '90%'; a number is wanted. Write 0.9 for 90 %"),
        at("target.cfe=-0.1", "is -0.1; a number of at least 0 is wanted"),
        at("target.cfe=null", "is missing; hourly matching wants the share of the load to be matched, such as 0.9"),
        at("target.budget_per_year=seventy", "is 'seventy'; a number is wanted"),
        near(
            "target={matching: none, budget_per_year: 7e7}",
            "target.budget_per_year: is given, and matching is none; a budget buys the best score, so say of which",
        ),
        at("target.carbon_price_per_t=-1", "is -1; a number of at least 0 is wanted"),
        at("target.carbon_cap_t_per_year=-1", "is -1; a number of at least 0 is wanted"),
        at(
            "target.carbon_cap_t_per_year=9",
            "emissions of load without a claim count, and the zone DE gives neither a residual mix nor a mix of fossil "
            "plants; add zones.DE.residual_mix_g_per_kwh (or zones.DE.fossil_mix_g_per_kwh)",
        ),
        at("target.carbon_basis=location", "is not a known key"),
        at("target.matching=hourli", "is 'hourli'; one of none, annual, monthly, hourly is wanted; did you mean 'hour"),
        at("target.matching=true", "is true; one of none, annual, monthly, hourly is wanted"),
        at("target.grid_credit=yes", "is 'yes'; true or false is wanted"),
        at("target.grid_credit=1", "is 1; true or false is wanted"),
        at("target.scope=zones", "is 'zones'; one of portfolio, zone is wanted; did you mean 'zone'?"),
        at("surplus.max_share=-1", "is -1; a number of at least 0 is wanted"),
        # blocks
        at("time=5", "is 5; a block of keys is wanted"),
        at("zones=[DE]", "is a list; a block of keys is wanted"),
        at("zones.NO=", "is empty; a block of keys is wanted"),
        at("sites.berlin.grid=cheap", "is 'cheap'; a block of keys is wanted"),
        at("contracts.pv=solar", "is 'solar'; a block is wanted, with technology, zone, structure"),
        at("surplus=0.5", "is 0.5; a block of keys is wanted"),
        near("zones.D.E={}", "--set zones.D.E={}: is not a known key"),
        # time
        at("time.start=soon", "is 'soon'; a date such as 2018-01-01 or a local time"),
        at("time.start=2018-02-30", "is '2018-02-30'; a date such as 2018-01-01"),
        at("time.start=2018-01-01T00:00:00Z", "is 2018-01-01T00:00:00+00:00; write the local time without an offset"),
        at("time.end=2018-01-01", "is 2018-01-01 00:00, not after the start"),
        at("time.timezone=Europe/Berln", "did you mean Europe/Berlin"),
        at("time.timezone=5", "is 5, which is not a time zone"),
        at("time.step=7h", "is 7h, which does not divide a day"),
        at("time.step=60", "is 60; a length such as 1h, 30min or 15min is wanted"),
        at("time.end=2018-03-25 02:30", "does not exist on the clock of Europe/Berlin"),
        # unknown keys
        at("contracts.pv.strike=4", "is not a known key; did you mean 'strike_per_mwh'"),
        at("sites.berlin.grid.conection_mw=4", "is not a known key; did you mean 'connection_mw'?"),
        at("sites.berlin.load.colum=4", "is not a known key; did you mean 'column'?"),
        at("target.xyz=4", "is not a known key; known here: matching, cfe, grid_credit, scope"),
        at("surplus.price.per_mwh=4", "is not a known key"),
        at("time.steps=1h", "is not a known key; did you mean 'step'?"),
        at("contracts.pv.availability=1", "is not a known key"),
        near("zone.x=1", "--set zone.x=1: 'zone' is not a key of a case; did you mean 'zones'?"),
        # zones
        at("sites.berlin.zone=DX", "is 'DX', which is not one of the zones of the case (zones: DE, NO)"),
        at("contracts.pv.zone=de", "is 'de', which is not one of the zones of the case; did you mean 'DE'?"),
        at("storage.battery.zone=7", "is 7; text is wanted"),
        at("contracts.pv.zone=NO", "is NO, a zone without a site: what is generated or stored there"),
        at("storage.battery.zone=NO", "is NO, a zone without a site: what is generated or stored there"),
        # contracts
        at("contracts.pv.technology=sollar", "is 'sollar', which is not a technology; did you mean 'solar'? (known: s"),
        at("contracts.pv.technology=[solar]", "is a list, which is not a technology"),
        at("contracts.pv.structure=ppa", "is 'ppa'; a contract is one of pay_as_produced, virtual, clean_firm"),
        at("contracts.pv.structure=virtuel", "did you mean 'virtual'?"),
        at("contracts.pv.structure=[a]", "is a list; a contract is one of pay_as_produced, virtual, clean_firm"),
        near("contracts.pv.min_mw=2000", "max_mw: is 1000, below min_mw, which is 2000"),
        at("contracts.pv.existing_mw=5", "is 5, and min_mw or max_mw is given too; an existing contract has a fixed s"),
        at("contracts.pv.p50_capacity_factor=0.9", "is 0.9, out of reach of the profile: it generates in 45.8% of the"),
        at("contracts.pv.curtailment.compensation=2", "is 2; a number of at most 1 is wanted"),
        near(f"contracts.f={CLEAN_FIRM}, capacity_factor: 1}}", "contracts.f.capacity_factor: is not a known key"),
        near(f"contracts.f={CLEAN_FIRM}, must_run_share: 2}}", "contracts.f.must_run_share: is 2; a number of at most"),
        near(f"contracts.f={CLEAN_FIRM}, availability: 2}}", "contracts.f.availability: is 2; an availability lies be"),
        # storage
        at("storage.battery.round_trip_efficiency=0", "is 0; a number above 0 is wanted"),
        at("storage.battery.round_trip_efficiency=86", "0.86 for 86 %"),
        at("storage.battery.standing_loss_per_hour=1", "is 1; a number below 1 is wanted"),
        at("storage.battery.min_state_of_charge=1", "is 1; a number below 1 is wanted"),
        at("storage.battery.cycles_per_year=0", "is 0; a number above 0 is wanted"),
        at("storage.battery.cycle_basis=store", "is 'store'; one of stored, delivered is wanted; did you mean 'stored"),
        at("storage.battery.settlement=spt", "is 'spt'; one of delivered, spot is wanted; did you mean 'spot'?"),
        # prices of energy
        at("sites.berlin.grid.energy=50", "is 50; a price of energy is one of {index: spot, margin_per_mwh: 12}"),
        at("sites.berlin.grid.energy={}", "says neither index, flat_per_mwh, time_of_use nor file"),
        near("sites.berlin.grid.energy.flat_per_mwh=5", "sites.berlin.grid.energy: gives index and flat_per_mwh; a pr"),
        at("sites.berlin.grid.energy.index=epex", "is 'epex'; one of spot is wanted"),
        at("sites.berlin.grid.energy.margin_per_mwh=x", "is 'x'; a price is a number, or a column of a table: {file:"),
        # loads and the connection
        at("sites.berlin.load=[1, 2]", "is a list; a load is {flat_mw: 100} or {file: ..., column: ...}, in MW"),
        at("sites.berlin.grid.energy=[1, 2]", "is a list; a price of energy is one of"),
        at("sites.berlin.load=100", "is 100; a load is {flat_mw: 100} or {file: ..., column: ...}, in MW"),
        near("sites.berlin.load={flat_mw: -1}", "load.flat_mw: is -1; a number of at least 0 is wanted"),
        near("sites.berlin.load.flat_mw=1", "sites.berlin.load: gives both flat_mw and file"),
        near("sites.berlin.load={}", "sites.berlin.load.flat_mw: is missing; give {flat_mw: 100} or {file: ..., colum"),
        near("sites.berlin.load={flat_mw: 0}", "sites: the load of all sites is zero in every step"),
        near("sites={}", "--set sites={}: is empty; a case has at least one site"),
        at("sites.berlin.grid.connection_mw=0", "is 0; a number above 0 is wanted"),
        # series
        at("zones.DE.spot_price_per_mwh=[1, 2]", "is a list; a price is a number, or a column of a table"),
        at("zones.DE.spot_price_per_mwh=true", "is true; a price is a number"),
        at("zones.DE.spot_price_per_mwh=.nan", "is nan; a finite number is wanted"),
        at(f"zones.DE.carbon_intensity_g_per_kwh={10**400}", "; a finite number is wanted"),
        near("zones.DE.spot_price_per_mwh.scale=1.7e308", "row 2, column price: 40 (times the scale, 1.7e+308: inf)"),
        at("zones.DE.spot_price_per_mwh=1,5", "Write decimals with a point (1.5)"),
        at("zones.DE.carbon_intensity_g_per_kwh=-1", "is -1; a carbon intensity is >= 0 g/kWh"),
        at("zones.DE.grid_cfe_share=50", "is 50; a share of carbon-free energy lies between 0 and 1"),
        at("sites.berlin.load.missing=linear", "is 'linear'; one of interpolate, previous, zero is wanted"),
        at("sites.berlin.load.scale=kW", "is 'kW'; a number is wanted"),
        at("sites.berlin.load.timezone=Europe/Berln", "did you mean Europe/Berlin"),
        at("sites.berlin.load.file=data/dai.csv", "data/dai.csv does not exist; did you mean 'day.csv'?"),
        at("sites.berlin.load.file=data", "data is a folder; name a CSV or Parquet file in it"),
        at("sites.berlin.load.column=load", "data/day.csv has no column 'load'; did you mean 'load_mw'?"),
        at("sites.berlin.load.timestamp=when", "data/day.csv has no column 'when'"),
        near("sites.berlin.load={file: data/day.csv}", "sites.berlin.load.column: is missing; name the column of the"),
        near("sites.berlin.load={column: x}", "sites.berlin.load.file: is missing; name the CSV or Parquet file"),
        near("time={start: 2019-01-01, end: 2019-01-02}", "data/day.csv, column timestamp_utc: the table covers 2017-"),
    ],
)  # fmt: skip
def test_one_fault_and_its_words(workshop, setting, start, words):
    fault = workshop.fault(setting)
    assert fault.startswith(start)
    assert words in fault


def test_a_contract_without_structure_is_checked_as_far_as_it_goes(workshop):
    setting = "contracts.f={technology: sun, zone: DX, max_mw: -1}"
    found = [fault.removeprefix(f"--set {setting}: contracts.f.") for fault in workshop.faults(setting)]
    assert sorted(fault.partition(":")[0] for fault in found) == [
        "max_mw",
        "strike_per_mwh",
        "structure",
        "technology",
        "zone",
    ]
    named = "structure: is missing; a contract is one of pay_as_produced, virtual, clean_firm"
    assert any(fault.startswith(named) for fault in found)


def test_names_of_entries_are_checked(workshop):
    workshop.replace("case.yaml", ("  NO: {}", "  N O: {}"))
    assert workshop.fault() == (
        "case.yaml, line 9: zones.N O: is 'N O'; a name is made of letters a-z, digits, - and _, "
        "and starts with a letter or digit"
    )


def test_without_zones_only_that_is_said(workshop):
    text = (workshop.folder / "case.yaml").read_text()
    start, end = text.index("zones:"), text.index("sites:")
    workshop.write("case.yaml", text[:start] + text[end:])
    assert workshop.fault() == "case.yaml: zones: is missing; list at least one zone with its spot price"
    assert len(workshop.faults("zones={}")) == 3


NO_SPOT = "zones.DE.spot_price_per_mwh="


@pytest.mark.parametrize(
    ("setting", "start", "words"),
    [
        near("surplus.max_share=0.5", "sites.berlin.grid.energy.index: the energy price follows the spot price"),
        near("surplus.max_share=0.5", "surplus.price.index: the surplus is sold at the spot price of the zone"),
        near(f"contracts.v={VIRTUAL}}}", "contracts.v.zone: a virtual contract settles against the spot price"),
        at(
            "contracts.pv.curtailment.when_spot_price_at_most_per_mwh=0", "curtailment depends on the spot price of the"
        ),
        at("storage.battery.grid_charging=true", "charging from the grid is paid at the spot price"),
        at("storage.battery.settlement=spot", "the storage is settled at the spot price"),
    ],
)
def test_who_needs_a_spot_price(workshop, setting, start, words):
    (fault,) = (fault for fault in workshop.faults(NO_SPOT, setting) if words in fault)
    assert fault.startswith(start)
    assert fault.endswith(", and the zone DE gives none; add zones.DE.spot_price_per_mwh")


def test_nobody_needs_a_spot_price(workshop):
    workshop.load(NO_SPOT, "sites.berlin.grid.energy={flat_per_mwh: 80}", "surplus.price=null")


def test_grid_credit_needs_the_share_of_each_zone_with_a_site(workshop):
    site = "sites.oslo={zone: NO, load: {flat_mw: 1}, grid: {energy: {flat_per_mwh: 5}}}"
    found = workshop.faults(site, "target.grid_credit=true", "zones.DE.grid_cfe_share=")
    assert [fault.rpartition("; ")[2] for fault in found if "carbon-free share" in fault] == [
        "add zones.DE.grid_cfe_share",
        "add zones.NO.grid_cfe_share",
    ]


@pytest.mark.parametrize("matching", ["annual", "monthly"])
def test_grid_credit_is_hourly(workshop, matching):
    fault = workshop.fault(f"target.matching={matching}", "target.grid_credit=true")
    assert f"is true, and matching is {matching}; the grid's share counts in hourly matching only" in fault


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("min_power_mw=5", "max_power_mw=4"), "max_power_mw=4: is 4, below min_power_mw, which is 5; raise this one"),
        (("min_energy_mwh=5", "max_energy_mwh=4"), "max_energy_mwh=4: is 4, below min_energy_mwh, which is 5"),
        (
            ("duration_hours=4", "max_energy_mwh=4"),
            "duration_hours=4: is 4, and min_energy_mwh or max_energy_mwh is given",
        ),
        (("duration_hours=4", "min_energy_mwh=4"), "leave the bounds on energy out, or the duration"),
    ],
)
def test_bounds_of_storage(workshop, settings, words):
    assert words in workshop.fault(*(f"storage.battery.{setting}" for setting in settings))


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        (
            "load_mw",
            "-3.2",
            "data/day.csv, row 7, column load_mw: -3.2; a load is >= 0 MW. If the meter nets generation, give the gros",
        ),
        (
            "share",
            "50",
            "data/day.csv, row 7, column share: 50; a share of carbon-free energy lies between 0 and 1. If the",
        ),
        ("share", "50", "If the column is in per cent, add `scale: 0.01` beside `column:`"),
        (
            "solar",
            "250",
            "data/day.csv, row 7, column solar: 250; a capacity factor lies between 0 and 1. If the column is in MW",
        ),
        ("solar", "-0.01", "data/day.csv, row 7, column solar: -0.01; a capacity factor lies between 0 and 1"),
        ("price", "n.v.", "data/day.csv, row 7, column price: 'n.v.' is not a finite number"),
        (
            "price",
            "",
            "data/day.csv, row 7, column price: is empty; fill it in, or say how to fill it with `missing: interpol",
        ),
        ("timestamp_utc", "x", "data/day.csv, row 7, column timestamp_utc: 'x' is not a stamp; write the year first"),
        ("timestamp_utc", "", "data/day.csv, row 7, column timestamp_utc: is empty"),
    ],
)
def test_cells_of_a_table(workshop, column, cell, words):
    lines = (workshop.folder / "data" / "day.csv").read_text().splitlines()
    cells = lines[6].split(",")
    cells[lines[0].split(",").index(column)] = cell
    lines[6] = ",".join(cells)
    workshop.write("data/day.csv", "\n".join(lines))
    assert words in workshop.fault()


def test_scaled_values_are_quoted_as_written_and_as_meant(workshop):
    fault = workshop.fault("zones.DE.grid_cfe_share.scale=3")
    assert fault.startswith(
        "data/day.csv, row 2, column share: 0.5 (times the scale, 3: 1.5) (and 23 more rows: 3, 4, 5, ...);"
    )


def test_a_fault_of_the_stamps_is_told_once_for_all_columns(workshop):
    lines = (workshop.folder / "data" / "day.csv").read_text().splitlines()
    workshop.write("data/day.csv", "\n".join(lines[:5] + lines[6:]))
    assert "data/day.csv, column timestamp_utc: 1 row is missing, the first at 2018-01-01 04:00" in workshop.fault()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PAR1", b"time;a\n1;2\n"])
def test_a_broken_file_is_told_once_with_the_number_of_keys(workshop, content):
    workshop.write("data/day.csv", content)
    fault = workshop.fault()
    assert fault.startswith("case.yaml, line 6: zones.DE.spot_price_per_mwh.file: data/day.csv ")
    assert fault.endswith("(3 more keys name this file)")


def test_stamps_without_a_zone(workshop):
    workshop.replace("data/day.csv", ("timestamp_utc", "time"))
    text = (workshop.folder / "data" / "day.csv").read_text().replace("Z,", ",")
    workshop.write("data/day.csv", text)
    assert "data/day.csv, column time: the stamps name no time zone; add `timezone:`" in workshop.fault()


def test_everything_at_once_in_reading_order(workshop):
    workshop.replace(
        "case.yaml",
        ("currency: EUR", "currency: euros"),
        ("end: 2018-01-02", "end: 2017-01-02"),
        ("carbon_intensity_g_per_kwh: 400", "carbon_intensity_g_per_kwh: -1"),
        ("margin_per_mwh: 12", "margin: 12"),
        ("technology: solar", "technology: sun"),
        ("max_mw: 1000", "max_mw: 10\n    min_mw: 20"),
        ("    energy_cost_per_mwh_year: 18000\n", ""),
        ("cfe: 0.9", "cfe: 1.9, scop: zone"),
    )
    workshop.replace("data/day.csv", ("Z,100,", "Z,-100,"), ("Z,101,", "Z,-101,"))
    found = workshop.faults()
    expected = [
        "case.yaml, line 2: currency: is 'euros'",
        "case.yaml, line 3: time.end: is 2017-01-02 00:00, not after the start",
        "case.yaml, line 7: zones.DE.carbon_intensity_g_per_kwh: is -1",
        "data/day.csv, row 2, column load_mw: -100 (and 1 more row: 3); a load is >= 0 MW",
        "case.yaml, line 15: sites.berlin.grid.energy.margin: is not a known key; did you mean 'margin_per_mwh'?",
        "case.yaml, line 19: contracts.pv.technology: is 'sun', which is not a technology",
        "case.yaml, line 24: contracts.pv.max_mw: is 10, below min_mw, which is 20",
        "case.yaml, line 27: storage.battery.energy_cost_per_mwh_year: is missing",
        "case.yaml, line 32: target.cfe: is 1.9",
        "case.yaml, line 32: target.scop: is not a known key; did you mean 'scope'?",
    ]
    assert len(found) == len(expected), found
    for fault, start in zip(found, expected, strict=True):
        assert fault.startswith(start)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sites.S.load": [1]}, "sites.S.load: has 1 values; one value for each of the 2 steps of the case is wanted"),
        ({"sites.S.load": [[1, 2]]}, "sites.S.load: has 1 x 2 values"),
        ({"sites.S.load": [1, float("nan")]}, "sites.S.load: value 2 is nan; finite numbers are wanted"),
        ({"sites.S.load": [1, -2]}, "sites.S.load: value 2 (2018-01-01T01:00Z) is -2; a load is >= 0 MW. If the meter"),
        ({"sites.S.load": [1, "x"]}, "sites.S.load: is a list with something in it that is not a number"),
        (
            {"contracts.C.p50_capacity_factor": 0.6, "contracts.C.capacity_factor": [0, 0.5]},
            "p50_capacity_factor: is 0.6, out",
        ),
        ({"target.cfe": {1}}, "target.cfe: is {1}; a number is wanted"),
        ({"time.start": object()}, "time.start: is <object"),
    ],
)
def test_faults_of_a_case_from_python_name_the_key(python_faults, changes, words):
    (fault,) = python_faults(changes)
    assert words in fault
    assert "line" not in fault


def test_faults_are_found_where_the_time_is_not_known(python_faults):
    found = python_faults({"time.end": "x", "sites.S.load": [-1, 2, 3], "contracts.C.p50_capacity_factor": 0.9})
    assert [fault.partition(":")[0] for fault in found] == ["time.end", "sites.S.load"]


def test_a_mapping_that_says_nothing(python_faults):
    with pytest.raises(InputError) as caught:
        case_from_mapping({})
    assert [fault.where for fault in caught.value.faults] == ["name", "currency", "time", "zones", "sites", "target"]


def keys_of(mapping: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in mapping.items() if isinstance(mapping, dict) else ():
        yield (*path, key)
        yield from keys_of(value, (*path, key))


FULL = """
contracts.v={technology: nuclear, zone: DE, structure: virtual, strike_per_mwh: 40, capacity_factor: 0.2,
  p50_capacity_factor: 0.2, min_mw: 1, curtailment: {compensation: 0.5, when_spot_price_at_most_per_mwh: 0}}
contracts.f={technology: nuclear, zone: DE, structure: clean_firm, strike_per_mwh: 90, availability: 0.9,
  must_run_share: 0.5, capacity_fee_per_mw_year: 1, existing_mw: 5, loss_factor: 0.9}
storage.battery.duration_hours=4
storage.battery.settlement=spot
storage.battery.grid_charging=true
sites.berlin.load.missing=zero
sites.berlin.load.timezone=UTC
"""
JARGON = re.compile(r"pydantic|validat|Input should|instance|None|\b(dict|float|bool|str)\b|Error|numpy|array")


@pytest.mark.parametrize(
    "odd",
    [None, True, -1, 10**400, float("nan"), "x", [], {}, {"file": 3}, np.ones(3), object(), b"x"],
    ids=lambda odd: type(odd).__name__,
)
def test_no_odd_value_gets_through_or_is_answered_in_jargon(workshop, odd):
    document = read_document(workshop.folder / "case.yaml", "case.yaml")
    overrides.apply_settings(document, re.split(r"\n(?! )", FULL.strip()))
    assert document.faults == []
    case_from_mapping(document.values, workshop.folder)
    for path in list(keys_of(document.values)):
        mapping = copy.deepcopy(document.values)
        block = mapping
        for part in path[:-1]:
            block = block[part]
        block[path[-1]] = odd
        try:
            case_from_mapping(mapping, workshop.folder)
        except InputError as error:
            for fault in error.faults:
                assert fault.what.strip()
                assert not JARGON.search(str(fault).replace(repr(odd), "")), fault
                assert "cannot be used here" not in fault.what, fault  # the default of the translation


def test_an_error_without_words_of_its_own():
    said = say_error({"type": "some_new_type", "input": 3, "msg": "Input should be a Foo instance"}, ("a",))
    assert said == "is 3; this cannot be used here"


def test_a_word_and_a_negative_load_in_one_column_are_both_told(tmp_path):
    (tmp_path / "load.csv").write_text("timestamp_utc,load_mw\n2018-01-01T00:00Z,x\n2018-01-01T01:00Z,-3.2\n")
    load = {"file": "load.csv", "column": "load_mw"}
    with pytest.raises(InputError) as caught:
        case_from_mapping({**TWO_HOURS, "sites": {"s": {**TWO_HOURS["sites"]["s"], "load": load}}}, tmp_path)
    assert [fault.where for fault in caught.value.faults] == [
        "load.csv, row 2, column load_mw",
        "load.csv, row 3, column load_mw",
    ]
