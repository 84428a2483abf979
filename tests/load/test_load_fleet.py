"""Racks by tranche: what they may draw, day by day, and the clock on which they stand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from carbonmatch.load import Tranche, first_above, fleet_clock, fleet_nameplate_mw, say_step
from carbonmatch.timegrid import TimeGrid


def days(start, end, timezone="Europe/Berlin", step="24h"):
    return TimeGrid.from_local(start, end, timezone, step)


def test_racks_are_there_from_their_day_on_at_full_power():
    clock = fleet_clock(days("2018-01-01", "2018-01-05", step="12h"))
    tranche = Tranche("a", racks=100, kw_per_rack=132.0, arrives=date(2018, 1, 3), retires=date(2018, 1, 4))
    # 100 * 132 kW = 13.2 MW, on 3 January alone
    assert tranche.nameplate_mw(clock).tolist() == [0, 0, 0, 0, 13.2, 13.2, 0, 0]


def test_a_ramp_is_linear_over_its_weeks():
    clock = fleet_clock(days("2018-01-01", "2018-01-17", "UTC"))
    tranche = Tranche("a", racks=14, kw_per_rack=1000.0, arrives=date(2018, 1, 2), ramp_weeks=2)
    # one MW a day from 2 January on; the middle of day n of the ramp is at n - 0.5 of 14 days
    expected = [0.0, *(n - 0.5 for n in range(1, 15)), 14.0]
    np.testing.assert_allclose(tranche.nameplate_mw(clock), expected)


def test_racks_are_drawn_down_before_they_retire():
    clock = fleet_clock(days("2018-01-01", "2018-01-16", "UTC"))
    old = Tranche("old", 14, 1000.0, retires=date(2018, 1, 15), draw_down_weeks=2)
    new = Tranche("new", 14, 1000.0, arrives=date(2018, 1, 1), ramp_weeks=2)
    np.testing.assert_allclose(old.nameplate_mw(clock)[:3], [13.5, 12.5, 11.5])
    # a refresh hall by hall: what goes comes back as the new generation, and the envelope is never passed
    together = fleet_nameplate_mw([old, new], clock)
    np.testing.assert_allclose(together, 14.0)
    assert first_above(together, 14.0) is None
    assert first_above(together, 13.9) == 0


def test_no_tranche_is_no_power():
    assert fleet_nameplate_mw([], fleet_clock(days("2018-01-01", "2018-01-03"))).tolist() == [0, 0]


def test_the_first_step_above_the_envelope_is_told():
    clock = fleet_clock(days("2018-01-01", "2018-01-04"))
    fleet = [Tranche("a", 10, 100.0), Tranche("b", 10, 100.0, arrives=date(2018, 1, 3))]
    step = first_above(fleet_nameplate_mw(fleet, clock), 1.5)
    assert step == 2
    assert say_step(clock, step, 24.0) == "2018-01-03 00:00"


def test_the_clock_is_local_and_stands_at_the_middle_of_steps():
    grid = TimeGrid.from_local("2018-03-25", "2018-03-25T05:00", "Europe/Berlin")
    clock = fleet_clock(grid)
    assert [str(time)[11:16] for time in clock] == ["00:30", "01:30", "03:30", "04:30"]  # 2 o'clock is skipped
    assert say_step(clock, 2, 1.0) == "2018-03-25 03:00"


@pytest.mark.parametrize(
    ("start", "end", "year", "expected"),
    [
        # 29 February has its day in a leap year, and is the 28th in others
        ("2020-02-28", "2020-03-02", 2024, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2020-02-28", "2020-03-02", 2027, ["2027-02-28", "2027-02-28", "2027-03-01"]),
        # a year without one, seen from a leap year, has no 29 February either
        ("2018-02-28", "2018-03-02", 2024, ["2024-02-28", "2024-03-01"]),
        # every step is of that year, also where the case runs into the next one
        ("2018-12-31", "2019-01-02", 2027, ["2027-12-31", "2027-01-01"]),
        ("2018-05-31", "2018-06-02", 1999, ["1999-05-31", "1999-06-01"]),
    ],
)
def test_another_calendar_year_has_the_same_days_and_hours(start, end, year, expected):
    clock = fleet_clock(days(start, end, "UTC"), year)
    assert [str(time)[:16] for time in clock] == [f"{day}T12:00" for day in expected]


def test_a_fleet_of_another_year_stands_as_it_will():
    tranche = Tranche("a", 10, 100.0, arrives=date(2027, 7, 1))
    year = days("2018-01-01", "2019-01-01")
    assert not tranche.nameplate_mw(fleet_clock(year)).any()
    there = tranche.nameplate_mw(fleet_clock(year, 2027))
    assert int((there > 0).sum()) == 184  # days of July to December
    assert tranche.nameplate_mw(fleet_clock(year, 2028)).all()
