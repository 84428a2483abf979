"""The command line: one module per command. It reads words, calls the library and shows what came back."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from carbonmatch.cli.app import app
from carbonmatch.cli.ending import INTERRUPTED

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line (`sys.argv` unless `argv` is given) and end the process with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may have letters that the terminal has not
    code: int | str | None = 0
    try:
        app(args=argv, prog_name="carbonmatch")
    except SystemExit as ending:
        code = ending.code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left. What is still buffered goes nowhere, and the interpreter has no word to say at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code == INTERRUPTED and threading.active_count() > 1:
        # HiGHS hears of an interruption between iterations only, and a thread cannot be ended from outside.
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(INTERRUPTED)
    gc.freeze()  # the process ends: nobody has to walk over a million modelling objects once more
    sys.exit(code)
