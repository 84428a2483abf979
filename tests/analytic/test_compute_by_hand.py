"""What a million tokens cost and emit in two hours, solved by hand.

Load 10 and 10 MWh; retail energy at 50 and 70; sun at 80 in the first hour alone. 2.5e9 tokens per MWh: 50,000 million.

    no target    10 * 50 + 10 * 70 = 1,200                            0.024 per million tokens
    hourly 0.5   10 MW of sun: 10 * 80 + 10 * 70 = 1,500              0.030; the premium of 300 is 0.006

Compute costs 4,380 * 20,000 a year, in two hours 20,000: the premium is 1.5 % of it. IT is 8 MW.
"""

from __future__ import annotations

import pytest
from small_cases import QUICK, a_case

import carbonmatch as cm
from carbonmatch.accounting import premium_over, token_premium

STATED = {"tokens_per_mwh": 2.5e9, "cost_per_year": 4380 * 20_000.0, "it_mw": 8}


@pytest.fixture(scope="module")
def runs():
    """Return the summaries without a target and with one."""
    targets = ({"matching": "none"}, {"matching": "hourly", "cfe": 0.5})
    cases = [a_case({"sites": {"s": {"compute": STATED}}, "target": target}) for target in targets]
    return [cm.solve(case, options=QUICK).summary for case in cases]


def test_energy_per_million_tokens(runs):
    for summary, expected in zip(runs, (0.024, 0.030), strict=True):
        assert summary["compute"]["million_tokens"] == pytest.approx(50_000.0)
        assert summary["compute"]["cost"]["per_million_tokens"] == pytest.approx(expected)
    assert runs[1]["compute"]["cost"]["share_of_compute_cost"] == pytest.approx(0.075)


def test_the_premium_per_million_tokens(runs):
    none, hourly = runs
    premium = token_premium(premium_over(hourly, none), hourly["compute"])
    assert premium["per_million_tokens"] == pytest.approx(0.006)
    assert premium["share_of_compute_cost"] == pytest.approx(0.015)
    assert hourly["compute"]["premium"]["per_million_tokens"] is None


def test_carbon_per_million_tokens(runs):
    # Location-based 10 * 500 + 10 * 300 kg = 8 t: 160 g. By the year the sun covers half of each hour: 4 t, 80 g.
    emissions = runs[1]["compute"]["emissions"]["ghgp_2015"]
    assert emissions["location_based_g_per_million_tokens"] == pytest.approx(160.0)
    assert emissions["market_based_g_per_million_tokens"] == pytest.approx(80.0)


def test_what_is_bound_per_mw_of_it(runs):
    # 10 MW of sun over 8 MW; 800 is due in two hours, 4,380 times that in a year.
    portfolio = runs[1]["compute"]["portfolio"]
    assert portfolio["contracted_mw_per_it_mw"] == pytest.approx(1.25)
    assert portfolio["contracts_due_per_year"] == pytest.approx(800.0 * 4380)
    assert portfolio["contracts_due_per_year"] == pytest.approx(portfolio["contracts_paid_per_year"])
    assert portfolio["storage_capital"] == 0.0
