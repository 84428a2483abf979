"""The bundled case of virtual contracts and hourly certificates, against `reference.py` and its own table.

COST    Two optima are compared that each carry a gap of up to 1e-6 of gross cost.
MONEY   Sums of the same numbers in another order, relative to gross cost.
The size of the certificates is their largest offer, and no choice: it is not compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import reference
from parity.test_reference import COST, MODELS, SIZE, Variant, mapping, sizes_of

from carbonmatch.case import case_from_mapping
from carbonmatch.study import solve_case

CAMPUS = "ai-campus-lyon-virtual"
CERTIFICATES = "rhone-certificates"
MONEY = 1e-9
LOAD_MW = 60.0


def check_sizes(result, model, answer):
    expected = {name: float(answer.values[column]) for name, column in model.sizes.items() if CERTIFICATES not in name}
    sizes = {name: size for name, size in sizes_of(result).items() if CERTIFICATES not in name}
    assert sizes == pytest.approx(expected, rel=SIZE, abs=SIZE * LOAD_MW)


@pytest.fixture(scope="module")
def new_year_week(tmp_path_factory):
    """The case over the first week of 2018, in which German prices fall below zero; (mapping, result, run folder)."""
    case = mapping(Variant("campus", CAMPUS, lambda _: True))
    folder = tmp_path_factory.mktemp("campus") / "run"
    return case, solve_case(case_from_mapping(case, MODELS), out=folder), folder


def test_a_week_costs_what_the_reference_says(new_year_week):
    case, result, _ = new_year_week
    model = reference.build(case, MODELS)
    answer = reference.solve_with_scipy(model.matrix)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(answer.cost, rel=COST)
    check_sizes(result, model, answer)


def test_what_is_paid_comes_out_of_the_table_and_the_case_alone(new_year_week):
    """Cost of every contract from what it generates, the prices of 2018, and the terms of the case."""
    case, result, folder = new_year_week
    table = pd.read_parquet(folder / "contracts.parquet")
    axis = reference.Axis.of(case["time"])
    there = {zone: reference.series(case["zones"][zone]["spot_price_per_mwh"], axis, MODELS) for zone in ("FR", "DE")}
    weights = 1.06 ** -np.arange(1.0, 13.0)
    levelised = 54.0 * (weights * 1.015 ** np.arange(12)).sum() / weights.sum()
    due = {
        "wind-collar": np.clip(there["FR"] + 6.0, 46.0, 72.0) - there["FR"],
        "wind-hub": np.where(there["DE"] < 0.0, 0.0, case["contracts"]["wind-hub"]["strike_per_mwh"] - there["DE"]),
        "pv-escalated": np.where(there["FR"] < 0.0, 0.0, levelised - there["FR"]),
        CERTIFICATES: np.full(len(axis.starts), 9.0),
    }
    assert (there["DE"] < 0.0).any()
    gross = sum(max(part, 0.0) for part in result.summary["cost"]["components"].values())
    for name, price in due.items():
        rows = table[table["contract"] == name].sort_values("interval_start_utc")
        assert (rows["delivered_mwh"] == 0.0).all()
        payment = price * rows["generation_mwh"].to_numpy()
        assert rows["payment"].to_numpy() == pytest.approx(payment, abs=MONEY * gross)
        assert result.solution.contract_cost[name] == pytest.approx(payment.sum(), abs=MONEY * gross)
    bought = table.loc[table["contract"] == CERTIFICATES, "generation_mwh"]
    assert bought.sum() > 1.0
    assert bought.max() <= 18.0 * (1.0 + 1e-6)


@pytest.mark.year
def test_the_year_costs_what_the_reference_says(solve_year):
    model = reference.build(reference.read_yaml(MODELS / f"{CAMPUS}.yaml"), MODELS)
    answer = reference.solve_year(model.matrix)
    result, _ = solve_year(CAMPUS)
    assert answer.bound == pytest.approx(answer.cost, rel=COST)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(answer.cost, rel=COST)
    check_sizes(result, model, answer)


@pytest.mark.year
def test_what_the_scenarios_show(solve_year):
    hourly, annual, usual = (solve_year(CAMPUS, scenario=s)[0] for s in (None, "annual", "business-as-usual"))
    assert annual.summary["scores"]["annual_volumetric_share"] >= 1.0 - COST
    assert annual.summary["scores"]["hourly_matched_share"] < hourly.summary["scores"]["hourly_matched_share"]
    cost = {run.summary["cost"]["net_of_sales"] for run in (hourly, annual, usual)}
    assert min(cost) == usual.summary["cost"]["net_of_sales"]
