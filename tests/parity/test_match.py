"""The MATCH case, which another model (MATCH, Peninsula Clean Energy) solved, through the project's own case file.

The optimum is known to ten digits from three other routes (../shared/cases/match/README.md). Everything is settled at
the hourly market price there; in the words of a case file that is

* retail energy at spot plus a margin per hour, the hedge, paid on what is not delivered from contracts;
* surplus sold at spot without a margin;
* curtailment where the spot price is at most zero, at the full strike.

COST   The reference is printed to cents, and both sides end within 1e-6 of the optimum: 52 USD of 52 million.
SIZE   Sizes are printed to 0.01 MW; an optimum within 1e-6 leaves some 1e-4 of a size open: 0.1 %, or 0.1 MW near zero.
SHARE  The annual share is printed to 0.01 %; it follows the sizes: the same 0.1 %.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carbonmatch.case import load_case
from carbonmatch.study import solve_case

COST = 1e-6
SIZE, SIZE_NEAR_ZERO_MW = 1e-3, 0.1
SHARE = 1e-3

FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "match"

pytestmark = [
    pytest.mark.year,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the MATCH case is not here: {FOLDER} does not exist"),
]

TECHNOLOGY = {"solar": "solar", "wind": "onshore_wind", "geothermal": "geothermal"}

CASE = """\
name: match
currency: USD
time: {{start: 2030-01-01, end: 2031-01-01, timezone: Etc/GMT+7}}
zones:
  mountain:
    spot_price_per_mwh: {{file: prices.csv, column: price, timezone: Etc/GMT+7}}
sites:
  load:
    zone: mountain
    load: {{file: "{hourly}", column: load_mw, timezone: Etc/GMT+7}}
    grid:
      energy: {{index: spot, margin_per_mwh: {{file: prices.csv, column: hedge, timezone: Etc/GMT+7}}}}
contracts:
{contracts}
storage:
{storage}
surplus: {{price: {{index: spot, margin_per_mwh: 0}}}}
target: {{matching: hourly, cfe: 0.9}}
scenarios:
  annual: {{target.matching: annual, target.cfe: 1.0}}
"""

CONTRACT = """\
  {name}:
    technology: {technology}
    zone: mountain
    structure: pay_as_produced
    strike_per_mwh: {strike}
    capacity_factor: {profile}
    max_mw: {max_mw}
"""
CURTAILMENT = "    curtailment: {compensation: 1, when_spot_price_at_most_per_mwh: 0}\n"

STORAGE = """\
  {name}:
    zone: mountain
    power_cost_per_mw_year: {cost}
    energy_cost_per_mwh_year: 0
    duration_hours: {duration}
    round_trip_efficiency: {efficiency}
    standing_loss_per_hour: {leakage}
    cycles_per_year: {cycles}
    cycle_basis: stored
    max_power_mw: {max_mw}
"""


@pytest.fixture(scope="module")
def case_file(tmp_path_factory):
    """The case as a user would write it: one YAML file, beside it the prices rounded as the reference rounds them."""
    folder = tmp_path_factory.mktemp("match")
    hourly = FOLDER / "hourly.csv"
    table = pd.read_csv(hourly)
    stamps = pd.to_datetime(table["timestamp_mst"])
    price = table["grid_price_usd_per_mwh"].round(2)
    hedge = (0.1 * price.groupby([stamps.dt.month, stamps.dt.hour]).transform("mean")).round(2)
    prices = pd.DataFrame({"timestamp": table["timestamp_mst"], "price": price, "hedge": hedge})
    prices.to_csv(folder / "prices.csv", index=False)

    contracts = []
    for row in pd.read_csv(FOLDER / "projects.csv").itertuples():
        variable = row.type == "variable"
        profile = f'{{file: "{hourly}", column: {row.profile}, timezone: Etc/GMT+7}}' if variable else "0.95"
        technology = TECHNOLOGY[row.project.split("_")[0]]
        contract = CONTRACT.format(
            name=row.project, technology=technology, strike=row.ppa_usd_per_mwh, profile=profile, max_mw=row.max_mw
        )
        contracts.append(contract + (CURTAILMENT if variable else ""))
    storage = [
        STORAGE.format(
            name=row.storage,
            cost=row.capacity_cost_usd_per_mw_year,
            duration=row.duration_h,
            efficiency=row.roundtrip_efficiency,
            leakage=row.leakage_per_h,
            cycles=row.max_cycles_per_year,
            max_mw=row.max_mw,
        )
        for row in pd.read_csv(FOLDER / "storage.csv").itertuples()
    ]
    path = folder / "match.yaml"
    path.write_text(CASE.format(hourly=hourly, contracts="".join(contracts), storage="".join(storage)), "utf-8")
    return path


@pytest.fixture(scope="module")
def hourly(case_file):
    return solve_case(load_case(case_file))


@pytest.fixture(scope="module")
def annual(case_file):
    return solve_case(load_case(case_file, scenario="annual"))


def test_cost_of_90_percent_hourly(hourly):
    assert hourly.summary["cost"]["net_of_sales"] == pytest.approx(52_033_530.65, rel=COST)
    assert hourly.summary["scores"]["hourly_matched_share"] == pytest.approx(0.9, abs=1e-6)


def test_cost_per_mwh_of_load(hourly):
    assert hourly.summary["cost"]["net_of_sales_per_mwh_load"] == pytest.approx(59.40, abs=0.005)


@pytest.mark.parametrize(
    ("name", "contracted_mw"),
    [
        ("solar_golden_co", 0.0),
        ("solar_amarillo_tx", 98.40),
        ("solar_daggett_ca", 81.39),
        ("wind_amarillo_tx", 297.13),
        ("geothermal_firm", 0.0),
    ],
)
def test_contracts_of_90_percent_hourly(hourly, name, contracted_mw):
    found = hourly.summary["contracts"][name]["contracted_mw"]
    assert found == pytest.approx(contracted_mw, rel=SIZE, abs=SIZE_NEAR_ZERO_MW)


@pytest.mark.parametrize(("name", "power_mw"), [("liion_4h", 27.52), ("ldes_12h", 0.0)])
def test_storage_of_90_percent_hourly(hourly, name, power_mw):
    found = hourly.summary["storage"][name]["power_mw"]
    assert found == pytest.approx(power_mw, rel=SIZE, abs=SIZE_NEAR_ZERO_MW)


def test_the_cycle_limit_of_lithium_binds(hourly):
    assert hourly.summary["storage"]["liion_4h"]["full_cycles"] == pytest.approx(365.0, rel=SIZE)


def test_annual_share_of_90_percent_hourly(hourly):
    assert hourly.summary["scores"]["annual_volumetric_share"] == pytest.approx(1.7499, rel=SHARE)


def test_cost_of_100_percent_annual(annual):
    assert annual.summary["cost"]["net_of_sales"] == pytest.approx(44_246_770.87, rel=COST)


def test_score_of_100_percent_annual(annual):
    """What the published comparison found for this case: three quarters, without a cap on surplus or credit."""
    assert annual.summary["scores"]["hourly_matched_share"] == pytest.approx(0.76, abs=0.005)
