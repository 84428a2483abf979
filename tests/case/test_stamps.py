from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonmatch.errors import InputError
from carbonmatch.stamps import place_on_grid, read_stamps
from carbonmatch.timegrid import TimeGrid


def text(*stamps: str) -> pd.Series:
    return pd.Series(list(stamps), dtype="str")


def read(stamps: pd.Series, column: str = "time", timezone: str | None = None):
    return read_stamps(stamps, table="t.csv", column=column, timezone=timezone)


def faults(call, *arguments, **options) -> list[str]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    return [str(fault) for fault in caught.value.faults]


def hours(first: str, count: int, freq: str = "h", tz: str | None = "UTC") -> pd.Series:
    return pd.Series(pd.date_range(first, periods=count, freq=freq, tz=tz))


@pytest.mark.parametrize(
    ("stamps", "column", "timezone"),
    [
        (["2018-01-01T00:00Z", "2018-01-01T01:00Z"], "time", None),
        (["2018-01-01T00:00:00.000Z", "2018-01-01T01:00:00.000Z"], "time", None),
        (["2018-01-01 01:00:00+01:00", "2018-01-01 02:00:00+01:00"], "time", None),
        (["2018-01-01 01:00:00+0100", "2018-01-01 02:00:00+0100"], "time", None),
        (["2018-01-01 01:00:00+01", "2018-01-01 02:00:00+01"], "time", None),
        (["2018-01-01T01:00+01:00", "2018-01-01T02:00+01:00"], "time", "Europe/Paris"),
        (["2018-01-01 00:00", "2018-01-01 01:00"], "timestamp_utc", None),
        (["2018-01-01 00:00", "2018-01-01 01:00"], "Time_UTC", "UTC"),
        (["2018-01-01 00:00", "2018-01-01 01:00"], "time", "UTC"),
        (["2018-01-01", "2018-01-01 01:00:00"], "time", "UTC"),
        (["2018-01-01 01:00", "2018-01-01 02:00"], "time", "Europe/Berlin"),
        (["2017-12-31 17:00", "2017-12-31 18:00"], "time", "Etc/GMT+7"),
        ([" 2018-01-01T00:00Z ", "2018-01-01T01:00Z"], "time", None),
    ],
)
def test_formats(stamps, column, timezone):
    found = read(text(*stamps), column, timezone)
    assert list(found.utc) == [pd.Timestamp("2018-01-01T00:00Z"), pd.Timestamp("2018-01-01T01:00Z")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetime_columns_of_any_resolution(unit):
    naive = pd.Series(pd.date_range("2018-01-01", periods=2, freq="h", unit=unit))
    aware = naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata")
    for stamps in (read(naive, "t_utc"), read(naive, timezone="UTC"), read(aware)):
        assert list(stamps.utc) == [pd.Timestamp("2018-01-01T00:00Z"), pd.Timestamp("2018-01-01T01:00Z")]


def test_autumn_is_resolved_by_order_and_spring_leaves_a_natural_gap():
    # Berlin, 2018-10-28: 01:00, 02:00 (summer), 02:00 (winter), 03:00
    stamps = text("2018-10-28 01:00", "2018-10-28 02:00", "2018-10-28 02:00", "2018-10-28 03:00")
    assert [f"{t:%d %H}" for t in read(stamps, timezone="Europe/Berlin").utc] == ["27 23", "28 00", "28 01", "28 02"]
    # 2018-03-25: 01:00 is followed by 03:00
    stamps = text("2018-03-25 01:00", "2018-03-25 03:00")
    assert [f"{t:%H}" for t in read(stamps, timezone="Europe/Berlin").utc] == ["00", "01"]


@pytest.mark.parametrize(
    ("timezone", "freq"),
    [
        ("Europe/Berlin", "15min"),
        ("Europe/Berlin", "h"),
        ("America/New_York", "30min"),
        ("Etc/GMT+7", "h"),
        ("Australia/Lord_Howe", "30min"),  # the clock moves by half an hour
    ],
)
def test_a_local_year_without_offsets_comes_back_as_it_was(timezone, freq):
    local = pd.date_range("2018-01-01", "2019-01-01", freq=freq, tz=timezone, inclusive="left")
    naive = pd.Series(local.tz_localize(None).strftime("%Y-%m-%d %H:%M"))
    assert (read(naive, timezone=timezone).utc == local.tz_convert("UTC")).all()


@pytest.mark.parametrize(
    ("stamps", "timezone", "words"),
    [
        (
            ["2018-01-01 00:00"],
            None,
            "t.csv, column time: the stamps name no time zone; add `timezone:` beside `file:`",
        ),
        (
            ["2018-01-01T00:00Z", "01.02.2018 00:00"],
            None,
            "t.csv, row 3, column time: '01.02.2018 00:00' is not a stamp",
        ),
        (["1/2/2018", "1/3/2018"], None, "row 2, column time: '1/2/2018' is not a stamp; write the year first"),
        (["1/2/2018", "1/3/2018"], None, "(and 1 more row: 3)"),
        (["2018", "2019"], "UTC", "'2018' is not a stamp"),
        (
            ["2018-01-01T00:00Z", "2018-01-01 01:00"],
            None,
            "row 3, column time: '2018-01-01 01:00' has no offset, the first",
        ),
        (["2018-01-01 00:00", "2018-01-01 01:00Z"], "UTC", "'2018-01-01 01:00Z' has an offset, the first row has none"),
        (["2018-02-29T00:00Z"], None, "'2018-02-29T00:00Z' is not a time of the calendar"),
        (["2018-02-28T24:00Z"], None, "'2018-02-28T24:00Z' is not a time of the calendar"),
        (["2018-01-01T00:00Z", "", "2018-01-01T02:00Z"], None, "row 3, column time: is empty; every row states"),
        (
            ["2018-01-01T00:00Z", "2018-01-01T01:00Z", "2018-01-01T01:00Z"],
            None,
            "row 4, column time: 2018-01-01T01:00Z is there already in row 3; keep one row per step",
        ),
        (
            ["2018-01-01T00:00Z", "2018-01-01T02:00Z", "2018-01-01T01:00Z"],
            None,
            "row 4, column time: 2018-01-01T01:00Z comes before the row above it (2018-01-01T02:00Z); sort the rows",
        ),
        (
            ["2018-03-25 01:00", "2018-03-25 02:00", "2018-03-25 03:00"],
            "Europe/Berlin",
            "row 3, column time: 2018-03-25 02:00 does not exist on the clock of Europe/Berlin (clock change)",
        ),
        (
            ["2018-03-25 01:00", "2018-03-25 02:00", "2018-03-25 03:00"],
            "Europe/Berlin",
            "If the stamps keep winter time all year, name a fixed zone, such as Etc/GMT-1",
        ),
        (
            ["2018-10-28 01:00", "2018-10-28 02:00", "2018-10-28 03:00"],
            "Europe/Berlin",
            "row 3, column time: 2018-10-28 02:00 occurs twice on the clock of Europe/Berlin (clock change), the table",
        ),
        (["2018-01-01 00:00"], "Europe/Berln", "did you mean Europe/Berlin"),
    ],
)
def test_faults_of_stamps(stamps, timezone, words):
    assert any(words in fault for fault in faults(read, text(*stamps), timezone=timezone))


def test_a_column_in_utc_cannot_be_in_another_zone():
    (fault,) = faults(read, text("2018-01-01 00:00"), "time_utc", "Europe/Berlin")
    assert "the column's name says UTC, the case says Europe/Berlin" in fault


def test_an_empty_datetime_is_a_fault():
    (fault,) = faults(read, pd.Series([pd.Timestamp("2018-01-01", tz="UTC"), pd.NaT]))
    assert "row 3, column time: is empty" in fault
    (fault,) = faults(read, pd.Series([pd.Timestamp("2018-01-01"), pd.NaT]), timezone="UTC")
    assert "row 3, column time: is empty" in fault


def test_many_rows_with_one_fault_are_told_once():
    stamps = text(*["2018-01-01T00:00Z"] * 30)
    (fault,) = faults(read, stamps)
    assert "row 3, column time" in fault
    assert "(and 28 more rows: 4, 5, 6, ...)" in fault


DAY = TimeGrid.from_local("2018-01-01", "2018-01-02")


def test_rows_outside_the_horizon_are_left_aside():
    placement = place_on_grid(read(hours("2017-12-30", 120)), DAY)
    assert placement.records[0] == 48
    assert placement.on_grid(np.arange(120.0), "x").tolist() == list(range(48, 72))


def test_finer_rows_are_averaged_to_the_step():
    placement = place_on_grid(read(hours("2018-01-01", 96, "15min")), DAY)
    values = placement.on_grid(np.arange(96.0), "x")
    assert values[0] == 1.5  # (0 + 1 + 2 + 3) / 4
    assert values[-1] == 93.5


def test_averaging_across_the_autumn_clock_change():
    grid = TimeGrid.from_local("2018-10-28", "2018-10-29", "Europe/Berlin")
    naive = pd.Series(pd.date_range("2018-10-28", "2018-10-29", freq="30min", tz="Europe/Berlin", inclusive="left"))
    placement = place_on_grid(read(naive.dt.tz_localize(None), timezone="Europe/Berlin"), grid)
    assert placement.on_grid(np.arange(50.0), "x").tolist() == [2 * hour + 0.5 for hour in range(25)]


@pytest.mark.parametrize(
    ("stamps", "words"),
    [
        (
            hours("2018-01-01", 8, "3h"),
            "the rows are 3h apart, the case has steps of 1h; give a value for every step, or",
        ),
        (hours("2018-01-01", 36, "40min"), "the rows are 40min apart, which does not divide the step of the case (1h)"),
        (
            hours("2018-01-01T00:30", 24),
            "row 2, column time: 2018-01-01T00:30Z is not the start of a step of 1h (and 23",
        ),
        (
            hours("2019-01-01", 24),
            "covers 2019-01-01 00:00 to 2019-01-01 23:00 (UTC), the case needs 2018-01-01 00:00 to",
        ),
        (hours("2019-01-01", 24), "24 rows are missing, the first at 2018-01-01T00:00Z; give a table of that period"),
        (hours("2017-01-01", 24), "24 rows are missing, the first at 2018-01-01T00:00Z"),
        (hours("2018-01-01T01:00", 24), "1 row is missing, the first at 2018-01-01T00:00Z"),
        (hours("2017-12-31", 40), "8 rows are missing, the first at 2018-01-01T16:00Z"),
        (hours("2018-01-01T03:00", 4), "20 rows are missing, the first at 2018-01-01T00:00Z"),
        (hours("2018-01-01", 0), "the table has no rows"),
        (hours("2018-01-01", 1), "23 rows are missing, the first at 2018-01-01T01:00Z"),
    ],
)
def test_faults_of_placement(stamps, words):
    (fault,) = faults(place_on_grid, read(stamps), DAY)
    assert words in fault


def test_a_stray_row_is_named_instead_of_every_other_row():
    stamps = pd.concat([hours("2018-01-01", 12), hours("2018-01-01T11:20", 1), hours("2018-01-01T12:00", 12)])
    (fault,) = faults(place_on_grid, read(stamps), DAY)
    assert fault.startswith("t.csv, row 14, column time: 2018-01-01T11:20Z is not the start of a step of 1h")


def test_gaps_and_empty_cells_are_faults_without_a_rule():
    stamps = hours("2018-01-01", 24).drop([5, 6])
    placement = place_on_grid(read(stamps), DAY)
    values = np.arange(22.0)
    values[[1, 2]] = np.nan
    gap, empty = faults(placement.on_grid, values, "x")
    assert "2 rows are missing, the first at 2018-01-01T05:00Z, after row 6; add them" in gap
    assert empty.startswith("t.csv, row 3, column x: is empty (and 1 more row: 4); fill it in, or say how")
    assert placement.missing_count(values) == 4


def test_a_table_around_the_horizon_with_nothing_in_it():
    stamps = pd.concat([hours("2017-12-31", 24), hours("2018-01-02", 24)])
    (fault,) = faults(place_on_grid(read(stamps), DAY).on_grid, np.zeros(48), "x")
    assert "24 rows are missing, the first at 2018-01-01T00:00Z, after row 25" in fault


def test_a_table_without_the_leap_day_says_so():
    grid = TimeGrid.from_local("2020-01-01", "2021-01-01")
    stamps = hours("2020-01-01", 8784)
    stamps = stamps[stamps.dt.strftime("%m-%d") != "02-29"]
    (fault,) = faults(place_on_grid(read(stamps), grid).on_grid, np.zeros(8760), "x")
    assert "24 rows are missing" in fault
    assert "leaves out 29 February" in fault


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("interpolate", [0, 1, 2, 3, 4]), ("previous", [0, 0, 0, 3, 4]), ("zero", [0, 0, 0, 3, 4])],
)
def test_rules_for_missing_values(rule, expected):
    grid = TimeGrid.from_local("2018-01-01", "2018-01-01 05:00")
    stamps = hours("2018-01-01", 5).drop([1])  # one row is missing, the cell of the next is empty
    filled = place_on_grid(read(stamps), grid).on_grid(np.array([0.0, np.nan, 3.0, 4.0]), "x", rule)
    assert filled.tolist() == expected


@pytest.mark.parametrize(
    ("rule", "values", "words"),
    [
        ("interpolate", [np.nan, 1, 2], "the first value is missing, and `missing: interpolate` needs one before it"),
        ("interpolate", [0, 1, np.nan], "the last value is missing, and `missing: interpolate` needs one after it"),
        ("previous", [np.nan, 1, 2], "the first value is missing, and `missing: previous` needs one before it"),
        ("previous", [np.nan, np.nan, np.nan], "the first value is missing"),
    ],
)
def test_rules_do_not_invent_neighbours(rule, values, words):
    grid = TimeGrid.from_local("2018-01-01", "2018-01-01 03:00")
    placement = place_on_grid(read(hours("2018-01-01", 3)), grid)
    (fault,) = faults(placement.on_grid, np.array(values), "x", rule)
    assert words in fault


def test_previous_carries_the_last_value_to_the_end():
    grid = TimeGrid.from_local("2018-01-01", "2018-01-01 03:00")
    placement = place_on_grid(read(hours("2018-01-01", 3)), grid)
    assert placement.on_grid(np.array([1.0, 2.0, np.nan]), "x", "previous").tolist() == [1, 2, 2]


@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    start=st.integers(0, 364),
    days=st.integers(1, 3),
    zone=st.sampled_from(["Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Pacific/Auckland", "Etc/GMT+7"]),
    per_hour=st.sampled_from([1, 2, 4]),
)
def test_averages_keep_the_energy(start, days, zone, per_hour):
    day = pd.Timestamp("2018-01-01") + pd.Timedelta(days=start)
    edges = (f"{day:%Y-%m-%d} 04:00", f"{day + pd.Timedelta(days=days):%Y-%m-%d} 04:00")  # clocks change before four
    grid = TimeGrid.from_local(*edges, zone)
    stamps = hours(str(grid.first), grid.steps * per_hour, f"{60 // per_hour}min")
    values = np.sin(np.arange(len(stamps)))
    placed = place_on_grid(read(stamps), grid).on_grid(values, "x")
    assert placed.sum() * grid.hours_per_step == pytest.approx(values.sum() / per_hour, abs=1e-9)
    assert all(later - earlier == pd.Timedelta(hours=1) for earlier, later in pairwise(grid.index))
