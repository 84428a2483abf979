"""Weather years in the case file: what a year may change, and what is decided once for all of them."""

from __future__ import annotations

import pytest

from carbonmatch.case import Override, check_case, load_case, load_years, weather_year_names, years_from_mapping
from carbonmatch.case.reading import Variant
from carbonmatch.errors import InputError

YEARS = """\
weather_years:
  as-it-was: {weight: 2}
  still:
    set:
      contracts.pv.capacity_factor.scale: 0.85
      zones.DE.spot_price_per_mwh.scale: 1.5
  half-day:
    weight: 0.5
    set: {time.end: 2018-01-01T12:00, sites.berlin.load: {flat_mw: 50}}
"""


@pytest.fixture
def years(workshop):
    workshop.write("case.yaml", (workshop.folder / "case.yaml").read_text() + YEARS)
    return workshop


def faults_of(read, workshop):
    with pytest.raises(InputError) as caught:
        read(workshop.folder / "case.yaml")
    return [str(fault).replace(f"{workshop.folder}/", "") for fault in caught.value.faults]


def with_years(workshop, block):
    text = (workshop.folder / "case.yaml").read_text().split("weather_years:")[0]
    workshop.write("case.yaml", f"{text}weather_years:\n{block}")
    return faults_of(load_years, workshop)


def test_every_year_is_the_case_with_its_changes(years):
    plain, still, half = load_years(years.folder / "case.yaml")
    assert [case.provenance.weather_year for case in (plain, still, half)] == ["as-it-was", "still", "half-day"]
    assert [case.weather_weight for case in (plain, still, half)] == pytest.approx([2 / 3.5, 1 / 3.5, 0.5 / 3.5])
    assert still.contracts["pv"].capacity_factor == pytest.approx(0.85 * plain.contracts["pv"].capacity_factor)
    assert still.zones["DE"].spot_price_per_mwh == pytest.approx(1.5 * plain.zones["DE"].spot_price_per_mwh)
    assert (plain.grid.steps, half.grid.steps) == (24, 12)
    assert half.sites["berlin"].load_mw.tolist() == [50.0] * 12
    assert still.provenance.overrides[0] == Override("contracts.pv.capacity_factor.scale", 0.85, "weather year still")
    told = still.provenance.assumption("contracts.pv.capacity_factor")
    assert told.value == "data/day.csv, column solar, scale 0.85"
    load = half.provenance.assumption("sites.berlin.load.flat_mw")
    assert (load.value, load.source) == ("50", "weather year half-day")
    assert not [a for a in plain.provenance.assumptions if a.key.startswith("weather_years")]


def test_the_scenario_comes_first_then_the_year_then_the_settings(years):
    path = years.folder / "case.yaml"
    path.write_text(path.read_text() + "scenarios: {dear: {zones.DE.spot_price_per_mwh.scale: 3, target.cfe: 0.5}}\n")
    settings = ["target.cfe=0.4", "weather_years.still.weight=7.5"]
    plain, still, _ = load_years(path, scenario="dear", settings=settings)
    assert plain.zones["DE"].spot_price_per_mwh == pytest.approx(2 * still.zones["DE"].spot_price_per_mwh)
    assert (plain.target.cfe, still.target.cfe) == (0.4, 0.4)
    assert still.weather_weight == pytest.approx(0.75)
    over = [o.key for o in still.provenance.overrides]
    assert over.index("weather_years.still.weight") < over.index("contracts.pv.capacity_factor.scale")
    assert over[-1] == "target.cfe"
    _, still, _ = load_years(path, settings=["zones.DE.spot_price_per_mwh.scale=5"])
    assert still.zones["DE"].spot_price_per_mwh == pytest.approx(5 * load_case(path).zones["DE"].spot_price_per_mwh)


def test_one_year_can_be_read_and_an_unknown_one_is_told(years):
    path = years.folder / "case.yaml"
    assert load_case(path, weather_year="still", purpose="solve").provenance.weather_year == "still"
    with pytest.raises(InputError, match="there is no weather year 'stil'; did you mean 'still'") as caught:
        load_case(path, weather_year="stil")
    assert "(the case has as-it-was, still, half-day)" in str(caught.value)
    with pytest.raises(InputError, match=r"there is no weather year 'still' \(the case has none\)"):
        load_case(path, weather_year="still", settings=["weather_years=null"])


def test_a_case_of_several_years_is_refused_where_one_is_wanted(years):
    path = years.folder / "case.yaml"
    with pytest.raises(InputError) as caught:
        load_case(path, purpose="solve")
    assert str(caught.value).endswith(
        "weather_years: names several years (as-it-was, still, half-day), and one is wanted here: only `carbonmatch "
        "solve` sizes over all of them. Take the case without them, --set weather_years=null"
    )
    assert load_case(path, purpose="match").weather_years  # what is metered has no weather but its own
    assert load_case(path, settings=["weather_years=null"], purpose="solve").weather_years == {}
    assert weather_year_names(path, Variant(("weather_years=null",))) == ()


def test_a_case_without_years_cannot_be_sized_over_them(workshop):
    assert faults_of(load_years, workshop) == [
        "case.yaml: has no weather years to size over; name them under weather_years, or solve it as it is"
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("contracts.pv.max_mw: 5", "is decided once, for all weather years, and cannot differ from one to another"),
        ("contracts.pv.strike_per_mwh: 5", "is decided once"),
        ("contracts.pv: {max_mw: 5}", "is decided once"),
        ("contracts.pv.technology: onshore_wind", "is decided once"),
        ("storage.battery.max_power_mw: 5", "is decided once"),
        ("sites.berlin.grid.firm_capacity_charge_per_mw_year: 5", "is decided once"),
        ("sites.berlin.zone: NO", "is decided once"),
        ("target.cfe: 0.5", "is decided once"),
        ("surplus.max_share: 0.4", "is decided once"),
        ("time.timezone: UTC", "is decided once"),
        ("zones.DE: {}", "is decided once"),
        ("weather_years: {}", "is decided once"),
        ("zones.DK.spot_price_per_mwh: 5", "'DK' is not in zones (it has DE, NO)"),
        ("contracts.pvv.capacity_factor: 0.5", "'pvv' is not in contracts; did you mean 'pv'? (it has pv)"),
        ("targt.cfe: 0.5", "'targt' is not a key of a case; did you mean 'target'?"),
        ("scenarios.a: {}", "a scenario cannot be changed by a scenario or by --set"),
    ],
)
def test_what_is_decided_once_cannot_differ(years, key, words):
    faults = with_years(years, f"  odd:\n    set:\n      {key}\n")
    name = key.split(":")[0]
    assert any(f"case.yaml, line 36: weather_years.odd.set.{name}: {words}" in fault for fault in faults), faults
    alone = faults_of(lambda path: load_case(path, weather_year="odd"), years)
    assert any(words in fault for fault in alone)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("  a: {weight: 0}", "weather_years.a.weight: is 0; a number above 0 is wanted"),
        ("  a: {weight: .inf}", "weather_years.a.weight: is inf; a finite number is wanted"),
        ("  a: {wait: 1}", "weather_years.a.wait: is not a known key; did you mean 'weight'?"),
        ("  a: 3", "weather_years.a: is 3; a block of keys is wanted"),
        ("  a: {set: [1]}", "weather_years.a.set: is a list; a block of keys is wanted"),
        ("  [a]", "weather_years: is a list; a block of keys is wanted"),
        ("  a b: {}", "weather_years.a b: is 'a b'; a name is made of letters"),
    ],
)
def test_the_block_of_years_is_checked(years, block, words):
    assert any(words in fault for fault in with_years(years, f"{block}\n"))


def test_faults_of_all_years_are_told_at_once_each_once_with_the_year(years):
    years.replace("case.yaml", ("max_mw: 1000", "max_mw: -1"))
    faults = with_years(
        years,
        "  wild: {set: {contracts.pv.capacity_factor.scale: 2}}\n"
        "  late: {set: {time.start: 2018-02-01, time.end: 2018-02-02}}\n"
        "  typo: {set: {zones.DE.spot_price_per_mwh.scal: 2}}\n",
    )
    assert len(faults) == 4
    assert faults[0] == "case.yaml, line 24: contracts.pv.max_mw: is -1; a number of at least 0 is wanted"
    assert faults[1].startswith("data/day.csv, row 14, column solar (weather year wild): 0.6 (times the scale, 2: 1.2)")
    assert faults[2].startswith("data/day.csv, column timestamp_utc (weather year late): the table covers")
    assert faults[3].startswith(
        "case.yaml, line 36 (weather year typo): zones.DE.spot_price_per_mwh.scal: is not a known"
    )
    assert faults_of(check_case, years) == faults


def test_checking_a_case_checks_its_years_in_every_scenario(years):
    path = years.folder / "case.yaml"
    assert check_case(path).weather_years
    path.write_text(path.read_text() + "scenarios: {flat: {contracts.pv.capacity_factor: 0.2}}\n")
    assert faults_of(check_case, years) == [
        "case.yaml, line 37: weather_years.still.set.contracts.pv.capacity_factor.scale (weather year still): "
        "contracts.pv.capacity_factor is not a block, so nothing can be set below it"
    ]


def test_a_long_term_mean_would_make_all_years_alike(years):
    mean = ("max_mw: 1000", "max_mw: 1000\n    p50_capacity_factor: 0.12")
    years.replace("case.yaml", mean)
    faults = faults_of(load_years, years)
    assert len(faults) == 2
    assert faults[0] == (
        "case.yaml, line 37: weather_years.still.set: contracts.pv.p50_capacity_factor would scale the profile of this "
        "year to the mean of all others, 0.12, so that no year is better or worse; give the year its own "
        "(contracts.pv.p50_capacity_factor: ...), or null to take its profile as it is"
    )
    assert faults[1].startswith("case.yaml, line 42: weather_years.half-day.set: contracts.pv.p50_capacity_factor")
    own = (
        "      contracts.pv.capacity_factor.scale: 0.85",
        "      contracts.pv.capacity_factor.scale: 0.85\n      contracts.pv.p50_capacity_factor: 0.1",
    )
    years.replace("case.yaml", own, ("{time.end", "{contracts.pv.p50_capacity_factor: null, time.end"))
    plain, still, half = load_years(years.folder / "case.yaml")
    assert [case.contracts["pv"].capacity_factor.mean() for case in (plain, still)] == pytest.approx([0.12, 0.1])
    assert half.contracts["pv"].p50_capacity_factor is None


def test_a_year_may_bring_the_price_of_what_is_sold(workshop):
    workshop.replace("case.yaml", ("surplus: {price: {index: spot, margin_per_mwh: -1}, max_share: 0.5}\n", ""))
    years = "weather_years:\n  a: {}\n  b: {set: {surplus.price.flat_per_mwh: 30}}\n"
    workshop.write("case.yaml", (workshop.folder / "case.yaml").read_text() + years)
    a, b = load_years(workshop.folder / "case.yaml")
    assert a.surplus.price is None
    assert b.surplus.price.on(None).tolist() == [30.0] * 24


def test_months_have_no_mean_over_years(workshop):
    fault = workshop.fault("target.matching=monthly", "target.years=expectation")
    assert fault == (
        "--set target.years=expectation: is expectation, and matching is monthly; a month is met in every year or not: "
        "set it to every"
    )
    assert workshop.load("target.years=expectation").target.years == "expectation"


def test_years_from_python_take_one_value_per_step_of_each(python_case):
    mapping = {
        **day(),
        "weather_years": {
            "a": {},
            "b": {
                "set": {
                    "time.end": "2018-01-01 03:00",
                    "contracts.C.capacity_factor": [0.1, 0.2, 0.3],
                    "zones.Z.spot_price_per_mwh": 30,
                }
            },
        },
    }
    a, b = years_from_mapping(mapping)
    assert (a.grid.steps, b.grid.steps) == (2, 3)
    assert b.contracts["C"].capacity_factor.tolist() == [0.1, 0.2, 0.3]
    mapping["weather_years"]["b"]["set"]["contracts.C.capacity_factor"] = [0.1]
    with pytest.raises(InputError) as caught:
        years_from_mapping(mapping)
    (fault,) = caught.value.faults
    assert str(fault) == (
        "(weather year b): contracts.C.capacity_factor: has 1 values; one value for each of the 3 steps of the case is "
        "wanted"
    )


def day():
    return {
        "name": "two-hours",
        "currency": "EUR",
        "time": {"start": "2018-01-01 00:00", "end": "2018-01-01 02:00"},
        "zones": {"Z": {"spot_price_per_mwh": [10.0, 20.0]}},
        "sites": {"S": {"zone": "Z", "load": {"flat_mw": 1}, "grid": {"energy": {"flat_per_mwh": 50}}}},
        "contracts": {
            "C": {
                "technology": "onshore_wind",
                "zone": "Z",
                "structure": "pay_as_produced",
                "strike_per_mwh": 30,
                "capacity_factor": [0.25, 0.5],
            }
        },
        "target": {"matching": "hourly", "cfe": 0.9},
    }
