"""Frameworks: the rule of each, on a few hours by hand."""

from __future__ import annotations

from datetime import date

import pytest
from by_hand import a_contract, a_problem, a_solution, a_zone, steps
from frameworks_by_hand import LAST_DAY, accounts_of, facts_of, field, statements_of, two_zones, value

from carbonmatch.accounting.frameworks.re100 import AGE_LIMIT_YEARS
from carbonmatch.records import age_test, anniversary, full_years

NEW, OLD = date(2015, 1, 1), date(1990, 1, 1)


# --- SBTi -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matched", "met"),
    [
        (4.9, (False, False, False)),
        (5.0, (True, False, False)),
        (7.4, (True, False, False)),
        (7.5, (True, True, False)),
        (9.0, (True, True, True)),
    ],
)
def test_recognition_starts_at_50_75_and_90_per_cent(matched, met):
    sbti = statements_of([10, 10, 10], {"sun": [matched] * 3})["sbti"]
    levels = ("now", "2030", "2035")
    for zone in ("", "Z"):
        assert tuple(value(sbti, f"recognition_{level}_met", zone) for level in levels) == met
    assert [value(sbti, f"recognition_{level}_threshold") for level in levels] == [0.5, 0.75, 0.9]


def test_a_target_met_to_what_a_solver_leaves_is_met():
    # 1e-9 of the load short of 90 %
    sbti = statements_of([10, 10, 10], {"sun": [9 - 1e-8] * 3})["sbti"]
    assert value(sbti, "recognition_2035_met") is True


@pytest.mark.parametrize(("load", "reached"), [(1.1415, False), (1.1416, True)])
def test_large_users_draw_ten_gigawatt_hours_a_year(load, reached):
    # 3 of 8,760 hours: 1.1416 MW all year are 10,000.4 MWh
    sbti = statements_of([load] * 3, {"sun": [1, 1, 1]})["sbti"]
    assert value(sbti, "electricity_mwh_per_year", "Z") == pytest.approx(load * 8760)
    assert value(sbti, "reporting_threshold_reached", "Z") is reached
    assert "scaled to a whole one" in field(sbti, "electricity_mwh_per_year")["note"]


def test_excess_of_an_hour_does_not_count_for_sbti():
    # 20 for a load of 20, all in the first hour
    told = statements_of([10, 10], {"sun": [20, 0]})
    for identifier in ("hourly_matched_share", "hourly_matched_share_renewable"):
        assert value(told["sbti"], identifier) == pytest.approx(0.5)
    assert value(told["re100"], "renewable_share") == pytest.approx(1.0)


# --- nuclear ----------------------------------------------------------------------------------------------------------

NUCLEAR = {"technology": {"atom": "nuclear"}, "zone": {"grid_cfe_share": steps(0, 0, 0)}}


def test_nuclear_counts_for_cfe_and_not_for_re100():
    told = statements_of([10, 10, 10], {"sun": [2, 2, 2], "atom": [6, 6, 6]}, **NUCLEAR)
    assert value(told["google_cfe"], "cfe_score") == pytest.approx(0.8)
    assert value(told["sbti"], "hourly_matched_share") == pytest.approx(0.8)
    assert value(told["sbti"], "hourly_matched_share_renewable") == pytest.approx(0.2)
    assert value(told["re100"], "renewable_share") == pytest.approx(0.2)
    assert value(told["re100"], "not_renewable_mwh") == pytest.approx(18)


def test_nuclear_is_a_low_carbon_purchase_and_no_renewable_one():
    cdp = statements_of([10, 10, 10], {"sun": [2, 2, 2], "atom": [6, 6, 6]}, **NUCLEAR)["cdp"]
    assert value(cdp, "7.30.14/technology", "Z", "atom") == "nuclear"
    assert value(cdp, "7.30.14/consumed", "Z", "atom") == pytest.approx(18)
    assert {f["instrument"] for f in cdp["fields"] if f["id"].startswith("7.30.17")} == {"sun"}


def test_clean_firm_supply_is_not_renewable_either():
    told = statements_of([10] * 3, {"firm": [8] * 3}, technology={"firm": "clean_firm"})
    assert value(told["re100"], "renewable_share") == 0.0
    assert value(told["esrs"], "source_not_stated_mwh") == pytest.approx(24)


def test_where_instruments_exceed_the_load_each_counts_pro_rata():
    # 30 of sun and 30 of atom for a load of 30: 15 each, as in Scope 2
    re100 = statements_of([10] * 3, {"sun": [10] * 3, "atom": [10] * 3}, **NUCLEAR)["re100"]
    assert value(re100, "renewable_share") == pytest.approx(0.5)


# --- RE100: age -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commissioned", "result"),
    [
        (date(2003, 2, 1), "within limit"),
        (date(2003, 1, 31), "older"),
        (date(2017, 1, 1), "within limit"),
        (date(2021, 6, 1), "within limit"),
        (None, "not known"),
    ],
)
def test_a_plant_may_be_15_years_old_on_the_last_day(commissioned, result):
    assert age_test(commissioned, LAST_DAY, AGE_LIMIT_YEARS) == result
    re100 = statements_of([10] * 3, {"sun": [10] * 3}, commissioned={"sun": commissioned})["re100"]
    assert value(re100, "contract_age_test", "Z", "sun") == result


def test_years_are_counted_from_day_to_day():
    assert anniversary(date(2004, 2, 29), 15) == date(2019, 2, 28)
    assert full_years(date(2003, 2, 1), LAST_DAY) == 15
    assert full_years(date(2003, 2, 2), LAST_DAY) == 14
    assert full_years(date(2018, 2, 2), LAST_DAY) is None


def test_the_last_day_is_that_of_the_last_step_in_local_time():
    # 22:00 to 24:00 UTC: 31 January, on which a plant of that day of 2003 is 15 years old
    re100 = statements_of([10] * 2, {"sun": [10] * 2}, commissioned={"sun": date(2003, 1, 31)})["re100"]
    assert value(re100, "contract_age_test", "Z", "sun") == "within limit"


def test_age_and_date_of_a_contract_are_told():
    re100 = statements_of([10] * 3, {"sun": [10] * 3, "hill": [1] * 3}, commissioned={"sun": NEW})["re100"]
    assert value(re100, "contract_commissioned", "Z", "sun") == "2015-01-01"
    assert value(re100, "contract_age_years", "Z", "sun") == 3
    for identifier in ("contract_commissioned", "contract_age_years"):
        assert value(re100, identifier, "Z", "hill") is None
        assert "no date" in field(re100, identifier, "Z", "hill")["note"]


def test_a_plant_that_is_yet_to_come_has_no_age():
    re100 = statements_of([10] * 3, {"sun": [10] * 3}, commissioned={"sun": date(2021, 6, 1)})["re100"]
    assert value(re100, "contract_age_years", "Z", "sun") is None
    assert "After the period" in field(re100, "contract_age_years", "Z", "sun")["note"]
    assert value(re100, "renewable_share_age_tested") == pytest.approx(1.0)


def test_old_plants_count_up_to_15_per_cent_of_consumption():
    # load 300: 150 from a new plant, 90 from an old one, of which 45 are exempt
    told = statements_of([100] * 3, {"new": [50] * 3, "old": [30] * 3}, commissioned={"new": NEW, "old": OLD})["re100"]
    assert value(told, "renewable_share") == pytest.approx(240 / 300)
    assert value(told, "age_over_limit_mwh") == pytest.approx(90)
    assert value(told, "exempt_limit_mwh") == pytest.approx(45)
    assert value(told, "exempt_used_mwh") == pytest.approx(45)
    assert value(told, "renewable_share_age_tested") == pytest.approx(195 / 300)
    assert value(told, "renewable_share_age_tested_unknown_within") == pytest.approx(195 / 300)


def test_few_old_plants_are_all_exempt():
    # load 300: 30 from an old plant, less than the 45 that are exempt
    told = statements_of([100] * 3, {"old": [10] * 3}, commissioned={"old": OLD})["re100"]
    assert value(told, "exempt_used_mwh") == pytest.approx(30)
    assert value(told, "renewable_share_age_tested") == value(told, "renewable_share") == pytest.approx(0.1)


def test_unknown_age_is_counted_as_older_and_shown_both_ways():
    # load 300: new 90, old 30, unknown 60; exempt 45, of which the old plant takes 30 where the unknown one is within
    told = statements_of(
        [100] * 3,
        {"new": [30] * 3, "old": [10] * 3, "unknown": [20] * 3},
        commissioned={"new": NEW, "old": OLD},
    )["re100"]
    assert value(told, "age_not_known_mwh") == pytest.approx(60)
    assert value(told, "renewable_share_age_tested") == pytest.approx((90 + 45) / 300)
    assert value(told, "renewable_share_age_tested_unknown_within") == pytest.approx((90 + 60 + 30) / 300)


def test_hydro_biomass_and_contracts_without_certificates_are_pointed_out():
    told = statements_of(
        [10] * 3,
        {"sun": [2] * 3, "dam": [3] * 3, "wood": [1] * 3},
        technology={"dam": "hydro", "wood": "biomass"},
        certificates=False,
    )["re100"]
    assert value(told, "sustainability_to_show_mwh") == pytest.approx(12)
    assert value(told, "without_certificates_mwh") == pytest.approx(18)


# --- two zones --------------------------------------------------------------------------------------------------------


def test_two_zones_are_not_netted():
    # A has 30 in excess, B lacks 72: 30 + 18 of 120, though 60 + 18 were generated
    told = two_zones(commissioned={"sun": NEW, "wind": NEW})
    assert value(told["sbti"], "hourly_matched_share") == pytest.approx(48 / 120)
    assert value(told["sbti"], "hourly_matched_share", "A") == pytest.approx(1.0)
    assert value(told["sbti"], "hourly_matched_share", "B") == pytest.approx(18 / 90)
    assert value(told["re100"], "renewable_share") == pytest.approx(48 / 120)
    assert value(told["re100"], "renewable_share", "A") == pytest.approx(1.0)
    assert value(told["re100"], "renewable_share", "B") == pytest.approx(18 / 90)


def test_the_cfe_score_of_two_zones_is_sum_over_sum():
    # B: 18 matched, a quarter of the 72 left: 36 of 90. Together 66 of 120, and not the mean of 1 and 0.4
    google = two_zones()["google_cfe"]
    assert value(google, "cfe_score", "A") == pytest.approx(1.0)
    assert value(google, "cfe_score", "B") == pytest.approx(36 / 90)
    assert value(google, "cfe_score") == pytest.approx(66 / 120)
    assert value(google, "cfe_score_from_contracts") == pytest.approx(48 / 120)
    assert value(google, "cfe_score_from_grid") == pytest.approx(18 / 120)


def test_recognition_is_told_by_zone_and_for_all():
    sbti = two_zones()["sbti"]
    assert [value(sbti, "recognition_now_met", zone) for zone in ("", "A", "B")] == [False, True, False]


def test_exemption_is_not_lent_from_one_zone_to_the_other():
    # A: new sun 30 of 30, 4.5 exempt and not used. B: old wind 18, 13.5 exempt. Together 30 + 13.5, not 30 + 18
    told = two_zones(commissioned={"sun": NEW, "wind": OLD})["re100"]
    assert value(told, "exempt_used_mwh", "A") == 0.0
    assert value(told, "exempt_used_mwh", "B") == pytest.approx(13.5)
    assert value(told, "renewable_share_age_tested") == pytest.approx(43.5 / 120)


# --- CDP --------------------------------------------------------------------------------------------------------------


def test_a_purchase_is_told_column_by_column():
    cdp = statements_of(
        [10] * 3,
        {"sun": [4] * 3, "swap": [2] * 3},
        structure={"swap": "virtual"},
        commissioned={"sun": NEW},
    )["cdp"]
    row = {
        f["id"].removeprefix("7.30.17/"): f["value"]
        for f in cdp["fields"]
        if f["id"].startswith("7.30.17/") and f["instrument"] == "sun"
    }
    assert row["consumed"] == pytest.approx(12)
    del row["consumed"]
    assert row == {
        "country": "Z",
        "sourcing_method": "physical power purchase agreement with a grid-connected plant",
        "technology": "solar",
        "tracking_instrument": "energy attribute certificates",
        "country_of_origin": "Z",
        "commissioning_year_known": True,
        "commissioning_year": 2015,
        "vintage": "2018",
        "supply_start_year": None,
    }
    assert value(cdp, "7.30.14/sourcing_method", "Z", "swap").startswith("financial (virtual)")
    assert value(cdp, "7.30.14/energy_carrier", "Z", "swap") == "electricity"
    assert value(cdp, "7.30.14/commissioning_year_known", "Z", "swap") is False
    assert value(cdp, "7.30.14/commissioning_year", "Z", "swap") is None
    assert field(cdp, "7.30.14/consumed", "Z", "sun")["label"] == "Low-carbon energy, consumed: sun"


def test_a_factor_above_zero_is_told():
    cdp = statements_of([10] * 3, {"wood": [4] * 3}, factors={"wood": 18}, certificates=False)["cdp"]
    assert "18 g/kWh" in field(cdp, "7.30.14/consumed", "Z", "wood")["note"]
    assert value(cdp, "7.30.14/tracking_instrument", "Z", "wood") == "contract"


@pytest.mark.parametrize(("rate", "at_zero"), [(0, 18.0), (50, 0.0), (None, 0.0)])
def test_what_a_supplier_delivers_at_zero_belongs_to_low_carbon_energy(rate, at_zero):
    # 12 of 30 under a contract, the rest at the supplier's rate
    cdp = statements_of([10] * 3, {"sun": [4] * 3}, supplier=rate)["cdp"]
    assert value(cdp, "7.30.14/supplier_at_zero", "Z") == pytest.approx(at_zero)


def test_own_plants_are_not_guessed():
    cdp = statements_of([10] * 3, {"sun": [4] * 3})["cdp"]
    for identifier, zone in (("7.30.19/generated", ""), ("7.30.16/self_generated_electricity", "Z")):
        assert value(cdp, identifier, zone) is None


# --- ESRS -------------------------------------------------------------------------------------------------------------


def test_what_no_contract_covers_is_not_split():
    esrs = statements_of([10] * 3, {"sun": [2] * 3, "atom": [3] * 3}, **NUCLEAR)["esrs"]
    assert value(esrs, "E1-5_05") == value(esrs, "E1-5_07") == pytest.approx(6)
    assert value(esrs, "E1-5_09") == pytest.approx(0.2)
    assert value(esrs, "nuclear_under_contract_mwh") == pytest.approx(9)
    assert value(esrs, "not_split_mwh") == pytest.approx(15)
    for identifier in ("E1-5_02", "E1-5_03", "E1-5_04", "E1-5_14", "E1-5_15"):
        assert value(esrs, identifier) is None
        assert "Not split: the source of 15 MWh" in field(esrs, identifier)["note"]


def test_where_contracts_cover_all_the_mix_is_known():
    esrs = statements_of([10] * 3, {"sun": [4] * 3, "atom": [6] * 3}, **NUCLEAR)["esrs"]
    assert value(esrs, "E1-5_02") == value(esrs, "E1-5_14") == value(esrs, "E1-5_15") == 0.0
    assert value(esrs, "E1-5_03") == pytest.approx(18)
    assert value(esrs, "E1-5_04") == pytest.approx(0.6)


def test_clean_firm_supply_leaves_the_mix_open():
    esrs = statements_of([10] * 3, {"firm": [10] * 3}, technology={"firm": "clean_firm"})["esrs"]
    assert value(esrs, "not_split_mwh") == 0.0
    assert value(esrs, "E1-5_03") is None


def test_shares_of_instruments_tell_bundled_from_unbundled():
    # load 30: wood 12 with its energy at 100 g/kWh, swap 6 without; the other 12 at a residual mix of 400 g/kWh
    esrs = statements_of(
        [10] * 3,
        {"wood": [4] * 3, "swap": [2] * 3},
        structure={"swap": "virtual"},
        factors={"wood": 100},
        residual=400,
    )["esrs"]
    assert value(esrs, "E1-6_10") == pytest.approx(1.2 + 4.8)
    assert value(esrs, "E1-6_18") == pytest.approx(18 / 30)
    assert value(esrs, "E1-6_20") == pytest.approx(1.2 / 6)
    assert value(esrs, "E1-6_21") == pytest.approx(12 / 18)
    assert value(esrs, "E1-6_22") == pytest.approx(6 / 18)
    assert value(esrs, "E1-6_19") == "energy attribute certificates: wood, swap"
    assert value(esrs, "E1-6_23") == "bundled with energy: wood; unbundled (virtual contracts): swap"


def test_without_a_contract_there_is_nothing_to_take_a_share_of():
    esrs = statements_of([10] * 3, {})["esrs"]
    assert value(esrs, "E1-6_18") == 0.0
    assert value(esrs, "E1-6_19") == value(esrs, "E1-6_23") == "none"
    assert value(esrs, "E1-6_21") is None
    assert "No electricity is under a contract" in field(esrs, "E1-6_22")["note"]


def test_a_share_of_no_emissions_is_none():
    esrs = statements_of([10] * 3, {"sun": [10] * 3}, residual=400)["esrs"]
    assert value(esrs, "E1-6_10") == 0.0
    assert value(esrs, "E1-6_20") is None


def test_two_zones_of_esrs_are_one_undertaking():
    problem = a_problem(
        (a_zone("A", steps(10, 10)), a_zone("B", steps(10, 10))),
        (a_contract("sun", steps(1, 1)), a_contract("wind", steps(1, 1), zone=1)),
    )
    solution = a_solution(problem, [steps(10, 10), steps(4, 4)])
    esrs = accounts_of(problem, solution, facts_of(problem))[2]["esrs"]
    assert {f["zone"] for f in esrs["fields"]} == {""}
    assert value(esrs, "E1-5_01") == pytest.approx(40)
    assert value(esrs, "E1-5_05") == pytest.approx(28)
