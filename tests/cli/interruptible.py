"""A command line that Ctrl-C ends, though the tests run in the background of a shell, where it is ignored."""

from __future__ import annotations

import sys

_CODE = """if True:
    import signal, sys
    from carbonmatch.cli import main
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(sys.argv[1:])
"""
INTERRUPTIBLE = [sys.executable, "-c", _CODE]
