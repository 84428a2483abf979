"""The frontier of a real year: it never falls, it is convex, and its slope is what the target's dual says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import carbonmatch as cm

FRANKFURT = Path(__file__).parents[2] / "models" / "ai-factory-frankfurt.yaml"


@pytest.mark.year
def test_the_frontier_of_a_real_year_is_convex_and_its_slope_is_the_margin():
    options = cm.SolveOptions(solver="clarabel")
    found = cm.sweep(FRANKFURT, [0.5, 0.7, 0.895, 0.9, 0.905, 0.95, 1.0], options=options)
    (frontier,) = found.frontiers
    assert frontier.not_as_proved == ()
    slopes = [place.slope_per_mwh for place in frontier.places[:-1]]
    assert all(0.0 < before < after for before, after in pairwise(slopes))
    assert frontier.knee == 0.95
    below, here, above = (place for place in frontier.places if 0.89 < place.cfe < 0.91)
    slope = (above.net_per_mwh - below.net_per_mwh) / (above.cfe - below.cfe)
    assert here.margin_per_mwh == pytest.approx(slope, rel=0.01)
    premiums = [point.premiums["annual-100"].per_mwh_load for point in found.points]
    assert all(before < after for before, after in pairwise(premiums))
