"""Shocks: what may happen to a chosen portfolio, each as settings of its case, so that every run tells of it."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from carbonmatch.case import (
    Case,
    Technology,
    Variant,
    demanded,
    outage_setting,
    scaled_settings,
    settings_of,
    weather_year_names,
)
from carbonmatch.study.operate import Operation

PRICE_FACTORS: Final = {"prices-up": 1.5, "prices-down": 0.5}
LOAD_FACTOR: Final = 1.10
DELIVERY_FACTOR: Final = 0.85
WIND_FACTOR: Final = 0.90
"""A still year: an assumption of carbonmatch, for years of the record that a case may name under `stress:`."""

NO_CYCLES: Final = 1e-6
"""Full cycles a year of a storage that is out: it is paid for, and holds nothing."""

KINDS: Final = ("prices", "load", "delivery", "outage", "storage", "wind", "foresight", "weather", "own")
"""What there is to test, in the order in which it is told."""

WIND: Final = frozenset({Technology.ONSHORE_WIND, Technology.OFFSHORE_WIND})


@dataclass(frozen=True)
class Shock:
    """One thing that may happen.

    name       tells it from the others; its run folder is called that
    kind       one of KINDS
    words      what happens, in words
    variant    how the case is read then
    operation  how the portfolio is operated, where it is not with perfect foresight
    """

    name: str
    kind: str
    words: str
    variant: Variant
    operation: Operation | None = None


@dataclass(frozen=True)
class Portfolio:
    """What shocks are made for: the case as it was planned, and what of it is taken.

    contracts      that are taken, each with the month, `2018-06`, in which it matches most
    storage        that are taken
    """

    path: Path
    variant: Variant
    case: Case
    contracts: Mapping[str, str]
    storage: tuple[str, ...]


def shocks_of(portfolio: Portfolio, kinds: frozenset[str], operation: Operation) -> list[Shock]:
    """Return the shocks of some kinds that make sense for a portfolio, in the order of KINDS."""
    return [shock for kind in KINDS if kind in kinds for shock in _MAKERS[kind](portfolio, operation)]


def _changed(portfolio: Portfolio, *settings: str) -> Variant:
    """Return the case with more settings; later ones win."""
    variant = portfolio.variant
    return replace(variant, settings=(*variant.settings, *settings))


def _scaled(portfolio: Portfolio, factors: Mapping[str, float]) -> tuple[str, ...]:
    return scaled_settings(portfolio.path, portfolio.variant, factors)


def _per_cent(factor: float) -> str:
    return f"{abs(100.0 * (factor - 1.0)):.0f} %"


def _prices(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    """Market prices: the spot price, and tariffs that do not follow it. Strikes are agreed and stay."""
    keys = []
    for name, zone in portfolio.case.zones.items():
        keys += [f"zones.{name}.{key}" for key in _given(zone, "spot_price_per_mwh", "forecast_spot_price_per_mwh")]
    for name, site in portfolio.case.sites.items():
        grid = demanded(site.grid)
        for key, price in (("energy", grid.energy), ("export_price", grid.export_price)):
            if price is not None and not price.needs_spot_price:
                flat = ".flat_per_mwh" if hasattr(price, "flat_per_mwh") else ""
                keys.append(f"sites.{name}.grid.{key}{flat}")
    for name, factor in PRICE_FACTORS.items():
        words = f"market prices {_per_cent(factor)} {'higher' if factor > 1.0 else 'lower'}"
        yield Shock(name, "prices", words, _changed(portfolio, *_scaled(portfolio, dict.fromkeys(keys, factor))))


def _load(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    """A load that grew; the connection is taken to grow with it."""
    keys, connections = [], []
    for name, site in portfolio.case.sites.items():
        keys += [f"sites.{name}.{key}" for key in _given(site, "load", "forecast_load")]
        if demanded(site.grid).connection_mw is not None:
            connections.append(f"sites.{name}.grid.connection_mw=null")
    settings = (*connections, *_scaled(portfolio, dict.fromkeys(keys, LOAD_FACTOR)))
    yield Shock("load-up", "load", f"load {_per_cent(LOAD_FACTOR)} higher", _changed(portfolio, *settings))


def _delivery(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    for name in portfolio.contracts:
        settings = _scaled(portfolio, {f"contracts.{name}.loss_factor": DELIVERY_FACTOR})
        words = f"{name} delivers {_per_cent(DELIVERY_FACTOR)} less"
        yield Shock(f"{name}-short", "delivery", words, _changed(portfolio, *settings))


def _outage(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    for name, month in portfolio.contracts.items():
        year, number = (int(part) for part in month.split("-"))
        after = f"{year + number // 12:04d}-{number % 12 + 1:02d}-01"
        setting = outage_setting(portfolio.path, portfolio.variant, name, f"{month}-01", after)
        words = f"{name} out in {calendar.month_name[number]} {year}"
        yield Shock(f"{name}-out", "outage", words, _changed(portfolio, setting))


def _storage(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    for name in portfolio.storage:
        setting = f"storage.{name}.cycles_per_year={NO_CYCLES}"
        yield Shock(f"{name}-out", "storage", f"{name} out all the time", _changed(portfolio, setting))


def _wind(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    factors = {
        f"contracts.{name}.loss_factor": WIND_FACTOR
        for name in portfolio.contracts
        if portfolio.case.contracts[name].technology in WIND
    }
    if factors:
        words = f"a still year: wind {_per_cent(WIND_FACTOR)} weaker"
        yield Shock("still-year", "wind", words, _changed(portfolio, *_scaled(portfolio, factors)))


def _foresight(portfolio: Portfolio, operation: Operation) -> Iterator[Shock]:
    known = {"persistence": "persistence", "forecast": "forecasts of the case", "perfect": "perfect forecasts"}
    words = f"no foresight ({known[operation.foresight_of(portfolio.case)]}, {operation.window_hours:g} h)"
    yield Shock("no-foresight", "foresight", words, _changed(portfolio), operation)


def _weather(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    """The other weather years of the case, where it was planned for one of them."""
    variant = portfolio.variant
    if variant.weather_year is None:
        return
    for name in weather_year_names(portfolio.path, variant):
        if name != variant.weather_year:
            other = Variant(variant.settings, variant.scenario, name)
            yield Shock(f"weather-{name}", "weather", f"the weather of {name}", other)


def _own(portfolio: Portfolio, _: Operation) -> Iterator[Shock]:
    for name, test in portfolio.case.stress.items():
        yield Shock(name, "own", test.words or name, _changed(portfolio, *settings_of(test.set)))


def _given(entry: Any, *keys: str) -> list[str]:
    return [key for key in keys if getattr(entry, key) is not None]


_MAKERS: Final[Mapping[str, Callable[[Portfolio, Operation], Iterator[Shock]]]] = {
    "prices": _prices,
    "load": _load,
    "delivery": _delivery,
    "outage": _outage,
    "storage": _storage,
    "wind": _wind,
    "foresight": _foresight,
    "weather": _weather,
    "own": _own,
}
