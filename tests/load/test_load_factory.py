"""Shifts by weekday and hour, holidays, growth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from carbonmatch.load import Shift, factory_load, growth_factor
from carbonmatch.timegrid import TimeGrid

WEEKDAYS = frozenset(range(5))
WEEK = TimeGrid.from_local("2018-01-01", "2018-01-08", "Europe/Berlin")
"""Monday to Sunday."""


def by_day(values):
    return values.reshape(7, 24).sum(axis=1).tolist()


def test_a_flat_factory_is_its_megawatts():
    load = factory_load(WEEK, np.full(168, 20.0), {})
    assert load.total_mw.tolist() == [20.0] * 168
    assert load.classes_mw == {}


def test_shifts_come_on_top_by_weekday_and_hour():
    early, late = Shift(5.0, WEEKDAYS, ((6.0, 14.0),)), Shift(3.0, WEEKDAYS | {5}, ((14.0, 22.0),))
    load = factory_load(WEEK, np.full(168, 2.0), {"early": early, "late": late})
    # base 48 MWh a day, 40 early, 24 late; Saturday late alone
    assert by_day(load.total_mw) == [112, 112, 112, 112, 112, 72, 48]
    assert load.total_mw[:24].tolist() == [2] * 6 + [7] * 8 + [5] * 8 + [2] * 2
    np.testing.assert_allclose(sum(load.classes_mw.values()), load.total_mw)
    assert set(load.classes_mw) == {"base", "early", "late"}


def test_a_night_shift_belongs_to_the_day_on_which_it_starts():
    night = Shift(1.0, frozenset({4}), ((22.0, 6.0),))  # Friday night
    on = np.flatnonzero(night.load_mw(WEEK))
    assert on.tolist() == [*range(4 * 24 + 22, 5 * 24 + 6)]


def test_no_shift_starts_on_a_holiday_but_one_may_end_there():
    night = Shift(1.0, WEEKDAYS, ((22.0, 6.0),))
    free = frozenset({date(2018, 1, 2)})
    # Monday night runs into the holiday, Tuesday night does not start
    assert by_day(night.load_mw(WEEK, free)) == [2, 6, 2, 8, 8, 6, 0]


def test_shifts_follow_the_local_clock_when_it_changes():
    sunday = TimeGrid.from_local("2018-03-25", "2018-03-26", "Europe/Berlin")
    night = Shift(1.0, frozenset(range(7)), ((0.0, 6.0),))
    assert night.load_mw(sunday).sum() == 5.0  # an hour of the night is skipped


def test_growth_is_by_calendar_year():
    grid = TimeGrid.from_local("2018-12-31", "2019-01-02", "Europe/Berlin", "24h")
    assert growth_factor(grid, 0.1, of_year=2017).tolist() == pytest.approx([1.1, 1.21])
    assert growth_factor(grid, 0.1, of_year=2017, calendar_year=2017).tolist() == [1.0, 1.0]
    assert factory_load(grid, np.full(2, 10.0), {}, growth=1.5).total_mw.tolist() == [15.0, 15.0]
