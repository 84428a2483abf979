"""Offers in lots, from a least size on, as variants: what their keys must agree with, told with the cure."""

from __future__ import annotations

import pytest
from small_cases import a_case

from carbonmatch.errors import InputError
from carbonmatch.formulation import problem_from_case
from carbonmatch.records import ChoiceTerms

BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 1,
    "energy_cost_per_mwh_year": 1,
    "round_trip_efficiency": 0.9,
    "max_power_mw": 40,
}


def faults_of(**keys):
    """Return what is wrong with keys of the one contract, by key."""
    with pytest.raises(InputError) as caught:
        a_case({"contracts": {"sun": keys}})
    return {fault.where.rsplit(".", 1)[-1]: fault.what for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("keys", "at", "told"),
    [
        ({"lot_mw": 0}, "lot_mw", "is 0; a number above 0 is wanted"),
        ({"lot_mw": 10, "max_mw": ...}, "lot_mw", "max_mw is missing; give max_mw, so that it is known how many lots"),
        ({"lot_mw": 101}, "lot_mw", "is 101, above max_mw, which is 100: not one lot fits in; lower lot_mw or raise"),
        (
            {"lot_mw": 30, "min_mw": 65, "max_mw": 85},
            "lot_mw",
            "no whole number of lots lies between min_mw 65 and max_mw 85; move one of the limits to a multiple of 30",
        ),
        (
            {"lot_mw": 10, "existing_mw": 20, "max_mw": ...},
            "lot_mw",
            "is 10, and existing_mw is given too; what is signed already is not chosen: leave lot_mw out",
        ),
        ({"or_nothing": True}, "or_nothing", "is true, and min_mw is 0: nothing, or any size, is what an offer is"),
        (
            {"or_nothing": True, "min_mw": 5, "max_mw": ...},
            "or_nothing",
            "is true, and max_mw is missing; give max_mw, without which nothing and some cannot be told apart",
        ),
        ({"or_nothing": True, "existing_mw": 5, "max_mw": ...}, "or_nothing", "leave or_nothing out"),
        ({"variant_of": "roof", "max_mw": ...}, "variant_of", "is 'roof', and max_mw is missing; give max_mw"),
        ({"variant_of": "roof", "existing_mw": 5, "max_mw": ...}, "variant_of", "leave variant_of out"),
        ({"variant_of": "a roof"}, "variant_of", "is 'a roof'; a group is a name made of letters"),
    ],
)
def test_a_key_that_does_not_agree_is_told_with_its_cure(keys, at, told):
    assert told in faults_of(**keys)[at]


@pytest.mark.parametrize(
    ("keys", "at", "told"),
    [
        ({"lot_mw": 10, "max_power_mw": ...}, "lot_mw", "max_power_mw is missing; give max_power_mw"),
        ({"or_nothing": True}, "or_nothing", "min_power_mw is 0: nothing, or any size, is what an offer is anyway"),
        ({"variant_of": "v", "max_power_mw": ...}, "variant_of", "max_power_mw is missing"),
    ],
)
def test_storage_is_told_of_its_power(keys, at, told):
    battery = {key: value for key, value in {**BATTERY, **keys}.items() if value is not ...}
    with pytest.raises(InputError) as caught:
        a_case({"storage": {"battery": battery}})
    (fault,) = caught.value.faults
    assert fault.where.endswith(f"storage.battery.{at}")
    assert told in fault.what


def test_a_limit_that_is_a_multiple_but_for_rounding_is_one():
    case = a_case({"contracts": {"sun": {"lot_mw": 0.1, "min_mw": 0.3, "max_mw": 0.3}}})
    assert case.contracts["sun"].lot_mw == 0.1


def test_the_least_size_moves_into_the_choice_of_an_offer_that_may_be_left():
    contracts = {"sun": {"min_mw": 5, "or_nothing": True, "lot_mw": 5}}
    storage = {"battery": {**BATTERY, "min_power_mw": 3, "min_energy_mwh": 9, "variant_of": "v"}}
    problem = problem_from_case(a_case({"contracts": contracts, "storage": storage}))
    assert problem.contracts[0].min_mw == 0.0
    assert problem.contracts[0].choice == ChoiceTerms(lot_mw=5, least_mw=5, or_nothing=True)
    assert (problem.storage[0].min_power_mw, problem.storage[0].min_energy_mwh) == (0.0, 0.0)
    assert problem.storage[0].choice == ChoiceTerms(least_mw=3, least_mwh=9, variant_of="v")
    kept = problem_from_case(a_case({"contracts": {"sun": {"min_mw": 5, "lot_mw": 5}}}))
    assert kept.contracts[0].min_mw == 5.0


def test_it_is_told_how_many_decisions_there_are_and_which():
    contracts = {"sun": {"lot_mw": 5, "variant_of": "roof"}}
    lone, counted = a_case({"contracts": contracts}).warnings
    assert lone == (
        "contracts.sun.variant_of: roof has no other variant, so that it limits nothing; name it at another offer too"
    )
    assert counted.startswith(
        "2 whole-number decisions (contracts.sun.lot_mw, contracts.sun.variant_of): the case is mixed-integer"
    )
    assert a_case().warnings == ()
