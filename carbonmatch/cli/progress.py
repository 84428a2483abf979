"""What is going on, on stderr: one live line on a terminal, one plain line per stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

Tell = Callable[[str], None]


@contextmanager
def progress() -> Iterator[Tell]:
    """Give a function that is told the name of each stage as it begins."""
    with _live_line() if sys.stderr.isatty() else _plain_lines() as tell:
        yield tell


@contextmanager
def _plain_lines() -> Iterator[Tell]:
    began = time.perf_counter()

    def tell(stage: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - began:6.1f} s  {stage}\n")
        sys.stderr.flush()

    yield tell
    tell("done")


@contextmanager
def _live_line() -> Iterator[Tell]:
    console = Console(stderr=True)
    spinner = SpinnerColumn("dots" if console.encoding.startswith("utf") else "line")
    seconds, stage = TextColumn("{task.elapsed:4.0f} s"), TextColumn("{task.description}")
    began = time.perf_counter()
    with Progress(spinner, seconds, stage, console=console, transient=True, refresh_per_second=8) as line:
        task = line.add_task("starting", total=None)
        yield lambda name: line.update(task, description=name)
    console.print(f"done in {time.perf_counter() - began:.1f} s", highlight=False, style="dim")
