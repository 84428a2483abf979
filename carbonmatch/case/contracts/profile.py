"""Contracts whose generation follows a plant: its profile, and the right to curtail it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Block,
    Finding,
    Number,
    PositiveShare,
    Reading,
    Share,
    needed_to_solve,
    refuse,
    say,
)
from carbonmatch.case.contracts.base import ContractBase
from carbonmatch.case.series import CapacityFactor
from carbonmatch.case.zone import need_series
from carbonmatch.timegrid import FloatArray


class Curtailment(Block):
    """The buyer's right to curtail.

    compensation                         share of the strike that is paid for curtailed energy
    when_spot_price_at_most_per_mwh      curtailment only in steps whose spot price is at most this; None for any step
    """

    compensation: Share = 1.0
    when_spot_price_at_most_per_mwh: Number | None = None


class PlantContract(ContractBase):
    """A contract with the profile of a plant behind it.

    p50_capacity_factor   long-term mean; the profile is scaled to it, each step capped at 1
    capacity_factor       generation per contracted MW in every step, 0..1, after that scaling
    """

    p50_capacity_factor: PositiveShare | None = None
    capacity_factor: Annotated[CapacityFactor | None, needed_to_solve("{file: ..., column: ...} or a number")] = ABSENT
    forecast_capacity_factor: CapacityFactor | None = None

    @field_validator("capacity_factor", "forecast_capacity_factor")
    @classmethod
    def _scale_to_p50(cls, profile: FloatArray | None, info: ValidationInfo) -> FloatArray | None:
        mean = info.data.get("p50_capacity_factor")
        if profile is None or mean is None or Reading.of(info).grid is None:
            return profile
        reach = float(np.count_nonzero(profile)) / len(profile)
        if mean > reach:
            what = (
                f"is {say(mean)}, out of reach of the profile: it generates in {reach:.1%} of the steps, at most "
                f"at full capacity. Lower the long-term mean, or take a profile that fits the plant"
            )
            refuse(Finding(what, beside="p50_capacity_factor"))
        scaled = scale_to_mean(profile, mean)
        scaled.flags.writeable = False
        return scaled


class ProfileContract(PlantContract):
    """A contract whose generation follows a plant, and may be curtailed where the terms say so."""

    curtailment: Curtailment | None = None

    @field_validator("curtailment")
    @classmethod
    def _price_rule_has_a_price(cls, value: Curtailment | None, info: ValidationInfo) -> Curtailment | None:
        if value is not None and value.when_spot_price_at_most_per_mwh is not None:
            why = "curtailment depends on the spot price of the zone"
            key = ("when_spot_price_at_most_per_mwh",)
            need_series(info, info.data.get("zone"), "spot_price_per_mwh", why, key)
        return value


def scale_to_mean(profile: FloatArray, mean: float) -> FloatArray:
    """Scale a profile in 0..1 by one factor, each value capped at 1, so that its mean is as given.

    mean(min(1, factor * profile)) = mean.  With the k largest values capped, factor = (n * mean - k) / sum(the others);
    the right k is the first for which no other value is pushed above 1. The mean may be
    at most the share of values above 0.
    """
    falling = np.sort(profile)[::-1]
    others = np.cumsum(falling[::-1])[::-1]
    capped = np.arange(len(falling))
    positive = falling > 0
    factors = (len(falling) * mean - capped[positive]) / others[positive]
    # The tolerance is for the rounding of len * mean, some 1e-12; what is above 1 by it is capped all the same.
    first = np.flatnonzero(factors * falling[positive] <= 1 + 1e-9)[0]
    scaled: FloatArray = np.minimum(1.0, factors[first] * profile)
    return scaled
