"""Time the main job as a user runs it: `carbonmatch solve` on a bundled case, command to run folder, stage by stage.

    python benchmarks/stages.py [CASE] [--runs N]

Each run is a process of its own; CPU seconds, wall seconds and peak memory are the operating system's account of it,
stage times are those of the run's manifest. Prints medians as a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEGABYTE = 1024 if platform.system() == "Linux" else 1024**2
"""What the operating system counts the peak in: kilobytes on Linux, bytes on macOS."""


def timed_run(case: Path) -> dict[str, float]:
    """Solve a case in a fresh process; return its CPU, wall and stage seconds and its peak memory [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "carbonmatch", "solve", str(case), "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if status != 0:
            raise SystemExit(f"carbonmatch solve {case} ended with status {os.waitstatus_to_exitcode(status)}")
        manifest = json.loads((out / "manifest.json").read_text())
    stages = {f"wall: {name}": seconds for name, seconds in manifest["wall_seconds"].items()}
    engine = {f"engine: {run['engine']}": run["seconds"] for run in manifest["solver"]["runs"]}
    return {
        "CPU, command to run folder": usage.ru_utime + usage.ru_stime,
        "wall, command to run folder": wall,
        **stages,
        **engine,
        "peak memory [MB]": usage.ru_maxrss / MEGABYTE,
    }


def main() -> None:
    """Run the case several times and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", type=Path, default=ROOT / "models" / "ai-factory-frankfurt.yaml")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    runs = [timed_run(options.case) for _ in range(options.runs)]
    print(f"| {options.case.stem}, median of {options.runs} | seconds |\n|---|---|")
    for name in runs[0]:
        print(f"| {name} | {statistics.median(run[name] for run in runs):.2f} |")


if __name__ == "__main__":
    main()
