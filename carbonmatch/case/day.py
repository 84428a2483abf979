"""Days of a case: first day of operation of a plant, or a day from which something counts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from carbonmatch.case.block import refuse, say_value


def _read_day(value: Any) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(f"is {say_value(value)}; a date such as 2021-06-01 is wanted")


Day = Annotated[date | None, BeforeValidator(_read_day)]
