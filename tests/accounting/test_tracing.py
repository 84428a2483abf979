"""Tracing: which charge each discharge draws on, by hand, by each method."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import a_contract, a_problem, a_solution, a_storage, a_zone, facts_of, ledger_of, steps
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from carbonmatch.accounting import build_ledger
from carbonmatch.accounting.ledger import flows_of
from carbonmatch.accounting.links import efficiency_of
from carbonmatch.accounting.tracing import opening_stock_mwh, overlaps, trace
from carbonmatch.records import UNTRACED, Flows, StorageFacts


def traced(charge, drawn, method, *, cyclic=False):
    """Return {(charge step, discharge step): MWh}."""
    draws = trace(steps(*charge), steps(*drawn), method, cyclic=cyclic)
    rows = zip(draws.charge_step.tolist(), draws.discharge_step.tolist(), draws.charged_mwh.tolist(), strict=True)
    return {(lot, draw): pytest.approx(amount) for lot, draw, amount in rows}


def test_fifo_takes_the_oldest_charge_first():
    # 6 and 4 are charged; 5 are drawn (all of the first lot but 1), then 3 (that 1, and 2 of the second)
    assert traced([6, 4, 0, 0], [0, 0, 5, 3], "fifo") == {(0, 2): 5, (0, 3): 1, (1, 3): 2}


def test_lifo_takes_the_latest_charge_first():
    # 5 are drawn: the 4 charged last and 1 of the 6 before; then 3 of the 5 that are left of these
    assert traced([6, 4, 0, 0], [0, 0, 5, 3], "lifo") == {(1, 2): 4, (0, 2): 1, (0, 3): 3}


def test_the_weighted_average_takes_the_same_share_of_every_charge():
    # 5 of 10 are drawn, half of each lot: 3 and 2; then 3 of the 5 left, 3/5 of 3 and of 2
    expected = {(0, 2): 3, (1, 2): 2, (0, 3): 1.8, (1, 3): 1.2}
    assert traced([6, 4, 0, 0], [0, 0, 5, 3], "weighted_average") == expected


@pytest.mark.parametrize("method", ["fifo", "lifo", "weighted_average"])
def test_what_is_drawn_before_it_is_charged_was_in_stock(method):
    # 2 are drawn before anything is charged: they were there; 5 are charged and drawn
    assert traced([0, 5, 0], [2, 0, 5], method) == {(UNTRACED, 0): 2, (1, 2): 5}
    assert opening_stock_mwh(steps(0, 5, 0), steps(2, 0, 5)) == 2


@pytest.mark.parametrize("method", ["fifo", "lifo", "weighted_average"])
def test_in_a_cycle_the_stock_at_the_start_is_what_is_left_at_the_end(method):
    # 2 are drawn in step 0 and 4 in step 2; of the 6 charged in step 1, 2 are left for step 0 of the next round
    assert traced([0, 6, 0], [2, 0, 4], method, cyclic=True) == {(1, 0): 2, (1, 2): 4}


def test_lifo_leaves_the_stock_at_the_start_alone_as_long_as_it_can():
    # opening 3; 4 charged in step 1; 5 drawn in step 2: all 4 and 1 of the opening; 2 drawn in step 3: the rest of it
    assert opening_stock_mwh(steps(0, 4, 0, 0), steps(0, 0, 5, 2)) == 3
    assert traced([0, 4, 0, 0], [0, 0, 5, 2], "lifo") == {(1, 2): 4, (UNTRACED, 2): 1, (UNTRACED, 3): 2}
    assert traced([0, 4, 0, 0], [0, 0, 5, 2], "fifo") == {(UNTRACED, 2): 3, (1, 2): 2, (1, 3): 2}


def test_overlaps_of_two_divisions_of_a_line():
    # |..2..|...5|   and   |.1|....4...|7: the pieces are 0-1, 1-2, 2-4, 4-5
    first, second, length = overlaps(steps(0, 2, 5), steps(0, 1, 4, 7))
    assert (first.tolist(), second.tolist(), length.tolist()) == ([0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 2, 1])


def test_crumbs_of_an_average_join_the_oldest_lot():
    # of 1 MWh, all but 0.1 Wh is drawn; the crumb does not stay a lot of its own for ever
    rows = traced([1, 0, 1, 0], [0, 1 - 1e-7, 0, 1], "weighted_average")
    assert set(rows) == {(0, 1), (0, 3), (2, 3)}  # alone, it stays; with the next charge beside it, it is drawn
    assert sum(amount.expected for amount in rows.values()) == pytest.approx(2 - 1e-7)


amounts = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=24)


@given(amounts, st.sampled_from(["fifo", "lifo", "weighted_average"]))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_every_draw_is_traced_whole_and_no_charge_twice(pairs, method):
    charge = steps(*(max(c - d, 0) for c, d in pairs))
    drawn = steps(*(max(d - c, 0) for c, d in pairs))
    draws = trace(charge, drawn, method, cyclic=False)
    count = len(charge)
    assert_allclose(np.bincount(draws.discharge_step, draws.charged_mwh, count), drawn, atol=1e-8)
    known = draws.charge_step != UNTRACED
    used = np.bincount(draws.charge_step[known], draws.charged_mwh[known], count)
    assert (used <= charge + 1e-8).all()
    assert (draws.charge_step < draws.discharge_step).all()
    assert draws.charged_mwh[~known].sum() <= opening_stock_mwh(charge, drawn) + 1e-8


# --- links and claims -------------------------------------------------------------------------------------------------


def stored_sun(method="fifo"):
    """Four hours: sun 8 and wind 2 are generated in hour 0, wind 6 in hour 1; loads of 0, 0, 4, 4.

    A battery charges 10, then 6, and discharges 4 and 4: efficiency 8 / 16 = 0.5, so that each discharge draws on 8.
    """
    problem = a_problem(
        (a_zone("Z", steps(0, 0, 4, 4)),),
        (a_contract("sun", steps(1, 0, 0, 0)), a_contract("wind", steps(1, 1, 0, 0))),
        (a_storage("battery"),),
    )
    solution = a_solution(
        problem,
        [steps(8, 0, 0, 0), steps(2, 6, 0, 0)],
        clean_charge_mwh=np.array([[10.0, 6.0, 0.0, 0.0]]),
        clean_discharge_mwh=np.array([[0.0, 0.0, 4.0, 4.0]]),
    )
    facts = facts_of(problem, storage=(StorageFacts("battery", 0, method, 0.5, None, 15.0),))
    return ledger_of(problem, solution, facts)


def claimed(ledger):
    names = [contract.name for contract in ledger.contracts]
    claims = ledger.claims
    return {
        (int(step), names[contract], int(made)): (pytest.approx(matched), pytest.approx(production))
        for step, contract, made, matched, production in zip(
            claims.step,
            claims.contract,
            claims.production_step,
            claims.matched_mwh,
            claims.production_mwh,
            strict=True,
        )
    }


def test_fifo_claims_follow_the_charge_through_the_losses():
    # hour 2 draws 8 of the 10 of hour 0, which are sun 8/10 and wind 2/10: 6.4 and 1.6, of which half arrives
    # hour 3 draws the other 2 of hour 0 (1.6 and 0.4) and the 6 of hour 1
    ledger = stored_sun()
    assert ledger.storage[0].efficiency == 0.5
    assert claimed(ledger) == {
        (2, "sun", 0): (3.2, 6.4),
        (2, "wind", 0): (0.8, 1.6),
        (3, "sun", 0): (0.8, 1.6),
        (3, "wind", 0): (0.2, 0.4),
        (3, "wind", 1): (3.0, 6.0),
    }
    assert_allclose(ledger.contracts[0].matched_from_storage_mwh, [0, 0, 3.2, 0.8])


def test_lifo_claims_follow_the_latest_charge():
    # hour 2 draws the 6 of hour 1 and 2 of hour 0 (sun 1.6, wind 0.4); hour 3 the 8 left of hour 0 (6.4 and 1.6)
    assert claimed(stored_sun("lifo")) == {
        (2, "wind", 1): (3.0, 6.0),
        (2, "sun", 0): (0.8, 1.6),
        (2, "wind", 0): (0.2, 0.4),
        (3, "sun", 0): (3.2, 6.4),
        (3, "wind", 0): (0.8, 1.6),
    }


def test_what_is_charged_and_discharged_in_one_step_passes_the_meter_unseen():
    # gross 5 in and 2 out are 3 in at the meter; gross 1 in and 3 out are 2 out
    problem = a_problem((a_zone("Z", steps(0, 5)),), (a_contract("sun", steps(1, 1)),), (a_storage("battery"),))
    solution = a_solution(
        problem,
        [steps(3, 1)],
        clean_charge_mwh=np.array([[5.0, 1.0]]),
        clean_discharge_mwh=np.array([[2.0, 3.0]]),
    )
    ledger = ledger_of(problem, solution)
    assert_allclose(ledger.storage[0].charge_mwh, [3, 0])
    assert_allclose(ledger.storage[0].discharge_mwh, [0, 2])
    assert_allclose(ledger.zones[0].matched_mwh, [0, 3])
    assert_allclose(ledger.zones[0].matched_from_storage_mwh, [0, 2])


def metered(generation, charge, discharge, load, limit=1.0):
    """Return the ledger of a metered period of one contract and one storage."""
    problem = a_problem(
        (a_zone("Z", steps(*load)),), (a_contract("sun", steps(*np.ones(len(load)))),), (a_storage("battery"),)
    )
    none = np.zeros((1, len(load)))
    flows = Flows(
        generation_mwh=np.array([generation], dtype=float),
        curtailed_mwh=none,
        delivered_mwh=np.array([generation], dtype=float),
        clean_charge_mwh=np.array([charge], dtype=float),
        clean_discharge_mwh=np.array([discharge], dtype=float),
        grey_charge_mwh=none,
        grey_discharge_mwh=none,
        retail_supply_mwh=none,
        sold_mwh=none,
        cyclic=False,
    )
    facts = facts_of(problem, storage=(StorageFacts("battery", 0, "fifo", limit, None, 15.0),))
    return build_ledger(problem, flows, facts)


def test_what_a_metered_storage_charged_from_the_grid_is_never_claimed():
    # hour 0: 3 generated, 4 charged, so that 1 came out of the grid; hour 1: 4 discharged, of which 3/4 are clean
    ledger = metered([3, 0], [4, 0], [0, 4], [0, 10])
    (zone,) = ledger.zones
    assert_allclose(zone.clean_charge_mwh, [3, 0])
    assert_allclose(zone.grey_charge_mwh, [1, 0])
    assert_allclose(zone.clean_discharge_mwh, [0, 3])
    assert_allclose(zone.grey_discharge_mwh, [0, 1])
    assert_allclose(zone.matched_mwh, [0, 3])


def test_what_was_in_stock_before_a_metered_period_is_never_claimed():
    # 2 are discharged before anything is charged: where they came from is not known
    ledger = metered([0, 5, 0], [0, 5, 0], [2, 0, 5], [10, 0, 10])
    assert_allclose(ledger.zones[0].matched_mwh, [0, 0, 5])
    assert ledger.storage[0].opening_mwh == pytest.approx(2)


def test_a_metered_storage_claims_no_more_than_its_efficiency_allows():
    # 10 charged, 9.5 discharged, though the round trip gives back 0.8: 1.5 were in stock before. A discharge of 9.5
    # draws 9.5 / 0.8 = 11.875 charged MWh, of which 1.875 are opening stock; 10 * 0.8 = 8 are claimed
    ledger = metered([10, 0], [10, 0], [0, 9.5], [0, 20], limit=0.8)
    assert ledger.storage[0].efficiency == pytest.approx(0.8)
    assert_allclose(ledger.zones[0].matched_mwh, [0, 8])


@pytest.mark.parametrize(
    ("charge", "discharge", "limit", "cyclic", "expected"),
    [
        (10, 8, 1.0, True, 0.8),
        (10, 8, 0.7, False, 0.7),
        (10, 6, 0.7, False, 0.6),
        (0, 0, 0.7, True, 0.7),
        (5, 0, 0.7, False, 0.7),
    ],
)
def test_the_efficiency_of_a_period(charge, discharge, limit, cyclic, expected):
    assert efficiency_of(steps(charge), steps(discharge), limit, cyclic=cyclic) == pytest.approx(expected)


def test_two_storages_that_hand_energy_to_and_fro_come_to_an_end():
    # b discharges in step 2 what a gave it in step 3 of the cycle before, which b had given a in step 2, and so on: a
    # fifth of it goes round each time, and is followed until less than a watt-hour of it is left unknown
    problem = a_problem(
        (a_zone("Z", steps(1, 0, 0, 0)),), (a_contract("sun", steps(1, 0, 0, 0)),), (a_storage("a"), a_storage("b"))
    )
    solution = a_solution(
        problem,
        [steps(8, 0, 0, 0)],
        clean_charge_mwh=np.array([[8.0, 0, 2.0, 0], [0, 4.0, 0, 1.0]]),
        clean_discharge_mwh=np.array([[0, 4.0, 0, 1.0], [0, 0, 2.0, 0]]),
    )
    links = ledger_of(problem, solution).links
    assert links.discharged_mwh[links.contract == UNTRACED].sum() < 1e-6
    for storage, total in ((0, 5.0), (1, 2.0)):
        assert links.discharged_mwh[links.storage == storage].sum() == pytest.approx(total, abs=1e-6)


def test_flows_of_a_solution_are_a_cycle():
    problem = a_problem((a_zone("Z", steps(1)),))
    assert flows_of(a_solution(problem, [])).cyclic
