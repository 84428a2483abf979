"""An offer enters just below its entry strike and not above; it leaves just above its exit strike and not below."""

from __future__ import annotations

import pytest
from explained_day import BATTERY, FIRM_OFFER, OTHER_WIND, WIND_OFFER, YEARS, cost, day, explained
from small_cases import merged, solved

NEAR = 0.002
"""Relative distance to a threshold at which the other side is solved."""

OTHER = {**WIND_OFFER, "capacity_factor": OTHER_WIND, "strike_per_mwh": 300}
OFFERS = {
    "pay_as_produced": OTHER,
    "virtual": {**OTHER, "structure": "virtual"},
    "curtailable": {**OTHER, "curtailment": {"compensation": 0.4}},
    "curtailable_for_nothing": {**OTHER, "curtailment": {"compensation": 0.0}},
    "curtailable_at_full_pay": {**OTHER, "curtailment": {"compensation": 1.0}},
    "clean_firm": {**FIRM_OFFER, "strike_per_mwh": 300},
    "clean_firm_without_must_run": {**FIRM_OFFER, "strike_per_mwh": 300, "must_run_share": 0.0},
}


def sized(offer, **changes):
    """Return what is taken of an offer beside the day's."""
    _, solution, _ = solved(day(contracts={"offer": merged(offer, changes)}))
    return solution.contracted_mw[2]


@pytest.mark.parametrize("structure", OFFERS)
def test_an_offer_left_out_enters_just_below_its_entry_strike(structure):
    offer, virtual = OFFERS[structure], structure == "virtual"
    entry = explained(day(contracts={"offer": offer}), exit_prices=virtual).summary["contracts"]["offer"]
    assert not entry["taken"]
    # in hours that are just matched energy and claim have one worth together, but many apart: a sliver is solved for
    assert (entry["worth_is_unique"], entry["entry_is_measured"]) == (not virtual, virtual)
    strike = entry["entry_strike_per_mwh"]
    assert 20 < strike < 300
    assert entry["strike_above_entry_per_mwh"] == pytest.approx(300 - strike)
    assert sized(offer, strike_per_mwh=strike * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
    assert sized(offer, strike_per_mwh=strike * (1 - NEAR)) > 0.01


def test_where_prices_are_not_unique_the_entry_strike_that_they_give_is_the_most_it_can_be():
    case = day(contracts={"offer": OFFERS["virtual"]})
    read = explained(case).summary["contracts"]["offer"]["entry_strike_per_mwh"]
    measured = explained(case, exit_prices=True).summary["contracts"]["offer"]["entry_strike_per_mwh"]
    assert measured < read - 0.01
    # at what the prices say it stays out: that much is proved
    assert sized(OFFERS["virtual"], strike_per_mwh=read) == pytest.approx(0, abs=1e-9)


def test_an_offer_of_firm_power_enters_just_below_its_entry_fee_too():
    # at a strike that it earns, and a fee that it does not
    offer = {**FIRM_OFFER, "strike_per_mwh": 60, "capacity_fee_per_mw_year": 900_000}
    entry = explained(day(contracts={"offer": offer})).summary["contracts"]["offer"]
    assert not entry["taken"]
    fee = entry["entry_fee_per_mw_year"]
    assert 0 < fee < 900_000
    assert sized(offer, capacity_fee_per_mw_year=fee * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
    assert sized(offer, capacity_fee_per_mw_year=fee * (1 - NEAR)) > 0.01
    # one condition at a time: at its own fee it would enter below another strike
    strike = entry["entry_strike_per_mwh"]
    assert sized(offer, strike_per_mwh=strike - NEAR * abs(strike)) > 0.01
    assert sized(offer, strike_per_mwh=strike + NEAR * abs(strike)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("matching", ["annual", "monthly"])
def test_a_target_over_a_period_pays_for_every_hour_alike(matching):
    case = day(contracts={"offer": OTHER}, target={"matching": matching, "cfe": 0.9})
    strike = explained(case).summary["contracts"]["offer"]["entry_strike_per_mwh"]

    def taken_at(price):
        changed = day(
            contracts={"offer": {**OTHER, "strike_per_mwh": price}}, target={"matching": matching, "cfe": 0.9}
        )
        return solved(changed)[1].contracted_mw[2]

    assert taken_at(strike * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
    assert taken_at(strike * (1 - NEAR)) > 0.01


def test_an_offer_that_is_taken_freely_is_worth_its_strike():
    explanation = explained(day(contracts={"offer": {**FIRM_OFFER, "strike_per_mwh": 67}}))
    for name, entry in explanation.summary["contracts"].items():
        assert entry["taken"], name
        assert entry["at"] is None
        assert entry["entry_strike_per_mwh"] == pytest.approx(entry["strike_per_mwh"])
        assert entry["net_worth_per_mw_year"] == pytest.approx(0, abs=1e-3)


DEAR_BATTERIES = {
    "free": {**BATTERY, "power_cost_per_mw_year": 60_000, "energy_cost_per_mwh_year": 40_000},
    "tied": {**BATTERY, "power_cost_per_mw_year": 60_000, "energy_cost_per_mwh_year": 10_000, "duration_hours": 3},
    "cycled": {
        **BATTERY,
        "power_cost_per_mw_year": 60_000,
        "energy_cost_per_mwh_year": 40_000,
        "cycles_per_year": 300,
        "min_state_of_charge": 0.1,
    },
    "from_the_grid": {
        **BATTERY,
        "power_cost_per_mw_year": 60_000,
        "energy_cost_per_mwh_year": 40_000,
        "grid_charging": True,
    },
}


@pytest.mark.parametrize("kind", DEAR_BATTERIES)
def test_a_storage_left_out_enters_just_below_its_entry_costs(kind):
    battery = DEAR_BATTERIES[kind]
    case = day(storage={"battery": battery}, target={"cfe": 0.6})
    entry = explained(case).summary["storage"]["battery"]
    assert not entry["taken"]
    costs = entry["entry"]
    for key in ("power_cost_per_mw_year", "energy_cost_per_mwh_year"):
        assert 0 < costs[key] < battery[key]

        def power(value, key=key):
            changed = day(storage={"battery": {**battery, key: value}}, target={"cfe": 0.6})
            return solved(changed)[1].power_mw[0]

        assert power(costs[key] * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
        assert power(costs[key] * (1 - NEAR)) > 0.001
    if kind == "tied":
        assert costs["duration_hours"] == 3


def test_what_one_unit_of_a_storage_would_earn_bounds_the_reduced_costs_of_its_sizes():
    # Inside a storage of size zero the duals are not unique, and those that an engine returns make its reduced costs
    # anything from nothing to the true distance.
    from carbonmatch.formulation import build_model, problem_from_case
    from carbonmatch.solving import SolveOptions, compile_model, solve_compiled

    case = day(storage={"battery": DEAR_BATTERIES["free"]}, target={"cfe": 0.6})
    costs = explained(case).summary["storage"]["battery"]["entry"]
    problem = problem_from_case(case)
    compiled = compile_model(build_model(problem))
    for engine in ("simplex", "hipo"):
        optimum = solve_compiled(compiled, problem.yardstick, SolveOptions(solver=(engine,)))
        program = compiled.program
        reduced = program.cost - program.matrix.transposed_times(optimum.duals)
        for column, value in zip(compiled.columns, reduced, strict=True):
            if column.local_name in {"power_mw", "energy_mwh"}:
                key = {"power_mw": "power_cost_per_mw_year", "energy_mwh": "energy_cost_per_mwh_year"}[
                    column.local_name
                ]
                distance = DEAR_BATTERIES["free"][key] - costs[key]
                assert -1e-3 <= value / YEARS <= distance * (1 + 1e-6)


TAKEN = {
    "pay_as_produced": {**OTHER, "strike_per_mwh": 55},
    "virtual": {**OTHER, "structure": "virtual", "strike_per_mwh": 50},
    "curtailable": {**OTHER, "strike_per_mwh": 45, "curtailment": {"compensation": 0.4}},
    "clean_firm": {**FIRM_OFFER, "strike_per_mwh": 55},
}


@pytest.mark.parametrize("structure", TAKEN)
def test_an_offer_that_is_taken_leaves_just_above_its_exit_strike(structure):
    offer = TAKEN[structure]
    case = day(contracts={"offer": offer})
    explanation = explained(case, exit_prices=True)
    entry = explanation.summary["contracts"]["offer"]
    assert entry["taken"]
    found = entry["exit"]
    strike = found["exit_strike_per_mwh"]
    assert strike > offer["strike_per_mwh"]
    assert sized(offer, strike_per_mwh=strike * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
    assert sized(offer, strike_per_mwh=strike * (1 - NEAR)) > 0.001
    # and it saves what the day costs more without it
    nothing = day(contracts={"offer": {**offer, "max_mw": 0}})
    saved = (cost(nothing) - cost(case)) / YEARS
    assert found["saved_per_year"] == pytest.approx(saved, rel=1e-6)
    assert found["saved_per_mwh"] == pytest.approx(saved * YEARS / entry["generation_mwh"], rel=1e-6)
    assert not found["indispensable"]


@pytest.mark.parametrize("key", ["power_cost_per_mw_year", "energy_cost_per_mwh_year"])
def test_a_storage_that_is_taken_leaves_just_above_its_exit_costs(key):
    found = explained(day(), exit_prices=True).summary["storage"]["battery"]["exit"]
    assert found["saved_per_year"] == pytest.approx((cost(day(storage={"battery": ...})) - cost(day())) / YEARS)
    limit = found[f"exit_{key}"]
    assert limit > BATTERY[key]

    def power(value):
        return solved(day(storage={"battery": {key: value}}))[1].power_mw[0]

    assert power(limit * (1 + NEAR)) == pytest.approx(0, abs=1e-9)
    assert power(limit * (1 - NEAR)) > 0.001


def test_an_offer_without_which_the_target_cannot_be_met_is_indispensable():
    # the sun is not there at night, and there is nothing to keep it in
    case = day(storage={"battery": ...}, contracts={"wind": {"max_mw": 200}})
    entry = explained(case, exit_prices=True).summary["contracts"]
    assert entry["wind"]["exit"] == {"indispensable": True, "why_not": None}
    assert entry["sun"]["exit"]["indispensable"] is False


def test_what_is_signed_or_left_out_has_no_exit():
    signed = {**WIND_OFFER, "existing_mw": 3}
    explanation = explained(day(contracts={"signed": signed, "offer": OTHER}), exit_prices=True)
    entries = explanation.summary["contracts"]
    assert (entries["signed"]["exit"], entries["signed"]["no_exit_because"]) == (None, "already signed")
    assert (entries["offer"]["exit"], entries["offer"]["no_exit_because"]) == (None, "not taken")
    assert entries["signed"]["at"] == "held"
