"""Stress tests that a user writes: what may happen to a portfolio once it was chosen."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from carbonmatch.case.block import Block, refuse, say_value
from carbonmatch.case.certificates import Text


class StressTest(Block):
    """One thing that may happen.

    set     what it changes in the case, by dotted key
    words   what reports call it; its name unless given
    """

    set: dict[str, Any] = Field(min_length=1)
    words: Text = None

    @field_validator("set", mode="before")
    @classmethod
    def _changes_something(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            refuse(f"is {say_value(value)}; a block of changes is wanted: {{zones.DE.spot_price_per_mwh: 90}}")
        return value
