"""What a buyer agreed to take of a contract: a band of volume, and what is paid for taken or not."""

from __future__ import annotations

import math
from typing import Any

import pyomo.core as pyo

from carbonmatch.formulation.terms import Flow
from carbonmatch.records import VolumeTerms


def add_volume(block: pyo.Block, volume: VolumeTerms, taken: Flow) -> None:
    """Hold what is taken to the agreed volume, and count what is paid for and not taken.

    least_volume   sum_t taken[t] >= least_share * volume * contracted_mw            [MWh], where the share is above 0
    most_volume    sum_t taken[t] <= most_share * volume * contracted_mw             [MWh], where there is such a share
    take_or_pay    sum_(t in p) taken[t] + unused_mwh[p] >= paid_share * volume[p] * contracted_mw   [MWh], each period

    volume[p]    [MWh/MW] contracted volume of a settlement period p, by hours; volume: of the horizon
    unused_mwh   [MWh per period] >= 0, paid at the strike: paid for is max(taken, paid_share * volume[p])
    """
    size = block.contracted_mw
    whole = range(len(taken))
    if volume.least_share > 0.0:
        least = volume.least_share * volume.total_mwh_per_mw
        block.least_volume = pyo.Constraint(expr=_sum(taken, whole) - least * size >= 0.0)
    if math.isfinite(volume.most_share):
        most = volume.most_share * volume.total_mwh_per_mw
        block.most_volume = pyo.Constraint(expr=_sum(taken, whole) - most * size <= 0.0)
    settled = volume.settled
    if settled:
        block.unused_mwh = pyo.Var(list(settled), bounds=(0.0, None))
        block.take_or_pay = pyo.Constraint(
            list(settled),
            rule=lambda _, p: (
                _sum(taken, settled[p].tolist()) + block.unused_mwh[p] - volume.paid_mwh_per_mw(settled[p]) * size
                >= 0.0
            ),
        )


def _sum(taken: Flow, steps: Any) -> pyo.Expression:
    return pyo.quicksum(taken[t] for t in steps)
