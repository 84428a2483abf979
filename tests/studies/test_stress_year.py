"""The stress of a real year: what an operator without foresight reaches, and what a still one takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonmatch.solving import SolveOptions
from carbonmatch.study import Operation, stress_test

CASE = Path(__file__).parents[2] / "models" / "ai-factory-frankfurt.yaml"


@pytest.mark.year
def test_a_real_year_without_foresight_and_with_less_wind():
    options = SolveOptions(solver="clarabel")
    found = stress_test(CASE, kinds=["wind", "foresight"], options=options, jobs=1)
    by_name = {case.name: case for case in found.cases}
    operation = by_name["no-foresight"].summary["operation"]
    # Persistence is a poor forecast of wind. Storage is refilled by the sun on most days, so that little is lost in
    # score; the hours of scarcity are not seen coming, and the grid has to stand ready for more.
    assert 0.890 < operation["score"] < 0.899
    assert operation["plan_score"] == pytest.approx(0.9, abs=1e-6)
    assert operation["target_met"] is False
    assert operation["left_mwh"] == pytest.approx(0.0, abs=1e-3)
    firm = {
        name: summary["grid"]["frankfurt"]["firm_capacity_mw"]
        for name, summary in (("plan", found.plan), ("without", by_name["no-foresight"].summary))
    }
    assert firm["without"] > firm["plan"] + 10.0
    assert by_name["no-foresight"].cost_change > 0.0
    # A tenth less wind takes more of the score than all foresight: both miss a target that was met to the last digit.
    assert [case.name for case in found.cases] == ["still-year", "no-foresight"]
    assert not any(case.target_met for case in found.cases)


@pytest.mark.year
def test_seeing_as_far_as_two_days_is_as_good_as_seeing_all_of_a_real_year():
    options = SolveOptions(solver="clarabel")
    perfect = Operation("perfect", 48.0)
    found = stress_test(CASE, kinds=["foresight"], operation=perfect, options=options, jobs=1)
    operation = found.cases[0].summary["operation"]
    assert operation["score"] == pytest.approx(0.9, abs=2e-4)
    assert found.cases[0].cost_change_per_mwh_load == pytest.approx(0.2, abs=0.2)
