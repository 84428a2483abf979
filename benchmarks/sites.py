"""Measure a year of three sites in three zones as one model: work that stays, moves in space, in time, in both.

    python benchmarks/sites.py                     each engine once on each of the four
    python benchmarks/sites.py --solver clarabel   one of them alone
    python benchmarks/sites.py --write             the same, and the table goes into benchmarks/README.md

The case is models/three-zones-de-fr-dk.yaml, of real hours of 2018. Each command starts from nothing, start of Python
and imports included, one after the other; CPU and memory are accounted as in run.py. On each of the four the engines
must agree to 1e-6 of the cost, and space and time together must save at least what either does, or nothing is told.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from run import Account, machine, tell, timed, versions
from section import write_section

ROOT: Final = Path(__file__).parents[1]
CASE: Final = ROOT / "models" / "three-zones-de-fr-dk.yaml"
CARBONMATCH: Final = (sys.executable, "-m", "carbonmatch")
SOLVERS: Final = ("highs", "clarabel")
AGREEMENT: Final = 1e-6
SITES: Final = ("frankfurt", "paris", "odense")

STAYS: Final = ("--scenario", "no-moves")
WAITS: Final = tuple(word for site in SITES for word in ("--set", f"sites.{site}.flexible.web.window_hours=24"))
NO_MOVES, IN_SPACE, IN_TIME, BOTH = "no moves", "in space", "in time", "both"
WAYS: Final[dict[str, tuple[str, ...]]] = {NO_MOVES: STAYS, IN_SPACE: (), IN_TIME: (*STAYS, *WAITS), BOTH: WAITS}
"""What is said to `solve` beside the case, for every way in which the work of the `web` entries may move."""


@dataclass(frozen=True)
class Solved:
    """What a command took, and what it found.

    cost         net of sales [EUR]
    cost_per_mwh the same, per MWh of load
    """

    account: Account
    columns: int
    rows: int
    cost: float
    cost_per_mwh: float


def solve(solver: str, way: str) -> Solved:
    """Solve the year with one engine and one way of moving work."""
    tell(f"three zones, {way}, {solver}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        words = ["solve", str(CASE), *WAYS[way], "--solver", solver, "--out", str(work / "run")]
        account, _ = timed([*CARBONMATCH, *words], work)
        cost = json.loads((work / "run" / "summary.json").read_text())["cost"]
        size = json.loads((work / "run" / "manifest.json").read_text())["size"]
    tell(f"  {account.cpu_seconds:.1f} CPU s, {account.peak_mb:.0f} MB, {cost['net_of_sales']:.2f} EUR")
    return Solved(account, size["columns"], size["rows"], cost["net_of_sales"], cost["net_of_sales_per_mwh_load"])


def check(found: dict[str, dict[str, Solved]]) -> float:
    """Return how far apart the engines are, as a share of the cost; end the benchmark unless they agree."""
    for solver, ways in found.items():
        alone = min(ways[IN_SPACE].cost, ways[IN_TIME].cost, ways[NO_MOVES].cost)
        if ways[BOTH].cost > alone * (1.0 + AGREEMENT):
            raise SystemExit(f"{solver}: space and time together save less than one of them")
    first = next(iter(found.values()))
    apart = max(abs(ways[way].cost / first[way].cost - 1.0) for ways in found.values() for way in WAYS)
    if apart > AGREEMENT:
        raise SystemExit(f"the solvers find other costs: {apart:.1e} apart")
    return apart


def measure(solvers: list[str]) -> str:
    """Return the section of the page."""
    load_before = os.getloadavg()[0]
    found = {solver: {way: solve(solver, way) for way in WAYS} for solver in solvers}
    load_after = os.getloadavg()[0]
    apart = check(found)
    rows = []
    for solver, ways in found.items():
        for way, solved in ways.items():
            saved = "" if way == NO_MOVES else f"{ways[NO_MOVES].cost_per_mwh - solved.cost_per_mwh:.2f}"
            rows.append(
                f"| {solver} | {way} | {solved.columns:,} | {solved.rows:,} | {solved.account.cpu_seconds:.1f} "
                f"| {solved.account.peak_mb / 1e3:.2f} | {solved.cost_per_mwh:.2f} | {saved} |"
            )
    here, is_of = machine(), versions()
    words = "" if solvers == list(SOLVERS) else "".join(f" --solver {solver}" for solver in solvers)
    agreed = f" The engines are {apart:.0e} of the cost apart at most." if len(solvers) > 1 else ""
    return "\n".join(
        [
            f"`python benchmarks/sites.py{words} --write`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; "
            f"{here['processor']}, {here['cores']} cores; python {is_of['python']}, "
            f"carbonmatch {is_of['carbonmatch']}.",
            "",
            "| a year, 3 zones, 3 sites | work moves | columns | rows | CPU s | peak GB | EUR/MWh | saved |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Load average of the machine: {load_before:.1f} before and {load_after:.1f} after, about one of the "
            f"latter the benchmark's own.{agreed}",
        ]
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--solver", choices=SOLVERS, action="append", help="one of them alone; both unless given")
    options = parser.parse_args()
    told = measure(options.solver or list(SOLVERS))
    print(told)
    if options.write:
        write_section("sites", "sites.py", told)


if __name__ == "__main__":
    main()
