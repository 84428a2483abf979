"""The accounts of meters, by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from by_meter import BATTERY, a_metered_case
from numpy.testing import assert_allclose

import carbonmatch as cm
from carbonmatch.accounting import build_ledger, prove_accounts, read_meters
from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.links import deepest_discharge_mwh, efficiency_of
from carbonmatch.errors import InputError, VerificationError
from carbonmatch.runfolder import to_json


def matched(*changes):
    return cm.match(a_metered_case(*changes))


def hours(result, column):
    return result.hourly[column].to_numpy(dtype=float)


# --- load and generation ----------------------------------------------------------------------------------------------


def test_what_is_generated_in_an_hour_meets_the_load_of_that_hour_and_no_other():
    # load 10 10 10 10, sun 0 16 14 0: matched 0 10 10 0, excess 0 6 4 0
    result = matched()
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 0])
    assert_allclose(hours(result, "excess_mwh"), [0, 6, 4, 0])
    assert result.scores["hourly_matched_share"] == 0.5
    assert result.scores["annual_volumetric_share"] == 0.75
    assert result.summary["verified"] is True
    assert (result.summary["kind"], result.summary["status"]) == ("metered", "metered")


def test_what_only_an_optimiser_knows_is_none():
    summary = matched(BATTERY).summary
    for key in ("cost", "target", "shadow_prices", "certificate", "reconciliation"):
        assert summary[key] is None
    for key in ("contracted_mw", "strike_per_mwh", "capture_value_per_mwh", "cost", "cost_per_mwh", "max_mw"):
        assert summary["contracts"]["sun"][key] is None
    for key in ("power_mw", "energy_mwh", "duration_hours", "full_cycles", "cost", "max_power_mw"):
        assert summary["storage"]["battery"][key] is None
    assert summary["grid"]["s"]["firm_capacity_mw"] is None
    assert json.loads(to_json(summary)) == summary


def test_scope_2_is_counted_from_the_meters():
    # location: 10 * (0.5 + 0.4 + 0.3 + 0.2) = 14 t. Draft: 20 MWh claimed at 0, 20 at the residual mix: 12 t.
    # 2015: 30 of the 40 MWh are claimed, whatever their hour: 10 MWh at 0.6 = 6 t
    scope2 = matched().summary["scope2"]
    assert scope2["ghgp_2015"]["location_based_t"] == pytest.approx(14)
    assert scope2["ghgp_revision_draft"]["market_based_t"] == pytest.approx(12)
    assert scope2["ghgp_2015"]["market_based_t"] == pytest.approx(6)


def test_a_loss_between_the_meter_of_the_plant_and_the_site_is_taken_off():
    # 16 * 0.5 = 8 and 14 * 0.5 = 7 arrive
    result = matched({"contracts": {"sun": {"loss_factor": 0.5}}})
    assert_allclose(hours(result, "generation_mwh"), [0, 8, 7, 0])
    assert_allclose(hours(result, "matched_mwh"), [0, 8, 7, 0])


def test_steps_of_half_an_hour_count_half():
    half = {"time": {"end": "2018-01-01T02:00", "step": "30min"}}
    result = matched(half)
    assert result.summary["load_mwh"] == 20
    assert_allclose(hours(result, "matched_mwh"), [0, 5, 5, 0])


# --- the grid ---------------------------------------------------------------------------------------------------------


def test_what_physical_contracts_do_not_deliver_is_bought_and_what_they_deliver_beyond_the_load_is_sold():
    result = matched()
    assert_allclose(hours(result, "retail_supply_mwh"), [10, 0, 0, 10])
    assert_allclose(hours(result, "sold_mwh"), [0, 6, 4, 0])
    assert result.summary["grid"]["s"]["retail_supply_mwh"] == 20


def test_a_virtual_contract_delivers_nothing_and_claims_all_the_same():
    result = matched({"contracts": {"sun": {"structure": "virtual"}}})
    assert_allclose(hours(result, "retail_supply_mwh"), [10, 10, 10, 10])
    assert_allclose(hours(result, "sold_mwh"), [0, 0, 0, 0])
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 0])


def test_two_sites_of_a_zone_share_retail_supply_by_their_load():
    # 30 + 10 of load, sun 16 in the second hour: 24 are bought, 18 and 6 of them
    other = {"sites": {"s": {"metered_load_mw": [0, 30, 0, 0]}, "t": {"zone": "Z", "metered_load_mw": [0, 10, 0, 0]}}}
    grid = matched(other).summary["grid"]
    assert (grid["s"]["retail_supply_mwh"], grid["t"]["retail_supply_mwh"]) == (18, 6)


@pytest.mark.parametrize("physical", [True, False])
def test_energy_adds_up_in_every_step(physical):
    changes = {} if physical else {"contracts": {"sun": {"structure": "virtual"}}}
    rows = matched(BATTERY, changes).hourly
    delivered = rows.generation_mwh + rows.discharge_mwh - rows.charge_mwh if physical else 0.0
    assert_allclose(delivered + rows.retail_supply_mwh - rows.sold_mwh, rows.load_mwh)


# --- storage ----------------------------------------------------------------------------------------------------------


def test_stored_sun_is_claimed_when_it_comes_out():
    # 5 + 4 charged, 7.2 = 0.8 * 9 discharged: contracted 0 11 10 7.2, matched 0 10 10 7.2
    result = matched(BATTERY)
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 7.2])
    assert_allclose(hours(result, "matched_from_storage_mwh"), [0, 0, 0, 7.2])
    assert result.summary["storage"]["battery"]["efficiency"] == pytest.approx(0.8)
    assert not result.summary["warnings"]
    claims = result.claims[result.claims.storage == "battery"]
    assert_allclose(claims.matched_mwh.sum(), 7.2)
    assert_allclose(claims.production_mwh.sum(), 9)


def test_what_is_charged_beyond_the_sun_comes_from_the_grid_and_is_never_claimed():
    # at night 5 are charged, of which nothing is sun: 5 of 9 charged are grey. FIFO: the grey 5 come out first, as 4 of
    # the 7.2; the other 3.2 are sun, from the 4 charged in the third hour
    night = {"storage": {"battery": {"metered_charge_mw": [5.0, 0.0, 4.0, 0.0]}}}
    result = matched(BATTERY, night)
    assert_allclose(hours(result, "grey_charge_mwh"), [5, 0, 0, 0])
    assert_allclose(hours(result, "grey_discharge_mwh"), [0, 0, 0, 4])
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 3.2])
    assert_allclose(hours(result, "retail_supply_mwh"), [15, 0, 0, 2.8])
    stored = result.storage_hourly
    assert_allclose(stored.grey_charge_mwh, [5, 0, 0, 0])
    assert_allclose(stored.clean_charge_mwh, [0, 0, 4, 0])
    assert_allclose(stored.grey_discharge_mwh, [0, 0, 0, 4])
    assert_allclose(stored.clean_discharge_mwh, [0, 0, 0, 3.2])
    assert stored.clean_state_of_charge_mwh.isna().all()
    (warning,) = result.summary["warnings"]
    assert warning.startswith("battery gave 4.000 MWh that it had charged beyond the carbon-free energy of the hour")


def test_what_a_storage_held_before_the_period_is_not_claimed():
    # it begins full: 3 come out in the first hour, before anything is charged. 10.2 of 9 charged: the efficiency stays
    # at the 0.8 of the case, and the 3 are stock of before: not claimed
    full = {"storage": {"battery": {"metered_discharge_mw": [3.0, 0.0, 0.0, 7.2]}}}
    result = matched(BATTERY, full)
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 7.2])
    assert_allclose(hours(result, "grey_discharge_mwh"), [3, 0, 0, 0])
    assert result.summary["storage"]["battery"]["efficiency"] == 0.8
    (warning,) = result.summary["warnings"]
    assert warning.startswith("battery gave 3.000 MWh that were in it before the period")


def test_what_a_storage_holds_at_the_end_is_stock_and_no_loss():
    # it ends full: of 4 charged in the second hour 3.2 come out in the third, 5 charged later stay in. Its deepest
    # discharge shows that it can hold 4, so 9 - 4 = 5 were given back: 3.2 / 5 = 0.64. Had it shown room for 5: 0.8
    ends_full = {
        "storage": {"battery": {"metered_charge_mw": [0, 4.0, 0, 5.0], "metered_discharge_mw": [0, 0, 3.2, 0]}},
        "contracts": {"sun": {"metered_generation_mw": [0, 16.0, 0, 16.0]}},
    }
    result = matched(BATTERY, ends_full)
    storage = result.summary["storage"]["battery"]
    assert storage["efficiency"] == pytest.approx(0.64)
    # 3.2 / 0.64 = 5 are drawn, 4 of which were charged before: 0.64 * 4 = 2.56 are claimed
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 2.56, 10])
    assert any("gave back 0.640 of what it charged, the case says 0.8" in told for told in result.summary["warnings"])


@pytest.mark.parametrize(
    ("charge", "discharge", "expected"),
    [
        ([10, 0], [0, 8], 0.8),  # as the case says
        ([10, 0, 10], [0, 8, 0], 0.8),  # ends full: 10 charged are still in, as many as it gave before
        ([0, 10, 0], [8, 0, 8], 0.8),  # begins full
        ([10, 0] * 50, [0, 6] * 50, 300 / 492.5),  # 6 / 0.8 = 7.5 of 500 could be stock, the rest is lost ...
        ([10, 0] * 5000, [0, 6] * 5000, 0.6),  # ... and after many cycles the stock is next to nothing
        ([0, 0], [0, 0], 0.8),
    ],
)
def test_the_efficiency_of_meters(charge, discharge, expected):
    found = efficiency_of(np.array(charge, float), np.array(discharge, float), 0.8, cyclic=False)
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_deepest_discharge_is_from_any_step_to_any_later_one():
    # stock 0 5 3 7 1 4: from 7 down to 1
    charge, drawn = np.array([5.0, 0, 4, 0, 3]), np.array([0, 2.0, 0, 6, 0])
    assert deepest_discharge_mwh(charge, drawn) == 6


def test_a_storage_beside_virtual_contracts_alone_delivers_nothing():
    result = matched(BATTERY, {"contracts": {"sun": {"structure": "virtual"}}})
    assert_allclose(hours(result, "retail_supply_mwh"), [10, 10, 10, 10])
    assert_allclose(hours(result, "matched_mwh"), [0, 10, 10, 7.2])


def test_stored_and_given_back_within_a_step_is_netted_as_the_meter_of_the_step_sees_it():
    within = {"storage": {"battery": {"metered_charge_mw": [0, 5, 4, 2], "metered_discharge_mw": [0, 1, 0, 7.2]}}}
    rows = matched(BATTERY, within).hourly
    assert_allclose(rows.charge_mwh, [0, 4, 4, 0])
    assert_allclose(rows.discharge_mwh, [0, 0, 0, 5.2])


# --- what has no meter ------------------------------------------------------------------------------------------------

WIND = {"technology": "onshore_wind", "zone": "Z", "structure": "pay_as_produced"}


def test_a_contract_without_a_meter_is_left_out_and_told():
    result = matched({"contracts": {"wind": WIND}})
    assert list(result.summary["contracts"]) == ["sun"]
    assert result.scores["hourly_matched_share"] == 0.5
    assert result.summary["warnings"] == [
        "wind has no metered_generation_mw: it is left out of the accounts, and nothing of it is claimed."
    ]


def test_a_storage_without_a_meter_is_left_out_and_told():
    result = matched({"storage": {"battery": {"zone": "Z", "round_trip_efficiency": 0.8}}})
    assert result.summary["storage"] == {}
    assert result.storage_hourly.empty
    assert result.summary["warnings"] == [
        "battery has no metered_charge_mw and metered_discharge_mw: it is left out of the accounts."
    ]


def test_a_site_without_a_meter_uses_its_load_at_its_own_tier():
    sites = {
        "s": {"metered_load_mw": ..., "load": {"flat_mw": 20}},
        "t": {"zone": "Z", "metered_load_mw": [1, 2, 3, 4]},
    }
    result = matched({"sites": sites})
    quality = result.summary["data_quality"]
    loads = {entry["name"]: entry["tier"] for entry in quality if entry["series"] == "load"}
    assert loads == {"s": "flat", "t": "meter"}
    assert {entry["tier"] for entry in quality if entry["series"] != "load"} == {"meter"}
    assert {entry["name"] for entry in quality if entry["series"] == "generation"} == set(result.summary["contracts"])
    assert result.summary["load_mwh"] == 90
    assert result.summary["warnings"] == ["s has no metered_load_mw: its load is taken as the case gives it."]


def test_a_meter_is_the_tier_whatever_the_case_says_of_its_load():
    site = {"load": {"flat_mw": 1}, "data_tier": "market_profile"}
    assert matched({"sites": {"s": site}}).summary["data_quality"][0]["tier"] == "meter"


def test_without_any_meter_there_is_nothing_to_match():
    case = a_metered_case({"sites": {"s": {"metered_load_mw": ..., "load": {"flat_mw": 1}}}, "contracts": ...})
    with pytest.raises(InputError, match="holds no metered series"):
        cm.match(case)


def test_a_meter_that_saw_no_load_is_told():
    case = a_metered_case({"sites": {"s": {"metered_load_mw": 0, "load": {"flat_mw": 1}}}})
    with pytest.raises(InputError, match="load of all sites is zero"):
        cm.match(case)


def test_without_contracts_nothing_is_matched():
    result = matched({"contracts": ...})
    assert result.scores["hourly_matched_share"] == 0
    assert result.claims.empty


# --- several zones ----------------------------------------------------------------------------------------------------


def test_zones_are_never_netted():
    # the sun of Z has 6 + 4 to spare, and the load of Y gets none of it
    other = {"zones": {"Y": {}}, "sites": {"y": {"zone": "Y", "metered_load_mw": [5, 5, 5, 5]}}}
    result = matched(other)
    assert result.summary["zones"]["Y"]["matched_mwh"] == 0
    assert result.scores["hourly_matched_share"] == pytest.approx(20 / 60)


# --- the proof --------------------------------------------------------------------------------------------------------


def ledger_of_meters():
    metered = read_meters(a_metered_case(BATTERY))
    return metered.problem, build_ledger(metered.problem, metered.flows, facts_from_case(metered.case))


def with_zone(ledger, **changes):
    return replace(ledger, zones=(replace(ledger.zones[0], **changes),))


def with_claims(ledger, **changes):
    return replace(ledger, claims=replace(ledger.claims, **changes))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda a: with_zone(a, unmatched_mwh=a.zones[0].unmatched_mwh + 1), "load of Z is off matched"),
        (lambda a: with_zone(a, matched_mwh=a.zones[0].matched_mwh * 0.9), "claims in Z are off what is matched"),
        (lambda a: with_zone(a, excess_mwh=a.zones[0].excess_mwh - 2), "matched load of Z is above what there is"),
        (
            lambda a: replace(a, contracts=(replace(a.contracts[0], excess_mwh=a.contracts[0].excess_mwh + 1),)),
            "claimable energy of sun is off matched + stored + excess",
        ),
        (
            lambda a: with_claims(a, production_mwh=a.claims.production_mwh * 9),
            "claims of sun are above its claimable energy",
        ),
        (lambda a: with_claims(a, matched_mwh=a.claims.matched_mwh * 0.5), "off what it matched directly"),
        (lambda a: with_claims(a, contract=a.claims.contract - 1), "claims are of no contract"),
    ],
)
def test_accounts_that_do_not_add_up_are_refused(spoil, told):
    problem, ledger = ledger_of_meters()
    prove_accounts(problem, ledger)
    with pytest.raises(VerificationError, match=re.escape(told)):
        prove_accounts(problem, spoil(ledger))


def test_random_meters_add_up():
    random = np.random.default_rng(7)

    def draw(most):
        return (random.random(48) * most * (random.random(48) > 0.3)).tolist()

    for _ in range(30):
        battery = {**BATTERY["storage"]["battery"], "metered_charge_mw": draw(6), "metered_discharge_mw": draw(5)}
        method = str(random.choice(["fifo", "lifo", "weighted_average"]))
        case = a_metered_case(
            {
                "time": {"end": "2018-01-03T00:00"},
                "zones": {"Z": {"carbon_intensity_g_per_kwh": 400}},
                "sites": {"s": {"metered_load_mw": draw(12)}},
                "contracts": {
                    "sun": {"metered_generation_mw": draw(20)},
                    "wind": {**WIND, "metered_generation_mw": draw(9)},
                },
                "storage": {"a": {**battery, "tracing": method}, "b": {**battery, "metered_charge_mw": draw(6)}},
            }
        )
        result = cm.match(case)  # proves its accounts
        rows = result.hourly
        assert (rows.matched_mwh <= rows.load_mwh + 1e-9).all()
        moved = rows.discharge_mwh - rows.charge_mwh
        assert_allclose(rows.generation_mwh + moved + rows.retail_supply_mwh - rows.sold_mwh, rows.load_mwh, atol=1e-9)
        stored = result.storage_hourly.groupby("interval_start_utc")[["grey_charge_mwh", "grey_discharge_mwh"]].sum()
        assert_allclose(stored.grey_charge_mwh, rows.grey_charge_mwh, atol=1e-6)
        assert_allclose(stored.grey_discharge_mwh, rows.grey_discharge_mwh, atol=1e-6)
        for name, scope in result.summary["scope2"].items():
            for way in ("location_based", "market_based"):
                told = sum(line["mwh"] for line in scope["lines"] if line["method"] == way)
                assert told == pytest.approx(result.summary["load_mwh"]), name
