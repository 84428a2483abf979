"""What counts, of meters and in the summary: the same rules as in a plan."""

from __future__ import annotations

import pytest
from analytic.test_eligibility import ACROSS
from by_meter import a_metered_case
from small_cases import QUICK, a_case

import carbonmatch as cm
from carbonmatch.study import solve_case


def test_meters_of_a_neighbour_count_in_hours_of_like_prices():
    # sun 0 16 14 0: prices are alike in the second hour alone, so that 10 of its 16 MWh are matched
    changes = {
        "zones": {
            "Z": {"spot_price_per_mwh": [40, 40, 40, 40], "neighbours": {"FR": {"max_price_ratio": 1.05}}},
            "FR": {"spot_price_per_mwh": [40, 41, 50, 40]},
        },
        "contracts": {"sun": {"zone": "FR", "delivered_to": "Z", "structure": "virtual"}},
    }
    result = cm.match(a_metered_case(changes))
    assert result.hourly["matched_mwh"].tolist() == pytest.approx([0, 10, 0, 0])
    assert result.summary["eligibility"]["sun"]["target"]["deliverable_share"] == pytest.approx(16 / 30)
    # by the year all 30 MWh are claimed, as of one market
    assert result.summary["scope2"]["ghgp_2015"]["claimed_mwh"] == pytest.approx(30)


def test_the_summary_tells_claim_by_claim_what_counts():
    told = solve_case(a_case(ACROSS), QUICK).summary["eligibility"]["swap"]
    assert told["target"] == {
        "counts": True,
        "why_not": "Of neighbouring zone FR, in hours with prices within a factor of 1.05: what it generates in other "
        "hours is not deliverable.",
        "deliverable_share": 0.5,
    }
    assert told["ghgp_2015"]["counts"] is True
    assert told["re100"]["counts"] is False
    assert told["re100"]["why_not"].startswith("The case gives no date of commissioning.")
