"""Whole watt-hours: energy rounded down, with what is cut off carried to the next interval."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.records import FloatArray, IntArray
from carbonmatch.units import WH_PER_MWH

ROUNDING_WH: Final = 1e-3
"""A sum that lacks less than this to a whole watt-hour is one: it is the rounding of the sum."""

LEAST_PART_MWH: Final = 1e-9
"""A part of the energy of an interval below this, one thousandth of a watt-hour, is none."""


def whole_wh(mwh: FloatArray) -> IntArray:
    """Return whole watt-hours per interval, which add up to the floor of the total along the last axis.

    Every interval is rounded down, and its remainder of less than 1 Wh is carried to the next one.
    """
    wh = np.maximum(mwh, 0.0) * WH_PER_MWH
    down = np.floor(wh)
    carried = np.floor(np.cumsum(wh - down, axis=-1) + ROUNDING_WH)
    whole: IntArray = (down + np.diff(carried, prepend=0.0, axis=-1)).astype(np.int64)
    return whole


def shared_wh(total_wh: IntArray, group: IntArray, share: FloatArray) -> IntArray:
    """Share the whole watt-hours of each group among its rows, each within 1 Wh of its share.

    total_wh   by number of group;  group   of each row, the rows of one group in their order
    share      of each row in its group; where those of a group add up to less than 1, the rest is left
    """
    so_far = np.minimum(running(share, group), 1.0)
    return within_group(np.floor(so_far * total_wh[group] + ROUNDING_WH).astype(np.int64), group)


def capped_wh(wh: IntArray, limit_wh: IntArray, group: IntArray) -> IntArray:
    """Take off what the rows of a group exceed its limit by, from the last row on."""
    return within_group(np.minimum(running(wh, group), limit_wh[group]), group)


def taken_wh(whole: IntArray, wanted_mwh: FloatArray, rest_mwh: FloatArray) -> IntArray:
    """Return how much of the whole watt-hours of each interval goes to one part, the floor of its total in all.

    whole        what is there, row by row in the order of time
    wanted_mwh   what the part is before rounding;  rest_mwh   what the others are

    The part takes what its sum so far lacks. Where nothing else wants any, it takes all; a later interval with a rest
    makes up for it, and in the end the last ones do: the part never has more than the floor of its total.
    """
    due = np.floor(np.cumsum(wanted_mwh) * WH_PER_MWH + ROUNDING_WH).astype(np.int64)
    alone = rest_mwh <= LEAST_PART_MWH
    wanted = wanted_mwh > 0.0
    taken = np.zeros(len(whole), dtype=np.int64)
    so_far = 0
    rows = zip(whole.tolist(), due.tolist(), alone.tolist(), wanted.tolist(), strict=True)
    for row, (there, up_to, all_of_it, any_of_it) in enumerate(rows):
        if any_of_it:
            taken[row] = there if all_of_it else min(max(up_to - so_far, 0), there)
            so_far += int(taken[row])
    return np.diff(np.minimum(np.cumsum(taken), due[-1]), prepend=0) if len(due) else taken


def backed_wh(wanted_wh: IntArray, cancelled_wh: IntArray, efficiency: float) -> tuple[IntArray, IntArray]:
    """Return (issued, cancelled) along the discharges of a storage: cancelled = issued / efficiency, rounded up.

    wanted_wh      discharged, row by row in the order of discharge;  cancelled_wh   what may be cancelled for it

    At no time is more issued than efficiency * cancelled. What is cancelled beyond that is carried to the next row;
    what no later row needs is not cancelled, so that over the period cancelled = ceil(issued / efficiency).
    """
    issued = _held_below(wanted_wh, np.floor(np.cumsum(cancelled_wh) * efficiency + ROUNDING_WH).astype(np.int64))
    needed = np.ceil(np.cumsum(issued) / efficiency - ROUNDING_WH).astype(np.int64)
    spare = np.minimum.accumulate((np.cumsum(cancelled_wh) - needed)[::-1])[::-1]
    of_row = np.ceil(issued / efficiency - ROUNDING_WH).astype(np.int64)
    cancelled = cancelled_wh - _held_below(np.maximum(cancelled_wh - of_row, 0), spare)
    return issued, np.diff(np.minimum(np.cumsum(cancelled), needed[-1:]), prepend=0)


def _held_below(wanted: IntArray, limit: IntArray) -> IntArray:
    """Return as much of each row as keeps the sum so far at or below a limit that does not fall."""
    over = np.maximum.accumulate(np.maximum(np.cumsum(wanted) - limit, 0))
    return wanted - np.diff(over, prepend=0)


def running(values: FloatArray | IntArray, group: IntArray) -> FloatArray | IntArray:
    """Return the sum so far within each group, row by row."""
    return pd.Series(values).groupby(group).cumsum().to_numpy()


def within_group(so_far: IntArray, group: IntArray) -> IntArray:
    """Return the steps of a sum that runs within each group: the inverse of `running`."""
    before = pd.Series(so_far).groupby(group).shift(1, fill_value=0).to_numpy()
    steps: IntArray = (so_far - before).astype(np.int64)
    return steps
