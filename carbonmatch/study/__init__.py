"""Where a run is composed: case -> formulation -> solving -> extraction -> accounting -> run folder."""

from __future__ import annotations

from carbonmatch.study.batch import Outcome
from carbonmatch.study.compare import Comparison, Scenario, compare_cases
from carbonmatch.study.diagnose import diagnose_case
from carbonmatch.study.diagnosis import Diagnosis
from carbonmatch.study.explain import Explanation, explain
from carbonmatch.study.frontier import Frontier
from carbonmatch.study.growth import GrowthResult, solve_growth
from carbonmatch.study.loads import Loads, site_loads
from carbonmatch.study.match import match_case
from carbonmatch.study.operate import Operation, operate_without_foresight
from carbonmatch.study.recompute import files_of_run
from carbonmatch.study.result import Matched, Result
from carbonmatch.study.run import solve_case
from carbonmatch.study.shock import KINDS
from carbonmatch.study.stress import Stressed, StressTest, stress_test
from carbonmatch.study.sweep import Axis, Point, Sweep, sweep_case
from carbonmatch.study.unbounded import foreseen
from carbonmatch.study.verify import Check, verify_run
from carbonmatch.study.years import YearsResult, solve_years

__all__ = [
    "KINDS",
    "Axis",
    "Check",
    "Comparison",
    "Diagnosis",
    "Explanation",
    "Frontier",
    "GrowthResult",
    "Loads",
    "Matched",
    "Operation",
    "Outcome",
    "Point",
    "Result",
    "Scenario",
    "StressTest",
    "Stressed",
    "Sweep",
    "YearsResult",
    "compare_cases",
    "diagnose_case",
    "explain",
    "files_of_run",
    "foreseen",
    "match_case",
    "operate_without_foresight",
    "site_loads",
    "solve_case",
    "solve_growth",
    "solve_years",
    "stress_test",
    "sweep_case",
    "verify_run",
]
