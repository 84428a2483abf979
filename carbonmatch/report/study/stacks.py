"""What a whole is made of, side by side: upright over values of a key, lying down for scenarios with names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.components import component_words
from carbonmatch.report.numbers import Quantity
from carbonmatch.report.overview import Column
from carbonmatch.report.page.figure import HEIGHT, UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, columns
from carbonmatch.report.study.across import chosen_ticks
from carbonmatch.report.study.record import NET, Row, Rows, number_in
from carbonmatch.timegrid import FloatArray

SALES: Final = Key("sales of excess", "green", "pale")
_COLUMN: Final = 10 * UNITS_PER_STEP
_SHARE: Final = 0.7
"""Of the room of a column that it fills."""

_SLOTS: Final[Mapping[str, str]] = {
    "contracts": "blue",
    "existing_contracts": "sky",
    "storage_capacity": "violet",
    "storage_operation": "rose",
    "storage_degradation": "amber",
    "grid_energy": "grid",
    "firm_capacity": "stone",
    "load_shifting": "green",
    "load_moves": "olive",
    "load_curtailment": "vermilion",
    "load_placement": "brown",
}
_FREE: Final = ("amber", "vermilion", "olive", "brown")


@dataclass(frozen=True)
class Part:
    """A part of every whole: how it is drawn, and its amount in each of them."""

    key: Key
    amounts: FloatArray


def cost_parts(rows: Rows) -> list[Part]:
    """Return the components of cost per MWh of load, sales last and below zero; without those that are nothing."""
    load = np.array([float(row["load_mwh"]) for row in rows.met])
    slots = component_slots(rows.components)
    parts = []
    for component in rows.components:
        amounts = np.array([number_in(row, f"cost_{component}") or 0.0 for row in rows.met]) / load
        if shows(amounts, rows.units.price):
            parts.append(Part(Key(component_words(component), slots[component]), amounts))
    sales = -np.array([number_in(row, "cost_sales") or 0.0 for row in rows.met]) / load
    return [*parts, Part(SALES, sales)] if shows(sales, rows.units.price) else parts


def component_slots(components: Sequence[str]) -> dict[str, str]:
    """Return a colour for each component of cost; those that no page has always get the next free one."""
    free = iter([*_FREE, *["stone"] * len(components)])
    return {component: _SLOTS.get(component) or next(free) for component in components}


def shows(amounts: FloatArray, quantity: Quantity) -> bool:
    """Tell whether any amount is more than nothing with the digits of a quantity."""
    return any(digit in quantity.text(float(amount)) for amount in amounts for digit in "123456789")


def stacked(parts: Sequence[Part]) -> list[tuple[Part, FloatArray, FloatArray]]:
    """Return each part with where it begins and where it ends: what is above zero upwards, what is below downwards."""
    count = len(parts[0].amounts) if parts else 0
    up, down = np.zeros(count), np.zeros(count)
    found = []
    for part in parts:
        rises = part.amounts > 0.0
        begin = np.where(rises, up, down)
        end = begin + part.amounts
        up, down = np.where(rises, end, up), np.where(rises, down, end)
        found.append((part, begin, end))
    return found


def cost_columns(rows: Rows, labels: Sequence[str], caption: str, unit: str) -> Figure:
    """Return the components of cost as upright columns, one for each row, with the net of each marked."""
    stack = stacked(cost_parts(rows))
    net = np.array([float(row[NET]) for row in rows.met])
    ends = [*net, *(value for _, *sides in stack for side in sides for value in side)]
    scale = Scale.over(min(ends), max(ends))
    across = [100.0 * (i + 0.5) / len(net) for i in range(len(net))]
    gap = round(_COLUMN * (1 - _SHARE) / 2)
    marks = "".join(
        f"M{i * _COLUMN + gap - 6} {height}h{_COLUMN - 2 * gap + 12}" for i, height in enumerate(scale.y(net))
    )
    zero = scale.y(np.zeros(1))[0]
    shapes = [
        *(Shape(columns(begin, end, scale, share=_SHARE), part.key.slot, part.key.style) for part, begin, end in stack),
        *([Shape(f"M0 {zero}H{_COLUMN * len(net)}", "ink", "hair")] if zero < HEIGHT else []),
        Shape(marks, "ink", "bold"),
    ]
    price = rows.units.price
    return Figure(
        name="part-columns",
        title="What the cost is made of",
        caption=caption,
        legend=(*(part.key for part, *_ in stack), Key("net of sales", "ink", "bold")),
        panels=(Panel(f"{price.unit} of load", scale.labels(), tuple(shapes), _COLUMN * len(net), rem=18.0),),
        ticks=chosen_ticks(across, labels),
        unit=unit,
        readouts=tuple(
            f"{label}: {price.with_unit(net[i])} net of sales; "
            + ", ".join(f"{part.key.text} {price.text(part.amounts[i])}" for part, *_ in stack)
            for i, label in enumerate(labels)
        ),
    )


# --- lying down -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A part of a bar: its colour and style, and from where to where it goes, in per cent of the axis."""

    slot: str
    style: str
    left: float
    width: float


@dataclass(frozen=True)
class BarRow:
    """A row of a chart that is a table too: its label, its bar, its marks (colour, place), and its numbers."""

    label: str
    what: str
    segments: tuple[Segment, ...]
    ticks: tuple[tuple[str, float], ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Bars:
    """Rows of bars on one axis; `zero` is where nothing is, in per cent."""

    name: str
    title: str
    caption: str
    head: str
    legend: tuple[Key, ...]
    columns: tuple[Column, ...]
    rows: tuple[BarRow, ...]
    zero: float


@dataclass(frozen=True)
class BarLabel:
    """What a row of bars is called, and a line below that."""

    text: str
    what: str = ""


def bars(
    labels: Sequence[BarLabel],
    parts: Sequence[Part],
    *,
    name: str,
    title: str,
    caption: str,
    head: str,
    marks: Iterable[tuple[Key, Sequence[float | None]]] = (),
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    least: float = 0.0,
) -> Bars:
    """Return wholes as lying bars, one for each label.

    marks   thin marks across the bars, each with its amount in every row
    cells   the numbers of each row
    least   where the axis ends at least
    """
    stack, marks = stacked(parts), list(marks)
    ends = [value for _, *sides in stack for side in sides for value in side.tolist()]
    ends += [value for _, amounts in marks for value in amounts if value is not None]
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, least)
    scale = Scale(low, high if high > low else low + 1.0, ())
    rows = tuple(
        BarRow(
            label.text,
            label.what,
            tuple(_segment(part.key, begin[i], end[i], scale) for part, begin, end in stack if begin[i] != end[i]),
            tuple((key.slot, scale.percent(at)) for key, amounts in marks if (at := amounts[i]) is not None),
            tuple(cells[i]),
        )
        for i, label in enumerate(labels)
    )
    legend = (*(part.key for part, *_ in stack), *(key for key, _ in marks))
    return Bars(name, title, caption, head, legend if len(legend) > 1 else (), tuple(columns), rows, scale.percent(0.0))


def _segment(key: Key, begin: float, end: float, scale: Scale) -> Segment:
    left, right = scale.percent(min(begin, end)), scale.percent(max(begin, end))
    return Segment(key.slot, key.style, left, right - left)


def cost_bars(rows: Rows, labels: Sequence[BarLabel], head: str, caption: str, name: str = "part-bars") -> Bars:
    """Return the components of cost as lying bars, with the net of each marked."""
    price = rows.units.price
    net = [float(row[NET]) for row in rows.met]

    def numbers(row: Row) -> tuple[str, ...]:
        sales = (number_in(row, "cost_sales") or 0.0) / float(row["load_mwh"])
        return price.text(number_in(row, "cost_per_mwh_load")), price.text(-sales), price.text(row[NET])

    return bars(
        labels,
        cost_parts(rows),
        name=name,
        title="What the cost is made of",
        caption=caption,
        head=head,
        marks=[(Key("net of sales", "ink", "tick"), net)],
        columns=(Column("gross", price.unit), Column("sales", price.unit), Column("net of sales", price.unit)),
        cells=[numbers(row) for row in rows.met],
    )
