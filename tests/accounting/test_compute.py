"""Economics of compute, by hand. Every number is worked out beside the test."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from by_hand import (
    CERTIFICATE,
    a_contract,
    a_factor,
    a_problem,
    a_site,
    a_solution,
    a_storage,
    a_zone,
    facts_of,
    steps,
)

from carbonmatch.accounting import Premium, build_ledger, flows_of, premium_over, summarise, token_premium
from carbonmatch.accounting.capital import capital_of, due_whatever_is_used
from carbonmatch.accounting.tokens import tokens_of
from carbonmatch.records import ComputeFacts, LoadChanges, StoragePayment, VolumeTerms

ONE, HALF = steps(1, 1), steps(0.5, 0.5)
YEAR = 2 / 8760
"""The horizon of two hours, in years."""


def stated(**changes):
    values = {
        "tokens_per_mwh": 2e9,
        "of_it": False,
        "of": "",
        "load_share": ONE,
        "counted_share": ONE,
        "it_mw": 8.0,
        "cost_per_year": 8760 * 5000.0,
    }
    return ComputeFacts(**{**values, **changes})


def two_hours(compute, *, contracts=(), storage=(), sites=None, zones=None, solution=None, changed=None):
    """Return the economics of a load of 10 and 30 MWh, whose cost is 1,000 net and 1,200 gross."""
    zones = zones or (a_zone("Z", steps(10, 30), carbon_intensity_g_per_kwh=steps(500, 300)),)
    problem = a_problem(zones, contracts, storage, sites=sites)
    facts = facts_of(problem)
    facts = replace(
        facts,
        zones=tuple(
            replace(known, average=None if zone.carbon_intensity_g_per_kwh is None else average(zone))
            for known, zone in zip(facts.zones, zones, strict=True)
        ),
        sites=tuple(replace(site, compute=of) for site, of in zip(facts.sites, compute, strict=True)),
    )
    facts = replace(facts, **(changed or {}))
    solved = a_solution(
        problem,
        [contract.available_mwh_per_mw for contract in contracts],
        **{"cost": {"contracts": 1200.0, "surplus_sales": -200.0}, **(solution or {})},
    )
    ledger = build_ledger(problem, flows_of(solved), facts)
    return summarise(problem, solved, ledger, facts, CERTIFICATE)


def average(zone):
    return replace(a_factor(0, len(zone.load_mwh)), g_per_kwh=zone.carbon_intensity_g_per_kwh)


# --- tokens and cost --------------------------------------------------------------------------------------------------


def test_a_case_that_states_no_compute_tells_nothing_of_it():
    assert "compute" not in two_hours([None])


def test_all_load_makes_tokens():
    # 40 MWh * 2e9 tokens = 80,000 million. Cost gross 1,200 / 80,000 = 0.015, net 1,000 / 80,000 = 0.0125.
    # Compute costs 8760 * 5,000 a year, in two hours 10,000: 12 % and 10 % of it is energy.
    compute = two_hours([stated()])["compute"]
    assert compute["million_tokens"] == pytest.approx(80_000.0)
    assert (compute["token_load_mwh"], compute["token_load_share"]) == (40.0, 1.0)
    cost = compute["cost"]
    assert cost["per_million_tokens"] == pytest.approx(0.015)
    assert cost["net_of_sales_per_million_tokens"] == pytest.approx(0.0125)
    assert cost["compute_cost"] == pytest.approx(10_000.0)
    assert cost["share_of_compute_cost"] == pytest.approx(0.12)
    assert cost["net_of_sales_share_of_compute_cost"] == pytest.approx(0.10)
    assert cost["total_of_other_load"] == cost["net_of_sales_of_other_load"] == 0.0
    assert compute["notes"] == []


def test_a_class_makes_tokens_and_bears_its_share_of_the_cost():
    # The class draws 8 of 10 and 12 of 30 MWh: 20 of 40 MWh, half of the load. 20 * 2e9 = 40,000 million tokens.
    # Of the cost of 1,200 gross 600 is its own: 600 / 40,000 = 0.015, as for all load: a MWh costs what a MWh costs.
    share = steps(0.8, 0.4)
    summary = two_hours([stated(of="inference", load_share=share)])
    compute = summary["compute"]
    cost = compute["cost"]
    assert compute["million_tokens"] == pytest.approx(40_000.0)
    assert compute["token_load_share"] == pytest.approx(0.5)
    assert cost["total"] == pytest.approx(600.0)
    assert cost["per_million_tokens"] == pytest.approx(0.015)
    assert "50.0 % of the load" in compute["notes"][0]
    assert compute["sites"]["site-Z"]["of"] == "inference"


def test_tokens_of_the_machines_are_counted_behind_cooling_and_losses():
    # 40 MWh of load, of which 0.8 reaches the machines: 32 MWh * 2e9 = 64,000 million; the whole load bears the cost.
    compute = two_hours([stated(of_it=True, counted_share=0.8 * ONE)])["compute"]
    assert compute["million_tokens"] == pytest.approx(64_000.0)
    assert compute["token_load_mwh"] == 40.0
    assert compute["cost"]["per_million_tokens"] == pytest.approx(1200.0 / 64_000.0)
    assert compute["sites"]["site-Z"]["tokens_counted_at"] == "machines"


@pytest.mark.parametrize("share", [ONE, steps(0.8, 0.4), steps(0.1, 0.0)])
def test_the_sums_add_up(share):
    """Cost per million tokens * million tokens, and what other load costs, are the cost of the run."""
    summary = two_hours([stated(of="inference", load_share=share)])
    compute = summary["compute"]
    cost = compute["cost"]
    for ours, other, all_of_it in (
        ("per_million_tokens", "total_of_other_load", "total"),
        ("net_of_sales_per_million_tokens", "net_of_sales_of_other_load", "net_of_sales"),
    ):
        assert cost[ours] * compute["million_tokens"] + cost[other] == pytest.approx(summary["cost"][all_of_it])
    for rules in ("ghgp_2015", "ghgp_revision_draft"):
        emitted = compute["emissions"][rules]
        for method in ("location_based", "market_based"):
            grams = emitted[f"{method}_g_per_million_tokens"] * compute["million_tokens"]
            assert grams == pytest.approx(emitted[f"{method}_t"] * 1e6)


def test_load_that_makes_no_tokens_has_no_cost_per_token():
    compute = two_hours([stated(of="inference", load_share=0.0 * ONE)])["compute"]
    assert compute["million_tokens"] == 0.0
    assert compute["cost"]["per_million_tokens"] is None
    assert compute["emissions"]["ghgp_2015"]["location_based_g_per_million_tokens"] is None


def test_without_the_compute_cost_its_share_is_not_known():
    compute = two_hours([stated(cost_per_year=None)])["compute"]
    assert compute["cost"]["share_of_compute_cost"] is None
    assert compute["cost"]["compute_cost"] is None
    assert compute["notes"] == [
        "No share of the compute cost is told: site-Z does not state sites.NAME.compute.cost_per_year."
    ]


# --- carbon -----------------------------------------------------------------------------------------------------------


def test_carbon_of_a_class_follows_its_hours():
    # Location-based: 8 MWh at 500 and 12 MWh at 300 g/kWh are 4 + 3.6 = 7.6 t; per million 7.6e6 / 40,000 = 190 g.
    compute = two_hours([stated(of="inference", load_share=steps(0.8, 0.4))])["compute"]
    for rules in ("ghgp_2015", "ghgp_revision_draft"):
        assert compute["emissions"][rules]["location_based_t"] == pytest.approx(7.6)
        assert compute["emissions"][rules]["location_based_g_per_million_tokens"] == pytest.approx(190.0)


def test_where_all_load_makes_tokens_its_carbon_is_that_of_scope_2():
    sun = a_contract("sun", steps(5, 40))
    summary = two_hours([stated()], contracts=[sun])
    for rules, emitted in summary["compute"]["emissions"].items():
        for method in ("location_based_t", "market_based_t"):
            assert emitted[method] == pytest.approx(summary["scope2"][rules][method])


def test_a_factor_that_is_not_known_leaves_the_carbon_unknown():
    compute = two_hours([stated()], zones=(a_zone("Z", steps(10, 30)),))["compute"]
    assert compute["emissions"]["ghgp_2015"]["location_based_t"] is None
    assert compute["emissions"]["ghgp_2015"]["location_based_g_per_million_tokens"] is None


def test_the_factor_of_a_supplier_is_that_of_its_site_alone():
    # Two sites share a zone by halves. By the year a's 20 MWh at its supplier's 50 g/kWh are 1 t; b's 20 MWh at the
    # average are 2.5 + 4.5 = 7 t. Location-based both emit 7 t.
    zone = a_zone("Z", steps(10, 30), carbon_intensity_g_per_kwh=steps(500, 300))
    sites = [a_site("a", 0, steps(5, 15)), a_site("b", 0, steps(5, 15))]
    problem = a_problem((zone,), sites=sites)
    known = facts_of(problem).sites
    known = (replace(known[0], supplier=a_factor(50, 2), compute=stated()), replace(known[1], compute=stated()))
    compute = two_hours([stated(), stated()], zones=(zone,), sites=sites, changed={"sites": known})["compute"]
    by_year = {name: site["emissions"]["ghgp_2015"] for name, site in compute["sites"].items()}
    assert by_year["a"]["market_based_t"] == pytest.approx(1.0)
    assert by_year["b"]["market_based_t"] == pytest.approx(7.0)
    assert by_year["a"]["location_based_t"] == by_year["b"]["location_based_t"] == pytest.approx(7.0)
    assert compute["emissions"]["ghgp_2015"]["market_based_t"] == pytest.approx(8.0)
    assert "tokens and emissions are told by site" in compute["notes"][0]


def test_a_portfolio_that_also_serves_something_else_is_not_told_per_mw_of_it():
    zone = a_zone("Z", steps(10, 30), carbon_intensity_g_per_kwh=steps(500, 300))
    sites = [a_site("factory", 0, steps(5, 15)), a_site("hall", 0, steps(5, 15))]
    compute = two_hours([None, stated()], zones=(zone,), sites=sites)["compute"]
    assert compute["token_load_share"] == pytest.approx(0.5)
    assert compute["cost"]["share_of_compute_cost"] is None
    assert compute["portfolio"]["contracted_mw_per_it_mw"] is None
    assert "factory does not state" in compute["notes"][1]
    assert compute["portfolio"]["notes"] == [
        "Nothing is told per MW of IT: the portfolio also serves factory, which states no compute."
    ]


# --- premium ----------------------------------------------------------------------------------------------------------


def test_a_premium_is_unknown_without_a_baseline_and_never_zero():
    premium = two_hours([stated()])["compute"]["premium"]
    assert premium["per_million_tokens"] is None
    assert premium["share_of_compute_cost"] is None
    assert "a run knows no baseline" in premium["why_not"]


def test_a_premium_over_a_run_that_does_not_compare_is_unknown():
    compute = two_hours([stated()])["compute"]
    premium = token_premium(Premium(why_not="its load is another one"), compute)
    assert premium == {
        "per_million_tokens": None,
        "share_of_compute_cost": None,
        "why_not": "its load is another one",
    }


def test_a_premium_is_shared_by_the_load_that_makes_tokens():
    # A premium of 200, of which half the load bears 100: 100 / 40,000 million; of a compute cost of 10,000 it is 2 %.
    compute = two_hours([stated(of="inference", load_share=steps(0.8, 0.4))])["compute"]
    premium = token_premium(Premium(amount=200.0, per_mwh_load=5.0), compute)
    assert premium["per_million_tokens"] == pytest.approx(100.0 / 40_000.0)
    assert premium["share_of_compute_cost"] == pytest.approx(0.02)
    assert premium["why_not"] == ""


# --- load that was changed --------------------------------------------------------------------------------------------


def changes_of(load, **flows):
    none = {"less_mwh": {}, "more_mwh": {}, "sent_mwh": {}, "received_mwh": {}, "curtailed_mwh": {}, "placed_mw": {}}
    return LoadChanges(np.array([load]), **{**none, **flows})


def planned_and_served(load, **changes):
    """Return a problem with the load that was served, and the facts of the planned one, 10 and 30 MWh."""
    planned = a_problem((a_zone("Z", steps(10, 30)),))
    facts = facts_of(planned)
    facts = replace(facts, sites=(replace(facts.sites[0], compute=stated(**changes)),))
    return a_problem((a_zone("Z", load),)), facts


def test_load_that_is_given_up_makes_no_tokens():
    # 4 of 40 MWh are given up: 36 MWh * 2e9 = 72,000 million.
    problem, facts = planned_and_served(steps(10, 26))
    changes = changes_of(steps(10, 26), curtailed_mwh={(0, "peak"): steps(0, 4)})
    (tokens,) = tokens_of(problem, facts, changes)
    assert tokens.million_tokens == pytest.approx(72_000.0)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        # The class has half of the load, 5 and 15 MWh. All that is given up is its own: 5 + 11 = 16 MWh.
        (ONE, 16.0),
        # None of it is: 5 + 15 = 20 MWh.
        (0.0 * ONE, 20.0),
        # Half of it is: 5 + 13 = 18 MWh.
        (HALF, 18.0),
    ],
)
def test_what_a_class_gives_up_is_its_own(share, expected):
    problem, facts = planned_and_served(steps(10, 26), of="inference", load_share=HALF, given_up_share={"peak": share})
    changes = changes_of(steps(10, 26), curtailed_mwh={(0, "peak"): steps(0, 4)})
    (tokens,) = tokens_of(problem, facts, changes)
    assert float(tokens.load_mwh.sum()) == pytest.approx(expected)
    assert tokens.million_tokens == pytest.approx(expected * 2000.0)


def test_what_a_class_moves_is_its_own():
    # The class has 5 and 15 MWh. 3 MWh of it move from the second hour to the first, and 1 MWh goes to another site.
    problem, facts = planned_and_served(steps(13, 26), of="inference", load_share=HALF, moved_share={"batch": ONE})
    changes = changes_of(
        steps(13, 26),
        less_mwh={(0, "batch"): steps(0, 3)},
        more_mwh={(0, "batch"): steps(3, 0)},
        sent_mwh={(0, "batch"): steps(0, 1)},
        received_mwh={(0, "batch"): steps(0, 0)},
    )
    (tokens,) = tokens_of(problem, facts, changes)
    np.testing.assert_allclose(tokens.load_mwh, steps(8, 11))


def test_what_is_placed_has_the_classes_of_the_site():
    # 10 and 10 MWh are placed beside 10 and 30: half of 20 and 40 is of the class.
    problem, facts = planned_and_served(steps(20, 40), of="inference", load_share=HALF)
    changes = changes_of(steps(20, 40), placed_mw={("new", 0): 10.0})
    (tokens,) = tokens_of(problem, facts, changes)
    np.testing.assert_allclose(tokens.load_mwh, steps(10, 20))


# --- what is bound ----------------------------------------------------------------------------------------------------


def test_what_cannot_be_curtailed_is_due_in_full():
    # 10 MW * (0.5 + 1.0) MWh/MW * 60 = 900.
    assert due_whatever_is_used(a_contract("sun", steps(0.5, 1.0)), 10.0, YEAR) == pytest.approx(900.0)


def test_what_may_be_curtailed_is_due_at_its_compensation():
    # Nothing need be generated: 10 MW * 1.5 MWh/MW * 0.4 * 60 = 360.
    contract = a_contract("sun", steps(0.5, 1.0), least_mwh_per_mw=steps(0, 0), compensation=0.4)
    assert due_whatever_is_used(contract, 10.0, YEAR) == pytest.approx(360.0)


def test_a_contract_for_difference_owes_before_what_it_pays_back():
    contract = a_contract("cfd", steps(0.5, 1.0), reference_price_per_mwh=steps(40, 50), physical=False)
    assert due_whatever_is_used(contract, 10.0, YEAR) == pytest.approx(900.0)


def test_firm_supply_owes_its_fee_and_what_must_run():
    # 10 MW * (8760 * 2/8760 fee + 0.2 + 0.2 MWh * 60) = 10 * (2 + 24) = 260.
    contract = a_contract(
        "firm",
        steps(1, 1),
        least_mwh_per_mw=steps(0.2, 0.2),
        compensation=0.0,
        capacity_fee_per_mw_year=8760.0,
        dispatchable=True,
    )
    assert due_whatever_is_used(contract, 10.0, YEAR) == pytest.approx(260.0)


def test_take_or_pay_owes_its_volume_beyond_what_must_run():
    # A volume of 2 MWh/MW, of which 80 % is paid: 1.6, of which 0.4 must run: 10 MW * (0.4 + 1.2) * 60 = 960.
    volume = VolumeTerms(steps(1, 1), 0.0, math.inf, 0.8, np.array([0, 0]))
    contract = a_contract(
        "firm", steps(1, 1), least_mwh_per_mw=steps(0.2, 0.2), compensation=0.0, dispatchable=True, volume=volume
    )
    assert due_whatever_is_used(contract, 10.0, YEAR) == pytest.approx(960.0)


def test_a_shape_is_due_whatever_is_generated():
    # 10 MW * 2 MWh/MW * (60 + 1.5 of fees) = 1,230.
    contract = a_contract("base", steps(0.5, 1.0), shape_mwh_per_mw=steps(1, 1), fees_per_mwh=1.5)
    assert due_whatever_is_used(contract, 10.0, YEAR) == pytest.approx(1230.0)


OWNED = StoragePayment("owned", None, {"power_capex_per_kw": 100.0, "energy_capex_per_kwh": 200.0})


def test_the_capital_of_an_owned_storage():
    # 4 MW * 100 per kW + 16 MWh * 200 per kWh = 400,000 + 3,200,000.
    assert capital_of(OWNED, 4.0, 16.0) == pytest.approx(3.6e6)
    assert capital_of(replace(OWNED, terms="tolled"), 4.0, 16.0) is None
    assert capital_of(None, 4.0, 16.0) is None


def bound(payments, sizes):
    storage = [a_storage(f"battery-{i}") for i in range(len(payments))]
    problem = a_problem((a_zone("Z", steps(10, 30)),), (), storage)
    known = facts_of(problem).storage
    known = tuple(replace(each, payment=payment) for each, payment in zip(known, payments, strict=True))
    power = np.array(sizes, dtype=float)
    return two_hours(
        [stated()],
        storage=storage,
        changed={"storage": known},
        solution={
            "power_mw": power,
            "energy_mwh": 4 * power,
            "storage_cost_parts": {
                each.name: {"capacity": 0.0, "operation": 0.0, "degradation": 0.0} for each in storage
            },
        },
    )["compute"]["portfolio"]


def test_capital_in_storage_per_mw_of_it():
    # 3.6 million over 8 MW of IT; its size costs 1 a year per MW and MWh: 4 + 16 = 20 a year, 2.5 per MW of IT.
    portfolio = bound([OWNED], [4.0])
    assert portfolio["storage_capital_per_it_mw"] == pytest.approx(450_000.0)
    assert portfolio["storage_energy_mwh_per_it_mw"] == pytest.approx(2.0)
    assert portfolio["storage_paid_per_year_per_it_mw"] == pytest.approx(2.5)
    assert portfolio["notes"] == []


def test_storage_that_is_not_owned_has_no_capital():
    portfolio = bound([None], [4.0])
    assert portfolio["storage_capital"] is None
    assert portfolio["storage_capital_per_it_mw"] is None
    assert portfolio["not_owned"] == ["battery-0"]
    assert "of battery-0 only what it costs in a year is told" in portfolio["notes"][0]


def test_beside_an_owned_storage_the_other_is_named():
    portfolio = bound([OWNED, None], [4.0, 4.0])
    assert portfolio["storage_capital"] == pytest.approx(3.6e6)
    assert portfolio["not_owned"] == ["battery-1"]


def test_storage_that_is_not_taken_binds_nothing():
    portfolio = bound([None], [0.0])
    assert portfolio["storage_capital"] == 0.0
    assert portfolio["notes"] == []


def test_contracts_per_mw_of_it():
    # 16 MW over 8 MW of IT; 16 MW * 1.5 MWh/MW * 60 = 1,440 in two hours.
    summary = two_hours(
        [stated()], contracts=[a_contract("sun", steps(0.5, 1.0))], solution={"contracted_mw": np.array([16.0])}
    )
    portfolio = summary["compute"]["portfolio"]
    assert portfolio["contracted_mw_per_it_mw"] == pytest.approx(2.0)
    assert portfolio["contracts_due_per_year_per_it_mw"] == pytest.approx(1440.0 / YEAR / 8.0)


# --- what compares ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("load", "why_not"),
    [
        (480.0, ""),
        (480.0 * (1.0 + 1e-8), ""),  # moved within its windows, to what a solver leaves
        (470.0, "its load is another one"),  # some of it was given up
        (None, "its load is another one"),
    ],
)
def test_only_the_same_load_compares(load, why_not):
    cost = {"net_of_sales": 10.0, "net_of_sales_per_mwh_load": 1.0}
    summary = {"cost": cost, "currency": "EUR", "period": {}, "load_mwh": 480.0, "scope2": {}}
    assert premium_over(summary, {**summary, "load_mwh": load}).why_not == why_not
