"""The summary. The numbers are those of the table in `by_hand.py` unless written here."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from by_hand import (
    CERTIFICATE,
    LOAD,
    SUN,
    WIND,
    a_contract,
    a_problem,
    a_site,
    a_solution,
    a_storage,
    a_target,
    a_zone,
    facts_of,
    four_hours,
    four_hours_solved,
    ledger_of,
    steps,
)

from carbonmatch.accounting import summarise
from carbonmatch.accounting.value import capture_value_per_mwh
from carbonmatch.accounting.warnings import warnings
from carbonmatch.records import ShadowPrices


def summary_of(problem, solution):
    return summarise(problem, solution, ledger_of(problem, solution), facts_of(problem), CERTIFICATE)


def four_hours_summary(problem=None, **changes):
    problem = problem or four_hours()
    return summary_of(problem, four_hours_solved(problem, **changes))


def prices(energy, attribute, premium=math.nan):
    """Return the prices of one zone."""
    return ShadowPrices(np.array([energy]), np.array([attribute]), np.array([premium]), 0.0)


# --- whole ------------------------------------------------------------------------------------------------------------


def test_a_summary_is_json():
    text = json.dumps(four_hours_summary(), allow_nan=False)
    assert json.loads(text)["status"] == "optimal"


def test_a_summary_without_data_limits_or_a_target_is_json_too():
    problem = a_problem(
        (a_zone("Z", LOAD),),
        (a_contract("sun", SUN, max_mw=math.inf),),
        (a_storage("battery", max_power_mw=math.inf, max_energy_mwh=math.inf),),
    )
    summary = summary_of(problem, a_solution(problem, [0 * SUN]))
    json.dumps(summary, allow_nan=False)
    assert summary["target"]["max_surplus_share"] is None
    assert summary["scores"]["cfe_score"] is None
    assert summary["scores"]["cfe_score_from_contracts"] is None
    assert summary["scores"]["cfe_score_from_grid"] is None
    assert summary["emissions"]["scope2_location_based_t"] is None
    assert summary["emissions"]["scope2_location_based_t_by_zone"] == {"Z": None}
    assert summary["contracts"]["sun"]["max_mw"] is None
    assert summary["contracts"]["sun"]["cost_per_mwh"] is None
    assert summary["storage"]["battery"]["max_power_mw"] is None
    assert summary["storage"]["battery"]["duration_hours"] is None
    assert summary["storage"]["battery"]["full_cycles"] is None
    assert summary["shadow_prices"]["green_premium_per_mwh"] == {"Z": None}


def test_a_zone_without_any_load_can_be_summed_up():
    # a site that is not built yet, beside one that is
    zones = (a_zone("built", steps(10)), a_zone("planned", steps(0)))
    problem = a_problem(zones, (a_contract("wind", steps(1)),))
    json.dumps(summary_of(problem, a_solution(problem, [steps(9)])), allow_nan=False)


def test_a_summary_says_what_was_asked():
    problem = four_hours(target=a_target("hourly", 0.9, grid_credit=True, per_zone=True, max_surplus_share=0.2))
    summary = four_hours_summary(problem)
    assert summary["target"] == {
        "matching": "hourly",
        "cfe": 0.9,
        "grid_credit": True,
        "scope": "zone",
        "max_surplus_share": 0.2,
    }
    period = summary["period"]
    assert (period["start_utc"], period["steps"]) == ("2018-01-31T22:00:00+00:00", 4)
    assert (period["hours_per_step"], period["year_fraction"]) == (1.0, 4 / 8760)
    assert (summary["case"], summary["currency"], summary["load_mwh"]) == ("by-hand", "EUR", 40.0)


# --- cost -------------------------------------------------------------------------------------------------------------


def test_gross_cost_less_sales_is_net_cost():
    # 1,500 + 700 paid, 200 earned by selling: 2,200 gross, 2,000 net, for 40 MWh
    cost = {"contracts": 1500.0, "grid_energy": 700.0, "surplus_sales": -200.0}
    found = four_hours_summary(cost=cost, objective=2000.0)["cost"]
    assert found["total"] == 2200.0
    assert found["sales"] == 200.0
    assert found["net_of_sales"] == 2000.0
    assert found["per_mwh_load"] == pytest.approx(2200 / 40)
    assert found["net_of_sales_per_mwh_load"] == pytest.approx(2000 / 40)
    assert found["components"] == cost
    assert sum(found["components"].values()) == found["net_of_sales"] == found["total"] - found["sales"]


# --- scores, zones, contracts, storage, grid --------------------------------------------------------------------------


def test_the_cfe_score_is_split_into_contracts_and_grid():
    scores = four_hours_summary()["scores"]
    # 36 of 40 matched, 1.75 of 40 credited
    assert scores["hourly_matched_share"] == scores["cfe_score_from_contracts"] == pytest.approx(0.9)
    assert scores["cfe_score_from_grid"] == pytest.approx(1.75 / 40)
    assert scores["cfe_score"] == pytest.approx(37.75 / 40)
    assert scores["annual_volumetric_share"] == pytest.approx(1.025)
    assert scores["annual_volumetric_claim"] == 1.0


def test_the_worst_hour_and_month_have_names():
    scores = four_hours_summary()["scores"]
    assert (scores["worst_hour_utc"], scores["worst_hour_share"]) == ("2018-01-31T22:00:00+00:00", pytest.approx(0.7))
    assert (scores["worst_month"], scores["worst_month_share"]) == ("2018-01", pytest.approx(0.85))
    assert (scores["fully_matched_hours"], scores["longest_gap_hours"]) == (2.0, 1.0)


def test_the_volumes_of_a_zone():
    zone = four_hours_summary(curtailed_mwh=np.array([[0, 0, 2.0, 0], [0, 0, 1, 0]]))["zones"]["Z"]
    del zone["scores"]
    assert zone == {
        "load_mwh": 40.0,
        "generation_mwh": 42.0,
        "matched_mwh": 36.0,
        "matched_from_storage_mwh": 10.0,
        "unmatched_mwh": 4.0,
        "excess_mwh": 5.0,
        "curtailed_mwh": 3.0,
        "sold_mwh": 5.0,
    }


def test_the_volumes_and_cost_of_a_contract():
    cost = {"sun": 1620.0, "wind": 900.0}
    sun = four_hours_summary(contract_cost=cost, curtailed_mwh=np.array([[0, 0, 2.0, 0], [0, 0, 0, 0]]))["contracts"][
        "sun"
    ]
    assert (sun["zone"], sun["technology"], sun["structure"], sun["existing"]) == (
        "Z",
        "solar",
        "pay_as_produced",
        False,
    )
    assert (sun["contracted_mw"], sun["max_mw"], sun["strike_per_mwh"]) == (15.0, 100.0, 60.0)
    # 27 generated: 7.5 + 7.5 matched, 4.5 + 3.75 stored, 3.75 in excess
    assert (sun["generation_mwh"], sun["curtailed_mwh"]) == (27.0, 2.0)
    assert (sun["matched_mwh"], sun["stored_mwh"], sun["excess_mwh"]) == (15.0, 8.25, 3.75)
    assert (sun["cost"], sun["cost_per_mwh"]) == (1620.0, 60.0)


def test_contracts_add_to_their_zone():
    curtailed = np.array([[0, 0, 2.0, 0], [0, 0, 1, 0]])
    contracts = (a_contract("sun", SUN / 15), a_contract("firm", WIND / 5, structure="clean_firm"))
    summary = four_hours_summary(
        four_hours(contracts=contracts), contract_cost={"sun": 0, "firm": 0}, curtailed_mwh=curtailed
    )
    zone, contracts = summary["zones"]["Z"], summary["contracts"].values()
    for volume in ("generation_mwh", "excess_mwh", "curtailed_mwh"):
        assert sum(contract[volume] for contract in contracts) == pytest.approx(zone[volume]), volume
    assert sum(c["matched_mwh"] for c in contracts) + zone["matched_from_storage_mwh"] == pytest.approx(36)


def test_what_a_storage_did():
    # charged 11, discharged 10; 10 / 0.9 drawn of 20 MWh
    battery = four_hours_summary(storage_cost={"battery": 70.0})["storage"]["battery"]
    assert (battery["power_mw"], battery["energy_mwh"]) == (7.0, 20.0)
    assert battery["duration_hours"] == pytest.approx(20 / 7)
    assert (battery["charge_mwh"], battery["discharge_mwh"], battery["losses_mwh"]) == (11.0, 10.0, 1.0)
    assert battery["full_cycles"] == pytest.approx(10 / 0.9 / 20)
    assert battery["cost"] == 70.0


def test_both_pools_of_a_storage_are_counted():
    grey = {"grey_charge_mwh": np.array([[4.0, 0, 0, 0]]), "grey_discharge_mwh": np.array([[0, 0, 0, 3.0]])}
    battery = four_hours_summary(**grey)["storage"]["battery"]
    assert (battery["charge_mwh"], battery["discharge_mwh"], battery["grey_charge_mwh"]) == (15.0, 13.0, 4.0)
    assert battery["losses_mwh"] == 2.0


def test_grid_supply_is_shown_as_energy_and_power():
    # half-hour steps: 10 MWh in a step are 20 MW
    problem = four_hours(hours_per_step=0.5)
    site = summary_of(problem, four_hours_solved(problem, firm_capacity_mw=steps(6)))["grid"]["site-Z"]
    assert (site["metered_import_mwh"], site["retail_supply_mwh"]) == (40.0, 4.0)
    assert (site["peak_mw"], site["peak_retail_supply_mw"], site["firm_capacity_mw"]) == (20.0, 6.0, 6.0)


def test_emissions_of_all_zones_are_added():
    # 10 MWh at 500 g/kWh and 20 MWh at 100 g/kWh: 5 t + 2 t
    zones = (
        a_zone("A", steps(10), carbon_intensity_g_per_kwh=steps(500)),
        a_zone("B", steps(20), carbon_intensity_g_per_kwh=steps(100)),
    )
    problem = a_problem(zones)
    emissions = summary_of(problem, a_solution(problem, []))["emissions"]
    assert emissions["scope2_location_based_t"] == pytest.approx(7)
    assert emissions["scope2_location_based_t_by_zone"] == pytest.approx({"A": 5, "B": 2})


def test_emissions_of_some_zones_are_no_total():
    zones = (a_zone("A", steps(10), carbon_intensity_g_per_kwh=steps(500)), a_zone("B", steps(20)))
    problem = a_problem(zones)
    emissions = summary_of(problem, a_solution(problem, []))["emissions"]
    assert emissions["scope2_location_based_t"] is None
    assert emissions["scope2_location_based_t_by_zone"] == {"A": pytest.approx(5), "B": None}


def test_hourly_prices_are_weighted_by_load():
    # (10 * 40 + 30 * 80) / 40 = 70 and (10 * 20 + 30 * 0) / 40 = 5
    problem = a_problem((a_zone("Z", steps(10, 30)),))
    shadow = prices([40.0, 80.0], [20.0, 0.0], premium=12.5)
    found = summary_of(problem, a_solution(problem, [], shadow_prices=shadow))["shadow_prices"]
    assert found["load_weighted_energy_value_per_mwh"] == {"Z": pytest.approx(70)}
    assert found["load_weighted_attribute_value_per_mwh"] == {"Z": pytest.approx(5)}
    assert found["green_premium_per_mwh"] == {"Z": 12.5}
    assert found["surplus_limit_value_per_mwh"] == 0.0


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_a_size_within_its_limits_is_no_warning():
    problem = four_hours()
    assert warnings(problem, four_hours_solved(problem)) == []


def test_limits_that_bind_are_named():
    problem = four_hours()
    solution = four_hours_solved(problem, contracted_mw=steps(100, 5), power_mw=steps(50), energy_mwh=steps(200))
    assert warnings(problem, solution) == [
        "sun is taken up to its limit of 100 MW.",
        "battery is built up to its limit of 50 MW.",
        "battery is built up to its limit of 200 MWh.",
    ]


def test_a_limit_binds_to_a_millionth_of_the_peak_load():
    # peak load 10 MW: 1e-5 MW is near enough
    problem = four_hours()
    assert warnings(problem, four_hours_solved(problem, contracted_mw=steps(100 - 0.9e-5, 5))) != []
    assert warnings(problem, four_hours_solved(problem, contracted_mw=steps(100 - 1.1e-5, 5))) == []


@pytest.mark.parametrize("limits", [{"min_mw": 100.0, "max_mw": 100.0}, {"max_mw": math.inf}, {"max_mw": 0.0}])
def test_a_size_without_a_choice_or_without_a_limit_is_no_warning(limits):
    contracts = (a_contract("sun", SUN / 15, **limits), a_contract("wind", WIND / 5))
    size = 0.0 if limits["max_mw"] == 0.0 else 100.0
    problem = four_hours(contracts=contracts)
    assert warnings(problem, four_hours_solved(problem, contracted_mw=steps(size, 5))) == []


def test_a_storage_of_fixed_size_is_no_warning():
    fixed = {"min_power_mw": 7.0, "max_power_mw": 7.0, "min_energy_mwh": 20.0, "max_energy_mwh": 20.0}
    problem = four_hours(storage=(a_storage("battery", **fixed),))
    assert warnings(problem, four_hours_solved(problem)) == []


@pytest.mark.parametrize(("wasted", "named"), [(0.05, True), (0.003, False)])
def test_energy_that_runs_in_and_out_of_storage_at_once_is_named(wasted, named):
    # load is 40 MWh: 0.004 MWh, 0.01 % of it, may pass unsaid
    problem = four_hours()
    right = four_hours_solved(problem)
    charge, discharge = np.zeros_like(right.clean_charge_mwh), np.zeros_like(right.clean_discharge_mwh)
    charge[0, 1], discharge[0, 1] = 2.0, wasted
    found = warnings(problem, replace(right, clean_charge_mwh=charge, clean_discharge_mwh=discharge))
    assert any("charges and discharges" in warning for warning in found) == named


def test_energy_sold_at_more_than_retail_is_named():
    # retail 50; selling earns 45, 55, 60, 65 and sells 0, 0, 5, 0: 5 MWh in the three hours above retail
    problem = four_hours(zone={"sale_price_per_mwh": steps(45, 55, 60, 65)})
    (found,) = warnings(problem, four_hours_solved(problem))
    assert found.startswith("In 3 steps selling in Z earns more than retail supply costs; 5 MWh are sold in them.")


def test_selling_at_the_retail_price_or_selling_nothing_is_no_warning():
    problem = four_hours(zone={"sale_price_per_mwh": steps(50, 50, 50, 50)})
    assert warnings(problem, four_hours_solved(problem)) == []
    problem = four_hours(zone={"sale_price_per_mwh": steps(90, 90, 40, 90)})
    assert warnings(problem, four_hours_solved(problem)) == []


def test_the_site_with_the_lowest_retail_price_counts():
    # selling at 50 beats the site that pays 45, though not the one that pays 55
    zone = a_zone("Z", steps(20), sale_price_per_mwh=steps(50))
    sites = (a_site("a", 0, steps(10), price=55.0), a_site("b", 0, steps(10), price=45.0))
    problem = a_problem((zone,), (a_contract("sun", steps(1)),), sites=sites)
    (found,) = warnings(problem, a_solution(problem, [steps(25)], sold_mwh=np.array([[5.0]])))
    assert found.startswith("In 1 steps selling in Z")


# --- capture value ----------------------------------------------------------------------------------------------------


def test_a_capture_value_is_weighted_by_generation():
    # 1 MWh at 40 + 10 and 3 MWh at 60 + 0: (50 + 180) / 4
    value = capture_value_per_mwh(a_contract("sun", steps(1, 3)), steps(1, 3), prices([40, 60], [10, 0]), 1e-6)
    assert value == pytest.approx(57.5)


def test_a_virtual_contract_is_worth_its_reference_price_and_its_claim():
    # (1 * (20 + 10) + 3 * (30 + 0)) / 4, whatever the energy is worth
    virtual = a_contract("sun", steps(1, 3), physical=False, reference_price_per_mwh=steps(20, 30))
    assert capture_value_per_mwh(virtual, steps(1, 3), prices([40, 60], [10, 0]), 1e-6) == pytest.approx(30)


def test_an_offer_left_out_is_worth_what_its_profile_would_be():
    # nothing generated; the profile would be 0.5 and 0.5 per MW: (50 + 60) / 2
    value = capture_value_per_mwh(a_contract("sun", steps(0.5, 0.5)), steps(0, 0), prices([40, 60], [10, 0]), 1e-6)
    assert value == pytest.approx(55)


def test_a_dispatched_offer_left_out_has_no_profile_to_value():
    firm = a_contract("firm", steps(1, 1), least_mwh_per_mw=steps(0, 1))
    assert capture_value_per_mwh(firm, steps(0, 0), prices([40, 60], [10, 0]), 1e-6) is None
    # once it runs it has one
    assert capture_value_per_mwh(firm, steps(0, 2), prices([40, 60], [10, 0]), 1e-6) == pytest.approx(60)


def test_an_offer_that_never_generates_has_no_value():
    assert capture_value_per_mwh(a_contract("sun", steps(0, 0)), steps(0, 0), prices([40, 60], [10, 0]), 1e-6) is None


def test_the_prices_of_the_own_zone_count():
    shadow = ShadowPrices(np.array([[40.0], [70.0]]), np.array([[1.0], [2.0]]), np.array([math.nan] * 2), 0.0)
    assert capture_value_per_mwh(a_contract("sun", steps(1), zone=1), steps(1), shadow, 1e-6) == pytest.approx(72)
