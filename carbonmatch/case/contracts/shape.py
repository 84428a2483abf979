"""Shapes: how much of its mean power a contract delivers in every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator, ValidationInfo, field_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Reading, refuse, say
from carbonmatch.case.series import SeriesReference, SeriesRule
from carbonmatch.timegrid import FloatArray, TimeGrid

MEAN_TOLERANCE: Final = 1e-3
"""How far the mean of a shape may be from 1: factors of a term sheet are rounded to two or three digits."""

_SERIES: Final = SeriesRule("a factor of a shape", low=0)
_LENGTHS: Final = {"monthly": (12, "January to December"), "daily": (24, "the hours of the local day from midnight")}


class ShapeFactors(Block):
    """Factors of a shape, whose product it is.

    monthly   one for each calendar month, January first
    daily     one for each hour of the local clock, midnight first
    """

    monthly: list[NonNegative] | None = None
    daily: list[NonNegative] | None = None

    @field_validator("monthly", "daily")
    @classmethod
    def _is_whole(cls, factors: list[float] | None, info: ValidationInfo) -> list[float] | None:
        if factors is not None:
            count, words = _LENGTHS[str(info.field_name)]
            if len(factors) != count:
                refuse(f"has {len(factors)} factors; {count} are wanted, {words}")
            _refuse_other_mean(factors, "its factors")
        return factors

    def on(self, grid: TimeGrid) -> FloatArray:
        """Return the shape on an axis: the mean over a step of the product of the two factors."""
        local = grid.local_index
        shape = np.ones(grid.steps)
        if self.daily is not None:
            # A step of several hours holds several factors; a shorter one holds the factor of its hour.
            hours = np.arange(max(round(grid.hours_per_step), 1))
            clock = (local.hour.to_numpy()[:, None] + hours) % 24
            shape = np.array(self.daily)[clock].mean(axis=1)
        if self.monthly is not None:
            shape = shape * np.array(self.monthly)[local.month.to_numpy() - 1]
        return shape


def _refuse_other_mean(factors: Sequence[float] | FloatArray, what: str) -> None:
    mean = float(np.mean(factors))
    if abs(mean - 1.0) > MEAN_TOLERANCE:
        cure = f"divide each of them by {say(mean)}" if mean > 0.0 else "give some of them a value above 0"
        refuse(
            f"{what} have the mean {say(mean)}; contracted_mw is the mean power, so that the mean of a shape is 1 "
            f"(within {MEAN_TOLERANCE:g}): {cure}"
        )


def _read_shape(value: Any, info: ValidationInfo) -> FloatArray:
    """Resolve `{monthly, daily}`, a column of a table or an array to a factor per step."""
    grid = Reading.of(info).grid
    if isinstance(value, Mapping) and not SeriesReference.model_fields.keys() & value.keys():
        factors = ShapeFactors.model_validate(value, context=info.context)
        if factors.monthly is None and factors.daily is None:
            refuse(Finding("gives neither monthly nor daily factors; give 12 monthly ones, 24 daily ones, or a series"))
        shape = np.ones(1) if grid is None else factors.on(grid)
        shape.flags.writeable = False
        return shape
    shape = _SERIES.resolve(value, info)
    if grid is not None:
        _refuse_other_mean(shape, "its values over the time of the case")
    return shape


Shape = Annotated[FloatArray, PlainValidator(_read_shape)]
"""Written as monthly and daily factors or as a series, kept as one factor per step."""
