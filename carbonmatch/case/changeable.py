"""What a scenario, a stress test, a year or `--set` may change in a case, and what is wrong with other keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from carbonmatch.case.block import Finding
from carbonmatch.case.growth import DECIDED_ONCE, Growth, fault_of_growth_key, faults_of_signing
from carbonmatch.case.stress import StressTest
from carbonmatch.case.weather_year import BLOCKS_OF_NAMES, WeatherYear, fault_of_mean, fault_of_year_key
from carbonmatch.wording import listed, nearest


def faults_of_scenarios(scenarios: Mapping[str, Mapping[str, Any]], keys: Iterable[str]) -> Iterator[Finding]:
    """Yield which keys of scenarios are none of a case. keys: of a case."""
    for name, changes in scenarios.items():
        for key in changes:
            if what := fault_of_override_key(key, keys):
                yield Finding(what, inside=(name, key))


def faults_of_stress(tests: Mapping[str, StressTest], keys: Iterable[str]) -> Iterator[Finding]:
    """Yield which keys of stress tests are none of a case. keys: of a case."""
    for name, test in tests.items():
        for key in test.set:
            if what := fault_of_override_key(key, keys):
                yield Finding(what, inside=(name, "set", key))


def faults_of_weather_years(
    years: Mapping[str, WeatherYear], checked: Mapping[str, Any], keys: Iterable[str]
) -> Iterator[Finding]:
    """Yield what weather years change that is decided for all of them, and which profiles they scale to a mean.

    checked   the blocks of the case, as far as they are without fault;  keys   of a case
    """
    names = {block: list(checked.get(block) or ()) for block in BLOCKS_OF_NAMES}
    for name, year in years.items():
        for key in year.set:
            if what := fault_of_override_key(key, keys) or fault_of_year_key(key, names):
                yield Finding(what, inside=(name, "set", key))
    for name, year in years.items():
        for contract, entry in (checked.get("contracts") or {}).items():
            if what := fault_of_mean(year, contract, getattr(entry, "p50_capacity_factor", None)):
                yield Finding(what, inside=(name, "set"))


def faults_of_growth(growth: Growth, checked: Mapping[str, Any], keys: Iterable[str]) -> Iterator[Finding]:
    """Yield why a case cannot be planned over years.

    checked   the blocks of the case, as far as they are without fault;  keys   of a case
    """
    if checked.get("weather_years"):
        yield Finding(
            "is given beside weather_years; a plan takes one weather for all years. Take one of the two out, "
            "--set weather_years=null or --set growth=null"
        )
    if checked.get("placements"):
        yield Finding(
            "is given beside placements; what is placed in one year could stand elsewhere in the next. Give every "
            "site its load by year, --set placements=null, or solve one year with --set growth=null"
        )
    names = {block: list(checked.get(block) or ()) for block in DECIDED_ONCE}
    for year, terms in growth.years.items():
        for key in terms.set:
            if what := fault_of_override_key(key, keys) or fault_of_growth_key(key, names):
                yield Finding(what, inside=("years", year, "set", key))
    if {"contracts", "storage"} <= checked.keys():
        yield from faults_of_signing(growth, checked["contracts"], checked["storage"])


def fault_of_override_key(key: str, keys: Iterable[str]) -> str | None:
    """Say what is wrong with the dotted key of a scenario or of `--set`, as far as its first part tells.

    keys   of a case
    """
    first, *rest = key.split(".")
    known = [name for name in keys if name not in {"scenarios", "stress"}]
    if not first or not all(rest):
        return f"{key!r} is not a key; keys are joined by single dots, such as target.cfe"
    if first in {"scenarios", "stress"}:
        return (
            f"{'a scenario' if first == 'scenarios' else 'a stress test'} cannot be changed by a scenario or by --set"
        )
    if first not in known:
        return f"{first!r} is not a key of a case{nearest(first, known) or f' (keys: {listed(known)})'}"
    return None
