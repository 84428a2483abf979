"""The ledger: who used what when. The numbers are those of the table in `by_hand.py` unless written here."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import (
    a_contract,
    a_problem,
    a_solution,
    a_storage,
    a_zone,
    four_hours,
    four_hours_solved,
    ledger_of,
    steps,
)
from numpy.testing import assert_allclose

from carbonmatch.accounting.ledger import claim, split_generation


def four_hours_ledger():
    problem = four_hours()
    return ledger_of(problem, four_hours_solved(problem))


# --- claim and split_generation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generation", "charge", "discharge", "load", "expected"),
    [
        (8, 0, 0, 10, (8, 8)),  # all of it is claimed
        (14, 0, 0, 10, (14, 10)),  # 4 too much: excess
        (14, 4, 0, 10, (10, 10)),  # 4 stored: nothing is left over
        (2, 0, 5, 10, (7, 7)),  # 2 direct + 5 out of storage
        (0, 0, 0, 10, (0, 0)),
        (3, 0, 0, 0, (3, 0)),  # no load, no claim
        (0, 4, 6, 10, (2, 2)),  # one storage charges 4 of the 6 that another discharges
        (3, 5, 0, 10, (0, 0)),  # more charged than there is: no claim, and never a negative one
    ],
)
def test_a_claim_is_the_smaller_of_contracted_and_load(generation, charge, discharge, load, expected):
    contracted, matched = claim(steps(generation), steps(charge), steps(discharge), steps(load))
    assert (contracted[0], matched[0]) == expected


@pytest.mark.parametrize(
    ("generation", "charge", "excess", "expected"),
    [
        (8, 0, 0, (0, 8, 0)),
        (14, 0, 4, (0, 10, 4)),
        (14, 4, 0, (4, 10, 0)),
        (20, 5, 5, (5, 10, 5)),
        (4, 6, 0, (4, 0, 0)),  # 2 of the 6 charged came out of another storage: all generation is stored
        (4, 6, 1, (4, 0, 0)),  # the excess then is discharged energy, not generation
        (4, 3, 9, (3, 0, 1)),  # 9 in excess, of which generation has 1 left; the other 8 were discharged
        (0, 0, 0, (0, 0, 0)),
        (0, 2, 3, (0, 0, 0)),  # nothing is generated, so nothing of it is stored or left over
    ],
)
def test_generation_is_stored_matched_or_left_over(generation, charge, excess, expected):
    stored, direct, left_over = split_generation(steps(generation), steps(charge), steps(excess))
    assert (stored[0], direct[0], left_over[0]) == expected
    assert sum(expected) == generation


# --- one zone ---------------------------------------------------------------------------------------------------------


def test_the_flows_of_every_hour():
    (zone,) = four_hours_ledger().zones
    assert_allclose(zone.generation_mwh, [4, 16, 20, 2])
    assert_allclose(zone.contracted_mwh, [7, 10, 15, 9])
    assert_allclose(zone.matched_mwh, [7, 10, 10, 9])
    assert_allclose(zone.unmatched_mwh, [3, 0, 0, 1])
    assert_allclose(zone.excess_mwh, [0, 0, 5, 0])
    assert_allclose(zone.matched_from_storage_mwh, [3, 0, 0, 7])
    assert_allclose(zone.metered_import_mwh, [10, 10, 10, 10])
    assert_allclose(zone.retail_supply_mwh, [3, 0, 0, 1])
    assert_allclose(zone.sold_mwh, [0, 0, 5, 0])


def test_what_a_zone_stores_and_has_left_over_is_shared_pro_rata_to_generation():
    sun, wind = four_hours_ledger().contracts
    # step 1: sun 12 of 16, so 3/4 of 6 stored and 10 matched
    # step 2: sun 15 of 20, so 3/4 of 5 stored, 10 matched and 5 left over
    assert_allclose(sun.matched_mwh, [0, 7.5, 7.5, 0])
    assert_allclose(sun.stored_mwh, [0, 4.5, 3.75, 0])
    assert_allclose(sun.excess_mwh, [0, 0, 3.75, 0])
    # the wind has the other quarter, and steps 0 and 3 to itself
    assert_allclose(wind.matched_mwh, [4, 2.5, 2.5, 2])
    assert_allclose(wind.stored_mwh, [0, 1.5, 1.25, 0])
    assert_allclose(wind.excess_mwh, [0, 0, 1.25, 0])


def assert_identities(ledger):
    """What must hold in every hour, whatever the numbers are."""
    for zone in ledger.zones:
        assert_allclose(zone.matched_mwh + zone.unmatched_mwh, zone.load_mwh)
        assert_allclose(zone.matched_mwh + zone.excess_mwh, zone.contracted_mwh)
        own = [contract for contract in ledger.contracts if contract.zone == zone.name]
        assert_allclose(sum(c.generation_mwh for c in own), zone.generation_mwh)
        assert_allclose(sum(c.curtailed_mwh for c in own), zone.curtailed_mwh)
        assert_allclose(sum(c.matched_mwh for c in own) + zone.matched_from_storage_mwh, zone.matched_mwh)
        assert_allclose(sum(c.matched_from_storage_mwh for c in own), zone.matched_from_storage_mwh, atol=1e-9)
    for contract in ledger.contracts:
        assert_allclose(contract.matched_mwh + contract.stored_mwh + contract.excess_mwh, contract.generation_mwh)


def test_every_hour_adds_up():
    assert_identities(four_hours_ledger())


def test_storage_that_charges_what_another_discharges():
    # step 0: generation 12, all of it goes into the old storage
    # step 1: generation 4, the old storage discharges 9, the new one charges 6: contracted 4 + 9 - 6 = 7, all matched
    # 4 of the 6 charged are generation, so that all 7 matched came out of storage
    problem = a_problem(
        (a_zone("Z", steps(10, 10, 10)),), (a_contract("sun", steps(1, 1, 0)),), (a_storage("old"), a_storage("new"))
    )
    solution = a_solution(
        problem,
        [steps(12, 4, 0)],
        clean_charge_mwh=np.array([[12.0, 0.0, 0.0], [0.0, 6.0, 0.0]]),
        clean_discharge_mwh=np.array([[0.0, 9.0, 0.0], [0.0, 0.0, 4.0]]),
    )
    ledger = ledger_of(problem, solution)
    assert_allclose(ledger.zones[0].matched_mwh, [0, 7, 4])
    assert_allclose(ledger.zones[0].matched_from_storage_mwh, [0, 7, 4])
    assert_allclose(ledger.contracts[0].stored_mwh, [12, 4, 0])
    assert_allclose(ledger.contracts[0].matched_mwh, [0, 0, 0])
    # the 4 of step 2: 4/6 from the generation of step 1, 6 * 2/3 = 4 charged; and 2/6 from the old storage, 2 of its 9,
    # for which it had taken up 2 * 12/9 = 8/3 in step 0
    new = ledger.links.storage == 1
    assert_allclose(ledger.links.production_step[new], [0, 1])
    assert_allclose(ledger.links.charged_mwh[new], [2, 4])
    assert_allclose(ledger.links.discharged_mwh[new], [4 / 3, 8 / 3])
    assert_allclose(ledger.links.production_mwh[new], [8 / 3, 4])
    assert_identities(ledger)


def test_energy_from_the_grid_is_never_claimed():
    # 5 of grey discharge serve the load and match nothing
    problem = a_problem((a_zone("Z", steps(10, 10)),), (a_contract("sun", steps(1, 1)),), (a_storage("battery"),))
    grey = {"grey_charge_mwh": np.array([[6.0, 0.0]]), "grey_discharge_mwh": np.array([[0.0, 5.0]])}
    (zone,) = ledger_of(problem, a_solution(problem, [steps(2, 2)], **grey)).zones
    assert_allclose(zone.matched_mwh, [2, 2])
    assert_allclose(zone.matched_from_storage_mwh, [0, 0])
    assert_allclose(zone.grey_charge_mwh, [6, 0])
    assert_allclose(zone.grey_discharge_mwh, [0, 5])


def test_the_ledger_claims_what_the_model_left_lying():
    # the model called 3 of 8 contracted in excess and left 5 of the load unmatched; the claim is min(8, 10) = 8
    problem = a_problem((a_zone("Z", steps(10)),), (a_contract("sun", steps(1)),))
    solution = a_solution(problem, [steps(8)], unmatched_mwh=np.array([[5.0]]), excess_mwh=np.array([[3.0]]))
    (zone,) = ledger_of(problem, solution).zones
    assert_allclose(zone.matched_mwh, [8])
    assert_allclose(zone.excess_mwh, [0])


def test_what_is_not_carbon_free_is_not_claimed():
    problem = a_problem(
        (a_zone("Z", steps(10)),), (a_contract("sun", steps(1)), a_contract("gas", steps(1), eligible=False))
    )
    ledger = ledger_of(problem, a_solution(problem, [steps(4), steps(6)], curtailed_mwh=np.array([[1.0], [2.0]])))
    assert_allclose(ledger.zones[0].generation_mwh, [4])
    assert_allclose(ledger.zones[0].curtailed_mwh, [1])
    assert_allclose(ledger.zones[0].matched_mwh, [4])
    assert_allclose(ledger.contracts[1].generation_mwh, [6])
    assert_allclose(ledger.contracts[1].matched_mwh, [0])


def test_without_contracts_nothing_is_matched():
    problem = a_problem((a_zone("Z", steps(10, 10)),))
    ledger = ledger_of(problem, a_solution(problem, []))
    assert_allclose(ledger.zones[0].matched_mwh, [0, 0])
    assert_allclose(ledger.zones[0].unmatched_mwh, [10, 10])
    assert ledger.contracts == ()


# --- two zones --------------------------------------------------------------------------------------------------------


def test_zones_are_never_netted():
    # 15 in the north for a load of 10, nothing in the south for a load of 10: 10 are matched, not 15
    zones = (a_zone("north", steps(10)), a_zone("south", steps(10)))
    contracts = (a_contract("southern", steps(1), zone=1), a_contract("northern", steps(1), zone=0))
    problem = a_problem(zones, contracts)
    ledger = ledger_of(problem, a_solution(problem, [steps(0), steps(15)]))
    north, south = ledger.zones
    assert (north.matched_mwh[0], north.excess_mwh[0], north.unmatched_mwh[0]) == (10, 5, 0)
    assert (south.matched_mwh[0], south.excess_mwh[0], south.unmatched_mwh[0]) == (0, 0, 10)
    # contracts keep the order of the problem and know their zone
    assert [(c.name, c.zone) for c in ledger.contracts] == [("southern", "south"), ("northern", "north")]
    assert_identities(ledger)


def test_storage_and_sites_belong_to_their_zone():
    zones = (a_zone("north", steps(10)), a_zone("south", steps(10)))
    contracts = (a_contract("northern", steps(1)), a_contract("southern", steps(1), zone=1))
    problem = a_problem(zones, contracts, (a_storage("battery", zone=1),))
    solution = a_solution(
        problem,
        [steps(4), steps(9)],
        clean_charge_mwh=np.array([[2.0]]),
        retail_supply_mwh=np.array([[6.0], [3.0]]),
    )
    north, south = ledger_of(problem, solution).zones
    assert (north.contracted_mwh[0], south.contracted_mwh[0]) == (4, 7)
    assert (north.retail_supply_mwh[0], south.retail_supply_mwh[0]) == (6, 3)
