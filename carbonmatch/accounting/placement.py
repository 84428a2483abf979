"""Where the next MW of a placement goes: what one more would cost at each candidate, by the prices of the optimum."""

from __future__ import annotations

from collections.abc import Mapping

from carbonmatch.records import FloatArray, PlacementTerms, Problem
from carbonmatch.units import PRIMAL_TOLERANCE

Placed = Mapping[tuple[str, int], float]


def next_mw_costs(
    problem: Problem, placement: PlacementTerms, placed_mw: Placed, load_value_per_mwh: Mapping[int, FloatArray]
) -> dict[int, dict[str, float | None]]:
    """Return by number of the site what one MW more would cost at each candidate of a placement [currency/MW/year].

    next_cost[s] = cost_per_mw_year[s] + sum_t load_value[s,t] * load_mwh_per_mw[s,t] / year_fraction
    added_cost[s] = next_cost[s] - min over candidates with room of next_cost

    load_value   dual of `site_load`: what one more MWh of planned load costs at the site in a step, with all that the
                 portfolio would change for it

    It is the dual of `placed_total` plus the reduced cost of the candidate: exact for the linear programme, for the
    next MW and not for many of them. added_cost is 0 where the next MW goes, above it where it would be dearer, and
    below it at a candidate that is full: what one MW more of room would save there. A placement that is held has none.
    """
    years = problem.time.year_fraction
    costs = {
        c.site: c.cost_per_mw_year + float((load_value_per_mwh[c.site] * c.load_mwh_per_mw).sum()) / years
        for c in placement.open
    }
    near = PRIMAL_TOLERANCE * max(1.0, placement.mw)
    room = [c.site for c in placement.open if placed_mw[placement.name, c.site] < c.max_mw - near]
    least = min((costs[site] for site in room or costs), default=0.0)
    return {
        c.site: {
            "next_cost_per_mw_year": costs.get(c.site),
            "added_cost_per_mw_year": costs[c.site] - least if c.site in costs else None,
        }
        for c in placement.candidates
    }
