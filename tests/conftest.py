"""What every test starts from: little time is spent on looking for garbage."""

from __future__ import annotations

import gc

ALLOCATIONS = 50_000
"""Between two searches for garbage. At Python's 700 a tenth of the tests' time goes into them, for models are large."""


def pytest_collection_finish():
    """Leave what was imported out of the searches."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
