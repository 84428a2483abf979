"""What stands around the machines: power chain and cooling, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy.typing as npt

from carbonmatch.load.cooling import Cooling, DirectToChip
from carbonmatch.load.power_chain import PowerChain
from carbonmatch.load.weather import Weather
from carbonmatch.timegrid import FloatArray


@dataclass(frozen=True)
class FacilityLoad:
    """What the facility draws beside its machines, in every step [MW], (steps,).

    cooling_mw   for cooling
    losses_mw    of the power chain: UPS, transformers and distribution
    """

    cooling_mw: FloatArray
    losses_mw: FloatArray


@dataclass(frozen=True)
class Facility:
    """Power chain and cooling of a data centre.

    power_chain   2N with double conversion unless said otherwise
    cooling       `DirectToChip` unless said otherwise, or `AirCooling`
    """

    power_chain: PowerChain = field(default_factory=PowerChain)
    cooling: Cooling = field(default_factory=DirectToChip)

    def load(self, it_mw: FloatArray, nameplate_mw: npt.ArrayLike, weather: Weather) -> FacilityLoad:
        """Return what the facility draws for its machines in every step.

        heat = it + ups;   cooling = cooling(heat);   losses = ups + transformer_loss_share * (it + ups + cooling)

        it_mw          what reaches the machines [MW], (steps,)
        nameplate_mw   what all machines in place may draw [MW], (steps,) or one number
        weather        outside air, (steps,)

        Transformers stand outside: their loss is not cooled.

        Raises:
            InputError: the machines draw more than the UPS carry; the fault names the key `ups_rated_mw`.
        """
        heat = it_mw + self.power_chain.ups_losses_mw(it_mw, nameplate_mw)
        cooling = self.cooling.cooling_mw(heat, weather)
        return FacilityLoad(cooling, self.power_chain.losses_mw(it_mw, nameplate_mw, cooling))
