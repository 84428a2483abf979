"""A case that is only matched leaves out what only solving needs; solving demands it as ever, all at once."""

from __future__ import annotations

import pytest

from carbonmatch.case import case_from_mapping, check_case, load_case
from carbonmatch.errors import InputError
from carbonmatch.formulation import problem_from_case

METERED = """\
name: metered
currency: EUR
time: {start: 2018-01-01T00:00, end: 2018-01-01T02:00}
zones:
  Z: {}
sites:
  s: {zone: Z, metered_load_mw: 10}
contracts:
  sun: {technology: solar, zone: Z, structure: pay_as_produced, metered_generation_mw: 4}
  wind: {technology: onshore_wind, zone: Z, structure: virtual, metered_generation_mw: 3}
  heat: {technology: geothermal, zone: Z, structure: clean_firm, metered_generation_mw: 2}
storage:
  battery: {zone: Z, round_trip_efficiency: 0.9, metered_charge_mw: 1, metered_discharge_mw: 0.5}
"""

NEEDED = {
    "target": "say what to reach",
    "sites.s.load": "give {flat_mw: 100}",
    "sites.s.grid": "give the price of retail energy",
    "contracts.sun.strike_per_mwh": "give the price of the contract's energy",
    "contracts.sun.capacity_factor": "give the hourly profile",
    "contracts.wind.strike_per_mwh": "give the price",
    "contracts.wind.capacity_factor": "give the hourly profile",
    "contracts.wind.zone": "settles against the spot price",
    "contracts.heat.strike_per_mwh": "give the price",
    "storage.battery.power_cost_per_mw_year": "0 if there is none",
    "storage.battery.energy_cost_per_mwh_year": "0 if there is none",
}


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.yaml").write_text(METERED)
    return tmp_path / "case.yaml"


def changed(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults(path, **options):
    with pytest.raises(InputError) as caught:
        load_case(path, **options)
    return [str(fault).replace(f"{path.parent}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize("purpose", [None, "match"])
def test_a_case_of_meters_needs_no_prices_no_profiles_and_no_target(path, purpose):
    case = load_case(path, purpose=purpose)
    assert case.metered
    assert case.sites["s"].metered_load_mw.tolist() == [10, 10]
    assert (case.target, case.sites["s"].grid, case.sites["s"].load) == (None, None, None)
    assert not case.warnings


def test_to_solve_it_everything_is_demanded_at_once_with_place_and_cure(path):
    found = faults(path, purpose="solve")
    assert len(found) == len(NEEDED)
    for key, cure in NEEDED.items():
        (fault,) = [fault for fault in found if f": {key}: " in fault]
        assert cure in fault
        assert fault.startswith("case.yaml")


def test_a_case_of_meters_knows_what_it_lacks_and_the_model_refuses_it(path):
    case = load_case(path)
    assert {fault.where.rpartition(": ")[2] for fault in case.missing_to_solve} == set(NEEDED)
    with pytest.raises(InputError) as caught:
        problem_from_case(case)
    assert caught.value.faults == case.missing_to_solve


def test_a_case_without_meters_is_meant_to_be_solved(path):
    path.write_text(METERED.replace("metered_load_mw: 10", "load: {flat_mw: 10}").partition("contracts:")[0])
    assert [fault.partition(": is missing")[0] for fault in faults(path)] == [
        "case.yaml: target",
        "case.yaml, line 7: sites.s.grid",
    ]
    assert not load_case(path, purpose="match").metered


def test_other_faults_of_a_case_of_meters_are_told_alone(path):
    changed(path, "round_trip_efficiency: 0.9", "round_trip_efficiency: 90")
    (fault,) = faults(path)
    assert "round_trip_efficiency" in fault
    assert len(faults(path, purpose="solve")) == len(NEEDED) + 1


def test_with_a_target_all_that_solving_needs_is_told_beside_other_faults(path):
    changed(path, "round_trip_efficiency: 0.9", "round_trip_efficiency: 90")
    path.write_text(path.read_text() + "target: {matching: none}\n")
    assert len(faults(path)) == len(NEEDED)  # the target is there, the efficiency is wrong


def test_a_case_that_holds_both_can_be_solved(path):
    both = METERED.replace("Z: {}", "Z: {spot_price_per_mwh: 40}")
    both = both.replace(
        "zone: Z, metered_load", "zone: Z, load: {flat_mw: 9}, grid: {energy: {index: spot}}, metered_load"
    )
    both = both.partition("contracts:")[0] + "target: {matching: none}\n"
    path.write_text(both)
    case = load_case(path)
    assert not case.missing_to_solve
    assert problem_from_case(case).total_load_mwh == 18


def test_validation_takes_a_case_of_meters(path):
    assert check_case(path).missing_to_solve


@pytest.mark.parametrize(("given", "lacking"), [("charge", "discharge"), ("discharge", "charge")])
def test_a_storage_is_metered_both_ways_or_not_at_all(path, given, lacking):
    changed(path, "metered_charge_mw: 1, metered_discharge_mw: 0.5", f"metered_{given}_mw: 1")
    (fault,) = faults(path, purpose="match")
    assert fault.startswith(
        f"case.yaml, line 13: storage.battery.metered_{lacking}_mw: is missing, and metered_{given}_mw"
    )
    assert any(f"metered_{lacking}_mw: is missing" in told for told in faults(path, purpose="solve"))


def test_a_site_has_a_meter_or_a_load(path):
    changed(path, "s: {zone: Z, metered_load_mw: 10}", "s: {zone: Z}")
    (fault,) = faults(path, purpose="match")
    assert fault.startswith(
        "case.yaml, line 7: sites.s.load: is missing, and so is metered_load_mw; give what the meter"
    )


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("contracts.sun.strike_per_mwh", "is empty; a number is wanted"),
        ("target", "is empty; a block of keys is wanted"),
        ("sites.s.grid", "is empty; a block of keys is wanted"),
        ("sites.s.load", "is empty; {flat_mw: 100} or {file: ..., column: ...}, in MW, is wanted"),
    ],
)
def test_a_key_that_is_there_and_empty_is_a_fault_all_the_same(path, key, wanted):
    assert any(f"{key}=: {wanted}" in fault for fault in faults(path, settings=[f"{key}="], purpose="match"))


def test_a_negative_meter_is_a_fault_with_its_cell(path):
    (path.parent / "m.csv").write_text("time_utc,kwh\n2018-01-01T00:00,1000\n2018-01-01T01:00,-5\n")
    changed(path, "metered_load_mw: 10", "metered_load_mw: {file: m.csv, column: kwh, scale: 0.001}")
    (fault,) = faults(path, purpose="match")
    assert fault.startswith("m.csv, row 3, column kwh: -5 (times the scale, 0.001: -0.005); a metered power is >= 0 MW")


def test_a_missing_column_is_a_fault_that_names_the_nearest(path):
    (path.parent / "m.csv").write_text("time_utc,load_kwh\n2018-01-01T00:00,1000\n2018-01-01T01:00,5\n")
    changed(path, "metered_load_mw: 10", "metered_load_mw: {file: m.csv, column: load_kw, scale: 0.001}")
    (fault,) = faults(path, purpose="match")
    assert "m.csv has no column 'load_kw'; did you mean 'load_kwh'?" in fault


def test_no_load_at_all_is_a_fault(path):
    changed(path, "metered_load_mw: 10", "metered_load_mw: 0")
    (fault,) = faults(path, purpose="match")
    assert "the load of all sites is zero" in fault


def test_a_mapping_from_python_may_be_of_meters_too():
    case = case_from_mapping(
        {
            "name": "python",
            "currency": "EUR",
            "time": {"start": "2018-01-01 00:00", "end": "2018-01-01 02:00"},
            "zones": {"Z": {}},
            "sites": {"s": {"zone": "Z", "metered_load_mw": [1.0, 2.0]}},
        }
    )
    assert case.sites["s"].metered_load_mw.tolist() == [1, 2]
    assert len(case.missing_to_solve) == 3
