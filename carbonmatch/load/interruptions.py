"""Failures of a large training run: what they cost in progress, and what they spare in power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

FAILURES_PER_NODE_DAY: Final = 6.5e-3
ACCELERATORS_PER_NODE: Final = 8
"""Kokolis et al. 2024, Revisiting Reliability in Large-Scale Machine Learning Research Clusters,
https://arxiv.org/abs/2410.21680: 6.5 failures in 1,000 days of a node with eight accelerators; it projects a mean time
to failure of 1.8 h for 16,384 accelerators and 14 minutes for 131,072."""


def mean_time_to_failure_hours(accelerators: float) -> float:
    """Return the mean time to failure of a run on accelerators [h]: 24 / (nodes * failures per node and day)."""
    return 24.0 / (accelerators / ACCELERATORS_PER_NODE * FAILURES_PER_NODE_DAY)


@dataclass(frozen=True)
class Interruptions:
    """Failures of a run, and the checkpoints from which it goes on.

    mttf_hours                 mean time to failure [h]
    checkpoint_write_minutes   for which the machines wait while a checkpoint is taken. 0.1: the copy out of their
                               memory; the way to the disks runs beside the work; assumption
    restart_minutes            from a failure until the run goes on: it is noticed, machines are replaced, the
                               checkpoint is read. 3: assumption; with it a run on 16,384 accelerators keeps 93 %
                               of its time, and that of Llama 3 kept more than 90 % (https://arxiv.org/abs/2407.21783)
    checkpoint_interval_hours  None: the best one
    """

    mttf_hours: float
    checkpoint_write_minutes: float = 0.1
    restart_minutes: float = 3.0
    checkpoint_interval_hours: float | None = None

    @property
    def interval_hours(self) -> float:
        """Time from checkpoint to checkpoint [h]: as given, or sqrt(2 * mttf * write), the least loss (Young 1974)."""
        if self.checkpoint_interval_hours is not None:
            return self.checkpoint_interval_hours
        return math.sqrt(2.0 * self.mttf_hours * self.checkpoint_write_minutes / 60.0)

    @property
    def held_up(self) -> float:
        """Share of the time in which machines wait: (restart + mttf / interval * write) / mttf, in 0..1.

        They draw idle power meanwhile: power falls to near idle at checkpoints (https://arxiv.org/abs/2508.14318). Work
        that is done again after a failure draws what it drew the first time: it costs progress, and spares no power.
        """
        writing = 0.0
        if self.checkpoint_write_minutes:
            writing = self.checkpoint_write_minutes / 60.0 / self.interval_hours
        return min(1.0, self.restart_minutes / 60.0 / self.mttf_hours + writing)

    @property
    def effective_training_time(self) -> float:
        """Share of the time that makes progress, in 0..1.

        1 - (restart + mttf / interval * write + interval / 2) / mttf;  0 where failures come faster than progress.
        """
        done_again = self.interval_hours / 2.0 / self.mttf_hours
        return max(0.0, 1.0 - self.held_up - done_again)
