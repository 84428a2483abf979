"""Write the case of a given size.

    python benchmarks/cases.py FOLDER --months 48 --contracts 10 --storages 2 --zones 1

Every case grows out of the bundled Frankfurt year, models/ai-factory-frankfurt.yaml: prices, strikes and storage are
its own, and the hourly values all come from the bundled tables of 2018. What is larger than that year is made from
them, by fixed rules and without chance:

* a further *year* is not a real year. It is a mix of two countries' real hours (WEIGHT of one, the rest of the
  other), moved by whole weeks: weather, price and carbon of an hour stay together, week-days stay week-days, seasons
  move by five weeks at most;
* a further *contract* is a real profile of one of the four countries, moved by some hours, at a strike around that of
  its technology; every tenth one is a clean firm contract. All count as deliverable in the zone of the case;
* a further *storage* is one of the two in OFFERED_STORAGE, at costs that let it compete;
* a further *zone* is a country with a site, contracts and a battery of its own; from the fifth on it is one of the four
  moved by whole weeks. The target is that of the portfolio.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from ruamel.yaml import YAML
from sizes import FIRST_YEAR, TIMEZONE, YEAR, Size

ROOT: Final = Path(__file__).parents[1]
FRANKFURT: Final = ROOT / "models" / "ai-factory-frankfurt.yaml"
FIRST_HOUR: Final = pd.Timestamp(year=FIRST_YEAR, month=1, day=1, tz=TIMEZONE)
HOURS_OF_A_WEEK: Final = 168
WEIGHT: Final = 0.7
"""Of the zone's own country in a further year; the rest is another country's, which makes the year a different one."""
WEEKS: Final = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5)
"""By which the hours of the first, second, ... year are moved; ten years at most."""
COUNTRIES: Final = ("de", "fr", "dk", "cz")

FloatArray = NDArray[np.float64]
Entries = dict[str, Any]

STRIKE_PER_MWH: Final = {"solar": 48.0, "onshore_wind": 66.0, "offshore_wind": 78.0, "geothermal": 110.0}
"""Of the bundled case, by technology."""

OFFERED_PROFILES: Final = (
    ("fr", "onshore_wind"),
    ("dk", "onshore_wind"),
    ("cz", "solar"),
    ("dk", "offshore_wind"),
    ("fr", "solar"),
    ("cz", "onshore_wind"),
    ("dk", "solar"),
    ("de", "onshore_wind"),
    ("de", "solar"),
    ("de", "offshore_wind"),
)
"""Whose real profiles the further contracts take, in turn."""

MEAN_CAPACITY_FACTOR: Final = {"onshore_wind": 0.30}
"""Of a new plant, as in the bundled case; other technologies keep the mean of their fleet."""

OFFERED_STORAGE: Final[Mapping[str, Mapping[str, float]]] = {
    "flow-battery": {
        "power_cost_per_mw_year": 30000,
        "energy_cost_per_mwh_year": 13000,
        "round_trip_efficiency": 0.70,
        "standing_loss_per_hour": 0.0,
        "discharge_cost_per_mwh": 0.2,
        "max_power_mw": 1000,
    },
    "pumped-hydro": {
        "power_cost_per_mw_year": 75000,
        "energy_cost_per_mwh_year": 3000,
        "round_trip_efficiency": 0.78,
        "standing_loss_per_hour": 0.00001,
        "discharge_cost_per_mwh": 0.5,
        "max_power_mw": 200,
    },
}
"""Further storages. Their costs are made to compete with those of the bundled case: assumptions, not offers."""


def write_case(size: Size, folder: Path) -> Path:
    """Return the case of a size, written to a folder with its tables; the Frankfurt year is the bundled case itself."""
    if size == YEAR:
        return FRANKFURT
    end = FIRST_HOUR + pd.DateOffset(months=size.months)
    starts = pd.date_range(FIRST_HOUR.tz_convert("UTC"), end.tz_convert("UTC"), freq="h", inclusive="left")
    weather = Weather({country: read_country(country) for country in COUNTRIES}, starts)
    case = YAML(typ="safe", pure=True).load(FRANKFURT.read_text(encoding="utf-8"))
    case["name"] = f"months-{size.months}-contracts-{size.contracts}-storages-{size.storages}-zones-{size.zones}"
    case["description"] = "made for benchmarks from the hours of 2018, see benchmarks/cases.py"
    case["time"]["end"] = f"{end:%Y-%m-%d}"
    case.pop("scenarios", None)

    folder.mkdir(parents=True, exist_ok=True)
    tables = {"../data/de-2018.csv": "de.csv"}
    weather.table("de", 0).to_csv(folder / "de.csv")
    for number in range(1, size.zones):
        country, round_number = COUNTRIES[number % len(COUNTRIES)], number // len(COUNTRIES)
        name = country + (f"-{round_number + 1}" if round_number else "")
        table = weather.table(country, 2 * round_number)
        table.to_csv(folder / f"{name}.csv")
        add_zone(case, name, set(table.columns))
    profiles = add_contracts(case["contracts"], size.contracts - len(own(case["contracts"], "DE")), weather)
    if not profiles.empty:
        profiles.to_csv(folder / "profiles.csv")
    add_storages(case["storage"], size.storages - len(own(case["storage"], "DE")))
    written = folder / "case.yaml"
    with written.open("w", encoding="utf-8") as file:
        YAML().dump(plain(case, tables), file)
    return written


# --- Hours ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weather:
    """The real hours of the countries, and the steps [start in UTC] that a case asks for."""

    countries: Mapping[str, pd.DataFrame]
    starts: pd.DatetimeIndex

    def table(self, country: str, weeks: int) -> pd.DataFrame:
        """Return all columns of a country over the steps of the case, moved by whole weeks."""
        columns = {
            name: self.series(country, name, weeks * HOURS_OF_A_WEEK).round(4)
            for name in self.countries[country].columns.astype(str)
        }
        return pd.DataFrame(columns, index=self.starts.strftime("%Y-%m-%dT%H:%MZ").rename("timestamp_utc"))

    def series(self, country: str, column: str, moved_hours: int) -> FloatArray:
        """Return one column over the steps of the case: the real year first, then years that are mixed from it."""
        year_of_step = self.starts.tz_convert(FIRST_HOUR.tz).year.to_numpy() - FIRST_HOUR.year
        parts = []
        for year in range(int(year_of_step[-1]) + 1):
            steps = int((year_of_step == year).sum())
            own_hours = self.countries[country][column].to_numpy()
            hour = np.arange(steps) + moved_hours + WEEKS[year] * HOURS_OF_A_WEEK
            values = own_hours[hour % len(own_hours)]
            if year > 0:
                other = self.countries[partner(country, column, year, self.countries)][column].to_numpy()
                values = WEIGHT * values + (1.0 - WEIGHT) * other[hour % len(other)]
            parts.append(values)
        return np.concatenate(parts)


def partner(country: str, column: str, year: int, countries: Mapping[str, pd.DataFrame]) -> str:
    """Return whose hours are mixed into a further year: the other countries that have the column, in turn."""
    others = [name for name, table in countries.items() if name != country and column in table]
    return others[(year - 1) % len(others)]


def read_country(country: str) -> pd.DataFrame:
    """Return the bundled table of a country without its stamps: all start at the same hour."""
    return pd.read_csv(ROOT / "data" / f"{country}-2018.csv").drop(columns="timestamp_utc")


# --- Offers -----------------------------------------------------------------------------------------------------------


def add_contracts(contracts: Entries, count: int, weather: Weather) -> pd.DataFrame:
    """Add a number of contracts; return the table of their profiles."""
    columns: dict[str, FloatArray] = {}
    firm, produced = count // 10 if count >= 10 else 0, 0
    for number in range(firm):
        strike = around(STRIKE_PER_MWH["geothermal"], number, 0.08)
        contracts[f"geothermal-{number + 2}"] = contracts["geothermal-upper-rhine"] | {"strike_per_mwh": strike}
    while produced < count - firm:
        country, technology = OFFERED_PROFILES[produced % len(OFFERED_PROFILES)]
        moved_hours = 1 + produced // len(OFFERED_PROFILES)
        name = f"{technology}-{country}-{moved_hours}h".replace("_", "-")
        columns[name] = weather.series(country, f"{technology}_capacity_factor", moved_hours).round(4)
        contracts[name] = {
            "technology": technology,
            "zone": "DE",
            "structure": "pay_as_produced",
            "strike_per_mwh": around(STRIKE_PER_MWH[technology], produced, 0.08),
            "capacity_factor": {"file": "profiles.csv", "column": name},
            "max_mw": 1000,
        }
        if technology in MEAN_CAPACITY_FACTOR:
            contracts[name]["p50_capacity_factor"] = MEAN_CAPACITY_FACTOR[technology]
        produced += 1
    return pd.DataFrame(columns, index=weather.starts.strftime("%Y-%m-%dT%H:%MZ").rename("timestamp_utc"))


def around(strike_per_mwh: float, number: int, spread: float) -> float:
    """Return a strike that differs from offer to offer: multiples of the golden section fall evenly into +-spread."""
    share = (0.5 + number * (5**0.5 - 1.0) / 2.0) % 1.0
    return round(strike_per_mwh * (1.0 + spread * (2.0 * share - 1.0)), 2)


def add_storages(storage: Entries, count: int) -> None:
    """Add a number of storages to the first zone."""
    if count > len(OFFERED_STORAGE):
        raise SystemExit(f"There are {len(OFFERED_STORAGE)} further storages at most, not {count}.")
    for name in list(OFFERED_STORAGE)[: max(count, 0)]:
        storage[name] = {"zone": "DE", **OFFERED_STORAGE[name]}


def add_zone(case: Entries, name: str, columns: set[str]) -> None:
    """Add a zone with a site, the contracts of the bundled case as far as the country has them, and its battery."""
    zone, file = name.upper(), f"{name}.csv"
    case["zones"][zone] = {
        column: {"file": file, "column": column}
        for column in ("spot_price_per_mwh", "carbon_intensity_g_per_kwh", "grid_cfe_share")
    }
    first_site = next(iter(own(case["sites"], "DE").values()))
    case["sites"][f"site-{name}"] = copy.deepcopy(first_site) | {"zone": zone}
    for contract in own(case["contracts"], "DE").values():
        technology = contract["technology"]
        column = f"{technology}_capacity_factor"
        if "capacity_factor" in contract and column not in columns:
            continue
        offer = copy.deepcopy(contract) | {"zone": zone}
        if "capacity_factor" in contract:
            offer["capacity_factor"] = {"file": file, "column": column}
        case["contracts"][f"{technology.replace('_', '-')}-{name}"] = offer
    case["storage"][f"battery-{name}"] = copy.deepcopy(case["storage"]["battery"]) | {"zone": zone}


def own(entries: Entries, zone: str) -> Entries:
    """Return the entries of one zone."""
    return {name: entry for name, entry in entries.items() if entry["zone"] == zone}


def plain(value: Any, tables: Mapping[str, str]) -> Any:
    """Return what a YAML file holds, without dates, with the tables that stand beside the case."""
    if isinstance(value, Mapping):
        return {key: plain(item, tables) for key, item in value.items()}
    if isinstance(value, str):
        return tables.get(value, value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def main() -> None:
    """Write one case and print its path."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    for part in ("months", "contracts", "storages", "zones"):
        parser.add_argument(f"--{part}", type=int, default=getattr(YEAR, part))
    options = parser.parse_args()
    size = Size(options.months, options.contracts, options.storages, options.zones)
    print(write_case(size, options.folder))


if __name__ == "__main__":
    main()
