"""What the prices of an optimum say: the worth of every hour, offer, limit and week."""

from __future__ import annotations

from carbonmatch.study.explain.explain import explain, explain_result
from carbonmatch.study.explain.explanation import Explanation

__all__ = ["Explanation", "explain", "explain_result"]
