"""What a sound case hands on."""

from __future__ import annotations

import hashlib
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from carbonmatch.case import Case, CleanFirmContract, PayAsProducedContract, Technology, VirtualContract, load_case
from carbonmatch.case.contracts.profile import scale_to_mean
from carbonmatch.tables import write_table


def test_the_day_as_written(workshop):
    case = workshop.load()
    assert (case.name, case.description, case.currency) == ("one-day", "", "EUR")
    assert case.grid.steps == 24
    assert case.grid.timezone == "Europe/Berlin"
    zone = case.zones["DE"]
    assert zone.name == "DE"
    assert zone.spot_price_per_mwh.tolist() == [40 - hour for hour in range(24)]
    assert set(zone.carbon_intensity_g_per_kwh) == {400.0}
    assert case.zones["NO"].spot_price_per_mwh is None
    site = case.sites["berlin"]
    assert (site.name, site.zone) == ("berlin", "DE")
    assert site.load_mw.tolist() == [100 + hour for hour in range(24)]
    assert site.grid.connection_mw == 200
    assert site.grid.firm_capacity_charge_per_mw_year == 0
    assert site.grid.energy.needs_spot_price
    assert site.grid.energy.on(zone.spot_price_per_mwh).tolist() == [52 - hour for hour in range(24)]
    contract = case.contracts["pv"]
    assert isinstance(contract, PayAsProducedContract)
    assert contract.technology is Technology.SOLAR
    assert (contract.carbon_free, contract.renewable) == (True, True)
    assert (contract.min_mw, contract.max_mw, contract.existing_mw, contract.loss_factor) == (0, 1000, None, 1)
    assert contract.capacity_factor.max() == 0.6
    assert contract.curtailment is None
    battery = case.storage["battery"]
    assert battery.name == "battery"
    assert (battery.standing_loss_per_hour, battery.cycle_basis, battery.grid_charging) == (0, "stored", False)
    assert (battery.duration_hours, battery.settlement, battery.min_state_of_charge) == (None, None, 0)
    assert case.surplus.price.on(zone.spot_price_per_mwh)[0] == 39
    assert case.surplus.max_share == 0.5
    target = case.target
    assert (target.matching, target.cfe, target.grid_credit, target.scope) == ("hourly", 0.9, False, "portfolio")
    assert case.warnings == ()


def test_provenance(workshop):
    case = workshop.load()
    path = workshop.folder / "case.yaml"
    assert case.provenance.path == str(path)
    assert case.provenance.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (case.provenance.scenario, case.provenance.overrides, case.provenance.filled) == (None, (), ())
    (table,) = case.provenance.tables  # one file for four columns is read once
    assert (table.path, table.rows, table.format) == ("data/day.csv", 24, "csv")


def test_nothing_changes_after_the_check(workshop):
    case = workshop.load()
    with pytest.raises(ValueError, match="read-only"):
        case.sites["berlin"].load_mw[0] = 1
    with pytest.raises(ValidationError):
        case.target.cfe = 1.0
    with pytest.raises(TypeError, match="load_case or case_from_mapping"):
        Case(name="x")


def test_a_case_travels_to_other_processes(workshop):
    case = workshop.load()
    twin = pickle.loads(pickle.dumps(case))
    assert twin.provenance == case.provenance
    assert twin.contracts["pv"].name == "pv"
    assert twin.grid == case.grid
    np.testing.assert_array_equal(twin.sites["berlin"].load_mw, case.sites["berlin"].load_mw)


def test_blocks_that_may_be_left_out(workshop):
    text = (workshop.folder / "case.yaml").read_text()
    start, end = text.index("contracts:"), text.index("target:")
    workshop.write("case.yaml", text[:start] + "contracts:\nstorage: {}\n" + text[end:])
    case = workshop.load()
    assert (case.contracts, case.storage, case.scenarios) == ({}, {}, {})
    assert (case.surplus.price, case.surplus.max_share) == (None, None)


def test_the_structures(python_case):
    case = python_case(
        {
            "contracts.V": {
                "technology": "nuclear",
                "zone": "Z",
                "structure": "virtual",
                "strike_per_mwh": 40,
                "capacity_factor": 0.9,
                "curtailment": {"when_spot_price_at_most_per_mwh": 0},
            },
            "contracts.F": {
                "technology": "clean_firm",
                "zone": "Z",
                "structure": "clean_firm",
                "strike_per_mwh": 90,
                "existing_mw": 5,
                "must_run_share": 0.5,
                "capacity_fee_per_mw_year": 10,
            },
        }
    )
    virtual, firm = case.contracts["V"], case.contracts["F"]
    assert isinstance(virtual, VirtualContract)
    assert virtual.curtailment.compensation == 1
    assert virtual.curtailment.when_spot_price_at_most_per_mwh == 0
    assert isinstance(firm, CleanFirmContract)
    assert firm.availability.tolist() == [1, 1]
    assert (firm.existing_mw, firm.must_run_share, firm.capacity_fee_per_mw_year) == (5, 0.5, 10)
    assert [contract.structure for contract in case.contracts.values()] == ["pay_as_produced", "virtual", "clean_firm"]


def test_flags_of_technologies():
    assert all(technology.carbon_free for technology in Technology)
    assert {t.value for t in Technology if not t.renewable} == {"nuclear", "clean_firm"}


@pytest.mark.parametrize(
    ("energy", "expected"),
    [
        ({"flat_per_mwh": 80}, [80, 80]),
        ({"index": "spot"}, [10, 20]),
        ({"index": "spot", "margin_per_mwh": -12.5}, [-2.5, 7.5]),
        ({"index": "spot", "margin_per_mwh": [1, 2]}, [11, 22]),
        ([7, 8], [7, 8]),
        (np.array([7.0, 8.0]), [7, 8]),
    ],
)
def test_energy_prices(python_case, energy, expected):
    case = python_case({"sites.S.grid.energy": energy})
    price = case.sites["S"].grid.energy
    assert price.on(case.zones["Z"].spot_price_per_mwh).tolist() == expected
    if price.needs_spot_price:
        with pytest.raises(ValueError, match="needs the spot price"):
            price.on(None)
    else:
        assert price.on(None).tolist() == expected


def test_an_energy_price_from_a_table(workshop):
    case = workshop.load("sites.berlin.grid.energy={file: data/day.csv, column: price, scale: 2}")
    assert case.sites["berlin"].grid.energy.on(None)[0] == 80


@pytest.mark.parametrize("load", [{"flat_mw": 3}, [3, 3], (3, 3), np.array([3, 3])])
def test_loads_from_python(python_case, load):
    assert python_case({"sites.S.load": load}).sites["S"].load_mw.tolist() == [3, 3]


def test_numbers_of_numpy_are_numbers(python_case):
    case = python_case(
        {"contracts.C.max_mw": np.int64(5), "target.cfe": np.float32(0.5), "zones.Z.grid_cfe_share": np.float64(1)}
    )
    assert case.contracts["C"].max_mw == 5
    assert case.target.cfe == 0.5
    assert case.zones["Z"].grid_cfe_share.tolist() == [1, 1]


def test_times_from_python(python_case):
    changes = {"time.start": pd.Timestamp("2018-01-01"), "time.end": pd.Timestamp("2018-01-01 02:00")}
    assert python_case(changes).grid.steps == 2


def test_arrays_of_the_caller_stay_as_they_are(python_case):
    load = np.array([1.0, 2.0])
    case = python_case({"sites.S.load": load})
    load[0] = 9
    assert case.sites["S"].load_mw[0] == 1


def test_series_references(workshop):
    rows = [
        "time,kw,hole",
        *(f"2018-01-01 {hour:02d}:00,{hour * 1000},{'' if hour == 5 else hour}" for hour in range(24)),
    ]
    workshop.write("data/local.csv", "\n".join(rows))
    local = "file: data/local.csv, timezone: Europe/Berlin"
    case = workshop.load(
        f"sites.berlin.load={{{local}, column: kw, scale: 0.001, timestamp: time}}",
        f"zones.DE.carbon_intensity_g_per_kwh={{{local}, column: hole, missing: interpolate}}",
    )
    assert case.sites["berlin"].load_mw.tolist() == list(range(24))
    assert case.zones["DE"].carbon_intensity_g_per_kwh[5] == 5
    (note,) = case.provenance.filled
    assert note == (
        "data/local.csv, column hole: 1 missing value filled by the rule `missing: interpolate`, the first at "
        "2018-01-01 05:00 Europe/Berlin (2018-01-01T04:00Z)"
    )


def test_parquet_works_like_csv(workshop):
    index = pd.date_range("2017-12-31T23:00", periods=24, freq="h", tz="UTC")
    write_table(pd.DataFrame({"load": np.arange(24.0)}, index=index), workshop.folder / "data" / "load.parquet")
    case = workshop.load("sites.berlin.load={file: data/load.parquet, column: load}")
    assert case.sites["berlin"].load_mw[-1] == 23


def test_matching_none_needs_no_share(workshop):
    assert workshop.load("target={matching: none}").target.cfe is None
    assert workshop.load("target.matching=none").target.cfe == 0.9  # kept aside, so that a scenario can drop the target


def test_grid_credit(workshop):
    assert workshop.load("target.grid_credit=true").target.grid_credit is True


def test_storage_that_costs_nothing_is_a_warning(workshop):
    free = ("storage.battery.power_cost_per_mw_year=0", "storage.battery.energy_cost_per_mwh_year=0")
    (warning,) = workshop.load(*free).warnings
    assert warning.startswith("storage.battery: power and energy cost nothing, so the best size is not unique")
    fixed = ("storage.battery.min_power_mw=5", "storage.battery.max_power_mw=5", "storage.battery.duration_hours=4")
    assert workshop.load(*free, *fixed).warnings == ()


def test_p50_scales_the_profile(python_case):
    # 0.25 and 0.5 to a mean of 0.6: factor 1.6 gives 0.4 and 0.8
    case = python_case({"contracts.C.p50_capacity_factor": 0.6})
    assert case.contracts["C"].capacity_factor == pytest.approx([0.4, 0.8])
    # to a mean of 0.9: 0.5 is capped at 1, the other has to become 0.8
    case = python_case({"contracts.C.p50_capacity_factor": 0.9})
    assert case.contracts["C"].capacity_factor == pytest.approx([0.8, 1.0])
    assert not case.contracts["C"].capacity_factor.flags.writeable


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    profile=st.lists(st.one_of(st.just(0.0), st.just(1.0), st.floats(0.001, 1)), min_size=1, max_size=30),
    share=st.floats(0.01, 1),
)
def test_scaling_meets_the_mean(profile, share):
    values = np.array(profile)
    reach = np.count_nonzero(values) / len(values)
    if reach == 0:
        return
    scaled = scale_to_mean(values, share * reach)
    assert scaled.mean() == pytest.approx(share * reach, rel=1e-9)
    assert scaled.min() >= 0
    assert scaled.max() <= 1
    assert (np.diff(scaled[np.argsort(values)]) >= -1e-12).all()  # the order of the hours stays


def test_a_whole_year_is_read(tmp_path, workshop):
    index = pd.date_range("2017-12-31T23:00", periods=8760, freq="h", tz="UTC")
    names = ("load_mw", "price", "share", "solar")
    columns = {name: np.random.default_rng(number).random(8760) for number, name in enumerate(names)}
    write_table(pd.DataFrame(columns, index=index), workshop.folder / "data" / "day.csv")
    case = load_case(workshop.folder / "case.yaml", settings=["time.end=2019-01-01"])
    assert case.grid.steps == 8760
