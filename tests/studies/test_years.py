"""Several weather years in one case: one portfolio for all of them, each year verified like a run of its own.

The case of two hours has a flat load of 10 MW, retail supply at 50 and 70, excess sold at 35 and 55, and sun in the
first hour alone, at a strike of 80. In a clear year a MW of sun generates 1 MWh in that hour, in a dull one half of it.
With `S` MW of it, 10 <= S <= 20, over the two hours

    clear: matched 10, sold S - 10;  cost 80 S + 10 * 70 - 35 (S - 10)                     = 45 S + 1050
    dull:  matched S / 2, sold 0;    cost 80 S / 2 + 50 (10 - S / 2) + 10 * 70              = 15 S + 1200

Two hours are 1 / 4380 of a year.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

import carbonmatch as cm
from carbonmatch.case import years_from_mapping
from carbonmatch.errors import InfeasibleError, InputError, UnboundedError, VerificationError
from carbonmatch.runfolder import read_run
from carbonmatch.study import several_years as study_years
from carbonmatch.study import solve_years

A_YEAR = 4380
FIRM = {"sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}}}  # 10 per MW for the two hours
FLAT = {"index": ..., "margin_per_mwh": ..., "flat_per_mwh": 50}
HOURLY = {"target": {"matching": "hourly", "cfe": 0.4}}
MEAN = {"target": {"years": "expectation"}}
CLEAR_AND_DULL = {"clear": {}, "dull": {"set": {"contracts.sun.capacity_factor": [0.5, 0.0]}}}


def mapping(*changes, years=None):
    """Return the case of two hours with changes and weather years."""
    case = TWO_HOURS
    for change in changes:
        case = merged(case, change)
    return {**case, "weather_years": CLEAR_AND_DULL if years is None else years}


def solved(*changes, years=None, options=QUICK, **wanted):
    return solve_years(years_from_mapping(mapping(*changes, years=years)), options, **wanted)


def per_year(found):
    return found.summary["cost"]["net_of_sales"]


def sun(found):
    return found.summary["contracts"]["sun"]["contracted_mw"]


def firm(found):
    return found.summary["grid"]["s"]["firm_capacity_mw"]


def weights(clear, dull):
    return {"clear": {"weight": clear}, "dull": {**CLEAR_AND_DULL["dull"], "weight": dull}}


# --- solved by hand ---------------------------------------------------------------------------------------------------


def test_every_year_meets_the_target():
    found = solved(HOURLY)
    # dull: S / 2 >= 8, so S = 16; clear 45 * 16 + 1050 = 1770, dull 15 * 16 + 1200 = 1440, mean 1605
    assert sun(found) == pytest.approx(16)
    assert per_year(found) == pytest.approx(1605 * A_YEAR)
    assert found.years["clear"]["cost"]["net_of_sales"] == pytest.approx(1770)
    assert found.years["dull"]["cost"]["net_of_sales"] == pytest.approx(1440)
    assert found.years["clear"]["scores"]["hourly_matched_share"] == pytest.approx(0.5)
    assert found.years["dull"]["scores"]["hourly_matched_share"] == pytest.approx(0.4)
    assert found.summary["scores"]["hourly_matched_share"] == pytest.approx(0.45)
    assert found.summary["worst_years"] == ["dull", "clear"]


def test_the_mean_of_the_years_meets_the_target():
    found = solved(HOURLY, MEAN)
    # (10 + S / 2) / 2 >= 8, so S = 12; clear 45 * 12 + 1050 = 1590, dull 15 * 12 + 1200 = 1380, mean 1485
    assert sun(found) == pytest.approx(12)
    assert per_year(found) == pytest.approx(1485 * A_YEAR)
    assert found.years["dull"]["scores"]["hourly_matched_share"] == pytest.approx(0.3)
    assert found.summary["scores"]["hourly_matched_share"] == pytest.approx(0.4)
    assert found.years["dull"]["target"]["of_mean"] is True


@pytest.mark.parametrize("mean", [{}, MEAN], ids=["every", "mean"])
def test_over_all_years_an_offer_is_worth_what_it_costs(mean):
    found = solved(HOURLY, mean, options=cm.SolveOptions())
    assert found.summary["contracts"]["sun"]["capture_value_per_mwh"] == pytest.approx(80, rel=1e-6)
    clear, dull = (year["contracts"]["sun"]["capture_value_per_mwh"] for year in found.years.values())
    # A MW brings 1 MWh in the clear year, where one more is sold at 35, and half of it in the dull one: 80 is the mean.
    assert clear == pytest.approx(35, rel=1e-6)
    assert (clear + dull / 2) / 1.5 == pytest.approx(80, rel=1e-6)


def test_weights_count_in_the_cost_and_in_the_mean():
    found = solved(HOURLY, MEAN, years=weights(1, 3))
    # (10 + 3 * S / 2) / 4 >= 8, so S = 44 / 3; clear 45 S + 1050 = 1710, dull 15 S + 1200 = 1420, and
    # (1710 + 3 * 1420) / 4 = 1492.5
    assert sun(found) == pytest.approx(44 / 3)
    assert per_year(found) == pytest.approx(1492.5 * A_YEAR)
    assert [row["weight"] for row in found.summary["years"].values()] == [0.25, 0.75]


def test_an_annual_target_of_the_mean():
    target = {"target": {"matching": "annual", "cfe": 0.6, "years": "expectation"}}
    found = solved(target)
    # (S + S / 2) / 2 >= 12, so S = 16, as every year by itself would take 24
    assert sun(found) == pytest.approx(16)
    assert [y["scores"]["annual_volumetric_share"] for y in found.years.values()] == pytest.approx([0.8, 0.4])
    assert found.summary["scores"]["annual_volumetric_share"] == pytest.approx(0.6)
    assert sun(solved(target, {"target": {"years": "every"}})) == pytest.approx(24)


def test_the_share_of_the_grid_counts_in_the_mean_of_its_own_year():
    credit = {"zones": {"Z": {"grid_cfe_share": 0.0}}, "target": {"grid_credit": True}}
    years = {"clear": {}, "dull": {"set": {**CLEAR_AND_DULL["dull"]["set"], "zones.Z.grid_cfe_share": [0.0, 0.5]}}}
    found = solved(HOURLY, MEAN, credit, years=years)
    # With S <= 10 the weighted unmatched load is, clear: (10 - S) + 10, dull: (10 - S / 2) + 0.5 * 10. Their mean may
    # be 0.6 * 20: (35 - 1.5 S) / 2 <= 12, so S = 22 / 3
    assert sun(found) == pytest.approx(22 / 3)
    assert found.summary["scores"]["cfe_score"] == pytest.approx(0.4)


def test_firm_supply_is_reserved_once_for_the_year_that_needs_most():
    years = {"mild": {}, "cold": {"weight": 3, "set": {"sites.s.load": [10.0, 14.0]}}}
    found = solved(FIRM, years=years)
    # No target: all is bought. Mild 10 * 50 + 10 * 70, cold 10 * 50 + 14 * 70, and 14 MW at 10 in both.
    assert firm(found) == pytest.approx(14)
    assert [y["grid"]["s"]["firm_capacity_mw"] for y in found.years.values()] == pytest.approx([14, 14])
    assert [y["grid"]["s"]["peak_retail_supply_mw"] for y in found.years.values()] == pytest.approx([10, 14])
    assert [y["cost"]["components"]["firm_capacity"] for y in found.years.values()] == pytest.approx([140, 140])
    assert per_year(found) == pytest.approx((1200 + 3 * 1480 + 4 * 140) / 4 * A_YEAR)


def test_the_surplus_limit_holds_in_each_year_by_itself():
    limit = {"target": {"matching": "annual", "years": "expectation"}, "surplus": {"max_share": 0.25}}
    # The clear year may have 5 in excess, so S <= 15, which is a mean of (15 + 7.5) / 40 = 0.5625. Were the limit one
    # of the mean, S = 20 would do. A mean of 0.5 takes S = 40 / 3.
    assert sun(solved(limit, {"target": {"cfe": 0.5}})) == pytest.approx(40 / 3)
    with pytest.raises(InfeasibleError, match="meets its target by the mean of the weather years"):
        solved(limit, {"target": {"cfe": 0.6}})


MIX = {"zones": {"Z": {"residual_mix_g_per_kwh": 500}}}


def test_a_carbon_cap_holds_in_each_year_by_itself():
    cap = {"target": {"matching": "none", "carbon_cap_t_per_year": 6 * A_YEAR, "years": "expectation"}}
    found = solved(MIX, cap)
    # 6 t are 12 MWh without a claim: the dull year may leave no more, so S = 16 as above
    assert sun(found) == pytest.approx(16)
    assert per_year(found) == pytest.approx(1605 * A_YEAR)
    emitted = [row["scope2_market_based_by_the_hour_t"] for row in found.summary["years"].values()]
    assert emitted == pytest.approx([5, 6])
    assert found.summary["emissions"]["scope2_market_based_by_the_hour_t"] == pytest.approx(5.5 * A_YEAR)


def test_a_carbon_price_is_a_cost_of_every_year():
    found = solved(MIX, {"target": {"matching": "none", "carbon_price_per_t": 100}})
    # Retail supply costs 50 more, and the sun is worth taking until the clear year has enough: S = 10. Clear
    # 45 * 10 + 1050 + 10 * 50 = 2000, dull 15 * 10 + 1200 + 15 * 50 = 2100
    assert sun(found) == pytest.approx(10)
    assert per_year(found) == pytest.approx(2050 * A_YEAR)
    assert found.summary["cost"]["components"]["carbon_price"] == pytest.approx(625 * A_YEAR)


def test_a_budget_is_for_one_year():
    with pytest.raises(InputError, match="budget_per_year: is given, and what it buys is found for one year"):
        solved({"target": {"matching": "hourly", "budget_per_year": 1e7}})


def test_years_of_another_length_count_by_the_year():
    flat = {
        "time": {"start": "2018-06-01", "end": "2018-06-02", "timezone": "Europe/Berlin"},
        "zones": {"Z": {"spot_price_per_mwh": 40, "carbon_intensity_g_per_kwh": 400}},
        "sites": {"s": {"load": {"flat_mw": 10}, "grid": {"energy": FLAT}}},
        "contracts": {"sun": {"strike_per_mwh": 60, "capacity_factor": 0.5}},
        "surplus": {"price": ...},
        "target": {"matching": "hourly", "cfe": 0.5},
    }
    years = {
        "june": {},
        "short-day": {"set": {"time.start": "2011-03-27", "time.end": "2011-03-28"}},
        "leap-day": {"set": {"time.start": "2012-02-29", "time.end": "2012-03-01"}},
    }
    found = solved(flat, years=years)
    # 10 MW of sun: 5 at 60 and 5 at 50 in every hour of any year: 550; the leap year has 24 hours more
    assert sun(found) == pytest.approx(10)
    assert [row["hours"] for row in found.summary["years"].values()] == [24, 23, 24]
    assert [row["cost_net_of_sales_per_year"] for row in found.summary["years"].values()] == pytest.approx(
        [550 * 8760, 550 * 8760, 550 * 8784]
    )
    assert per_year(found) == pytest.approx(550 * (2 * 8760 + 8784) / 3)
    assert found.summary["load_mwh"] == pytest.approx(10 * (2 * 8760 + 8784) / 3)


# --- what several years must not change -------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [{}, MEAN], ids=["every", "mean"])
def test_equal_years_are_one_year(mean):
    alone = cm.solve(a_case(merged(HOURLY, FIRM)), QUICK)
    found = solved(HOURLY, FIRM, mean, years={"a": {}, "b": {"weight": 3}})
    for name in ("a", "b"):
        assert found.years[name]["cost"]["components"] == pytest.approx(alone.summary["cost"]["components"])
        assert found.years[name]["scores"] == pytest.approx(alone.summary["scores"])
    assert per_year(found) == pytest.approx(alone.summary["cost"]["net_of_sales"] * A_YEAR)
    assert sun(found) == pytest.approx(alone.summary["contracts"]["sun"]["contracted_mw"])


@pytest.mark.parametrize("mean", [{}, MEAN], ids=["every", "mean"])
def test_the_order_of_the_years_and_their_number_of_halves_change_nothing(mean):
    dull = CLEAR_AND_DULL["dull"]
    found = solved(HOURLY, FIRM, mean, years={"clear": {"weight": 3}, "dull": dull})
    turned = solved(HOURLY, FIRM, mean, years={"dull": dull, "clear": {"weight": 3}})
    halves = {"clear": {"weight": 3}, "one": {**dull, "weight": 0.5}, "other": {**dull, "weight": 0.5}}
    split = solved(HOURLY, FIRM, mean, years=halves)
    for other in (turned, split):
        assert per_year(other) == pytest.approx(per_year(found))
        assert sun(other) == pytest.approx(sun(found))
    assert turned.summary["worst_years"] == found.summary["worst_years"]


def test_one_weather_year_is_allowed():
    found = solved(HOURLY, MEAN, years={"dull": CLEAR_AND_DULL["dull"]})
    assert sun(found) == pytest.approx(16)


def test_all_load_of_all_years_is_all_load_of_their_mean():
    battery = {
        "storage": {
            "battery": {
                "zone": "Z",
                "power_cost_per_mw_year": 8760,
                "energy_cost_per_mwh_year": 4380,
                "round_trip_efficiency": 0.64,
                "duration_hours": 2,
            }
        }
    }
    every, mean = (solved(HOURLY, battery, {"target": {"cfe": 1.0}}, changes) for changes in ({}, MEAN))
    assert per_year(mean) == pytest.approx(per_year(every))
    assert "of_mean" not in mean.years["dull"]["target"]


# --- proofs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["highs", "clarabel"])
@pytest.mark.parametrize("mean", [{}, MEAN], ids=["every", "mean"])
def test_the_whole_and_every_year_prove_themselves_cheapest(solver, mean, monkeypatch):
    asked, solve_compiled = [], study_years.solve_compiled

    def counted(compiled, yardstick, options):
        asked.append(compiled)
        return solve_compiled(compiled, yardstick, options)

    monkeypatch.setattr(study_years, "solve_compiled", counted)
    found = solved(HOURLY, FIRM, mean, options=cm.SolveOptions(solver=solver))
    assert len(asked) == 1  # the optimum of all years is that of each: no engine is asked again
    for certificate in (found.summary["certificate"], *(year["certificate"] for year in found.years.values())):
        assert certificate["gap"] <= 1e-6
        assert certificate["primal_objective"] == pytest.approx(certificate["dual_objective"], rel=1e-6)
    weighted = sum(year["cost"]["net_of_sales"] for year in found.years.values()) / 2 * A_YEAR
    assert weighted == pytest.approx(found.summary["certificate"]["primal_objective"], rel=1e-9)


def test_a_second_engine_is_asked_where_one_wants_that():
    found = solved(HOURLY, options=cm.SolveOptions(cross_check=True))
    assert found.summary["certificate"]["cross_check"]["engine"] == "clarabel"
    assert found.years["dull"]["certificate"]["cross_check"] is None


def test_a_year_of_no_weight_is_operated_anew_at_the_sizes_of_all():
    years = {"clear": {}, "dull": {**CLEAR_AND_DULL["dull"], "weight": 1e-6}}
    found = solved(HOURLY, MEAN, FIRM, years=years, options=cm.SolveOptions())
    assert sun(found) == pytest.approx(8, rel=1e-5)
    dull = found.years["dull"]
    assert dull["certificate"]["gap"] <= 1e-6
    assert dull["contracts"]["sun"]["contracted_mw"] == sun(found)
    assert dull["grid"]["s"]["firm_capacity_mw"] == firm(found)


def test_years_that_do_not_add_to_the_optimum_are_no_result(monkeypatch, tmp_path):
    verified = study_years.verified_result

    def dearer(*given, **named):
        result = verified(*given, **named)
        cost = {**result.summary["cost"], "net_of_sales": result.summary["cost"]["net_of_sales"] * (1 + 1e-5)}
        return replace(result, summary={**result.summary, "cost": cost})

    monkeypatch.setattr(study_years, "verified_result", dearer)
    with pytest.raises(VerificationError, match="and the optimum over all of them 7029900"):
        solved(HOURLY, out=tmp_path / "years")
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_add_up_in_a_year_names_it(monkeypatch):
    def refuse(*_given, **_named):
        raise VerificationError("It does not agree.")

    monkeypatch.setattr(study_years, "verified_result", refuse)
    with pytest.raises(VerificationError, match=r"Weather year clear, at the sizes of all years: It does not agree\."):
        solved(HOURLY)


def test_a_model_of_years_is_read_by_other_solvers_too():
    found = solved(HOURLY, FIRM, MEAN, options=cm.SolveOptions(solver="appsi_highs"))
    assert found.summary["manifest"]["solver"]["engine"] == "appsi_highs"
    assert per_year(found) == pytest.approx((1485 + 10 * 10) * A_YEAR)


# --- no result --------------------------------------------------------------------------------------------------------


def test_years_that_no_portfolio_serves_are_named():
    years = {**CLEAR_AND_DULL, "dark": {"set": {"contracts.sun.capacity_factor": [0.0, 1.0]}}}
    years["night"] = {"set": {"contracts.sun.capacity_factor": [0.001, 0.001]}}
    with pytest.raises(InfeasibleError) as caught:
        solved(HOURLY, {"target": {"cfe": 0.5}}, years=years)
    assert str(caught.value) == (
        "In the weather year night: No portfolio within the limits of this case meets its target of 50 % hour by hour: "
        "the best score in reach is 1.0 %."
    )


def test_years_that_only_no_single_portfolio_serves_are_told_so():
    # The dull year needs S = 16; the clear one has S - 10 in excess, of which 5 are allowed.
    with pytest.raises(InfeasibleError) as caught:
        solved(HOURLY, {"surplus": {"max_share": 0.25}})
    assert "in all weather years at once, though some portfolio does in each of them by itself" in str(caught.value)


def test_a_year_that_is_lost_without_any_target_is_named():
    forced = {"contracts": {"sun": {"max_mw": ..., "existing_mw": 30}}, "surplus": {"max_share": 0.9}}
    with pytest.raises(InfeasibleError, match=r"In the weather year clear: .* they contradict each other"):
        solved(HOURLY, MEAN, forced)


def test_a_year_with_nothing_to_count_is_named():
    years = {"sunny": {}, "none": {"set": {"contracts.sun.capacity_factor": 0.0}}}
    with pytest.raises(InfeasibleError, match="Weather year none: No portfolio can meet this case"):
        solved({"target": {"matching": "annual", "cfe": 0.5}}, years=years)


def test_a_size_that_grows_without_limit_is_named_once():
    with pytest.raises(UnboundedError, match=r"as these grow: sun \(contracted_mw\)\. Give"):
        solved({"contracts": {"sun": {"strike_per_mwh": 10, "max_mw": ...}}})


# --- sizes held -------------------------------------------------------------------------------------------------------


def test_given_sizes_are_held_in_every_year(tmp_path):
    sizes = tmp_path / "sizes.json"
    sizes.write_text(json.dumps({"contracts": {"sun": {"contracted_mw": 18}}}))
    found = solved(HOURLY, FIRM, fix=sizes)
    assert sun(found) == 18
    assert found.summary["sizes_held"] is True
    # 45 * 18 + 1050 and 15 * 18 + 1200, firm supply of 10 MW for the second hour
    assert per_year(found) == pytest.approx((1860 + 1470) / 2 * A_YEAR + 10 * 10 * A_YEAR)
    sizes.write_text(json.dumps({"contracts": {"sun": {"contracted_mw": 14}}}))
    with pytest.raises(
        InfeasibleError, match=r"In the weather year dull: The sizes of .* do not meet the hourly target"
    ):
        solved(HOURLY, fix=sizes)


def test_the_sizes_of_all_years_can_be_held_in_another_one(tmp_path):
    solved(HOURLY, FIRM, out=tmp_path / "years")
    case = a_case(merged(FIRM, {"contracts": {"sun": {"capacity_factor": [0.25, 0.25]}}}))
    held = cm.solve(case, QUICK, fix=tmp_path / "years")
    assert held.summary["contracts"]["sun"]["contracted_mw"] == pytest.approx(16)
    assert held.summary["grid"]["s"]["firm_capacity_mw"] == pytest.approx(6)  # chosen anew for this year alone


# --- on disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(tmp_path, monkeypatch):
    """Write a case with tables of two days of two years, and work beside it."""
    monkeypatch.chdir(tmp_path)
    hours = np.arange(48)
    for year, day, sun_at_noon in ((2011, "02-27", 1.0), (2012, "02-28", 0.6)):
        stamps = [f"{year}-{day[:3]}{int(day[3:]) + h // 24:02d}T{h % 24:02d}:00:00Z" for h in hours]
        shine = sun_at_noon * np.maximum(0.0, 1.0 - np.abs(hours % 24 - 12) / 5)
        rows = [f"{stamp},{value},{50 + h % 7}" for stamp, value, h in zip(stamps, shine, hours, strict=True)]
        Path(f"w{year}.csv").write_text("\n".join(["timestamp_utc,sun,price", *rows]) + "\n")
    Path("case.yaml").write_text(CASE)
    return Path("case.yaml")


CASE = """\
name: two-years
currency: EUR
time: {start: 2011-02-27, end: 2011-03-01, timezone: UTC}
zones:
  Z: {spot_price_per_mwh: {file: w2011.csv, column: price}, carbon_intensity_g_per_kwh: 400}
sites:
  s:
    zone: Z
    load: {flat_mw: 10}
    grid: {energy: {index: spot, margin_per_mwh: 10}, firm_capacity_charge_per_mw_year: 60000}
contracts:
  sun:
    technology: solar
    zone: Z
    structure: pay_as_produced
    strike_per_mwh: 48
    capacity_factor: {file: w2011.csv, column: sun}
storage:
  battery:
    zone: Z
    power_cost_per_mw_year: 9000
    energy_cost_per_mwh_year: 18000
    round_trip_efficiency: 0.86
surplus: {price: {index: spot, margin_per_mwh: -5}}
target: {matching: hourly, cfe: 0.7}
weather_years:
  y2011: {}
  y2012:
    weight: 3
    set:
      time.start: 2012-02-28
      time.end: 2012-03-01
      contracts.sun.capacity_factor: {file: w2012.csv, column: sun}
      zones.Z.spot_price_per_mwh: {file: w2012.csv, column: price}
scenarios:
  cheap: {zones.Z.spot_price_per_mwh.scale: 0.5}
"""


@pytest.mark.parametrize(
    "settings",
    [[], ["target.years=expectation"], ["target.years=expectation", "target.matching=annual", "target.cfe=0.9"]],
    ids=["every", "hourly mean", "annual mean"],
)
def test_the_run_of_every_year_is_verified_from_its_bundle_without_a_solver(case, settings):
    found = solve_years(case, settings=settings, out="years")
    for name, summary in found.years.items():
        point = Path("years", "points", name)
        run = read_run(point)
        assert json.loads(json.dumps(summary)) == run.summary
        assert run.manifest["case"]["weather_year"] == name
        cm.write_report(point, ["audit", "html", "csv"])
        verified = cm.verify(point / "audit.zip")
        assert [check.faults for check in verified.checks] == [()] * len(verified.checks)
    written = json.loads(Path("years", "years.json").read_text())
    assert written == json.loads(json.dumps(found.summary))
    assert [table["path"] for table in written["manifest"]["tables"]] == ["w2011.csv", "w2012.csv"]
    assert [change["key"] for change in written["manifest"]["case"]["overrides"]] == [s.split("=")[0] for s in settings]


def test_cases_that_are_no_weather_years_are_refused():
    with pytest.raises(InputError, match="two-hours: is no weather year of a case; read the years of a case"):
        solve_years([a_case(HOURLY)], QUICK)


def test_a_held_number_that_was_changed_does_not_verify(case):
    solve_years(case, settings=["target.years=expectation"], out="years")
    file = Path("years", "points", "y2012", "summary.json")
    content = json.loads(file.read_text())
    for damage in ({"held_mwh": [1.0]}, {"held_mwh": [1.0, 2.0]}, {"held_mwh": "x"}, {"firm_capacity_mw": {"s": "x"}}):
        file.write_text(json.dumps({**content, "weather_year": {**content["weather_year"], **damage}}))
        cm.write_report(file.parent, ["audit"], force=True)
        checks = {check.what: check.faults for check in cm.verify(file.parent / "audit.zip").checks}
        assert not all(not faults for faults in checks.values())


def test_a_scenario_comes_before_the_year_and_a_setting_after_it(case):
    found = solve_years(case, scenario="cheap", settings=["weather_years.y2011.weight=3", "sites.s.load.flat_mw=5"])
    assert [row["weight"] for row in found.summary["years"].values()] == [0.5, 0.5]
    prices = [
        y["cost"]["components"]["grid_energy"] / y["grid"]["s"]["retail_supply_mwh"] for y in found.years.values()
    ]
    assert prices[0] < 40 < prices[1]  # the year 2012 brings its own price, which the scenario does not halve
    assert found.summary["load_mwh"] == pytest.approx(5 * (8760 + 8784) / 2)
    assert found.summary["manifest"]["case"]["scenario"] == "cheap"


def test_a_case_of_several_years_is_no_case_of_one(case):
    with pytest.raises(InputError, match=r"names several years \(y2011, y2012\), and one is wanted here"):
        cm.solve(cm.load_case(case))
    with pytest.raises(InputError, match="has no weather years to size over"):
        solve_years(case, settings=["weather_years=null"])
    alone = cm.solve(cm.load_case(case, settings=["weather_years=null"]))
    assert alone.summary["weather_year"] is None
    year = cm.solve(cm.load_case(case, weather_year="y2012"))
    assert year.summary["weather_year"] == {"name": "y2012", "weight": None, "firm_capacity_mw": None, "held_mwh": None}
    assert year.manifest["case"]["overrides"][0]["origin"] == "weather year y2012"
