"""Loads that are built, as a case writes them: what they come to, and every fault with its cure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from carbonmatch.case import case_from_mapping, load_case
from carbonmatch.case.load.generations import generations
from carbonmatch.case.reading import Variant
from carbonmatch.case.scaling import scaled_settings
from carbonmatch.load import KINDS, WorkClass

ROOT = Path(__file__).parents[2]
SITE = "sites.S.load"
WORK = {"training": {"share": 0.7}, "inference": {"share": 0.3}}
TWO_HOURS = 2


def factory_of(**keys):
    return {SITE: {"ai_factory": keys}}


def long_form(**keys):
    return factory_of(**{"nameplate_mw": 100.0, "classes": WORK, **keys})


def load_of(case):
    return case.sites["S"].load


# what a load comes to


def test_contracted_power_is_used_at_90_per_cent(python_case):
    load = load_of(python_case(factory_of(contracted_mw=500)))
    assert load.total_mw.tolist() == [450.0, 450.0]
    assert load.it_mw == {}
    load = load_of(python_case(factory_of(contracted_mw=500, utilisation=0.8, pue=[1.25, 1.6], scale=2)))
    assert load.total_mw.tolist() == [800.0, 800.0]
    assert load.total_it_mw.tolist() == [640.0, 500.0]


def test_a_built_load_by_hand(python_case):
    case = python_case(long_form(classes={"training": {"share": 1.0}}, overhead_share=0.1, pue=1.5))
    # 100 * (0.28 + 0.57 * 0.97) = 83.29, and 10 of overhead, times 1.5
    np.testing.assert_allclose(load_of(case).total_mw, 139.935)
    assert load_of(case).fixed == {"training", "overhead"}
    assert not load_of(case).total_mw.flags.writeable


def test_defaults_stand_where_a_case_says_nothing(python_case):
    load = load_of(python_case(long_form()))
    np.testing.assert_allclose(load.pue, 1.2)
    np.testing.assert_allclose(load.it_mw["overhead"], 12.0)
    np.testing.assert_allclose(load.it_mw["training"], 70.0 * (0.28 + 0.57 * 0.97))
    np.testing.assert_allclose(sum(load.classes_mw.values()), load.total_mw)


def test_a_class_of_another_name_takes_the_figures_of_its_kind(python_case):
    mine = {"pretraining": {"share": 0.6, "kind": "training"}, "chat": {"share": 0.4, "kind": "batch", "idle": 0.1}}
    load = load_of(python_case(long_form(classes=mine)))
    np.testing.assert_allclose(load.it_mw["pretraining"], 60.0 * (0.28 + 0.57 * 0.97))
    np.testing.assert_allclose(load.it_mw["chat"], 40.0 * (0.1 + 0.65 * 0.9))
    assert load.fixed == {"pretraining", "overhead"}


def test_the_users_day_has_the_ratio_of_power_that_was_asked(python_case):
    asked = {"inference": {"share": 1.0, "utilisation": 0.6, "peak_to_trough": 1.3, "busiest_hour": 12}}
    day = {"time.end": "2018-01-02", "zones.Z.spot_price_per_mwh": 10, "contracts.C.capacity_factor": 0.5}
    load = load_of(python_case({**day, **long_form(classes=asked, overhead_share=0)}))
    power = load.it_mw["inference"]
    assert power.max() / power.min() == pytest.approx(1.3)
    assert int(power.argmax()) == 12
    assert power.mean() == pytest.approx(100.0 * (0.35 + 0.4 * 0.6))


@pytest.mark.parametrize("utilisation", [0.95, 1.0])
def test_the_day_swings_less_where_machines_are_full(python_case, utilisation):
    full = {"inference": {"share": 1.0, "utilisation": utilisation}}
    day = {"time.end": "2018-01-02", "zones.Z.spot_price_per_mwh": 10, "contracts.C.capacity_factor": 0.5}
    power = load_of(python_case({**day, **long_form(classes=full, overhead_share=0)})).it_mw["inference"]
    assert power.max() == pytest.approx(75.0)  # the peak, and no more
    assert power.mean() == pytest.approx(100.0 * (0.35 + 0.4 * utilisation))


def test_an_hourly_day_counts_by_its_ratios(python_case):
    hourly = [1, 3] + [2] * 22
    work = {"inference": {"share": 1.0, "utilisation": 0.5, "hourly": hourly, "users": {"UTC": 1.0}}}
    power = load_of(python_case(long_form(classes=work, overhead_share=0))).it_mw["inference"]
    np.testing.assert_allclose(power, [100 * (0.35 + 0.4 * 0.25), 100 * (0.35 + 0.4 * 0.75)])


def test_interruptions_lower_the_power_of_training(python_case):
    run = {"mttf_hours": 2, "restart_minutes": 6, "checkpoint_write_minutes": 3, "checkpoint_interval_hours": 0.5}
    work = {"training": {"share": 1.0, "utilisation": 1, "interruptions": run}}
    # waits 0.05 + 0.1 of the time
    power = load_of(python_case(long_form(classes=work, overhead_share=0))).it_mw["training"]
    np.testing.assert_allclose(power, 100 * (0.28 + 0.57 * 0.85))
    sized = {"training": {"share": 1.0, "interruptions": {"accelerators": 16384}}}
    less = (
        load_of(python_case(long_form(classes=sized))).total_mw
        / load_of(python_case(long_form(classes={"training": {"share": 1.0}}))).total_mw
    )
    assert 0.96 < less[0] < 0.99


def test_a_generation_gives_its_kilowatts_and_says_where_from(python_case):
    racks = {"a": {"generation": "gb200_nvl72", "racks": 100}, "b": {"kw_per_rack": 40, "racks": 10}}
    case = python_case(factory_of(tranches=racks, classes=WORK, overhead_share=0))
    np.testing.assert_allclose(load_of(case).nameplate_mw, 13.2 + 0.4)
    told = case.provenance.assumption(f"{SITE}.ai_factory.tranches.a.kw_per_rack")
    assert told is not None
    assert told.value == "132"
    assert "library gb200_nvl72: 132 kW" in told.source
    own = {"a": {"generation": "gb200_nvl72", "racks": 100, "kw_per_rack": 120}}
    assert load_of(python_case(factory_of(tranches=own, classes=WORK, overhead_share=0))).nameplate_mw[0] == 12.0


def test_every_generation_has_its_source():
    assert {"dgx_h100", "gb200_nvl72", "gb300_nvl72"} <= generations().keys()
    for generation in generations().values():
        assert generation.source
        assert generation.words
        assert 2020 <= generation.year <= 2030
        assert 5 < generation.kw_per_rack < 1000


def test_a_fleet_of_another_year(python_case):
    racks = {"a": {"kw_per_rack": 100, "racks": 10}, "b": {"kw_per_rack": 100, "racks": 10, "arrives": "2027-01-01"}}
    keys = {"tranches": racks, "classes": WORK, "overhead_share": 0}
    early = load_of(python_case(factory_of(**keys, calendar_year=2026)))
    late = load_of(python_case(factory_of(**keys, calendar_year=2027)))
    assert early.nameplate_mw.tolist() == [1.0, 1.0]
    assert late.nameplate_mw.tolist() == [2.0, 2.0]


def test_halls_that_are_out(python_case):
    plan = {"halls": 4, "days_per_hall": 1, "first_day": "01-01", "outages": [
        {"start": "2018-01-01", "end": "2018-01-02", "share": 0.25}]}  # fmt: skip
    np.testing.assert_allclose(
        load_of(python_case(long_form(maintenance=plan))).total_mw, 0.5 * load_of(python_case(long_form())).total_mw
    )


WEATHER = {"dry_bulb_c": [10.0, 35.0], "relative_humidity": [0.8, 0.4]}


def test_weather_cools_hour_by_hour(python_case):
    water = load_of(python_case(long_form(weather=WEATHER)))
    air = load_of(python_case(long_form(weather=WEATHER, cooling="air")))
    assert 1.04 < water.pue[0] < water.pue[1] < 1.3
    assert (air.pue > water.pue).all()
    np.testing.assert_allclose(air.total_it_mw + air.cooling_mw + air.losses_mw, air.total_mw)


@pytest.mark.parametrize(
    ("keys", "smaller"),
    [
        ({"cooling": {"direct_to_chip": {"liquid_share": 0.95}}}, True),
        ({"cooling": {"direct_to_chip": {"air": {"room_fans_share": 0.2}}}}, False),
        ({"cooling": {"direct_to_chip": {"supply_c": 30, "chiller": {"cop": 3}}}}, False),
        ({"cooling": {"air": {"chiller": {"cop": 9}, "economiser": False}}}, False),
        ({"power_chain": {"ups": "eco"}}, True),
        ({"power_chain": {"redundancy": "N", "transformer_loss_share": 0.01}}, True),
        ({"power_chain": {"ups": {"no_load": 0.05, "linear": 0.02, "quadratic": 0.02}}}, False),
    ],
)
def test_what_stands_around_the_machines_can_be_overridden(python_case, keys, smaller):
    usual = load_of(python_case(long_form(weather=WEATHER)))
    other = load_of(python_case(long_form(weather=WEATHER, **keys)))
    assert (other.total_mw[1] < usual.total_mw[1]) == smaller
    assert other.total_mw[1] != pytest.approx(usual.total_mw[1], rel=1e-4)
    np.testing.assert_allclose(other.total_it_mw, usual.total_it_mw)


def test_the_factory_of_shifts(python_case):
    shift = {"mw": 5, "days": ["mon"], "hours": [1, 2]}
    load = load_of(python_case({SITE: {"factory": {"base_mw": 2, "shifts": {"early": shift}, "scale": 2}}}))
    assert load.total_mw.tolist() == [4.0, 14.0]
    assert set(load.classes_mw) == {"base", "early"}
    free = {"base_mw": 2, "shifts": {"early": shift}, "holidays": ["2018-01-01"]}
    assert load_of(python_case({SITE: {"factory": free}})).total_mw.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"base_mw": 7}, [7.0, 7.0]),
        ({"profile": [3.0, 4.0]}, [3.0, 4.0]),
        ({"profile": [10.0, 20.0], "growth_per_year": 0.1, "of_year": 2016}, [12.1, 24.2]),
        ({"base_mw": 10, "growth_per_year": 0.1}, [10.0, 10.0]),
        ({"base_mw": 10, "growth_per_year": 0.1, "of_year": 2018, "calendar_year": 2019}, [11.0, 11.0]),
        ({"shifts": {"all": {"mw": 3}}}, [3.0, 3.0]),
        ({"shifts": {"work": {"mw": 3, "days": "weekday"}, "rest": {"mw": 4, "days": "weekend"}}}, [3.0, 3.0]),
    ],
)
def test_the_factory_of_a_profile_and_of_growth(python_case, keys, expected):
    np.testing.assert_allclose(load_of(python_case({SITE: {"factory": keys}})).total_mw, expected)


def test_a_forecast_may_be_built_too(python_case):
    racks = {"a": {"generation": "dgx_h100", "racks": 1000}}
    site = {"sites.S.forecast_load": {"ai_factory": {"tranches": racks, "classes": WORK}}}
    assert python_case(site).sites["S"].forecast_load.nameplate_mw[0] == pytest.approx(10.2 * 1.12)


def test_set_changes_one_number_of_a_built_load(python_case):
    shorter = f"{SITE}.ai_factory.contracted_mw=50"
    assert load_of(python_case(factory_of(contracted_mw=500), settings=[shorter])).total_mw[0] == 45.0
    fewer = f"{SITE}.ai_factory.tranches.a.racks=5"
    racks = {"a": {"kw_per_rack": 100, "racks": 10}}
    case = python_case(factory_of(tranches=racks, classes=WORK, overhead_share=0), settings=[fewer])
    assert load_of(case).nameplate_mw[0] == 0.5


BUILT = """load: {ai_factory: {contracted_mw: 100, scale: 1.5}}"""
METERED = "load: {file: data/day.csv, column: load_mw}"


@pytest.mark.parametrize(
    ("written", "first_mw"),
    [
        (BUILT, 135.0),
        ("load: {factory: {base_mw: 30}}", 30.0),
        (METERED, 100.0),
        ("load: {flat_mw: 20}", 20.0),
    ],
)
def test_every_form_of_a_load_can_be_scaled(workshop, written, first_mw):
    workshop.replace("case.yaml", (METERED, written))
    path = workshop.folder / "case.yaml"
    before = load_case(path).sites["berlin"].load
    settings = scaled_settings(path, Variant(), {"sites.berlin.load": 1.1})
    after = load_case(path, settings=settings).sites["berlin"].load
    assert before.total_mw[0] == first_mw
    np.testing.assert_allclose(after.total_mw, 1.1 * before.total_mw)


# what is wrong with one


def at(key, words, **keys):
    return keys, f"{SITE}.ai_factory{'.' if key else ''}{key}: {words}"


def with_class(key, words, name="inference", **keys):
    work = {"training": {"share": 0.7}, name: {"share": 0.3, **keys}}
    return {"classes": work}, f"{SITE}.ai_factory.classes.{key}: {words}"


def racks(key, words, envelope=None, **keys):
    fleet = {"a": {"racks": 10, "kw_per_rack": 100, **keys}}
    size = {"nameplate_mw": None, "tranches": fleet}
    return size | ({} if envelope is None else {"power_envelope_mw": envelope}), f"{SITE}.ai_factory.{key}: {words}"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        # size
        at("", "does not say its size; give one of contracted_mw (with utilisation), nameplate_mw", nameplate_mw=None),
        at("", "gives contracted_mw and nameplate_mw; give one of", contracted_mw=5),
        at("classes", "is given beside contracted_mw, the short form; leave", contracted_mw=5, nameplate_mw=None),
        at("classes", "is missing; say what the racks do, such as {training: {share: 0.7}", classes=None),
        at("utilisation", "is that of contracted_mw; each class has its own", utilisation=0.9),
        at("utilisation", "is 1.1; a number of at most 1 is wanted", utilisation=1.1),
        at("power_envelope_mw", "bounds tranches, and there are none; leave it out", power_envelope_mw=5),
        at("calendar_year", "is '2027'; a number is wanted", calendar_year="2027"),
        at("calendar_year", "is 2027.5; a whole number is wanted", calendar_year=2027.5),
        at("scale", "is -1; a number of at least 0 is wanted", scale=-1),
        at("tranche", "is not a known key; did you mean 'tranches'?", tranche=1),
        at("", "comes to more MW than can be counted; mend the numbers in it", nameplate_mw=1e308, scale=1e10),
        # racks
        racks("tranches.a.racks", "is -10; a number of at least 0 is wanted", racks=-10),
        racks("tranches.a.kw_per_rack", "is 0; a number above 0 is wanted", kw_per_rack=0),
        racks("tranches.a", "says neither its generation nor its kw_per_rack; give one", kw_per_rack=None),
        racks(
            "tranches.a.generation",
            "is 'gb200_nvl7', which is not in the library; did you mean 'gb200_nvl72' or 'gb300_nvl72'? (known: dg",
            generation="gb200_nvl7",
        ),
        racks("tranches.a.arrives", "is 'soon'; a date such as 2021-06-01 is wanted", arrives="soon"),
        racks(
            "tranches.a.arrives",
            "is 2018-01-02, after its last day, 2018-01-01: these racks never draw power. Mend the date or leave the "
            "tranche out; where the tables of the case are of another year than the fleet, say calendar_year: 2018",
            arrives="2018-01-02",
        ),
        racks(
            "tranches.a.retires",
            "is 2017-01-01, before the first day of the case, 2018-01-01: these racks never draw power",
            arrives="2015-01-01",
            retires="2017-01-01",
        ),
        racks(
            "tranches.a.retires",
            "is 2018-01-01, not after it arrives, 2018-01-01; give a later date",
            arrives="2018-01-01",
            retires="2018-01-01",
        ),
        racks(
            "tranches",
            "the racks in place pass the power envelope of 0.5 MW: 1 MW on 2018-01-01 00:00 (a), 1 MW at mo",
            envelope=0.5,
        ),
        # work
        at("classes", "the shares of the classes add to 0.9 (a 0.9); let them add to 1", classes={
            "a": {"share": 0.9, "kind": "batch"}}),
        with_class("serving.kind", "is missing; say whether serving is training, inference, batch", name="serving"),
        with_class("overhead", "is the name of network, storage and CPU nodes; say overhead_share", name="overhead"),
        with_class("inference.kind", "is 'serving'; one of training, inference, batch is wanted", kind="serving"),
        with_class("inference.utilisation", "is 1.2; a number of at most 1 is wanted", utilisation=1.2),
        with_class("inference.idle", "is 0.8, above peak, 0.75; machines at work draw at least what idle", idle=0.8),
        with_class("inference.peak", "is 0.3, below idle, 0.35; machines at work draw at least what idle", peak=0.3),
        with_class("inference.peak_to_trough", "is 0.9; a number of at least 1 is wanted", peak_to_trough=0.9),
        with_class("inference.busiest_hour", "is 24; a number below 24 is wanted", busiest_hour=24),
        with_class("inference.hourly", "holds 2 values; 24 numbers of at least 0 are wanted", hourly=[1, 2]),
        with_class("inference.hourly", "holds nothing but 0; 24 numbers of at least 0 are wanted", hourly=[0] * 24),
        with_class("inference.hourly", "is 3; 24 numbers of at least 0 are wanted", hourly=3),
        with_class("inference.peak_to_trough", "is given beside hourly, which says the day hour by", hourly=[1] * 24,
                   peak_to_trough=1.2),
        with_class(
            "inference.hourly",
            "asks 1.5874 of what the machines can do in the busiest hour, at a mean utilisation of 0.7, and 0.661417 "
            "in the quietest; between 0 and 1 is wanted: lower utilisation to 0.44, or let the day swing less",
            hourly=[12] + [5] * 23,
            utilisation=0.7,
        ),
        with_class("inference.users", "the shares of the users add to 0.9; let them add to 1", users={"UTC": 0.9}),
        with_class("inference.users.Mars", "is 'Mars', which is not a time zone of the IANA list", users={"Mars": 1.0}),
        with_class("inference.interruptions", "gives neither or both of accelerators and mttf_hours", interruptions={}),
        with_class("inference.interruptions", "fails every 0.6 minutes and makes no progress between failures",
                   interruptions={"mttf_hours": 0.01}),
        # maintenance
        at("maintenance", "plans nothing; give halls, days_per_hall and first_day, or outages", maintenance={}),
        at("maintenance.outages", "is 5; a list is wanted", maintenance={"outages": 5}),
        at("maintenance.days_per_hall", "is missing; halls, days_per_hall and first_day go together",
           maintenance={"halls": 2, "first_day": "05-02"}),
        at("maintenance.first_day", "is '02-30'; a month and a day of every year are wanted",
           maintenance={"halls": 2, "first_day": "02-30", "days_per_hall": 1}),
        at("maintenance.days_per_hall", "is 200: all 2 halls take 400 days, more than a year; give fewer days",
           maintenance={"halls": 2, "first_day": "05-02", "days_per_hall": 200}),
        at("maintenance.outages.0.end", "is 2018-01-01, not after the start, 2018-01-01",
           maintenance={"outages": [{"start": "2018-01-01", "end": "2018-01-01", "share": 0.5}]}),
        at("maintenance", "takes 1.2 of the fleet out on 2018-01-01 00:00; let plans of one day add to at most 1",
           maintenance={"outages": [{"start": "2018-01-01", "end": "2018-01-03", "share": 0.6}] * 2}),
        # what stands around the machines
        at("pue", "is 0.9; a PUE is >= 1. It is the load of the site over that of its machines", pue=0.9),
        at("weather", "is given beside pue, which counts cooling and losses already", pue=1.1, weather=WEATHER),
        at("cooling", "needs weather: {dry_bulb_c: {file: ..., column: ...}, relative_humidity:", cooling="air"),
        at("power_chain", "needs weather: {dry_bulb_c", power_chain={}),
        at("cooling", "is 'water'; cooling is direct_to_chip or air, or a block", cooling="water", weather=WEATHER),
        at("cooling", "gives neither of direct_to_chip and air; give one", cooling={}, weather=WEATHER),
        at("cooling.air.suply_c", "is not a known key; did you mean 'supply_c'?", cooling={"air": {"suply_c": 3}}),
        at("power_chain.ups", "is 'ecco'; it is one of double_conversion, eco, or a cu", power_chain={"ups": "ecco"}),
        at("power_chain.ups_rated_mw", "is 100 MW, which carries 50 MW with redundancy 2N, and the machines draw up to",
           power_chain={"ups_rated_mw": 100}, weather=WEATHER),
        at("weather.relative_humidity", "is missing; give it as a share", weather={"dry_bulb_c": 3}),
        at("weather.relative_humidity", "is 55; a relative humidity lies between 0 and 1", weather={
            "dry_bulb_c": 3, "relative_humidity": 55}),
        at("weather.dry_bulb_c", "is 293; a temperature lies between -70 and 60 degrees C. Kelvin and Fahrenheit have",
           weather={"dry_bulb_c": 293, "relative_humidity": 0.5}),
    ],
)  # fmt: skip
def test_faults_of_an_ai_factory(python_faults, keys, told):
    faults = python_faults(long_form(**keys))
    assert [fault for fault in faults if fault.startswith(told)], faults
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ({}, "", "says no load; give base_mw, shifts, or profile: {file: ..., column: ...}"),
        ({"base_mw": 1, "profile": [1.0, 2.0]}, "", "gives base_mw and profile; give one of them"),
        ({"base_mw": -1}, ".base_mw", "is -1; a number of at least 0 is wanted"),
        ({"profile": [1.0, -2.0]}, ".profile", "value 2 (2018-01-01T01:00Z) is -2; a load is >= 0 MW"),
        ({"shifts": {"base": {"mw": 1}}}, ".shifts.base", "is the name of the base load; give the shift another one"),
        (
            {"shifts": {"a": {"mw": 1, "days": "monday"}}},
            ".shifts.a.days",
            "holds 'monday'; days are weekday, weekend, a",
        ),
        ({"shifts": {"a": {"mw": 1, "days": []}}}, ".shifts.a.days", "holds a list; days are weekday, weekend, all"),
        ({"shifts": {"a": {"mw": 1, "hours": [6, 25]}}}, ".shifts.a.hours", "holds 25, which is no hour of the day"),
        ({"shifts": {"a b": {"mw": 1}}}, ".shifts.a b", "is 'a b'; a name is made of letters a-z, digits"),
        ({"base_mw": 1, "holidays": ["xmas"]}, ".holidays.0", "is 'xmas'; a date such as 2021-06-01 is wanted"),
        (
            {"base_mw": 1, "growth_per_year": 3},
            ".growth_per_year",
            "is 3; a number of at most 1 is wanted. A share is wr",
        ),
        ({"base_mw": 1, "growth_per_year": -1}, ".growth_per_year", "is -1; a number above -1 is wanted"),
        (
            {"base_mw": 1, "growth_per_year": 0.1, "calendar_year": 2020},
            ".of_year",
            "is missing; with calendar_year, say of which year the load is that is given here",
        ),
    ],
)
def test_faults_of_a_factory(python_faults, keys, key, words):
    faults = python_faults({SITE: {"factory": keys}})
    assert len(faults) == 1
    assert faults[0].startswith(f"{SITE}.factory{key}: {words}")


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ({"ai_factory": {}, "factory": {}}, f"{SITE}: gives both ai_factory and factory; a load is one of {{flat_mw"),
        ({"flat_mw": 1, "ai_factory": {}, "factory": {}}, f"{SITE}: gives flat_mw and ai_factory and factory; a load"),
        ({"ai_factry": {}}, f"{SITE}.ai_factry: is not a known key; did you mean 'ai_factory'"),
        ({"ai_factory": None}, f"{SITE}.ai_factory: is empty; a block of keys is wanted"),
        ({"ai_factory": 100}, f"{SITE}.ai_factory: is 100; a block of keys is wanted"),
        (
            100,
            f"{SITE}: is 100; a load is {{flat_mw: 100}} or {{file: ..., column: ...}}, in MW, or is built: {{ai_fact",
        ),
    ],
)
def test_a_load_has_one_form(python_faults, load, told):
    faults = python_faults({SITE: load})
    assert len(faults) == 1
    assert faults[0].startswith(told)


def test_all_faults_are_told_at_once(python_faults):
    wrong = {
        "tranches": {"a": {"racks": -1, "generation": "gb500"}},
        "classes": {"training": {"share": 0.5, "peak": 0.1}, "serving": {"share": 0.4, "users": {"UTC": 0.5}}},
        "maintenance": {},
        "cooling": "water",
        "pue": 0.5,
    }
    faults = python_faults(factory_of(**wrong))
    keys = [fault.partition(": ")[0].removeprefix(f"{SITE}.ai_factory.") for fault in faults]
    assert sorted(keys) == sorted(
        [
            *("tranches.a.racks", "tranches.a.generation", "maintenance", "cooling", "pue"),
            *("classes", "classes.training.peak", "classes.serving.kind", "classes.serving.users"),
        ]
    )


def test_faults_of_the_time_axis_do_not_hide_those_of_the_load(python_faults):
    faults = python_faults({"time.end": "2017-01-01", **long_form(cooling="air", utilisation=0.5)})
    assert len(faults) == 3
    assert any("time.end: is 2017-01-01" in fault for fault in faults)
    fleet = {"a": {"racks": 1, "kw_per_rack": 1, "arrives": "2030-01-01"}}
    faults = python_faults({"time.end": "2017-01-01", **factory_of(tranches=fleet, classes=WORK)})
    assert len(faults) == 1


def test_weather_with_gaps_names_the_row_and_the_cure(workshop):
    weather = ["timestamp_utc,t,h"]
    weather += [
        line.split(",")[0] + ",10,0.5" for line in (workshop.folder / "data/day.csv").read_text().split("\n")[1:-1]
    ]
    del weather[7]
    weather[12] = weather[12].replace(",10,", ",,")
    workshop.write("data/weather.csv", "\n".join(weather) + "\n")
    built = (
        "load: {ai_factory: {nameplate_mw: 9, classes: {training: {share: 1}}, weather: {"
        "dry_bulb_c: {file: data/weather.csv, column: t}, relative_humidity: {file: data/weather.csv, column: h}}}}"
    )
    workshop.replace("case.yaml", (METERED, built))
    faults = workshop.faults()
    assert (
        "data/weather.csv, row 13, column t: is empty; fill it in, or say how to fill it with" in faults[0] + faults[1]
    )
    assert any(
        "data/weather.csv, column timestamp_utc: 1 row is missing, the first at 2018-01-01 06:00 Europe/Berlin" in fault
        for fault in faults
    )
    filled = "sites.berlin.load.ai_factory.weather.{}.missing=interpolate"
    case = workshop.load(filled.format("dry_bulb_c"), filled.format("relative_humidity"))
    assert case.sites["berlin"].load.cooling_mw.shape == (24,)
    assert len(case.provenance.filled) == 2


def test_kinds_of_the_schema_are_those_of_the_builder(python_case):
    work = {kind: {"share": 1 / len(KINDS)} for kind in KINDS}
    load = load_of(python_case(long_form(classes=work)))
    assert set(load.it_mw) == {*KINDS, "overhead"}
    for kind, figures in KINDS.items():
        plain = WorkClass(kind, 1 / len(KINDS), figures.utilisation, figures.peak, figures.idle)
        drawn = plain.it_mw(np.full(TWO_HOURS, 100.0), python_case().grid)
        np.testing.assert_allclose(
            load.it_mw[kind].mean(), drawn.mean(), rtol=0.12
        )  # two hours of a day that may swing


def test_the_example_of_the_case_page_draws_what_it_says():
    page = (ROOT / "docs" / "case.md").read_text(encoding="utf-8").partition("### Loads that are built")[2]
    example = YAML(typ="safe", pure=True).load(page.partition("```yaml")[2].partition("```")[0])
    case = case_from_mapping(
        {
            "name": "page",
            "currency": "EUR",
            "time": {"start": "2018-01-01", "end": "2019-01-01", "timezone": "Europe/Berlin"},
            "zones": {"DE": {}},
            "sites": {"S": {"zone": "DE", "load": example["load"], "grid": {"energy": {"flat_per_mwh": 9}}}},
            "target": {"matching": "none"},
        },
        ROOT,
    )
    load = load_of(case)
    # 400 * 132 kW + 300 * 142 kW = 95.4 MW of racks from 12 August on, and 12 % of overhead
    assert load.nameplate_mw.max() == pytest.approx(95.4 * 1.12)
    assert not load.total_mw[: 31 * 24].any()
    assert 1.08 < load.total_mw.sum() / load.total_it_mw.sum() < 1.2
