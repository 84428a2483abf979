"""Any other solver that Pyomo knows by name, through Pyomo's own interface, for users who own one."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import pyomo.core as pyo
from pyomo.common.errors import ApplicationError

from carbonmatch.solving.compile import CompiledModel
from carbonmatch.solving.engine import Answer, Request, Status

_STATUS: Final[dict[str, Status]] = {
    "optimal": "optimal",
    "infeasible": "infeasible",
    "unbounded": "unbounded",
    "infeasibleOrUnbounded": "infeasible_or_unbounded",
    "maxTimeLimit": "time_limit",
}


def known_names() -> list[str]:
    """Return the names of the solvers that Pyomo has an interface for, installed or not."""
    return list(_factory())


def available(name: str) -> bool:
    """Tell whether Pyomo knows a solver of this name and finds it on this machine."""
    return name in known_names() and bool(_factory()(name).available(exception_flag=False))


def run_pyomo_solver(compiled: CompiledModel, name: str, request: Request) -> Answer:
    """Solve a model in user units with a solver of the user's own; leave its variables as they were.

    The duals that Pyomo brings back are d(cost) / d(right-hand side), like ours; a solver that brings none cannot be
    certified.
    """
    began = time.perf_counter()
    found: Any
    status: Status
    model = compiled.model
    limit = {} if np.isinf(request.time_limit_seconds) else {"timelimit": request.time_limit_seconds}
    before = [column.value for column in compiled.columns]
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    values = duals = None
    try:
        found = _factory()(name).solve(model, load_solutions=False, **limit)
        message = str(found.solver.termination_condition)
        status = _STATUS.get(message, "failed")
        if status == "optimal":
            model.solutions.load_from(found)
            values = np.array([np.nan if column.value is None else column.value for column in compiled.columns])
            if len(model.dual):
                duals = np.array([model.dual.get(row, 0.0) for row in compiled.rows], dtype=float)
    except ApplicationError as error:  # the solver ended in a way that Pyomo does not understand
        found, message, status = error, "ended with an error", "failed"
    finally:
        model.del_component("dual")
        for column, value in zip(compiled.columns, before, strict=True):
            column.set_value(value, skip_validation=True)
    return Answer(
        engine=name,
        status=status,
        message=message,
        values=values,
        duals=duals,
        iterations=0,
        seconds=time.perf_counter() - began,
        log=str(found),
    )


def _factory() -> Any:
    from pyomo.environ import SolverFactory  # noqa: PLC0415 - brings all plug-ins of Pyomo, which nothing else needs

    return SolverFactory
