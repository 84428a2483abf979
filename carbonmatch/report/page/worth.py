"""What carbon-free energy is worth: by hour, by month, and offer by offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.report.asked_price import asked_per_mwh, asked_text
from carbonmatch.report.numbers import UNKNOWN, Units
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.cost import Bar, BarChart
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, columns
from carbonmatch.report.page.heat import share_of_sums
from carbonmatch.report.page.portfolio import technology
from carbonmatch.report.page.wall_clock import FULL_MONTHS, MONTHS, WallClock
from carbonmatch.timegrid import FloatArray, IntArray

_ENERGY: Final = "energy_value_per_mwh"
_ATTRIBUTE: Final = "attribute_value_per_mwh"
_SAME_PRICE: Final = 0.005
"""Prices closer than this look the same with two decimals."""


def has_prices(hourly: pd.DataFrame) -> bool:
    """Return whether a run has hourly prices."""
    return _ENERGY in hourly and bool(hourly[_ENERGY].notna().any())


def weighted_means(values: FloatArray, weights: FloatArray, cells: IntArray, count: int) -> FloatArray:
    """Return the mean of each cell by weight, plain where a cell has no weight; NaN for a cell without steps."""
    steps = np.bincount(cells, minlength=count).astype(float)
    weight = np.bincount(cells, weights=weights, minlength=count)
    heavy = np.bincount(cells, weights=values * weights, minlength=count)
    plain = np.bincount(cells, weights=values, minlength=count)
    top, below = np.where(weight > 0.0, heavy, plain), np.where(weight > 0.0, weight, steps)
    return share_of_sums(top, below)


def price_figures(summary: Mapping[str, Any], hourly: pd.DataFrame, zone: str, units: Units, name: str) -> list[Figure]:
    """Return the worth of an MWh by hour of the day, and by month where there are several."""
    rows = hourly[hourly["zone"] == zone].sort_values("interval_start_utc")
    clock = WallClock.of(rows["interval_start_utc"], summary["period"]["timezone"], summary["period"]["hours_per_step"])
    load = rows["load_mwh"].to_numpy(dtype=float)
    energy, attribute = (np.nan_to_num(rows[column].to_numpy(dtype=float)) for column in (_ENERGY, _ATTRIBUTE))
    by_hour = _Groups(
        "hour of day",
        tuple(f"{hour:02d}:00 to {hour + 1:02d}:00" for hour in range(24)),
        tuple(Tick(100.0 * (hour + 0.5) / 24, f"{hour:02d}", minor=hour % 6 != 0) for hour in range(0, 24, 3)),
        *(weighted_means(values, load, clock.hours.astype(np.int64), 24) for values in (energy, attribute)),
    )
    found = [_figure(by_hour, units, f"{name}-hour")]
    months = list(dict.fromkeys(clock.months.tolist()))
    if len(months) > 1:
        by_month = _Groups(
            "month",
            tuple(FULL_MONTHS[month - 1] for month in months),
            tuple(
                Tick(100.0 * (i + 0.5) / len(months), MONTHS[month - 1], minor=i % 2 == 1)
                for i, month in enumerate(months)
            ),
            *(weighted_means(values, load, clock.months, 13)[months] for values in (energy, attribute)),
        )
        found.append(_figure(by_month, units, f"{name}-month"))
    return found


@dataclass(frozen=True, eq=False)
class _Groups:
    """Mean worth of energy and claim in groups of steps, by hour or by month; NaN for a group without steps."""

    noun: str
    names: tuple[str, ...]
    ticks: tuple[Tick, ...]
    energy: FloatArray
    attribute: FloatArray


def _figure(groups: _Groups, units: Units, name: str) -> Figure:
    total = groups.energy + groups.attribute
    energy, claim = np.nan_to_num(groups.energy), np.nan_to_num(groups.attribute)
    # each kind is stacked on its own side of zero
    floor = np.minimum(energy, 0.0) + np.minimum(claim, 0.0)
    ceiling = np.maximum(energy, 0.0) + np.maximum(claim, 0.0)
    scale = Scale.over(float(floor.min()), float(ceiling.max()))
    zero = np.zeros(len(energy))
    on_energy = np.where(claim >= 0.0, np.maximum(energy, 0.0), np.minimum(energy, 0.0))
    width = len(groups.names) * UNITS_PER_STEP * 10
    return Figure(
        name=name,
        title=f"Worth of one MWh by {groups.noun}",
        caption=_price_caption(groups, total, units),
        legend=(Key("energy", "stone"), Key("claim on carbon-free energy", "accent")),
        panels=(
            Panel(
                unit=units.price.unit,
                ticks=scale.labels(),
                shapes=(
                    Shape(columns(zero, energy, scale), "stone"),
                    Shape(columns(on_energy, on_energy + claim, scale), "accent"),
                    Shape(f"M0 {scale.y(zero[:1])[0]}H{width}", "ink", "hair"),
                ),
                width=width,
                rem=12.0,
            ),
        ),
        ticks=groups.ticks,
        unit="hour of day, local time" if groups.noun != "month" else "month, local time",
        readouts=tuple(
            f"{who}: no step of the period"
            if np.isnan(both)
            else f"{who}: {units.price.with_unit(both)}, {units.price.text(of_energy)} energy and "
            f"{units.price.text(both - of_energy)} claim"
            for who, both, of_energy in zip(groups.names, total, groups.energy, strict=True)
        ),
    )


def _price_caption(groups: _Groups, total: FloatArray, units: Units) -> str:
    high, low = int(np.nanargmax(total)), int(np.nanargmin(total))
    word = "in" if groups.noun == "month" else "from"
    return (
        f"Highest {word} {groups.names[high]} with {units.price.with_unit(total[high])}, of which "
        f"{units.price.text(groups.attribute[high])} for the claim; "
        f"lowest {word} {groups.names[low]} with {units.price.text(total[low])}."
    )


def price_table(summary: Mapping[str, Any], units: Units) -> OverviewTable:
    """Return the prices that the optimum implies, zone by zone."""
    prices = summary["shadow_prices"]
    energy = prices["load_weighted_energy_value_per_mwh"]
    attribute = prices["load_weighted_attribute_value_per_mwh"]
    rows = tuple(
        (
            zone,
            units.price.text(premium),
            units.price.text(energy[zone]),
            units.price.text(attribute[zone]),
            units.price.text(energy[zone] + attribute[zone]),
        )
        for zone, premium in prices["green_premium_per_mwh"].items()
    )
    return OverviewTable(
        "Prices that the optimum implies",
        (
            Column("zone", numeric=False),
            Column("green premium", units.price.unit),
            Column("energy, mean", units.price.unit),
            Column("claim, mean", units.price.unit),
            Column("both, mean", units.price.unit),
        ),
        rows,
        note=(
            "The green premium is what one more MWh that counts towards the target costs. "
            f"Means are over the period, weighted by load.{_cap_note(summary)}"
        ),
    )


def _cap_note(summary: Mapping[str, Any]) -> str:
    worth = summary["shadow_prices"].get("carbon_cap_value_per_t")
    return "" if worth is None else f" One more tonne under the carbon cap is worth {worth:,.2f} {summary['currency']}."


def capture_chart(summary: Mapping[str, Any], units: Units) -> BarChart | None:
    """Return every offer with what its profile is worth to this portfolio beside what it asks; None without offers."""
    offers = [
        (name, contract, asked, contract.get("capture_value_per_mwh"))
        for name, contract in summary["contracts"].items()
        for asked in [asked_per_mwh(contract)]
        if asked is not None
    ]
    if not offers:
        return None
    prices = [price for _, _, strike, value in offers for price in (strike, value) if price is not None]
    scale = Scale.over(min(prices), max(prices))
    zero = scale.percent(0.0)
    bars = []
    for name, contract, strike, value in offers:
        at = scale.percent(0.0 if value is None else value)
        taken = contract["contracted_mw"] >= units.nothing_mw
        difference = UNKNOWN if value is None else units.price.text(value - strike)
        bars.append(
            Bar(
                f"{name}",
                min(zero, at),
                abs(at - zero),
                "value" if taken else "left",
                (
                    technology(contract),
                    units.price.text(value),
                    asked_text(contract, units),
                    difference,
                    "taken" if taken else "not taken",
                    f"{scale.percent(strike):.3f}",
                ),
            )
        )
    return BarChart(
        name="capture",
        title="What each offer is worth here, and what it asks",
        caption=_capture_caption(offers, units),
        columns=(("worth", units.price.unit), ("strike", units.price.unit), ("worth less strike", units.price.unit)),
        bars=tuple(bars),
        zero=zero,
    )


def _capture_caption(offers: list[tuple[str, Mapping[str, Any], float, float | None]], units: Units) -> str:
    above = [name for name, _, strike, value in offers if value is not None and value - strike > _SAME_PRICE]
    below = [
        (strike - value, name)
        for name, _, strike, value in offers
        if value is not None and strike - value > _SAME_PRICE
    ]
    texts = []
    if above:
        texts.append(f"Worth more than it asks, at a size that is given or at its limit: {', '.join(above)}.")
    if below:
        texts.append(
            "Too dear: " + ", ".join(f"{name} by {units.price.with_unit(gap)}" for gap, name in sorted(below)) + "."
        )
    unknown = [name for name, _, _, value in offers if value is None]
    if not texts and len(unknown) < len(offers):
        texts.append("Every offer that is taken is worth just what it asks.")
    if unknown:
        texts.append(f"Not known, as nothing of it is generated: {', '.join(unknown)}.")
    return " ".join(texts)
