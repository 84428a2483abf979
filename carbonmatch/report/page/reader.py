"""The steps of the period as compact data inside the page, for the reader that shows any week of it.

Series are unsigned 16-bit numbers in base64, each with the value of its last digit. Steps finer than an hour are
averaged: a year of quarter hours of several zones would weigh more than it shows.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.report.page.dispatch import Dispatch, Layer
from carbonmatch.report.page.figure import Scale
from carbonmatch.report.page.wall_clock import WEEKDAYS
from carbonmatch.report.page.weeks import Week, stored_scale, stored_ticks, tallest_mw
from carbonmatch.timegrid import FloatArray

_FINEST: Final = 65_535


def reader_data(dispatch: Dispatch, weeks: tuple[Week, ...]) -> dict[str, Any]:
    """Return what the reader of one zone needs: days, series, ends of the axes, and the weeks that are chosen."""
    merged = steps_per_entry(dispatch)
    clock = dispatch.clock
    starts = [first // merged for first in clock.first_step_of_day.tolist()]
    stored = stored_scale(dispatch)
    return {
        "zone": dispatch.zone,
        "steps": -(-len(dispatch.load_mw) // merged),
        "perEntry": merged,
        "minutes": round(60 * clock.hours_per_step * merged),
        "days": [f"{WEEKDAYS[day.weekday()]} {day.isoformat()}" for day in clock.days],
        "dayStarts": starts,
        "utcOffsets": _offsets(dispatch, merged),
        "firstUtcMinute": int(clock.local[0].timestamp() // 60),
        "load": _packed(_merge(dispatch.load_mw, merged)),
        **({} if dispatch.planned_mw is None else {"planned": _packed(_merge(dispatch.planned_mw, merged))}),
        "matched": _packed(_merge(dispatch.matched_mw, merged)),
        "below": [_series(layer, merged) for layer in dispatch.below],
        "above": [_series(layer, merged) for layer in dispatch.above],
        "stored": [_series(layer, merged) for layer in dispatch.stored],
        "high": Scale.over(0.0, tallest_mw(dispatch)).high,
        "ticks": [[tick.at, tick.text] for tick in Scale.over(0.0, tallest_mw(dispatch)).labels()],
        "storedHigh": stored.high,
        "storedTicks": [[tick.at, tick.text] for tick in stored_ticks(stored)],
        "weeks": [
            {"word": week.word, "day": int(clock.day_of_step[week.first])}
            for week in weeks
            if week.word != "The period"
        ],
    }


def steps_per_entry(dispatch: Dispatch) -> int:
    """Return how many steps one entry of the data stands for: those of an hour, where steps are finer."""
    return max(1, round(1.0 / dispatch.clock.hours_per_step)) if dispatch.clock.hours_per_step < 1.0 else 1


def _offsets(dispatch: Dispatch, merged: int) -> list[list[int]]:
    """Return from which entry on the clock on the wall is how many minutes ahead of UTC."""
    local = dispatch.clock.local
    wall, utc = local.tz_localize(None), local.tz_convert("UTC").tz_localize(None)
    ahead = np.asarray((wall - utc) / pd.Timedelta(minutes=1)).round().astype(np.int64)
    changes = [0, *(np.flatnonzero(np.diff(ahead)) + 1).tolist()]
    return [[step // merged, int(ahead[step])] for step in changes]


def _series(layer: Layer, merged: int) -> dict[str, Any]:
    return {
        "name": layer.name,
        "slot": layer.slot,
        "style": layer.style,
        **_packed(_merge(layer.values, merged)),
    }


def _merge(values: FloatArray, merged: int) -> FloatArray:
    if merged == 1:
        return values
    padded = np.concatenate([values, np.full(-len(values) % merged, np.nan)])
    return np.asarray(np.nanmean(padded.reshape(-1, merged), axis=1))


def _packed(values: FloatArray) -> dict[str, Any]:
    highest = float(values.max())
    unit = highest / _FINEST if highest > 0.0 else 1.0
    digits = np.rint(values / unit).astype("<u2")
    return {"unit": float(f"{unit:.9g}"), "data": base64.b64encode(digits.tobytes()).decode("ascii")}
