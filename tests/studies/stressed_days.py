"""Two days of a small load, with everything that can be shocked, as a file."""

from __future__ import annotations

from pathlib import Path

CASE = """\
name: two-days
currency: EUR
time: {start: 2018-01-31, end: 2018-02-02, timezone: UTC, step: 6h}     # a day of January, a day of February
zones:
  Z: {spot_price_per_mwh: {file: data.csv, column: spot}, grid_cfe_share: 0.5}
sites:
  works:
    zone: Z
    load: {flat_mw: 10}
    grid: {energy: {index: spot, margin_per_mwh: 10}, connection_mw: 10}
  office:
    zone: Z
    load: {file: data.csv, column: office_mw}
    grid: {energy: {flat_per_mwh: 90}}
contracts:
  sun:
    technology: solar
    zone: Z
    structure: pay_as_produced
    strike_per_mwh: 30
    capacity_factor: {file: data.csv, column: sun}
    max_mw: 60
  wind:
    technology: onshore_wind
    zone: Z
    structure: pay_as_produced
    strike_per_mwh: 45
    capacity_factor: {file: data.csv, column: wind}
    loss_factor: 0.9
    max_mw: 60
  far-too-dear:
    technology: offshore_wind
    zone: Z
    structure: pay_as_produced
    strike_per_mwh: 900
    capacity_factor: 0.4
    max_mw: 60
storage:
  battery:
    zone: Z
    power_cost_per_mw_year: 90
    energy_cost_per_mwh_year: 180
    round_trip_efficiency: 0.81
    max_power_mw: 10
    max_energy_mwh: 60
surplus: {max_share: 0.9}
target: {matching: hourly, cfe: 0.8}
"""

STRESS = """\
stress:
  dear-grid: {words: the grid costs 200, set: {zones.Z.spot_price_per_mwh: 200}}
  small-office: {set: {sites.office.load: {flat_mw: 0.5}, target.cfe: 0.7}}
"""

ROWS = """\
timestamp_utc,spot,office_mw,sun,wind
2018-01-31T00:00Z,40,1,0,0.5
2018-01-31T06:00Z,20,2,0.8,0.2
2018-01-31T12:00Z,20,2,1,0.1
2018-01-31T18:00Z,60,1,0,0.4
2018-02-01T00:00Z,40,1,0,0.3
2018-02-01T06:00Z,20,2,0.5,0.3
2018-02-01T12:00Z,20,2,0.6,0.6
2018-02-01T18:00Z,60,1,0,0.9
"""


def write_case(folder: Path, more: str = "") -> Path:
    """Write the case and its table; return the path of the case."""
    (folder / "data.csv").write_text(ROWS)
    path = folder / "case.yaml"
    path.write_text(CASE + more)
    return path
