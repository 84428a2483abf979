"""A leap year of quarter-hourly meters on the local clock, as utilities send them: kWh, no offset, clock changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import carbonmatch as cm

CASE = """\
name: year
currency: EUR
time: {start: 2024-01-01, end: 2025-01-01, timezone: Europe/Berlin}
zones:
  DE: {carbon_intensity_g_per_kwh: 380, grid_cfe_share: 0.5}
sites:
  works:
    zone: DE
    metered_load_mw: {file: load.csv, column: kwh, timezone: Europe/Berlin, scale: 0.004}
contracts:
  wind:
    technology: onshore_wind
    zone: DE
    structure: pay_as_produced
    metered_generation_mw: {file: wind.parquet, column: mwh, timezone: Europe/Berlin, scale: 4}
"""
QUARTERS = pd.date_range("2024-01-01", "2025-01-01", freq="15min", tz="Europe/Berlin", inclusive="left")
CLOCK = QUARTERS.tz_localize(None)
DAYLIGHT_START = QUARTERS.get_loc(pd.Timestamp("2024-03-31 03:00", tz="Europe/Berlin"))


def quarter_hours():
    """Return load and wind per quarter of an hour [kWh]: no two neighbours alike."""
    number = np.arange(len(QUARTERS))
    load = 2500.0 + 300.0 * np.sin(number / 96 * 2 * np.pi) + number % 7
    wind = 2400.0 * (1.0 + np.sin(number / 311)) + number % 5
    return load.round(3), wind.round(3)


def by_hour(kwh):
    """Return the sums of each UTC hour [MWh]: local hours are whole UTC hours here, and in order."""
    return kwh.reshape(-1, 4).sum(axis=1) / 1000


@pytest.fixture
def folder(tmp_path):
    load, wind = quarter_hours()
    (tmp_path / "case.yaml").write_text(CASE)
    write_load(tmp_path, load)
    pd.DataFrame({"time": CLOCK, "mwh": wind / 1000}).to_parquet(tmp_path / "wind.parquet")
    return tmp_path


def write_load(folder, kwh, keep=None, cells=None):
    keep = np.ones(len(kwh), dtype=bool) if keep is None else keep
    cells = [f"{value}" for value in kwh] if cells is None else cells
    rows = [f"{stamp:%Y-%m-%d %H:%M},{cell}" for stamp, cell, kept in zip(CLOCK, cells, keep, strict=True) if kept]
    (folder / "load.csv").write_text("\n".join(["time,kwh", *rows]) + "\n")


def faults(folder, *settings):
    with pytest.raises(cm.InputError) as caught:
        cm.load_case(folder / "case.yaml", settings=settings, purpose="match")
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def gap(first, last):
    """Mark all rows but those of a span of local time."""
    return ~((first <= CLOCK) & (last >= CLOCK))


def test_a_leap_year_with_both_clock_changes(folder):
    load, wind = (by_hour(kwh) for kwh in quarter_hours())
    result = cm.match(folder / "case.yaml", out=folder / "run")
    rows = result.hourly
    assert len(rows) == 8784
    assert_allclose(rows.load_mwh, load)
    assert_allclose(rows.generation_mwh, wind)
    assert_allclose(rows.matched_mwh, np.minimum(load, wind))
    assert result.scores["hourly_matched_share"] == pytest.approx(np.minimum(load, wind).sum() / load.sum())
    assert result.summary["period"]["year_fraction"] == 1
    assert result.summary["emissions"]["scope2_location_based_t"] == pytest.approx(0.38 * load.sum())
    months = rows.interval_start_utc.dt.tz_convert("Europe/Berlin").dt.month
    assert (months == 3).sum() == 31 * 24 - 1  # the hour that spring leaves out
    assert (months == 10).sum() == 31 * 24 + 1  # the hour that autumn has twice
    assert (months == 2).sum() == 29 * 24
    assert not result.summary["warnings"]
    assert cm.read_run(folder / "run").summary == result.summary


def test_quarter_hours_may_be_matched_as_they_are(folder):
    load, wind = (kwh / 1000 for kwh in quarter_hours())
    result = cm.match(cm.load_case(folder / "case.yaml", settings=["time.step=15min"]))
    assert result.scores["hourly_matched_share"] == pytest.approx(np.minimum(load, wind).sum() / load.sum())


def test_a_gap_with_a_rule_is_filled_and_told(folder):
    # three quarters from 12:15 on are not there: each takes the value of 12:00
    load, _ = quarter_hours()
    write_load(folder, load, gap("2024-05-01 12:15", "2024-05-01 12:45"))
    rule = "sites.works.metered_load_mw.missing=previous"
    result = cm.match(cm.load_case(folder / "case.yaml", settings=[rule]), out=folder / "run")
    (warning,) = result.summary["warnings"]
    assert warning == (
        "load.csv, column kwh: 3 missing values filled by the rule `missing: previous`, the first at "
        "2024-05-01 12:15 Europe/Berlin (2024-05-01T10:15Z)."
    )
    assert cm.read_run(folder / "run").manifest["filled"] == [warning.removesuffix(".")]
    noon = result.hourly.interval_start_utc == pd.Timestamp("2024-05-01 10:00", tz="UTC")
    first = load[CLOCK == "2024-05-01 12:00"][0]
    assert_allclose(result.hourly.load_mwh[noon], 4 * first / 1000)


def test_a_gap_without_a_rule_is_a_fault_with_its_place(folder):
    load, _ = quarter_hours()
    write_load(folder, load, gap("2024-05-01 12:15", "2024-05-01 12:45"))
    (fault,) = faults(folder)
    before = int(np.flatnonzero(CLOCK == "2024-05-01 12:00")[0]) + 2
    assert fault.startswith(
        "load.csv, column time: 3 rows are missing, the first at 2024-05-01 12:15 Europe/Berlin (2024-05-01T10:15Z), "
        f"after row {before}; add them, or say how to fill them with `missing: interpolate`"
    )


def test_an_empty_cell_is_a_fault_with_its_row(folder):
    load, _ = quarter_hours()
    cells = [f"{value}" for value in load]
    cells[1000] = ""
    write_load(folder, load, cells=cells)
    (fault,) = faults(folder)
    assert fault.startswith("load.csv, row 1002, column kwh: is empty; fill it in")


def test_a_negative_value_is_a_fault_with_its_row_and_its_cure(folder):
    load, _ = quarter_hours()
    load[500] = -1.5
    write_load(folder, load)
    (fault,) = faults(folder)
    assert fault.startswith(
        "load.csv, row 502, column kwh: -1.5 (times the scale, 0.004: -0.006); a metered power is >= 0"
    )
    assert "From kWh per quarter of an hour to MW: `scale: 0.004`" in fault


def test_a_file_that_covers_a_part_is_a_fault_with_both_periods(folder):
    load, _ = quarter_hours()
    write_load(folder, load, CLOCK < "2024-12-01")
    (fault,) = faults(folder)
    assert "the table covers 2024-01-01 00:00 to 2024-11-30 23:45 (Europe/Berlin)" in fault
    assert "2976 rows are missing, the first at 2024-12-01 00:00 Europe/Berlin" in fault
    month = cm.load_case(folder / "case.yaml", settings=["time.end=2024-12-01"], purpose="match")
    assert cm.match(month).summary["period"]["steps"] == 8784 - 31 * 24


def test_a_year_without_its_leap_day_is_told_so(folder):
    load, _ = quarter_hours()
    write_load(folder, load, gap("2024-02-29 00:00", "2024-02-29 23:45"))
    (fault,) = faults(folder)
    assert "96 rows are missing" in fault
    assert "leaves out 29 February" in fault


def test_the_hour_that_does_not_exist_is_a_fault(folder):
    load, _ = quarter_hours()
    write_load(folder, load)
    text = (folder / "load.csv").read_text().splitlines()
    text.insert(DAYLIGHT_START + 1, "2024-03-31 02:30,1")
    (folder / "load.csv").write_text("\n".join(text) + "\n")
    (fault,) = faults(folder)
    assert f"row {DAYLIGHT_START + 2}, column time: 2024-03-31 02:30 does not exist on the clock" in fault


def test_meters_that_stay_at_winter_time_name_their_fixed_zone(folder):
    load, _ = quarter_hours()
    winter = QUARTERS.tz_convert("Etc/GMT-1").tz_localize(None)
    rows = [f"{stamp:%Y-%m-%d %H:%M},{value}" for stamp, value in zip(winter, load, strict=True)]
    (folder / "load.csv").write_text("\n".join(["time,kwh", *rows]) + "\n")
    assert any("does not exist on the clock of Europe/Berlin" in fault for fault in faults(folder))
    case = cm.load_case(
        folder / "case.yaml", settings=["sites.works.metered_load_mw.timezone=Etc/GMT-1"], purpose="match"
    )
    assert_allclose(cm.match(case).hourly.load_mwh, by_hour(load))
