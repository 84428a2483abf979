"""Carbon: what load is counted at hour by hour, market-based. One rule, for the model and the accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from carbonmatch.records.array import FloatArray

Mix = TypeVar("Mix")
UnclaimedTier = Literal["residual_mix", "fossil_mix"]


def mix_of_unclaimed(residual_mix: Mix | None, fossil_mix: Mix | None) -> tuple[UnclaimedTier, Mix] | None:
    """Return what load without a claim is counted at, with its name; None where neither is known.

    The draft revision of Scope 2 takes the residual mix, else the mix of fossil plants, and never the grid average.
    """
    if residual_mix is not None:
        return "residual_mix", residual_mix
    return None if fossil_mix is None else ("fossil_mix", fossil_mix)


def served_by_standard_supply(share: FloatArray, load_mwh: FloatArray, left_mwh: FloatArray) -> FloatArray:
    """Return what the standard supply service serves: its share of the load, or what is left [MWh per step]."""
    served: FloatArray = np.minimum(share * load_mwh, left_mwh)
    return served


@dataclass(frozen=True)
class CarbonTerms:
    """What the load of one zone emits, hour by hour, given what of it is left unmatched.

    claimed_t_per_mwh     of every claim: all contracts of the zone have this factor [t/MWh]
    standard_t_per_mwh    (steps,) of what the standard supply service serves
    standard_mwh          (steps,) most that it serves: its share of the load; 0 where there is none
    unclaimed_t_per_mwh   (steps,) of what is left beyond that: the residual mix, else the mix of fossil plants

    In every step claimed <= standard (where there is any) <= unclaimed. So emissions grow with unmatched load, ever
    faster, and a linear programme that pays or limits them counts them exactly.
    """

    claimed_t_per_mwh: float
    standard_t_per_mwh: FloatArray
    standard_mwh: FloatArray
    unclaimed_t_per_mwh: FloatArray
