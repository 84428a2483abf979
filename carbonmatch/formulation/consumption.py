"""Energy that is taken as it is used: it is never more than what the sites of a zone draw, and is never sold on."""

from __future__ import annotations

import pyomo.core as pyo

from carbonmatch.formulation.contract import ContractFlows
from carbonmatch.formulation.terms import Flow
from carbonmatch.records import TimeTerms


def add_consumed_limit(
    block: pyo.Block, contracts: list[ContractFlows], metered_import: list[Flow], time: TimeTerms
) -> None:
    """Take no more under contracts that are paid as consumed than what is drawn from the grid in the step.

    sum_c taken[c,t] <= sum_s metered_import[s,t]        [MWh per step]

    c   contracts of the zone whose energy is not the buyer's to sell: written where there is one;  s   its sites
    """
    taken = [flows.generation for flows in contracts if flows.terms.consumed]
    if not taken:
        return
    drawn = [sum(of_sites) for of_sites in zip(*metered_import, strict=True)]

    def consumed_limit(_: pyo.Block, t: int) -> pyo.Expression:
        flow = sum(each[t] for each in taken)
        return pyo.Constraint.Skip if isinstance(flow, float) else flow <= drawn[t]

    block.consumed_limit = pyo.Constraint(range(time.steps), rule=consumed_limit)
