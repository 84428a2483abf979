"""A stress test: every shock does what it says and nothing else, and what comes out is told the worst first."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from small_cases import QUICK
from studies.stressed_days import STRESS, write_case

from carbonmatch import runfolder
from carbonmatch.case import Variant, load_case, load_variants
from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.formulation import problem_from_case
from carbonmatch.study import KINDS, Operation, solve_case, stress_test
from carbonmatch.study.held import REACH_MARGIN
from carbonmatch.study.shock import Portfolio, shocks_of

HOURS = 6.0


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_case(tmp_path)


def stressed(path, **options):
    return stress_test(path, options=QUICK, jobs=1, **options)


def problem_after(path, name, *, variant=None, contracts=("sun", "wind"), storage=("battery",)):
    """Return the problem of a case before and after one of the shocks."""
    variant = variant or Variant()
    case = load_variants(path, [variant], purpose="solve")[0]
    months = {"sun": "2018-01", "wind": "2018-02"}
    portfolio = Portfolio(path, variant, case, {contract: months[contract] for contract in contracts}, storage)
    (shock,) = [shock for shock in shocks_of(portfolio, frozenset(KINDS), Operation()) if shock.name == name]
    (changed,) = load_variants(path, [shock.variant], purpose="solve")
    return problem_from_case(case), problem_from_case(changed), shock


def same_but(before, after, **changes):
    """Compare two problems field by field; what is to have changed is given as it should be."""
    for name, expected in changes.items():
        block, index, field = name.split("__")
        entries = list(getattr(before, block))
        entries[int(index)] = replace(entries[int(index)], **{field: expected})
        before = replace(before, **{block: tuple(entries)})

    def compare(a, b, place):
        if hasattr(a, "__dataclass_fields__"):
            for field in a.__dataclass_fields__:
                compare(getattr(a, field), getattr(b, field), f"{place}.{field}")
        elif isinstance(a, tuple) and a and hasattr(a[0], "__dataclass_fields__"):
            for number, (x, y) in enumerate(zip(a, b, strict=True)):
                compare(x, y, f"{place}[{number}]")
        elif isinstance(a, np.ndarray | float):
            assert b == pytest.approx(a, rel=1e-12), place
        else:
            assert str(a) == str(b), place

    compare(before, after, "problem")


# --- what each shock does ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "factor"), [("prices-up", 1.5), ("prices-down", 0.5)])
def test_prices_are_those_of_the_market_and_not_the_strikes(path, name, factor):
    before, after, shock = problem_after(path, name)
    spot = np.array([40, 20, 20, 60] * 2) * factor
    # the works pay spot plus 10, the office a flat 90: the margin is agreed, the tariff is not
    same_but(
        before,
        after,
        zones__0__spot_price_per_mwh=spot,
        sites__0__retail_price_per_mwh=spot + 10,
        sites__1__retail_price_per_mwh=np.full(8, 90 * factor),
    )
    assert shock.words == f"market prices 50 % {'higher' if factor > 1 else 'lower'}"


def test_load_grows_at_every_site_and_its_connection_with_it(path):
    before, after, shock = problem_after(path, "load-up")
    works, office = np.full(8, 11.0) * HOURS, np.array([1, 2, 2, 1] * 2) * 1.1 * HOURS
    assert after.sites[0].load_mwh == pytest.approx(works)
    assert after.sites[1].load_mwh == pytest.approx(office)
    assert after.zones[0].load_mwh == pytest.approx(works + office)
    assert after.contracts[0].available_mwh_per_mw == pytest.approx(before.contracts[0].available_mwh_per_mw)
    assert shock.words == "load 10 % higher"


def test_a_contract_that_delivers_less_does_so_in_every_hour(path):
    before, after, shock = problem_after(path, "wind-short")
    # 0.9 of the wind reached the meter, and 0.85 of that does now
    less = np.array([0.5, 0.2, 0.1, 0.4, 0.3, 0.3, 0.6, 0.9]) * 0.9 * 0.85 * HOURS
    same_but(before, after, contracts__1__available_mwh_per_mw=less, contracts__1__least_mwh_per_mw=less)
    assert shock.words == "wind delivers 15 % less"


def test_a_plant_is_out_in_its_month_and_in_no_other(path):
    before, after, shock = problem_after(path, "wind-out")
    february = np.array([0.5, 0.2, 0.1, 0.4, 0, 0, 0, 0]) * 0.9 * HOURS
    same_but(before, after, contracts__1__available_mwh_per_mw=february, contracts__1__least_mwh_per_mw=february)
    assert shock.words == "wind out in February 2018"
    before, after, _ = problem_after(path, "sun-out")
    january = np.array([0, 0, 0, 0, 0, 0.5, 0.6, 0]) * HOURS
    same_but(before, after, contracts__0__available_mwh_per_mw=january, contracts__0__least_mwh_per_mw=january)


def test_an_outage_comes_on_top_of_those_that_the_case_has(path):
    outage = 'contracts.wind.outages=[{"start": "2018-01-31T18:00", "end": "2018-02-01"}]'
    _, after, _ = problem_after(path, "wind-out", variant=Variant((outage,)))
    assert after.contracts[1].available_mwh_per_mw[[0, 3, 4]] == pytest.approx([0.5 * 0.9 * HOURS, 0, 0])


def test_a_still_year_is_one_of_the_wind_alone(path):
    before, after, _ = problem_after(path, "still-year")
    less = before.contracts[1].available_mwh_per_mw * 0.9
    same_but(before, after, contracts__1__available_mwh_per_mw=less, contracts__1__least_mwh_per_mw=less)


def test_a_storage_that_is_out_holds_nothing_and_is_paid_for(path):
    before, after, shock = problem_after(path, "battery-out")
    assert after.storage[0].cycles_per_year == 1e-6
    same_but(before, after, storage__0__cycles_per_year=1e-6)
    assert shock.words == "battery out all the time"


def test_what_is_not_taken_is_not_tested_and_what_is_not_there_has_no_shock(path):
    case = load_case(path, purpose="solve")
    found = shocks_of(Portfolio(path, Variant(), case, {"sun": "2018-01"}, ()), frozenset(KINDS), Operation())
    names = ["prices-up", "prices-down", "load-up", "sun-short", "sun-out", "no-foresight"]
    assert [shock.name for shock in found] == names


def test_shocks_of_a_scenario_change_what_the_scenario_says(path):
    more = "scenarios:\n  half: {sites.works.load: {flat_mw: 5}, contracts.wind.loss_factor: 0.5}\n"
    path = write_case(path.parent, more)
    _, after, _ = problem_after(path, "load-up", variant=Variant(scenario="half"))
    assert after.sites[0].load_mwh == pytest.approx(np.full(8, 5.5 * HOURS))
    _, after, _ = problem_after(path, "wind-short", variant=Variant(scenario="half"))
    assert after.contracts[1].available_mwh_per_mw[0] == pytest.approx(0.5 * 0.5 * 0.85 * HOURS)


def test_shocks_of_a_weather_year_change_what_that_year_says_and_the_other_years_are_shocks_too(path):
    years = """\
weather_years:
  still: {set: {contracts.wind.capacity_factor: 0.2}}
  stormy: {set: {contracts.wind.capacity_factor: 0.6}}
"""
    path = write_case(path.parent, years)
    still = Variant(weather_year="still")
    _, after, _ = problem_after(path, "wind-short", variant=still)
    assert after.contracts[1].available_mwh_per_mw == pytest.approx(np.full(8, 0.2 * 0.9 * 0.85 * HOURS))
    _, after, shock = problem_after(path, "weather-stormy", variant=still)
    assert after.contracts[1].available_mwh_per_mw == pytest.approx(np.full(8, 0.6 * 0.9 * HOURS))
    assert shock.words == "the weather of stormy"


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_a_portfolio_in_every_case_the_worst_first(path):
    write_case(path.parent, STRESS)
    found = stressed(path)
    assert found.plan_score == pytest.approx(0.8, abs=1e-6)
    scores = [case.score for case in found.cases]
    assert scores == sorted(scores)
    assert {case.name for case in found.cases} == {
        *("prices-up", "prices-down", "load-up", "still-year", "no-foresight", "battery-out"),
        *("sun-short", "wind-short", "sun-out", "wind-out", "dear-grid", "small-office"),
    }
    by_name = {case.name: case for case in found.cases}
    assert by_name["dear-grid"].words == "the grid costs 200"
    assert by_name["small-office"].words == "small-office"
    for case in found.cases:
        assert case.score_change == pytest.approx(case.score - found.plan_score)
        for name, contract in found.plan["contracts"].items():
            assert case.summary["contracts"][name]["contracted_mw"] == contract["contracted_mw"]
    worst = found.cases[0]
    fall = f"The plan's 80.0 % falls to {100 * worst.score:.1f} % in the worst case: {worst.words}."
    assert found.words.startswith(fall)
    table = found.table
    assert list(table["stress"]) == ["plan", *(case.name for case in found.cases)]
    assert (table["unmatched_mwh"] / table["load_mwh"] + table["hourly_matched_share"]).to_numpy() == pytest.approx(1.0)


def test_other_prices_leave_the_score_and_change_the_cost_by_what_is_bought_and_sold(path):
    found = {case.name: case for case in stressed(path, kinds=["prices"]).cases}
    plan = stressed(path, kinds=["prices"]).plan
    for name, change in (("prices-up", 0.5), ("prices-down", -0.5)):
        case = found[name]
        assert case.target_met is True
        assert case.score == pytest.approx(0.8, abs=1e-5)
        # the operation may follow the prices: it never costs more than the one of the plan at the new ones
        spot_part = plan["cost"]["components"]["grid_energy"] - 10 * plan["grid"]["works"]["retail_supply_mwh"]
        assert case.cost_change <= change * spot_part + 1e-3


def test_sizes_that_miss_the_target_are_a_row_at_the_best_score_they_reach(path):
    found = {case.name: case for case in stressed(path, kinds=["outage", "load"]).cases}
    load = found["load-up"]
    assert load.target_met is False
    reach = load.summary["reach"]
    assert reach["asked_cfe"] == 0.8
    assert reach["cfe"] == pytest.approx(reach["best_cfe"] - REACH_MARGIN)
    assert load.score == pytest.approx(reach["cfe"], abs=1e-6)
    # The same sizes, asked for no more than that, cost as much; asked for more than the best they have no operation.
    sizes = path.parent / "sizes.json"
    sizes.write_text(json.dumps({key: load.summary[key] for key in ("contracts", "storage")}))
    grown = ["sites.works.load={flat_mw: 11}", "sites.office.load={file: data.csv, column: office_mw, scale: 1.1}"]
    grown += ["sites.works.grid.connection_mw=null"]
    case = load_case(path, settings=[*grown, f"target.cfe={reach['cfe']}"])
    alone = solve_case(case, QUICK, fix=sizes)
    assert alone.summary["cost"]["net_of_sales"] == pytest.approx(load.summary["cost"]["net_of_sales"], rel=1e-6)
    with pytest.raises(InfeasibleError):
        solve_case(load_case(path, settings=[*grown, f"target.cfe={reach['best_cfe'] + 1e-4}"]), QUICK, fix=sizes)


def test_a_limit_that_held_sizes_break_whatever_is_done_gives_way_and_is_told(path):
    # Without the works hardly any load is left: what the plants generate is far more than 0.9 of it.
    write_case(path.parent, "stress:\n  no-works: {set: {sites.works.load: {flat_mw: 0}}}\n")
    found = stressed(path, kinds=["own"])
    assert found.cases[0].summary["reach"]["lifted"] == ["surplus.max_share"]
    assert found.cases[0].target_met is True
    assert found.table.set_index("stress").loc["no-works", "limits_lifted"] == "surplus.max_share"


def test_the_plant_is_out_in_the_month_in_which_it_matches_most(path):
    found = {case.name: case for case in stressed(path, kinds=["outage"]).cases}
    folder = path.parent / "run"
    run = solve_case(load_case(path), QUICK, out=folder)
    hourly = run.contracts_hourly.assign(month=lambda rows: rows["interval_start_utc"].dt.strftime("%Y-%m"))
    matched = hourly.groupby(["contract", "month"])[["matched_mwh", "matched_from_storage_mwh"]].sum().sum(axis=1)
    words = {"2018-01": "January 2018", "2018-02": "February 2018"}
    for name in ("sun", "wind"):
        assert found[f"{name}-out"].words == f"{name} out in {words[matched[name].idxmax()]}"


def test_a_run_and_its_case_give_the_same_table(path):
    solve_case(load_case(path), QUICK, out=path.parent / "run")
    of_case, of_run = stressed(path), stressed(path.parent / "run")
    assert of_run.run == str(path.parent / "run")
    assert of_case.run is None
    columns = [name for name in of_case.table if of_case.table[name].dtype == float]
    assert of_run.table.equals(of_case.table)
    assert len(columns) > 10


def test_a_budget_is_tested_by_the_score_that_it_bought(path):
    settings = ["target.cfe=null", "target.budget_per_year=4200000", "surplus.max_share=null"]
    found = stressed(path, settings=settings, kinds=["prices", "load"])
    bought = found.plan["target"]["best_cfe"]
    assert 0.3 < bought < 1.0
    by_name = {case.name: case for case in found.cases}
    assert by_name["prices-up"].score == pytest.approx(bought, abs=1e-4)
    assert by_name["load-up"].target_met is False


def test_without_a_target_there_is_none_to_be_met(path):
    found = stressed(path, settings=["target.matching=none"], kinds=["load", "foresight"])
    assert [case.target_met for case in found.cases] == [None, None]
    assert "target" not in found.words.split("case:")[-1]


def test_an_annual_target_is_met_or_missed_by_volume(path):
    settings = ["target.matching=annual", "target.cfe=1.0"]
    found = {case.name: case for case in stressed(path, settings=settings, kinds=["delivery", "prices"]).cases}
    assert found["prices-up"].target_met is True
    assert found["sun-short"].target_met is False
    assert found["sun-short"].summary["scores"]["annual_volumetric_share"] < 1.0


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_name_that_two_cases_have_is_told(path):
    write_case(path.parent, "stress:\n  load-up: {set: {sites.works.load: {flat_mw: 1}}}\n")
    with pytest.raises(InputError, match="load-up is the name of another case too"):
        stressed(path)


def test_an_unknown_kind_is_told_before_anything_is_solved(path):
    with pytest.raises(InputError, match="shock price: is not known; did you mean 'prices'"):
        stressed(path, kinds=["price"])


def test_every_fault_of_a_case_of_the_user_is_told_with_its_key(path):
    write_case(path.parent, "stress:\n  odd: {set: {zones.Z.spot_price_per_mhw: 3}}\n  worse: {set: {zone.Z: 3}}\n")
    with pytest.raises(InputError) as told:
        stressed(path)
    assert "'zone' is not a key of a case; did you mean 'zones'" in str(told.value)
    write_case(path.parent, "stress:\n  odd: {set: {zones.Z.spot_price_per_mhw: 3}}\n")
    with pytest.raises(InputError, match="spot_price_per_mhw"):
        stressed(path)


@pytest.mark.parametrize("file", ["case.yaml", "data.csv"])
def test_a_run_whose_inputs_have_changed_is_not_tested(path, file):
    solve_case(load_case(path), QUICK, out=path.parent / "run")
    (path.parent / file).write_text((path.parent / file).read_text() + "\n# more\n")
    with pytest.raises(InputError, match="has been changed since the run was made from it"):
        stressed(path.parent / "run")


def test_a_run_without_foresight_chose_no_portfolio(path):
    stressed(path, kinds=["foresight"], out=path.parent / "stress")
    point = path.parent / "stress" / runfolder.POINTS / "no-foresight"
    with pytest.raises(InputError, match="is not the run that chose a portfolio"):
        stressed(point)


def test_a_case_that_no_portfolio_meets_has_nothing_to_test(path):
    with pytest.raises(InfeasibleError):
        stressed(path, settings=["target.cfe=1.0", "contracts.far-too-dear.max_mw=0", "contracts.wind.max_mw=0"])


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_what_was_interrupted_goes_on_where_it_stopped(path, monkeypatch):
    done = path.parent / "done"
    first = stressed(path, out=done)
    unfinished = runfolder.unfinished(path.parent / "stress")
    shutil.copytree(done, unfinished)
    for name in ("no-foresight", "load-up"):
        shutil.rmtree(unfinished / runfolder.POINTS / name)
    said: list[str] = []
    options = replace(QUICK, on_progress=said.append)
    again = stress_test(path, options=options, jobs=1, out=path.parent / "stress")
    assert again.table.equals(first.table)
    assert any(words.startswith("9 of 11 are there already") for words in said)
    assert sorted(p.name for p in (path.parent / "stress" / runfolder.POINTS).iterdir()) == sorted(
        p.name for p in (done / runfolder.POINTS).iterdir()
    )
