"""What a load is stacked from, each part with its colour: machines by class, cooling, losses; or classes; or sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.accounting import SiteProfile
from carbonmatch.report.overview.profile import machines_text, rest_text
from carbonmatch.report.page.figure import UNITS_PER_STEP, Key, Panel, Scale, Shape, area, line
from carbonmatch.timegrid import FloatArray

SLOTS: Final = ("blue", "violet", "green", "rose", "olive", "brown")
"""Colours of classes and of sites, in the order of the case."""

COOLING: Final = "sky"
LOSSES: Final = "amber"
OTHER: Final = "stone"


LINES: Final = ("line", "dash")
"""How what is left without the changeable parts is drawn."""


@dataclass(frozen=True)
class Layer:
    """A part of a load [MW], (steps,), with its name and its colour; or a line over the stack, with its style."""

    name: str
    slot: str
    mw: FloatArray


def layers_of(site: SiteProfile) -> tuple[Layer, ...]:
    """Return the parts of a site's load from the bottom of the stack to its top; together they are its total."""
    load = site.load
    if load.it_mw:
        above = [
            Layer(name, slot, mw)
            for name, slot, mw in (
                ("cooling", COOLING, load.cooling_mw),
                ("losses of the power chain", LOSSES, load.losses_mw),
                (rest_text(load.cooling_mw, load.losses_mw), OTHER, site.other_mw),
            )
            if mw is not None and mw.any()
        ]
        machines = [(machines_text(name), mw) for name, mw in load.it_mw.items()]
        return (*_coloured(machines, "other classes"), *above)
    if load.classes_mw:
        return _coloured(list(load.classes_mw.items()), "other classes")
    return (Layer("load", SLOTS[0], load.total_mw),)


def lines_of(site: SiteProfile) -> tuple[Layer, ...]:
    """Return what is left of a load without what may be moved, and without what may be given up as well."""
    moved, given_up = site.flexible_mw, site.curtailable_mw
    left = np.maximum(site.load.total_mw - moved, 0.0)
    lines = []
    if moved.any():
        lines.append(Layer("without what may be moved", LINES[0], left))
    if given_up.any():
        words = "nor given up" if moved.any() else "without what may be given up"
        lines.append(Layer(words, LINES[1], np.maximum(left - given_up, 0.0)))
    return tuple(lines)


def layers_by_site(sites: Sequence[SiteProfile]) -> tuple[Layer, ...]:
    """Return the loads of sites as parts of all of them."""
    return _coloured([(site.name, site.load.total_mw) for site in sites], "other sites")


def _coloured(parts: list[tuple[str, FloatArray]], rest: str) -> tuple[Layer, ...]:
    """Give each part a colour of its own; what is more than there are colours becomes one part."""
    kept = parts if len(parts) <= len(SLOTS) else parts[: len(SLOTS)]
    layers = [Layer(name, slot, mw) for (name, mw), slot in zip(kept, SLOTS, strict=False)]
    if len(parts) > len(kept):
        layers.append(Layer(rest, OTHER, np.sum([mw for _, mw in parts[len(kept) :]], axis=0)))
    return tuple(layers)


def keys_of(layers: Sequence[Layer], lines: Sequence[Layer] = ()) -> tuple[Key, ...]:
    """Return the legend, from the top of the stack to its bottom, as the eye meets it; none for a single part."""
    stacked = [Key(layer.name, layer.slot) for layer in reversed(layers)] if len(layers) + len(lines) > 1 else []
    return (*stacked, *(Key(each.name, "ink", each.slot) for each in lines))


def stack_panel(
    layers: Sequence[Layer],
    values: Sequence[FloatArray],
    scale: Scale,
    rem: float,
    lines: Sequence[tuple[Layer, FloatArray]] = (),
) -> Panel:
    """Return a stack as a panel: the values of each layer, one per place from left to right, and lines over it."""
    tops = np.cumsum(values, axis=0)
    shapes = tuple(
        Shape(area(top, scale), layer.slot)
        for layer, top, own in reversed(list(zip(layers, tops, values, strict=True)))
        if own.any()
    )
    shapes += tuple(Shape(line(own, scale), "ink", each.slot) for each, own in lines)
    return Panel("MW", scale.labels(), shapes, len(tops[0]) * UNITS_PER_STEP, rem=rem)
