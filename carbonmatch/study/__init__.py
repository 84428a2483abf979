"""Where a run is composed: case -> formulation -> solving -> extraction -> accounting -> run folder."""

from __future__ import annotations

from carbonmatch.study.match import match_case
from carbonmatch.study.result import Matched, Result
from carbonmatch.study.run import solve_case
from carbonmatch.study.sweep import Point, Sweep, sweep_targets
from carbonmatch.study.verify import Check, verify_run

__all__ = ["Check", "Matched", "Point", "Result", "Sweep", "match_case", "solve_case", "sweep_targets", "verify_run"]
