"""Eligibility, neighbours and `delivered_to` in a case: every fault with its cure."""

from __future__ import annotations

import pytest
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InputError

FR = {"FR": {"spot_price_per_mwh": [41.0, 90.0]}}
RATIO = {"max_price_ratio": 1.05}
SWAP = {"structure": "virtual", "zone": "FR", "delivered_to": "Z"}


def faults(*changes):
    mapping = TWO_HOURS
    for change in changes:
        mapping = merged(mapping, change)
    with pytest.raises(InputError) as caught:
        case_from_mapping(mapping)
    return [str(fault) for fault in caught.value.faults]


def eligible(**rule):
    return {"target": {"eligible": rule}}


def zones(neighbours, other=FR):
    return {"zones": {"Z": {"neighbours": neighbours}, **other}}


KNOWN = "(known: solar, onshore_wind, offshore_wind, hydro, geothermal, biomass, nuclear, clean_firm)"


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            {"technologies": ["solar", "onshore"]},
            "target.eligible.technologies: names 'onshore', which is not a technology; did you mean 'onshore_wind' or "
            f"'offshore_wind'? {KNOWN}",
        ),
        (
            {"technologies": "renewables"},
            "target.eligible.technologies: is 'renewables'; carbon_free or renewable is wanted, or a list of "
            "technologies, such as [solar, onshore_wind]; did you mean 'renewable'?",
        ),
        (
            {"technologies": "solar"},
            "target.eligible.technologies: is 'solar'; carbon_free or renewable is wanted, or a list of technologies, "
            "such as [solar, onshore_wind]. One technology is a list too: [solar]",
        ),
        (
            {"technologies": []},
            "target.eligible.technologies: is an empty list, so that nothing counts; name at least one technology, or "
            "carbon_free",
        ),
        (
            {"commissioned_on_or_after": "June 2021"},
            "target.eligible.commissioned_on_or_after: is 'June 2021'; a date such as 2021-06-01 is wanted",
        ),
        (
            {"at_most_years_old": 15.5},
            "target.eligible.at_most_years_old: is 15.5; a whole number of years from 1 to 200 is wanted, such as 15",
        ),
        (
            {"at_most_years_old": 0},
            "target.eligible.at_most_years_old: is 0; a whole number of years from 1 to 200 is wanted, such as 15",
        ),
    ],
)
def test_a_rule_that_cannot_be_read(rule, fault):
    assert faults(eligible(**rule)) == [fault]


def test_an_unknown_word_and_an_unknown_key_of_a_rule():
    told = faults(eligible(unknown_commissioning="maybe", technology="solar"))
    assert any("unknown_commissioning" in fault and "does_not_count" in fault for fault in told)
    assert any("did you mean 'technologies'" in fault for fault in told)


def test_every_contract_counts_unless_a_case_says_otherwise():
    case = a_case()
    assert case.why_not_eligible(case.contracts["sun"]) == ""
    assert case.deliverable_share(case.contracts["sun"]) is None


def test_every_reason_is_told():
    case = a_case(
        merged(
            {"contracts": {"sun": {"technology": "nuclear", "commissioned": "1990-01-01"}}},
            eligible(technologies="renewable", commissioned_on_or_after="2010-01-01", at_most_years_old=15),
        )
    )
    assert case.why_not_eligible(case.contracts["sun"]) == (
        "nuclear is not renewable. Commissioned on 1990-01-01, before 2010-01-01. "
        "Commissioned on 1990-01-01, more than 15 years before 2018-01-01."
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            zones({"FX": RATIO}),
            "zones.Z.neighbours.FX: is not one of the zones of the case (zones: Z, FR); add it there",
        ),
        (zones({"Z": RATIO}), "zones.Z.neighbours.Z: is the zone itself, where every plant counts; leave it out"),
        (
            zones({"FR": RATIO}, {"FR": {}}),
            "zones.Z.neighbours.FR.max_price_ratio: compares the spot prices of Z and FR, and the zone FR gives none; "
            "add zones.FR.spot_price_per_mwh",
        ),
        (
            zones({"FR": {}}),
            "zones.Z.neighbours.FR: names no rule; give max_price_ratio, such as {max_price_ratio: 1.05}, or "
            "{firm_transmission: true} where the buyer holds such rights",
        ),
        (
            zones({"FR": {"max_price_ratio": 1.05, "firm_transmission": True}}),
            "zones.Z.neighbours.FR.max_price_ratio: is 1.05, and firm_transmission is true: with firm rights every "
            "hour counts. Leave one of them out",
        ),
        (
            zones({"FR": {"max_price_ratio": 0.9}}),
            "zones.Z.neighbours.FR.max_price_ratio: is 0.9; a number of at least 1 is wanted",
        ),
    ],
)
def test_a_neighbour_that_cannot_be_used(change, fault):
    assert faults(change) == [fault]


def test_a_contract_of_a_zone_that_is_no_neighbour():
    assert faults({"zones": FR, "contracts": {"sun": SWAP}}) == [
        "contracts.sun.delivered_to: is Z, and FR is not one of its neighbours; say when its plants count there: add "
        "zones.Z.neighbours.FR: {max_price_ratio: 1.05}, or {firm_transmission: true}"
    ]
    reverse = {"zones": {"FR": {**FR["FR"], "neighbours": {"Z": RATIO}}}}
    assert faults(reverse, {"contracts": {"sun": SWAP}})[0].endswith("(zones.FR.neighbours.Z is the other direction)")


def test_physical_energy_does_not_cross_a_border():
    assert faults(zones({"FR": RATIO}), {"contracts": {"sun": {"zone": "FR", "delivered_to": "Z"}}}) == [
        "contracts.sun.delivered_to: is Z, and its plant stands in FR; only claims cross a border, and only those of "
        "virtual contracts. Make it virtual, which settles at the spot price of FR, or take a plant in Z"
    ]


def test_a_claim_needs_a_load():
    assert faults(zones({"FR": RATIO}), {"contracts": {"sun": {"structure": "virtual", "delivered_to": "FR"}}}) == [
        "contracts.sun.delivered_to: is FR, a zone without a site: there is no load that it could count for. Name a "
        "zone with a site (Z), or add a site"
    ]


def test_a_zone_without_a_site_is_still_refused_where_nothing_is_delivered_elsewhere():
    (told,) = faults(zones({"FR": RATIO}), {"contracts": {"sun": {"zone": "FR"}}})
    assert told.startswith("contracts.sun.zone: is FR, a zone without a site")


def test_its_own_zone_may_be_named():
    case = a_case({"contracts": {"sun": {"delivered_to": "Z"}}})
    assert case.contracts["sun"].load_zone == "Z"
    assert case.deliverability(case.contracts["sun"]) == ""
