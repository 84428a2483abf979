"""What an operator takes to be worth what, who cannot see beyond a window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.formulation import score_weights
from carbonmatch.records import PoolTerms, Problem, StorageTerms, Worth

MATCHING_FIRST: Final = 10.0
"""What a matched MWh is worth where no plan says so: so many times the highest price of the case, above all money."""


LATER: Final = 0.9
"""What a MWh in store at the end of a window is worth beside one that is used in it: its hour may not come. At 1 a
plan would as soon keep energy as match load with it."""


@dataclass(frozen=True)
class Premium:
    """What a MWh that counts towards the target is worth [currency/MWh], by zone, and who says so."""

    per_mwh: Mapping[str, float]
    source: str


def premium_of(problem: Problem, of_plan: Mapping[str, float | None] | None) -> Premium:
    """Return what a MWh that counts is worth to a buyer.

    of_plan   the green premium of the plan that chose the portfolio: the dual of its target. None where there is no
              such plan

    A target of exactly 1 has no dual, and sizes that someone wrote down have no plan: matching then comes before money.
    """
    names = [zone.name for zone in problem.zones]
    if problem.target.matching == "none":
        return Premium(dict.fromkeys(names, 0.0), "no target: money alone")
    told = {name: (of_plan or {}).get(name) for name in names}
    known = {name: value for name, value in told.items() if value is not None}
    if len(known) == len(names):
        return Premium(known, "green premium of the plan")
    first = MATCHING_FIRST * _highest_price(problem)
    why = "the plan has no premium" if of_plan is not None else "there is no plan to name a premium"
    return Premium({name: known.get(name, first) for name in names}, f"{why}: matching comes before money")


def worth_of(problem: Problem, premium: Premium) -> Worth:
    """Return what is worth what in the windows of a problem.

    An hourly target counts matched MWh, one over a volume contracted MWh, whether matched or not. What is stored when
    a window ends will be drawn in an hour that no one knows: it is worth what a mean hour would save,

        stored = LATER * discharge_efficiency * (mean retail price + mean premium - discharge cost)

    where the energy is delivered; where it is settled, the price of that stands for the retail price, and grey energy
    earns no premium.
    """
    per_zone = np.array([premium.per_mwh[zone.name] for zone in problem.zones])
    hourly = problem.target.matching == "hourly"
    nothing = np.zeros_like(per_zone)
    stored = [
        _stored(problem, storage, pool, float(per_zone[storage.zone]))
        for storage in problem.storage
        for pool in storage.pools
    ]
    return Worth(
        matched_per_mwh=per_zone if hourly else nothing,
        contracted_per_mwh=nothing if hourly else per_zone,
        stored_per_mwh=np.array(stored),
    )


def _stored(problem: Problem, storage: StorageTerms, pool: PoolTerms, premium: float) -> float:
    zone = problem.zones[storage.zone]
    retail = np.min([site.retail_price_per_mwh for site in problem.sites if site.zone == storage.zone], axis=0)
    saved = float((retail if pool.delivered else pool.discharge_price_per_mwh).mean())
    if pool.clean:
        weight = float(score_weights(zone, grid_credit=problem.target.grid_credit).mean())
        saved += premium * (weight if problem.target.matching == "hourly" else 1.0)
    return LATER * storage.discharge_efficiency * (saved - storage.cost_per_discharged_mwh)


def _highest_price(problem: Problem) -> float:
    return max(
        *(float(np.abs(site.retail_price_per_mwh).max()) for site in problem.sites),
        *(float(np.abs(contract.price_per_mwh).max()) for contract in problem.contracts),
        1.0,
    )
