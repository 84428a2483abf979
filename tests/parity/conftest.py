"""Whole-year solves that several tests of this folder look at: each is made once, when first asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonmatch.case import load_case
from carbonmatch.study import solve_case

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="session")
def solve_year(tmp_path_factory):
    """Solve a bundled case over its year and write it; return (result, run folder). The same request is solved once."""
    done = {}

    def solve(model, *settings, scenario=None):
        request = (model, settings, scenario)
        if request not in done:
            folder = tmp_path_factory.mktemp("year") / "run"
            case = load_case(MODELS / f"{model}.yaml", settings=settings, scenario=scenario)
            done[request] = (solve_case(case, out=folder), folder)
        return done[request]

    return solve
