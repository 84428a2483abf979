"""Terms and pairs over random days: what must hold whatever the numbers are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import TWO_HOURS, a_case, merged, solved

from carbonmatch.accounting import prove
from carbonmatch.case.ownership import annuity_factor
from carbonmatch.errors import InfeasibleError

HOURS = 12


@st.composite
def days(draw):
    """Return half a day with sun that may be curtailed, wind, and a battery beside the sun."""

    def numbers(low, high):
        return draw(st.lists(st.integers(low, high), min_size=HOURS, max_size=HOURS))

    sun = np.array(numbers(0, 4)) / 4.0
    battery = {
        "zone": "Z",
        "round_trip_efficiency": draw(st.sampled_from([0.49, 0.81, 1.0])),
        "power_cost_per_mw_year": 730 * draw(st.integers(0, 20)),
        "energy_cost_per_mwh_year": 730 * draw(st.integers(1, 10)),
        "degradation_cost_per_mwh": draw(st.integers(0, 3)),
        "min_state_of_charge": draw(st.sampled_from([0.0, 0.25])),
    }
    return merged(
        TWO_HOURS,
        {
            "time": {"start": "2018-01-01", "end": "2018-01-01T12:00"},
            "zones": {
                "Z": {"spot_price_per_mwh": [float(p) for p in numbers(-20, 90)], "carbon_intensity_g_per_kwh": ...}
            },
            "sites": {"s": {"load": numbers(1, 10)}},
            "contracts": {
                "sun": {
                    "capacity_factor": sun,
                    "strike_per_mwh": draw(st.integers(10, 60)),
                    "loss_factor": draw(st.sampled_from([1.0, 0.75])),
                    "curtailment": {"compensation": draw(st.sampled_from([0.25, 1.0]))},
                },
                "wind": {
                    "technology": "onshore_wind",
                    "zone": "Z",
                    "structure": "pay_as_produced",
                    "capacity_factor": np.array(numbers(0, 4)) / 4.0,
                    "strike_per_mwh": draw(st.integers(20, 80)),
                    "max_mw": 20,
                },
            },
            "storage": {"battery": battery},
            "target": {"matching": "hourly", "cfe": draw(st.sampled_from([0.2, 0.4]))},
        },
    )


def beside(case, **keys):
    return merged(case, {"storage": {"battery": {"paired_with": "sun", **keys}}})


def cost_of(case):
    """Return the cost of a case whose accounts are proved; infinite where it cannot be met."""
    try:
        problem, solution, _ = solved(a_case(base=case))
    except InfeasibleError:
        return float("inf")
    prove(problem, solution, ledger_of(problem, solution))
    return solution.objective


@settings(max_examples=12, deadline=None)
@given(days(), st.sampled_from(["connection_mw", "connection_share"]))
def test_a_wider_connection_never_costs_more_and_a_storage_by_itself_never_more_than_beside_a_plant(case, key):
    values = (2.0, 6.0) if key == "connection_mw" else (0.25, 0.75)
    costs = [cost_of(beside(case, **{key: value})) for value in values]
    costs += [cost_of(beside(case)), cost_of(case)]
    for narrow, wide in pairwise(costs):
        assert narrow >= wide - 1e-6 * (1.0 + abs(wide)) or narrow == wide


OWNED = st.fixed_dictionaries(
    {
        "power_capex_per_kw": st.floats(0.0, 200.0),
        "energy_capex_per_kwh": st.floats(0.0, 100.0),
        "life_years": st.integers(1, 40),
        "discount_rate": st.floats(0.0, 0.2),
        "fixed_om_per_kwh_year": st.floats(0.0, 5.0),
        "variable_om_per_mwh": st.just(1.5),
    }
)


@settings(max_examples=12, deadline=None)
@given(days(), OWNED)
def test_owned_terms_cost_what_their_yearly_costs_do(case, owned):
    rate, life = owned["discount_rate"], owned["life_years"]
    worth = sum((1.0 + rate) ** -year for year in range(1, life + 1))
    assert annuity_factor(rate, life) * worth == pytest.approx(1.0, rel=1e-9)
    none = {"power_cost_per_mw_year": ..., "energy_cost_per_mwh_year": ...}
    by_terms = merged(case, {"storage": {"battery": {**none, "owned": owned}}})
    yearly = {
        "power_cost_per_mw_year": 1000 * owned["power_capex_per_kw"] / worth,
        "energy_cost_per_mwh_year": 1000 * (owned["energy_capex_per_kwh"] / worth + owned["fixed_om_per_kwh_year"]),
        "discharge_cost_per_mwh": 1.5,
    }
    by_year = merged(case, {"storage": {"battery": yearly}})
    assert cost_of(by_terms) == pytest.approx(cost_of(by_year), rel=1e-7, abs=1e-6)
