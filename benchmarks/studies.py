"""Measure a sweep of eleven targets of the Frankfurt year against eleven `solve` commands, in one run.

    python benchmarks/studies.py               every way once
    python benchmarks/studies.py --solver clarabel     with one of the solvers alone
    python benchmarks/studies.py --write       the same, and the table goes into benchmarks/README.md

Every way starts from nothing, start of Python and imports included; CPU and memory are accounted as in run.py.
No baselines, so that all ways solve the same eleven targets. All costs must agree to 1e-6, or nothing is told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from run import Account, machine, tell, timed, versions
from section import write_section

FRANKFURT: Final = Path(__file__).parent.parent / "models" / "ai-factory-frankfurt.yaml"
TARGETS: Final = tuple(round(0.5 + 0.05 * step, 2) for step in range(11))
CARBONMATCH: Final = (sys.executable, "-m", "carbonmatch")
SOLVERS: Final = ("clarabel", "highs")
AGREEMENT: Final = 1e-6

Way = Callable[[Path], tuple[Account, dict[float, float]]]


def solves(solver: str) -> Way:
    """Return eleven solves, one command after the other."""

    def run(work: Path) -> tuple[Account, dict[float, float]]:
        accounts, costs = [], {}
        for target in TARGETS:
            out = work / f"at-{target}"
            words = ["solve", str(FRANKFURT), "--set", f"target.cfe={target}", "--solver", solver, "--out", str(out)]
            accounts.append(timed([*CARBONMATCH, *words], work)[0])
            costs[target] = json.loads((out / "summary.json").read_text())["cost"]["net_of_sales"]
        return (
            Account(
                cpu_seconds=sum(account.cpu_seconds for account in accounts),
                wall_seconds=sum(account.wall_seconds for account in accounts),
                peak_mb=max(account.peak_mb for account in accounts),
            ),
            costs,
        )

    return run


def sweep(solver: str, *words: str) -> Way:
    """Return one sweep."""

    def run(work: Path) -> tuple[Account, dict[float, float]]:
        out = work / "sweep"
        targets = ",".join(map(str, TARGETS))
        asked = ["sweep", str(FRANKFURT), "--cfe", targets, "--no-baselines", "--solver", solver, "--out", str(out)]
        account, _ = timed([*CARBONMATCH, *asked, *words], work)
        points = json.loads((out / "sweep.json").read_text())["points"]
        return account, {point["target_cfe"]: point["cost_net_of_sales"] for point in points}

    return run


@contextmanager
def cluster() -> Iterator[str]:
    """Give the address of a Dask cluster of two workers on this machine."""
    from distributed import LocalCluster  # noqa: PLC0415 - an extra

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", host="127.0.0.1") as found:
        yield found.scheduler_address


def measure(solver: str) -> list[str]:
    """Return the rows of one solver; the first is what the others are told as a share of."""
    with cluster() as address:
        ways: dict[str, Way] = {
            "eleven `solve` commands": solves(solver),
            "`sweep --jobs 1`": sweep(solver, "--jobs", "1"),
            "`sweep --jobs 2`": sweep(solver, "--jobs", "2"),
            "`sweep --dask`, two workers": sweep(solver, "--dask", address),
        }
        rows: list[str] = []
        first: tuple[Account, dict[float, float]] | None = None
        for name, way in ways.items():
            tell(f"{solver}: {name}")
            with tempfile.TemporaryDirectory() as folder:
                account, costs = way(Path(folder))
            first = first or (account, costs)
            apart = max(abs(costs[target] / cost - 1.0) for target, cost in first[1].items())
            if apart > AGREEMENT:
                raise SystemExit(f"{name} finds other costs with {solver}: {apart:.1e} apart")
            on_workers = "dask" in name
            cpu = "" if on_workers else f"{account.cpu_seconds:.1f} | {account.cpu_seconds / first[0].cpu_seconds:.2f}"
            wall = f"{account.wall_seconds:.1f} | {account.wall_seconds / first[0].wall_seconds:.2f}"
            peak = "" if on_workers else f"{account.peak_mb:.0f}"
            rows.append(f"| {name}, {solver} | {cpu or ' | '} | {wall} | {peak} |")
        return rows


def table(rows: list[str], solvers: list[str]) -> str:
    """Return the section of the page."""
    here, found = machine(), versions()
    words = "" if solvers == list(SOLVERS) else "".join(f" --solver {solver}" for solver in solvers)
    return "\n".join(
        [
            f"`python benchmarks/studies.py{words} --write`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; "
            f"{here['processor']}, {here['cores']} cores; python {found['python']}, "
            f"carbonmatch {found['carbonmatch']}.",
            "",
            "| eleven targets, 0.50 to 1.00 | CPU s | share | wall s | share | peak MB of a process |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "What the workers of a cluster use is not in the account of the command, and left blank.",
        ]
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--solver", choices=SOLVERS, action="append", help="one of them alone; both unless given")
    options = parser.parse_args()
    solvers = options.solver or list(SOLVERS)
    told = table([row for solver in solvers for row in measure(solver)], solvers)
    print(told)
    if options.write:
        write_section("studies", "studies.py", told)


if __name__ == "__main__":
    main()
