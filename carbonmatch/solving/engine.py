"""What every engine is asked and what it hands back, whoever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Final, Literal

from carbonmatch.records import FloatArray
from carbonmatch.solving.linear_program import LinearProgram

Status = Literal["optimal", "infeasible", "unbounded", "infeasible_or_unbounded", "time_limit", "failed"]

IPM_TOLERANCE: Final = 1e-9
"""Relative tolerance asked of interior-point engines, a thousandth of what the certificate grants: at 1e-8 a row that
sums a whole year ended just beside it (7e-7, a real year at 0.99), and 1e-9 takes at most one iteration more."""


@dataclass(frozen=True)
class Request:
    """How an engine is to run.

    time_limit_seconds   after this it gives up
    threads              it may use
    on_iteration         hears the number of each iteration, from engines that tell
    on_log               hears what the engine prints, as it prints it
    """

    time_limit_seconds: float = float("inf")
    threads: int = 1
    on_iteration: Callable[[int], None] | None = None
    on_log: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Answer:
    """What one run of one engine handed back, in the units it was asked in.

    status       what the engine says of itself, in our words; nobody relies on it
    message      the same in its own words
    values       (columns,); None where there is no solution at all
    duals        (rows,) d(cost) / d(right-hand side); None likewise
    log          what it printed
    """

    engine: str
    status: Status
    message: str
    values: FloatArray | None
    duals: FloatArray | None
    iterations: int
    seconds: float
    log: str


@dataclass(frozen=True)
class MatrixEngine:
    """An engine that takes the programme as arrays: its name in messages, and how to run it.

    Ctrl-C ends a run and goes on to the caller as KeyboardInterrupt.
    """

    label: str
    run: Callable[[LinearProgram, Request], Answer]


def run_interruptibly(run: Callable[[], object], stop: Callable[[], None]) -> None:
    """Run an engine beside the main thread, which hears Ctrl-C, stops the engine and goes on with it."""
    worker = Thread(target=run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.1)
    except KeyboardInterrupt:
        stop()
        worker.join(2.0)
        raise
