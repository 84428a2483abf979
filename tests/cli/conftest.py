"""Two winter days of a flat load with a little sun: solved in some milliseconds, bent by each test with --set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonmatch.cli import main

CASE = """\
name: two-days
currency: EUR
time: {start: 2018-01-01, end: 2018-01-03, timezone: UTC, step: 1h}
zones:
  DE: {spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400, grid_cfe_share: 0.5}
sites:
  berlin:
    zone: DE
    load: {flat_mw: 10}
    grid: {energy: {index: spot, margin_per_mwh: 12}, firm_capacity_charge_per_mw_year: 60000}
contracts:
  pv:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 48
    capacity_factor: {file: sun.csv, column: capacity_factor}
    max_mw: 1000
  wind: {technology: onshore_wind, zone: DE, structure: pay_as_produced, strike_per_mwh: 900, capacity_factor: 0.3}
storage:
  battery:
    zone: DE
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.86
surplus: {max_share: 0.5}
target: {matching: hourly, cfe: 0.6}
scenarios:
  cheap: {target.matching: none}
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def call(*words: object) -> Ended:
        with pytest.raises(SystemExit) as ending:
            main([str(word) for word in words])
        written = capsys.readouterr()
        return Ended(int(ending.value.code or 0), written.out, written.err)

    return call


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the case into a folder of its own, which is the working folder of the test."""
    rows = [
        f"2018-01-0{1 + hour // 24}T{hour % 24:02d}:00:00Z,{max(0, 5 - abs(hour % 24 - 12)) / 5}" for hour in range(48)
    ]
    (tmp_path / "sun.csv").write_text("\n".join(["timestamp_utc,capacity_factor", *rows]) + "\n")
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return path
