"""Contracts by what they deliver, through every command: what each says, what it writes, what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

CASE = """\
name: delivery
currency: EUR
time: {start: 2018-03-30, end: 2018-04-02, timezone: UTC, step: 1h}
zones:
  DE: {spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400, grid_cfe_share: 0.5, marginal_g_per_kwh: 600}
sites:
  berlin:
    zone: DE
    load: {flat_mw: 10}
    grid: {energy: {index: spot, margin_per_mwh: 12}, firm_capacity_charge_per_mw_year: 60000}
contracts:
  block:
    technology: onshore_wind
    zone: DE
    structure: baseload
    strike_per_mwh: 50
    capacity_factor: {file: wind.csv, column: capacity_factor}
    max_mw: 4
  peak:
    technology: solar
    zone: DE
    structure: shaped
    strike_per_mwh: 55
    hourly_certificates: true
    shape: {daily: [0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0]}
    max_mw: 2
    start: 2018-03-31
  river:
    technology: hydro
    zone: DE
    structure: pay_as_consumed
    strike_per_mwh: 60
    volume_mwh_per_mw_year: 6000
    least_volume_share: 0.1
    most_volume_share: 1.2
    take_or_pay: {share: 0.9, period: month}
    max_mw: 5
  retailer:
    technology: clean_firm
    zone: DE
    structure: retail_supply
    strike_per_mwh: 70
    cfe_share: 0.75
    guarantee: {share: 0.8, penalty_per_mwh: 30}
storage:
  battery:
    zone: DE
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.86
surplus: {price: {flat_per_mwh: 10}}
target: {matching: hourly, cfe: 0.85}
"""


@pytest.fixture
def case(tmp_path, monkeypatch):
    stamps = pd.date_range("2018-03-30", "2018-04-02", freq="1h", tz="UTC", inclusive="left")
    wind = 0.5 + 0.45 * np.sin(np.arange(len(stamps)) / 7)
    pd.DataFrame({"timestamp_utc": stamps, "capacity_factor": wind}).to_csv(tmp_path / "wind.csv", index=False)
    (tmp_path / "case.yaml").write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def solved(case, run):
    assert run("solve", "case.yaml", "--out", "run").code == 0
    return case / "run"


def told(folder):
    return json.loads((folder / "summary.json").read_text())


def test_what_is_paid_is_recomputed_from_the_table_of_contracts(solved):
    summary, rows = told(solved), pd.read_parquet(solved / "contracts.parquet")
    paid = rows.groupby("contract").payment.sum()
    for name, contract in summary["contracts"].items():
        assert paid[name] == pytest.approx(contract["cost"])
    size = {name: contract["contracted_mw"] for name, contract in summary["contracts"].items()}
    own = {name: part.reset_index() for name, part in rows.groupby("contract")}

    # A block is paid for what is delivered: its size in each hour, whatever the plant generates.
    assert own["block"].delivered_mwh.to_numpy() == pytest.approx(np.full(72, size["block"]))
    assert own["block"].payment.to_numpy() == pytest.approx(own["block"].delivered_mwh.to_numpy() * 50)
    assert own["block"].claimable_mwh.to_numpy() == pytest.approx(own["block"].generation_mwh.to_numpy())
    assert summary["contracts"]["block"]["delivered_mwh"] == pytest.approx(72 * size["block"])

    # Nothing on the first day, 12 of 24 hours at double power on the others.
    assert own["peak"].delivered_mwh.sum() == pytest.approx(2 * 24 * size["peak"])
    assert own["peak"].delivered_mwh[:24].abs().max() == 0.0

    # Take or pay: by the month, the larger of what is taken and 0.9 of 6000 / 8760 of each MW and hour.
    month = own["river"].interval_start_utc.dt.month
    taken = own["river"].generation_mwh.groupby(month).sum()
    hours = own["river"].interval_start_utc.groupby(month).count()
    least = 0.9 * 6000 / 8760 * hours * size["river"]
    due = 60 * np.maximum(taken, least)
    assert own["river"].payment.groupby(month).sum().to_numpy() == pytest.approx(due.to_numpy(), rel=1e-5)
    assert summary["contracts"]["river"]["agreed_volume_mwh"] == pytest.approx(6000 / 8760 * 72 * size["river"])

    supply = summary["contracts"]["retailer"]
    assert supply["claimable_mwh"] == pytest.approx(0.75 * supply["generation_mwh"])
    assert supply["guarantee"] == {"share": 0.8, "penalty_per_mwh": 30, "shortfall_mwh": None, "penalty": None}
    lines = {line["name"]: line["quantity"] for line in summary["embodied_emissions"]["lines"]}
    assert lines["block"] == pytest.approx(own["block"].generation_mwh.sum())
    avoided = summary["avoided_emissions"]["by_contract"]["retailer"]
    assert avoided == pytest.approx(0.6 * supply["claimable_mwh"])


def test_sizes_held_settings_and_sweeps_are_solved(solved, run):
    held = run("solve", "case.yaml", "--fix", "run", "--out", "held")
    assert held.code == 0, held.err
    assert told(solved.parent / "held")["cost"]["net_of_sales"] == pytest.approx(told(solved)["cost"]["net_of_sales"])
    swept = run(
        "sweep", "case.yaml", "--vary", "contracts.river.take_or_pay.share=0,0.5,1", "--jobs", "1", "--out", "sweep"
    )
    assert swept.code == 0, swept.err
    record = json.loads((solved.parent / "sweep" / "sweep.json").read_text())
    costs = [point["cost_net_of_sales"] for point in record["points"]]
    assert len(costs) == 3
    assert (np.diff(costs) > -1e-3).all()
    changed = run("solve", "case.yaml", "--set", "contracts.river.strike_per_mwh=58", "--out", "cheaper")
    assert changed.code == 0, changed.err


def test_it_is_explained_and_a_volume_says_so(solved, run):
    ended = run("explain", "run", "--jobs", "1")
    assert ended.code == 0, ended.err
    assert "at its largest size; a volume is" in ended.out
    record = json.loads(run("explain", "run", "--jobs", "1", "--json").out)
    assert record["contracts"]["river"]["net_worth_per_mw_year"] is None
    assert record["contracts"]["block"]["capture_value_per_mwh"] is not None


def test_it_is_diagnosed(case, run):
    ended = run("diagnose", "case.yaml", "--set", "target.cfe=1", "--set", "contracts.retailer.max_mw=1")
    assert ended.code == 0, ended.err
    assert "contracts.block.max_mw" in ended.out


def test_it_is_stressed_and_operation_without_foresight_is_refused(solved, run):
    stressed = run("stress", "run", "--shock", "load", "--shock", "outage", "--jobs", "1")
    assert stressed.code == 0, stressed.err
    refused = run("stress", "run", "--shock", "foresight", "--jobs", "1", "--force")
    assert refused.code == 2
    assert "contracts.block: delivers and claims different energy" in refused.err
    assert "contracts.river: is taken as it is used, or within a volume" in refused.err


def test_every_report_is_written_and_the_bundle_is_verified(solved, run):
    formats = ("html", "xlsx", "csv", "parquet", "json", "granular-certificates", "audit")
    ended = run("report", "run", *(word for name in formats for word in ("--format", name)), "--force")
    assert ended.code == 0, ended.err
    page = (solved / "report.html").read_text()
    for words in (
        "Carbon-free share of supply",
        "onshore wind, baseload",
        "hydro, pay as consumed",
        "clean firm, retail supply",
    ):
        assert words in page
    verified = run("verify", "run/audit.zip")
    assert verified.code == 0, verified.out


def test_several_weather_years_choose_one_size(case, run):
    changes = "{contracts.block.capacity_factor: 0.2, contracts.retailer.cfe_share: 0.9}"
    (case / "years.yaml").write_text(f"{CASE}\nweather_years:\n  one: {{}}\n  two: {{set: {changes}}}\n")
    ended = run("solve", "years.yaml", "--out", "years")
    assert ended.code == 0, ended.err
    assert "weather years" in ended.out


def test_a_metered_period_settles_the_guarantee(case, run):
    # 3 MW of baseload are signed: 3 MWh each hour are delivered, 0.8 * 3 generated. The retailer supplied 4 MW at a
    # share of 0.75: 288 MWh, of which 216 are claims where 230.4 were guaranteed: 14.4 * 30 = 432 are due.
    signed = CASE.replace("    max_mw: 4\n", "    existing_mw: 3\n    metered_generation_mw: 2.4\n")
    signed = signed.replace("    cfe_share: 0.75\n", "    cfe_share: 0.75\n    metered_generation_mw: 4\n")
    (case / "metered.yaml").write_text(signed)
    ended = run("match", "metered.yaml", "--out", "metered")
    assert ended.code == 0, ended.err
    assert "Carbon-free share of supply" in ended.out
    contracts = told(case / "metered")["contracts"]
    assert contracts["block"]["delivered_mwh"] == pytest.approx(216.0)
    assert contracts["block"]["generation_mwh"] == pytest.approx(172.8)
    assert contracts["retailer"]["guarantee"]["shortfall_mwh"] == pytest.approx(14.4)
    assert contracts["retailer"]["guarantee"]["penalty"] == pytest.approx(432.0)
    rows = pd.read_parquet(case / "metered" / "hourly.parquet")
    # 10 MWh are used in an hour, 3 and 4 delivered: 3 are bought at retail. 2.4 and 3 are claims.
    assert rows.retail_supply_mwh.to_numpy() == pytest.approx(np.full(72, 3.0))
    assert rows.matched_mwh.to_numpy() == pytest.approx(np.full(72, 5.4))


def test_what_a_plant_generates_outside_its_contract_is_not_claimed(case, run):
    # 2.4 MW at the plant for three days, the contract ends after the first: 57.6 of 172.8 MWh are the buyer's.
    signed = CASE.replace(
        "    max_mw: 4\n", "    existing_mw: 3\n    metered_generation_mw: 2.4\n    end: 2018-03-31\n"
    )
    (case / "metered.yaml").write_text(signed)
    ended = run("match", "metered.yaml", "--out", "metered")
    assert ended.code == 0, ended.err
    block = told(case / "metered")["contracts"]["block"]
    assert block["generation_mwh"] == pytest.approx(57.6)
    assert block["delivered_mwh"] == pytest.approx(3 * 24)
    assert "block generated 115.200 MWh before its contract started or after it ended" in ended.err


def test_the_most_of_a_volume_can_stand_in_the_way(case, run):
    # 10 MW of hydro may give 5000 / 8760 * 0.5 = 28.5 % of 10 MW all day: a load of 10 MW matched at 85 % takes a
    # share of 0.85 * 8760 / 5000 = 1.4892.
    river = CASE[CASE.index("  river:") : CASE.index("  retailer:")]
    for old, new in (("6000", "5000"), ("1.2", "0.5"), ("max_mw: 5", "existing_mw: 10")):
        river = river.replace(old, new)
    head, tail = CASE[: CASE.index("  block:")], CASE[CASE.index("storage:") :]
    (case / "river.yaml").write_text(head + river + tail)
    ended = run("diagnose", "river.yaml")
    assert ended.code == 0, ended.err
    assert "28.5 % of load hour by hour, within the limits of the case" in ended.out
    (row,) = (line.split() for line in ended.out.splitlines() if line.startswith("contracts.river.most_volume_share"))
    assert row[1:] == ["share", "0.5", "at", "least", "1.4892", "100.0", "%"]
