"""Numbers as text: the unit and the digits follow the size of what is told, once for the whole page.

Text is plain ASCII with a point for decimals and commas between thousands; what is not known is a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

UNKNOWN: Final = "-"

NOTHING_SHARE: Final = 0.0005
"""Sizes below this share of peak load are shown as not taken: 50 kW on a 100 MW site, which no one would contract, and
less than the page can show. `summary.json` keeps the exact number."""


@dataclass(frozen=True)
class Quantity:
    """A unit with the number of decimals to show, and what to divide by to get there."""

    unit: str
    divisor: float
    decimals: int

    def text(self, value: float | None) -> str:
        """Write a number without its unit."""
        return UNKNOWN if value is None else number(value / self.divisor, self.decimals)

    def with_unit(self, value: float | None) -> str:
        """Write a number with its unit."""
        return UNKNOWN if value is None else f"{self.text(value)} {self.unit}"


def number(value: float, decimals: int) -> str:
    """Write a number; what rounds to zero has no sign."""
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def whole(value: float | None) -> str:
    """Write a number without decimals."""
    return UNKNOWN if value is None else number(value, 0)


def share(value: float | None) -> str:
    """Write a share in per cent, with one decimal; with more where one would round it to a full 100 %."""
    if value is None:
        return UNKNOWN
    per_cent = 100.0 * value
    text = ""
    for decimals in (1, 2, 3, 4):
        text = number(per_cent, decimals)
        if text.strip("0") != "100." or abs(per_cent - 100.0) < 1e-4:
            break
    return f"{text} %"


def given_share(value: float) -> str:
    """Write a share that a person chose, with the digits that were given and no more."""
    return f"{round(100.0 * value, 6):g} %"


def power(peak_mw: float) -> Quantity:
    """MW with digits for sizes next to that peak: one decimal from 10 MW up."""
    return Quantity("MW", 1.0, 1 if peak_mw >= 10.0 else 2 if peak_mw >= 1.0 else 4)


def energy(load_mwh: float) -> Quantity:
    """GWh from 10 GWh of load up, else MWh."""
    if load_mwh >= 10_000.0:
        return Quantity("GWh", 1000.0, 1)
    return Quantity("MWh", 1.0, 1 if load_mwh >= 100.0 else 3)


def energy_text(mwh: float) -> str:
    """Write an energy with its unit, whatever stands beside it."""
    return f"{number(mwh / 1000.0, 1)} GWh" if mwh >= 10_000.0 else f"{number(mwh, 0 if mwh >= 100.0 else 1)} MWh"


def stored_energy(peak_mw: float) -> Quantity:
    """MWh for the size of a storage, digits as for power."""
    return Quantity("MWh", 1.0, power(peak_mw).decimals)


def money(amount: float, currency: str) -> Quantity:
    """Money in millions, in thousands or in full, by the largest amount on the page."""
    if abs(amount) >= 1e6:
        return Quantity(f"million {currency}", 1e6, 2)
    if abs(amount) >= 1e4:
        return Quantity(f"thousand {currency}", 1e3, 2)
    return Quantity(currency, 1.0, 2)


def yearly(amounts: Iterable[float], currency: str) -> Quantity:
    """Money per year in full or in thousands, so that small amounts can be read beside the largest one."""
    if max(map(abs, amounts), default=0.0) >= 1e4:
        return Quantity(f"thousand {currency}/year", 1e3, 1)
    return Quantity(f"{currency}/year", 1.0, 1)


def price(currency: str) -> Quantity:
    """Money per MWh."""
    return Quantity(f"{currency}/MWh", 1.0, 2)


@dataclass(frozen=True)
class Units:
    """The units of one page, and what counts as nothing on it."""

    power: Quantity
    stored: Quantity
    energy: Quantity
    money: Quantity
    price: Quantity
    nothing_mw: float

    @staticmethod
    def of(summary: Mapping[str, Any]) -> Units:
        """Choose the units of a summary."""
        peak_mw = sum(site["peak_mw"] for site in summary["grid"].values())
        cost = summary["cost"]
        return Units(
            power=power(peak_mw),
            stored=stored_energy(peak_mw),
            energy=energy(summary["load_mwh"]),
            money=money(
                0.0 if cost is None else max(abs(cost["total"]), abs(cost["net_of_sales"])), summary["currency"]
            ),
            price=price(summary["currency"]),
            nothing_mw=NOTHING_SHARE * peak_mw,
        )
