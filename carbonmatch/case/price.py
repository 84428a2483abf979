"""Prices of energy: what a MWh costs from the grid, or earns when it is sold."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from pydantic import Field, PlainValidator, PrivateAttr, ValidationInfo, model_validator

from carbonmatch.case.block import Block, Finding, NonNegative, Reading, refuse, say_value
from carbonmatch.case.period import Period, uncovered
from carbonmatch.case.series import Price, is_array
from carbonmatch.timegrid import FloatArray

_FORMS = (
    "{index: spot, margin_per_mwh: 12}, {flat_per_mwh: 80}, {time_of_use: [{per_mwh: 95, days: weekday, "
    "hours: [8, 20]}, {per_mwh: 70}]} or {file: ..., column: ...}"
)


class EnergyPrice(Block):
    """A price of energy per step; one of `SpotPrice`, `FlatPrice`, `TimeOfUsePrice` and `HourlyPrice`."""

    @property
    def needs_spot_price(self) -> bool:
        """Whether the zone has to give a spot price."""
        return False

    @abstractmethod
    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the price in every step [currency/MWh], given the spot price of the zone."""


class SpotPrice(EnergyPrice):
    """The zone's spot price with a margin, which may be negative.

    losses   share of the energy that the network loses on the way, and that is bought too
    """

    index: Literal["spot"]
    margin_per_mwh: Price = Field(default=0.0, validate_default=True)
    losses: NonNegative = 0.0

    @property
    def needs_spot_price(self) -> bool:
        """Always: the price follows the spot price."""
        return True

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return (spot price + margin) * (1 + losses) [currency/MWh]."""
        if spot_price is None:
            raise ValueError("a price that follows the spot price needs the spot price of its zone")
        price = spot_price + self.margin_per_mwh
        return price if self.losses == 0.0 else price * (1.0 + self.losses)


class FlatPrice(EnergyPrice):
    """The same price in every step."""

    flat_per_mwh: Price

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the flat price [currency/MWh]."""
        return self.flat_per_mwh


class HourlyPrice(EnergyPrice):
    """A price per step from a table."""

    in_steps_per_mwh: Price

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the hourly price [currency/MWh]."""
        return self.in_steps_per_mwh


class TimeOfUseEntry(Period):
    """The price of one period of a tariff [currency/MWh]."""

    per_mwh: Price


class TimeOfUsePrice(EnergyPrice):
    """A price by month, day and hour on the local clock.

    Every step is of exactly one entry. An entry without months, days and hours holds for all steps of no other entry;
    there is one such entry at most.
    """

    time_of_use: list[TimeOfUseEntry]
    _in_steps: FloatArray = PrivateAttr(default_factory=lambda: np.zeros(1))

    @model_validator(mode="after")
    def _covers_every_step_once(self, info: ValidationInfo) -> Self:
        grid = Reading.of(info).grid
        rest = [entry for entry in self.time_of_use if entry.always]
        if len(rest) > 1:
            several = "has several entries without months, days and hours; one holds for all steps of no other entry"
            refuse(Finding(several, inside=("time_of_use",)))
        if grid is None:
            return self
        named = [(entry, entry.steps(grid)) for entry in self.time_of_use if not entry.always]
        times = np.zeros(grid.steps, dtype=np.int64)
        for _, steps in named:
            times += steps
        if rest:
            named.append((rest[0], times == 0))
            times = np.maximum(times, 1)
        if found := uncovered(times, grid):
            refuse(*(replace(finding, inside=("time_of_use",)) for finding in found))
        in_steps = np.zeros(grid.steps)
        for entry, steps in named:
            in_steps[steps] = entry.per_mwh[steps]
        in_steps.flags.writeable = False
        self._in_steps = in_steps
        return self

    def on(self, spot_price: FloatArray | None) -> FloatArray:
        """Return the price in every step [currency/MWh]."""
        return self._in_steps


_CLASSES: Final[Mapping[str, type[EnergyPrice]]] = {
    "index": SpotPrice,
    "flat_per_mwh": FlatPrice,
    "time_of_use": TimeOfUsePrice,
    "file": HourlyPrice,
}
"""The key that tells each form from the others."""


def read_price(value: Any, info: ValidationInfo) -> EnergyPrice:
    """Read any form of a price of energy."""
    if is_array(value, Reading.of(info)):
        return HourlyPrice.model_validate({"in_steps_per_mwh": value}, context=info.context)
    if not isinstance(value, Mapping):
        refuse(f"is {say_value(value)}; a price of energy is one of {_FORMS}")
    forms = [key for key in _CLASSES if key in value]
    if len(forms) != 1:
        trouble = f"gives {' and '.join(forms)}" if forms else "says neither index, flat_per_mwh, time_of_use nor file"
        refuse(f"{trouble}; a price of energy is one of {_FORMS}")
    price = _CLASSES[forms[0]]
    if price is HourlyPrice:
        return HourlyPrice.model_validate({"in_steps_per_mwh": value}, context=info.context)
    return price.model_validate(value, context=info.context)


AnyEnergyPrice = Annotated[EnergyPrice, PlainValidator(read_price)]
