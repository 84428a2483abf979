"""Every kind of bad price of a contract, and the words that the buyer reads."""

from __future__ import annotations

import pytest
from small_cases import a_case

from carbonmatch.errors import InputError

SWAP = {"structure": "virtual"}
FLOATS = {"strike_per_mwh": ..., "price": {"index": "spot"}}


def fault(changes, zone=None):
    with pytest.raises(InputError) as caught:
        a_case({"contracts": {"sun": changes}, "zones": zone or {}})
    (found,) = caught.value.faults
    return str(found)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"price": {"index": "spot"}},
            "sun.strike_per_mwh: is 80, and price is given too; its energy has one price: leave one of them out",
        ),
        (
            {"strike_per_mwh": ...},
            "sun.strike_per_mwh: is missing; give the price of the contract's energy, or price: {",
        ),
        (
            {"strike_per_mwh": ..., "price": {"index": "spot", "floor_per_mwh": 50, "cap_per_mwh": 30}},
            "sun.price.cap_per_mwh: is 30, below floor_per_mwh, which is 50; raise this one or lower the other",
        ),
        (
            {"strike_per_mwh": ..., "price": {"index": "spt"}},
            "sun.price.index: is 'spt'; an index is spot, or a series: {file: ..., column: ...}",
        ),
        (
            {"strike_per_mwh": ..., "price": {"floor_per_mwh": 5}},
            "sun.price.index: is missing; say what the price follows: spot, or a series {file: ..., column: ...}",
        ),
        ({"strike_per_mwh": ..., "price": 50}, "sun.price: is 50; a block of keys is wanted"),
        (
            {"strike_per_mwh": ..., "price": {"index": [1, 2, 3]}},
            "sun.price.index: has 3 values; one value for each of",
        ),
        (
            {"settlement_zone": "X"},
            "sun.settlement_zone: is 'X', which is not one of the zones of the case (zones: Z, H)",
        ),
        (
            {"settlement_zone": "H"},
            "sun.settlement_zone: the contract settles at its spot price, and the zone H gives none",
        ),
        (
            {"settlement_zone": "Z", "settlement_price_per_mwh": 40},
            "sun.settlement_price_per_mwh: is given beside settlement_zone; a contract settles at one place: leave one",
        ),
        (
            {"tenor_years": 0},
            "sun.tenor_years: is 0; a contract runs for whole years, at least one. Give such as 10, or leave",
        ),
        ({"tenor_years": 2.5}, "sun.tenor_years: is 2.5; a contract runs for whole years, at least one"),
        (
            {"escalation": 0.02},
            "sun.escalation: is 0.02 without tenor_years; say for how many years the contract runs, or leave it out",
        ),
        ({"discount_rate": 0.05}, "sun.discount_rate: is 0.05 without tenor_years; say for how many years"),
        (
            {"tenor_years": 10, "escalation": 0.02},
            "sun.discount_rate: is missing; the strike is levelised over the tenor by it. Give it as a share",
        ),
        (
            {**FLOATS, "tenor_years": 10, "escalation": 0.02, "discount_rate": 0.07},
            "sun.escalation: moves a strike over the years, and price floats; leave it out, and give floor and cap",
        ),
        (
            {"tenor_years": 10, "escalation": -1, "discount_rate": 0},
            "sun.escalation: is -1; a number above -1 is wanted",
        ),
        (
            {**SWAP, "sleeve_fee_per_mwh": 2},
            "sun.sleeve_fee_per_mwh: is 2, and this contract delivers nothing that could be sleeved or balanced; "
            "leave it out, or put it on top of the strike",
        ),
        ({**SWAP, "balancing_fee_per_mwh": 3}, "sun.balancing_fee_per_mwh: is 3, and this contract delivers nothing"),
        ({"sleeve_fee_per_mwh": -1}, "sun.sleeve_fee_per_mwh: is -1; a number of at least 0 is wanted"),
        ({"settles_below_zero": False}, "sun.settles_below_zero: "),
        ({**SWAP, "settles_below_zero": 0}, "sun.settles_below_zero: is 0; true or false is wanted"),
    ],
)
def test_one_fault_and_its_words(changes, words):
    assert words in fault(changes, {"H": {}})


def test_a_price_that_follows_spot_needs_one():
    flat = {"sites": {"s": {"grid": {"energy": {"index": ..., "margin_per_mwh": ..., "flat_per_mwh": 50}}}}}
    case = {**flat, "zones": {"Z": {"spot_price_per_mwh": ...}}, "surplus": {"price": ...}}
    for changes, why in (
        (FLOATS, "price.index: the price of the contract follows the spot price"),
        ({"settlement_price_per_mwh": 3}, "settlement_price_per_mwh: the buyer bears the difference between the price"),
    ):
        with pytest.raises(InputError, match=r"and the zone Z gives none; add zones\.Z\.spot_price_per_mwh") as caught:
            a_case({**case, "contracts": {"sun": changes}})
        assert f"contracts.sun.{why}" in str(caught.value)


def test_a_price_at_fault_is_no_missing_strike():
    assert "price.cap_per_mwh" in fault({"strike_per_mwh": ..., "price": {"index": "spot", "cap_per_mwh": "x"}})


def test_a_strike_may_be_emptied_where_a_price_is_set():
    # as `--set contracts.sun.strike_per_mwh=null --set contracts.sun.price.index=spot` does
    case = a_case({"contracts": {"sun": {"strike_per_mwh": None, "price": {"index": "spot"}}}})
    assert case.contracts["sun"].strike_per_mwh is None
