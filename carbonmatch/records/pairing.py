"""Pairing: a storage behind the grid connection of one plant, and what its rows are worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class PairingTerms:
    """A storage that stands beside one plant and charges from it alone.

    partner             name of the contract of the plant
    connection_mw       most that plant and storage feed in together, at the plant [MW]; inf where there is no limit
    connection_share    the same per MW of the contract [MW/MW]; inf where there is no limit
    loss_factor         share of what is fed in that reaches the meter, where generation and storage are counted
    """

    partner: str
    connection_mw: float
    connection_share: float
    loss_factor: float

    @property
    def has_connection(self) -> bool:
        """Whether what is fed in has a limit."""
        return math.isfinite(self.connection_mw) or math.isfinite(self.connection_share)

    def connection(self, contracted_mw: Any) -> Any:
        """Return the connection of a contract of a size, a number or an expression, at the plant [MW]."""
        return self.connection_mw if math.isfinite(self.connection_mw) else self.connection_share * contracted_mw


@dataclass(frozen=True)
class PairingPrices:
    """What a pairing adds to the worth of what its plant generates and its storage moves, (steps,) [currency/MWh].

    charge_per_mwh      worth of one more MWh generated, because the storage could charge it; 0 where it had enough
    connection_per_mwh  worth of one more MWh that the connection would carry; 0 where it has room
    connection_per_mw   worth of the connection that comes with one MW of the contract, over the horizon [currency/MW]
    chargeable          where the plant can generate at all
    """

    charge_per_mwh: FloatArray
    connection_per_mwh: FloatArray
    connection_per_mw: float
    chargeable: NDArray[np.bool_]
