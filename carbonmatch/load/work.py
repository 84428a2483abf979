"""What the machines do: classes of work, how hard they drive the machines, and when users want it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from carbonmatch.timegrid import FloatArray, TimeGrid

Kind = Literal["training", "inference", "batch"]

HOURS_OF_DAY: Final = 24
BUSIEST_HOUR: Final = 15
"""Hour of the users' day in which they ask most, unless said otherwise: the afternoon of office hours; assumption."""


@dataclass(frozen=True)
class KindOfWork:
    """What a kind of work does to machines unless a case says otherwise.

    utilisation      mean share of the time, or of the capacity, that machines work
    peak, idle       draw at work and without work, as shares of nameplate
    peak_to_trough   power in the busiest hour of the users' day over that in the quietest; 1: the same all day
    fixed            whether it can neither wait nor be given up
    """

    utilisation: float
    peak: float
    idle: float
    peak_to_trough: float
    fixed: bool


KINDS: Final[Mapping[Kind, KindOfWork]] = {
    "training": KindOfWork(utilisation=0.97, peak=0.85, idle=0.28, peak_to_trough=1.0, fixed=True),
    "inference": KindOfWork(utilisation=0.70, peak=0.75, idle=0.35, peak_to_trough=1.25, fixed=False),
    "batch": KindOfWork(utilisation=0.90, peak=0.75, idle=0.35, peak_to_trough=1.0, fixed=False),
}
"""Every figure can be overridden in the case.

training    peak 0.85: eight H100 drew at most 8.4 of the 10.2 kW on their plate, 0.82 (Latif et al. 2024,
            https://arxiv.org/abs/2412.08602), 0.76 under heavy work (Newkirk et al. 2025,
            https://arxiv.org/abs/2506.14551), and clusters of a cloud up to 0.97 of what they are given (Patel et al.
            2023, https://arxiv.org/abs/2308.12908).
            idle 0.25 to 0.30. utilisation 0.97: runs around the clock, gaps between them; assumption
inference   peak 0.75 and idle 0.35: models stay loaded; Patel et al. find less peak power than in training.
            utilisation 0.70: assumption. peak_to_trough 1.25: days of 1.15 to 1.4, assumption
batch       as inference, without anyone who waits for it; utilisation 0.90: assumption
"""


@dataclass(frozen=True)
class DailyShape:
    """How much work is asked in each hour of the users' day.

    hourly   24 values, of the hours 0 to 23 on the users' clock, mean 1
    users    share of the users by their time zone (IANA name), together 1
    """

    hourly: tuple[float, ...]
    users: Mapping[str, float]

    def of_steps(self, grid: TimeGrid) -> FloatArray:
        """Return the work asked in every step over its daily mean, (steps,): sum of share * hourly[local hour] by zone.

        Clocks change as those of the zone do. A step that holds several hours, or parts of two, has their mean.
        """
        per_step = max(1, round(grid.hours_per_step * 4))
        quarters = np.arange(per_step) * np.timedelta64(round(grid.hours_per_step / per_step * 3_600_000_000), "us")
        stamps = (grid.index.tz_localize(None).to_numpy().astype("datetime64[us]")[:, None] + quarters).ravel()
        asked = np.zeros(grid.steps * per_step)
        hourly = np.array(self.hourly)
        for zone, share in self.users.items():
            asked += share * hourly[_local_hours(stamps, zone)]
        mean: FloatArray = asked.reshape(grid.steps, per_step).mean(axis=1)
        return mean


def _local_hours(stamps: np.ndarray, zone: str) -> np.ndarray:
    return pd.DatetimeIndex(stamps, tz="UTC").tz_convert(zoneinfo.ZoneInfo(zone)).hour.to_numpy()


def swing(work_share: float, peak_to_trough: float) -> float:
    """Return by how much of its mean the work swings so that power swings by a ratio.

    With idle power i and power k = (peak - idle) * utilisation for the work, both as shares of nameplate,
    (i + k (1 + a)) / (i + k (1 - a)) = ratio, so a = (i + k) / k * (ratio - 1) / (ratio + 1).

    work_share   k / (i + k), above 0
    """
    return (peak_to_trough - 1.0) / (peak_to_trough + 1.0) / work_share


def cosine_day(swing_share: float, busiest_hour: float = BUSIEST_HOUR) -> tuple[float, ...]:
    """Return a day of 24 hours, mean 1, that swings by a share around it and is busiest in one hour."""
    hours = np.arange(HOURS_OF_DAY)
    return tuple((1.0 + swing_share * np.cos(2.0 * np.pi * (hours - busiest_hour) / HOURS_OF_DAY)).tolist())


@dataclass(frozen=True)
class WorkClass:
    """A class of work: its part of the machines, and how hard it drives them.

    it = share * nameplate * (idle + (peak - idle) * utilisation * shape * busy)                   [MW]

    share         of the nameplate of all racks; those of all classes add to 1
    utilisation   mean over the day, in 0..1
    peak, idle    draw at work and without work, as shares of nameplate
    shape         of the users' day; None: the same in every hour
    busy          share of that time in which machines are not held up, see `interruptions`
    fixed         whether it can neither wait nor be given up
    """

    name: str
    share: float
    utilisation: float
    peak: float
    idle: float
    shape: DailyShape | None = None
    busy: float = 1.0
    fixed: bool = False

    def use(self, grid: TimeGrid) -> FloatArray:
        """Return its utilisation in every step, (steps,): above 1 where its shape asks more than machines can do."""
        if self.shape is None:
            return np.full(grid.steps, self.utilisation)
        return self.utilisation * self.shape.of_steps(grid)

    def it_mw(self, nameplate_mw: FloatArray, grid: TimeGrid) -> FloatArray:
        """Return what its machines draw in every step [MW], (steps,). nameplate_mw: of all racks at work, (steps,)."""
        drawn: FloatArray = (
            self.share * nameplate_mw * (self.idle + (self.peak - self.idle) * self.use(grid) * self.busy)
        )
        return drawn
