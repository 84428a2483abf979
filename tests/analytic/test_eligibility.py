"""What counts, solved by hand: the arithmetic stands in the comments.

Load 10 MW in both hours; retail 50 and 70 per MWh, 1,200 in all; sun at 80 in the first hour only.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from small_cases import QUICK, a_case, merged

from carbonmatch.case.deliverability import hours_alike
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import build_model, ledgers_coincide, problem_from_case
from carbonmatch.study import solve_case

NUCLEAR = {
    "technology": "nuclear",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 30,
    "capacity_factor": 1.0,
    "max_mw": 5,
}
ACROSS = {
    "zones": {
        "Z": {"neighbours": {"FR": {"max_price_ratio": 1.05}}},
        "FR": {"spot_price_per_mwh": [41.0, 90.0]},
    },
    "contracts": {
        "sun": ...,
        "swap": {
            "technology": "onshore_wind",
            "zone": "FR",
            "delivered_to": "Z",
            "structure": "virtual",
            "strike_per_mwh": 70,
            "capacity_factor": 0.5,
            "max_mw": 20,
        },
    },
    "target": {"matching": "hourly", "cfe": 0.3},
}


def with_nuclear(cfe=0.25, **eligible):
    return a_case(
        {
            "contracts": {"nuc": NUCLEAR},
            "target": {"matching": "hourly", "cfe": cfe, **({"eligible": eligible} if eligible else {})},
        }
    )


def across(changes=None):
    return solve_case(a_case(merged(ACROSS, changes or {})), QUICK)


# --- the rule of the target -------------------------------------------------------------------------------------------


def test_nuclear_counts_as_carbon_free():
    # 5 MW in both hours are 10 of 20 MWh: 300, and 5 * 50 + 5 * 70 from the grid
    result = solve_case(with_nuclear(), QUICK)
    assert result.solution.objective == pytest.approx(900)
    assert result.scores["hourly_matched_share"] == pytest.approx(0.5)
    assert ledgers_coincide(result.problem, 0)


def test_what_does_not_count_is_delivered_and_paid_all_the_same():
    # nuclear: 300. A quarter of 20 MWh is 5 MWh of sun: 400. Both fill the first hour; 5 * 70 in the second
    result = solve_case(with_nuclear(technologies="renewable"), QUICK)
    assert result.solution.objective == pytest.approx(300 + 400 + 350)
    assert sum(result.cost) == pytest.approx(result.solution.objective)
    assert result.solution.contracted_mw.tolist() == pytest.approx([5, 5])
    assert_allclose(result.solution.retail_supply_mwh[0], [0, 5], atol=1e-9)
    assert result.scores["hourly_matched_share"] == pytest.approx(0.25)
    nuclear = result.summary["contracts"]["nuc"]
    assert (nuclear["generation_mwh"], nuclear["matched_mwh"]) == (pytest.approx(10), 0.0)
    assert not ledgers_coincide(result.problem, 0)


@pytest.mark.parametrize(
    ("commissioned", "counts"),
    [("2003-01-01", True), ("2002-12-31", False), (None, False)],
)
def test_a_plant_counts_up_to_its_birthday_on_the_last_day(commissioned, counts):
    # the case is of 2018-01-01 alone
    case = a_case(
        {
            "contracts": {"sun": {"commissioned": commissioned}},
            "target": {"matching": "hourly", "cfe": 0.2, "eligible": {"at_most_years_old": 15}},
        }
    )
    assert problem_from_case(case).contracts[0].eligible is counts
    if not counts:
        with pytest.raises(InfeasibleError):
            solve_case(case, QUICK)


def test_an_unknown_date_may_be_said_to_count():
    rule = {"commissioned_on_or_after": "2010-01-01", "unknown_commissioning": "counts"}
    assert problem_from_case(with_nuclear(**rule)).contracts[0].eligible
    del rule["unknown_commissioning"]
    assert not problem_from_case(with_nuclear(**rule)).contracts[0].eligible


def test_storage_charged_with_energy_that_does_not_count_stays_unclean():
    # Nuclear has 20 MWh in either hour. Wind claims W MWh in the first: half meets it, half is stored for the second.
    storage = {"b": {"zone": "Z", "power_cost_per_mw_year": 1, "energy_cost_per_mwh_year": 1}}
    storage["b"] |= {"round_trip_efficiency": 1.0}
    wind = {"technology": "onshore_wind", "zone": "Z", "structure": "virtual", "strike_per_mwh": 45}
    wind |= {"capacity_factor": [1.0, 0.0]}
    nuclear = {key: value for key, value in NUCLEAR.items() if key != "max_mw"} | {"existing_mw": 20}

    def solve(most, cfe):
        changes = {
            "contracts": {"sun": ..., "nuc": nuclear, "wind": {**wind, "max_mw": most}},
            "storage": storage,
            "target": {"matching": "hourly", "cfe": cfe, "eligible": {"technologies": "renewable"}},
        }
        return solve_case(a_case(changes), QUICK)

    result = solve(20, 1.0)
    zone = result.ledger.zones[0]
    assert_allclose(zone.matched_mwh, [10, 10], atol=1e-6)
    assert_allclose(zone.clean_charge_mwh, [10, 0], atol=1e-6)
    numbers = {contract.name: i for i, contract in enumerate(result.problem.contracts)}
    assert set(result.ledger.links.contract) == {numbers["wind"]}
    assert set(result.ledger.claims.contract) == {numbers["wind"]}
    with pytest.raises(InfeasibleError):  # 10 MWh of claims are half the load, however much nuclear there is
        solve(10, 0.6)


def test_a_case_solved_after_another_rule_is_as_if_solved_alone():
    from carbonmatch.study.solver import CaseSolver
    from carbonmatch.study.stages import Stages

    solver = CaseSolver(QUICK)
    first = solver.result(with_nuclear(), Stages()).solution.objective
    second = solver.result(with_nuclear(technologies=["solar"]), Stages()).solution.objective
    assert (first, second) == (pytest.approx(900), pytest.approx(1050))


# --- neighbouring zones -----------------------------------------------------------------------------------------------


def test_claims_of_a_neighbour_count_in_hours_of_like_prices():
    # First hour 40 and 41: within 1.05. Second 60 and 90: not. 6 MWh of claims are 12 MW: 6 MWh in either hour.
    # Settled in its own zone: 6 * (70 - 41) + 6 * (70 - 90) = 54; the whole load is bought at retail.
    result = across()
    assert result.solution.contracted_mw.tolist() == pytest.approx([12])
    assert result.solution.objective == pytest.approx(1200 + 54)
    assert sum(result.cost) == pytest.approx(result.solution.objective)
    assert_allclose(result.ledger.zones[0].matched_mwh, [6, 0], atol=1e-9)
    assert_allclose(result.ledger.contracts[0].claimable_mwh, [6, 0], atol=1e-9)
    assert_allclose(result.ledger.contracts[0].certified_mwh, [6, 6], atol=1e-9)
    assert_allclose(result.solution.delivered_mwh, 0.0)
    assert result.summary["contracts"]["swap"]["zone"] == "Z"
    assert result.summary["contracts"]["swap"]["plant_zone"] == "FR"


def test_with_firm_transmission_every_hour_counts():
    # 6 MW: 3 MWh of claims in either hour, 27 to settle
    firm = {"zones": {"Z": {"neighbours": {"FR": {"max_price_ratio": ..., "firm_transmission": True}}}}}
    result = across(firm)
    assert result.solution.contracted_mw.tolist() == pytest.approx([6])
    assert result.solution.objective == pytest.approx(1200 + 27)
    assert result.problem.contracts[0].deliverable_share is None


def test_the_row_counts_the_deliverable_share():
    model = build_model(problem_from_case(a_case(ACROSS)))
    rows = [str(model.zone["Z"].attribute_balance[t].body) for t in (0, 1)]
    assert "contracted_mw" in rows[0]
    assert "contracted_mw" not in rows[1]


@pytest.mark.parametrize(
    ("here", "there", "counts"),
    [
        (40.0, 42.0, 1.0),  # just 1.05
        (40.0, 42.01, 0.0),
        (42.0, 40.0, 1.0),
        (30.0, 30.0, 1.0),
        (0.0, 0.0, 0.0),
        (-5.0, -5.0, 0.0),
        (-1.0, 1.0, 0.0),
        (0.0, 10.0, 0.0),
    ],
)
def test_a_ratio_is_of_two_prices_above_zero(here, there, counts):
    assert hours_alike(np.array([here]), np.array([there]), 1.05).tolist() == [counts]


def test_a_looser_ratio_never_costs_more():
    costs = []
    for ratio in (1.03, 1.05, 1.5, 2.0):
        changes = {"zones": {"Z": {"neighbours": {"FR": {"max_price_ratio": ratio}}}}}
        costs.append(across(changes).solution.objective)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]
