"""What is going on, on stderr: one live line on a terminal, one plain line per stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Who is told of the stages of a run, by name, and of the iterations of its engine, by number."""

    stage: Callable[[str], None]
    iteration: Callable[[int], None]


@contextmanager
def progress() -> Iterator[Progress]:
    """Give what is told of each stage as it begins and of each iteration as it ends."""
    with _live_line() if sys.stderr.isatty() else _plain_lines() as told:
        yield told


@contextmanager
def _plain_lines() -> Iterator[Progress]:
    began = time.perf_counter()

    def stage(name: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - began:6.1f} s  {name}\n")
        sys.stderr.flush()

    yield Progress(stage, iteration=lambda _: None)  # a file would hold hundreds of lines
    stage("done")


@contextmanager
def _live_line() -> Iterator[Progress]:
    # Only a terminal needs what draws on it, and a script must not wait for the import.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Line  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn  # noqa: PLC0415

    console = Console(stderr=True)
    spinner = SpinnerColumn("dots" if console.encoding.startswith("utf") else "line")
    seconds, stage = TextColumn("{task.elapsed:4.0f} s"), TextColumn("{task.description}{task.fields[iteration]}")
    began = time.perf_counter()
    with Line(spinner, seconds, stage, console=console, transient=True, refresh_per_second=8) as line:
        task = line.add_task("starting", total=None, iteration="")
        yield Progress(
            stage=lambda name: line.update(task, description=name, iteration="", refresh=True),
            iteration=lambda number: line.update(task, iteration=f", iteration {number}"),
        )
    console.print(f"done in {time.perf_counter() - began:.1f} s", highlight=False, style="dim")
