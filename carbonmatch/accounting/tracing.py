"""Tracing: which charge of a storage each discharge draws on.

A storage is a queue of charged energy. A discharge of d MWh draws d / efficiency MWh out of it, the efficiency being
that of the whole period (EnergyTag granular certificates, storage: cancelled = discharged / efficiency). What it draws
first is the tracing method's to say, chosen before the fact:

fifo               the oldest charge first
lifo               the latest charge first
weighted_average   of every charge in stock the same share

A discharge draws on charges of earlier steps only, or on the stock at the start. What that stock was is known for a
plan, which is a cycle: it is what was left at the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.records import UNTRACED, FloatArray, IntArray, Tracing

LEAST_LOT_MWH: Final = 1e-6
"""A lot in stock below this, one watt-hour, joins the oldest one: averages would otherwise never end."""

LEAST_PIECE_MWH: Final = 1e-9
"""Overlaps below this, one thousandth of a watt-hour, are rounding of the sums."""


@dataclass(frozen=True)
class Draws:
    """What each discharge drew: charge step (UNTRACED: stock of the start), discharge step, energy charged [MWh]."""

    charge_step: IntArray
    discharge_step: IntArray
    charged_mwh: FloatArray


def opening_stock_mwh(charge_mwh: FloatArray, drawn_mwh: FloatArray) -> float:
    """Return the least stock at the start that lets every step draw on earlier charges alone [MWh charged].

    opening = max_t (sum_{u <= t} drawn[u] - sum_{u < t} charge[u])
    """
    before = np.concatenate([[0.0], np.cumsum(charge_mwh)[:-1]])
    return float(max(0.0, (np.cumsum(drawn_mwh) - before).max(initial=0.0)))


def trace(charge_mwh: FloatArray, drawn_mwh: FloatArray, method: Tracing, *, cyclic: bool) -> Draws:
    """Return which charge each draw is taken from.

    charge_mwh   (steps,) energy charged
    drawn_mwh    (steps,) discharge / efficiency; charge and draw of one step exclude each other
    cyclic       the stock at the start is what is left at the end
    """
    opening = opening_stock_mwh(charge_mwh, drawn_mwh)
    draws, left = _METHODS[method](charge_mwh, drawn_mwh, opening)
    return _closed(draws, left) if cyclic else draws


def _fifo(charge: FloatArray, drawn: FloatArray, opening: float) -> tuple[Draws, Draws]:
    """Lay charges and draws end to end along the same line: a draw takes what lies beside it."""
    ins = np.concatenate([[0.0, opening], opening + np.cumsum(charge)])
    drawn_by = np.cumsum(drawn)
    outs = np.concatenate([[0.0], drawn_by, [max(ins[-1], drawn_by[-1])]])
    lot, draw, amount = overlaps(ins, outs)
    taken = draw < len(drawn)
    return (
        Draws(lot[taken] - 1, draw[taken], amount[taken]),
        Draws(lot[~taken] - 1, draw[~taken], amount[~taken]),
    )


def overlaps(first: FloatArray, second: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return where the intervals between the edges of two divisions of one line from 0 overlap, and by how much."""
    edges = np.unique(np.concatenate([first, second]))
    edges = edges[edges <= min(first[-1], second[-1])]
    lengths = np.diff(edges)
    middles = edges[:-1] + lengths / 2
    real = lengths > LEAST_PIECE_MWH
    return (
        np.searchsorted(first, middles[real], side="right") - 1,
        np.searchsorted(second, middles[real], side="right") - 1,
        lengths[real],
    )


def _lifo(charge: FloatArray, drawn: FloatArray, opening: float) -> tuple[Draws, Draws]:
    stack: deque[tuple[int, float]] = deque([(UNTRACED, opening)] if opening > 0.0 else [])
    rows: list[tuple[int, int, float]] = []
    for step, (put, draw) in enumerate(zip(charge.tolist(), drawn.tolist(), strict=True)):
        wanted = draw
        while wanted > 0.0 and stack:
            lot, held = stack.pop()
            taken = min(held, wanted)
            rows.append((lot, step, taken))
            wanted -= taken
            if held > taken:
                stack.append((lot, held - taken))
        if put > 0.0:
            stack.append((step, put))
    return _rows(rows), _rows([(lot, len(charge), held) for lot, held in stack])


def _weighted_average(charge: FloatArray, drawn: FloatArray, opening: float) -> tuple[Draws, Draws]:
    lots = np.array([UNTRACED] if opening > 0.0 else [], dtype=np.int64)
    held = np.array([opening] if opening > 0.0 else [])
    parts: list[Draws] = []
    for step, (put, wanted) in enumerate(zip(charge.tolist(), drawn.tolist(), strict=True)):
        if wanted > 0.0 and len(lots):
            taken = held * min(1.0, wanted / held.sum())
            parts.append(Draws(lots, np.full(len(lots), step), taken))
            held = held - taken
            lots, held = _without_crumbs(lots, held)
        if put > 0.0:
            lots, held = np.append(lots, step), np.append(held, put)
    rest = Draws(lots, np.full(len(lots), len(charge)), held)
    return _joined([*parts, _rows([])]), rest


def _without_crumbs(lots: IntArray, held: FloatArray) -> tuple[IntArray, FloatArray]:
    lots, held = lots[held > LEAST_PIECE_MWH], held[held > LEAST_PIECE_MWH]
    large = held >= LEAST_LOT_MWH
    if large.all() or not large.any():
        return lots, held
    crumbs = held[~large].sum()
    lots, held = lots[large], held[large].copy()
    held[0] += crumbs
    return lots, held


_METHODS: Final[dict[Tracing, Callable[[FloatArray, FloatArray, float], tuple[Draws, Draws]]]] = {
    "fifo": _fifo,
    "lifo": _lifo,
    "weighted_average": _weighted_average,
}


def _closed(draws: Draws, left: Draws) -> Draws:
    """Say what the stock at the start was: what was left at the end, the oldest first."""
    opening = draws.charge_step == UNTRACED
    known = left.charge_step != UNTRACED
    lots = np.concatenate([[0.0], np.cumsum(left.charged_mwh[known])])
    wants = np.concatenate([[0.0], np.cumsum(draws.charged_mwh[opening])])
    if len(lots) == 1 or len(wants) == 1:
        return draws
    lot, draw, amount = overlaps(lots * (wants[-1] / lots[-1]), wants)
    told = Draws(left.charge_step[known][lot], draws.discharge_step[opening][draw], amount)
    return _joined(
        [Draws(draws.charge_step[~opening], draws.discharge_step[~opening], draws.charged_mwh[~opening]), told]
    )


def _rows(rows: list[tuple[int, int, float]]) -> Draws:
    lots, steps, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return Draws(np.array(lots, dtype=np.int64), np.array(steps, dtype=np.int64), np.array(amounts, dtype=float))


def _joined(parts: list[Draws]) -> Draws:
    return Draws(
        np.concatenate([part.charge_step for part in parts]),
        np.concatenate([part.discharge_step for part in parts]),
        np.concatenate([part.charged_mwh for part in parts]),
    )
