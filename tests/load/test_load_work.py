"""Classes of work: power by utilisation, and the day of the users in their own time zones."""

from __future__ import annotations

import numpy as np
import pytest

from carbonmatch.load import KINDS, DailyShape, WorkClass, cosine_day, swing
from carbonmatch.timegrid import TimeGrid

ONE_HOUR = tuple(24.0 if hour == 9 else 0.0 for hour in range(24))
"""All work is asked between 9 and 10 on the users' clock."""


def hours(start, end, timezone="UTC", step="1h"):
    return TimeGrid.from_local(start, end, timezone, step)


def test_power_of_a_class_by_hand():
    grid = hours("2018-01-01", "2018-01-01T02:00")
    work = WorkClass("training", share=0.5, utilisation=0.9, peak=0.8, idle=0.3, busy=0.98)
    # 0.5 * 100 * (0.3 + 0.5 * 0.9 * 0.98) = 50 * 0.741
    np.testing.assert_allclose(work.it_mw(np.array([100.0, 200.0]), grid), [37.05, 74.1])


def test_users_ask_by_their_own_clocks_and_clocks_change():
    shape = DailyShape(ONE_HOUR, {"Europe/Berlin": 0.75, "America/New_York": 0.25})
    # 11 March 2018: New York is on summer time since that night (9 o'clock is 13 UTC), Berlin is not (8 UTC)
    march = shape.of_steps(hours("2018-03-11", "2018-03-12"))
    assert {hour: value for hour, value in enumerate(march) if value} == {8: 18.0, 13: 6.0}
    # 10 March: New York still on winter time, 14 UTC
    assert np.flatnonzero(shape.of_steps(hours("2018-03-10", "2018-03-11"))).tolist() == [8, 14]
    # 26 March: Berlin too is on summer time, 7 UTC
    assert np.flatnonzero(shape.of_steps(hours("2018-03-26", "2018-03-27"))).tolist() == [7, 13]


def test_a_zone_of_half_hours_is_met_in_halves():
    shape = DailyShape(ONE_HOUR, {"Asia/Kolkata": 1.0})
    asked = shape.of_steps(hours("2018-01-01", "2018-01-02"))
    # 9 to 10 o'clock there is 3:30 to 4:30 UTC
    assert {hour: value for hour, value in enumerate(asked) if value} == {3: 12.0, 4: 12.0}


@pytest.mark.parametrize("step", ["15min", "1h", "2h", "24h"])
def test_the_mean_of_a_day_is_one_in_every_step_length(step):
    shape = DailyShape(cosine_day(0.3), {"Europe/Berlin": 0.5, "Asia/Kathmandu": 0.5})
    asked = shape.of_steps(hours("2018-01-01", "2018-01-03", step=step))
    assert asked.mean() == pytest.approx(1.0, abs=1e-12)


def test_a_swing_gives_the_ratio_of_power_that_was_asked():
    idle, peak, utilisation, ratio = 0.35, 0.75, 0.6, 1.3
    working = (peak - idle) * utilisation
    day = np.array(cosine_day(swing(working / (idle + working), ratio), busiest_hour=15))
    power = idle + working * day
    assert power.max() / power.min() == pytest.approx(ratio)
    assert day.mean() == pytest.approx(1.0)
    assert (int(day.argmax()), int(day.argmin())) == (15, 3)


def test_users_far_apart_flatten_the_day():
    one = DailyShape(cosine_day(0.3), {"Europe/Berlin": 1.0})
    two = DailyShape(cosine_day(0.3), {"Europe/Berlin": 0.5, "Asia/Tokyo": 0.5})
    day = hours("2018-01-01", "2018-01-02")
    assert np.ptp(two.of_steps(day)) < 0.6 * np.ptp(one.of_steps(day))


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_leave_power_within_the_nameplate(kind):
    work = KINDS[kind]
    assert 0.0 < work.idle < work.peak < 1.0
    assert 0.0 < work.utilisation <= 1.0
    assert 1.0 <= work.peak_to_trough <= 1.4
    assert work.fixed == (kind == "training")
