"""Many cases, one executor: what a sweep, a comparison and a stress test have in common."""

from __future__ import annotations

from carbonmatch.study.batch.batch import solve_batch
from carbonmatch.study.batch.executor import Executor
from carbonmatch.study.batch.task import Ladder, Outcome, Task

__all__ = ["Executor", "Ladder", "Outcome", "Task", "solve_batch"]
