"""Studies of two winter days with six offers, solved in milliseconds: real records for pages and workbooks."""

from __future__ import annotations

import json
from pathlib import Path

import carbonmatch as cm
from carbonmatch.report.delivery import write_report
from carbonmatch.report.study import read_study

CASE = """\
name: {name}
currency: {currency}
time: {{start: 2018-01-01, end: 2018-01-03, timezone: UTC, step: 1h}}
zones:
  DE: {{spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400, grid_cfe_share: 0.5}}
sites:
  berlin:
    zone: DE
    load: {{flat_mw: 10}}
    grid: {{energy: {{index: spot, margin_per_mwh: 12}}, firm_capacity_charge_per_mw_year: 60000}}
contracts:
  pv-brandenburg:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 48
    capacity_factor: {{file: factors.csv, column: sun}}
    max_mw: 60
  wind-brandenburg:
    technology: onshore_wind
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 70
    capacity_factor: {{file: factors.csv, column: wind}}
    max_mw: 9
  wind-north-sea-far-from-the-coast:
    technology: offshore_wind
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 95
    capacity_factor: {{file: factors.csv, column: sea}}
    max_mw: 4
  hydro:
    technology: hydro
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 160
    capacity_factor: 0.9
    max_mw: {hydro}
storage:
  battery:
    zone: DE
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.86
    max_power_mw: {battery}
  never-built:
    zone: DE
    power_cost_per_mw_year: 1
    energy_cost_per_mwh_year: 1
    round_trip_efficiency: 0.5
    max_power_mw: 0
surplus: {{price: {{index: spot, margin_per_mwh: -5}}, max_share: 0.5}}
target: {{matching: hourly, cfe: 0.6}}
scenarios:
  cheap-sun: {{contracts.pv-brandenburg.strike_per_mwh: 30}}
  a-quarter-more: {{target.cfe: 0.75}}
"""
QUICK = cm.SolveOptions(solver=("simplex", "ipx"))


def write_case(folder, name="two-days", *, currency="EUR", hydro=1, battery=3):
    """Write the case; with little of its hydro and its battery [MW], high targets are out of reach."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"2018-01-0{1 + hour // 24}T{hour % 24:02d}:00:00Z,{max(0, 5 - abs(hour % 24 - 12)) / 5:.3f},"
        f"{0.15 + 0.7 * (hour % 17) / 17:.3f},{0.9 - 0.8 * (hour % 13) / 13:.3f}"
        for hour in range(48)
    ]
    (folder / "factors.csv").write_text("\n".join(["timestamp_utc,sun,wind,sea", *rows]) + "\n")
    path = folder / f"{name}.yaml"
    path.write_text(CASE.format(name=name, currency=currency, hydro=hydro, battery=battery))
    return path


def swept(folder, targets=(), **options):
    """Sweep the case and return the study that was written."""
    limits = {name: options.pop(name) for name in ("hydro", "battery") if name in options}
    case = write_case(folder, **limits)
    cm.sweep(case, targets, out=folder / "sweep", options=QUICK, jobs=1, **options)
    return read_study(folder / "sweep")


def compared(folder, **options):
    """Compare two cases in two currencies, the first with its scenarios, and return the study."""
    euros, pounds = write_case(folder), write_case(folder, "across-the-sea", currency="GBP", hydro=4)
    cm.compare([euros, pounds], out=folder / "comparison", options=QUICK, jobs=1, **options)
    return read_study(folder / "comparison")


def stressed(folder, **options):
    """Put the portfolio of the case under stress and return the study."""
    cm.stress(write_case(folder), out=folder / "stress", options=QUICK, jobs=1, **options)
    return read_study(folder / "stress")


def changed(study, folder, change):
    """Return a copy of a study with its record changed by a function, in a folder of its own."""
    content = json.loads(json.dumps(study.content))
    change(content)
    folder.mkdir(parents=True)
    Path(folder, study.kind.record).write_text(json.dumps(content), encoding="utf-8")
    return read_study(folder)


def write_study_page(folder):
    """Write the page on a study beside its record, and return where it stands."""
    return _written(folder, "html")


def write_study_workbook(folder):
    """Write the workbook on a study beside its record, and return where it stands."""
    return _written(folder, "xlsx")


def _written(folder, form):
    read_study(folder)  # what is no study is told as that, and not written as a run
    (path,) = write_report(folder, [form], force=True)
    return path
