"""Budget, carbon price and carbon cap in a case: what may stand beside what, and what a linear programme can count."""

from __future__ import annotations

import pytest
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InputError

MIX = {"zones": {"Z": {"residual_mix_g_per_kwh": [500, 300]}}}
WIND = {
    "technology": "onshore_wind",
    "zone": "Z",
    "structure": "pay_as_produced",
    "strike_per_mwh": 60,
    "capacity_factor": 0.3,
}
CAP = {"target": {"carbon_cap_t_per_year": 1000}}


def faults(*changes):
    mapping = TWO_HOURS
    for change in changes:
        mapping = merged(mapping, change)
    with pytest.raises(InputError) as caught:
        case_from_mapping(mapping)
    return [str(fault) for fault in caught.value.faults]


def test_a_budget_needs_no_share_and_may_have_a_least_one():
    for target in ({"cfe": ...}, {"cfe": 0.5}):
        case = a_case({"target": {"matching": "hourly", "budget_per_year": 1e6, **target}})
        assert case.target.budget_per_year == 1e6


def test_a_budget_may_be_below_zero_for_a_case_that_earns():
    assert a_case({"target": {"matching": "hourly", "budget_per_year": -5.0}}).target.budget_per_year == -5.0


def test_all_faults_of_a_target_are_told_at_once():
    assert faults({"target": {"budget_per_year": 1, "carbon_price_per_t": -1, "carbon_cap_t_per_year": 5}}) == [
        "target.budget_per_year: is given, and matching is none; a budget buys the best score, so say of which kind: "
        "hourly, monthly or annual",
        "target.carbon_price_per_t: is -1; a number of at least 0 is wanted",
        "target.carbon_cap_t_per_year: emissions of load without a claim count, and the zone Z gives neither a "
        "residual mix nor a mix of fossil plants; add zones.Z.residual_mix_g_per_kwh (or zones.Z.fossil_mix_g_per_kwh)",
    ]


@pytest.mark.parametrize("key", ["carbon_price_per_t", "carbon_cap_t_per_year"])
def test_contracts_that_emit_differently_cannot_be_counted(key):
    changes = {"contracts": {"wind": {**WIND, "emission_factor_g_per_kwh": 12}}, "target": {key: 1000}}
    assert faults(MIX, changes) == [
        f"target.{key}: emissions count, and contracts of the zone Z emit differently [g/kWh]: sun 0, wind 12. Which "
        "of them met which hour is known only once the portfolio is; give all the same emission_factor_g_per_kwh"
    ]


def test_contracts_of_different_zones_may_emit_differently():
    other = {
        "zones": {"Y": {"spot_price_per_mwh": 40.0, "fossil_mix_g_per_kwh": 800}},
        "sites": {"y": {"zone": "Y", "load": [1.0, 1.0], "grid": {"energy": {"flat_per_mwh": 50}}}},
        "contracts": {"wind": {**WIND, "zone": "Y", "emission_factor_g_per_kwh": 12}},
    }
    assert a_case(merged(merged(MIX, other), CAP)).target.counts_carbon


def test_a_zone_without_a_site_needs_no_mix():
    assert a_case(merged(merged(MIX, {"zones": {"X": {}}}), CAP)).target.counts_carbon


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"contracts": {"sun": {"emission_factor_g_per_kwh": 400}}},
            "in the zone Z its contracts emit more than residual_mix_g_per_kwh says in 1 of 2 steps, so that a claim",
        ),
        (
            {"zones": {"Z": {"standard_supply": {"share": [0.0, 0.1], "emission_factor_g_per_kwh": 400}}}},
            "in the zone Z standard supply emit more than residual_mix_g_per_kwh says in 1 of 2 steps",
        ),
        (
            {
                "zones": {"Z": {"standard_supply": {"share": [0.2, 0.0]}}},
                "contracts": {"sun": {"emission_factor_g_per_kwh": 10}},
            },
            "in the zone Z its contracts emit more than standard supply says in 1 of 2 steps",
        ),
    ],
)
def test_factors_that_do_not_rise_are_told_with_the_steps(changes, words):
    (fault,) = faults(MIX, changes, CAP)
    assert words in fault
    a_case(merged(MIX, changes))  # without a price or a cap the accounts alone count, and they can


def test_a_case_of_meters_says_what_solving_it_would_need():
    meters = {"sites": {"s": {"metered_load_mw": [10.0, 10.0]}}, **CAP}
    case = a_case(meters)
    assert [str(fault).split(";")[0] for fault in case.missing_to_solve] == [
        "target.carbon_cap_t_per_year: emissions of load without a claim count, and the zone Z gives neither a "
        "residual mix nor a mix of fossil plants"
    ]
    unlike = {"contracts": {"wind": {**WIND, "emission_factor_g_per_kwh": 12}}}
    case = a_case(merged(merged(MIX, unlike), meters))
    assert "emit differently" in str(case.missing_to_solve[0])
