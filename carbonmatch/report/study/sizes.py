"""Sizes over what is varied: a small figure for each, all on the same values and each on a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carbonmatch.report.numbers import Quantity
from carbonmatch.report.page.colours import STORAGE, contract_slots
from carbonmatch.report.page.figure import Figure, Mark, Panel, Scale, Shape, polyline
from carbonmatch.report.study.across import Across
from carbonmatch.report.study.curves import MOST_DOTS, WIDTH, Curve
from carbonmatch.report.study.record import Row, Rows, Size, number_in

MOST_COLOURS: Final = 8


@dataclass(frozen=True)
class Small:
    """A small figure with a line below its name."""

    figure: Figure
    what: str


def size_slots(rows: Rows) -> dict[str, str]:
    """Return the colour of each offer, by its name: contracts as on the page on a run, the largest ones first."""
    contracts = [size for size in rows.taken if size.kind == "contract"]
    largest = sorted(contracts, key=lambda size: -max(number_in(row, size.key) or 0.0 for row in rows.met))
    chosen = {size.offer for size in largest[:MOST_COLOURS]}
    names = [size.offer for size in contracts if size.offer in chosen]
    slots = contract_slots(names, {name: {"technology": rows.technologies.get(name, "")} for name in names})
    others = {size.offer: STORAGE if size.kind == "storage" else "stone" for size in rows.taken}
    return others | slots


def size_figures(
    across: Across, rows: Rows, groups: Sequence[tuple[str, str, Sequence[Row]]], name: str = "size"
) -> tuple[Small, ...]:
    """Return a small figure for each size that is more than nothing somewhere.

    groups   (name, colour, rows) of what stands on the same values, such as the values of another key; one without a
             name is drawn in the colours of the offers
    """
    slots = size_slots(rows)
    found = []
    for number, size in enumerate(rows.taken, start=1):
        quantity = rows.units.stored if size.unit == "MWh" else rows.units.power
        curves = [
            Curve(
                word,
                slot or slots[size.offer],
                tuple((x, number_in(row, size.key) or 0.0) for x, row in _in_order(across, members)),
            )
            for word, slot, members in groups
        ]
        found.append(Small(_small(f"{name}-{number}", across, size, curves, quantity), _what(size, rows, quantity)))
    return tuple(found)


def _in_order(across: Across, rows: Sequence[Row]) -> list[tuple[float, Row]]:
    key = "target_cfe" if across.title == "target" else across.key
    return sorted(((float(row[key]), row) for row in rows), key=lambda pair: pair[0])


def _title(size: Size) -> str:
    if size.kind != "storage":
        return size.title
    return f"{size.offer}, {'energy' if size.unit == 'MWh' else 'power'}"


def _what(size: Size, rows: Rows, quantity: Quantity) -> str:
    """Say what is drawn, and how much there is of it."""
    technology = rows.technologies.get(size.offer, "").replace("_", " ")
    noun = {"contract": technology or "contract", "site": "capacity"}.get(size.kind, size.kind)
    values = [number_in(row, size.key) or 0.0 for row in rows.met]
    low, high = quantity.text(min(values)), quantity.with_unit(max(values))
    return f"{noun}: {high}" if low == quantity.text(max(values)) else f"{noun}: {low} to {high}"


def _small(name: str, across: Across, size: Size, curves: Sequence[Curve], quantity: Quantity) -> Figure:
    values = [y for curve in curves for _, y in curve.points]
    scale = Scale.over(0.0, max(values), 3)
    shapes: list[Shape] = []
    marks: list[Mark] = []
    for curve in curves:
        places = [(across.place(x), scale.percent(y)) for x, y in curve.points]
        if len(curves) == 1 and len(places) > 1:
            area = f"{polyline(places, WIDTH)}V1000H{10 * places[0][0]:.0f}z"
            shapes.append(Shape(area, curve.slot, "pale"))
        shapes.append(Shape(polyline(places, WIDTH), curve.slot, "line"))
        if len(places) <= MOST_DOTS // 2 or len(places) == 1:
            marks += [Mark(*place, slot=curve.slot) for place in places]
    at = {
        x: ", ".join(
            f"{curve.name + ' ' if curve.name else ''}{quantity.with_unit(dict(curve.points)[x])}"
            for curve in curves
            if x in dict(curve.points)
        )
        for x in sorted({x for curve in curves for x, _ in curve.points})
    }
    return Figure(
        name=name,
        title=_title(size),
        caption="",
        legend=(),
        panels=(Panel(size.unit, scale.labels(), tuple(shapes), WIDTH, rem=7.0, marks=tuple(marks)),),
        ticks=across.ticks(small=True),
        readouts=tuple(f"{across.text(x)}: {said}" for x, said in at.items()),
        places=tuple(round(across.place(x), 3) for x in at),
    )
