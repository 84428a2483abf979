"""Where load stays uncovered: counted in a made year, by the local clock."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from small_cases import a_case

from carbonmatch.formulation import problem_from_case
from carbonmatch.study.uncovered import uncovered_hours

FLAT = {
    "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 400}},
    "sites": {"s": {"load": {"flat_mw": 10}}},
    "contracts": {"sun": {"capacity_factor": 0.5}},
    "target": {"matching": "hourly", "cfe": 0.9},
}


@cache
def problem_of(start: str, end: str, step: str = "1h", timezone: str = "Europe/Berlin"):
    time = {"start": start, "end": end, "timezone": timezone, "step": step}
    return problem_from_case(a_case({**FLAT, "time": time}))


def uncovered(problem, is_open):
    local = problem.time.starts.tz_convert(problem.time.timezone)
    hours = problem.time.hours_per_step
    unmatched = np.where(is_open(local), 4.0 * hours, 0.0)[None, :]
    return uncovered_hours(problem, unmatched, [0], np.ones_like(unmatched))


def test_winter_nights_are_told_as_that():
    problem = problem_of("2018-01-01", "2019-01-01")
    found = uncovered(problem, lambda t: ((t.hour >= 18) | (t.hour < 6)) & ((t.month >= 11) | (t.month == 1)))
    # Nine of the twelve hours hold most, and the other three as much as each of these.
    assert found.usual_hours == (18, 6)
    assert found.usual_months == (11, 1)
    assert found.hours == 12 * (30 + 31 + 31)
    assert found.unmatched_mwh == pytest.approx(4 * found.hours)
    assert found.load_mwh == pytest.approx(87_600)
    assert [part.name for part in found.months] == list(problem.time.month_labels)
    assert [part.hours for part in found.months] == [12 * 31, *[0] * 9, 12 * 30, 12 * 31]
    assert sum(part.unmatched_mwh for part in found.day) == pytest.approx(found.unmatched_mwh)
    assert [part.hours for part in found.day] == [3 * 92, 3 * 92, 0, 0, 0, 0, 3 * 92, 3 * 92]
    assert len(found.gaps) == 5
    assert {gap.hours for gap in found.gaps} == {12.0}


def test_a_few_hours_beside_the_usual_ones_change_nothing():
    problem = problem_of("2018-01-01", "2019-01-01")
    found = uncovered(problem, lambda t: ((t.hour >= 17) & (t.hour < 20)) | ((t.hour == 20) & (t.day < 4)))
    assert (found.usual_hours, found.usual_months) == ((17, 20), None)


def test_what_is_spread_over_day_and_year_is_not_given_a_time():
    found = uncovered(problem_of("2018-01-01", "2019-01-01"), lambda t: t.day_of_year % 2 == 0)
    assert (found.usual_hours, found.usual_months) == (None, None)


def test_a_part_of_a_year_names_a_month_of_it():
    problem = problem_of("2018-10-01", "2019-02-01")
    found = uncovered(problem, lambda t: (t.month == 12) & (t.hour == 17))
    assert found.usual_months == (12, 12)
    assert found.usual_hours == (17, 18)
    assert uncovered(problem_of("2018-10-01", "2018-11-01"), lambda t: t.hour == 17).usual_months is None


def test_the_hours_of_a_clock_change_are_counted_as_they_pass():
    problem = problem_of("2018-10-28", "2018-10-29")  # 25 hours, 02:00 twice
    found = uncovered(problem, lambda t: t.hour == 2)
    assert (found.hours, found.usual_hours) == (2.0, (2, 3))
    (gap,) = found.gaps
    assert f"{gap.start_utc:%H:%M}-{gap.end_utc:%H:%M}" == "00:00-02:00"


def test_quarters_of_an_hour_are_quarters_of_an_hour():
    found = uncovered(problem_of("2018-01-01", "2018-01-02", "15min"), lambda t: t.hour == 7)
    assert (found.hours, found.unmatched_mwh, found.usual_hours) == (1.0, pytest.approx(4.0), (7, 8))


def test_steps_longer_than_an_hour_are_not_placed_in_the_day():
    found = uncovered(problem_of("2018-01-01", "2018-01-08", "6h", "UTC"), lambda t: t.hour == 18)
    assert (found.hours, found.usual_hours) == (42.0, None)
    assert [part.name for part in found.day] == ["00:00-03:00", "06:00-09:00", "12:00-15:00", "18:00-21:00"]


def test_the_worst_gap_comes_first_and_what_an_engine_leaves_is_no_gap():
    problem = problem_of("2018-01-01", "2018-01-02", "1h", "UTC")
    unmatched = np.zeros((1, 24))
    unmatched[0, 2], unmatched[0, 5:8], unmatched[0, 20] = 9.0, 2.0, 1e-7
    found = uncovered_hours(problem, unmatched, [0], np.ones_like(unmatched))
    assert [(gap.hours, gap.unmatched_mwh) for gap in found.gaps] == [(1.0, 9.0), (3.0, 6.0)]
    assert found.hours == 4.0


def test_nothing_open_is_nothing():
    found = uncovered(problem_of("2018-01-01", "2018-01-02", "1h", "UTC"), lambda t: t.hour > 24)
    assert (found.hours, found.unmatched_mwh, found.gaps) == (0.0, 0.0, ())
    assert (found.usual_hours, found.usual_months) == (None, None)
