"""What a grid supply bills beside energy, solved by hand: the arithmetic stands in the comments.

Load 10 and 12 MW, retail 50 and 70: energy is 10 * 50 + 12 * 70 = 1340. Nothing stands behind the meter. Two hours are
2/744 of January and 2/8,760 of the year.
"""

from __future__ import annotations

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from small_cases import a_case, merged, solved

from carbonmatch.accounting import prove
from carbonmatch.accounting.grid_summary import grid_summaries
from carbonmatch.errors import VerificationError
from carbonmatch.records import DemandCharge, billed_peaks_mw

LOAD = {"sites": {"s": {"load": [10.0, 12.0]}}}
PER_MW = 1000 * 2 / 744
"""What a charge of 1 per kW and month comes to for a MW in two hours of January."""


def bill(grid, **more):
    """Solve with a tariff, let the accounts prove it, and return its cost components and the summary of the site."""
    problem, solution, _ = solved(a_case(merged(merged(LOAD, {"sites": {"s": {"grid": grid}}}), more)))
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    prove(problem, solution, ledger_of(problem, solution))
    return solution.cost, grid_summaries(problem, solution)["s"]


def test_a_case_without_a_tariff_has_none_of_its_components():
    cost, site = bill({})
    assert cost["grid_energy"] == 1340
    assert not {"grid_adders", "demand_charges", "coincident_peak", "subscribed_capacity", "grid_fixed"} & cost.keys()
    assert "charges" not in site


def test_adders_are_due_on_all_import_whoever_delivers():
    adders = {"adders_per_mwh": {"network": [4, 6], "levy": 1}}
    # 10 * 5 + 12 * 7; the sun delivers the first hour of it, and the network is paid all the same
    for more in ({}, {"contracts": {"sun": {"existing_mw": 10, "max_mw": ...}}}):
        cost, _ = bill(adders, **more)
        assert cost["grid_adders"] == pytest.approx(134)


@pytest.mark.parametrize(
    ("terms", "mw"),
    [
        ({}, 12),
        ({"hours": [0, 1]}, 10),
        ({"hours": [5, 9]}, 0),  # no load in these hours
        ({"days": "weekend"}, 0),  # 1 January 2018 was a Monday
        ({"ratchet_share": 0}, 12),
        ({"ratchet_share": 0.8, "peak_before_mw": 20}, 16),  # 0.8 * 20 > 12
        ({"ratchet_share": 0.5, "peak_before_mw": 20}, 12),
        ({"ratchet_share": 1}, 12),  # the month itself stands for those before it
        ({"billed_min_mw": 15}, 15),
    ],
)
def test_the_largest_import_of_its_hours_is_billed(terms, mw):
    cost, site = bill({"demand_charges": {"peak": {"per_kw_month": 3, **terms}}})
    assert cost["demand_charges"] == pytest.approx(3 * PER_MW * mw)
    assert site["billed_peak_mw"] == {"peak": {"2018-01": pytest.approx(mw)}}
    assert site["charges"] == {"demand_charges": pytest.approx(3 * PER_MW * mw)}


@pytest.mark.parametrize(("share", "terms", "mw"), [(0.8, {}, 32), (0, {}, 12), (0.8, {"minimum_billing": False}, 12)])
def test_a_share_of_the_contract_capacity_is_billed_at_least(share, terms, mw):
    capacity = {"mw": 40, "minimum_billing_share": share}
    cost, _ = bill({"demand_charges": {"peak": {"per_kw_month": 3, **terms}}, "contract_capacity": capacity})
    assert cost["demand_charges"] == pytest.approx(3 * PER_MW * mw)


def test_several_demand_charges_add_up():
    cost, _ = bill({"demand_charges": {"all": {"per_kw_month": 3}, "early": {"per_kw_month": 2, "hours": [0, 1]}}})
    assert cost["demand_charges"] == pytest.approx((3 * 12 + 2 * 10) * PER_MW)


def test_the_mean_import_while_the_system_peaks_is_billed():
    # 8.76 per kW and year is 2 per MW for two hours
    cost, site = bill({"coincident_peak": {"per_kw_year": 8.76, "at": ["2018-01-01 01:00"]}})
    assert cost["coincident_peak"] == pytest.approx(2 * 12)
    cost, site = bill({"coincident_peak": {"per_kw_year": 8.76, "flags": [1, 1]}})
    assert cost["coincident_peak"] == pytest.approx(2 * 11)
    assert site["coincident_peak_mw"] == pytest.approx(11)


@pytest.mark.parametrize(
    ("mw", "penalty", "cost", "subscribed"),
    [
        (11, 9, 6 * 11 + 9 * 1, 11),
        (1000, 0, 6 * 1000, 1000),  # far above the load there is no penalty
        (None, 4, 6 * 10 + 4 * 2, 10),  # a MW above 10 is used in one hour: 6 for 4
        (None, 7, 6 * 12, 12),
        (None, 2, 2 * 22, 0),  # two hours of penalty cost less than a MW
    ],
)
def test_subscribed_power_is_weighed_against_its_penalty(mw, penalty, cost, subscribed):
    terms = {"mw": mw, "charge_per_mw_year": 6 * 4380, "excess_penalty_per_mwh": penalty}
    found, site = bill({"subscribed": terms})
    assert found["subscribed_capacity"] == pytest.approx(cost)
    assert site["subscribed_mw"] == pytest.approx(subscribed)
    assert site["above_subscribed_mwh"] == pytest.approx(max(10 - subscribed, 0) + max(12 - subscribed, 0))


def test_a_fixed_charge_counts_part_months_by_hours():
    cost, _ = bill({"fixed_charge_per_month": 744})
    assert cost["grid_fixed"] == pytest.approx(2)


def test_a_ratchet_looks_back_over_the_months():
    # four months of one step each: 8, 20, 10 and 5 MW; half of the peak of two months before is billed at least
    months, steps = np.arange(4), np.ones(4, dtype=bool)
    charge = DemandCharge("peak", steps, np.ones(4), ratchet_share=0.5, look_back_months=2)
    imports = np.array([8.0, 20.0, 10.0, 5.0])
    # the months before January are the last ones, of 5 and 10 MW
    assert billed_peaks_mw(charge, imports, months, 1.0).tolist() == [8, 20, 10, 10]
    given = DemandCharge("peak", steps, np.ones(4), ratchet_share=0.5, look_back_months=2, peak_before_mw=30.0)
    assert billed_peaks_mw(given, imports, months, 1.0).tolist() == [15, 20, 10, 10]
    summer = DemandCharge("peak", steps, np.array([0.0, 1, 1, 0]), ratchet_share=0.5, look_back_months=2)
    assert billed_peaks_mw(summer, imports, months, 1.0).tolist() == [0, 20, 10, 0]


def test_a_ratchet_of_nothing_is_none():
    months, steps = np.arange(4), np.ones(4, dtype=bool)
    imports = np.array([8.0, 20.0, 10.0, 5.0])
    charge = DemandCharge("peak", steps, np.ones(4), ratchet_share=0.0, look_back_months=11)
    assert billed_peaks_mw(charge, imports, months, 1.0).tolist() == imports.tolist()
    terms = {"per_kw_month": 3, "hours": [0, 1]}
    with_none = {**terms, "ratchet_share": 0}
    assert bill({"demand_charges": {"peak": terms}}) == bill({"demand_charges": {"peak": with_none}})


def test_a_bill_that_is_not_what_the_meter_says_is_no_result():
    grid = {"demand_charges": {"peak": {"per_kw_month": 3}}}
    problem, solution, _ = solved(a_case(merged(LOAD, {"sites": {"s": {"grid": grid}}})))
    solution.cost["demand_charges"] -= 5
    with pytest.raises(VerificationError, match=r"demand_charges comes to 96.77.* on what passed the meters"):
        prove(problem, solution, ledger_of(problem, solution))
