"""From a Pyomo model to a certified optimum. The only place that imports a solver."""

from __future__ import annotations

from carbonmatch.solving.solve import SolveOptions, solve_model

__all__ = ["SolveOptions", "solve_model"]
