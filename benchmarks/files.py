"""Measure what it takes to turn a finished run of the Frankfurt year into the files that people hand on.

    python benchmarks/files.py                 every format, three times each
    python benchmarks/files.py --write         the same, and the table goes into benchmarks/README.md

Every format is a process of its own, start of Python and imports included; figures are medians, accounted as in run.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from run import Account, machine, tell, timed, versions
from section import write_section

from carbonmatch.report.formats import FORMATS

HERE: Final = Path(__file__).parent
FRANKFURT: Final = HERE.parent / "models" / "ai-factory-frankfurt.yaml"
CARBONMATCH: Final = (sys.executable, "-m", "carbonmatch")


def size_mb(path: Path) -> float:
    """Return the size of a file, or of all files of a folder [MB]."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def row(what: str, accounts: list[Account], size: float | None) -> str:
    """Return one row of the table."""
    cpu, wall, peak = (
        statistics.median(getattr(account, name) for account in accounts)
        for name in ("cpu_seconds", "wall_seconds", "peak_mb")
    )
    return f"| {what} | {cpu:.1f} | {wall:.1f} | {peak:.0f} | {'' if size is None else f'{size:.1f}'} |"


def measure(runs: int, work: Path) -> list[str]:
    """Return the rows: one per format, and the verification of the audit bundle."""
    run = work / "run"
    tell("solving the year")
    timed([*CARBONMATCH, "solve", str(FRANKFURT), "--solver", "clarabel", "--out", str(run)], work)
    rows = []
    bundle = work
    for name, form in FORMATS.items():
        tell(f"writing {name}")
        accounts = []
        for number in range(runs):
            out = work / f"{name}-{number}"
            words = ["report", str(run), "--format", name, "--out", str(out)]
            account, _ = timed([*CARBONMATCH, *words], work)
            accounts.append(account)
        rows.append(row(f"`report --format {name}`", accounts, size_mb(out / form.file)))
        bundle = out / form.file if name == "audit" else bundle
    tell("verifying the bundle")
    accounts = [timed([*CARBONMATCH, "verify", str(bundle)], work)[0] for _ in range(runs)]
    return [*rows, row("`verify` of the audit bundle", accounts, None)]


def table(rows: list[str], runs: int) -> str:
    """Return the section of the page."""
    here, found = machine(), versions()
    return "\n".join(
        [
            f"`python benchmarks/files.py --runs {runs}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {here['processor']}, "
            f"{here['cores']} cores; python {found['python']}, carbonmatch {found['carbonmatch']}.",
            "",
            "| the Frankfurt year: 8,760 h, 4 contracts, 2 storages | CPU s | wall s | peak MB | files MB |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each format is written (3)")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = table(measure(options.runs, Path(folder)), options.runs)
    print(told)
    if options.write:
        write_section("files", "files.py", told)


if __name__ == "__main__":
    main()
