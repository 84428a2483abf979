"""The proof: each fault is found, by name, and a correct solution has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from by_hand import (
    a_contract,
    a_problem,
    a_solution,
    a_storage,
    a_target,
    a_zone,
    four_hours,
    four_hours_solved,
    ledger_of,
    steps,
)

from carbonmatch.accounting import prove
from carbonmatch.errors import VerificationError

# The table in by_hand.py: 36 of 40 MWh matched, 37.75 with grid credit, 41 contracted, 5 in excess (0.125 of load).
# By month: 17 of 20 contracted in the first one, 24 of 20 in the second one.


def proved(target, **changes):
    problem = four_hours(target=target)
    solution = four_hours_solved(problem, **changes)
    prove(problem, solution, ledger_of(problem, solution))


def refused(target, **changes):
    """Return the one fault that is found."""
    with pytest.raises(VerificationError, match="does not agree with its own accounts") as caught:
        proved(target, **changes)
    _, fault = str(caught.value).split("\n")
    return fault


@pytest.mark.parametrize(
    "target",
    [
        a_target(),
        a_target("hourly", 0.9),
        a_target("hourly", 0.9, per_zone=True),
        a_target("annual", 1.0),
        a_target("annual", 1.025),
        a_target("monthly", 0.85),
        a_target("hourly", 0.9, max_surplus_share=0.125),
    ],
)
def test_a_correct_solution_passes(target):
    proved(target)


def test_a_correct_solution_with_grid_credit_passes():
    proved(a_target("hourly", 37.75 / 40, grid_credit=True), model_score=37.75 / 40)


# --- money ------------------------------------------------------------------------------------------------------------


def test_components_that_do_not_add_to_the_objective_are_refused():
    fault = refused(a_target(), cost={"contracts": 999.0}, objective=1000.0)
    assert fault == "cost components add to 999.000000, the objective is 1000.000000"


@pytest.mark.parametrize(("off", "passes"), [(0.9e-9, True), (1.1e-9, False), (-1.1e-9, False)])
def test_money_adds_up_to_a_billionth_of_gross_cost(off, passes):
    # gross cost is 4,000: sales are negative and do not count
    changes = {"cost": {"contracts": 4000.0, "surplus_sales": -3000.0}, "objective": 1000.0 + 4000 * off}
    if passes:
        proved(a_target(), **changes)
    else:
        assert "cost components" in refused(a_target(), **changes)


def test_without_costs_a_billionth_of_one_unit_of_money_is_the_limit():
    proved(a_target(), cost={"contracts": 0.0}, objective=0.9e-9)
    assert "cost components" in refused(a_target(), cost={"contracts": 0.0}, objective=1.1e-9)


def test_a_cost_that_is_not_a_number_is_refused():
    assert "cost components" in refused(a_target(), cost={"contracts": float("nan")}, objective=float("nan"))


@pytest.mark.parametrize(("off", "passes"), [(0.9e-9, True), (1.1e-9, False), (-1.1e-9, False)])
def test_what_is_paid_step_by_step_is_what_the_model_says_a_contract_costs(off, passes):
    # sun: 27 MWh at 60, wind: 15 MWh at 60; gross cost is 1,000
    changes = {"contract_cost": {"sun": 1620.0, "wind": 900.0 + 1000 * off}}
    if passes:
        proved(a_target(), **changes)
    else:
        assert refused(a_target(), **changes).startswith("the payments under wind add to 900.000000, the model says ")


# --- claim ------------------------------------------------------------------------------------------------------------


def test_a_claim_below_the_score_of_the_model_is_refused():
    assert refused(a_target(), model_score=0.91) == (
        "the recomputed score is 0.900000000, below the model's 0.910000000"
    )


def test_the_claim_may_fall_short_by_a_millionth():
    proved(a_target(), model_score=0.9 + 0.9e-6)
    assert "below the model's" in refused(a_target(), model_score=0.9 + 1.1e-6)


def test_a_claim_above_the_score_of_the_model_without_a_reason_is_refused():
    assert "above the model's 0.800000000" in refused(a_target(), model_score=0.8)


def test_a_claim_above_the_score_of_the_model_is_right_where_it_left_claims_lying():
    # in the first hour the model called 4 of the 7 contracted in excess: it counted 3 + 10 + 10 + 9 = 32 of 40
    unmatched, excess = np.array([[7.0, 0.0, 0.0, 1.0]]), np.array([[4.0, 0.0, 5.0, 0.0]])
    proved(a_target(), unmatched_mwh=unmatched, excess_mwh=excess, model_score=0.8)
    # which explains 0.1 (4 of 40), not more
    fault = refused(a_target(), unmatched_mwh=unmatched, excess_mwh=excess, model_score=0.79)
    assert "above the model's 0.790000000 by more than the 0.1" in fault


def test_the_claim_is_compared_with_grid_credit_where_the_target_gives_it():
    target = a_target("hourly", 0.9, grid_credit=True)
    proved(target, model_score=37.75 / 40)
    assert "above the model's" in refused(target, model_score=36 / 40)


# --- target -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (a_target("hourly", 0.91), "the hourly target of 0.910000 is missed in Z, the year: 0.900000000"),
        (a_target("annual", 1.03), "the annual target of 1.030000 is missed in Z, the year: 1.025000000"),
        (a_target("monthly", 0.9), "the monthly target of 0.900000 is missed in Z, 2018-01: 0.850000000"),
    ],
)
def test_a_missed_target_is_refused(target, fault):
    assert refused(target) == fault


def test_a_missed_target_with_grid_credit_is_refused():
    fault = refused(a_target("hourly", 0.95, grid_credit=True), model_score=37.75 / 40)
    assert fault == "the hourly target of 0.950000 is missed in Z, the year: 0.943750000"


def test_a_target_may_be_missed_by_a_millionth():
    proved(a_target("hourly", 0.9 + 0.9e-6))
    assert "is missed" in refused(a_target("hourly", 0.9 + 1.1e-6))


def two_zones(target):
    """North: 15 for a load of 10. South: 6 for a load of 10. Hourly 16 of 20, by volume 21 of 20."""
    zones = (a_zone("north", steps(10)), a_zone("south", steps(10)))
    contracts = (a_contract("northern", steps(1)), a_contract("southern", steps(1), zone=1))
    problem = a_problem(zones, contracts, target=target)
    solution = a_solution(problem, [steps(15), steps(6)])
    return problem, solution, ledger_of(problem, solution)


@pytest.mark.parametrize("target", [a_target("hourly", 0.8), a_target("annual", 1.05), a_target("monthly", 1.05)])
def test_zones_meet_a_target_of_the_portfolio_together(target):
    prove(*two_zones(target))


@pytest.mark.parametrize("matching", ["hourly", "annual", "monthly"])
def test_a_target_per_zone_is_asked_of_every_zone(matching):
    prove(*two_zones(a_target(matching, 0.6, per_zone=True)))
    with pytest.raises(VerificationError, match=r"0\.610000 is missed in south, .*: 0\.6000") as caught:
        prove(*two_zones(a_target(matching, 0.61, per_zone=True)))
    assert "north" not in str(caught.value)


def test_a_portfolio_target_names_its_zones():
    with pytest.raises(VerificationError, match="is missed in north, south, the year"):
        prove(*two_zones(a_target("hourly", 0.81)))


def test_a_month_without_load_has_no_target():
    problem = a_problem(
        (a_zone("Z", steps(10, 0)),),
        (a_contract("wind", steps(1, 1)),),
        target=a_target("monthly", 1.0),
        months=(0, 1),
    )
    solution = a_solution(problem, [steps(10, 0)])
    prove(problem, solution, ledger_of(problem, solution))


# --- surplus ----------------------------------------------------------------------------------------------------------


def test_more_excess_than_allowed_is_refused():
    fault = refused(a_target(max_surplus_share=0.12))
    assert fault == "excess is 0.125000000 of load, above the limit of 0.120000"


def test_the_surplus_limit_counts_all_zones_together():
    # 5 in the north, none in the south, load 20
    prove(*two_zones(a_target(max_surplus_share=0.25)))
    with pytest.raises(VerificationError, match=r"excess is 0\.250000000 of load"):
        prove(*two_zones(a_target(max_surplus_share=0.24)))


# --- all of it --------------------------------------------------------------------------------------------------------


def test_all_faults_are_named_at_once():
    problem = four_hours(target=a_target("hourly", 0.95, max_surplus_share=0.1))
    solution = four_hours_solved(problem, objective=1234.0, model_score=0.95)
    with pytest.raises(VerificationError) as caught:
        prove(problem, solution, ledger_of(problem, solution))
    message = str(caught.value)
    assert len(message.splitlines()) == 5
    assert all(words in message for words in ("components", "below the model's", "is missed", "above the limit"))
    assert caught.value.exit_code == 7


def test_energy_that_comes_from_nowhere_is_refused():
    right = four_hours_solved(four_hours())
    bought = right.retail_supply_mwh.copy()
    bought[0, 2] -= 0.5  # half a MWh less is bought in the third step, and nothing takes its place
    assert refused(a_target(), retail_supply_mwh=bought) == "energy in Z is off by 0.5 MWh in step 2"


def test_storage_that_takes_up_more_claims_than_there_are_is_refused():
    zones = (a_zone("Z", steps(10, 10)),)
    problem = a_problem(zones, (a_contract("wind", steps(1, 0)),), (a_storage("battery"),))
    flows = {"clean_charge_mwh": np.array([steps(0, 2)]), "storage_net_delivery_mwh": np.array([steps(0, 0)])}
    solution = a_solution(
        problem, [steps(4, 0)], **flows, retail_supply_mwh=np.array([steps(6, 10)]), sold_mwh=np.zeros((1, 2))
    )
    with pytest.raises(VerificationError, match="storage in Z takes up 2 MWh more claims than there are in step 1"):
        prove(problem, solution, ledger_of(problem, solution))


def test_a_flow_that_is_not_a_number_is_refused():
    problem = four_hours()
    right = four_hours_solved(problem)
    wrong = replace(right, generation_mwh=right.generation_mwh * np.nan)
    with pytest.raises(VerificationError):
        prove(problem, wrong, ledger_of(problem, wrong))


def test_a_zone_without_load_meets_its_target():
    # a site that is not built yet: nothing to match, so nothing is left unmatched
    zones = (a_zone("built", steps(10)), a_zone("planned", steps(0)))
    problem = a_problem(zones, (a_contract("wind", steps(1)),), target=a_target("hourly", 0.9, per_zone=True))
    solution = a_solution(problem, [steps(9)])
    prove(problem, solution, ledger_of(problem, solution))
