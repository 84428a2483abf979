"""What a run tells of its search for whole numbers, and how that is read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from carbonmatch.errors import VerificationError
from carbonmatch.records import Optimum, WholeNumbers
from carbonmatch.solving import CompiledModel, gross_cost
from carbonmatch.units import GAP_TOLERANCE


def search_told(search: WholeNumbers) -> dict[str, Any]:
    """Return what a summary tells, as `certificate.integer`: nothing that another run would tell otherwise."""
    return {
        "decisions": search.decisions,
        "bound": search.bound,
        "gap": search.gap,
        "gap_absolute": search.gap_absolute,
        "gap_asked": search.asked,
        "integrality_residual": search.residual,
        "solver": search.solver,
        "nodes": search.nodes,
    }


def search_times(search: WholeNumbers) -> dict[str, Any]:
    """Return what a manifest tells: how many linear programmes were solved, and how long that took."""
    return {
        "programmes": search.programmes,
        "seconds": round(search.seconds, 3),
        "seconds_with_all_held": round(search.seconds_held, 3),
    }


def read_back(optimum: Optimum, compiled: CompiledModel, told: object) -> Optimum:
    """Return an optimum that was certified anew with the search that the run tells of.

    The whole numbers and the optimum at them are proved; that no others cost less would take the search again, and what
    is told of its bound is taken as it is.

    Raises:
        VerificationError: the run tells of no search, or of a bound that its cost is not within.
    """
    if not compiled.integers.size:
        return optimum
    kinds = {"bound": float, "gap_asked": float, "solver": str, "nodes": int}
    if not isinstance(told, Mapping) or any(not isinstance(told.get(key), kind) for key, kind in kinds.items()):
        raise VerificationError("The run does not tell how its whole numbers were searched for.")
    cost, bound, asked = optimum.certificate.primal_objective, told["bound"], told["gap_asked"]
    gap = (cost - bound) / max(1.0, gross_cost(compiled.program, optimum.values))
    if not -GAP_TOLERANCE <= gap <= asked + GAP_TOLERANCE or not math.isfinite(bound):
        message = f"The cost of {cost:,.2f} is not within {asked:g} of the bound {bound:,.2f} that the run tells."
        raise VerificationError(message)
    search = WholeNumbers(
        decisions=len(compiled.integers),
        bound=bound,
        gap_absolute=cost - bound,
        gap=gap,
        asked=asked,
        residual=compiled.integrality_residual(optimum.values),
        solver=told["solver"],
        nodes=told["nodes"],
        programmes=0,
        seconds=0.0,
        seconds_held=0.0,
    )
    return replace(optimum, whole_numbers=search)
