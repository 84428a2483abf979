"""Prices of energy: what a MWh costs from the grid, or earns when it is sold."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo

from carbonmatch.case.block import Block, Reading, refuse, say_value
from carbonmatch.case.series import Price, is_array
from carbonmatch.timegrid import FloatArray

_FORMS = "{index: spot, margin_per_mwh: 12}, {flat_per_mwh: 80} or {file: ..., column: ...}"


class EnergyPrice(Block):
    """A price of energy per step; one of `SpotPrice`, `FlatPrice` and `HourlyPrice`."""

    @property
    def needs_spot_price(self) -> bool:
        """Whether the zone has to give a spot price."""
        return False

    @abstractmethod
    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the price in every step [currency/MWh], given the spot price of the zone."""


class SpotPrice(EnergyPrice):
    """The zone's spot price with a margin, which may be negative."""

    index: Literal["spot"]
    margin_per_mwh: Price = Field(default=0.0, validate_default=True)

    @property
    def needs_spot_price(self) -> bool:
        """Always: the price follows the spot price."""
        return True

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return spot price plus margin [currency/MWh]."""
        if spot_price is None:
            raise ValueError("a price that follows the spot price needs the spot price of its zone")
        return spot_price + self.margin_per_mwh


class FlatPrice(EnergyPrice):
    """The same price in every step."""

    flat_per_mwh: Price

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the flat price [currency/MWh]."""
        return self.flat_per_mwh


class HourlyPrice(EnergyPrice):
    """A price per step from a table."""

    per_mwh: Price

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the hourly price [currency/MWh]."""
        return self.per_mwh


def _read_price(value: Any, info: ValidationInfo) -> EnergyPrice:
    if is_array(value, Reading.of(info)):
        return HourlyPrice.model_validate({"per_mwh": value}, context=info.context)
    if not isinstance(value, Mapping):
        refuse(f"is {say_value(value)}; a price of energy is one of {_FORMS}")
    forms = [key for key in ("index", "flat_per_mwh", "file") if key in value]
    if len(forms) != 1:
        trouble = f"gives {' and '.join(forms)}" if forms else "says neither index, flat_per_mwh nor file"
        refuse(f"{trouble}; a price of energy is one of {_FORMS}")
    if forms == ["index"]:
        return SpotPrice.model_validate(value, context=info.context)
    if forms == ["flat_per_mwh"]:
        return FlatPrice.model_validate(value, context=info.context)
    return HourlyPrice.model_validate({"per_mwh": value}, context=info.context)


AnyEnergyPrice = Annotated[EnergyPrice, PlainValidator(_read_price)]
