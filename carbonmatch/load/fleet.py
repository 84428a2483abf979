"""The fleet: racks of machines, tranche by tranche, and what they may draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from carbonmatch.load.calendar import Clock
from carbonmatch.timegrid import FloatArray

_WEEK: Final = np.timedelta64(7 * 24 * 3600 * 1_000_000, "us")
_ROUNDING: Final = 1e-9
"""Share by which a sum of tranches may pass the envelope: rounding of floats, nothing else."""


@dataclass(frozen=True)
class Tranche:
    """Racks of one generation that arrive together.

    nameplate = racks * kw_per_rack / 1000 * share in place                                        [MW]
    share in place = min(1, weeks since arrival / ramp_weeks) * min(1, weeks to retirement / draw_down_weeks)

    racks             number of racks once all are in place
    kw_per_rack       what a rack may draw at most [kW]
    arrives           local date on which the first racks are on; None: all are in place from the start
    ramp_weeks        over which they are switched on, evenly; 0: all at once
    retires           local date from which none is on; None: they stay
    draw_down_weeks   before that date over which they are taken away, evenly; 0: all at once
    """

    name: str
    racks: float
    kw_per_rack: float
    arrives: date | None = None
    ramp_weeks: float = 0.0
    retires: date | None = None
    draw_down_weeks: float = 0.0

    @property
    def full_mw(self) -> float:
        """What all of its racks may draw [MW]."""
        return self.racks * self.kw_per_rack / 1000.0

    def in_place(self, clock: Clock) -> FloatArray:
        """Return the share of its racks that is in place at each time, in 0..1, (steps,)."""
        share = np.ones(len(clock))
        if self.arrives is not None:
            share *= _risen((clock - np.datetime64(self.arrives, "us")) / _WEEK, self.ramp_weeks)
        if self.retires is not None:
            share *= _risen((np.datetime64(self.retires, "us") - clock) / _WEEK, self.draw_down_weeks)
        return share

    def nameplate_mw(self, clock: Clock) -> FloatArray:
        """Return what its racks in place may draw at each time [MW], (steps,)."""
        return self.full_mw * self.in_place(clock)


def _risen(weeks: FloatArray, over_weeks: float) -> FloatArray:
    """Return the share reached after so many weeks of a rise from 0 to 1; 0 before it."""
    if over_weeks == 0.0:
        return (weeks >= 0.0).astype(np.float64)
    return np.clip(weeks, 0.0, over_weeks) / over_weeks


def fleet_nameplate_mw(tranches: Iterable[Tranche], clock: Clock) -> FloatArray:
    """Return what the racks of all tranches may draw at each time [MW], (steps,)."""
    total: FloatArray = np.sum([np.zeros(len(clock)), *(tranche.nameplate_mw(clock) for tranche in tranches)], axis=0)
    return total


def first_above(nameplate_mw: FloatArray, power_envelope_mw: float) -> int | None:
    """Return the first step in which the fleet passes its power envelope; None where it never does."""
    above = np.flatnonzero(nameplate_mw > power_envelope_mw * (1.0 + _ROUNDING))
    return int(above[0]) if above.size else None
