"""From a Pyomo model to a certified optimum. The only place that imports a solver."""

from __future__ import annotations

from carbonmatch.solving.certificate import gross_cost
from carbonmatch.solving.compile import CompiledModel, compile_model
from carbonmatch.solving.dual_face import DualFace, dual_face
from carbonmatch.solving.linear_program import LinearProgram
from carbonmatch.solving.options import SolveOptions, check_solver, takes_matrix
from carbonmatch.solving.solve import recertified, rechecked, solve_compiled, solve_model

__all__ = [
    "CompiledModel",
    "DualFace",
    "LinearProgram",
    "SolveOptions",
    "check_solver",
    "compile_model",
    "dual_face",
    "gross_cost",
    "recertified",
    "rechecked",
    "solve_compiled",
    "solve_model",
    "takes_matrix",
]
