"""Energy that is taken as it is used: it is never more than what the sites of a zone draw, and is never sold on."""

from __future__ import annotations

import pyomo.core as pyo

from carbonmatch.formulation.contract import ContractFlows
from carbonmatch.records import FloatArray, TimeTerms, ZoneTerms


def metered_import(zone: ZoneTerms) -> FloatArray:
    """Return what the sites of a zone draw from the grid in every step [MWh]: their load."""
    return zone.load_mwh


def add_consumed_limit(block: pyo.Block, zone: ZoneTerms, contracts: list[ContractFlows], time: TimeTerms) -> None:
    """Take no more under contracts that are paid as consumed than what is used in the step.

    sum_c taken[c,t] <= metered_import[t]                [MWh per step]

    c   contracts of the zone whose energy is not the buyer's to sell: written where there is one
    """
    taken = [flows.generation for flows in contracts if flows.terms.consumed]
    if not taken:
        return
    used = metered_import(zone).tolist()

    def consumed_limit(_: pyo.Block, t: int) -> pyo.Expression:
        flow = sum(each[t] for each in taken)
        return pyo.Constraint.Skip if isinstance(flow, float) else flow <= used[t]

    block.consumed_limit = pyo.Constraint(range(time.steps), rule=consumed_limit)
