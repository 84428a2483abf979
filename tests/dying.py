"""Work for processes that die: importable by name, as a process that is started anew needs it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def work(item: str) -> str:
    """Return the item in capitals; `deadly` kills its process, `once:PATH` does so if PATH is not there yet."""
    if item == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    if item.startswith("once:"):
        mark = Path(item.removeprefix("once:"))
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return item.upper()


def fail(item: str) -> str:
    """Raise what nobody raises on purpose."""
    raise ZeroDivisionError(item)
