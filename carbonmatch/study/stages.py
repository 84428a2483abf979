"""What a run is doing, told as it begins and timed as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stages:
    """The stages of a run, each announced as it begins and timed."""

    def __init__(self, on_progress: Callable[[str], None] | None = None) -> None:
        self.on_progress = on_progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Announce and time the stage of the block."""
        if self.on_progress is not None:
            self.on_progress(name)
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
