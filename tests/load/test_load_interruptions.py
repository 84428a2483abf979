"""Failures of a training run: published points, and what they spare in power."""

from __future__ import annotations

import numpy as np
import pytest

from carbonmatch.load import Interruptions, mean_time_to_failure_hours


@pytest.mark.parametrize(("accelerators", "hours"), [(16384, 1.8), (131072, 14 / 60)])
def test_mean_time_to_failure_is_that_of_the_study(accelerators, hours):
    assert mean_time_to_failure_hours(accelerators) == pytest.approx(hours, rel=0.05)


def test_a_run_by_hand():
    run = Interruptions(
        mttf_hours=2.0, checkpoint_write_minutes=3.0, restart_minutes=6.0, checkpoint_interval_hours=0.5
    )
    # waits: 0.1 h / 2 h for the restart, 0.05 h / 0.5 h for checkpoints = 0.05 + 0.1
    assert run.held_up == pytest.approx(0.15)
    # and a quarter of an hour is done again at each failure: 0.25 / 2
    assert run.effective_training_time == pytest.approx(1 - 0.15 - 0.125)


def test_the_best_interval_is_the_best():
    run = Interruptions(mttf_hours=1.8, checkpoint_write_minutes=1.0)
    assert run.interval_hours == pytest.approx(np.sqrt(2 * 1.8 / 60))
    others = [
        Interruptions(1.8, 1.0, checkpoint_interval_hours=run.interval_hours * factor).effective_training_time
        for factor in (0.5, 0.9, 1.1, 2.0)
    ]
    assert max(others) < run.effective_training_time


def test_defaults_give_what_large_runs_report():
    run = Interruptions(mean_time_to_failure_hours(16384))
    assert 0.90 < run.effective_training_time < 0.95
    # power: machines that wait draw 0.28 instead of 0.85 of nameplate, so that 1 to 4 % of the energy are spared
    assert 0.01 < run.held_up * (0.85 - 0.28) / 0.85 < 0.04


def test_failures_faster_than_progress_leave_nothing():
    run = Interruptions(mttf_hours=0.01, restart_minutes=10.0)
    assert (run.held_up, run.effective_training_time) == (1.0, 0.0)


def test_a_checkpoint_that_costs_no_time_holds_nothing_up():
    run = Interruptions(mttf_hours=2.0, checkpoint_write_minutes=0.0, restart_minutes=6.0)
    assert run.interval_hours == 0.0
    assert run.held_up == pytest.approx(0.05)
    assert run.effective_training_time == pytest.approx(0.95)
