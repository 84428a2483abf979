"""The duration curve: all steps of the period, sorted, with what is matched and what is not."""

from __future__ import annotations

from typing import Final

import numpy as np

from carbonmatch.report.numbers import Units, number, share
from carbonmatch.report.page import colours
from carbonmatch.report.page.dispatch import Dispatch
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, area, line
from carbonmatch.timegrid import FloatArray, IntArray

_FLAT: Final = 0.1
"""A load whose highest and lowest step differ by less than this share of its mean counts as flat."""

_MOST_PARTS: Final = {"flat": 200, "varied": 50}
"""Parts of the curve, each the mean of its steps: fewer for a load that varies, whose steps are matched unlike."""


def is_flat(load: FloatArray) -> bool:
    """Return whether sorting steps by such a load would tell nothing."""
    return float(load.max() - load.min()) <= _FLAT * float(load.mean())


def order(dispatch: Dispatch) -> IntArray:
    """Return steps from the highest load to the lowest; for a flat load, from the most unmatched to the least.

    Among steps that are alike in load, the earlier ones come first; among those alike in what stays unmatched, the ones
    that storage supplies most.
    """
    if not is_flat(dispatch.load_mw):
        return np.argsort(-dispatch.load_mw, kind="stable").astype(np.int64)
    alike = np.round(dispatch.unmatched_mw / max(float(dispatch.load_mw.max()), 1e-12), 5)
    return np.lexsort((-dispatch.from_storage_mw, -alike)).astype(np.int64)


def duration_figure(dispatch: Dispatch, units: Units, name: str) -> Figure:
    """Return the curve as a figure."""
    flat = is_flat(dispatch.load_mw)
    steps = order(dispatch)
    most = _MOST_PARTS["flat" if flat else "varied"]
    direct = _means((dispatch.matched_mw - dispatch.from_storage_mw)[steps], most)
    matched, load = _means(dispatch.matched_mw[steps], most), _means(dispatch.load_mw[steps], most)
    scale = Scale.over(0.0, float(load.max()))
    parts = len(load)
    unmatched_hours = float((dispatch.unmatched_mw > 1e-5 * dispatch.load_mw).sum()) * dispatch.clock.hours_per_step
    total_hours = len(steps) * dispatch.clock.hours_per_step
    readouts = tuple(
        f"{100 * i / parts:.0f} to {100 * (i + 1) / parts:.0f} % of hours: load {units.power.with_unit(load[i])}, "
        f"{units.power.text(direct[i])} direct, {units.power.text(matched[i] - direct[i])} from storage, "
        f"{units.power.text(load[i] - matched[i])} unmatched"
        for i in range(parts)
    )
    deepest = float(dispatch.unmatched_mw.max())
    caption = (
        f"In {number(unmatched_hours, 0)} of {number(total_hours, 0)} h some load stays unmatched, at most "
        f"{units.power.with_unit(deepest)} of {units.power.with_unit(float(dispatch.load_mw.max()))}."
    )
    if unmatched_hours == 0.0:
        caption = "No load stays unmatched in any hour."
    if not flat:
        tenth = steps[: max(1, len(steps) // 10)]
        top = float(dispatch.matched_mw[tenth].sum() / max(float(dispatch.load_mw[tenth].sum()), 1e-12))
        caption += f" In the tenth of hours with the highest load, {share(top)} of it is matched."
    return Figure(
        name=name,
        title=f"All hours sorted by {'unmatched load' if flat else 'load'}: what meets them",
        caption=caption,
        legend=(
            Key("contracts, direct", "direct"),
            *((Key("from storage", colours.STORAGE),) if float(np.max(matched - direct)) > 1e-6 * scale.high else ()),
            Key("unmatched", colours.GRID),
            Key("load", "ink", "line"),
        ),
        panels=(
            Panel(
                unit="MW",
                ticks=scale.labels(),
                shapes=(
                    Shape(area(load, scale), colours.GRID),
                    Shape(area(matched, scale), colours.STORAGE),
                    Shape(area(direct, scale), "direct"),
                    Shape(line(load, scale), "ink", "line"),
                ),
                width=parts * UNITS_PER_STEP,
                rem=13.0,
            ),
        ),
        ticks=tuple(Tick(at, f"{at} %") for at in (0, 25, 50, 75, 100)),
        unit="share of all hours of the period",
        readouts=readouts,
    )


def _means(values: FloatArray, most: int) -> FloatArray:
    parts = min(most, len(values))
    return np.array([part.mean() for part in np.array_split(values, parts)])
