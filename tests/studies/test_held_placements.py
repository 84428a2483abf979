"""MW that were placed once stay where they are: held sizes, weather years, stress, a sweep over where they stand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from analytic.test_placements import TWO_SITES
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.case import years_from_mapping
from carbonmatch.errors import InputError
from carbonmatch.formulation import adapt, build_model, problem_from_case
from carbonmatch.study import solve_case, solve_years
from carbonmatch.study.fix import fix_sizes, read_sizes, sizes_of
from carbonmatch.study.held import held_result
from carbonmatch.study.reach import best_share
from carbonmatch.study.solver import CaseSolver

MONEY = 1e-6
LIMITED = {"placements": {"hall": {"candidates": {"s": {"max_mw": 4, "cost_per_mw_year": 4380}, "t": {}}}}}
"""What stands at s costs 1 per MW for the two hours beside its energy."""


def a_placement(*changes):
    case = TWO_SITES
    for change in (LIMITED, *changes):
        case = merged(case, change)
    return a_case(case)


def placed(summary):
    return {site: entry["placed_mw"] for site, entry in summary["load"]["placements"]["hall"].items()}


def faults_of(problem, sizes, path="sizes.json"):
    with pytest.raises(InputError) as caught:
        fix_sizes(problem, sizes)
    return [str(fault) for fault in caught.value.faults]


def written(tmp_path, load):
    file = tmp_path / "sizes.json"
    content = {"contracts": {}, "storage": {}, **({} if load is None else {"load": {"placements": load}})}
    file.write_text(json.dumps(content))
    return read_sizes(file)


# --- held sizes -------------------------------------------------------------------------------------------------------


def test_a_run_held_says_the_same_again():
    case = a_placement()
    first = solve_case(case, QUICK)
    again = held_result(case, sizes_of(first.summary, "first"), CaseSolver(QUICK))
    assert placed(again.summary) == placed(first.summary)
    assert placed(again.summary) == pytest.approx({"s": 4.0, "t": 6.0})
    # 4 * (120 + 1) + 6 * 130 = 1264 for what is placed; 2500 for the rest
    assert again.summary["cost"]["net_of_sales"] == pytest.approx(2500 + 1264, abs=MONEY)
    assert again.summary["cost"]["components"]["load_placement"] == pytest.approx(4.0, abs=MONEY)
    assert again.summary["load_mwh"] == pytest.approx(first.summary["load_mwh"])
    assert again.summary["load"]["placements"]["hall"]["t"]["added_cost_per_mw_year"] is None
    assert again.problem.load_varies(0) is False


def test_sizes_by_hand_go_beyond_the_limits_of_a_site(tmp_path):
    held = fix_sizes(
        problem_from_case(a_placement()), written(tmp_path, {"hall": {"s": {"placed_mw": 9}, "t": {"placed_mw": 1}}})
    )
    assert held.sites[0].load_mwh.tolist() == [19.0, 19.0]
    assert held.zones[1].load_mwh.tolist() == [11.0, 11.0]
    assert held.total_load_mwh == pytest.approx(60.0)


def test_sizes_held_twice_are_held_once(tmp_path):
    sizes = written(tmp_path, {"hall": {"s": {"placed_mw": 9}, "t": {"placed_mw": 1}}})
    once = fix_sizes(problem_from_case(a_placement()), sizes)
    assert np.array_equal(fix_sizes(once, sizes).sites[0].load_mwh, once.sites[0].load_mwh)


def test_sizes_without_placements_are_refused(tmp_path):
    found = faults_of(problem_from_case(a_placement()), written(tmp_path, None))
    assert found == [
        f"{tmp_path / 'sizes.json'}: load.placements.hall: is missing; give placed_mw of every candidate, as "
        "load.placements of any summary.json does that is of this case"
    ]


def test_sizes_of_other_placements_are_refused(tmp_path):
    where = f"{tmp_path / 'sizes.json'}: load.placements"
    strange = {"hal": {"s": {"placed_mw": 10}}, "hall": {"u": {"placed_mw": 2}, "s": {"placed_mw": 8}}}
    assert faults_of(problem_from_case(a_placement()), written(tmp_path, strange)) == [
        f"{where}.hal: the case has no placement of that name; did you mean 'hall'? (it has hall)",
        f"{where}.hall.u: the case may not place it there (candidates: s, t)",
        f"{where}.hall.t: is missing; give placed_mw, 0 for none",
    ]


def test_sizes_that_place_too_little_are_refused(tmp_path):
    little = written(tmp_path, {"hall": {"s": {"placed_mw": 4}, "t": {"placed_mw": 5}}})
    assert faults_of(problem_from_case(a_placement()), little) == [
        f"{tmp_path / 'sizes.json'}: load.placements.hall: places 9 MW, and placements.hall.mw is 10; make them agree"
    ]


def test_placed_power_has_to_be_a_number(tmp_path):
    with pytest.raises(InputError) as caught:
        written(tmp_path, {"hall": {"s": {"placed_mw": -1}, "t": {}}})
    assert [fault.what for fault in caught.value.faults] == [
        "is -1; a size is a number >= 0",
        "is missing; a size is a number >= 0",
    ]


# --- the site that a case names ---------------------------------------------------------------------------------------


def test_at_makes_the_load_a_given_one():
    """Its best share is looked for, as that of any load that is given: no contract, nothing is matched."""
    asked = {"target": {"matching": "hourly", "cfe": 0.5}}
    problem = problem_from_case(a_placement({"placements": {"hall": {"at": "t"}}}, asked))
    assert problem.sites[1].load_mwh.tolist() == [20.0, 20.0]
    assert best_share(problem, QUICK) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(InputError, match=r"--set placements\.hall\.at=t holds it"):
        best_share(problem_from_case(a_placement(asked)), QUICK)


@pytest.mark.parametrize(("site", "cost"), [("s", 10 * 121), ("t", 10 * 130)])
def test_what_each_site_costs_where_all_of_it_stands(site, cost):
    room = {"placements": {"hall": {"candidates": {"s": {"max_mw": ...}}, "at": site}}}
    result = solve_case(a_placement(room), QUICK)
    assert placed(result.summary) == {site: 10.0}
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(2500 + cost, abs=MONEY)


# --- a model given other numbers --------------------------------------------------------------------------------------


def test_another_limit_of_a_candidate_is_written_into_the_model():
    before, after = (
        problem_from_case(a_placement({"placements": {"hall": {"candidates": {"s": {"max_mw": mw}}}}})) for mw in (4, 7)
    )
    model = build_model(before)
    assert adapt(model, before, after) is True
    assert model.placement["hall"].placed_mw["s"].ub == 7.0


@pytest.mark.parametrize("change", [{"mw": 11}, {"at": "t"}, {"candidates": {"t": {"cost_per_mw_year": 5}}}])
def test_anything_else_of_a_placement_is_another_model(change):
    before = problem_from_case(a_placement())
    assert adapt(build_model(before), before, problem_from_case(a_placement({"placements": {"hall": change}}))) is None


# --- weather years ----------------------------------------------------------------------------------------------------

YEARS = {"mild": {}, "dear": {"set": {"zones.Z.spot_price_per_mwh": [60.0, 80.0]}}}
"""In the dear year energy costs 70 and 90 at s: an MW 160 for the two hours; at t 130 in both."""


def of_years(*changes, **wanted):
    case = merged(TWO_HOURS, TWO_SITES)
    for change in changes:
        case = merged(case, change)
    return solve_years(years_from_mapping({**case, "weather_years": YEARS}), QUICK, **wanted)


def test_one_placement_serves_all_years():
    """Mean cost of an MW at s (120 + 160) / 2 = 140, at t 130: all of it stands at t in both, though s wins in one."""
    found = of_years()
    assert placed(found.summary) == pytest.approx({"s": 0.0, "t": 10.0}, abs=1e-6)
    for year in found.years.values():
        assert placed(year) == placed(found.summary)
    # a year: 10 MW at s at 140 in the mean, 20 MW at t at 130; two hours are 1 / 4380 of it
    assert found.summary["cost"]["net_of_sales"] == pytest.approx((1400 + 2600) * 4380, rel=1e-9)
    assert found.summary["load"]["placements"]["hall"]["t"]["load_mwh"] == pytest.approx(10 * 8760)


def test_placements_of_years_are_held_in_years(tmp_path):
    first = of_years(out=tmp_path / "years")
    again = of_years({"zones": {"Y": {"spot_price_per_mwh": [300.0, 800.0]}}}, fix=tmp_path / "years")
    assert placed(again.summary) == placed(first.summary)


# --- a sweep over where it stands, and the score of every site --------------------------------------------------------


def test_one_model_is_never_dearer_than_the_best_site_alone():
    room = {"placements": {"hall": {"candidates": {"s": {"max_mw": ...}}}}}
    free = solve_case(a_placement(room), QUICK).summary["cost"]["net_of_sales"]
    alone = [
        solve_case(a_placement(room, {"placements": {"hall": {"at": site}}}), QUICK).summary["cost"]["net_of_sales"]
        for site in ("s", "t")
    ]
    assert free == pytest.approx(min(alone), abs=MONEY)  # it chooses one of them here
    # A connection of 13 MW leaves room for 3 more at s: it cannot take all of it, and one model takes a part.
    split = merged(room, {"sites": {"s": {"grid": {"connection_mw": 13}}}})
    parts = solve_case(a_placement(split), QUICK).summary
    assert placed(parts) == pytest.approx({"s": 3.0, "t": 7.0}, abs=1e-6)
