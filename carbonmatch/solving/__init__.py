"""From a Pyomo model to a certified optimum. The only place that imports a solver."""

from __future__ import annotations

from carbonmatch.solving.compile import CompiledModel, compile_model
from carbonmatch.solving.solve import (
    SolveOptions,
    check_solver,
    recertified,
    rechecked,
    solve_compiled,
    solve_model,
    takes_matrix,
)

__all__ = [
    "CompiledModel",
    "SolveOptions",
    "check_solver",
    "compile_model",
    "recertified",
    "rechecked",
    "solve_compiled",
    "solve_model",
    "takes_matrix",
]
