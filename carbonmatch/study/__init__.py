"""Where a run is composed: case -> formulation -> solving -> extraction -> accounting -> run folder."""

from __future__ import annotations

from carbonmatch.study.result import Result
from carbonmatch.study.run import solve_case
from carbonmatch.study.sweep import Point, Sweep, sweep_targets
from carbonmatch.study.verify import Check, verify_run

__all__ = ["Check", "Point", "Result", "Sweep", "solve_case", "sweep_targets", "verify_run"]
