"""Baseload and shaped delivery: energy comes by a shape, claims come as the plant behind it generates."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from carbonmatch.case.block import Finding, Reading, refuse
from carbonmatch.case.contracts.profile import PlantContract
from carbonmatch.case.contracts.shape import Shape
from carbonmatch.case.series import CapacityFactor
from carbonmatch.timegrid import FloatArray


class DeliveredContract(PlantContract):
    """A contract that delivers and is paid by a shape, whatever the plant behind it generates.

    hourly_certificates   each MWh delivered comes with a certificate of its hour: the seller covers what the plant does
                          not generate, and no profile is asked. Otherwise claims are what the plant generates
    capacity_factor       of the plant behind it, whose generation is what can be claimed
    """

    capacity_factor: CapacityFactor | None = None
    hourly_certificates: bool = Field(default=False, validate_default=True)

    @property
    def shape_factors(self) -> FloatArray:
        """Power delivered in every step per contracted MW; its mean is 1."""
        return np.ones_like(self.in_force)

    @field_validator("hourly_certificates")
    @classmethod
    def _claims_are_known(cls, value: bool, info: ValidationInfo) -> bool:
        reading = Reading.of(info)
        if not value and "capacity_factor" in info.data and info.data["capacity_factor"] is None:
            if reading.to_solve:
                what = (
                    "is missing; claims follow the plant behind the delivery: give its hourly profile, such as "
                    "{file: ..., column: ...}, or hourly_certificates: true where each MWh comes with a certificate of "
                    "its hour"
                )
                refuse(Finding(what, beside="capacity_factor"))
            reading.lacking = True
        return value


class BaseloadContract(DeliveredContract):
    """The same power in every step."""

    structure: Literal["baseload"]


class ShapedContract(DeliveredContract):
    """Power by a shape.

    shape   power delivered in every step per contracted MW, with the mean 1: {monthly: [12], daily: [24]} or a series
    """

    structure: Literal["shaped"]
    shape: Shape

    @property
    def shape_factors(self) -> FloatArray:
        """Power delivered in every step per contracted MW; its mean is 1."""
        return self.shape
