"""Plan against actual: the three causes add up to the change, and each is what it should be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from carbonmatch.accounting.reconcile import (
    CAUSES,
    Balance,
    change_by_cause,
    reconciliation_frame,
    reconciliation_summary,
)


def one(load, generation, storage):
    return Balance(np.array([[load]], float), np.array([[generation]], float), np.array([[storage]], float))


def parts(plan, actual):
    return {cause: float(change[0, 0]) for cause, change in change_by_cause(one(*plan), one(*actual)).items()}


def test_a_single_cause_takes_the_whole_change():
    assert parts((10, 8, 0), (10, 5, 0)) == pytest.approx({"load": 0, "generation": -3, "storage": 0})
    assert parts((10, 12, 0), (8, 12, 0)) == pytest.approx({"load": -2, "generation": 0, "storage": 0})
    assert parts((10, 6, 3), (10, 6, 0)) == pytest.approx({"load": 0, "generation": 0, "storage": -3})


def test_a_change_that_changes_nothing_matched_is_worth_nothing():
    # the load stays covered: 5 MWh of 20 missing leave 15 for a load of 10
    assert parts((10, 20, 0), (10, 15, 0)) == pytest.approx({"load": 0, "generation": 0, "storage": 0})


def test_two_causes_are_shared_by_the_mean_over_both_orders():
    # load 10 -> 20, generation 10 -> 20: matched 10 -> 20. Load first: 0, then generation 10. Generation first: 0, then
    # load 10. Each takes 5
    assert parts((10, 10, 0), (20, 20, 0)) == pytest.approx({"load": 5, "generation": 5, "storage": 0})


def test_three_causes_by_hand():
    # f = min(max(g + s, 0), l), plan (10, 6, 2): 8, actual (12, 12, -3): 9. The corners, with l g s as P or A:
    #   PPP 8   APP 8   PAP 10   PPA 3   AAP 12   APA 3   PAA 9   AAA 9
    # load:       1/3 * (8-8) + 1/6 * (12-10) + 1/6 * (3-3) + 1/3 * (9-9)  = 1/3
    # generation: 1/3 * (10-8) + 1/6 * (12-8) + 1/6 * (9-3) + 1/3 * (9-3)  = 2/3 + 2/3 + 1 + 2 = 13/3
    # storage:    1/3 * (3-8) + 1/6 * (3-8) + 1/6 * (9-10) + 1/3 * (9-12)  = -5/3 - 5/6 - 1/6 - 1 = -11/3
    found = parts((10, 6, 2), (12, 12, -3))
    assert found == pytest.approx({"load": 1 / 3, "generation": 13 / 3, "storage": -11 / 3})
    assert sum(found.values()) == pytest.approx(1)


def random_balance(random):
    shape = (2, 500)
    return Balance(random.random(shape) * 10, random.random(shape) * 14, random.normal(size=shape) * 6)


def test_the_causes_add_up_to_the_change_in_every_step():
    random = np.random.default_rng(3)
    plan, actual = random_balance(random), random_balance(random)
    change = sum(change_by_cause(plan, actual).values())
    assert_allclose(change, actual.matched_mwh - plan.matched_mwh, atol=1e-12)


STARTS = pd.date_range("2018-01-31T22:00", periods=4, freq="h", tz="UTC")
MONTHS = ["2018-01", "2018-01", "2018-02", "2018-02"]


def test_totals_by_cause_month_and_contract():
    # load 10 10 10 10 -> 10 10 12 10; generation 10 8 10 10 -> 10 5 12 0; matched 10 8 10 10 -> 10 5 12 0
    load, generation = np.array([[10.0, 10, 10, 10]]), np.array([[10.0, 8, 10, 10]])
    nothing = np.zeros((1, 4))
    plan = Balance(load, generation, nothing)
    actual = Balance(np.array([[10.0, 10, 12, 10]]), np.array([[10.0, 5, 12, 0]]), nothing)
    frame = reconciliation_frame(STARTS, ["Z"], plan, actual)
    assert_allclose(frame.matched_change_mwh, [0, -3, 2, -10])
    assert_allclose(frame[[f"matched_change_by_{cause}_mwh" for cause in CAUSES]].sum(axis=1), frame.matched_change_mwh)
    found = reconciliation_summary(
        frame, MONTHS, {"sun": 30.0, "wind": 8.0, "new": 0.0}, {"sun": 27.0, "wind": 0.0, "new": 1.0}
    )
    # load 10 -> 12 and generation 10 -> 12 in the third hour: one MWh each; load adds 2 - 1 to unmatched
    assert found["causes"] == [
        {"cause": "load", "matched_mwh": pytest.approx(1), "unmatched_mwh": pytest.approx(1)},
        {"cause": "generation", "matched_mwh": pytest.approx(-12), "unmatched_mwh": pytest.approx(12)},
        {"cause": "storage", "matched_mwh": pytest.approx(0), "unmatched_mwh": pytest.approx(0)},
    ]
    assert found["plan_matched_share"] == pytest.approx(38 / 40)
    assert found["actual_matched_share"] == pytest.approx(27 / 42)
    assert [(m["month"], m["matched_change_mwh"]) for m in found["months"]] == [("2018-01", -3), ("2018-02", -8)]
    assert [hour["interval_start_utc"] for hour in found["hours_furthest_behind"]] == [
        "2018-02-01T01:00:00+00:00",
        "2018-01-31T23:00:00+00:00",
    ]
    assert [(c["contract"], c["change_mwh"], c["change_share"]) for c in found["contracts"]] == [
        ("sun", -3, pytest.approx(-0.1)),
        ("wind", -8, -1),
        ("new", 1, None),
    ]
    unmatched = sum(cause["unmatched_mwh"] for cause in found["causes"])
    assert unmatched == pytest.approx(found["actual_unmatched_mwh"] - found["plan_unmatched_mwh"])
