"""How old a plant is on a day, and whether that is too old."""

from __future__ import annotations

from datetime import date
from typing import Literal

AgeTest = Literal["within limit", "older", "not known"]


def age_test(commissioned: date | None, day: date, limit_years: int) -> AgeTest:
    """Say whether a plant is at most so many years old on a day; a plant that is yet to come is."""
    if commissioned is None:
        return "not known"
    return "within limit" if day <= anniversary(commissioned, limit_years) else "older"


def anniversary(day: date, years: int) -> date:
    """Return the same day some years later; of 29 February, the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def full_years(first: date, last: date) -> int | None:
    """Return the full years from one day to another; None where the first lies after the last."""
    if first > last:
        return None
    years = last.year - first.year
    return years if anniversary(first, years) <= last else years - 1
