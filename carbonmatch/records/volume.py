"""Volume: what a buyer agreed to take of a contract, and what is paid for whether it is taken or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbonmatch.records.array import FloatArray, IntArray


@dataclass(frozen=True)
class VolumeTerms:
    """What a buyer agreed to take of one MW of a contract.

    mwh_per_mw       contracted volume of each step, by hours; 0 where the contract is not in force [MWh/MW], (steps,)
    least_share      share of the volume of the horizon that must be taken; 0 where nothing must
    most_share       share of it that may be; inf where there is no limit
    paid_share       share of the volume of each settlement period that is paid for, taken or not; 0 where nothing is
    period_of_step   number of the settlement period of each step, (steps,)
    """

    mwh_per_mw: FloatArray
    least_share: float
    most_share: float
    paid_share: float
    period_of_step: IntArray

    @property
    def total_mwh_per_mw(self) -> float:
        """Contracted volume of one MW over the horizon [MWh/MW]."""
        return float(self.mwh_per_mw.sum())

    @property
    def settled(self) -> dict[int, IntArray]:
        """The settlement periods in which something is paid for, taken or not: {number: steps in force}."""
        if self.paid_share == 0.0:
            return {}
        inside = self.mwh_per_mw > 0.0
        periods = np.unique(self.period_of_step[inside]).tolist()
        return {period: np.flatnonzero(inside & (self.period_of_step == period)) for period in periods}

    def paid_mwh_per_mw(self, steps: IntArray) -> float:
        """Return what of one MW is paid for in the steps of a period, taken or not [MWh/MW]."""
        return self.paid_share * float(self.mwh_per_mw[steps].sum())
