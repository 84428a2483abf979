"""Pairing: a storage behind the grid connection of one plant, and what its rows are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class PairingTerms:
    """A storage that stands beside one plant and charges from it alone.

    partner             name of the contract of the plant
    connection_mw       most that plant and storage feed in together, at the meter [MW]; inf where there is no limit
    connection_mw_per_mw   the same per MW of the contract [MW/MW]; inf where there is no limit
    """

    partner: str
    connection_mw: float
    connection_mw_per_mw: float

    @property
    def has_connection(self) -> bool:
        """Whether what is fed in has a limit."""
        return bool(np.isfinite(self.connection_mw) or np.isfinite(self.connection_mw_per_mw))

    def connection(self, contracted_mw: float) -> float:
        """Return the connection of a contract of a size [MW]."""
        if np.isfinite(self.connection_mw):
            return self.connection_mw
        return self.connection_mw_per_mw * contracted_mw if np.isfinite(self.connection_mw_per_mw) else np.inf


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
