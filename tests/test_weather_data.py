"""The weather tables in data/ are what data/README.md says they are."""

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonmatch.load import wet_bulb_c

DATA = Path(__file__).parents[1] / "data"
WHEELS_VARIABLE = "CARBONMATCH_WEATHER_WHEELS"
MANNHEIM, ABILENE = "de-mannheim-weather.csv", "tx-abilene-2013.csv"
TABLES = (MANNHEIM, ABILENE)
WEATHER = ("timestamp_utc", "dry_bulb_c", "relative_humidity")
FACTORS = ("solar_capacity_factor", "onshore_wind_capacity_factor")
HOURS_EAST_OF_UTC = {MANNHEIM: 1, ABILENE: -6}
BUILDERS = {"pvlib": "0.16.1", "windpowerlib": "0.2.2"}


@pytest.fixture(scope="module")
def tables():
    return {name: pd.read_csv(DATA / name) for name in TABLES}


@pytest.fixture(scope="module")
def readme():
    return (DATA / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def build():
    """The script data/build_weather.py as a module."""
    specification = importlib.util.spec_from_file_location("build_weather", DATA / "build_weather.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    yield module
    del sys.modules[specification.name]


def stamps(table):
    return pd.DatetimeIndex(pd.to_datetime(table["timestamp_utc"], format="%Y-%m-%dT%H:%MZ", utc=True))


def local_hour(table, name):
    """Hour of the day in standard time."""
    return (stamps(table).hour + HOURS_EAST_OF_UTC[name]) % 24


def published(readme, name):
    (row,) = re.findall(rf"^\| `{re.escape(name)}` \| (\S+Z to .*) \|$", readme, flags=re.MULTILINE)
    return row.split(" | ")


@pytest.mark.parametrize("name", TABLES)
def test_columns(tables, name):
    assert tuple(tables[name].columns) == (WEATHER if name == MANNHEIM else (*WEATHER, *FACTORS))
    assert not tables[name].isna().any(axis=None)


@pytest.mark.parametrize("name", TABLES)
def test_stamps_are_the_hours_of_a_local_year_in_utc(tables, readme, name):
    index = stamps(tables[name])
    assert len(index) == 8760
    assert (index[1:] - index[:-1] == pd.Timedelta(hours=1)).all()
    first, last = (pd.Timestamp(stamp) for stamp in published(readme, name)[0].split(" to "))
    assert (index[0], index[-1]) == (first, last)
    assert len(set((index + pd.Timedelta(hours=HOURS_EAST_OF_UTC[name])).year)) == 1


def test_mannheim_lies_on_the_hours_of_the_grid_tables(tables):
    assert tables[MANNHEIM]["timestamp_utc"].equals(pd.read_csv(DATA / "de-2018.csv")["timestamp_utc"])


@pytest.mark.parametrize("name", TABLES)
def test_values_are_in_range(tables, name):
    table = tables[name]
    assert table["dry_bulb_c"].between(-20, 45).all()
    for column in table.columns[2:]:
        assert table[column].between(0, 1).all(), column


@pytest.mark.parametrize("name", TABLES)
def test_means_are_those_published(tables, readme, name):
    table = tables[name]
    _, mean, lowest, highest, humidity, solar, wind = published(readme, name)
    dry = table["dry_bulb_c"]
    assert (f"{dry.mean():.2f}", f"{dry.min():.1f}", f"{dry.max():.1f}") == (mean, lowest, highest)
    assert f"{table['relative_humidity'].mean():.3f}" == humidity
    for column, said in zip(FACTORS, (solar, wind), strict=True):
        assert (f"{table[column].mean():.3f}" if column in table else "-") == said


@pytest.mark.parametrize("name", TABLES)
def test_hash_in_readme_is_that_of_the_file(readme, name):
    (digest,) = re.findall(rf"^\| `{re.escape(name)}` \| ([0-9a-f]{{64}}) \|$", readme, flags=re.MULTILINE)
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", TABLES)
def test_the_day_warms_up_when_the_sun_is_up(tables, name):
    """A table on the wrong clock would be coldest or warmest at another time of the day."""
    day = tables[name]["dry_bulb_c"].groupby(local_hour(tables[name], name)).mean()
    assert day.idxmin() in {4, 5, 6}
    assert day.idxmax() in {13, 14, 15}


@pytest.mark.parametrize("name", TABLES)
def test_warm_air_is_dry(tables, name):
    table = tables[name]
    assert table["dry_bulb_c"].corr(table["relative_humidity"]) < -0.3
    wet = wet_bulb_c(table["dry_bulb_c"].to_numpy(), table["relative_humidity"].to_numpy())
    assert wet.max() < 30  # nowhere on these plains does the wet bulb pass what people bear


def test_sun_of_abilene_keeps_utc_time(tables):
    """100.18 degrees west: true noon at 12 h + 100.18 / 15 = 18.68 h UTC, the equation of time averaging out."""
    table = tables[ABILENE]
    solar = table["solar_capacity_factor"]
    since_noon = (stamps(table).hour + 0.5 - 18.68 + 12) % 24 - 12
    assert (since_noon * solar).sum() / solar.sum() == pytest.approx(0.0, abs=0.15)
    assert solar[np.abs(since_noon) > 8].max() == 0


def test_wind_of_abilene_blows_at_night(tables):
    """The low-level jet of the southern plains: stronger after midnight than after noon."""
    table = tables[ABILENE]
    day = table["onshore_wind_capacity_factor"].groupby(local_hour(table, ABILENE)).mean()
    assert day[[0, 1, 2]].min() > 1.5 * day[[12, 13, 14]].max()
    assert table["onshore_wind_capacity_factor"].max() == pytest.approx(1 - 0.167, abs=5e-5)


@pytest.mark.skipif(WHEELS_VARIABLE not in os.environ, reason=f"{WHEELS_VARIABLE} names no folder to rebuild from")
def test_build_reproduces_the_tables(tmp_path):
    for package, version in BUILDERS.items():
        assert importlib.metadata.version(package) == version
    wheels = Path(os.environ[WHEELS_VARIABLE])
    command = [sys.executable, str(DATA / "build_weather.py"), "--out", str(tmp_path)]
    for name in ("demandlib", "h2integrate"):
        command += [f"--{name}", str(next(wheels.glob(f"{name}-*.whl")))]
    subprocess.run(command, check=True, capture_output=True)
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_build_refuses_another_wheel(tmp_path):
    other = tmp_path / "other.whl"
    other.write_bytes(b"not the wheel")
    command = [sys.executable, str(DATA / "build_weather.py"), "--out", str(tmp_path)]
    command += ["--demandlib", str(other), "--h2integrate", str(other)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "use the wheel of demandlib==0.2.2" in result.stderr
    assert not list(tmp_path.glob("*.csv"))


def test_hashes_of_the_wheels_are_in_the_readme(build, readme):
    for carrier in (build.DEMANDLIB, build.H2INTEGRATE):
        name, _, version = carrier.requirement.partition("==")
        assert f"| `{name}-{version}-py3-none-any.whl` | {carrier.sha256} |" in readme
