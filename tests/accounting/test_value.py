"""The entry strike of every structure, solved by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from accounting.by_hand import a_contract, steps

from carbonmatch.accounting.value import (
    best_profile,
    entry_strike_per_mwh,
    net_worth_per_mw,
    offer_worth,
    worth_per_mwh,
)
from carbonmatch.records import ShadowPrices

WORTH = steps(100, 60, 20)
"""What one MWh is worth in each of three hours."""


def energy_of(worth):
    """Return prices at which energy alone is worth something."""
    return ShadowPrices(worth.reshape(1, -1), np.zeros((1, len(worth))), np.array([0.0]), 0.0)


def entry(contract, worth=WORTH, years=1.0):
    """Return the entry strike, seen to be where one MW more is worth nothing, and where its sign turns."""
    prices = energy_of(worth)
    strike = entry_strike_per_mwh(contract, prices, years)
    at = [net_worth_per_mw(replace(contract, strike_per_mwh=strike + move), prices, years) for move in (-1, 0, 1)]
    assert at[0] > 0
    assert at[1] == pytest.approx(0, abs=1e-9)
    assert at[2] <= 1e-9
    return strike


def test_pay_as_produced_enters_at_the_mean_worth_of_its_profile():
    # (0.5 * 100 + 0.5 * 60 + 1 * 20) / 2
    assert entry(a_contract("c", steps(0.5, 0.5, 1))) == pytest.approx(50)


def test_what_can_be_curtailed_for_nothing_is_taken_while_it_pays():
    # every hour by choice, nothing to pay otherwise: at anything below 100 the first hour is worth it
    contract = a_contract("c", steps(1, 1, 1), least_mwh_per_mw=steps(0, 0, 0), compensation=0.0)
    assert entry(contract) == pytest.approx(100)


def test_what_is_paid_when_curtailed_counts_against_it():
    # half of the strike s is due for all 3 MWh: 1.5 s. Curtailing saves the other half. With the first two hours
    # taken: 100 + 60 - 2 * s / 2 - 1.5 s = 0 gives s = 64, and s / 2 = 32 lies between 60 and 20
    contract = a_contract("c", steps(1, 1, 1), least_mwh_per_mw=steps(0, 0, 0), compensation=0.5)
    assert entry(contract) == pytest.approx(64)


def test_what_is_paid_in_full_is_curtailed_below_nothing_only():
    # 100 + 60 for 3 MWh; the hour that is worth -30 is left
    contract = a_contract("c", steps(1, 1, 1), least_mwh_per_mw=steps(0, 0, 0), compensation=1.0)
    assert entry(contract, steps(100, 60, -30)) == pytest.approx(160 / 3)


def test_firm_power_pays_its_fee_by_the_hours_that_are_worth_it():
    # half of it must run: 0.5 * (100 + 60 + 20) = 90 for 1.5 MWh; the other half by choice; a fee of 40 per MW.
    # With the first hour by choice: 90 + 50 - 40 = 100 for 2 MWh: s = 50, but the second hour is worth 60: it runs too
    # With both: 90 + 50 + 30 - 40 = 130 for 2.5 MWh: s = 52, between 60 and 20
    firm = {"least_mwh_per_mw": steps(0.5, 0.5, 0.5), "compensation": 0.0, "capacity_fee_per_mw_year": 40.0}
    assert entry(a_contract("c", steps(1, 1, 1), **firm)) == pytest.approx(52)
    # of a quarter of a year a quarter of the fee is due: 90 + 50 + 30 - 10 = 160 for 2.5 MWh, and 64 is above 60:
    # with the first hour alone 90 + 50 - 10 = 130 for 2 MWh: s = 65
    assert entry(a_contract("c", steps(1, 1, 1), **firm), years=0.25) == pytest.approx(65)


def test_an_entry_strike_may_be_below_nothing():
    # 90 + 50 + 30 + 10 - 300 = -120 for 3 MWh
    firm = {"least_mwh_per_mw": steps(0.5, 0.5, 0.5), "compensation": 0.0, "capacity_fee_per_mw_year": 300.0}
    assert entry(a_contract("c", steps(1, 1, 1), **firm)) == pytest.approx(-40)


def test_hours_of_the_same_worth_enter_together():
    firm = {"least_mwh_per_mw": steps(0, 0, 0), "compensation": 0.0, "capacity_fee_per_mw_year": 30.0}
    # 2 * 60 - 30 = 90 for 2 MWh
    assert entry(a_contract("c", steps(1, 1, 1), **firm), steps(60, 60, 20)) == pytest.approx(45)


def test_what_never_generates_has_no_entry_strike():
    assert entry_strike_per_mwh(a_contract("c", steps(0, 0, 0)), energy_of(WORTH), 1.0) is None


@pytest.mark.parametrize("seed", range(40))
def test_any_entry_strike_is_where_one_mw_more_is_worth_nothing(seed):
    rng = np.random.default_rng(seed)
    available = rng.choice([0.0, 0.3, 1.0], 8) + 0.01
    contract = a_contract(
        "c",
        available,
        least_mwh_per_mw=available * rng.choice([0.0, 0.4, 1.0], 8),
        compensation=float(rng.choice([0.0, 0.3, 1.0])),
        capacity_fee_per_mw_year=float(rng.choice([0.0, 50.0])),
    )
    entry(contract, rng.choice([-20.0, 0.0, 40.0, 40.0, 90.0], 8) + rng.uniform(0, 1))


def test_fees_are_taken_off_the_strike_that_an_offer_may_ask():
    assert entry(a_contract("c", steps(0.5, 0.5, 1), fees_per_mwh=7.0)) == pytest.approx(43)
    # by choice for nothing: the first hour is worth 100 - 7
    by_choice = {"least_mwh_per_mw": steps(0, 0, 0), "compensation": 0.0, "fees_per_mwh": 7.0}
    assert entry(a_contract("c", steps(1, 1, 1), **by_choice)) == pytest.approx(93)


def test_hours_without_settlement_bear_no_strike():
    # the third hour is worth 20 and costs nothing: (0.5 * 100 + 0.5 * 60 + 1 * 20) for the 1 MWh of the first two
    contract = a_contract("c", steps(0.5, 0.5, 1), unsettled=np.array([False, False, True]))
    assert entry(contract) == pytest.approx(100)


def test_a_shape_is_worth_its_energy_and_the_claims_of_the_plant_behind_it():
    # energy: 1 * 40 + 1 * 60 = 100 for 2 MWh; claims: 0.5 * 10 + 0 = 5; fees of 3 on both MWh: (100 + 5 - 6) / 2
    prices = ShadowPrices(np.array([[40.0, 60.0]]), np.array([[10.0, 20.0]]), np.array([10.0]), 0.0)
    contract = a_contract("c", steps(0.5, 0), shape_mwh_per_mw=steps(1, 1), fees_per_mwh=3.0, strike_per_mwh=50.0)
    assert entry_strike_per_mwh(contract, prices, 1.0) == pytest.approx(49.5)
    worth = offer_worth(contract, None, prices, 1.0)
    assert worth.net_worth_per_mw_year == pytest.approx(-1)
    assert worth.capture_value_per_mwh == pytest.approx(52.5)


def test_a_price_that_floats_has_no_entry_strike_and_a_worth_all_the_same():
    # at prices of 30 and 70: 100 + 60 - 30 - 70
    contract = a_contract("c", steps(1, 1, 0), strike_per_mwh=None, floating_price_per_mwh=steps(30, 70, 70))
    assert entry_strike_per_mwh(contract, energy_of(WORTH), 1.0) is None
    assert net_worth_per_mw(contract, energy_of(WORTH), 1.0) == pytest.approx(60)


def test_the_best_profile_leaves_what_is_worth_less_than_it_saves():
    # of a strike of 50 curtailing saves half
    contract = a_contract(
        "c", steps(1, 1, 1), least_mwh_per_mw=steps(0.2, 0.2, 0.2), compensation=0.5, strike_per_mwh=50.0
    )
    assert best_profile(contract, WORTH).tolist() == [1, 1, 0.2]


def test_a_virtual_contract_is_worth_its_reference_price_and_what_is_not_eligible_no_claim():
    prices = ShadowPrices(np.array([[40.0, 60.0]]), np.array([[10.0, 5.0]]), np.array([10.0]), 0.0)
    virtual = a_contract("c", steps(1, 1), physical=False, reference_price_per_mwh=steps(20, 30))
    assert worth_per_mwh(virtual, prices).tolist() == [30, 35]
    grey = a_contract("c", steps(1, 1), eligible=False)
    assert worth_per_mwh(grey, prices).tolist() == [40, 60]
    partly = a_contract("c", steps(1, 1), claim_share=steps(0.5, 0))
    assert worth_per_mwh(partly, prices).tolist() == [45, 60]


def test_all_of_it_together():
    prices = ShadowPrices(np.array([[40.0, 60.0]]), np.array([[10.0, 0.0]]), np.array([10.0]), 0.0)
    firm = a_contract("c", steps(1, 1), least_mwh_per_mw=steps(0, 0), compensation=0.0, dispatchable=True,
                      strike_per_mwh=55.0, capacity_fee_per_mw_year=100.0)  # fmt: skip
    # in half a year: 60 - 55 = 5 by choice in the second hour, less a fee of 50: -45; -90 in a year
    worth = offer_worth(firm, None, prices, 0.5)
    assert worth.capture_value_per_mwh == pytest.approx(60)
    assert worth.net_worth_per_mw_year == pytest.approx(-90)
    assert worth.entry_fee_per_mw_year == pytest.approx(10)
    # 50 + 60 - 50 = 60 for 2 MWh
    assert worth.entry_strike_per_mwh == pytest.approx(30)
    # once it runs it has a profile of its own
    assert offer_worth(firm, steps(1, 3), prices, 0.5).capture_value_per_mwh == pytest.approx(57.5)
