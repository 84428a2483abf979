"""Where a run is composed: case -> formulation -> solving -> extraction -> accounting -> run folder."""

from __future__ import annotations

from carbonmatch.study.result import Result
from carbonmatch.study.run import solve_case

__all__ = ["Result", "solve_case"]
