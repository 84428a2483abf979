"""Terms of delivery in a case: what does not add up is told at its key, with the cure."""

from __future__ import annotations

import pytest
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InputError

SHAPED = {"technology": "solar", "structure": "shaped", "strike_per_mwh": 50, "capacity_factor": 0.3}
CONSUMED = {"technology": "hydro", "structure": "pay_as_consumed", "strike_per_mwh": 50}
VOLUME = {**CONSUMED, "volume_mwh_per_mw_year": 5000}
RETAIL = {"technology": "clean_firm", "structure": "retail_supply", "strike_per_mwh": 50, "cfe_share": 0.8}
BASELOAD = {**SHAPED, "structure": "baseload"}
FLAT = [1.0] * 24

BAD = (
    (
        {**SHAPED, "shape": {"monthly": [1.1] * 12}},
        "shape.monthly: its factors have the mean 1.1",
        "divide each of them by 1.1",
    ),
    ({**SHAPED, "shape": {"daily": FLAT[:23]}}, "shape.daily: has 23 factors; 24 are wanted", "from midnight"),
    ({**SHAPED, "shape": {"daily": [-1.0, *FLAT[1:]]}}, "shape.daily", "a number of at least 0 is wanted"),
    ({**SHAPED, "shape": {"daily": [0.0] * 24}}, "shape.daily: its factors have the mean 0", "above 0"),
    ({**SHAPED, "shape": [1.0, 1.5]}, "shape: its values over the time of the case have the mean 1.25", "by 1.25"),
    ({**SHAPED, "shape": {}}, "shape: gives neither monthly nor daily factors", "give 12 monthly ones, 24 daily ones"),
    ({**SHAPED}, "shape: is missing", "add it"),
    (
        {**BASELOAD, "capacity_factor": ...},
        "capacity_factor: is missing; claims follow the plant",
        "hourly_certificates: true",
    ),
    ({**BASELOAD, "shape": {"daily": FLAT}}, "shape: is not a known key", ""),
    (
        {**VOLUME, "least_volume_share": 0.9, "most_volume_share": 0.5},
        "most_volume_share: is 0.5, below least_volume_share",
        "raise",
    ),
    (
        {**CONSUMED, "least_volume_share": 0.9},
        "least_volume_share: is a share of the contracted volume",
        "add volume_mwh_per_mw_year",
    ),
    (
        {**CONSUMED, "take_or_pay": {"share": 0.9}},
        "take_or_pay: is a share of the contracted volume",
        "add volume_mwh_per_mw_year",
    ),
    ({**VOLUME, "take_or_pay": {"share": 1.2}}, "take_or_pay.share: is 1.2; a number of at most 1 is wanted", ""),
    (
        {**VOLUME, "take_or_pay": {"share": 0.5, "period": "week"}},
        "take_or_pay.period: is 'week'; one of year, quarter, month",
        "",
    ),
    (
        {**VOLUME, "strike_per_mwh": -5, "take_or_pay": {"share": 0.5}},
        "take_or_pay: pays the strike",
        "a strike of at least 0",
    ),
    ({**RETAIL, "cfe_share": ...}, "cfe_share: is missing", "give the share of each MWh that is carbon-free"),
    ({**RETAIL, "cfe_share": 80}, "cfe_share: is 80; a share of carbon-free energy lies between 0 and 1", ""),
    ({**RETAIL, "guarantee": {"share": 0.8}}, "guarantee.penalty_per_mwh: is missing", "add it"),
    (
        {**BASELOAD, "start": "2018-02-01", "end": "2018-01-01"},
        "end: is 2018-01-01, not after the start",
        "give a later end",
    ),
    ({**BASELOAD, "end": "2018-01-01"}, "end: is 2018-01-01: the contract ends before", "2018-01-01 to 2018-01-01"),
    ({**BASELOAD, "start": "2019-01-01"}, "start: is 2019-01-01: the contract starts after", "leave the contract out"),
    ({**BASELOAD, "start": "soon"}, "start: is 'soon'; a date such as 2021-06-01 is wanted", ""),
)


@pytest.mark.parametrize(("contract", "told", "cure"), BAD)
def test_what_does_not_add_up_is_told_with_the_cure(contract, told, cure):
    kept = {key: value for key, value in contract.items() if value is not ...}
    with pytest.raises(InputError) as caught:
        case_from_mapping(merged(TWO_HOURS, {"contracts": {"it": {"zone": "Z", **kept}}}))
    (fault,) = (str(fault) for fault in caught.value.faults)
    assert f"contracts.it.{told}" in fault
    assert cure in fault


def test_a_rounded_shape_is_taken_as_it_is():
    factors = [0.999] * 11 + [1.011 + 0.002]
    case = a_case({"contracts": {"it": {"zone": "Z", **SHAPED, "shape": {"monthly": factors}}}})
    assert case.contracts["it"].shape == pytest.approx([0.999, 0.999])


def test_a_profile_beside_hourly_certificates_is_not_used():
    case = a_case({"contracts": {"it": {"zone": "Z", **BASELOAD, "hourly_certificates": True}}})
    assert case.contracts["it"].hourly_certificates


def test_what_is_only_matched_needs_no_profile():
    contract = {"zone": "Z", **BASELOAD, "metered_generation_mw": [1.0, 2.0]}
    del contract["capacity_factor"]
    case = case_from_mapping(merged(TWO_HOURS, {"contracts": {"it": contract}}), purpose="match")
    missing = [str(fault) for fault in case.missing_to_solve]
    assert missing[0].startswith("contracts.it.capacity_factor: is missing")
