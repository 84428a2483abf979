"""What a case says about certificates: all of it optional, nothing assumed."""

from __future__ import annotations

import pytest
from small_cases import a_case

from carbonmatch.accounting import facts_from_case
from carbonmatch.accounting.certificates.registry import registry_summary
from carbonmatch.errors import InputError


def test_a_case_that_says_nothing_knows_nothing():
    case = a_case()
    assert case.certificates is None
    summary = registry_summary(facts_from_case(case))
    assert summary["registry"] is None
    assert summary["contracts"]["sun"]["device"] is None
    assert summary["contracts"]["sun"]["support_received"] is None


def test_an_empty_block_assumes_nothing():
    registry = registry_summary(facts_from_case(a_case({"certificates": {}})))["registry"]
    assert set(registry.values()) == {None}


def test_what_a_case_says_reaches_the_summary():
    battery = {
        "zone": "Z",
        "power_cost_per_mw_year": 1,
        "energy_cost_per_mwh_year": 1,
        "round_trip_efficiency": 1,
        "device": {"device_name": "Big battery"},
    }
    case = a_case(
        {
            "certificates": {"issuing_body": "Body", "account_id": 7, "expiry_months": 24},
            "contracts": {"sun": {"device": {"device_id": "DE-1", "capacity_mw": 3.5}, "certificates": False}},
            "storage": {"battery": battery},
        }
    )
    summary = registry_summary(facts_from_case(case))
    assert (summary["registry"]["issuing_body"], summary["registry"]["account_id"]) == ("Body", 7)
    sun = summary["contracts"]["sun"]
    assert sun["device"] == {"device_id": "DE-1", "device_name": None, "device_location": None, "capacity_mw": 3.5}
    assert sun["comes_with_certificates"] is False
    assert sun["emission_factor_source"]
    assert summary["storage"]["battery"]["device"]["device_name"] == "Big battery"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("registry_configuration", 4, "is 4; a registry has configuration 1, 2 or 3"),
        ("registry_configuration", True, "is true; a registry has configuration 1, 2 or 3"),
        ("expiry_months", 0, "is 0; a whole number of months is wanted, 1 to 1,200"),
        ("expiry_months", 1.5, "a whole number of months is wanted"),
        ("account_id", True, "is true; text or a whole number is wanted"),
        ("account_id", "", "is ''; text or a whole number is wanted"),
        ("issuing_body", 5, r"is 5; text is wanted \(in quotes where it looks like a number\)"),
        ("issuing_boddy", "x", "did you mean 'issuing_body'"),
    ],
)
def test_what_a_registry_cannot_take_is_refused(key, value, told):
    with pytest.raises(InputError, match=rf"certificates\.{key}: .*{told}"):
        a_case({"certificates": {key: value}})


def test_a_device_has_a_capacity():
    with pytest.raises(InputError, match=r"contracts\.sun\.device\.capacity_mw: is -1; a number above 0 is wanted"):
        a_case({"contracts": {"sun": {"device": {"capacity_mw": -1}}}})
