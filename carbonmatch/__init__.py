"""Least-cost portfolios that match a load with carbon-free energy hour by hour.

    import carbonmatch as cm

    result = cm.solve(cm.load_case("case.yaml"))
    result.scores

Names are imported when they are first used, so that `import carbonmatch` and `carbonmatch --help` answer at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from carbonmatch.case import Case, case_from_mapping, load_case
    from carbonmatch.errors import (
        CarbonMatchError,
        InfeasibleError,
        InputError,
        LimitError,
        SolverError,
        UnboundedError,
        VerificationError,
    )
    from carbonmatch.report.audit import verify_bundle as verify
    from carbonmatch.report.delivery import write_report
    from carbonmatch.runfolder import read_run
    from carbonmatch.solving import SolveOptions
    from carbonmatch.study import (
        Comparison,
        Diagnosis,
        Loads,
        Matched,
        Result,
        StressTest,
        Sweep,
        site_loads,
        solve_years,
    )
    from carbonmatch.study import compare_cases as compare
    from carbonmatch.study import diagnose_case as diagnose
    from carbonmatch.study import match_case as match
    from carbonmatch.study import solve_case as solve
    from carbonmatch.study import stress_test as stress
    from carbonmatch.study import sweep_case as sweep

__version__ = "0.6.0"

__all__ = [
    "CarbonMatchError",
    "Case",
    "Comparison",
    "Diagnosis",
    "InfeasibleError",
    "InputError",
    "LimitError",
    "Loads",
    "Matched",
    "Result",
    "SolveOptions",
    "SolverError",
    "StressTest",
    "Sweep",
    "UnboundedError",
    "VerificationError",
    "__version__",
    "case_from_mapping",
    "compare",
    "diagnose",
    "load_case",
    "match",
    "read_run",
    "site_loads",
    "solve",
    "solve_years",
    "stress",
    "sweep",
    "verify",
    "write_report",
]

_HOME: Final = {
    "CarbonMatchError": "errors",
    "Case": "case",
    "Comparison": "study",
    "Diagnosis": "study",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "LimitError": "errors",
    "Loads": "study",
    "Matched": "study",
    "Result": "study",
    "SolveOptions": "solving",
    "SolverError": "errors",
    "StressTest": "study",
    "Sweep": "study",
    "UnboundedError": "errors",
    "VerificationError": "errors",
    "case_from_mapping": "case",
    "compare": "study",
    "diagnose": "study",
    "load_case": "case",
    "match": "study",
    "read_run": "runfolder",
    "site_loads": "study",
    "solve": "study",
    "solve_years": "study",
    "stress": "study",
    "sweep": "study",
    "verify": "report.audit",
    "write_report": "report.delivery",
}
"""The module that each public name lives in."""

_NAME_AT_HOME: Final = {
    "compare": "compare_cases",
    "diagnose": "diagnose_case",
    "match": "match_case",
    "solve": "solve_case",
    "stress": "stress_test",
    "sweep": "sweep_case",
    "verify": "verify_bundle",
}
"""Names that read better without their module in front."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'carbonmatch' has no attribute {name!r}")
    found = getattr(import_module(f"carbonmatch.{_HOME[name]}"), _NAME_AT_HOME.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
