"""How a storage is paid for, and the library of technologies: faults with their cure, figures with their source."""

from __future__ import annotations

import pytest
from small_cases import a_case

from carbonmatch.accounting import facts_from_case
from carbonmatch.case import load_case
from carbonmatch.case.library import storage_technologies
from carbonmatch.case.storage import Storage
from carbonmatch.errors import InputError

BATTERY = {"zone": "Z", "round_trip_efficiency": 0.81}
OWNED = {"power_capex_per_kw": 100, "life_years": 20, "discount_rate": 0.07}
TOLLED = {"fee_per_kw_month": 7}
LIBRARY = {"zone": "Z", "library": "lfp", "owned": {"discount_rate": 0.07}}
YEARLY = {"power_cost_per_mw_year": 1, "energy_cost_per_mwh_year": 2}


def a_storage(**keys):
    return a_case({"storage": {"battery": keys}}).storage["battery"]


def faults_of(**keys):
    with pytest.raises(InputError) as caught:
        a_storage(**keys)
    return {fault.where.removeprefix("storage.battery."): fault.what for fault in caught.value.faults}


ONE_WAY = "a storage is paid for in one way: leave one of the two out"
NO_TERMS = {
    "power_cost_per_mw_year": "is missing; give the yearly cost of a MW of power; 0 if there is none. "
    "Or give owned or tolled",
    "energy_cost_per_mwh_year": "is missing; give the yearly cost of a MWh of energy capacity; 0 if there is none",
}
FAULTS = {
    "two terms": (
        {**BATTERY, "owned": OWNED, "tolled": TOLLED, "duration_hours": 4},
        {"tolled": f"is given, and so is owned; {ONE_WAY}"},
    ),
    "owned and a yearly cost": (
        {**BATTERY, "owned": OWNED, "power_cost_per_mw_year": 1},
        {"power_cost_per_mw_year": f"is given, and so is owned; {ONE_WAY}"},
    ),
    "tolled and a yearly cost": (
        {**BATTERY, "tolled": TOLLED, "duration_hours": 4, "energy_cost_per_mwh_year": 1},
        {"energy_cost_per_mwh_year": f"is given, and so is tolled; {ONE_WAY}"},
    ),
    "no terms": (BATTERY, NO_TERMS),
    "half of the yearly costs": (
        {**BATTERY, "power_cost_per_mw_year": 1},
        {"energy_cost_per_mwh_year": NO_TERMS["energy_cost_per_mwh_year"]},
    ),
    "a toll of any battery": (
        {**BATTERY, "tolled": TOLLED},
        {
            "duration_hours": "is missing; a toll is for a given battery: say how many hours it runs at full power, "
            "such as 4"
        },
    ),
    "no life and no rate": (
        {**BATTERY, "owned": {"power_capex_per_kw": 100}},
        {
            "owned.life_years": "is missing; give the years over which the investment is paid back, such as 15",
            "owned.discount_rate": "is missing; give the yearly rate of the annuity as a share, such as 0.07; "
            "0 spreads the investment evenly",
        },
    ),
    "an empty rate": (
        {**BATTERY, "owned": {**OWNED, "discount_rate": None}},
        {"owned.discount_rate": "is empty; a share such as 0.07 is wanted"},
    ),
    "no fee": (
        {**BATTERY, "tolled": {}, "duration_hours": 4},
        {"tolled.fee_per_kw_month": "is missing; give the monthly fee for a kW of power"},
    ),
    "a slip of the pen": (
        {**BATTERY, "owned": {**OWNED, "life_year": 3}},
        {"owned.life_year": "is not a known key; did you mean 'life_years'?"},
    ),
    "an unknown technology": (
        {**LIBRARY, "library": "lpf", "round_trip_efficiency": 0.9},
        {
            "library.name": "is 'lpf', which is not in the library; did you mean 'lfp'? (known: "
            "lfp, nmc, lithium_ion_4h, vanadium_flow, iron_air_100h, pumped_hydro, hydrogen_cavern)",
            "owned.life_years": "is missing; give the years over which the investment is paid back, such as 15",
        },
    ),
    "no technology": (
        {**BATTERY, "library": 4},
        {
            "library": "is 4; name a technology of the library, one of "
            "lfp, nmc, lithium_ion_4h, vanadium_flow, iron_air_100h, pumped_hydro, hydrogen_cavern"
        },
    ),
    "another currency": (
        {"zone": "Z", "library": "lithium_ion_4h", "owned": {"discount_rate": 0.07}},
        {
            "library": "is lithium_ion_4h, whose costs are in USD of 2022, and the case counts in EUR; give the rate, "
            "such as {name: lithium_ion_4h, exchange_rate: 0.92} for 0.92 EUR per USD, or all costs yourself"
        },
    ),
    "a rate of nothing": (
        {**LIBRARY, "library": {"name": "lfp", "exchange_rate": 0}},
        {"library.exchange_rate": "is 0; a number above 0 is wanted"},
    ),
    "a negative wear": (
        {**BATTERY, **YEARLY, "degradation_cost_per_mwh": -1},
        {"degradation_cost_per_mwh": "is -1; a number of at least 0 is wanted"},
    ),
}


@pytest.mark.parametrize(("keys", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_terms_is_told_with_its_cure(keys, expected):
    assert faults_of(**keys) == expected


def test_the_library_fills_what_the_case_leaves_out():
    found = a_storage(**LIBRARY)
    figures = {figure.key: figure.value for figure in storage_technologies()["lfp"].figures}
    assert found.round_trip_efficiency == figures["round_trip_efficiency"]
    assert found.owned.energy_capex_per_kwh == figures["owned.energy_capex_per_kwh"]
    assert found.terms == "owned"


def test_every_key_of_the_case_overrides_the_figure_of_the_library():
    found = a_storage(**LIBRARY | {"round_trip_efficiency": 0.9, "owned": {"discount_rate": 0.05, "life_years": 10}})
    assert (found.round_trip_efficiency, found.owned.life_years) == (0.9, 10)
    assert found.owned.power_capex_per_kw == 81.55


def test_other_terms_take_the_efficiency_of_the_library_and_not_its_costs():
    tolled = a_storage(zone="Z", library="lithium_ion_4h", tolled=TOLLED)  # no rate: no cost of it is taken
    assert (tolled.owned, tolled.duration_hours, tolled.round_trip_efficiency) == (None, 4, 0.85)
    assert a_storage(zone="Z", library="lfp", **YEARLY).owned is None


def test_bounds_of_energy_leave_the_duration_of_the_library_out():
    rate = {"name": "lithium_ion_4h", "exchange_rate": 0.92}
    found = a_storage(zone="Z", library=rate, owned={"discount_rate": 0.07}, max_energy_mwh=50)
    assert found.duration_hours is None


def test_costs_in_another_currency_are_converted_and_nothing_else():
    rate = {"name": "lithium_ion_4h", "exchange_rate": 0.5}
    found = a_storage(zone="Z", library=rate, owned={"discount_rate": 0.07})
    assert (found.owned.energy_capex_per_kwh, found.owned.fixed_om_per_kwh_year) == (163, 4.075)
    assert (found.owned.life_years, found.round_trip_efficiency) == (15, 0.85)


def test_a_case_that_gives_all_costs_itself_needs_no_rate():
    own = {"energy_capex_per_kwh": 250, "fixed_om_per_kwh_year": 5, "discount_rate": 0.07}
    assert a_storage(zone="Z", library="lithium_ion_4h", owned=own).owned.life_years == 15


def test_the_figures_of_the_library_are_told_with_their_source_and_year(tmp_path):
    (tmp_path / "case.yaml").write_text(CASE)
    told = {a.key: (a.value, a.source) for a in load_case(tmp_path / "case.yaml").provenance.assumptions}
    assert told["storage.battery.owned.life_years"] == ("16", "library lfp: 16 years, PNNL 2022, p. 24 (2022)")
    assert told["storage.battery.owned.power_capex_per_kw"] == (
        "81.55",
        "library lfp: 81.55 EUR/kW, prices of 2020, PNNL 2022, p. 24, for 2030 (2022)",
    )
    assert told["storage.battery.round_trip_efficiency"] == ("0.9", "a test of ours")
    assert told["storage.battery.owned.discount_rate"] == ("0.07", "the board")


def test_a_setting_overrides_the_library_and_a_fault_of_a_figure_names_the_line_of_the_library(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    found = load_case(path, settings=["storage.battery.owned.life_years=9"]).storage["battery"]
    assert (found.owned.life_years, found.owned.power_capex_per_kw) == (9, 81.55)
    path.write_text(CASE.replace("currency: EUR", "currency: USD"))
    with pytest.raises(
        InputError, match=r"case.yaml, line 12: storage.battery.library: is lfp, whose costs are in EUR"
    ):
        load_case(path)


def test_facts_say_how_a_storage_is_paid_for():
    (facts,) = facts_from_case(a_case({"storage": {"battery": LIBRARY}})).storage
    assert (facts.payment.terms, facts.payment.library) == ("owned", "lfp")
    assert facts.payment.figures["annuity_factor"] == pytest.approx(0.07 / (1 - 1.07**-16))
    (plain,) = facts_from_case(a_case({"storage": {"battery": {**BATTERY, **YEARLY}}})).storage
    assert plain.payment is None


@pytest.mark.parametrize("technology", storage_technologies().values(), ids=lambda technology: technology.name)
def test_a_technology_of_the_library_is_a_storage_and_every_figure_has_its_source(technology):
    keys = set(Storage.model_fields) | {
        f"owned.{key}" for key in Storage.model_fields["owned"].annotation.__args__[0].model_fields
    }
    for figure in technology.figures:
        assert figure.key in keys
        assert figure.source
        assert 2015 <= figure.year <= 2026
        assert technology.is_cost(figure) is (figure.key.startswith("owned.") and figure.key != "owned.life_years")
    found = a_storage(zone="Z", library={"name": technology.name, "exchange_rate": 1.1}, owned={"discount_rate": 0.07})
    assert found.energy_cost + found.power_cost(a_case().grid) > 0
    assert 0 < found.round_trip_efficiency < 1


def test_a_storage_that_costs_nothing_is_a_warning_by_whatever_terms():
    free = {**BATTERY, "owned": {**OWNED, "power_capex_per_kw": 0}}
    assert "cost nothing" in a_case({"storage": {"battery": free}}).warnings[0]
    toll = {**BATTERY, "tolled": {"fee_per_kw_month": 0}, "duration_hours": 4}
    assert "cost nothing" in a_case({"storage": {"battery": toll}}).warnings[0]
    assert not a_case({"storage": {"battery": {**BATTERY, "owned": OWNED}}}).warnings


CASE = """name: told
currency: EUR
time: {start: 2018-01-01, end: 2018-01-02}
zones:
  Z: {}
sites:
  s: {zone: Z, load: {flat_mw: 10}, grid: {energy: {flat_per_mwh: 80}}}
target: {matching: none}
storage:
  battery:
    zone: Z
    library: lfp   # this one
    round_trip_efficiency: 0.9   # a test of ours
    owned: {discount_rate: 0.07}   # the board
"""
