"""What counts towards the target: technologies, and how old a plant may be."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

from carbonmatch.case.block import Block, Finding, refuse, say_value
from carbonmatch.case.day import Day
from carbonmatch.case.technology import Technology
from carbonmatch.records import age_test
from carbonmatch.wording import listed, nearest

OLDEST_YEARS: Final = 200
SETS: Final = ("carbon_free", "renewable")


def _read_technologies(value: Any) -> tuple[Technology, ...] | str:
    known = [str(technology) for technology in Technology]
    if isinstance(value, str) and value in SETS:
        return value
    if isinstance(value, str) or not isinstance(value, list | tuple):
        alone = f". One technology is a list too: [{value}]" if value in known else nearest(str(value), SETS)
        refuse(
            f"is {say_value(value)}; {' or '.join(SETS)} is wanted, or a list of technologies, such as "
            f"[solar, onshore_wind]{alone}"
        )
    if not value:
        refuse("is an empty list, so that nothing counts; name at least one technology, or carbon_free")
    strangers = [each for each in value if not isinstance(each, str) or each not in known]
    if strangers:
        refuse(
            *(
                Finding(
                    f"names {say_value(each)}, which is not a technology{nearest(str(each), known)} "
                    f"(known: {listed(known)})"
                )
                for each in strangers
            )
        )
    return tuple(Technology(each) for each in value)


def _read_years(value: Any) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= OLDEST_YEARS):
        return value
    refuse(f"is {say_value(value)}; a whole number of years from 1 to {OLDEST_YEARS} is wanted, such as 15")


class Eligible(Block):
    """Which contracts count towards the target.

    technologies               carbon_free, renewable, or a list of technologies
    commissioned_on_or_after   first day of operation of the oldest plant that counts
    at_most_years_old          oldest age that counts [years], on the last day of the case
    unknown_commissioning      whether a plant without a date passes the two rules before
    """

    technologies: Annotated[
        Literal["carbon_free", "renewable"] | tuple[Technology, ...], BeforeValidator(_read_technologies)
    ] = "carbon_free"
    commissioned_on_or_after: Day = None
    at_most_years_old: Annotated[int | None, BeforeValidator(_read_years)] = None
    unknown_commissioning: Literal["counts", "does_not_count"] = "does_not_count"


CARBON_FREE: Final = Eligible.model_construct()
"""The rule of a case that names none: what is carbon-free counts, whatever its age."""


def why_not_eligible(rule: Eligible, technology: Technology, commissioned: date | None, last_day: date) -> str:
    """Say why a contract does not count towards the target; empty where it does.

    last_day   of the case: a plant counts in all of it or not at all, as under RE100
    """
    return " ".join(_reasons(rule, technology, commissioned, last_day))


def _reasons(rule: Eligible, technology: Technology, commissioned: date | None, last_day: date) -> list[str]:
    counts = {"carbon_free": technology.carbon_free, "renewable": technology.renewable}
    told = []
    if isinstance(rule.technologies, tuple):
        if technology not in rule.technologies:
            told.append(f"{technology} is not one of {listed(rule.technologies)}.")
    elif not counts[rule.technologies]:
        told.append(f"{technology} is not {rule.technologies.replace('_', '-')}.")
    first, oldest = rule.commissioned_on_or_after, rule.at_most_years_old
    if commissioned is None:
        if (first is not None or oldest is not None) and rule.unknown_commissioning == "does_not_count":
            told.append("The case gives no date of commissioning.")
        return told
    if first is not None and commissioned < first:
        told.append(f"Commissioned on {commissioned}, before {first}.")
    if oldest is not None and age_test(commissioned, last_day, oldest) == "older":
        told.append(f"Commissioned on {commissioned}, more than {oldest} years before {last_day}.")
    return told
