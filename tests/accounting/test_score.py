"""Scores and emissions. The numbers are those of the table in `by_hand.py` unless written here."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import a_contract, a_problem, a_solution, a_zone, four_hours, four_hours_solved, ledger_of, steps
from numpy.testing import assert_allclose

from carbonmatch.accounting.emissions import location_based_t
from carbonmatch.accounting.score import credited_grid_cfe, first_least, longest_run, score


def zones_of(problem, solution):
    return ledger_of(problem, solution).zones


def four_hours_scores(hours_per_step=1.0):
    problem = four_hours(hours_per_step=hours_per_step)
    return score(zones_of(problem, four_hours_solved(problem)), problem.time.month_of_step, hours_per_step)


def scores_of(load, generation, *, hours_per_step=1.0, months=None, **zone):
    """Return the scores of one zone with one contract."""
    problem = a_problem(
        (a_zone("Z", steps(*load), **zone),),
        (a_contract("wind", np.ones(len(load))),),
        months=months,
        hours_per_step=hours_per_step,
    )
    ledger = zones_of(problem, a_solution(problem, [steps(*generation)]))
    return score(ledger, problem.time.month_of_step, hours_per_step)


def test_the_scores_of_four_hours():
    scores = four_hours_scores()
    assert scores.hourly_matched_share == pytest.approx(36 / 40)
    # 1.5 + 0.25 of the 4 unmatched MWh are carbon-free in the grid's own mix
    assert scores.cfe_score == pytest.approx((36 + 1.75) / 40)
    assert scores.annual_volumetric_share == pytest.approx(41 / 40)
    assert scores.annual_volumetric_claim == 1.0
    assert scores.fully_matched_hours == 2.0
    assert scores.fully_matched_hours_share == 0.5
    assert (scores.worst_step, scores.worst_step_share) == (0, pytest.approx(0.7))
    # 17 of 20 MWh in the first month, 19 of 20 in the second
    assert (scores.worst_month, scores.worst_month_share) == (0, pytest.approx(0.85))
    assert scores.longest_gap_hours == 1.0


def test_half_hours_count_half():
    scores = four_hours_scores(hours_per_step=0.5)
    assert scores.fully_matched_hours == 1.0
    assert scores.fully_matched_hours_share == 0.5
    assert scores.longest_gap_hours == 0.5
    assert scores.hourly_matched_share == pytest.approx(36 / 40)


def test_the_volumetric_claim_is_the_share_where_that_is_below_one():
    scores = scores_of([10, 10], [5, 3])
    assert scores.annual_volumetric_share == scores.annual_volumetric_claim == pytest.approx(0.4)


def test_excess_of_an_hour_is_dropped():
    # 20 for a load of 20, all in the first hour: the year is met by volume, half of it by the hour
    scores = scores_of([10, 10], [20, 0])
    assert scores.annual_volumetric_share == 1.0
    assert scores.hourly_matched_share == 0.5


def test_the_grid_is_credited_for_unmatched_load_only():
    # matched 10 and 4; of the 6 that are left the grid's mix covers 0.5: (14 + 3) / 20
    scores = scores_of([10, 10], [12, 4], grid_cfe_share=steps(0.9, 0.5))
    assert scores.cfe_score == pytest.approx(17 / 20)


def test_without_a_grid_share_there_is_no_cfe_score():
    assert scores_of([10, 10], [12, 4]).cfe_score is None


def test_one_zone_without_a_grid_share_leaves_the_portfolio_without_a_cfe_score():
    problem = a_problem((a_zone("A", steps(10), grid_cfe_share=steps(0.5)), a_zone("B", steps(10))))
    zones = zones_of(problem, a_solution(problem, []))
    months = problem.time.month_of_step
    assert score(zones, months, 1.0).cfe_score is None
    assert score(zones[:1], months, 1.0).cfe_score == 0.5
    assert credited_grid_cfe(zones[1]) is None


def test_zones_are_summed_after_matching():
    # 15 against 10 and 0 against 30: 10 of 40 are matched, though 15 of 40 are contracted
    zones = (a_zone("north", steps(10)), a_zone("south", steps(30)))
    problem = a_problem(zones, (a_contract("wind", steps(1)),))
    scores = score(zones_of(problem, a_solution(problem, [steps(15)])), problem.time.month_of_step, 1.0)
    assert scores.hourly_matched_share == pytest.approx(0.25)
    assert scores.annual_volumetric_share == pytest.approx(0.375)
    assert scores.worst_step_share == pytest.approx(0.25)


def test_an_hour_without_load_is_matched():
    # loads 10, 0, 10; matched 10, 0, 5
    scores = scores_of([10, 0, 10], [10, 3, 5])
    assert scores.fully_matched_hours == 2.0
    assert (scores.worst_step, scores.worst_step_share) == (2, 0.5)
    assert scores.hourly_matched_share == 0.75


def test_a_month_without_load_is_not_the_worst_one():
    scores = scores_of([10, 0, 10], [10, 0, 5], months=[0, 1, 2])
    assert (scores.worst_month, scores.worst_month_share) == (2, 0.5)


def test_an_hour_counts_as_matched_to_ten_times_what_a_certificate_lets_a_flow_be_off():
    # 10 * (1 - 1e-6) is matched to all intents, 10 * (1 - 1e-4) is not
    scores = scores_of([10, 10], [10 * (1 - 1e-6), 10 * (1 - 1e-4)])
    assert scores.fully_matched_hours == 1.0


@pytest.mark.parametrize(
    ("generation", "hours"),
    [
        ([10, 10, 10, 10, 10], 0),
        ([0, 10, 10, 10, 10], 1),  # at the beginning
        ([10, 10, 10, 0, 0], 2),  # at the end
        ([0, 10, 0, 0, 0], 3),
        ([9, 0, 10, 0, 10], 2),
        ([0, 0, 0, 0, 0], 5),
    ],
)
def test_the_longest_gap_is_the_longest_run_of_hours_that_are_not_fully_matched(generation, hours):
    assert scores_of([10] * 5, generation).longest_gap_hours == hours
    assert scores_of([10] * 5, generation, hours_per_step=0.25).longest_gap_hours == hours / 4


def test_an_hour_without_load_ends_a_gap():
    assert scores_of([10, 0, 10], [0, 0, 0]).longest_gap_hours == 1.0


def test_the_longest_run_of_no_flags_is_zero():
    assert longest_run(np.zeros(0, dtype=bool)) == 0


# --- emissions --------------------------------------------------------------------------------------------------------


def test_location_based_emissions_are_import_times_intensity():
    # 1 MWh at 500 g/kWh = 1,000 kWh * 0.5 kg = 500 kg = 0.5 t
    problem = a_problem((a_zone("Z", steps(1, 2), carbon_intensity_g_per_kwh=steps(500, 100)),))
    (zone,) = zones_of(problem, a_solution(problem, []))
    assert_allclose(location_based_t(zone), [0.5, 0.2])


def test_contracts_do_not_lower_location_based_emissions():
    # 5 + 5 + 4 + 6 t, whatever is contracted
    problem = four_hours()
    with_contracts, without = (
        zones_of(problem, solution)[0]
        for solution in (four_hours_solved(problem), a_solution(problem, [steps(*[0] * 4)] * 2))
    )
    assert_allclose(location_based_t(with_contracts), [5, 5, 4, 6])
    assert_allclose(location_based_t(without), [5, 5, 4, 6])


def test_without_an_intensity_there_are_no_emissions_to_report():
    problem = a_problem((a_zone("Z", steps(1)),))
    assert location_based_t(zones_of(problem, a_solution(problem, []))[0]) is None


def test_the_worst_hour_is_the_first_of_those_that_are_equally_bad():
    # three hours at the limit of firm capacity, told apart by solver noise alone
    assert first_least(np.array([1.0, 0.4 + 1e-9, 0.9, 0.4, 0.4 - 1e-10])) == 1
    assert first_least(np.array([1.0, 0.41, 0.4])) == 2
