"""The proof of budget and carbon: what does not agree with the accounts is found, by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from accounting.by_hand import a_factor, a_target, a_zone_of_facts, facts_of, four_hours, four_hours_solved, ledger_of
from small_cases import QUICK, a_case

from carbonmatch.accounting import prove, prove_carbon
from carbonmatch.errors import VerificationError
from carbonmatch.records import Budget, CarbonTerms
from carbonmatch.study import solve_case

# The table in by_hand.py: 3 and 1 MWh are left unmatched in the first and the last hour. At 0.5 and 1 t/MWh they emit
# 2.5 t; all of the load, 10 MWh an hour at 0.5, 0.5, 0.5 and 1, would emit 25. Four hours are 1 / 2,190 of a year.
MIX = (500.0, 500.0, 500.0, 1000.0)
A_YEAR = 2190


def proved(target, *, carbon_t=2.5, paid=None, cost=1000.0):
    nothing = np.zeros(4)
    problem = four_hours(target=target, zone={"carbon": CarbonTerms(0.0, nothing, nothing, np.array(MIX) / 1000)})
    facts = replace(facts_of(problem), zones=(a_zone_of_facts("Z", residual_mix=a_factor(MIX, 4)),))
    costs = {"contracts": cost} if paid is None else {"contracts": cost - paid, "carbon_price": paid}
    solution = four_hours_solved(problem, carbon_t=carbon_t, cost=costs, objective=cost)
    ledger = ledger_of(problem, solution)
    prove(problem, solution, ledger)
    prove_carbon(problem, solution, ledger, facts)


def refused(target, **changes):
    """Return the faults that are found."""
    with pytest.raises(VerificationError, match="does not agree with its own accounts") as caught:
        proved(target, **changes)
    return str(caught.value).split("\n")[1:]


def test_emissions_that_the_accounts_report_too_pass():
    proved(a_target(carbon_cap_t_per_year=2.5 * A_YEAR))
    proved(a_target(carbon_price_per_t=100.0), paid=250.0)


def test_accounts_above_the_model_are_refused():
    assert refused(a_target(carbon_cap_t_per_year=3 * A_YEAR), carbon_t=2.4) == [
        "the accounts count 2.500000 t, above the model's 2.400000 t"
    ]


def test_a_model_may_count_more_than_the_accounts_where_it_left_claims_lying():
    proved(a_target(carbon_cap_t_per_year=3 * A_YEAR), carbon_t=3.0)


def test_a_cap_that_the_accounts_miss_is_refused():
    assert refused(a_target(carbon_cap_t_per_year=2.4 * A_YEAR)) == [
        "the accounts count 2.500000 t, above the carbon cap of 2.400000 t"
    ]


@pytest.mark.parametrize(("off", "passes"), [(20e-6, True), (30e-6, False)])
def test_emissions_are_right_to_a_millionth_of_what_the_load_emits_unmatched(off, passes):
    target = a_target(carbon_cap_t_per_year=(2.5 - off) * A_YEAR)
    if passes:
        proved(target)
    else:
        assert "above the carbon cap" in refused(target)[0]


def test_a_carbon_price_paid_on_other_emissions_is_refused():
    for paid in (240.0, 260.0):
        assert refused(a_target(carbon_price_per_t=100.0), paid=paid) == [
            f"the carbon price comes to 250.000000 on what the accounts count, the model pays {paid:.6f}"
        ]


def test_emissions_that_are_not_a_number_are_refused():
    assert refused(a_target(carbon_cap_t_per_year=3 * A_YEAR), carbon_t=float("nan"))


@pytest.mark.parametrize(("cost", "passes"), [(1000.0, True), (1000.0019, True), (1000.0021, False)])
def test_a_budget_is_kept_to_two_millionths(cost, passes):
    target = a_target("hourly", 0.9, budget=Budget(1000.0 * A_YEAR, best_cfe=0.9))
    if passes:
        proved(target, carbon_t=None, cost=cost)
    else:
        assert refused(target, carbon_t=None, cost=cost) == [
            "cost net of sales is 1000.002100, above the budget of 1000.000000"
        ]


def test_what_the_model_counts_is_compared_in_every_run(monkeypatch):
    # accounts that count another mix than the model did: the run is refused
    mix = {"zones": {"Z": {"residual_mix_g_per_kwh": [500, 1000]}}, "target": {"carbon_price_per_t": 100}}
    case = a_case(mix)
    solve_case(case, QUICK)
    monkeypatch.setattr("carbonmatch.accounting.scope2.mix_of_unclaimed", lambda residual, fossil: None)
    # 10 MWh of the dark hour at the conservative default of 910 g/kWh
    with pytest.raises(
        VerificationError, match=r"comes to 910\.0+ on what the accounts count, the model pays 1000\.0+"
    ):
        solve_case(case, QUICK)
