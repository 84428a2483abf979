"""Whole watt-hours by hand."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import steps

from carbonmatch.accounting.certificates.watt_hours import backed_wh, capped_wh, shared_wh, taken_wh, whole_wh


def whole(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_an_interval_is_rounded_down_and_the_remainder_is_carried():
    # 1.4, 1.4, 1.4 and 0.9 Wh: sums so far 1.4, 2.8, 4.2, 5.1
    assert whole_wh(steps(1.4e-6, 1.4e-6, 1.4e-6, 0.9e-6)).tolist() == [1, 1, 2, 1]


def test_the_remainder_of_one_device_is_not_carried_to_another():
    assert whole_wh(np.array([[0.6e-6, 0.3e-6], [0.6e-6, 0.6e-6]])).tolist() == [[0, 0], [0, 1]]


def test_the_rounding_of_a_sum_does_not_cost_a_watt_hour():
    assert 0.1 + 0.2 != 0.3
    assert whole_wh(steps(*[0.1] * 10)).sum() == 1_000_000
    assert whole_wh(steps(0.3, 0.6, 2.3)).tolist() == [300_000, 600_000, 2_300_000]


def test_a_total_is_shared_whole():
    # 10 in thirds: 3.33, 6.67, 10; 7 to a half and a quarter: 3.5, 5.25, the rest is left
    shared = shared_wh(whole(10, 7), whole(0, 1, 0, 0, 1), steps(1 / 3, 0.5, 1 / 3, 1 / 3, 0.25))
    assert shared.tolist() == [3, 3, 3, 4, 2]


def test_what_exceeds_a_limit_is_taken_off_from_the_end():
    assert capped_wh(whole(4, 5, 3, 2), whole(6, 9), whole(0, 1, 0, 0)).tolist() == [4, 5, 2, 0]


@pytest.mark.parametrize(
    ("there", "wanted", "rest", "taken"),
    [
        ([5, 5], [4.6e-6, 4.6e-6], [0.4e-6, 0.4e-6], [4, 5]),  # sums 4.6 and 9.2: 4, then 5
        ([5, 5], [5e-6, 5e-6], [0, 0], [5, 5]),  # all of it
        ([6, 5], [5.4e-6, 3e-6], [0, 2e-6], [6, 2]),  # alone, it takes 6; the next interval makes up for that: 8 in all
        ([6, 3], [5.4e-6, 3.0e-6], [0, 0], [6, 2]),  # alone in both: the last one makes up for it
        ([1, 5], [0, 5e-6], [0, 0], [0, 5]),  # where it wants nothing, it takes nothing
        ([], [], [], []),
    ],
)
def test_a_part_never_has_more_than_the_floor_of_its_total(there, wanted, rest, taken):
    assert taken_wh(whole(*there), steps(*wanted), steps(*rest)).tolist() == taken


@pytest.mark.parametrize(
    ("wanted", "may", "issued", "cancelled"),
    [
        ([4, 4], [8, 8], [4, 4], [8, 8]),  # half of what is cancelled is issued
        ([4, 4], [7, 9], [3, 4], [6, 8]),  # 7 back 3 and no more; what is missed then is not made up for
        ([4, 4], [9, 7], [4, 4], [9, 7]),  # one is cancelled too early: it is carried to the second row
        ([4, 4], [9, 9], [4, 4], [8, 8]),  # what no row needs is not cancelled
        ([0, 0], [3, 3], [0, 0], [0, 0]),
    ],
)
def test_what_is_issued_is_backed_by_what_is_cancelled(wanted, may, issued, cancelled):
    found = backed_wh(whole(*wanted), whole(*may), 0.5)
    assert [part.tolist() for part in found] == [issued, cancelled]
