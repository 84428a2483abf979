"""Measure carbonmatch against its peers, all in one run, on the same cases, in turn.

    python benchmarks/run.py                         everything: some hours on a quiet machine
    python benchmarks/run.py --only base --runs 5    one section
    python benchmarks/run.py --quick                 a month instead of a year, each once: does it work?
    python benchmarks/run.py --show                  the tables of the last measurement; nothing is measured
    python benchmarks/run.py --show --write          the same, written into benchmarks/README.md, with the picture

Every contestant is a process of its own. CPU seconds (user and system), wall seconds and peak memory are the operating
system's account of it and of the processes that it started; of several processes at once, the peak is the largest
one's. Contestants take turns, so that what else the machine does falls on all alike; tables hold medians. Each must
find the same least cost, to 1e-6, or the benchmark ends.

Raw figures are kept section by section in benchmarks/results.json: a section that is measured again replaces its old
self, and no ratio is taken across sections.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import report
from contestants import CONTESTANTS, INTERIOR_POINT, Contestant, Inputs, Outcome, bare_clarabel, bare_highs
from sizes import QUICK_SECTIONS, SECTIONS, Section, Size

HERE: Final = Path(__file__).parent
SAME_COST: Final = 1e-6
"""Largest difference between two least costs, as a share of the cost net of sales."""

LONG_RUN_SECONDS: Final = 200.0
"""What takes longer than this is run once: its noise is small beside it, and the benchmark ends within hours."""

BYTES_PER_RSS_UNIT: Final = 1 if platform.system() == "Darwin" else 1024
"""What the operating system counts the peak in: kilobytes on Linux, bytes on macOS."""

STATUS_INPUT: Final = 2
"""Exit code of carbonmatch for input that it does not take: a command or an engine that it does not have."""

PICTURE: Final = "measured.png"
VERSIONS: Final = ("carbonmatch", "pyomo", "highspy", "highspy-extras", "clarabel", "pypsa", "linopy", "numpy", "scipy")


class NotThereError(Exception):
    """A contestant cannot take part; the message says why in a few words."""


class FailedError(Exception):
    """A contestant took part and found no optimum; the message is its own."""


@dataclass(frozen=True)
class Account:
    """What the operating system says a process took."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Findings:
    """What a section has found so far.

    measurements   one entry per run
    failed         who took part and found no optimum, on which size, and why
    skipped        who could not take part, and why
    """

    measurements: list[dict[str, Any]]
    failed: list[dict[str, Any]]
    skipped: dict[str, str]


def timed(command: list[str], folder: Path) -> tuple[Account, str]:
    """Run a command; return what it took and what it printed.

    Raises:
        NotThereError: it refused its input.
        FailedError: it ended with another status than 0.
    """
    said, complained = folder / "stdout", folder / "stderr"
    began = time.perf_counter()
    with said.open("wb") as out, complained.open("wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code != 0:
        words = complained.read_text(encoding="utf-8", errors="replace").strip()
        if code == STATUS_INPUT:
            raise NotThereError(last_words(words))
        raise FailedError(f"{last_words(words)} (status {code})")
    account = Account(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * BYTES_PER_RSS_UNIT / 1e6)
    return account, said.read_text(encoding="utf-8", errors="replace")


def last_words(text: str) -> str:
    """Return the last line of a message without the frame that a terminal draws around it."""
    lines = [line.strip("│╭╮╰╯─ ") for line in text.splitlines()]
    return next((line for line in reversed(lines) if line), "it ended without a word")


def prepare(size: Size, folder: Path, *, exported: bool) -> Inputs:
    """Write the case of a size, and what peers read; both in processes of their own, before any clock starts."""
    folder.mkdir(parents=True)
    size_words = [word for part, value in asdict(size).items() for word in (f"--{part}", str(value))]
    try:
        _, printed = timed([sys.executable, str(HERE / "cases.py"), str(folder), *size_words], folder)
        case = Path(printed.strip())
        if exported:
            timed([sys.executable, str(HERE / "export.py"), str(case), str(folder)], folder)
    except (NotThereError, FailedError) as reason:
        raise SystemExit(f"The case of {size.label} could not be written: {reason}") from reason
    return Inputs(case, folder)


def measure(contestant: Contestant, inputs: Inputs) -> tuple[Account, Outcome]:
    """Run a contestant once on prepared inputs."""
    with tempfile.TemporaryDirectory(dir=inputs.folder) as folder:
        out = Path(folder) / "run"
        account, printed = timed(contestant.command(inputs, out), Path(folder))
        return account, contestant.outcome(out, printed)


def measure_size(size: Size, contestants: list[Contestant], runs: int, folder: Path, found: Findings) -> None:
    """Measure one size: contestants in turn, as often as asked for; what they find must agree."""
    tell(size.label)
    inputs = prepare(size, folder, exported=any(contestant.exported for contestant in contestants))
    taking_part = [contestant for contestant in contestants if contestant.name not in found.skipped]
    first: dict[str, Any] | None = None
    for run in range(1, runs + 1):
        for contestant in list(taking_part):
            what = {"size": asdict(size), "contestant": contestant.name}
            try:
                account, outcome = measure(contestant, inputs)
            except NotThereError as reason:
                taking_part.remove(contestant)
                found.skipped[contestant.name] = str(reason)
                tell(f"  {contestant.name} is left out: {reason}")
                continue
            except FailedError as reason:
                taking_part.remove(contestant)
                found.failed.append({**what, "reason": str(reason)})
                tell(f"  run {run}: {contestant.name} failed: {reason}")
                continue
            tell(f"  run {run}: {contestant.name}: {account.cpu_seconds:.2f} CPU s, {account.peak_mb:.0f} MB")
            measured = {**what, "run": run, **asdict(account), **asdict(outcome)}
            first = first or measured
            compare(first, measured)
            found.measurements.append(measured)
            if account.wall_seconds > LONG_RUN_SECONDS:
                taking_part.remove(contestant)


def compare(first: dict[str, Any], other: dict[str, Any]) -> None:
    """End the benchmark unless two measurements found the same least cost."""
    difference = abs(other["objective"] - first["objective"]) / abs(first["objective"])
    if not difference <= SAME_COST:
        costs = "\n".join(f"  {found['contestant']}: {found['objective']!r}" for found in (first, other))
        raise SystemExit(f"Not the same optimum on {Size(**first['size']).label}, {difference:.2e} apart:\n{costs}")


def measure_section(
    name: str, section: Section, contestants: list[Contestant], runs: int, work: Path
) -> dict[str, Any]:
    """Measure one section and return its raw figures."""
    tell(f"== {name}: {section.title}")
    absent = {c.name: f"{', '.join(c.missing())} is not installed" for c in contestants if c.missing()}
    for missing, reason in absent.items():
        tell(f"  {missing} is left out: {reason}")
    found = Findings([], [], absent)
    began = datetime.now(UTC)
    load = os.getloadavg()[0]
    for number, size in enumerate(section.sizes):
        measure_size(size, contestants, runs, work / f"{name}-{number}", found)
    return {
        "title": section.title,
        "axis": section.axis,
        "began_utc": f"{began:%Y-%m-%d %H:%M}",
        "load_average_before": round(load, 2),
        "machine": machine(),
        "versions": versions(),
        **asdict(found),
    }


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        processor = models[0].partition(":")[2].strip() if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {"processor": processor, "cores": os.cpu_count(), "memory_gb": round(memory), "system": platform.system()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of all that takes part."""
    found = {"python": platform.python_version()}
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def tell(words: str) -> None:
    """Say what goes on."""
    print(words, file=sys.stderr, flush=True)


def read_results(path: Path) -> dict[str, Any]:
    """Return the raw figures measured so far, by section."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


def chosen(name: str, options: argparse.Namespace) -> list[Contestant]:
    """Return who takes part in a section: those named by a part of their name, and further options of bare solvers."""
    contestants = list(CONTESTANTS[name])
    if name == "base":
        contestants += [bare_highs(f"bare HiGHS {words}", *words.split(), *INTERIOR_POINT) for words in options.highs]
        contestants += [bare_clarabel(f"bare Clarabel {words}", *words.split()) for words in options.clarabel]
    if options.contestants:
        wanted = [word.strip().lower() for word in options.contestants.split(";")]
        contestants = [c for c in contestants if any(word in c.name.lower() for word in wanted)]
    return contestants


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each contestant runs (3)")
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"sections, of {', '.join(SECTIONS)}")
    parser.add_argument("--contestants", metavar="A;B", help="only those whose name holds one of these; not kept")
    parser.add_argument(
        "--highs",
        action="append",
        default=[],
        metavar="OPTIONS",
        help='one more bare run of HiGHS, such as "solver=hipo hipo_ordering=amd"; may be given again',
    )
    parser.add_argument(
        "--clarabel", action="append", default=[], metavar="SETTINGS", help="one more bare run of Clarabel"
    )
    parser.add_argument("--quick", action="store_true", help="a month instead of a year, each once; not kept")
    parser.add_argument("--results", type=Path, help="where raw figures are kept (benchmarks/results.json)")
    parser.add_argument("--show", action="store_true", help="measure nothing; show what is kept")
    parser.add_argument("--write", action="store_true", help="write tables and picture into benchmarks/")
    options = parser.parse_args()
    options.only = [name.strip() for name in options.only.split(",")]
    if unknown := [name for name in options.only if name not in SECTIONS]:
        parser.error(f"{', '.join(unknown)}: no such section; there are {', '.join(SECTIONS)}")
    if (options.quick or options.contestants) and options.write:
        parser.error("--write wants the whole of a section, not --quick or --contestants")
    return options


def main() -> None:
    """Measure what is asked for, keep it, show it."""
    options = parse()
    kept = options.results or (None if options.quick or options.contestants else HERE / "results.json")
    results = read_results(kept) if kept else {}
    if not options.show:
        sections, runs = (QUICK_SECTIONS, 1) if options.quick else (SECTIONS, options.runs)
        with tempfile.TemporaryDirectory() as work:
            for name in options.only:
                results[name] = measure_section(name, sections[name], chosen(name, options), runs, Path(work))
                if kept:
                    kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = report.tables(results)
    print(text)
    if options.write:
        subprocess.run([sys.executable, str(HERE / "picture.py"), str(kept), str(HERE / PICTURE)], check=True)
        caption = f"![CPU seconds on one case, and growth with hours]({PICTURE})"
        report.write_between_marks(HERE / "README.md", f"{caption}\n\n{text}")


if __name__ == "__main__":
    main()
