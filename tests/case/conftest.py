"""A small case of one day, which each test bends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonmatch.case import Case, case_from_mapping, load_case
from carbonmatch.errors import InputError

CASE = """\
name: one-day
currency: EUR
time: {start: 2018-01-01, end: 2018-01-02, timezone: Europe/Berlin, step: 1h}
zones:
  DE:
    spot_price_per_mwh: {file: data/day.csv, column: price}
    carbon_intensity_g_per_kwh: 400
    grid_cfe_share: {file: data/day.csv, column: share}
  NO: {}
sites:
  berlin:
    zone: DE
    load: {file: data/day.csv, column: load_mw}
    grid:
      energy: {index: spot, margin_per_mwh: 12}
      connection_mw: 200
contracts:
  pv:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 48
    capacity_factor: {file: data/day.csv, column: solar}
    max_mw: 1000
storage:
  battery:
    zone: DE
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.86
surplus: {price: {index: spot, margin_per_mwh: -1}, max_share: 0.5}
target: {matching: hourly, cfe: 0.9}
"""


def day_csv() -> str:
    """24 rows from 2017-12-31T23:00Z: row 2 is the first hour of 2018 in Berlin."""
    rows = ["timestamp_utc,load_mw,price,share,solar"]
    for hour in range(24):
        day, clock = ("2017-12-31", 23) if hour == 0 else ("2018-01-01", hour - 1)
        sun = max(0, 6 - abs(hour - 12)) / 10
        rows.append(f"{day}T{clock:02d}:00:00Z,{100 + hour},{40 - hour},0.5,{sun}")
    return "\n".join(rows) + "\n"


class Workshop:
    """Writes the case and its table into a folder, loads them, and reads what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "data").mkdir()
        self.write("case.yaml", CASE)
        self.write("data/day.csv", day_csv())

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def replace(self, name: str, *pairs: tuple[str, str]) -> None:
        text = (self.folder / name).read_text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.write(name, text)

    def load(self, *settings: str, scenario: str | None = None) -> Case:
        return load_case(self.folder / "case.yaml", settings=settings, scenario=scenario)

    def faults(self, *settings: str, scenario: str | None = None) -> list[str]:
        with pytest.raises(InputError) as caught:
            self.load(*settings, scenario=scenario)
        return [str(fault).replace(f"{self.folder}/", "") for fault in caught.value.faults]

    def fault(self, *settings: str, scenario: str | None = None) -> str:
        faults = self.faults(*settings, scenario=scenario)
        assert len(faults) == 1, faults
        return faults[0]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def day_mapping() -> dict[str, Any]:
    return {
        "name": "two-hours",
        "currency": "EUR",
        "time": {"start": "2018-01-01 00:00", "end": "2018-01-01 02:00"},
        "zones": {"Z": {"spot_price_per_mwh": [10.0, 20.0], "grid_cfe_share": 0.5}},
        "sites": {"S": {"zone": "Z", "load": {"flat_mw": 1}, "grid": {"energy": {"flat_per_mwh": 50}}}},
        "contracts": {
            "C": {
                "technology": "onshore_wind",
                "zone": "Z",
                "structure": "pay_as_produced",
                "strike_per_mwh": 30,
                "capacity_factor": [0.25, 0.5],
            }
        },
        "target": {"matching": "hourly", "cfe": 0.9},
    }


def _put(mapping: dict[str, Any], key: str, value: object) -> None:
    *path, last = key.split(".")
    for part in path:
        mapping = mapping.setdefault(part, {})
    mapping[last] = value


@pytest.fixture
def python_case() -> Callable[..., Case]:
    """Check the two-hour mapping with values at dotted keys changed."""

    def build(changes: dict[str, object] | None = None, **options: Any) -> Case:
        mapping = day_mapping()
        for key, value in (changes or {}).items():
            _put(mapping, key, value)
        return case_from_mapping(mapping, **options)

    return build


@pytest.fixture
def python_faults(python_case: Callable[..., Case]) -> Callable[..., list[str]]:
    def build(changes: dict[str, object], **options: Any) -> list[str]:
        with pytest.raises(InputError) as caught:
            python_case(changes, **options)
        return [str(fault) for fault in caught.value.faults]

    return build
