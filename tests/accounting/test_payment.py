"""What is paid under a contract in a step, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from accounting.by_hand import a_contract, steps

from carbonmatch.accounting import payments


def paid(contract, generation, curtailed=(0.0, 0.0), size=1.0):
    return payments(contract, size, steps(*generation), steps(*curtailed)).tolist()


def test_what_is_generated_and_what_is_curtailed_for_compensation():
    # 60 * 2; 60 * (1 + 0.5 * 3)
    assert paid(a_contract("c", steps(2, 4), compensation=0.5), (2, 1), (0, 3)) == [120, 150]


def test_a_plant_that_is_dispatched_is_paid_for_its_output_alone():
    firm = a_contract("c", steps(2, 2), dispatchable=True, compensation=0.0, capacity_fee_per_mw_year=1000.0)
    assert paid(firm, (2, 1)) == [120, 60]


def test_a_contract_for_difference_receives_the_reference_price():
    # (60 - 40) * 2; (60 - 90) * 1: more is received
    swap = a_contract("c", steps(2, 1), physical=False, reference_price_per_mwh=steps(40, 90))
    assert paid(swap, (2, 1)) == [40, -30]


def test_hours_without_settlement_pay_and_receive_nothing():
    swap = a_contract(
        "c",
        steps(2, 1),
        physical=False,
        reference_price_per_mwh=steps(40, -90),
        unsettled=np.array([False, True]),
    )
    assert paid(swap, (2, 1)) == [40, 0]


def test_fees_come_on_top_of_what_is_delivered():
    assert paid(a_contract("c", steps(2, 1), fees_per_mwh=3.0, compensation=0.0), (2, 0), (0, 1)) == [126, 0]


def test_a_price_that_floats_is_paid_as_it_stands_in_the_step():
    assert paid(a_contract("c", steps(2, 1), strike_per_mwh=None, floating_price_per_mwh=steps(30, 70)), (2, 1)) == [
        60,
        70,
    ]


def test_a_shape_is_paid_whatever_the_plant_generates():
    # (60 + 3) * 2 MW * the shape
    assert paid(a_contract("c", steps(1, 1), shape_mwh_per_mw=steps(1, 0.5), fees_per_mwh=3.0), (0, 1), size=2.0) == [
        126,
        63,
    ]


def test_a_contract_without_any_price_says_so():
    with pytest.raises(ValueError, match="c has neither a strike nor a floating price"):
        paid(a_contract("c", steps(1, 1), strike_per_mwh=None), (1, 1))
