"""The bundled Frankfurt year, diagnosed whole: within its limits, and with less of everything than the target takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonmatch.case import load_case
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study import diagnose_case, solve_case

FRANKFURT = Path(__file__).parents[2] / "models" / "ai-factory-frankfurt.yaml"
OPTIONS = SolveOptions(solver="clarabel")
LESS_SUN = ("contracts.pv-brandenburg.max_mw=200", "target.cfe=0.97")
SIGNED = {"pv-brandenburg": 200, "wind-brandenburg": 200, "wind-north-sea": 100}
LESS_OF_ALL = (
    "target.cfe=0.97",
    *(f"contracts.{name}.max_mw=null" for name in SIGNED),
    *(f"contracts.{name}.existing_mw={size}" for name, size in SIGNED.items()),
    "contracts.geothermal-upper-rhine.max_mw=20",
    "storage.battery.max_energy_mwh=400",
    "storage.molten-salt.max_power_mw=0",
)


@pytest.mark.year
def test_a_year_that_can_be_met_is_told_as_that():
    found = diagnose_case(load_case(FRANKFURT, settings=LESS_SUN), OPTIONS)
    assert found.can_be_met
    assert found.best_share == pytest.approx(1.0, abs=1e-6)
    assert found.uncovered[0].hours == 0.0


@pytest.mark.year
def test_a_year_that_cannot_be_met_is_told_with_moves_that_are_enough():
    found = diagnose_case(load_case(FRANKFURT, settings=LESS_OF_ALL), OPTIONS)
    assert not found.can_be_met
    # HiPO and Clarabel agree on these to nine digits.
    assert found.best_share == pytest.approx(0.9428073, abs=2e-6)
    moves = {obstacle.key: obstacle.needed for obstacle in found.obstacles}
    assert moves == pytest.approx(
        {
            "contracts.geothermal-upper-rhine.max_mw": 32.867305,
            "storage.battery.max_energy_mwh": 1354.379562,
            "storage.molten-salt.max_power_mw": 11.837920,
        },
        rel=1e-6,
    )
    (uncovered,) = found.uncovered
    assert uncovered.unmatched_mwh == pytest.approx((1 - found.best_share) * 876_000, rel=1e-4)
    assert sum(month.unmatched_mwh for month in uncovered.months) == pytest.approx(uncovered.unmatched_mwh)
    # A year is hard to solve right at the edge, which the small cases test: this is a step to either side.
    key = "storage.molten-salt.max_power_mw"
    solve_case(load_case(FRANKFURT, settings=[*LESS_OF_ALL, f"{key}={moves[key] * 1.05!r}"]), OPTIONS)
    with pytest.raises(InfeasibleError, match=r"target of 97 % hour by hour: the best score in reach is 96\.\d %\."):
        solve_case(load_case(FRANKFURT, settings=[*LESS_OF_ALL, f"{key}={moves[key] * 0.95!r}"]), OPTIONS)
