"""What holds of every case whose load may be changed. Flows to a millionth of the peak load, costs of the turnover."""

from __future__ import annotations

import math

import numpy as np
import pytest
import test_explanations as explanations
from accounting.by_hand import ledger_of
from hypothesis import given, reject
from hypothesis import strategies as st
from random_cases import FLOW_TOLERANCE, PROPERTY, changed, cost_of, solve
from random_flexibility import changeable_cases

from carbonmatch.accounting import prove, prove_load
from carbonmatch.records import totals


def each(case, block):
    """Return all entries of a block of every site."""
    return [entry for site in case["sites"].values() for entry in site.get(block, {}).values()]


def solved(case):
    """Return problem and solution; a case that may be infeasible and is so is no example."""
    found = solve(case)
    if found is None:
        reject()
    return found[:2]


# --- Costs ------------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=changeable_cases())
def test_load_that_may_be_changed_never_costs_more(case):
    def fixed(case):
        for site in case["sites"].values():
            site.pop("flexible", None)
            site.pop("curtailable", None)
        case.pop("latency_groups", None)

    assert cost_of(case).at_most(cost_of(changed(case, fixed)))


@PROPERTY
@given(case=changeable_cases(), block=st.sampled_from(["flexible", "curtailable"]), factor=st.sampled_from([0.25, 0.9]))
def test_a_larger_share_never_costs_more(case, block, factor):
    def less(case):
        for entry in each(case, block):
            entry["share"] *= factor
            if block == "flexible" and entry["max_increase_share"] is not None:
                entry["max_increase_share"] *= factor

    assert cost_of(case).at_most(cost_of(changed(case, less)))


@PROPERTY
@given(case=changeable_cases(), windows=st.sampled_from([(2, 4), (4, 8), (3, 6), (6, 24), (8, 24), (12, 48), (24, 48)]))
def test_a_wider_window_never_costs_more(case, windows):
    def of(hours):
        def set_window(case):
            for entry in each(case, "flexible"):
                entry["window_hours"] = hours

        return cost_of(changed(case, set_window))

    narrow, wide = (of(hours) for hours in windows)  # the wide windows are made of the narrow ones
    assert wide.at_most(narrow)


@PROPERTY
@given(case=changeable_cases(two_sites=True), window=st.sampled_from([6, 24]))
def test_time_and_space_together_never_cost_more_than_either(case, window):
    def moved(*, in_time, in_space):
        def only(case):
            for entry in each(case, "flexible"):
                grouped = entry["latency_group"] is not None
                entry["window_hours"] = window if in_time else None
                entry["latency_group"] = "near" if grouped and in_space else None
            if not in_space:
                case.pop("latency_groups", None)
            for site in case["sites"].values():
                kept = site.get("flexible", {}).items()
                site["flexible"] = {k: e for k, e in kept if e["window_hours"] or e["latency_group"]}

        return cost_of(changed(case, only))

    both = moved(in_time=True, in_space=True)
    assert both.at_most(moved(in_time=True, in_space=False))
    assert both.at_most(moved(in_time=False, in_space=True))


@PROPERTY
@given(case=changeable_cases(two_sites=True), factor=st.sampled_from([0.0, 0.5, 0.9]))
def test_more_capacity_between_sites_never_costs_more(case, factor):
    def less(case):
        group = case["latency_groups"]["near"]
        most = 5 if group["max_mw"] is None else group["max_mw"]
        group["max_mw"] = [mw * factor for mw in most] if isinstance(most, list) else most * factor

    assert cost_of(case).at_most(cost_of(changed(case, less)))


@PROPERTY
@given(case=changeable_cases())
def test_both_forms_of_the_ledgers_cost_the_same(case):
    assert cost_of(case).equals(cost_of(case, split_ledgers=True))


# --- Flows ------------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=changeable_cases())
def test_the_accounts_of_what_was_served_agree_with_the_model(case):
    problem, solution = solved(case)
    assert math.fsum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-9, abs=1e-6)
    prove_load(problem, solution)
    served = problem.as_served(solution.load_changes)
    prove(served, solution, ledger_of(served, solution))


@PROPERTY
@given(case=changeable_cases())
def test_no_work_is_made_or_lost_by_moving_it(case):
    problem, solution = solved(case)
    changes, near = solution.load_changes, FLOW_TOLERANCE * problem.peak_load_mwh
    for s, site in enumerate(problem.sites):
        for entry in site.flexible:
            if entry.window_of_step is not None:
                windows = entry.window_of_step
                out, into = (
                    totals(windows, flow[s, entry.name], int(windows.max()) + 1)
                    for flow in (changes.less_mwh, changes.more_mwh)
                )
                assert into == pytest.approx(out, abs=near)
    planned = sum(site.load_mwh for site in problem.sites)
    in_time = sum(changes.more_mwh[key] - changes.less_mwh[key] for key in changes.less_mwh)
    given_up = sum(changes.curtailed_mwh.values())
    # what is moved between sites is nowhere in the sum over them, in every step
    assert changes.load_mwh.sum(axis=0) == pytest.approx(planned + in_time - given_up, abs=len(problem.sites) * near)
    lost = float(np.sum(given_up))
    assert float(changes.load_mwh.sum()) == pytest.approx(float(planned.sum()) - lost, abs=problem.time.steps * near)
    assert changes.load_mwh.min() >= -near


@PROPERTY
@given(case=changeable_cases(two_sites=True))
def test_no_class_of_work_goes_below_nothing(case):
    problem, solution = solved(case)
    changes, near = solution.load_changes, FLOW_TOLERANCE * problem.peak_load_mwh
    nothing = np.zeros(problem.time.steps)
    for s, site in enumerate(problem.sites):
        taken = nothing
        for entry in site.flexible:
            key = (s, entry.name)
            taken = taken + changes.less_mwh.get(key, nothing) + changes.sent_mwh.get(key, nothing)
        taken = taken + sum((changes.curtailed_mwh[s, each.name] for each in site.curtailable), nothing)
        assert np.all(taken <= site.load_mwh + near)


# --- Prices -----------------------------------------------------------------------------------------------------------


PRICES = [
    explanations.test_one_mw_of_an_offer_is_worth_what_its_columns_say,
    explanations.test_no_limit_is_worth_less_than_nothing,
    explanations.test_at_its_entry_strike_an_offer_left_out_saves_nothing,
]
"""What holds of prices where the load is given holds where it is a decision."""


@pytest.mark.parametrize("holds", PRICES, ids=lambda test: test.__name__.removeprefix("test_"))
def test_prices_are_right_where_the_load_is_a_decision(holds):
    of_given_load = holds.hypothesis.inner_test

    @PROPERTY
    @given(case=changeable_cases())
    def of_changed_load(case):
        of_given_load(case)

    of_changed_load()
