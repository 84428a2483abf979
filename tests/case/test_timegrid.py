from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from carbonmatch.errors import InputError
from carbonmatch.timegrid import TimeGrid


def test_a_local_year_starts_before_the_utc_year():
    grid = TimeGrid.from_local("2018-01-01", "2019-01-01", "Europe/Berlin", "1h")
    assert grid.steps == 8760
    assert grid.index[0] == pd.Timestamp("2017-12-31T23:00Z")
    assert grid.index[-1] == pd.Timestamp("2018-12-31T22:00Z")
    assert grid.local_index[0] == pd.Timestamp("2018-01-01", tz="Europe/Berlin")
    assert grid.hours_per_step == 1.0
    assert grid.year_fraction == 1.0
    assert grid.end == pd.Timestamp("2018-12-31T23:00Z")


@pytest.mark.parametrize(
    ("arguments", "steps", "fraction"),
    [
        (("2020-01-01", "2021-01-01", "Europe/Berlin", "1h"), 8784, 1.0),
        (("2020-01-01", "2020-03-01", "UTC", "1h"), 60 * 24, 1440 / 8784),
        (("2018-03-25", "2018-03-26", "Europe/Berlin", "1h"), 23, 23 / 8760),
        (("2018-10-28", "2018-10-29", "Europe/Berlin", "1h"), 25, 25 / 8760),
        (("2018-10-28", "2018-10-29", "Europe/Berlin", "15min"), 100, 25 / 8760),
        (("2018-01-01", "2019-01-01", "Europe/Berlin", "2h"), 4380, 1.0),
        (("2018-01-01", "2018-01-03", "UTC", "24h"), 2, 48 / 8760),
        (("2030-01-01", "2031-01-01", "Etc/GMT+7", "1h"), 8760, 1.0),
        (("2019-12-31", "2020-01-02", "Europe/Berlin", "1h"), 48, 24 / 8760 + 24 / 8784),
        (("2018-01-01", "2021-01-01", "Europe/Berlin", "1h"), 2 * 8760 + 8784, 3.0),
        # Turkey kept summer time for good in 2016: that year had one hour less than 8,784.
        (("2016-01-01", "2017-01-01", "Europe/Istanbul", "1h"), 8783, 1.0),
    ],
)
def test_steps_and_year_fraction(arguments, steps, fraction):
    grid = TimeGrid.from_local(*arguments)
    assert grid.steps == steps == len(grid.index)
    assert grid.year_fraction == pytest.approx(fraction, rel=1e-12)


def test_mountain_standard_time_is_seven_hours_behind_all_year():
    grid = TimeGrid.from_local("2030-01-01", "2031-01-01", "Etc/GMT+7")
    assert grid.index[0] == pd.Timestamp("2030-01-01T07:00Z")
    assert (np.diff(grid.local_index.hour)[:23] == 1).all()


def test_months_are_local_and_counted_from_the_start():
    grid = TimeGrid.from_local("2018-11-30", "2019-02-01", "Europe/Berlin")
    assert grid.month_labels == ("2018-11", "2018-12", "2019-01")
    assert np.bincount(grid.month_of_step).tolist() == [24, 744, 744]
    assert grid.month_of_step[0] == 0
    march = TimeGrid.from_local("2018-03-01", "2018-04-01", "Europe/Berlin")
    assert march.steps == 743
    assert march.month_labels == ("2018-03",)


def test_what_the_axis_hands_out_cannot_be_changed():
    grid = TimeGrid.from_local("2018-01-01", "2018-01-02")
    with pytest.raises(ValueError, match="read-only"):
        grid.month_of_step[0] = 3
    assert grid == TimeGrid.from_local(date(2018, 1, 1), datetime(2018, 1, 2))


def test_stamps_are_said_on_both_clocks():
    grid = TimeGrid.from_local("2018-07-01", "2018-07-02", "Europe/Berlin")
    assert grid.say(grid.index[0]) == "2018-07-01 00:00 Europe/Berlin (2018-06-30T22:00Z)"
    assert TimeGrid.from_local("2018-07-01", "2018-07-02").say(pd.Timestamp("2018-07-01T01:00Z")) == "2018-07-01T01:00Z"


@pytest.mark.parametrize(
    ("arguments", "place", "words"),
    [
        (("2018-01-01", "2018-01-01"), "end", "not after the start, 2018-01-01 00:00; give a later end"),
        (("2018-01-02", "2018-01-01"), "end", "is 2018-01-01 00:00, not after the start"),
        (("soon", "2018-01-01"), "start", "is 'soon'; a date such as 2018-01-01"),
        (("2018-02-30", "2019-01-01"), "start", "is '2018-02-30'; a date"),
        ((2018, "2019-01-01"), "start", "is 2018; a date"),
        (("2018-01-01", "2019-01-01T00:00+01:00"), "end", "without an offset and name the zone under `timezone`"),
        (("2018-01-01", datetime(2019, 1, 1, tzinfo=UTC)), "end", "without an offset"),
        (("2018-01-01", "2019-01-01", "Europe/Berln"), "timezone", "did you mean Europe/Berlin"),
        (("2018-01-01", "2019-01-01", "europe/berlin"), "timezone", "did you mean Europe/Berlin"),
        (("2018-01-01", "2019-01-01", "xyzzy"), "timezone", "names look like Europe/Berlin, UTC or Etc/GMT+7"),
        (("2018-01-01", "2019-01-01", 3), "timezone", "is 3, which is not a time zone"),
        (("2018-01-01", "2019-01-01", ""), "timezone", "is '', which is not a time zone"),
        (("2018-01-01", "2019-01-01", "../../etc/passwd"), "timezone", "is not a time zone"),
        (("2018-01-01", "2019-01-01", "UTC", "7h"), "step", "does not divide a day"),
        (("2018-01-01", "2019-01-01", "UTC", "0h"), "step", "does not divide a day"),
        (("2018-01-01", "2019-01-01", "UTC", "hourly"), "step", "a length such as 1h, 30min or 15min"),
        (("2018-01-01", "2019-01-01", "UTC", 1), "step", "is 1; a length such as 1h"),
        (("2018-01-01", "2018-01-01 01:30"), "step", "the 1.5 h from start to end are not a whole number"),
        (("2018-03-25", "2018-03-26", "Europe/Berlin", "2h"), "step", "the 23 h from start to end"),
        (("2018-03-25 02:30", "2018-03-26", "Europe/Berlin"), "start", "does not exist on the clock of Europe/Berlin"),
        (("2018-10-01", "2018-10-28 02:00", "Europe/Berlin"), "end", "occurs twice on the clock of Europe/Berlin"),
    ],
)
def test_faults_name_the_argument_and_the_cure(arguments, place, words):
    with pytest.raises(InputError) as caught:
        TimeGrid.from_local(*arguments)
    (fault,) = caught.value.faults
    assert fault.where == place
    assert words in fault.what


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        TimeGrid.from_local("x", "y", "z", "w")
    assert [fault.where for fault in caught.value.faults] == ["timezone", "step", "start", "end"]
