"""How the least cost moves when a case changes. Costs are compared to a millionth of what is paid and earned."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_cases import (
    PROPERTY,
    STEPS,
    cases,
    changed,
    contracts,
    cost_of,
    scaled,
    storages,
)

from carbonmatch.case import case_from_mapping
from carbonmatch.formulation import problem_from_case
from carbonmatch.formulation.matching import ledgers_coincide
from carbonmatch.solving.solve import CHAINS

MATCHINGS = st.sampled_from(["annual", "monthly", "hourly"])
SCOPES = st.sampled_from(["portfolio", "zone"])
SHARES = st.floats(0.0, 1.0) | st.sampled_from([0.0, 0.5, 0.9, 0.999, 1.0])


def with_target(case, **target):
    return {**case, "target": target}


# --- targets ----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases(), matching=MATCHINGS, scope=SCOPES, shares=st.tuples(SHARES, SHARES), credit=st.booleans())
def test_cost_never_falls_when_the_target_rises(case, matching, scope, shares, credit):
    target = {"matching": matching, "scope": scope, "grid_credit": credit and matching == "hourly"}
    low, high = (cost_of(with_target(case, cfe=cfe, **target)) for cfe in sorted(shares))
    assert low.at_most(high)


@PROPERTY
@given(case=cases(), matching=MATCHINGS, scope=SCOPES)
def test_no_target_is_the_cheapest_and_costs_what_a_target_of_zero_does(case, matching, scope):
    none = cost_of(with_target(case, matching="none"))
    zero = cost_of(with_target(case, matching=matching, cfe=0.0, scope=scope))
    assert none.equals(zero)
    assert none.at_most(cost_of(case))


@PROPERTY
@given(case=cases(), cfe=SHARES, scope=SCOPES)
def test_a_stricter_period_never_costs_less(case, cfe, scope):
    # what is matched hour by hour is contracted over the year, and so is what is contracted month by month
    annual, monthly, hourly = (
        cost_of(with_target(case, matching=matching, cfe=cfe, scope=scope))
        for matching in ("annual", "monthly", "hourly")
    )
    assert annual.at_most(monthly)
    assert annual.at_most(hourly)


@PROPERTY
@given(case=cases(), matching=MATCHINGS, cfe=SHARES)
def test_a_target_in_every_zone_never_costs_less_than_one_of_the_portfolio(case, matching, cfe):
    together, apart = (
        cost_of(with_target(case, matching=matching, cfe=cfe, scope=scope)) for scope in ("portfolio", "zone")
    )
    assert together.at_most(apart)


@PROPERTY
@given(case=cases(), cfe=SHARES, scope=SCOPES)
def test_grid_credit_never_costs_more(case, cfe, scope):
    with_credit, without = (
        cost_of(with_target(case, matching="hourly", cfe=cfe, scope=scope, grid_credit=credit))
        for credit in (True, False)
    )
    assert with_credit.at_most(without)


@PROPERTY
@given(case=cases(), share=st.sampled_from([0.0, 0.1, 0.5]))
def test_a_limit_on_surplus_never_costs_less(case, share):
    tight, loose, free = (
        cost_of({**case, "surplus": {**case["surplus"], "max_share": limit}}) for limit in (share, share + 0.5, None)
    )
    assert free.at_most(loose)
    assert loose.at_most(tight)


# --- offers -----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(data=st.data(), case=cases())
def test_one_more_contract_never_costs_more(data, case):
    offer = data.draw(contracts(list(case["zones"]), a_choice=True))
    more = changed(case, lambda c: c["contracts"].update(another=offer))
    assert cost_of(more).at_most(cost_of(case))


@PROPERTY
@given(data=st.data(), case=cases())
def test_one_more_storage_never_costs_more(data, case):
    offer = data.draw(storages(list(case["zones"])))
    more = changed(case, lambda c: c["storage"].update(another=offer))
    assert cost_of(more).at_most(cost_of(case))


def test_one_more_offer_does_not_change_how_a_storage_settles():
    # Ten MW in both hours, sun under a virtual contract in the first one, all of it matched: the storage carries the
    # sun's claim into the second hour and trades its energy at spot. A dear physical offer beside it can be left out;
    # it must not forbid the storage to do what it did.
    case = {
        "name": "two-hours",
        "currency": "EUR",
        "time": {"start": "2018-01-01T00:00", "end": "2018-01-01T02:00", "timezone": "UTC"},
        "zones": {"Z": {"spot_price_per_mwh": [40.0, 60.0]}},
        "sites": {"s": {"zone": "Z", "load": [10.0, 10.0], "grid": {"energy": {"flat_per_mwh": 60.0}}}},
        "contracts": {
            "sun": {
                "technology": "solar",
                "zone": "Z",
                "structure": "virtual",
                "strike_per_mwh": 55,
                "capacity_factor": [1.0, 0.0],
                "max_mw": 100,
            }
        },
        "storage": {
            "battery": {
                "zone": "Z",
                "power_cost_per_mw_year": 8760,
                "energy_cost_per_mwh_year": 4380,
                "round_trip_efficiency": 0.81,
                "max_power_mw": 100,
                "max_energy_mwh": 100,
            }
        },
        "surplus": {"price": None, "max_share": None},
        "target": {"matching": "hourly", "cfe": 1.0},
    }
    dear = {"technology": "nuclear", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 900, "max_mw": 100}
    more = changed(case, lambda c: c["contracts"].update(dear=dear))
    assert cost_of(more).at_most(cost_of(case))


@PROPERTY
@given(data=st.data(), case=cases())
def test_a_storage_of_size_zero_is_no_storage(data, case):
    storage = data.draw(storages(list(case["zones"])))
    nothing = {**storage, "max_power_mw": 0}
    if "max_energy_mwh" in storage:
        nothing["max_energy_mwh"] = 0
    more = changed(case, lambda c: c["storage"].update(nothing=nothing))
    assert cost_of(more).equals(cost_of(case))


@PROPERTY
@given(data=st.data(), case=cases())
def test_a_contract_of_size_zero_is_no_contract(data, case):
    nothing = {**data.draw(contracts(list(case["zones"]), a_choice=True)), "max_mw": 0}
    more = changed(case, lambda c: c["contracts"].update(nothing=nothing))
    assert cost_of(more).equals(cost_of(case))


@PROPERTY
@given(case=cases(), seed=st.integers(0, 2**16))
def test_the_order_of_offers_changes_nothing(case, seed):
    def shuffle(c):
        for block in ("contracts", "storage", "sites", "zones"):
            names = list(c[block])
            random.Random(seed).shuffle(names)
            c[block] = {name: c[block][name] for name in names}

    assert cost_of(changed(case, shuffle)).equals(cost_of(case))


@PROPERTY
@given(case=cases(), share=st.floats(0.1, 0.9))
def test_an_offer_in_two_halves_is_the_same_offer(case, share):
    def halve(c):
        offer = c["contracts"].pop("offer0")
        sizes = [size for size in ("min_mw", "max_mw", "existing_mw") if size in offer]
        for name, part in (("first", share), ("second", 1.0 - share)):
            c["contracts"][name] = {**offer, **{size: offer[size] * part for size in sizes}}

    assert cost_of(changed(case, halve)).equals(cost_of(case))


# --- scaling ----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases(), factor=st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_scaling_all_prices_scales_the_cost(case, factor):
    dearer = scaled(case, factor, lambda key: key.endswith(("_per_mwh", "_mw_year", "_mwh_year")) or key in PRICES)
    assert cost_of(dearer).equals(cost_of(case).times(factor))


PRICES = {"energy", "price"}
SIZES = {"load", "min_mw", "max_mw", "existing_mw", "max_power_mw", "max_energy_mwh"}


@PROPERTY
@given(case=cases(), factor=st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_scaling_load_and_limits_scales_the_cost(case, factor):
    larger = scaled(case, factor, SIZES.__contains__)
    assert cost_of(larger).equals(cost_of(case).times(factor))


@PROPERTY
@given(case=cases(), turn=st.integers(1, STEPS - 1))
def test_turning_the_day_changes_nothing(case, turn):
    # storage is cyclic and no other row of these targets looks at the clock
    def turned(value):
        if isinstance(value, dict):
            return {key: turned(inner) for key, inner in value.items()}
        return value[turn:] + value[:turn] if isinstance(value, list) else value

    case = {**case, "target": {**case["target"], "matching": case["target"]["matching"].replace("monthly", "annual")}}
    assert cost_of(turned(case)).equals(cost_of(case))


# --- one set of variables, two sets of variables, three engines -------------------------------------------------------


@PROPERTY
@given(case=cases(coinciding=True))
def test_two_ledgers_cost_what_one_does_where_they_coincide(case):
    problem = problem_from_case(case_from_mapping(case, Path()))
    assert all(ledgers_coincide(problem, zone) for zone in range(len(problem.zones)))
    assert cost_of(case, split_ledgers=True).equals(cost_of(case, split_ledgers=False))


@PROPERTY
@given(case=cases(target=st.just({"matching": "none"})), cfe=SHARES)
def test_two_ledgers_cost_what_one_does_in_any_case(case, cfe):
    case = with_target(case, matching="hourly", cfe=cfe)
    assert cost_of(case, split_ledgers=True).equals(cost_of(case, split_ledgers=False))


@pytest.mark.parametrize("chain", [*CHAINS.values(), ("ipx", "simplex")], ids="-".join)
@PROPERTY
@given(case=cases())
def test_engines_agree(case, chain):
    assert cost_of(case, chain=chain).equals(cost_of(case))
